//! What has an id of its own wherever it stands: menus above all.
//!
//! It owns how such an id is made. It must not know what has one.

use egui::{InnerResponse, IntoAtoms, Ui, UiBuilder};

/// What has an id of its own, whatever comes and goes before it: a menu is closed whose button has another one, and two that
/// change places are taken for each other.
pub(super) fn in_place<R>(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let own = UiBuilder::new().scope_id(ui.scope_id().with(name));
    ui.scope_builder(own, add).inner
}

/// A button with a menu that stays open whatever comes and goes before it, and whatever its label becomes.
pub(super) fn menu_button<'a, R>(
    ui: &mut Ui,
    name: &str,
    label: impl IntoAtoms<'a>,
    add: impl FnOnce(&mut Ui) -> R,
) -> InnerResponse<Option<R>> {
    in_place(ui, name, |ui| ui.menu_button(label, add))
}
