//! The field with the path of a file, and the list of its completions.

use egui::{Event, Key, TextEdit, TextStyle, Ui};

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
    let full = model.path_text.clone().or(shown).unwrap_or_default();
    let mut text = if has_keys {
        full.clone()
    } else {
        with_name(ui, &full)
    };
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
        .align(egui::Align2::LEFT_CENTER)
        .clip_text(true);
    let response = ui.add(edit);
    super::describe::name(&response, "Path");
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_value(full.as_str()));
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

/// The path, or as much of its end as there is room for: the name is always to be seen.
fn with_name(ui: &Ui, path: &str) -> String {
    let room = ui.available_width() - 16.0; // the field's margins
    let font = TextStyle::Body.resolve(ui.style());
    ui.fonts_mut(|fonts| {
        let mut width = |c| fonts.glyph_width(&font, c);
        if path.chars().map(&mut width).sum::<f32>() <= room {
            return path.to_owned();
        }
        let mut left = room - width('\u{2026}');
        let mut start = path.len();
        for (at, c) in path.char_indices().rev() {
            left -= width(c);
            if left < 0.0 {
                break;
            }
            start = at;
        }
        let end = path.get(start..).unwrap_or_default();
        // whole names where one begins in sight
        let whole = end.find('/').filter(|at| *at + 1 < end.len());
        let end = whole.map_or(end, |at| end.get(at..).unwrap_or(end));
        format!("\u{2026}{end}")
    })
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
