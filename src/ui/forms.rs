//! Forms above the bytes: the byte to fill with, the place to save to. They stand while the person is asked for one.

use egui::{Button, Key, RichText, TextEdit, Ui};

use crate::bytes::size::counted;
use crate::model::saving::What;
use crate::model::{Action, DocAction, EditAction, FileAction, Focus};

use super::{Frame, describe, focus_id};

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
            describe::name(&response, "Fill with");
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
                What::Patch => "Apply the list of edits in",
                What::Happened => "Save what happened to",
                What::Steps => "Save the steps to",
                What::Picture => "Save the picture to",
            });
            let mut text = saving.text.clone();
            let width = (ui.available_width() - 230.0).max(120.0);
            let edit = TextEdit::singleline(&mut text)
                .id(focus_id(Focus::Destination))
                .desired_width(width);
            let response = ui.add(edit);
            describe::name(
                &response,
                match saving.what {
                    What::Patch => "List of edits to apply",
                    _ => "Save to",
                },
            );
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
            let (does, hint) = match saving.what {
                What::Patch => ("Compare\u{2026}", "Choose the list in the system's dialog"),
                _ => ("Save", "Choose the place in the system's dialog"),
            };
            if ui.button(does).clicked() || (left && enter) {
                actions.push(Action::Doc(DocAction::DestinationSubmitted));
            } else if left && escape {
                actions.push(Action::Doc(DocAction::DestinationCancelled));
            }
            if ui.button("Choose\u{2026}").on_hover_text(hint).clicked() {
                actions.push(Action::File(FileAction::DestinationDialog));
            }
            if ui.button("Cancel").clicked() {
                actions.push(Action::Doc(DocAction::DestinationCancelled));
            }
            ui.allocate_space(egui::vec2(ui.available_width(), 0.0));
        });
    });
}
