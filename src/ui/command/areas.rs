//! Where keys lead the keyboard: round the areas of the window (a question, a form, lookup, path, side panel, messages,
//! news, the bytes), and from view to view.

use egui::Key;

use crate::model::{Action, App, AppAction, Focus, Tab, ViewId};
use crate::ui::{forms, news, notices};

use super::keys::{PLAIN, key};
use super::{Command, Menu, command};

/// Puts the keyboard into the rows of *Who sees it*.
pub(super) const ROWS: Command = command(
    Menu::Go,
    "Rows of who sees it",
    "A row's number leads to it, Enter to what it can do: first of all, write as it",
    &[key(PLAIN, Key::F7)],
    |_| Action::App(AppAction::Focus(Focus::Rows)),
);

/// Puts the keyboard into the other view of the file.
pub(super) fn other_view(model: &App) -> Action {
    let doc = model.doc();
    let other = doc.and_then(|doc| doc.beside(doc.view().id));
    match other {
        Some(other) => Action::App(AppAction::FocusView(other.id)),
        None => Action::App(AppAction::Focus(Focus::Grid)),
    }
}

/// A place for the keyboard that F6 leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Area {
    View(ViewId),
    Place(Focus),
}

/// Puts the keyboard into the area `by` places behind the one that has it.
pub(super) fn area(model: &App, by: isize) -> Action {
    let views = model.doc().into_iter().flat_map(|doc| &doc.views);
    let mut areas: Vec<Area> = views.map(|view| Area::View(view.id)).collect();
    if model.settings.inspector_shown && model.doc().is_some() {
        areas.push(Area::Place(Focus::Inspector));
    }
    if notices::asks(model) {
        areas.push(Area::Place(Focus::Banner));
    }
    areas.extend(forms::standing(model).map(|form| Area::Place(form.focus())));
    areas.extend([Focus::Lookup, Focus::Path].map(Area::Place));
    if model.settings.panel_shown {
        areas.push(Area::Place(match model.settings.tab {
            Tab::Witnesses => Focus::WitnessByte,
            Tab::Lookups | Tab::Mapping | Tab::Edits | Tab::Sums | Tab::Found => Focus::Panel,
            Tab::Lab => Focus::Lab,
        }));
    }
    if notices::stands(model) {
        areas.push(Area::Place(Focus::Messages));
    }
    if news::can_be_answered(model) {
        areas.push(Area::Place(Focus::News));
    }
    let now = match model.view().filter(|_| model.area == Focus::Grid) {
        Some(view) => Area::View(view.id),
        None => Area::Place(model.area),
    };
    let now = areas.iter().position(|area| *area == now);
    let next = now.unwrap_or_default().wrapping_add_signed(by);
    // one before the first is the last
    let next = if next == usize::MAX {
        areas.len() - 1
    } else {
        next % areas.len()
    };
    Action::App(match areas.get(next) {
        Some(Area::View(view)) => AppAction::FocusView(*view),
        Some(Area::Place(focus)) => AppAction::Focus(*focus),
        None => AppAction::Focus(Focus::Grid),
    })
}
