//! The bars: mapping, lookup, fill, status.

use egui::{Button, Color32, Key, RichText, TextEdit, Ui, accesskit};

use crate::bytes::size::{counted, human_size};
use crate::model::saving::What;
use crate::model::{
    Access, Action, Doc, DocAction, EditAction, FileAction, Focus, MappingAction, Mode, ReadBy,
    ViewAction,
};

use super::command::column_words;
use super::right::at_right;
use super::{Frame, describe, focus_id, path_field};

/// Open, path, mode, access, flush, discard.
pub(super) fn mapping_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        if ui
            .button("Open\u{2026}")
            .on_hover_text("Choose a file in the system's dialog (Ctrl+O)")
            .clicked()
        {
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
                    mapping_buttons(ui, frame, doc, &mut pressed);
                }
            },
        );
        actions.append(&mut pressed);
    });
}

fn mapping_buttons(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let plain = (theme.control, theme.text);
    let hot = if doc.view().writes_through() {
        (theme.warning, theme.on_warning)
    } else {
        (theme.private, theme.on_private)
    };
    for (mode, label, words) in [
        (
            Mode::Private,
            "Private",
            "MAP_PRIVATE: what you write stays in this view, in copies of the pages (Ctrl+T)",
        ),
        (
            Mode::Shared,
            "Shared",
            "MAP_SHARED: what you write is in the file at once, for everybody to see (Ctrl+T)",
        ),
    ] {
        let chosen = doc.view().mode == mode;
        if chip(ui, label, chosen, if chosen { hot } else { plain }, words) {
            actions.push(Action::Mapping(MappingAction::SetMode(mode)));
        }
    }
    ui.separator();
    for (access, label, words) in [
        (
            Access::ReadWrite,
            "Read-write",
            "You can write through the mapping",
        ),
        (
            Access::ReadOnly,
            "Read-only",
            "The mapping refuses every store",
        ),
    ] {
        let chosen = doc.view().access == access;
        if chip(ui, label, chosen, if chosen { hot } else { plain }, words) {
            actions.push(Action::Mapping(MappingAction::SetAccess(access)));
        }
    }
    ui.separator();
    whole_mapping_ui(ui, doc, actions);
}

/// What is done to the mapping as a whole.
fn whole_mapping_ui(ui: &mut Ui, doc: &Doc, actions: &mut Vec<Action>) {
    for (label, words, action) in [
        (
            "Remap",
            "Unmap and map anew; private edits are reapplied (Ctrl+R)",
            Action::Mapping(MappingAction::Remap),
        ),
        (
            "Flush",
            "msync: write the mapping's changes to the storage now (Ctrl+M)",
            Action::Mapping(MappingAction::Flush),
        ),
    ] {
        if ui.button(label).on_hover_text(words).clicked() {
            actions.push(action);
        }
    }
    let discard = ui.add_enabled(
        doc.view().mode == Mode::Private,
        Button::new("Discard copies"),
    );
    let discard = discard.on_hover_text(
        "Give back every private copy: the view shows the file again (Ctrl+Shift+D)",
    );
    if discard
        .on_disabled_hover_text("A shared mapping has no private copies")
        .clicked()
    {
        actions.push(Action::Mapping(MappingAction::DiscardAll));
    }
}

/// One of several that exclude each other; `true` when chosen now.
fn chip(
    ui: &mut Ui,
    label: &str,
    chosen: bool,
    (fill, text): (Color32, Color32),
    words: &str,
) -> bool {
    let mut label_text = RichText::new(label).color(text);
    if chosen {
        label_text = label_text.strong();
    }
    let response = ui
        .add(Button::new(label_text).fill(fill))
        .on_hover_text(words);
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_role(accesskit::Role::RadioButton);
        node.set_toggled(if chosen {
            accesskit::Toggled::True
        } else {
            accesskit::Toggled::False
        });
    });
    response.clicked() && !chosen
}

/// The lookup field and its answer.
pub(super) fn lookup_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let lookup = frame.lookup();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Look up").color(frame.theme.weak));
        let mut text = lookup.text.clone();
        let edit = TextEdit::singleline(&mut text)
            .id(focus_id(Focus::Lookup))
            .hint_text("65   0x41   .+16   p12   3..7")
            .font(egui::TextStyle::Monospace)
            .desired_width(220.0);
        let response = ui.add(edit).on_hover_text(LOOKUP_HELP);
        super::describe::name(&response, "Look up");
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
        if ui.button("Go").on_hover_text("Go there (Enter)").clicked() {
            actions.push(Action::View(ViewAction::LookupCommit));
        }
        answer_ui(ui, frame);
    });
}

