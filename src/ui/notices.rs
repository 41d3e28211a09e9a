//! Messages about the file: one-line banners inside the view, each with what can be done.

use egui::{
    Align, Button, Color32, Frame as Box_, Label, Layout, Margin, RichText, Sense, Stroke,
    StrokeKind, TextStyle, Ui, UiBuilder, accesskit,
};

use crate::model::{Action, AppAction, DocAction, Focus, Notice, Severity, Topic};

use super::icons::{self, Icon};
pub(super) use super::describe::name;
use super::right::at_right;
use super::{Frame, focus_id};

/// It must be answered, and cannot be hidden.
pub(super) fn is_question(notice: &Notice) -> bool {
    !notice.dismissable && !notice.actions.is_empty()
}

/// Draws the messages of the program, and the orders that were refused.
pub(super) fn program_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let first = frame
        .model
        .notices
        .iter()
        .find(|notice| is_question(notice));
    let first = first.map(|notice| notice.topic);
    for notice in frame.model.notices.iter() {
        let takes_keys = first == Some(notice.topic);
        banner_ui(ui, frame, notice, Whose::Program, takes_keys, actions);
    }
    for order in frame.model.tray.orders() {
        let mut notice = Notice::new(Topic::Refused, Severity::Error, order.words());
        if let Some(doc) = frame.model.doc() {
            let redirect = Action::App(AppAction::Redirect(order.number));
            notice = notice.with(order.offer(doc), redirect);
        }
        let forget = Action::App(AppAction::Forget(order.number));
        let notice = notice.with("Forget it", forget).pinned();
        notice_ui(ui, frame, &notice, Whose::Program, actions);
    }
}

/// Draws the banners of a file. Its first question is the place for the keys, where the program has none and the file has
/// the focus.
pub(super) fn notices_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let Some(doc) = frame.doc else { return };
    let of_program = frame.model.notices.iter().any(is_question);
    let first = doc.notices.iter().find(|notice| is_question(notice));
    let first = first
        .filter(|_| frame.is_front() && !of_program)
        .map(|notice| notice.topic);
    for notice in doc.notices.iter() {
        let takes_keys = first == Some(notice.topic);
        banner_ui(ui, frame, notice, Whose::File, takes_keys, actions);
    }
}

/// Gives a question about edits the keys when it comes up. `asked`: it stood in the last frame already.
pub(super) fn focus_question(ui: &Ui, frame: &Frame<'_>, asked: &mut bool) {
    let asks = asks(frame);
    if asks && !*asked {
        // the banner as a whole, not its first button: Enter, typed in haste, must not answer
        ui.memory_mut(|memory| memory.request_focus(focus_id(Focus::Banner)));
    }
    *asked = asks;
}

/// What becomes of edits is being asked.
pub(super) fn asks(frame: &Frame<'_>) -> bool {
    let of_file = frame.doc.map(|doc| &doc.notices);
    std::iter::once(&frame.model.notices)
        .chain(of_file)
        .any(|notices| notices.get(Topic::Unsaved).is_some())
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Program,
    File,
}

/// A banner; the first question is one place for the keys, before its buttons.
fn banner_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    notice: &Notice,
    whose: Whose,
    takes_keys: bool,
    actions: &mut Vec<Action>,
) {
    if !takes_keys {
        notice_ui(ui, frame, notice, whose, actions);
        return;
    }
    let id = focus_id(Focus::Banner);
    let builder = UiBuilder::new()
        .scope_id(id)
        .sense(Sense::focusable_noninteractive())
        .accessibility_role(accesskit::Role::AlertDialog)
        .accessibility_label(notice.text.as_str());
    let response = ui.scope_builder(builder, |ui| notice_ui(ui, frame, notice, whose, actions));
    let bounds = super::geometry::bounds(response.response.rect);
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_bounds(bounds));
    if ui.memory(|memory| memory.has_focus(id)) {
        let stroke = Stroke::new(1.5, frame.theme.accent);
        let rect = response.response.rect.shrink(1.0);
        ui.painter()
            .rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
    }
}

fn notice_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    notice: &Notice,
    whose: Whose,
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
        let layout = Layout::left_to_right(Align::Center);
        let fits = text_width(ui, notice) + buttons_width(ui, notice) <= row.x;
        if !fits && notice.actions.is_empty() {
            // what only hides it stays beside the sentence, and takes no line of its own
            beside_ui(ui, frame, notice, whose, actions);
            return;
        }
        if !fits {
            // the sentence comes first and whole; what can be done stands below it
            ui.horizontal_top(|ui| text_ui(ui, frame, notice));
        }
        if buttons_width(ui, notice) > row.x {
            ui.horizontal_wrapped(|ui| buttons_ui(ui, frame, notice, whose, actions));
            return;
        }
        ui.allocate_ui_with_layout(row, layout, |ui| {
            at_right(
                ui,
                "buttons",
                |ui| {
                    if fits {
                        text_ui(ui, frame, notice);
                    }
                },
                |ui| buttons_ui(ui, frame, notice, whose, actions),
            );
        });
    });
}

/// The sentence in several lines, with its buttons at the end of the first one.
fn beside_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    notice: &Notice,
    whose: Whose,
    actions: &mut Vec<Action>,
) {
    let room = ui.available_width() - buttons_width(ui, notice);
    ui.horizontal_top(|ui| {
        let size = egui::vec2(room, ui.spacing().interact_size.y);
        let layout = Layout::left_to_right(Align::TOP);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(room);
            text_ui(ui, frame, notice);
        });
        buttons_ui(ui, frame, notice, whose, actions);
    });
}

fn text_ui(ui: &mut Ui, frame: &Frame<'_>, notice: &Notice) {
    let theme = frame.theme;
    let (sign, color) = match notice.severity {
        Severity::Info => (Icon::Info, theme.accent),
        Severity::Warning => (Icon::Warning, theme.different),
        Severity::Error => (Icon::Error, theme.error),
    };
    icons::icon_ui(ui, sign, color);
    let text = RichText::new(&notice.text).color(theme.text);
    let label = ui.add(Label::new(text).wrap());
    // a screen reader speaks it when it appears
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Alert);
        node.set_label(notice.text.clone());
        node.set_live(accesskit::Live::Polite);
    });
}

fn buttons_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    notice: &Notice,
    whose: Whose,
    actions: &mut Vec<Action>,
) {
    for (label, action) in &notice.actions {
        if ui.add(Button::new(label)).clicked() {
            actions.push(action.clone());
        }
    }
    if notice.dismissable {
        let close =
            icons::icon_button(ui, Icon::Close, frame.theme.weak, "Hide this message", true);
        if close.on_hover_text("Hide this message").clicked() {
            actions.push(match (whose, notice.subject) {
                (Whose::Program, _) => Action::App(AppAction::Dismiss(notice.topic)),
                (Whose::File, Some(error)) => Action::Doc(DocAction::DismissError(error)),
                (Whose::File, None) => Action::Doc(DocAction::Dismiss(notice.topic)),
            });
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
    let close = if notice.dismissable {
        icons::SIZE + around
    } else {
        0.0
    };
    let labels = labels.map(|label| width(ui, label, &TextStyle::Button) + around);
    labels.sum::<f32>() + close
}

fn width(ui: &Ui, text: &str, style: &TextStyle) -> f32 {
    let font = style.resolve(ui.style());
    let layout = |fonts: &mut egui::epaint::text::FontsView<'_>| {
        fonts.layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER)
    };
    ui.fonts_mut(layout).size().x
}
