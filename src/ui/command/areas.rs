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

/// Puts the keyboard into the area `by` places behind the one that has it. All areas stand behind each view: of two views,
/// each is reached with a panel that tells of it.
pub(super) fn area(model: &App, by: isize) -> Action {
    let views = model.doc().into_iter().flat_map(|doc| &doc.views);
    let mut views: Vec<Option<ViewId>> = views.map(|view| Some(view.id)).collect();
    if views.is_empty() {
        views.push(None);
    }
    let mut places = places(model);
    if model.lab.is_front {
        views = vec![None];
    }
    if views != [None] {
        places.insert(0, Focus::Grid);
    }
    let view = model.view().map(|view| view.id);
    let now = match model.area {
        Focus::Rows => Focus::WitnessByte,
        area => area,
    };
    let of_view = views.iter().position(|it| *it == view).unwrap_or_default();
    let in_view = places.iter().position(|it| *it == now).unwrap_or_default();
    let round = views.len() * places.len();
    let next = (of_view * places.len() + in_view).checked_add_signed(by);
    // One before the first is the last.
    let next = next.unwrap_or(round - 1) % round;
    let focus = places[next % places.len()];
    Action::App(match views[next / places.len()] {
        Some(next) if focus == Focus::Grid => AppAction::FocusView(next),
        Some(next) if view != Some(next) => AppAction::FocusIn(next, focus),
        _ => AppAction::Focus(focus),
    })
}

/// The areas behind the bytes, in their order.
fn places(model: &App) -> Vec<Focus> {
    let mut places = Vec::new();
    if model.lab.is_front {
        // What else there is is a file's.
        if notices::asks(model) {
            places.push(Focus::Banner);
        }
        places.push(Focus::Lab);
        places.extend(notices::stands(model).then_some(Focus::Messages));
        return places;
    }
    if model.settings.inspector_shown && model.doc().is_some() {
        places.push(Focus::Inspector);
    }
    if notices::asks(model) {
        places.push(Focus::Banner);
    }
    places.extend(forms::standing(model).map(forms::Form::focus));
    places.extend([Focus::Lookup, Focus::Path]);
    if model.settings.panel_shown {
        places.push(match model.settings.tab {
            Tab::Witnesses => Focus::WitnessByte,
            Tab::Lookups | Tab::Mapping | Tab::Edits | Tab::Sums | Tab::Found => Focus::Panel,
        });
    }
    if notices::stands(model) {
        places.push(Focus::Messages);
    }
    if news::can_be_answered(model) {
        places.push(Focus::News);
    }
    places
}
