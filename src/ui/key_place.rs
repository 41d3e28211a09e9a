//! Where the keyboard is, as far as it matters to a key. It must not know what any key does.

use egui::{Context, Id};

use crate::model::Focus;

use super::focus_id;

/// The grid's id, so that others can put the keyboard there.
#[must_use]
pub fn grid_id() -> Id {
    Id::unique("byte grid")
}

/// Who has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// The bytes.
    Grid,
    /// The list of experiments.
    List,
    /// A text field.
    Field,
    /// An open menu.
    Menu,
    /// A button, a banner, or nothing.
    Elsewhere,
}

impl KeyPlace {
    /// Who has it now.
    #[must_use]
    pub fn now(ctx: &Context) -> Self {
        let focused = ctx.memory(egui::Memory::focused);
        let has = |id: Id| focused == Some(id);
        if egui::Popup::is_any_open(ctx) {
            Self::Menu
        } else if has(grid_id()) {
            Self::Grid
        } else if has(focus_id(Focus::Lab)) {
            Self::List
        } else if ctx.text_edit_focused() {
            Self::Field
        } else {
            Self::Elsewhere
        }
    }
}
