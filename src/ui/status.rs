//! The line at the bottom: news or the cursor in words, and what holds of the file now.

use egui::{Align, Color32, Label, Layout, Response, RichText, TextStyle, Ui, accesskit};

use crate::bytes::size::human_size;
use crate::model::{Access, Action, Column, Doc, DocAction, Mode, OrderId, ReadBy, Tab};

use super::command::column_words;
use super::keyed::keyed;
use super::news::News;
use super::right::at_right;
use super::{Frame, describe, lab_panel};

/// Below this width the least important facts are left out, in points.
const ALL_FACTS: f32 = 660.0;

/// News or cursor, jobs, selection, edits, size, mode.
pub(super) fn status_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    news: &mut News,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        if frame.model.lab.is_front {
            lab_panel::progress_ui(ui, frame);
            return;
        }
        let Some(doc) = frame.doc else {
            ui.label(RichText::new("No file is open").color(frame.theme.weak));
            return;
        };
        let passing = news.now(ui, doc, actions);
        let mut pressed = Vec::new();
        at_right(
            ui,
            "status",
            |ui| match passing {
                Some(notice) => news.show(ui, frame, notice, &mut pressed),
                None => cursor_ui(ui, frame, doc),
            },
            |ui| facts_ui(ui, frame, doc, actions),
        );
        actions.append(&mut pressed);
    });
}

fn cursor_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc) {
    let cursor = format!(
        "Cursor {}",
        describe::byte(frame, doc, doc.view().viewport.cursor)
    );
    let label = ui.add(Label::new(RichText::new(&cursor).monospace()).truncate());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(cursor);
    });
}

/// What comes and goes stands at the left, so that the rest keeps its place.
fn facts_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    jobs_ui(ui, frame, doc, actions);
    search_ui(ui, doc, actions);
    finding_ui(ui, frame, doc, actions);
    passing_ui(ui, frame, doc);
    let view = doc.view();
    let is_wide = ui.ctx().content_rect().width() >= ALL_FACTS;
    if is_wide {
        let column = |column| format!("{} column", column_words(column));
        let longest = column(Column::Text);
        let text = RichText::new(column(view.viewport.column)).color(frame.theme.weak);
        in_room_of(ui, &longest, |ui| ui.label(text))
            .on_hover_text("The column that takes typed characters (Tab)");
        ui.separator();
    }
    let exact = format!("{} bytes: the length of the file now", doc.file_len);
    ui.label(size_words(doc, is_wide)).on_hover_text(exact);
    ui.separator();
    mode_ui(ui, frame, doc);
}

fn passing_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc) {
    let view = doc.view();
    if view.viewport.nibble.is_some() {
        ui.label("one more digit");
        ui.separator();
    }
    if view.viewport.anchor.is_some() {
        let selection = view.viewport.selection();
        let size = human_size(selection.len());
        ui.label(format!("{selection}, {size} selected"));
        ui.separator();
    }
    edits_ui(ui, frame, doc);
    if let Some(words) = doc.held_up() {
        let label = ui.label(&words);
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(accesskit::Role::Status);
            node.set_label(words);
        });
        ui.separator();
    }
    if view.read_by == ReadBy::Pread {
        let words = "shown by pread";
        let label = ui.label(RichText::new(words).color(frame.theme.reaches).strong());
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(accesskit::Role::Status);
            node.set_label(words);
        });
        label.on_hover_text("The bytes come from pread of the file, not through the mapping");
        ui.separator();
    }
}

/// The most important sign of the window: what a write does.
fn mode_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc) {
    let (view, theme) = (doc.view(), frame.theme);
    let (fill, text) = theme.of_mode(view.writes_through());
    let words =
        |mode: Mode, access: Access| format!(" {} {access} ", mode.to_string().to_uppercase());
    let longest = words(Mode::Private, Access::ReadWrite);
    let chip = RichText::new(words(view.mode, view.access)).color(text);
    let chip = in_room_of(ui, &longest, |ui| ui.label(chip.background_color(fill)));
    ui.ctx().accesskit_node_builder(chip.id, |node| {
        let words = format!("Mode: {} {}", view.mode, view.access);
        node.set_role(accesskit::Role::Status);
        node.set_label(words.clone());
        node.set_value(words);
    });
}

