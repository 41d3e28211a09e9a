//! The field with the path of a file, and the list of its completions.

use egui::{Event, Key, TextEdit, Ui};

use crate::bytes::escape::escape_path;
use crate::model::{Action, Completed, FileAction, Focus};

use super::{Frame, focus_id};

/// The path of the open file, or the one being typed: Tab completes it, Enter opens it.
pub(super) fn path_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let model = frame.model;
    let id = focus_id(Focus::Path);
    let has_keys = ui.memory(|memory| memory.has_focus(id));
    let shown = model.doc().map(|doc| {
        if has_keys {
            doc.path.display().to_string()
        } else {
            escape_path(&doc.path)
        }
    });
    let mut text = model.path_text.clone().or(shown).unwrap_or_default();
    // a list may be that of an earlier text
    let goes_on = |entry: &&Completed| model.path_text.is_some() && entry.text.starts_with(&text);
    let first = model.completions.first().filter(goes_on).cloned();
    if let Some(first) = first.clone().filter(|_| has_keys)
        && take_tab(ui)
    {
        actions.push(Action::File(FileAction::PathCompleted(first.path)));
    }
    let edit = TextEdit::singleline(&mut text)
        .id(id)
        .hint_text("Path of a file")
        .lock_focus(has_keys && first.is_some())
        .desired_width(f32::INFINITY)
        .clip_text(true);
    let response = ui.add(edit);
    super::describe::name(&response, "Path");
    if response.changed() {
        actions.push(Action::File(FileAction::PathEdited(text)));
    }
    completions_ui(&response, frame, actions);
    if response.lost_focus() {
        let (enter, escape) = ui.input(|input| {
            (
                input.key_pressed(Key::Enter),
                input.key_pressed(Key::Escape),
            )
        });
        if enter {
            actions.push(if model.path_text.is_some() {
                Action::File(FileAction::PathSubmitted)
            } else {
                Action::File(FileAction::OpenReplacement)
            });
        } else if escape {
            actions.push(Action::File(FileAction::PathCancelled));
        }
    }
}

fn completions_ui(response: &egui::Response, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let list = &frame.model.completions;
    if list.is_empty() || frame.model.path_text.is_none() {
        return;
    }
    egui::Popup::from_response(response)
        .open(true)
        .width(response.rect.width())
        .show(|ui| {
            ui.set_min_width(response.rect.width() - 12.0);
            for path in list {
                if ui.selectable_label(false, path.text.as_str()).clicked() {
                    actions.push(Action::File(FileAction::PathCompleted(path.path.clone())));
                    if !path.is_folder {
                        actions.push(Action::File(FileAction::PathSubmitted));
                    }
                }
            }
        });
}

/// Tab, with no modifiers, was pressed.
fn take_tab(ui: &Ui) -> bool {
    let is_tab = |event: &Event| matches!(event, Event::Key { key: Key::Tab, pressed: true, modifiers, .. } if modifiers.is_none());
    ui.input_mut(|input| {
        let n_events = input.events.len();
        input.events.retain(|event| !is_tab(event));
        input.events.len() < n_events
    })
}
