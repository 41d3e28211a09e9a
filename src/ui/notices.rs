//! Messages. A question stands in a banner over the bars and has the keys; of the rest one line stands above the status
//! line, in a place that is always kept, and opens to all of them. News, which pass in the status line, are not among them.
//!
//! It owns what stands where: nothing here moves the bytes. It must not know why something is said.

use egui::{
    Align, Button, Color32, Frame as Box_, Id, Label, Layout, Margin, Order, Popup,
    PopupCloseBehavior, RectAlign, RichText, ScrollArea, Stroke, TextStyle, Ui, accesskit, vec2,
};

use crate::model::tray::RefusedOrder;
use crate::model::{
    Action, App, AppAction, Doc, DocAction, Focus, Intent, Notice, Severity, Topic, ViewId,
};

pub(super) use super::describe::name;
use super::describe::text_width;
use super::icons::{self, Icon};
use super::keyed::keyed;
use super::region::region_ui;
use super::right::at_right;
use super::{Frame, focus_id};

/// What the sentence has at least before buttons go into the list, in points.
const LEAST_TEXT: f32 = 160.0;
/// The widest list of messages, in points.
const LIST_WIDTH: f32 = 680.0;

/// What becomes of edits is being asked: of the whole program, or of the file with the focus.
#[must_use]
pub(in crate::ui) fn asks(model: &App) -> bool {
    question(model).is_some()
}

/// The program's question comes first.
fn question(model: &App) -> Option<&Notice> {
    let of_file = model.doc().map(|doc| &doc.notices);
    std::iter::once(&model.notices)
        .chain(of_file)
        .find_map(|notices| notices.get(Topic::Unsaved))
}

/// Gives a question about edits the keys when it comes up. `asked`: it had them once.
pub(super) fn focus_question(ui: &Ui, frame: &Frame<'_>, asked: &mut bool) {
    if !asks(frame.model) {
        *asked = false;
    } else if !*asked {
        // the banner as a whole, not its first button: Enter, typed in haste, must not answer
        ui.memory_mut(|memory| memory.request_focus(focus_id(Focus::Banner)));
    }
}

/// The question that stands, over the bars: one place for the keys, before its buttons.
pub(super) fn question_ui(ui: &Ui, frame: &Frame<'_>, asked: &mut bool, actions: &mut Vec<Action>) {
    let Some(notice) = question(frame.model) else {
        return;
    };
    let content = ui.ctx().content_rect();
    let area = egui::Area::new(Id::unique("place of the question"))
        .order(Order::Foreground)
        .movable(false)
        .fixed_pos(content.min);
    area.show(ui.ctx(), |ui| {
        ui.set_width(content.width());
        let dialog = (accesskit::Role::AlertDialog, notice.text.as_str());
        region_ui(ui, frame, Focus::Banner, dialog, vec2(-1.0, -1.0), |ui| {
            asked_ui(ui, frame, notice, actions);
        });
        ui.ctx()
            .accesskit_node_builder(focus_id(Focus::Banner), |node| {
                node.set_live(accesskit::Live::Assertive);
            });
    });
    // where it is new, it is measured before it can have them
    *asked |= ui.memory(|memory| memory.has_focus(focus_id(Focus::Banner)));
}

fn asked_ui(ui: &mut Ui, frame: &Frame<'_>, notice: &Notice, actions: &mut Vec<Action>) {
    let (fill, icon, color) = look(frame, notice.severity);
    let banner = Box_::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, frame.theme.own_edge))
        .inner_margin(Margin::symmetric(12, 8));
    banner.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            icons::icon_ui(ui, icon, color);
            let label = ui.add(sentence(frame, notice).wrap());
            speak(&label, notice, accesskit::Live::Assertive);
        });
        let doc = frame.model.doc().map(|doc| doc.id);
        keyed(ui, key(&doc, notice), |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.add_space(icons::SIZE + ui.spacing().item_spacing.x);
                for (label, action) in &notice.actions {
                    if ui.button(label).clicked() {
                        actions.push(notice.chosen(action));
                    }
                }
            });
        });
    });
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Program,
    /// Of the file that this view is of.
    File(ViewId),
}

/// A message that stands.
struct Standing {
    whose: Whose,
    notice: Notice,
}

impl Standing {
    /// The person asked for this. What the program says is about the file with the focus, if about any.
    fn intend(&self, frame: &Frame<'_>, action: &Action, intents: &mut Vec<Intent>) {
        let view = match self.whose {
            Whose::Program => frame.model.view().map(|view| view.id),
            Whose::File(view) => Some(view),
        };
        let action = self.notice.chosen(action);
        intents.push(Intent { view, action });
    }