/// Draws a label in the room that `longest` would need, at its right end.
fn in_room_of(ui: &mut Ui, longest: &str, label: impl FnOnce(&mut Ui) -> Response) -> Response {
    let font = TextStyle::Body.resolve(ui.style());
    let size = ui.fonts_mut(|fonts| {
        let galley = fonts.layout_no_wrap(longest.to_owned(), font, Color32::PLACEHOLDER);
        galley.size()
    });
    let layout = Layout::right_to_left(Align::Center); // one label: there is no order to turn round
    ui.allocate_ui_with_layout(size.ceil(), layout, label).inner
}

/// What is being written from the file: how far it is, and what stops it.
fn jobs_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    for job in &doc.jobs {
        let words = doc.with_storage(job.number, &job.words());
        let told = (job.number, words.as_str(), job.share());
        job_ui(ui, frame, told, "Nothing is left of it", actions);
    }
    if let Some((number, words)) = doc.slow_reading() {
        job_ui(ui, frame, (number, &words, 0.0), "Do not read it", actions);
    }
    // In the panel they stand with what there is of them so far.
    let is_seen = frame.model.shows(Tab::Sums);
    if let (false, Some((number, words, share))) = (is_seen, doc.view().sums.progress()) {
        let words = doc.with_storage(number, &words);
        job_ui(ui, frame, (number, &words, share), "Take no sums", actions);
    }
}

/// A search for a pattern that takes long.
fn finding_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    if let Some((number, words, share)) = describe::search(doc) {
        job_ui(ui, frame, (number, &words, share), "Stay here", actions);
    }
}

/// One of them.
fn job_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    (number, words, share): (OrderId, &str, f32),
    stops: &str,
    actions: &mut Vec<Action>,
) {
    stop_ui(ui, number, stops, actions);
    super::progress::progress_ui(ui, frame, share, 90.0);
    let label = ui.label(words);
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(words);
    });
    ui.separator();
}

fn stop_ui(ui: &mut Ui, number: OrderId, words: &str, actions: &mut Vec<Action>) {
    let stop = keyed(ui, ("stop", number), |ui| ui.button("Stop")).inner;
    if stop.on_hover_text(words).clicked() {
        actions.push(Action::Doc(DocAction::CancelJob(number)));
    }
}

fn size_words(doc: &Doc, exact: bool) -> String {
    let size = if doc.file_len < 1024 || !exact {
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

/// What is edited and what somebody changed in the file: only what there is.
fn edit_words(doc: &Doc) -> String {
    let view = doc.view();
    let mut words = Vec::new();
    for (n_bytes, what) in [
        (view.journal.pending_bytes(), "edited"),
        (view.journal.patch_bytes(), "to reapply"),
    ] {
        if n_bytes > 0 {
            words.push(format!("{n_bytes} {what}"));
        }
    }
    let changed = view.changed_in_file;
    match (changed.n_bytes, changed.is_least) {
        (0, _) => {}
        (n_bytes, false) => words.push(format!("{n_bytes} changed in the file")),
        (n_bytes, true) => words.push(format!("over {n_bytes} changed in the file")),
    }
    words.join(", ")
}

fn edits_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc) {
    let edits = edit_words(doc);
    if !edits.is_empty() {
        let label = ui.label(RichText::new(&edits).color(frame.theme.edited));
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(accesskit::Role::Status);
            node.set_label(edits);
        });
        label.on_hover_text(
            "Bytes that you edited and that are not in the file; bytes beside them that somebody wrote into the file since your pages were copied (F8 goes there)",
        );
        ui.separator();
    }
}

/// A search that takes long, and what stops it.
fn search_ui(ui: &mut Ui, doc: &Doc, actions: &mut Vec<Action>) {
    let Some((number, true)) = doc.view().pending.search() else {
        return;
    };
    stop_ui(ui, number, "Stay here", actions);
    let words = match doc.storage_words(Some(number)) {
        Some(waiting) => format!("comparing with the file; {waiting}"),
        None => "comparing with the file\u{2026}".to_owned(),
    };
    let label = ui.label(&words);
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(words);
    });
    ui.separator();
}
