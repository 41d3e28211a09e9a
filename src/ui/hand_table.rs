//! The processes that a person added to the witnesses, as the tree in which they were forked.

use egui::{Button, Frame as Box_, Margin, RichText, Ui, accesskit};

use crate::model::experiment::HandKind;
use crate::model::hand::{Hand, HandAction, HandSignal};
use crate::model::{Action, WitnessState};

use super::{Frame, witness_table};

/// How far a child stands to the right of its parent, in points.
const INDENT: f32 = 18.0;

/// Draws the tree, and the buttons that add to it.
pub(super) fn hands_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("More processes").strong());
        for (kind, label, words) in [
            (
                HandKind::Shared,
                "+ shared",
                "Start a process that maps the file shared",
            ),
            (
                HandKind::Private,
                "+ private",
                "Start a process that maps the file privately",
            ),
            (
                HandKind::ReadOnly,
                "+ read-only",
                "Start a process that maps the file shared and read-only: its stores are refused",
            ),
        ] {
            let button = ui
                .add_enabled(frame.model.hands.has_room(), Button::new(label))
                .on_hover_text(words);
            super::notices::name(&button, words);
            if button.clicked() {
                actions.push(Action::Hand(HandAction::Add(kind)));
            }
        }
    });
    for (depth, hand) in frame.model.hands.tree() {
        ui.horizontal_top(|ui| {
            if depth > 0 {
                #[expect(clippy::cast_precision_loss, reason = "at most a dozen")]
                ui.add_space(INDENT * (depth - 1) as f32);
                branch_ui(ui, frame);
            }
            hand_ui(ui, frame, hand, actions);
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

fn hand_ui(ui: &mut Ui, frame: &Frame<'_>, hand: &Hand, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let fill = Box_::new()
        .fill(theme.grid_edge)
        .inner_margin(Margin::symmetric(8, 5))
        .corner_radius(4.0);
    let same = frame.model.witnesses.agree_with_view(&hand.sees);
    let response = fill.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(title(hand)).strong());
            if let Some(how) = &hand.ended {
                ui.label(RichText::new(format!("ended: {how}")).color(theme.error));
            } else {
                if hand.stopped {
                    ui.label(RichText::new("stopped (SIGSTOP)").color(theme.different));
                }
                witness_table::state_ui(ui, frame, &hand.sees, same);
            }
            if let Some(note) = &hand.note {
                let color = if note.starts_with("Not ") {
                    theme.error
                } else {
                    theme.weak
                };
                ui.label(RichText::new(note).color(color).small());
            }
            buttons_ui(ui, frame, hand, actions);
        });
    });
    let id = response.response.id.with("hand");
    let _ = ui.interact(response.response.rect, id, egui::Sense::empty());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Row);
        node.set_label(words(hand, same));
    });
}

fn buttons_ui(ui: &mut Ui, frame: &Frame<'_>, hand: &Hand, actions: &mut Vec<Action>) {
    let (id, runs) = (hand.id, hand.ended.is_none());
    let (stop, stop_words) = if hand.stopped {
        (HandSignal::Continue, "Continue")
    } else {
        (HandSignal::Stop, "Stop")
    };
    let (write, write_words) = if hand.reaches_file {
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
                HandAction::Store(id),
            ),
            (
                "Fork",
                "It forks: the child has the same mapping, and shares its private pages until one of them writes",
                runs && !hand.stopped,
                HandAction::Fork(id),
            ),
            (
                stop_words,
                "SIGSTOP and SIGCONT: a stopped process answers nobody",
                runs,
                HandAction::Signal(id, stop),
            ),
            (
                "Kill",
                "SIGKILL; those that it forked go with it",
                runs,
                HandAction::Signal(id, HandSignal::Kill),
            ),
            (
                "Remove",
                "Off the list; its process ends",
                true,
                HandAction::Remove(id),
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
                actions.push(Action::Hand(action));
            }
        }
    });
}

/// `Process 2 (pid 4123), private` or `Process 3 (pid 4124), forked child of process 2`.
fn title(hand: &Hand) -> String {
    let pid = hand
        .pid
        .map_or_else(String::new, |pid| format!(" (pid {pid})"));
    let kind = match (hand.kind, hand.parent) {
        (HandKind::Shared, _) => "shared".to_owned(),
        (HandKind::Private, _) => "private".to_owned(),
        (HandKind::ReadOnly, _) => "shared, read-only".to_owned(),
        (HandKind::Child, Some(parent)) => format!("forked child of process {}", parent.0),
        (HandKind::Child, None) => "forked child".to_owned(),
    };
    format!("Process {}{pid}, {kind}", hand.id.0)
}

/// A row in one sentence, for screen readers and tests.
fn words(hand: &Hand, same: Option<bool>) -> String {
    let mut words = title(hand);
    words.push_str(": ");
    match (&hand.ended, &hand.sees) {
        (Some(how), _) => {
            words.push_str("ended: ");
            words.push_str(how);
        }
        (None, _) if hand.stopped => words.push_str("stopped"),
        (None, WitnessState::Waiting) => words.push_str("asking"),
        (None, WitnessState::Unavailable(why)) => words.push_str(why),
        (None, WitnessState::Reading { seen, page, .. }) => {
            words.push_str(&witness_table::reading_words(seen, page, same));
        }
    }
    if let Some(note) = &hand.note {
        words.push_str("; ");
        words.push_str(note);
    }
    words
}
