//! The tour: the step that is next, in the panel of the sample, with a tick for each that was observed to be done. A card
//! where there is room for it, else a line.
//!
//! It must not know what a step is, nor what ticks it.

use egui::{
    Align, Button, CornerRadius, Frame as Box_, Label, Layout, Margin, RichText, Sense, Stroke, Ui,
    accesskit, vec2,
};

use crate::model::tour::{N_STEPS, STEPS, TourStep, shell_command};
use crate::model::{Action, AppAction, Doc};

use super::keyed::menu_button;
use super::right::at_right;
use super::{Frame, describe};

/// The width of all of a step, where it is shown on demand, in points.
const CARD: f32 = 340.0;

/// Below these heights of a panel the step takes one line, in points: one for a panel where the table stands beside the
/// question, one for a panel where it stands below.
const LEAST_BESIDE: f32 = 260.0;
const LEAST_ABOVE: f32 = 520.0;
/// With less room than this beside the tabs, the line is a row of its own, in points.
pub(super) const LEAST_LINE: f32 = 250.0;

/// The file that the tour goes with, while it is taken.
fn taken<'a>(frame: &Frame<'a>) -> Option<&'a Doc> {
    let doc = frame.doc?;
    (doc.is_sample() && !frame.model.settings.tour_left).then_some(doc)
}

/// In a panel of this height, where the table stands beside the question or below, the step is a line beside the tabs, so
/// that the rows keep the room.
#[must_use]
pub(super) fn is_line(frame: &Frame<'_>, stands_beside: bool, height: f32) -> bool {
    let least = if stands_beside {
        LEAST_BESIDE
    } else {
        LEAST_ABOVE
    };
    taken(frame).is_some() && height < least
}

/// The step that is next as a card: nothing where the tour is left, or the file is not the sample.
pub(super) fn tour_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let Some(doc) = taken(frame) else { return };
    let theme = frame.theme;
    let card = Box_::new()
        .fill(theme.notice)
        .stroke(Stroke::new(1.0, theme.edge))
        .corner_radius(CornerRadius::same(5))
        .inner_margin(Margin::symmetric(10, 6));
    card.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        let next = frame.model.tour.next();
        ui.horizontal(|ui| {
            ui.label(RichText::new(title(next)).strong());
            ticks_ui(ui, frame);
            leave_ui(ui, next, actions);
        });
        if let Some(step) = next.and_then(|index| STEPS.get(index)) {
            step_ui(ui, frame, doc, step, actions);
        }
    });
    ui.add_space(4.0);
}

/// The step that is next in one line: as many of its words as there is room for, the rest on demand.
pub(super) fn line_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let Some(doc) = taken(frame) else { return };
    let next = frame.model.tour.next();
    let step = next.and_then(|index| STEPS.get(index));
    let mut pressed = Vec::new();
    at_right(
        ui,
        "tour",
        |ui| {
            let text = step.map(words).unwrap_or_default();
            let line = format!("{}. {text}", title(next));
            let label = ui.add(Label::new(RichText::new(line).color(frame.theme.text)).truncate());
            label.on_hover_text(text);
        },
        |ui| {
            ticks_ui(ui, frame);
            let Some(step) = step else {
                leave_ui(ui, next, &mut pressed);
                return;
            };
            let details = menu_button(ui, "step of the tour", "Step\u{2026}", |ui| {
                ui.set_width(CARD);
                // as text stands elsewhere: a menu would stretch its lines
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    step_ui(ui, frame, doc, step, &mut pressed);
                    leave_ui(ui, next, &mut pressed);
                });
                if !pressed.is_empty() {
                    ui.close(); // a key does not by itself
                }
            });
            describe::name(&details.response, "All of this step of the tour");
        },
    );
    actions.append(&mut pressed);
}

fn title(next: Option<usize>) -> String {
    match next.and_then(|index| Some((index + 1, STEPS.get(index)?))) {
        Some((number, step)) => format!("{number} of {N_STEPS}: {}", step.title),
        None => "The tour is done".to_owned(),
    }
}

/// What is to be done, without the signs of keys and of what is typed.
fn words(step: &TourStep) -> String {
    step.text.replace(['`', '*'], "")
}

/// What is to be done, and the command that it takes.
fn step_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, step: &TourStep, actions: &mut Vec<Action>) {
    let text = RichText::new(words(step)).color(frame.theme.text);
    ui.add(Label::new(text).wrap());
    if step.has_command {
        ui.horizontal(|ui| {
            if ui.button("Copy the command").clicked() {
                actions.push(Action::App(AppAction::CopyTourCommand));
            }
            let command = RichText::new(shell_command(&doc.path)).monospace();
            ui.add(Label::new(command.color(frame.theme.weak)).truncate());
        });
    }
}

fn leave_ui(ui: &mut Ui, next: Option<usize>, actions: &mut Vec<Action>) {
    let leave = ui.add(Button::new(if next.is_some() { "Leave" } else { "Close" }));
    describe::name(&leave, "Leave the tour");
    let words = "It is in the menu Help, to be taken up again";
    if leave.on_hover_text(words).clicked() {
        actions.push(Action::App(AppAction::ToggleTour));
    }
}

/// A circle for each step, filled where it is done.
fn ticks_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let tour = &frame.model.tour;
    let (rect, response) =
        ui.allocate_exact_size(vec2(13.0 * N_STEPS as f32, 16.0), Sense::hover());
    for index in 0..N_STEPS {
        let center = rect.left_center() + vec2(13.0f32.mul_add(index as f32, 6.0), 0.0);
        if tour.is_done(index) {
            ui.painter().circle_filled(center, 4.0, frame.theme.same);
        } else {
            let stroke = Stroke::new(1.25, frame.theme.weak);
            ui.painter().circle_stroke(center, 3.5, stroke);
        }
    }
    let n_done = (0..N_STEPS).filter(|index| tour.is_done(*index)).count();
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(format!("{n_done} of {N_STEPS} steps of the tour are done"));
    });
}
