//! The commands that make a program of what happened.

use crate::model::session::ProgramLanguage;
use crate::model::{Action, App, DocAction};

use super::{Command, Menu, command};

/// Why there is none.
const NOTHING: &str = "Nothing happened yet";

/// A program in C.
pub(super) const AS_C: Command = command(
    Menu::File,
    "Export what happened as C\u{2026}",
    "A program that does it again with a scratch file, and checks who sees what; to a new folder",
    &[],
    |_| Action::Doc(DocAction::SaveProgram(ProgramLanguage::C)),
)
.when(has_happened, NOTHING);

/// The same in Rust.
pub(super) const AS_RUST: Command = command(
    Menu::File,
    "Export what happened as Rust\u{2026}",
    "The same program in Rust, with the crate libc; to a new folder",
    &[],
    |_| Action::Doc(DocAction::SaveProgram(ProgramLanguage::Rust)),
)
.when(has_happened, NOTHING);

fn has_happened(model: &App) -> bool {
    model.doc().is_some_and(|doc| !doc.happened.is_empty())
}
