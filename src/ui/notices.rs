//! Messages about the file: one-line banners inside the view, each with what can be done.

use egui::{
    Align, Button, Color32, Frame as Box_, Label, Layout, Margin, RichText, TextStyle, Ui,
    accesskit,
};

use crate::model::{Action, AppAction, DocAction, Notice, Severity, Topic};

use super::Frame;

/// Draws the messages of the program, and the orders that were refused.
pub(super) fn program_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    for notice in frame.model.notices.iter() {
        notice_ui(ui, frame, notice, true, actions);
    }
    for order in frame.model.tray.orders() {
        let mut notice = Notice::new(Topic::Refused, Severity::Error, order.words());
        if let Some(doc) = frame.model.doc() {
            let redirect = Action::App(AppAction::Redirect(order.number));
            notice = notice.with(order.offer(doc), redirect);
        }
        let forget = Action::App(AppAction::Forget(order.number));
        let notice = notice.with("Forget it", forget).pinned();
        notice_ui(ui, frame, &notice, true, actions);
    }
}

/// Draws the banners of a file.
pub(super) fn notices_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    for notice in frame.doc.iter().flat_map(|doc| doc.notices.iter()) {
        notice_ui(ui, frame, notice, false, actions);
    }
}

fn notice_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    notice: &Notice,
    of_program: bool,
    actions: &mut Vec<Action>,
) {
    let theme = frame.theme;
    let fill = match notice.severity {
        Severity::Info => theme.notice,
        Severity::Warning => theme.notice_warning,
        Severity::Error => theme.notice_error,
    };
    let banner = Box_::new()
        .fill(fill)
        .inner_margin(Margin::symmetric(10, 5));
    banner.show(ui, |ui| {
        ui.spacing_mut().item_spacing = egui::vec2(8.0, 4.0);
        let row = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
        if text_width(ui, notice) + buttons_width(ui, notice) <= row.x {
            ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
                buttons_ui(ui, frame, notice, of_program, actions);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    text_ui(ui, frame, notice);
                });
            });
        } else {
            // the sentence comes first and whole; what can be done stands below it
            ui.horizontal_top(|ui| text_ui(ui, frame, notice));
            ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
                buttons_ui(ui, frame, notice, of_program, actions);
            });
        }
    });
}

fn text_ui(ui: &mut Ui, frame: &Frame<'_>, notice: &Notice) {
    let theme = frame.theme;
    let (sign, color) = match notice.severity {
        Severity::Info => ("\u{2139}", theme.accent),
        Severity::Warning => ("\u{26a0}", theme.different),
        Severity::Error => ("\u{2716}", theme.error),
    };
    ui.label(RichText::new(sign).color(color));
    let text = RichText::new(&notice.text).color(theme.text);
    let label = ui.add(Label::new(text).wrap());
    // a screen reader speaks it when it appears
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Alert);
        node.set_label(notice.text.clone());
        node.set_live(accesskit::Live::Polite);
    });
}

/// From right to left.
fn buttons_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    notice: &Notice,
    of_program: bool,
    actions: &mut Vec<Action>,
) {
    if notice.dismissable {
        let sign = RichText::new("\u{2715}").color(frame.theme.weak);
        let close = ui.add(Button::new(sign).frame(false));
        name(&close, "Hide this message");
        if close.on_hover_text("Hide this message").clicked() {
            actions.push(if of_program {
                Action::App(AppAction::Dismiss(notice.topic))
            } else {
                Action::Doc(DocAction::Dismiss(notice.topic))
            });
        }
    }
    for (label, action) in notice.actions.iter().rev() {
        if ui.add(Button::new(label)).clicked() {
            actions.push(action.clone());
        }
    }
}

/// The sentence with its sign, in points.
fn text_width(ui: &Ui, notice: &Notice) -> f32 {
    width(ui, &notice.text, &TextStyle::Body) + 30.0
}

fn buttons_width(ui: &Ui, notice: &Notice) -> f32 {
    let around = 2.0 * ui.spacing().button_padding.x + ui.spacing().item_spacing.x;
    let labels = notice.actions.iter().map(|(label, _)| label.as_str());
    let close = notice.dismissable.then_some("\u{2715}");
    labels
        .chain(close)
        .map(|label| width(ui, label, &TextStyle::Button) + around)
        .sum()
}

fn width(ui: &Ui, text: &str, style: &TextStyle) -> f32 {
    let font = style.resolve(ui.style());
    let layout = |fonts: &mut egui::epaint::text::FontsView<'_>| {
        fonts.layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER)
    };
    ui.fonts_mut(layout).size().x
}

/// Gives a widget that shows a sign a name that can be spoken.
pub(super) fn name(response: &egui::Response, name: &str) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(name.to_owned()));
}
