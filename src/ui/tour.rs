//! The tour: the step that is next, above the panel of the sample, with a tick for each that was observed to be done.

use egui::{
    Button, CornerRadius, Frame as Box_, Label, Margin, RichText, Sense, Stroke, Ui, accesskit,
    vec2,
};

use crate::model::tour::{N_STEPS, STEPS, shell_command};
use crate::model::{Action, AppAction, Doc};

use super::{Frame, describe};

/// Draws the step that is next; nothing where the tour is left, or the file is not the sample.
pub(super) fn tour_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    if !doc.is_sample() || frame.model.settings.tour_left {
        return;
    }
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
            let title = match next {
                Some(index) => format!("{} of {N_STEPS}: {}", index + 1, STEPS[index].title),
                None => "The tour is done".to_owned(),
            };
            ui.label(RichText::new(title).strong());
            ticks_ui(ui, frame);
            let leave = ui.add(Button::new(if next.is_some() { "Leave" } else { "Close" }));
            describe::name(&leave, "Leave the tour");
            if leave
                .on_hover_text("It is in the menu Help, to be taken up again")
                .clicked()
            {
                actions.push(Action::App(AppAction::ToggleTour));
            }
        });
        let Some(index) = next else { return };
        let text = STEPS[index].text.replace(['`', '*'], "");
        ui.add(Label::new(RichText::new(text).color(theme.text)).wrap());
        if STEPS[index].has_command {
            ui.horizontal(|ui| {
                if ui.button("Copy the command").clicked() {
                    actions.push(Action::App(AppAction::CopyTourCommand));
                }
                let command = RichText::new(shell_command(&doc.path)).monospace();
                ui.add(Label::new(command.color(theme.weak)).truncate());
            });
        }
    });
    ui.add_space(4.0);
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
