//! What commands ask of the state: whether they can be asked for now, and what some of them come to.

use crate::model::{Action, App, Doc, Focus, LabAction, Mode, Tab};
use crate::ui::notices::is_question;

pub(super) fn has_edits(model: &App) -> bool {
    model
        .doc()
        .is_some_and(|doc| doc.view().journal.n_recorded() > 0)
}

pub(super) fn has_unsaved(model: &App) -> bool {
    model.doc().is_some_and(Doc::has_unsaved)
}

pub(super) fn nothing_to_write(model: &App) -> Option<&'static str> {
    let doc = model.doc().filter(|doc| !doc.has_unsaved())?;
    Some(match doc.view().mode {
        Mode::Private => "There are no private changes to write",
        Mode::Shared => "What you write through a shared mapping is in the file at once",
    })
}

pub(super) fn lab_idle(model: &App) -> bool {
    model.lab.queue.is_none() && !model.lab.entries.is_empty()
}

pub(super) fn lab_idle_chosen(model: &App) -> bool {
    lab_idle(model) && model.lab.chosen().is_some()
}

pub(super) fn lab_runs(model: &App) -> bool {
    model.lab.queue.is_some()
}

pub(super) fn run_topic(model: &App) -> Action {
    Action::Lab(match model.lab.chosen() {
        Some(entry) => LabAction::RunTopic(entry.claim.topic),
        None => LabAction::RunChosen,
    })
}

/// The area `by` places behind the one that has the keyboard.
pub(super) fn area(model: &App, by: isize) -> Focus {
    let mut areas = vec![Focus::Grid];
    let of_file = model.doc().into_iter().flat_map(|doc| doc.notices.iter());
    if model.notices.iter().chain(of_file).any(is_question) {
        areas.push(Focus::Banner);
    }
    areas.extend([Focus::Lookup, Focus::Path]);
    match model.settings.tab {
        Tab::Witnesses if model.settings.panel_shown => areas.push(Focus::WitnessByte),
        Tab::Lab if model.settings.panel_shown => areas.push(Focus::Lab),
        _ => {}
    }
    let now = areas.iter().position(|area| *area == model.area);
    let next = now.unwrap_or_default().wrapping_add_signed(by);
    // one before the first is the last
    let next = if next == usize::MAX {
        areas.len() - 1
    } else {
        next % areas.len()
    };
    areas.get(next).copied().unwrap_or_default()
}
