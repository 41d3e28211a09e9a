//! The processes that a person added to the witnesses, as the tree in which they were forked.

use egui::{Button, Frame as Box_, Margin, RichText, Ui, accesskit};

use crate::lab::claim::AddedKind;
use crate::model::peers::{Added, AddedAction, AddedSignal};
use crate::model::{Action, WitnessState};

use super::{Frame, witness_table};

/// How far a child stands to the right of its parent, in points.
const INDENT: f32 = 18.0;

/// Draws the tree, and the buttons that add to it.
pub(super) fn added_peers_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("More processes").strong());
        for (kind, label, words) in [
            (
                AddedKind::Shared,
                "+ shared",
                "Start a process that maps the file shared",
            ),
            (
                AddedKind::Private,
                "+ private",
                "Start a process that maps the file privately",
            ),
            (
                AddedKind::ReadOnly,
                "+ read-only",
                "Start a process that maps the file shared and read-only: its stores are refused",
            ),
        ] {
            let button = ui
                .add_enabled(frame.model.added.has_room(), Button::new(label))
                .on_hover_text(words);
            super::notices::name(&button, words);
            if button.clicked() {
                actions.push(Action::Added(AddedAction::Add(kind)));
            }
        }
    });
    for (depth, added) in frame.model.added.tree() {
        ui.horizontal_top(|ui| {
            if depth > 0 {
                #[expect(clippy::cast_precision_loss, reason = "at most a dozen")]
                ui.add_space(INDENT * (depth - 1) as f32);
                branch_ui(ui, frame);
            }
            added_ui(ui, frame, added, actions);
        });
        ui.add_space(4.0);
    }
}

/// The line from a parent to its child.
fn branch_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(INDENT - 6.0, 26.0), egui::Sense::empty());
    let stroke = egui::Stroke::new(1.5, frame.theme.page_line);
    let middle = rect.center().y - 1.0;
    let left = rect.left() + 4.0;
    ui.painter().vline(left, rect.top() - 4.0..=middle, stroke);
    ui.painter().hline(left..=rect.right(), middle, stroke);
}

fn added_ui(ui: &mut Ui, frame: &Frame<'_>, added: &Added, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let fill = Box_::new()
        .fill(theme.grid_edge)
        .inner_margin(Margin::symmetric(8, 5))
        .corner_radius(4.0);
    let same = frame.witnesses().agree_with_view(&added.sees);
    let response = fill.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(title(added)).strong());
            if let Some(how) = &added.ended {
                ui.label(RichText::new(format!("ended: {how}")).color(theme.error));
            } else {
                if added.stopped {
                    ui.label(RichText::new("stopped (SIGSTOP)").color(theme.different));
                }
                witness_table::state_ui(ui, frame, &added.sees, same);
            }
            if let Some(note) = &added.note {
                let color = if note.starts_with("Not ") {
                    theme.error
                } else {
                    theme.weak
                };
                ui.label(RichText::new(note).color(color).small());
            }
            buttons_ui(ui, frame, added, actions);
        });
    });
    let id = response.response.id.with("added");
    let _ = ui.interact(response.response.rect, id, egui::Sense::empty());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Row);
        node.set_label(words(added, same));
    });
}

fn buttons_ui(ui: &mut Ui, frame: &Frame<'_>, added: &Added, actions: &mut Vec<Action>) {
    let (id, runs) = (added.id, added.ended.is_none());
    let (stop, stop_words) = if added.stopped {
        (AddedSignal::Continue, "Continue")
    } else {
        (AddedSignal::Stop, "Stop")
    };
    let (write, write_words) = if added.reaches_file {
        (
            "Write to file",
            "It stores the byte to write through its shared mapping: it is in the file at once",
        )
    } else {
        (
            "Write",
            "It stores the byte to write through its own mapping: nobody else sees it",
        )
    };
    ui.horizontal_wrapped(|ui| {
        for (label, words, enabled, action) in [
            (
                write,
                write_words,
                runs,
                AddedAction::Store(id),
            ),
            (
                "Fork",
                "It forks: the child has the same mapping, and shares its private pages until one of them writes",
                runs && !added.stopped,
                AddedAction::Fork(id),
            ),
            (
                stop_words,
                "SIGSTOP and SIGCONT: a stopped process answers nobody",
                runs,
                AddedAction::Signal(id, stop),
            ),
            (
                "Kill",
                "SIGKILL; those that it forked go with it",
                runs,
                AddedAction::Signal(id, AddedSignal::Kill),
            ),
            (
                "Remove",
                "Off the list; its process ends",
                true,
                AddedAction::Remove(id),
            ),
        ] {
            let text = if label == "Write to file" {
                RichText::new(label).color(frame.theme.different)
            } else {
                RichText::new(label)
            };
            let button = ui
                .add_enabled(enabled, Button::new(text))
                .on_hover_text(words);
            super::notices::name(&button, &format!("{label}: process {}", id.0));
            if button.clicked() {
                actions.push(Action::Added(action));
            }
        }
    });
}

/// `Process 2 (pid 4123), private` or `Process 3 (pid 4124), forked child of process 2`.
fn title(added: &Added) -> String {
    let pid = added
        .pid
        .map_or_else(String::new, |pid| format!(" (pid {pid})"));
    let kind = match (added.kind, added.parent) {
        (AddedKind::Shared, _) => "shared".to_owned(),
        (AddedKind::Private, _) => "private".to_owned(),
        (AddedKind::ReadOnly, _) => "shared, read-only".to_owned(),
        (AddedKind::Child, Some(parent)) => format!("forked child of process {}", parent.0),
        (AddedKind::Child, None) => "forked child".to_owned(),
    };
    format!("Process {}{pid}, {kind}", added.id.0)
}

/// A row in one sentence, for screen readers and tests.
fn words(added: &Added, same: Option<bool>) -> String {
    let mut words = title(added);
    words.push_str(": ");
    match (&added.ended, &added.sees) {
        (Some(how), _) => {
            words.push_str("ended: ");
            words.push_str(how);
        }
        (None, _) if added.stopped => words.push_str("stopped"),
        (None, WitnessState::Waiting) => words.push_str("asking"),
        (None, WitnessState::Unavailable(why)) => words.push_str(why),
        (None, WitnessState::Reading { seen, page, .. }) => {
            words.push_str(&witness_table::reading_words(seen, page, same));
        }
    }
    if let Some(note) = &added.note {
        words.push_str("; ");
        words.push_str(note);
    }
    words
}
