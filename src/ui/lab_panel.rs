//! The lab in the side panel: what is under way above, the experiments on the left, the chosen one on the right.
//!
//! It owns how the room is shared. What is shown comes from the model; between frames only heights and widths are kept.

mod chart;
mod detail;
mod list;
mod peers;
mod signs;
mod steps;

use egui::{Button, CentralPanel, Checkbox, Label, Margin, Panel, RichText, Ui, accesskit};

use crate::model::lab::LabQueue;
use crate::model::{Action, LabAction};

use super::Frame;

/// From this width on the list stands beside the experiment, and not above it.
const BESIDE: f32 = 500.0;
/// The height of the list where it stands above.
const LIST_ABOVE: f32 = 170.0;

/// What the lab keeps between frames.
#[derive(Debug, Default)]
pub struct LabView {
    list: list::ListView,
    detail: detail::DetailView,
}

/// Draws the lab into all the room there is.
pub(super) fn lab_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &mut LabView,
    actions: &mut Vec<Action>,
) {
    let beside = ui.available_width() >= BESIDE;
    toolbar_ui(ui, frame, beside, actions);
    if let Some(error) = &frame.model.lab.error {
        let text = RichText::new(format!("Nothing more was run: {error}"));
        let label = Label::new(text.color(frame.theme.error)).wrap();
        let shown = ui.add(label.selectable(true));
        ui.ctx()
            .accesskit_node_builder(shown.id, |node| node.set_role(accesskit::Role::Alert));
    }
    ui.add_space(4.0);
    let bare = egui::Frame::new();
    if beside {
        // Not for the person to drag: names need that much, and the rest is the experiment's.
        let width = (ui.available_width() * 0.4).clamp(180.0, 250.0);
        let margin = Margin {
            right: 8,
            ..Margin::ZERO
        };
        Panel::left("lab list")
            .frame(bare.inner_margin(margin))
            .exact_size(width)
            .resizable(false)
            .show(ui, |ui| {
                list::list_ui(ui, frame, &mut view.list, actions);
            });
    } else {
        let most = (ui.available_height() * 0.6).max(80.0);
        Panel::top("lab list above")
            .frame(bare)
            .resizable(true)
            .default_size(LIST_ABOVE.min(most))
            .size_range(80.0..=most)
            .show(ui, |ui| list::list_ui(ui, frame, &mut view.list, actions));
    }
    let margin = Margin {
        left: if beside { 8 } else { 0 },
        top: if beside { 2 } else { 8 },
        ..Margin::ZERO
    };
    CentralPanel::default()
        .frame(bare.inner_margin(margin))
        .show(ui, |ui| {
            detail::detail_ui(ui, frame, &mut view.detail, actions);
        });
}

/// Run all, stop, and how far it is: beside the buttons, or below them.
fn toolbar_ui(ui: &mut Ui, frame: &Frame<'_>, beside: bool, actions: &mut Vec<Action>) {
    let lab = &frame.model.lab;
    ui.horizontal(|ui| {
        let idle = lab.queue.is_none() && !lab.entries.is_empty();
        let all = ui.add_enabled(idle, Button::new("Run all"));
        let all = all.on_hover_text(
            "Every experiment but those that measure cost, one after the other: a few seconds",
        );
        if all
            .on_disabled_hover_text("Experiments are running")
            .clicked()
        {
            actions.push(Action::Lab(LabAction::RunAll));
        }
        let may_stop = lab.queue.as_ref().is_some_and(|queue| !queue.stopping);
        let stop = ui
            .add_enabled(may_stop, Button::new("Stop"))
            .on_hover_text("The step under way is the last")
            .on_disabled_hover_text("Nothing is running");
        if stop.clicked() {
            actions.push(Action::Lab(LabAction::Stop));
        }
        let mut slowly = lab.slowly;
        let slow = ui
            .add_enabled(lab.queue.is_none(), Checkbox::new(&mut slowly, "Slowly"))
            .on_hover_text("Pause after each step, to watch it")
            .on_disabled_hover_text("Experiments are running");
        if slow.changed() {
            actions.push(Action::Lab(LabAction::Slowly(slowly)));
        }
        if beside {
            progress_ui(ui, frame);
        }
    });
    if !beside {
        ui.horizontal(|ui| progress_ui(ui, frame));
    }
}

/// How far it is; while nothing runs, what came of all so far.
fn progress_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let lab = &frame.model.lab;
    let (words, color) = match &lab.queue {
        Some(queue) => {
            let share = queue.done as f32 / queue.names.len().max(1) as f32;
            let bar = super::progress::progress_ui(ui, frame, share, 96.0);
            super::describe::name(&bar, "Experiments that are over");
            (progress_words(queue), frame.theme.text)
        }
        None => (format!("So far: {}", lab.tally()), frame.theme.weak),
    };
    let label = ui.add(Label::new(RichText::new(&words).color(color)).truncate());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(words);
    });
}

fn progress_words(queue: &LabQueue) -> String {
    let total = queue.names.len();
    let number = (queue.done + 1).min(total);
    match &queue.current {
        _ if queue.stopping => "stopping after this step".to_owned(),
        Some(name) => format!("{number} of {total}: {name}"),
        None => format!("{number} of {total}"),
    }
}