    fn hide(&self) -> Action {
        match (self.whose, self.notice.subject) {
            (Whose::Program, _) => Action::App(AppAction::Dismiss(self.notice.topic)),
            (Whose::File(_), Some(error)) => Action::Doc(DocAction::DismissError(error)),
            (Whose::File(_), None) => Action::Doc(DocAction::Dismiss(self.notice.topic)),
        }
    }
}

/// All messages that stand, most urgent first: the program's, those of the file with the focus, and what is more than
/// good to know of the others on the screen.
fn standing(model: &App) -> Vec<Standing> {
    let mut all: Vec<Standing> = Vec::new();
    let of_program = model.notices.iter().cloned();
    let refused = model
        .tray
        .orders()
        .iter()
        .map(|order| refused(model, order));
    all.extend(of_program.chain(refused).map(|notice| Standing {
        whose: Whose::Program,
        notice,
    }));
    let front = model.doc().filter(|_| !model.lab.is_front);
    let front = front.map(|doc| doc.id);
    let is_shown = |doc: &&Doc| {
        let mut views = doc.views.iter();
        Some(doc.id) == front || views.any(|view| model.shown().contains(&view.id))
    };
    for doc in model.docs.iter().filter(is_shown) {
        let (is_front, view) = (Some(doc.id) == front, doc.view().id);
        let told = doc.notices.iter().filter(|notice| {
            (is_front || notice.severity != Severity::Info) && notice.topic != Topic::Done
        });
        all.extend(told.cloned().map(|notice| Standing {
            whose: Whose::File(view),
            notice,
        }));
    }
    if let Some(asked) = question(model) {
        all.retain(|standing| standing.notice != *asked);
    }
    // of what earlier runs left, what can be decided at the file comes before what is of files that are not open
    let is_elsewhere = |standing: &Standing| {
        standing.notice.topic == Topic::Offer && matches!(standing.whose, Whose::Program)
    };
    all.sort_by_key(|standing| (standing.notice.topic, is_elsewhere(standing)));
    all
}

/// What the buttons of a message are known by: whose it is, what it is about, and what they do. Where another message, or
/// another order, takes its place, none of its buttons is that of the other.
pub(super) fn key(whose: &impl std::fmt::Debug, notice: &Notice) -> String {
    let about = (notice.topic, notice.subject, notice.view);
    format!("{whose:?} {about:?} {:?}", notice.actions)
}

fn refused(model: &App, order: &RefusedOrder) -> Notice {
    let mut notice = Notice::new(Topic::Refused, Severity::Error, order.words());
    if let Some(doc) = model.doc() {
        let redirect = Action::App(AppAction::Redirect(order.number));
        notice = notice.with(order.offer(doc), redirect);
    }
    let forget = Action::App(AppAction::Forget(order.number));
    notice.with("Forget it", forget).pinned()
}

/// A message stands in the line.
pub(in crate::ui) fn stands(model: &App) -> bool {
    !standing(model).is_empty()
}

/// The line of messages: as high with one as without.
pub(super) fn line_ui(ui: &mut Ui, frame: &Frame<'_>, intents: &mut Vec<Intent>) {
    let all = standing(frame.model);
    let fill = all.first().map_or(frame.theme.bar, |first| {
        look(frame, first.notice.severity).0
    });
    let line = Box_::new()
        .fill(fill)
        .inner_margin(Margin::symmetric(10, 2));
    line.show(ui, |ui| {
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            if let Some((first, others)) = all.split_first() {
                first_ui(ui, frame, first, others, intents);
            }
        });
    });
}

/// The most urgent message, in one place for the keys; what does not fit is in the list.
fn first_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    first: &Standing,
    others: &[Standing],
    intents: &mut Vec<Intent>,
) {
    let room = ui.available_width();
    let notice = &first.notice;
    let text = text_width(ui, &notice.text, &TextStyle::Body) + icons::SIZE + 12.0;
    let buttons = buttons_width(ui, notice);
    let fits = others.is_empty() && text + buttons <= room;
    let label = match others.len() {
        _ if fits => String::new(),
        0 => "All of it".to_owned(),
        n => format!("{n} more"),
    };
    let more = text_width(ui, &label, &TextStyle::Button) + icons::SIZE + 30.0;
    let has_buttons = fits || LEAST_TEXT.min(text) + buttons + more <= room;
    let group = (accesskit::Role::Group, "Messages");
    region_ui(ui, frame, Focus::Messages, group, vec2(6.0, 0.0), |ui| {
        let left = |ui: &mut Ui| text_ui(ui, frame, notice);
        at_right(ui, "message", left, |ui| {
            let key = key(&first.whose, notice);
            if has_buttons && !notice.actions.is_empty() {
                keyed(ui, &key, |ui| actions_ui(ui, frame, first, intents));
            }
            if !label.is_empty() {
                keyed(ui, "more", |ui| {
                    more_ui(ui, frame, &label, first, others, intents);
                });
            }
            if notice.dismissable {
                keyed(ui, ("hide", &key), |ui| hide_ui(ui, frame, first, intents));
            }
        });
    });
}

