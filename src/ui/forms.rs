//! Forms: the byte to fill with, the place to save to, what to look for. One stands at a time, in the row of the menus: nothing moves for it,
//! and it covers neither the bytes that it is about nor what is said of them.

use egui::{
    Align, Button, Key, Label, Layout, Rect, RichText, TextEdit, TextStyle, Ui, UiBuilder, vec2,
};

use crate::bytes::size::counted;
use crate::model::saving::{Saving, What};
use crate::model::session::ProgramLanguage;
use crate::model::witness::parse_bytes;
use crate::model::{Action, App, Doc, DocAction, EditAction, FileAction, FindBar, Focus};

use super::find_bar::find_ui;
use super::right::at_right;
use super::{Frame, describe, focus_id};

/// The widest field for a path, in points.
const MOST_FIELD: f32 = 620.0;
/// The part of its room that it takes where something stands beside it.
const SHARE_BESIDE_PROBLEM: f32 = 0.6;
/// The field for a byte, in points.
const BYTE_FIELD: f32 = 50.0;
/// What is wrong with what is typed as the byte to fill with.
const NO_BYTE: &str = "one byte: two hex digits, or 'a for a character";

/// A form that stands.
#[derive(Clone, Copy)]
pub(in crate::ui) enum Form<'a> {
    /// The byte to fill the selection with, as it was typed, and how many bytes that are.
    Fill(&'a str, u64),
    /// Where to save.
    Saving(&'a Saving),
    /// What to look for.
    Find(&'a FindBar),
}

/// The form of the file and the view with the focus.
#[must_use]
pub(in crate::ui) fn standing(model: &App) -> Option<Form<'_>> {
    let doc = model.doc()?;
    let fill = |doc: &'_ Doc| doc.view().viewport.selection().len();
    let saving = doc.saving.as_ref().map(Form::Saving);
    let text = doc.view().fill_text.as_deref();
    let find = Some(&model.find).filter(|bar| bar.is_shown);
    let form = saving.or_else(|| text.map(|text| Form::Fill(text, fill(doc))));
    form.or_else(|| find.map(Form::Find))
}

impl Form<'_> {
    /// Where it has the keyboard.
    #[must_use]
    pub(in crate::ui) fn focus(self) -> Focus {
        match self {
            Self::Fill(..) => Focus::Fill,
            Self::Saving(_) => Focus::Destination,
            Self::Find(_) => Focus::Find,
        }
    }

    /// The room that it needs beside the menus, in points.
    #[must_use]
    pub(super) fn least_width(self) -> f32 {
        match self {
            Self::Fill(..) => 340.0,
            Self::Saving(_) => 400.0,
            Self::Find(_) => 660.0,
        }
    }
}

/// Draws it into `room`, which is one row.
pub(super) fn form_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    form: Form<'_>,
    room: Rect,
    actions: &mut Vec<Action>,
) {
    // to the edges of the bar that it stands in
    let painted = room.expand2(vec2(8.0, 4.0));
    ui.painter().rect_filled(painted, 0.0, frame.theme.notice);
    let builder = UiBuilder::new()
        .id_salt("form")
        .max_rect(room)
        .layout(Layout::left_to_right(Align::Center));
    let ui = &mut ui.new_child(builder);
    match form {
        Form::Fill(text, n_bytes) => fill_ui(ui, frame, text, n_bytes, actions),
        Form::Saving(saving) => saving_ui(ui, frame, saving, actions),
        Form::Find(bar) => find_ui(ui, frame, bar, actions),
    }
}

