//! The commands for many bytes at once: saving the selected ones, pasting those of a file, and sums.
//!
//! It must not know where they are drawn.

use egui::Key;

use crate::model::{Action, AppAction, DocAction, Tab, ViewAction};

use super::keys::{CTRL, key};
use super::{Command, Menu, command};

/// Saves the selected bytes.
pub(super) const SAVE_SELECTION: Command = command(
    Menu::File,
    "Save selection as\u{2026}",
    "The selected bytes as shown here, those alone, to a new file",
    &[],
    |_| Action::Doc(DocAction::SaveSelection),
);

/// Pastes a file.
pub(super) const PASTE_FILE: Command = command(
    Menu::Edit,
    "Paste from a file at the cursor\u{2026}",
    "All bytes of a file, at most 1 MiB, over those from the cursor on or over the selection",
    &[],
    |_| Action::Doc(DocAction::PasteFile),
);

/// Sums the selection, or all.
pub(in crate::ui) const COMPUTE: Command = command(
    Menu::Go,
    "Compute sums",
    "Checksums, histogram and entropy of the selection, or of all that the view shows",
    &[],
    |_| Action::View(ViewAction::Sum),
);

/// Shows the sums.
pub(super) const SHOW_SUMS: Command = command(
    Menu::Go,
    "Sums",
    "Checksums, histogram and entropy, beside the bytes",
    &[key(CTRL, Key::Num8)],
    |_| Action::App(AppAction::ShowTab(Tab::Sums)),
)
.always()
.separated();
