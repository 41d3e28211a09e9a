//! The edits that are not in the file, newest first: where, what, when, and a way to take one back.
//!
//! Only the rows in sight are drawn, however many there are.

use egui::{Button, RichText, ScrollArea, Ui};

use crate::bytes::class::text_char;
use crate::bytes::hex;
use crate::bytes::size::counted;
use crate::bytes::time_of_day::time_of_day;
use crate::model::journal::{Bytes, Edit, EditState};
use crate::model::{Action, EditAction, View, ViewAction};

use super::Frame;
use super::keyed::keyed;
use super::offers::offers_ui;

/// Bytes of an edit that are shown.
const SHOWN_BYTES: usize = 4;

/// Draws the list.
pub(super) fn edits_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    offers_ui(ui, frame, actions);
    let Some(view) = frame.doc.map(crate::model::Doc::view) else {
        return;
    };
    let edits: Vec<&Edit> = listed(view).collect();
    let words = match edits.len() {
        0 => "Nothing is edited that is not in the file".to_owned(),
        1 => "1 edit is not in the file; click it to go there".to_owned(),
        n => format!("{n} edits are not in the file, newest first; click one to go there"),
    };
    ui.label(RichText::new(words).color(frame.theme.weak));
    ui.add_space(4.0);
    let spacing = ui.spacing().item_spacing.y;
    let row = 2.0 * ui.spacing().interact_size.y + spacing;
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, row, edits.len(), |ui, range| {
            for edit in edits.get(range).unwrap_or_default() {
                edit_ui(ui, frame, edit, actions);
            }
        });
}

/// The edits of a view that are not in the file, newest first.
fn listed(view: &View) -> impl Iterator<Item = &Edit> {
    view.journal
        .edits()
        .iter()
        .rev()
        .filter(|edit| edit.is_pending())
}

/// Two lines of equal height: what was changed, and when.
fn edit_ui(ui: &mut Ui, frame: &Frame<'_>, edit: &Edit, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let offset = edit.span().start();
    let change = change_words(edit);
    let state = state_words(edit.state());
    let when = time_of_day(edit.at());
    keyed(ui, ("edit", edit.id()), |ui| {
        let width = ui.available_width();
        let height = ui.spacing().interact_size.y;
        let text = RichText::new(format!("{offset:#x}  {change}")).monospace();
        let button = Button::selectable(false, text.color(theme.edited)).truncate();
        let whole = egui::Layout::top_down_justified(egui::Align::Min);
        let size = egui::vec2(width, height);
        let go = ui
            .allocate_ui_with_layout(size, whole, |ui| ui.add(button))
            .inner;
        let spoken = format!("{change} at {offset:#x}, {when}, {state}");
        go.ctx
            .accesskit_node_builder(go.id, |node| node.set_label(spoken));
        if go.on_hover_text("Go there").clicked() {
            actions.push(Action::View(ViewAction::GoTo(offset)));
        }
        let right = egui::Layout::right_to_left(egui::Align::Center);
        ui.allocate_ui_with_layout(size, right, |ui| {
            let can = edit.state() == EditState::Applied;
            let undo = ui.add_enabled(can, Button::new("Undo this one").small());
            let name = format!("Undo this one, at {offset:#x}, number {}", edit.id());
            undo.ctx
                .accesskit_node_builder(undo.id, |node| node.set_label(name));
            let undo = undo.on_hover_text("Give these bytes back, and leave what was edited since");
            if undo
                .on_disabled_hover_text("The mapping does not hold it: reapply it first")
                .clicked()
            {
                actions.push(Action::Edit(EditAction::UndoOne(edit.id())));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.add_space(8.0);
                let words = RichText::new(format!("{when}, {state}")).color(theme.weak);
                ui.add(egui::Label::new(words.small()).truncate());
            });
        });
    });
}

/// What became what: the first bytes of it, in hex and as text.
fn change_words(edit: &Edit) -> String {
    let n_bytes = edit.n_bytes();
    let mut parts = edit.parts();
    let Some((old, new)) = parts.find_map(|part| part.bytes) else {
        return counted(n_bytes, "byte");
    };
    let more = if n_bytes > SHOWN_BYTES as u64 {
        format!(", {}", counted(n_bytes, "byte"))
    } else {
        String::new()
    };
    let (old, new) = (first(old), first(new));
    format!(
        "{} \u{2192} {} '{}' \u{2192} '{}'{more}",
        hex::format_hex(&old),
        hex::format_hex(&new),
        text(&old),
        text(&new)
    )
}

fn first(bytes: &Bytes) -> Vec<u8> {
    bytes.part(0..SHOWN_BYTES).into_owned()
}

fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| text_char(*byte)).collect()
}

fn state_words(state: EditState) -> &'static str {
    match state {
        EditState::Applied => "in this view",
        EditState::Lost => "lost with its page",
        EditState::Discarded => "discarded",
        EditState::SetAside => "kept aside",
        EditState::InFile | EditState::WrittenNotSynced => "partly in the file",
        EditState::Undone | EditState::Dropped | EditState::Retired => "partly taken back",
    }
}
