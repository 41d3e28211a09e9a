//! When commands can be chosen, and what holds now.

use crate::model::{Action, App, Doc, LabAction, Mode};

/// What commands of two views need.
pub(super) const NEEDS_SPLIT: &str = "There is one view: split it first (Ctrl+Shift+2)";

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
    model.lab.may_begin()
}

pub(super) fn lab_steps(model: &App) -> bool {
    let lab = &model.lab;
    lab.is_stepping() || lab.is_by_hand() || (lab.queue.is_none() && !lab.entries.is_empty())
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

pub(super) fn is_single(model: &App) -> bool {
    model.doc().is_some_and(|doc| doc.views.len() == 1)
}

pub(super) fn is_split(model: &App) -> bool {
    model.doc().is_some_and(|doc| doc.views.len() > 1)
}

pub(super) fn locks(model: &App) -> bool {
    model
        .doc()
        .is_some_and(|doc| doc.views.len() > 1 && doc.lockstep.is_locked)
}
