//! The bar of tools: the file, its mapping, undo and redo, lookup and its answer. One row where there is room, else two.

use egui::{Align, Button, CornerRadius, Key, Layout, RichText, TextEdit, Ui, accesskit, vec2};

use crate::model::{
    Access, Action, Doc, EditAction, FileAction, FindAction, Focus, MappingAction, Mode, PageState,
    ViewAction,
};

use super::icons::{self, Icon};
use super::right::at_right;
use super::{Frame, describe, focus_id, path_field};

/// From this width on everything stands in one row, in points.
const ONE_ROW: f32 = 1060.0;
/// The share of the file and its mapping in one row.
const FILE_SHARE: f32 = 0.56;
/// From this width of their row on, buttons have words beside their icons.
const WORDS: f32 = 560.0;

/// Open, path, mode, access, undo, redo, copies; lookup.
pub(super) fn tools_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let room = ui.available_width();
    if room < ONE_ROW {
        ui.horizontal(|ui| file_ui(ui, frame, actions));
        ui.horizontal(|ui| lookup_ui(ui, frame, actions));
        return;
    }
    ui.horizontal(|ui| {
        let size = vec2((room * FILE_SHARE).round(), ui.spacing().interact_size.y);
        let layout = Layout::left_to_right(Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(size.x);
            file_ui(ui, frame, actions);
        });
        lookup_ui(ui, frame, actions);
    });
}

fn file_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let color = frame.theme.text;
    let has_words = ui.available_width() >= WORDS;
    let open = if has_words {
        Button::new((icons::atom(Icon::Open, color), "Open\u{2026}"))
    } else {
        Button::new(icons::atom(Icon::Open, color))
    };
    let open = ui.add(open);
    describe::name(&open, "Open\u{2026}");
    let words = "Choose a file in the system's dialog (Ctrl+O)";
    if open.on_hover_text(words).clicked() {
        actions.push(Action::File(FileAction::OpenDialog));
    }
    // two groups of actions that are made while the other is laid out
    let mut pressed = Vec::new();
    at_right(
        ui,
        "mapping",
        |ui| path_field::path_ui(ui, frame, actions),
        |ui| {
            if let Some(doc) = frame.doc {
                mapping_ui(ui, frame, doc, has_words, &mut pressed);
            }
        },
    );
    actions.append(&mut pressed);
}

/// What is done to the mapping, and to the edits made through it.
fn mapping_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    has_words: bool,
    actions: &mut Vec<Action>,
) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 1.0;
        switch_ui(ui, frame, doc, actions);
        lock_ui(ui, frame, doc, actions);
    });
    let color = frame.theme.text;
    for (icon, name, words, vain, can, action) in [
        (
            Icon::Undo,
            "Undo",
            "Undo: take back the last edit, if its bytes still stand (Ctrl+Z)",
            "Undo: nothing was edited",
            doc.view().journal.can_undo(),
            EditAction::Undo,
        ),
        (
            Icon::Redo,
            "Redo",
            "Redo: bring back the last edit taken back (Ctrl+Y)",
            "Redo: nothing was taken back",
            doc.view().journal.can_redo(),
            EditAction::Redo,
        ),
    ] {
        let button = icons::icon_button(ui, icon, color, name, can).on_hover_text(words);
        if button.on_disabled_hover_text(vain).clicked() {
            actions.push(Action::Edit(action));
        }
    }
    copies_ui(ui, frame, doc, has_words, actions);
}

/// `Private | Shared`: one of the two holds.
fn switch_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let left = CornerRadius {
        ne: 0,
        se: 0,
        ..CornerRadius::same(4)
    };
    for (mode, label, rounding, words) in [
        (
            Mode::Private,
            "Private",
            left,
            "MAP_PRIVATE: what you write stays in this view, in copies of the pages (Ctrl+T)",
        ),
        (
            Mode::Shared,
            "Shared",
            CornerRadius::ZERO,
            "MAP_SHARED: what you write is in the file at once, for everybody to see (Ctrl+T)",
        ),
    ] {
        let chosen = doc.view().mode == mode;
        let (fill, text) = if chosen {
            theme.of_mode(doc.view().writes_through())
        } else {
            (theme.control, theme.text)
        };
        let button = Button::new(RichText::new(label).color(text)).fill(fill);
        let response = ui.add(button.corner_radius(rounding)).on_hover_text(words);
        toggled(&response, accesskit::Role::RadioButton, chosen);
        if response.clicked() && !chosen {
            actions.push(Action::Mapping(MappingAction::SetMode(mode)));
        }
    }
}

/// The lock: whether the mapping refuses stores.
fn lock_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let locked = doc.view().access == Access::ReadOnly;
    let (icon, fill, color, words, other) = if locked {
        let words =
            "Read-only: the mapping refuses every store. Press to write again (Ctrl+Shift+T)";
        (
            Icon::Lock,
            theme.private,
            theme.on_private,
            words,
            Access::ReadWrite,
        )
    } else {
        let words =
            "Read-write: you can write through the mapping. Press to lock it (Ctrl+Shift+T)";
        (
            Icon::Unlock,
            theme.control,
            theme.text,
            words,
            Access::ReadOnly,
        )
    };
    let right = CornerRadius {
        nw: 0,
        sw: 0,
        ..CornerRadius::same(4)
    };
    let size = egui::Vec2::splat(ui.spacing().interact_size.y);
    let button = Button::new(icons::atom(icon, color))
        .fill(fill)
        .min_size(size);
    let response = ui.add(button.corner_radius(right)).on_hover_text(words);
    describe::name(&response, "Read-only");
    toggled(&response, accesskit::Role::CheckBox, locked);
    if response.clicked() {
        actions.push(Action::Mapping(MappingAction::SetAccess(other)));
    }
}