const LOOKUP_HELP: &str = "An index or a range, counted from 0:\n65, 0x41, 41h, 0o101, 0b1000001, 4Ki, 1M\n. is the cursor, $ the end, p12 page 12\n+16 from the cursor on, $-16 from the end, (1+2)*3\n3..7 up to 7, 3..=7 with it, 3:+4 four bytes from 3\nEnter goes there, Esc returns";

fn answer_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let lookup = frame.lookup();
    let (text, color) = if lookup.text.trim().is_empty() {
        (lookup_hint(frame), frame.theme.weak)
    } else if lookup.is_error {
        (lookup.answer.clone(), frame.theme.error)
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

fn lookup_hint(frame: &Frame<'_>) -> String {
    let valid = frame.doc.and_then(|doc| doc.context().valid());
    match valid.and_then(|span| span.last().map(|last| (span.start(), last))) {
        Some((first, last)) => format!("Enter a number between {first} and {last}"),
        None => String::new(),
    }
}

/// The byte to fill the selection with.
pub(super) fn fill_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let Some(text) = frame.doc.and_then(|doc| doc.view().fill_text.as_ref()) else {
        return;
    };
    let n_bytes = frame
        .doc
        .map_or(0, |doc| doc.view().viewport.selection().len());
    let bar = egui::Frame::new()
        .fill(frame.theme.notice)
        .inner_margin(egui::Margin::symmetric(10, 5));
    bar.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(format!("Fill {} with", counted(n_bytes, "byte")));
            let mut text = text.clone();
            let edit = TextEdit::singleline(&mut text)
                .id(focus_id(Focus::Fill))
                .desired_width(50.0);
            let response = ui
                .add(edit.font(egui::TextStyle::Monospace))
                .on_hover_text("Two hex digits, or 'a for a character");
            super::describe::name(&response, "Fill with");
            if response.changed() {
                actions.push(Action::Edit(EditAction::FillEdited(text.clone())));
            }
            let value = crate::model::witness::parse_bytes(&text);
            let byte = value.as_ref().ok().and_then(|bytes| {
                if let [byte] = bytes.as_slice() {
                    Some(*byte)
                } else {
                    None
                }
            });
            let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
                actions.push(Action::Edit(EditAction::ToggleFill));
            }
            let clicked = ui
                .add_enabled(byte.is_some(), Button::new("Fill"))
                .clicked();
            if let Some(byte) = byte.filter(|_| enter || clicked) {
                actions.push(Action::Edit(EditAction::Fill(byte)));
            }
            if ui.button("Cancel").clicked() {
                actions.push(Action::Edit(EditAction::ToggleFill));
            }
            if byte.is_none() {
                ui.label(
                    RichText::new("one byte: two hex digits, or 'a for a character")
                        .color(frame.theme.error),
                );
            }
            ui.allocate_space(egui::vec2(ui.available_width(), 0.0));
        });
    });
}

/// Cursor, selection, size, edits, mode.
pub(super) fn status_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    ui.horizontal(|ui| {
        let Some(doc) = frame.doc else {
            ui.label(RichText::new("No file is open").color(theme.weak));
            return;
        };
        at_right(
            ui,
            "status",
            |ui| cursor_ui(ui, frame, doc),
            |ui| facts_ui(ui, frame, doc, actions),
        );
    });
}

fn cursor_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc) {
    let cursor = format!(
        "Cursor {}",
        describe::byte(frame, doc, doc.view().viewport.cursor)
    );
    let label = ui.label(RichText::new(&cursor).monospace());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(cursor);
    });
}

