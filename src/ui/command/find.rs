//! The commands of *Find*.

use egui::Key;

use crate::model::{Action, App, AppAction, FindAction, Focus, Tab};

use super::keys::{CTRL, PLAIN, SHIFT, key};
use super::{Command, Menu, command};

/// Shows the form; from *Look up*, with a text there that is no index, looks for that text.
pub(super) const FIND: Command = command(
    Menu::Go,
    "Find\u{2026}",
    "Bytes, text, numbers or a regular expression",
    &[key(CTRL, Key::F)],
    open,
)
.of_bytes()
.separated();

/// The next match.
pub(super) const NEXT: Command = command(
    Menu::Go,
    "Next match",
    "Of what was looked for last, from the cursor on",
    &[key(PLAIN, Key::F3)],
    |_| Action::Find(FindAction::Next),
)
.in_place();

/// The match before.
pub(super) const PREVIOUS: Command = command(
    Menu::Go,
    "Previous match",
    "The other way round",
    &[key(SHIFT, Key::F3)],
    |_| Action::Find(FindAction::Previous),
)
.in_place();

/// Shows the form with a field for a replacement.
pub(super) const REPLACE: Command = command(
    Menu::Edit,
    "Replace\u{2026}",
    "Put as many other bytes in the place of matches",
    &[key(CTRL, Key::H)],
    |_| Action::Find(FindAction::Open { replaces: true }),
);

/// Shows the list.
pub(super) const FOUND: Command = command(
    Menu::View,
    "Found",
    "The matches that were found, and what could not be read",
    &[key(CTRL, Key::Num7)],
    |_| Action::App(AppAction::ShowTab(Tab::Found)),
)
.always();

fn open(model: &App) -> Action {
    let lookup = model.doc().map(|doc| &doc.lookup);
    let is_text = lookup.is_some_and(crate::model::LookupState::is_no_index);
    Action::Find(if is_text && model.area == Focus::Lookup {
        FindAction::LookedUp
    } else {
        FindAction::Open { replaces: false }
    })
}
