//! Messages about the file: one-line banners inside the view, each with what can be done.

use egui::{Align, Button, Frame as Box_, Label, Layout, Margin, RichText, Ui, accesskit};

use crate::model::{Action, Notice, Severity};

use super::Frame;

/// Draws the banners that stand.
pub(super) fn notices_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    for notice in frame.model.notices.iter() {
        notice_ui(ui, frame, notice, actions);
    }
}

fn notice_ui(ui: &mut Ui, frame: &Frame<'_>, notice: &Notice, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let (fill, sign, sign_color) = match notice.severity {
        Severity::Info => (theme.notice, "\u{2139}", theme.accent),
        Severity::Warning => (theme.notice_warning, "\u{26a0}", theme.different),
        Severity::Error => (theme.notice_error, "\u{2716}", theme.error),
    };
    Box_::new()
        .fill(fill)
        .inner_margin(Margin::symmetric(10, 5))
        .show(ui, |ui| {
            let row = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
            ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                if notice.dismissable {
                    let close = ui
                        .add(Button::new(RichText::new("\u{2715}").color(theme.weak)).frame(false));
                    name(&close, "Hide this message");
                    if close.on_hover_text("Hide this message").clicked() {
                        actions.push(Action::Dismiss(notice.topic));
                    }
                }
                for (label, action) in notice.actions.iter().rev() {
                    if ui.add(Button::new(label)).clicked() {
                        actions.push(action.clone());
                    }
                }
                ui.with_layout(
                    Layout::left_to_right(Align::Center).with_main_wrap(false),
                    |ui| {
                        ui.label(RichText::new(sign).color(sign_color));
                        let label = ui.add(
                            Label::new(RichText::new(&notice.text).color(theme.text)).truncate(),
                        );
                        // a screen reader speaks it when it appears
                        ui.ctx().accesskit_node_builder(label.id, |node| {
                            node.set_role(accesskit::Role::Alert);
                            node.set_label(notice.text.clone());
                            node.set_live(accesskit::Live::Polite);
                        });
                    },
                );
            });
        });
}

/// Gives a widget that shows a sign a name that can be spoken.
pub(super) fn name(response: &egui::Response, name: &str) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
}
