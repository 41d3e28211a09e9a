//! The commands that stand beside the facts of the mapping as well as in its menu: one definition for both places.
//!
//! It must not know where they are drawn.

use egui::Key;

use crate::model::{Action, MappingAction};

use super::keys::{CTRL, PLAIN, key};
use super::{Command, Menu, command};

/// Maps anew.
pub(in crate::ui) const REMAP: Command = command(
    Menu::Mapping,
    "Remap",
    "Unmap and map anew; private edits are reapplied",
    &[key(CTRL, Key::R), key(PLAIN, Key::F5)],
    |_| Action::Mapping(MappingAction::Remap),
)
.separated();

/// Has the kernel write what was changed.
pub(in crate::ui) const SYNC: Command = command(
    Menu::Mapping,
    "Sync (msync)",
    "Write the shared mapping's changes to the storage now",
    &[key(CTRL, Key::M)],
    |_| Action::Mapping(MappingAction::Flush),
);