fn toggled(response: &egui::Response, role: accesskit::Role, is_on: bool) {
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_role(role);
        node.set_toggled(is_on.into());
    });
}

/// Stands where there are copies; its place is kept, so that nothing moves when the first one is made.
fn copies_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    has_words: bool,
    actions: &mut Vec<Action>,
) {
    let icon = icons::atom(Icon::Discard, frame.theme.text);
    let button = if has_words {
        Button::new((icon, "Discard copies"))
    } else {
        Button::new(icon).min_size(egui::Vec2::splat(ui.spacing().interact_size.y))
    };
    let response = ui.add_visible(has_copies(frame, doc), button);
    describe::name(&response, "Discard copies");
    let words = "Discard copies: every page shows the file again (Ctrl+Shift+D)";
    if response.on_hover_text(words).clicked() {
        actions.push(Action::Mapping(MappingAction::DiscardAll));
    }
}

/// Private copies are known: of an edit, or in sight.
fn has_copies(frame: &Frame<'_>, doc: &Doc) -> bool {
    let view = doc.view();
    if view.mode == Mode::Shared {
        return false;
    }
    let seen = || {
        let window = frame.window()?;
        let (span, page) = (window.span(), doc.page_bytes.max(1));
        let mut offset = span.start() / page * page;
        while offset < span.end() {
            if matches!(window.page(offset), Ok(PageState::PrivateCopy)) {
                return Some(());
            }
            offset = offset.saturating_add(page);
        }
        None
    };
    view.journal.pending_bytes() > 0 || seen().is_some()
}

/// The lookup field and its answer.
fn lookup_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let lookup = frame.lookup();
    let mut text = lookup.text.clone();
    let edit = TextEdit::singleline(&mut text)
        .id(focus_id(Focus::Lookup))
        .hint_text("Look up: 65  0x41  .+16  3..7")
        .font(egui::TextStyle::Monospace)
        .align(egui::Align2::LEFT_CENTER)
        .desired_width((ui.available_width() * 0.42).clamp(90.0, 220.0));
    let response = ui.add(edit).on_hover_text(LOOKUP_HELP);
    describe::name(&response, "Look up");
    if response.changed() {
        actions.push(Action::View(ViewAction::LookupEdited(text)));
    }
    if response.lost_focus() {
        let (enter, escape) = ui.input(|input| {
            (
                input.key_pressed(Key::Enter),
                input.key_pressed(Key::Escape),
            )
        });
        if enter {
            actions.push(Action::View(ViewAction::LookupCommit));
            if lookup.is_error || lookup.text.trim().is_empty() {
                response.request_focus();
            }
        } else if escape {
            actions.push(Action::View(ViewAction::LookupCancel));
        }
    }
    let go = icons::icon_button(ui, Icon::Find, frame.theme.text, "Go there", true);
    if go.on_hover_text("Go there (Enter)").clicked() {
        actions.push(Action::View(ViewAction::LookupCommit));
    }
    if !lookup.is_no_index() {
        answer_ui(ui, frame);
        return;
    }
    let text: String = lookup.text.trim().chars().take(16).collect();
    let mut is_wanted = false;
    at_right(
        ui,
        "find instead",
        |ui| answer_ui(ui, frame),
        |ui| {
            let find = ui.button(format!("find '{text}'?"));
            let words = "Look for it as text in the bytes (Ctrl+F)";
            is_wanted = find.on_hover_text(words).clicked();
        },
    );
    if is_wanted {
        actions.push(Action::Find(FindAction::LookedUp));
    }
}

const LOOKUP_HELP: &str = "An index or a range, counted from 0:\n65, 0x41, 41h, 0o101, 0b1000001, 4Ki, 1M\n. is the cursor, $ the end, p12 page 12\n+16 from the cursor on, $-16 from the end, (1+2)*3\n3..7 up to 7, 3..=7 with it, 3:+4 four bytes from 3\nEnter goes there, Esc returns";

fn answer_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let lookup = frame.lookup();
    let (text, color) = if lookup.text.trim().is_empty() {
        (lookup_hint(ui, frame), frame.theme.weak)
    } else if lookup.is_error {
        (lookup.answer.clone(), frame.theme.error)
    } else if lookup.answer.is_empty() {
        // the bytes for it are on their way
        let waiting = frame.doc.and_then(|doc| doc.storage_words(None));
        (waiting.unwrap_or_default(), frame.theme.weak)
    } else {
        (lookup.answer.clone(), frame.theme.text)
    };
    let label = ui.add(egui::Label::new(RichText::new(&text).color(color)).truncate());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(text.clone());
        node.set_live(accesskit::Live::Polite);
    });
}

fn lookup_hint(ui: &Ui, frame: &Frame<'_>) -> String {
    let valid = frame.doc.and_then(|doc| doc.context().valid());
    let Some((first, last)) = valid.and_then(|span| Some((span.start(), span.last()?))) else {
        return String::new();
    };
    let words = format!("Enter a number between {first} and {last}");
    if describe::text_width(ui, &words, &egui::TextStyle::Body) <= ui.available_width() {
        words
    } else {
        format!("{first} to {last}") // half a number would be another number
    }
}