fn text_ui(ui: &mut Ui, frame: &Frame<'_>, notice: &Notice) {
    let (_, icon, color) = look(frame, notice.severity);
    icons::icon_ui(ui, icon, color);
    let label = ui.add(sentence(frame, notice).truncate());
    speak(&label, notice, accesskit::Live::Polite);
}

/// A screen reader speaks it when it appears.
fn speak(label: &egui::Response, notice: &Notice, how: accesskit::Live) {
    label.ctx.accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Alert);
        node.set_label(notice.text.clone());
        node.set_live(how);
    });
}

fn sentence(frame: &Frame<'_>, notice: &Notice) -> Label {
    Label::new(RichText::new(&notice.text).color(frame.theme.text))
}

fn look(frame: &Frame<'_>, severity: Severity) -> (Color32, Icon, Color32) {
    let theme = frame.theme;
    match severity {
        Severity::Info => (theme.notice, Icon::Info, theme.accent),
        Severity::Warning => (theme.notice_warning, Icon::Warning, theme.different),
        Severity::Error => (theme.notice_error, Icon::Error, theme.error),
    }
}

fn actions_ui(ui: &mut Ui, frame: &Frame<'_>, standing: &Standing, intents: &mut Vec<Intent>) {
    for (label, action) in &standing.notice.actions {
        if ui.button(label).clicked() {
            standing.intend(frame, action, intents);
        }
    }
}

fn hide_ui(ui: &mut Ui, frame: &Frame<'_>, standing: &Standing, intents: &mut Vec<Intent>) {
    if !standing.notice.dismissable {
        return;
    }
    let words = "Hide this message";
    let close = icons::icon_button(ui, Icon::Close, frame.theme.weak, words, true);
    if close.on_hover_text(words).clicked() {
        standing.intend(frame, &standing.hide(), intents);
    }
}

/// The button that opens the list of all messages, and the list.
fn more_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    label: &str,
    first: &Standing,
    others: &[Standing],
    intents: &mut Vec<Intent>,
) {
    let more = ui.add(Button::new((
        icons::atom(Icon::More, frame.theme.text),
        label,
    )));
    // what is not to be seen is heard all the same
    let unseen: Vec<&str> = others.iter().map(|one| one.notice.text.as_str()).collect();
    ui.ctx().accesskit_node_builder(more.id, |node| {
        node.set_label(label.to_owned());
        node.set_description(unseen.join(". "));
        node.set_live(accesskit::Live::Polite);
    });
    let content = ui.ctx().content_rect();
    Popup::from_toggle_button_response(&more)
        .align(RectAlign::TOP_END) // over the bytes, not over the line
        .align_alternatives(&[])
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width((content.width() - 24.0).min(LIST_WIDTH))
        .show(|ui| {
            let list = ScrollArea::vertical().max_height(content.height() * 0.6);
            list.show(ui, |ui| {
                for standing in std::iter::once(first).chain(others) {
                    keyed(ui, key(&standing.whose, &standing.notice), |ui| {
                        listed_ui(ui, frame, standing, intents);
                    });
                }
            });
        });
}

fn listed_ui(ui: &mut Ui, frame: &Frame<'_>, standing: &Standing, intents: &mut Vec<Intent>) {
    let (fill, icon, color) = look(frame, standing.notice.severity);
    let one = Box_::new()
        .fill(fill)
        .corner_radius(4.0)
        .inner_margin(Margin::symmetric(8, 6));
    one.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            icons::icon_ui(ui, icon, color);
            ui.add(sentence(frame, &standing.notice).wrap());
        });
        ui.horizontal_wrapped(|ui| {
            ui.add_space(icons::SIZE + ui.spacing().item_spacing.x);
            actions_ui(ui, frame, standing, intents);
            hide_ui(ui, frame, standing, intents);
        });
    });
}

fn buttons_width(ui: &Ui, notice: &Notice) -> f32 {
    let around = 2.0 * ui.spacing().button_padding.x + ui.spacing().item_spacing.x;
    let labels = notice.actions.iter().map(|(label, _)| label.as_str());
    let labels = labels.map(|label| text_width(ui, label, &TextStyle::Button) + around);
    let close = if notice.dismissable {
        icons::SIZE + around
    } else {
        0.0
    };
    labels.sum::<f32>() + close
}
