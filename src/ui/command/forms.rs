//! The commands that copy and paste in a form: those of two menus within a menu.

use egui::{Context, Id};

use crate::bytes::clip::Pasted;
use crate::bytes::forms::Form;
use crate::model::{Action, EditAction, PlaceText};

use super::{Command, Deed, Menu, command};

/// A menu of forms, within a menu.
#[derive(Clone, Copy, Debug)]
pub struct Forms {
    /// Its words in the outer one.
    pub label: &'static str,
    /// What is in it.
    pub commands: &'static [Command],
}

macro_rules! copy_as {
    ($label:literal, $tooltip:literal, $form:ident) => {
        command(Menu::Edit, $label, $tooltip, &[], |_| {
            Action::Edit(EditAction::CopyAs(Form::$form))
        })
    };
}

macro_rules! copy_place {
    ($label:literal, $tooltip:literal, $what:ident) => {
        command(Menu::Edit, $label, $tooltip, &[], |_| {
            Action::Edit(EditAction::CopyPlace(PlaceText::$what))
        })
    };
}

macro_rules! paste_as {
    ($label:literal, $tooltip:literal, $form:ident) => {
        command(Menu::Edit, $label, $tooltip, &[], |_| {
            Action::Edit(EditAction::CopyAs(Form::$form))
        })
        .does(Deed::PasteAs(Form::$form))
    };
}

/// Frames within which the clipboard comes that was asked for: the next one, or the one after it where that lets the
/// keyboard move. An empty one never does.
const FRAMES_TO_PASTE: u8 = 3;

/// The form that the clipboard was asked for in, and the frames left for it to come.
type Expected = Option<(Form, u8)>;

fn id() -> Id {
    Id::unique("form to paste")
}

/// The clipboard is asked for in this form.
pub(super) fn expect(ctx: &Context, form: Form) {
    let expected: Expected = Some((form, FRAMES_TO_PASTE));
    ctx.data_mut(|data| data.insert_temp(id(), expected));
}

/// What was pasted, in the form that it was asked for in.
pub(in crate::ui) fn pasted(ctx: &Context, pasted: Pasted) -> EditAction {
    let expected: Option<Expected> = ctx.data_mut(|data| data.remove_temp(id()));
    match expected.flatten() {
        Some((form, _)) => EditAction::PasteAs(form, pasted),
        None => EditAction::Paste(pasted),
    }
}

/// A frame is over.
pub(in crate::ui) fn frame_over(ctx: &Context) {
    ctx.data_mut(|data| {
        let expected: Option<Expected> = data.remove_temp(id());
        if let Some((form, frames)) = expected.flatten()
            && let Some(frames) = frames.checked_sub(1)
        {
            let expected: Expected = Some((form, frames));
            data.insert_temp(id(), expected);
        }
    });
}

/// They stand behind *Paste*.
pub static FORMS: [Forms; 2] = [
    Forms {
        label: "Copy as",
        commands: &[
            copy_as!("Hex", "4d5a", Hex),
            copy_as!("Spaced hex", "4d 5a", SpacedHex),
            copy_as!("C array", "const unsigned char data[2] = {\u{2026}", C),
            copy_as!("Rust array", "const DATA: [u8; 2] = [\u{2026}", Rust),
            copy_as!("Python bytes", "b\"\\x4d\\x5a\"", Python),
            copy_as!("Base64", "TVo=", Base64),
            copy_as!("Text (UTF-8)", "Where the selection is text", Text),
            copy_as!(
                "Text (UTF-16LE)",
                "Where the selection is text of two bytes a unit",
                Utf16Le
            ),
            copy_as!(
                "Text (UTF-16BE)",
                "The same, the higher byte first",
                Utf16Be
            ),
            copy_as!(
                "Hexdump",
                "Lines with offset, hex and text, as hexdump -C",
                Hexdump
            ),
            copy_place!("Offset or range", "As the lookup field takes it", Offset).separated(),
            copy_place!("Path of the file", "As it was opened", Path),
            copy_place!(
                "dd command",
                "Writes these bytes of the file to standard output",
                Dd
            ),
            copy_place!("xxd command", "Shows these bytes of the file", Xxd),
        ],
    },
    Forms {
        label: "Paste as",
        commands: &[
            paste_as!(
                "Hex or dump",
                "Pairs of digits, or the lines of a dump",
                Hex
            ),
            paste_as!(
                "C, Rust or Python",
                "An array, or texts in quotation marks",
                C
            ),
            paste_as!("Base64", "With padding or without", Base64),
            paste_as!("Text (UTF-8)", "The text itself", Text),
            paste_as!("Text (UTF-16LE)", "The text in two bytes a unit", Utf16Le),
            paste_as!(
                "Text (UTF-16BE)",
                "The same, the higher byte first",
                Utf16Be
            ),
        ],
    },
];
