//! Where the keyboard is, as far as it matters to a key. It must not know what any key does.

use egui::{Context, Id};

use crate::model::{Focus, ViewId};

use super::focus_id;

/// The id of a view's grid, so that others can put the keyboard there.
#[must_use]
pub fn grid_id(view: ViewId) -> Id {
    Id::unique("byte grid").with(view)
}

/// Marks the ids of grids.
#[derive(Clone, Copy)]
pub(super) struct IsGrid;

/// It is the id of a view's grid.
#[must_use]
pub fn is_grid(ctx: &egui::Context, id: Id) -> bool {
    ctx.data(|data| data.get_temp::<IsGrid>(id).is_some())
}

/// Marks the ids of rows of *Who sees it*.
#[derive(Clone, Copy)]
struct IsRow;

/// The id is that of a row of *Who sees it*.
pub(super) fn mark_row(ctx: &Context, id: Id) {
    ctx.data_mut(|data| data.insert_temp(id, IsRow));
}

/// It is the id of a row of *Who sees it*.
#[must_use]
pub fn is_row(ctx: &Context, id: Id) -> bool {
    ctx.data(|data| data.get_temp::<IsRow>(id).is_some())
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
        } else if focused.is_some_and(|id| is_grid(ctx, id)) {
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
