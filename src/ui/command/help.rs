//! The commands of the menu *Help*.

use egui::Key;

use crate::model::{Action, AppAction, Focus};

use super::keys::{PLAIN, key};
use super::{Command, Deed, Menu, command};

/// Every key and sign.
pub(super) const KEYS: Command = command(
    Menu::Help,
    "Keys and signs",
    "Every key, and what the signs in the grid mean",
    &[key(PLAIN, Key::F1)],
    |_| Action::App(AppAction::ToggleHelp),
)
.always();

/// The tour.
pub(super) const TOUR: Command = command(
    Menu::Help,
    "Tour of the sample",
    "Five steps beside the sample, ticked when they are done",
    &[],
    |_| Action::App(AppAction::ToggleTour),
)
.always()
.chosen_when(|model| !model.settings.tour_left);

/// Which program this is.
pub(super) const ABOUT: Command = command(
    Menu::Help,
    "About mapscope",
    "Its version, and what it is",
    &[],
    |_| Action::App(AppAction::Focus(Focus::Grid)),
)
.does(Deed::About)
.always();