/// The byte to fill the selection with.
fn fill_ui(ui: &mut Ui, frame: &Frame<'_>, text: &str, n_bytes: u64, actions: &mut Vec<Action>) {
    ui.label(format!("Fill {} with", counted(n_bytes, "byte")));
    let mut text = text.to_owned();
    let edit = TextEdit::singleline(&mut text)
        .id(focus_id(Focus::Fill))
        .desired_width(BYTE_FIELD);
    let response = ui
        .add(edit.font(TextStyle::Monospace))
        .on_hover_text("Two hex digits, or 'a for a character");
    describe::name(&response, "Fill with");
    if response.changed() {
        actions.push(Action::Edit(EditAction::FillEdited(text.clone())));
    }
    let byte = match parse_bytes(&text).as_deref() {
        Ok([byte]) => Some(*byte),
        _ => None,
    };
    let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        actions.push(Action::Edit(EditAction::ToggleFill));
    }
    let fill = ui.add_enabled(byte.is_some(), Button::new("Fill"));
    let clicked = fill.on_disabled_hover_text(NO_BYTE).clicked();
    if let Some(byte) = byte.filter(|_| enter || clicked) {
        actions.push(Action::Edit(EditAction::Fill(byte)));
    }
    if ui.button("Cancel").clicked() {
        actions.push(Action::Edit(EditAction::ToggleFill));
    }
    if byte.is_none() {
        let why = RichText::new(NO_BYTE).color(frame.theme.error);
        ui.add(Label::new(why).truncate());
    }
}

/// Where a copy or the edits are to be saved.
fn saving_ui(ui: &mut Ui, frame: &Frame<'_>, saving: &Saving, actions: &mut Vec<Action>) {
    let words = match saving.what {
        What::View => "Save a copy of the view to",
        What::Selection(_) => "Save the selection to",
        What::PasteFile => "Paste at the cursor the bytes of",
        What::Edits => "Save the edits to",
        What::Offer | What::OtherOffer(_) => "Save the edits that were left to",
        What::Patch => "Apply the list of edits in",
        What::Happened => "Save what happened to",
        What::Steps => "Save the steps to",
        What::Program(ProgramLanguage::C) => "Write the program in C to the new folder",
        What::Program(ProgramLanguage::Rust) => "Write the program in Rust to the new folder",
        What::Picture => "Save the picture to",
    };
    let mut pressed = Vec::new();
    at_right(
        ui,
        "destination",
        |ui| {
            let label = describe::text_width(ui, words, &TextStyle::Body);
            let is_wide = ui.available_width() >= 2.0 * label;
            let short = match saving.what {
                What::Patch => "Apply",
                What::PasteFile => "Paste from",
                _ => "Save to",
            };
            ui.label(if is_wide { words } else { short })
                .on_hover_text(words);
            destination_ui(ui, saving, actions);
            if let Some(why) = &saving.problem {
                let shown = RichText::new(why).color(frame.theme.error);
                ui.add(Label::new(shown).truncate()).on_hover_text(why);
            }
        },
        |ui| answers_ui(ui, saving, &mut pressed),
    );
    actions.append(&mut pressed);
}

fn destination_ui(ui: &mut Ui, saving: &Saving, actions: &mut Vec<Action>) {
    let mut text = saving.text.clone();
    let room = match saving.problem {
        Some(_) => ui.available_width() * SHARE_BESIDE_PROBLEM,
        None => ui.available_width(),
    };
    let edit = TextEdit::singleline(&mut text)
        .id(focus_id(Focus::Destination))
        .desired_width(room.min(MOST_FIELD));
    let response = ui.add(edit);
    let name = match saving.what {
        What::Patch => "List of edits to apply",
        What::PasteFile => "File to paste",
        _ => "Save to",
    };
    describe::name(&response, name);
    if response.changed() {
        actions.push(Action::Doc(DocAction::DestinationEdited(text)));
    }
    if response.lost_focus() {
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        if pressed(Key::Enter) {
            actions.push(Action::Doc(DocAction::DestinationSubmitted));
        } else if pressed(Key::Escape) {
            actions.push(Action::Doc(DocAction::DestinationCancelled));
        }
    }
}

fn answers_ui(ui: &mut Ui, saving: &Saving, actions: &mut Vec<Action>) {
    let (does, words) = match saving.what {
        What::Patch => ("Compare\u{2026}", "Choose the list in the system's dialog"),
        What::PasteFile => ("Paste", "Choose the file in the system's dialog"),
        _ => ("Save", "Choose the place in the system's dialog"),
    };
    if ui.button(does).clicked() {
        actions.push(Action::Doc(DocAction::DestinationSubmitted));
    }
    let choose = ui.button("Choose\u{2026}");
    if choose.on_hover_text(words).clicked() {
        actions.push(Action::File(FileAction::DestinationDialog));
    }
    if ui.button("Cancel").clicked() {
        actions.push(Action::Doc(DocAction::DestinationCancelled));
    }
}
