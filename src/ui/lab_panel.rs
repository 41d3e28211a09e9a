//! The lab in its tab: a toolbar, the experiments on the left, the chosen one on the right. Where there is no room for both,
//! the list is a choice above, and stands in the place of the experiment while one is chosen.
//!
//! It owns how the room is shared. What is shown comes from the model; between frames only heights and widths are kept.

mod chart;
mod choice;
mod detail;
mod list;
mod outcome;
mod peers;
pub(super) mod signs;
mod stage_hand;
mod steps;
mod who;

use egui::{Button, CentralPanel, Checkbox, Label, Margin, Panel, RichText, Ui, accesskit};

use crate::model::lab::LabQueue;
use crate::model::{Action, LabAction};

use super::Frame;
use super::right::at_right;
use super::who::ExperimentView;

pub(super) use who::side_ui;

/// From this width on the list stands beside the experiment.
const BESIDE: f32 = 700.0;
/// The width of the list there: names need that much.
const LIST: std::ops::RangeInclusive<f32> = 230.0..=340.0;
/// From this height on there is room for air, in points.
const TALL: f32 = 460.0;

/// What the lab keeps between frames.
#[derive(Debug, Default)]
pub struct LabView {
    list: list::ListView,
    detail: detail::DetailView,
    peers: peers::PeersView,
    who: ExperimentView,
    /// The list stands in the place of the experiment.
    is_choosing: bool,
}

/// Draws the lab into all the room there is.
pub(super) fn lab_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &mut LabView,
    actions: &mut Vec<Action>,
) {
    let room = ui.available_size();
    let around = Margin::symmetric(12, if room.y >= TALL { 8 } else { 4 });
    let all = egui::Frame::new()
        .fill(frame.theme.bar)
        .inner_margin(around);
    CentralPanel::default().frame(all).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        if ui.available_width() >= BESIDE {
            wide_ui(ui, frame, view, actions);
        } else {
            narrow_ui(ui, frame, view, actions);
        }
    });
}

/// The window has room for the side panel beside the lab, and the person wants it.
pub(super) fn has_panel(ui: &Ui, frame: &Frame<'_>) -> bool {
    frame.model.settings.panel_shown && ui.ctx().content_rect().width() >= super::PANEL_BESIDE
}

/// The list stands beside the experiment.
fn wide_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut LabView, actions: &mut Vec<Action>) {
    view.is_choosing = false;
    error_ui(ui, frame);
    let width = (ui.available_width() * 0.32).clamp(*LIST.start(), *LIST.end());
    let bare = egui::Frame::new();
    // Not for the person to drag: names need that much, and the rest is the experiment's.
    Panel::left("lab list")
        .frame(bare.inner_margin(Margin {
            right: 10,
            ..Margin::ZERO
        }))
        .exact_size(width)
        .resizable(false)
        .show(ui, |ui| {
            ui.horizontal(|ui| tools_ui(ui, frame, actions));
            ui.add_space(2.0);
            list::list_ui(ui, frame, &mut view.list, actions);
        });
    CentralPanel::default()
        .frame(bare.inner_margin(Margin {
            left: 12,
            ..Margin::ZERO
        }))
        .show(ui, |ui| {
            detail::detail_ui(ui, frame, view, actions);
        });
}

/// The list is a choice above the experiment.
fn narrow_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut LabView, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        at_right(
            ui,
            "lab choice",
            |ui| choice::choice_ui(ui, frame, &mut view.is_choosing),
            |ui| tools_ui(ui, frame, actions),
        );
    });
    error_ui(ui, frame);
    if !view.is_choosing {
        detail::detail_ui(ui, frame, view, actions);
        return;
    }
    let before = actions.len();
    list::list_ui(ui, frame, &mut view.list, actions);
    let is_chosen = |action: &Action| matches!(action, Action::Lab(LabAction::Choose(_)));
    let is_over = actions.iter().skip(before).any(is_chosen) || frame.model.lab.queue.is_some();
    view.is_choosing = !is_over;
}

fn error_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let Some(error) = &frame.model.lab.error else {
        return;
    };
    let text = RichText::new(format!("Nothing more was run: {error}"));
    let label = Label::new(text.color(frame.theme.error)).wrap();
    let shown = ui.add(label.selectable(true));
    ui.ctx()
        .accesskit_node_builder(shown.id, |node| node.set_role(accesskit::Role::Alert));
}

/// What is done to many experiments.
fn tools_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let lab = &frame.model.lab;
    let mut slowly = lab.slowly;
    let slow = ui
        .add_enabled(lab.queue.is_none(), Checkbox::new(&mut slowly, "Slowly"))
        .on_hover_text("Pause after each step, to watch it")
        .on_disabled_hover_text("Experiments are running");
    if slow.changed() {
        actions.push(Action::Lab(LabAction::Slowly(slowly)));
    }
    let idle = lab.may_begin();
    if let Some(entry) = lab.chosen() {
        let topic = entry.claim.topic;
        let words = format!("Every experiment of \u{201c}{}\u{201d}", topic.title());
        let run = ui
            .add_enabled(idle, Button::new("Run topic"))
            .on_hover_text(words)
            .on_disabled_hover_text("Experiments are running");
        if run.clicked() {
            actions.push(Action::Lab(LabAction::RunTopic(topic)));
        }
    } else {
        ui.skip_ahead_auto_ids(1); // a press on the next one is not one on this when it comes
    }
    let words = "Every experiment but those that measure cost, one after the other: a few seconds";
    let all = ui
        .add_enabled(idle, Button::new("Run all"))
        .on_hover_text(words)
        .on_disabled_hover_text("Experiments are running");
    if all.clicked() {
        actions.push(Action::Lab(LabAction::RunAll));
    }
    if lab.chosen().is_none() && lab.queue.is_some() {
        detail::stop_button(ui, frame, actions); // else it stands beside *Run*
    }
}

/// How far it is; while nothing runs, what came of all so far.
pub(super) fn progress_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let lab = &frame.model.lab;
    let (words, color) = match &lab.queue {
        Some(queue) => {
            let share = queue.done as f32 / queue.names.len().max(1) as f32;
            let bar = super::progress::progress_ui(ui, frame, share, 96.0);
            super::describe::name(&bar, "Experiments that are over");
            let current = queue.current.as_ref().and_then(|name| lab.entry(name));
            let label = current.map_or("", |entry| entry.label());
            (
                progress_words(queue, label, lab.waiting().is_some()),
                frame.theme.text,
            )
        }
        None => (format!("So far: {}", lab.tally()), frame.theme.weak),
    };
    let label = ui.add(Label::new(RichText::new(&words).color(color)).truncate());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(words);
    });
}

/// `label` is that of the one that runs: its name may give the answer away.
fn progress_words(queue: &LabQueue, label: &str, is_waiting: bool) -> String {
    let total = queue.names.len();
    let number = (queue.done + 1).min(total);
    match &queue.current {
        _ if queue.stopping => "stopping after this step".to_owned(),
        Some(_) if is_waiting => format!("waits for you: {label}"),
        Some(_) => format!("{number} of {total}: {label}"),
        None => format!("{number} of {total}"),
    }
}