fn facts_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    jobs_ui(ui, frame, doc, actions);
    let theme = frame.theme;
    if doc.view().viewport.nibble.is_some() {
        ui.label("one more digit");
        ui.separator();
    }
    if doc.view().viewport.anchor.is_some() {
        let selection = doc.view().viewport.selection();
        let size = human_size(selection.len());
        ui.label(format!("{selection}, {size} selected"));
        ui.separator();
    }
    let edits = edit_words(doc);
    if !edits.is_empty() {
        ui.label(RichText::new(edits).color(theme.edited));
        ui.separator();
    }
    if doc.view().read_by == ReadBy::Pread {
        let words = "shown by pread";
        let label = ui.label(RichText::new(words).color(theme.reaches).strong());
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(accesskit::Role::Status);
            node.set_label(words);
        });
        label.on_hover_text("The bytes come from pread of the file, not through the mapping");
        ui.separator();
    }
    let column = format!("{} column", column_words(doc.view().viewport.column));
    ui.label(RichText::new(column).color(theme.weak))
        .on_hover_text("The column that takes typed characters (Tab)");
    ui.separator();
    ui.label(size_words(doc))
        .on_hover_text("Length of the file now");
    ui.separator();
    let (fill, text) = if doc.view().writes_through() {
        (theme.warning, theme.on_warning)
    } else {
        (theme.private, theme.on_private)
    };
    let mode = format!(
        " {} {} ",
        doc.view().mode.to_string().to_uppercase(),
        doc.view().access
    );
    let chip = RichText::new(&mode)
        .color(text)
        .background_color(fill)
        .strong();
    let chip = ui.label(chip);
    ui.ctx().accesskit_node_builder(chip.id, |node| {
        let words = format!("Mode: {} {}", doc.view().mode, doc.view().access);
        node.set_role(accesskit::Role::Status);
        node.set_label(words.clone());
        node.set_value(words);
    });
}

/// What is being written from the file: how far it is, and what stops it.
fn jobs_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    for job in &doc.jobs {
        let words = job.words();
        if ui
            .button("Stop")
            .on_hover_text("Nothing is left of it")
            .clicked()
        {
            actions.push(Action::Doc(DocAction::CancelJob(job.number)));
        }
        let bar = egui::ProgressBar::new(job.share())
            .desired_width(90.0)
            .fill(frame.theme.accent);
        ui.add(bar);
        let label = ui.label(&words);
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(accesskit::Role::Status);
            node.set_label(words.clone());
        });
        ui.separator();
    }
}

/// Where a copy or the edits are to be saved.
pub(super) fn saving_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let Some(saving) = frame.doc.and_then(|doc| doc.saving.as_ref()) else {
        return;
    };
    let bar = egui::Frame::new()
        .fill(frame.theme.notice)
        .inner_margin(egui::Margin::symmetric(10, 5));
    bar.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(match saving.what {
                What::View => "Save a copy of the view to",
                What::Edits => "Save the edits to",
            });
            let mut text = saving.text.clone();
            let width = (ui.available_width() - 230.0).max(120.0);
            let edit = TextEdit::singleline(&mut text)
                .id(focus_id(Focus::Destination))
                .desired_width(width);
            let response = ui.add(edit);
            super::describe::name(&response, "Save to");
            if response.changed() {
                actions.push(Action::Doc(DocAction::DestinationEdited(text)));
            }
            let (enter, escape) = ui.input(|input| {
                (
                    input.key_pressed(Key::Enter),
                    input.key_pressed(Key::Escape),
                )
            });
            let left = response.lost_focus();
            if ui.button("Save").clicked() || (left && enter) {
                actions.push(Action::Doc(DocAction::DestinationSubmitted));
            } else if left && escape {
                actions.push(Action::Doc(DocAction::DestinationCancelled));
            }
            if ui
                .button("Choose\u{2026}")
                .on_hover_text("Choose the place in the system's dialog")
                .clicked()
            {
                actions.push(Action::File(FileAction::DestinationDialog));
            }
            if ui.button("Cancel").clicked() {
                actions.push(Action::Doc(DocAction::DestinationCancelled));
            }
            ui.allocate_space(egui::vec2(ui.available_width(), 0.0));
        });
    });
}

fn size_words(doc: &Doc) -> String {
    let size = if doc.file_len < 1024 {
        human_size(doc.file_len)
    } else {
        format!("{} ({} bytes)", human_size(doc.file_len), doc.file_len)
    };
    if doc.view().whole {
        size
    } else {
        format!("window {} of {size}", doc.view().viewport.extent)
    }
}

fn edit_words(doc: &Doc) -> String {
    match (
        doc.view().journal.pending_bytes(),
        doc.view().journal.patch_bytes(),
    ) {
        (0, 0) => String::new(),
        (pending, 0) => format!("{pending} edited"),
        (0, patch) => format!("{patch} to reapply"),
        (pending, patch) => format!("{pending} edited, {patch} to reapply"),
    }
}
