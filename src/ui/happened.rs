//! The list *What happened*: the newest first, each entry with who saw it; a click goes there.
//!
//! It draws no more entries than are in sight. It owns no words: those are the model's.

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Button, Rect, Response, RichText, ScrollArea, Sense, TextStyle, Ui, UiBuilder,
    accesskit, pos2, vec2,
};

use crate::bytes::Span;
use crate::model::happened::who_saw;
use crate::model::session::ProgramLanguage;
use crate::model::{Action, Doc, DocAction, Happening, PeersAction, ViewAction};

use super::Frame;
use super::keyed::{keyed, keyed_at};
use super::menus::choice_ui;

/// The height of the list, in points.
const LIST_HEIGHT: f32 = 230.0;
/// The height of an entry: two lines.
const ENTRY_HEIGHT: f32 = 36.0;
/// The width of the button at an entry's right end.
const BUTTON_WIDTH: f32 = 84.0;

/// Between the end of an entry's lines and what stands behind them, in points.
const GAP: f32 = 6.0;

/// Draws the list with its buttons.
pub(super) fn happened_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    ui.add_space(6.0);
    let n = doc.happened.len();
    if n == 0 {
        ui.label(RichText::new("What happened").strong());
        let words = "Nothing yet: stores, forks, msync and whatever changes the file stand here";
        ui.label(RichText::new(words).color(frame.theme.weak));
        return;
    }
    heading_ui(ui, frame, doc);
    buttons_ui(ui, actions);
    let list = UiBuilder::new()
        .id_salt("what happened")
        .accessibility_role(accesskit::Role::List)
        .accessibility_label("What happened");
    ui.scope_builder(list, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let area = ScrollArea::vertical()
            .id_salt("entries")
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true]);
        area.show_rows(ui, ENTRY_HEIGHT, n, |ui, shown| {
            let entries = doc.happened.newest_first();
            for entry in entries.skip(shown.start).take(shown.len()) {
                entry_ui(ui, frame, doc, entry, actions);
            }
        });
    });
}

fn heading_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("What happened").strong());
        let mut words = "times in UTC".to_owned();
        if doc.happened.n_forgotten() > 0 {
            let first = doc.happened.n_forgotten() + 1;
            words = format!("{words}; those before number {first} are forgotten");
        }
        ui.label(RichText::new(words).color(frame.theme.weak).small());
    });
}

fn buttons_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    // The whole row, as what has an id of its own does not go to the next line.
    keyed(ui, "buttons of what happened", |ui| {
        ui.horizontal_wrapped(|ui| row_ui(ui, actions));
    });
}

fn row_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    for (words, hint, action) in [
        (
            "Copy all",
            "The whole list as text",
            DocAction::CopyHappened,
        ),
        (
            "Save as text\u{2026}",
            "The whole list to a new file",
            DocAction::SaveHappened,
        ),
        (
            "Save as steps\u{2026}",
            "With surroundings, calls and what each row saw: to be cited, and done again",
            DocAction::SaveSteps,
        ),
    ] {
        if ui.button(words).on_hover_text(hint).clicked() {
            actions.push(Action::Doc(action));
        }
    }
    let menu = ui.menu_button("Export", |ui| programs_ui(ui, actions));
    super::notices::name(&menu.response, "Export as a program");
    let hint = "A program that does it again with a scratch file, and checks who sees what";
    menu.response.on_hover_text(hint);
}

/// The session as a program, in which language.
fn programs_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    for (words, language) in [
        ("Export as C\u{2026}", ProgramLanguage::C),
        ("Export as Rust\u{2026}", ProgramLanguage::Rust),
    ] {
        if choice_ui(ui, words).clicked() {
            actions.push(Action::Doc(DocAction::SaveProgram(language)));
        }
    }
}

fn entry_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    entry: &Happening,
    actions: &mut Vec<Action>,
) {
    let size = vec2(ui.available_width(), ENTRY_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::empty());
    let offers = doc.can_put_back(entry.number).is_ok();
    let left = if offers {
        Rect::from_min_max(rect.min, pos2(rect.max.x - BUTTON_WIDTH, rect.max.y))
    } else {
        rect
    };
    let id = ui.scope_id().with(("entry", entry.number));
    let response = ui.interact(left, id, Sense::click());
    paint(ui, frame, entry, left, &response);
    let full = entry.full_words();
    let words = format!("{}: {full}", entry.at.time());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Button);
        node.set_label(words);
    });
    let response = response.on_hover_text(full);
    if response.clicked() {
        actions.extend(go_there(doc, entry));
    }
    if offers {
        let min = pos2(left.max.x + 2.0, rect.min.y);
        let place = Rect::from_min_max(min, rect.max);
        let button = Button::new(RichText::new("Write back").small());
        let about = ("write back", entry.number);
        let button = keyed_at(ui, about, place, button).on_hover_text(
            "What stood there before, by the same mapping, if what this wrote still stands",
        );
        let name = format!("Write back as the same: {}", entry.words());
        super::notices::name(&button, &name);
        if button.clicked() {
            actions.push(Action::Peers(PeersAction::PutBack(entry.number)));
        }
    }
}

fn paint(ui: &Ui, frame: &Frame<'_>, entry: &Happening, rect: Rect, response: &Response) {
    if !ui.is_rect_visible(rect) {
        return;
    }
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 3.0, frame.theme.control_hovered);
    }
    let color = if entry.is_done() {
        frame.theme.text
    } else {
        frame.theme.error
    };
    let time = entry.at.time();
    let small = TextStyle::Small.resolve(ui.style());
    let body = TextStyle::Body.resolve(ui.style());
    let mono = egui::FontId::monospace(small.size);
    let at = rect.min + vec2(4.0, 2.0);
    let drawn = painter.text(at, Align2::LEFT_TOP, time, mono, frame.theme.weak);
    let at = pos2(drawn.max.x + 8.0, at.y);
    let width = (rect.max.x - GAP - at.x).max(0.0);
    let line = |words: String, font, color| {
        let mut line = LayoutJob::simple_singleline(words, font, color);
        line.wrap = TextWrapping::truncate_at_width(width);
        ui.fonts_mut(|fonts| fonts.layout_job(line))
    };
    painter.galley(at, line(entry.words(), body, color), color);
    let at = pos2(at.x, rect.min.y + 19.0);
    let weak = frame.theme.weak;
    painter.galley(at, line(who_saw(&entry.saw), small, weak), weak);
}

/// What a click does: the bytes are selected, where it is about some that are mapped.
fn go_there(doc: &Doc, entry: &Happening) -> Vec<Action> {
    let viewport = &doc.view().viewport;
    let span = entry
        .span()
        .and_then(|span| span.intersect(viewport.extent));
    let Some(last) = span.and_then(Span::last) else {
        return Vec::new();
    };
    let first = span.map_or(last, Span::start);
    let point = |offset, extend| {
        Action::View(ViewAction::Point {
            offset,
            extend,
            column: viewport.column,
        })
    };
    if first == last {
        vec![point(first, false)]
    } else {
        vec![point(last, false), point(first, true)]
    }
}
