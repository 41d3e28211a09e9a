//! The list of experiments by topic. It takes the keyboard as one thing: up and down choose, Enter runs.

use egui::accesskit::{self, Role};
use egui::text::LayoutJob;
use egui::{
    EventFilter, Id, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, TextStyle,
    TextWrapMode, Ui, WidgetText, pos2, vec2,
};

use crate::bytes::size::counted;
use crate::lab::claim::{LabTopic, Verdict};
use crate::model::lab::{LabEntry, Standing};
use crate::model::{Action, AppAction, Focus, LabAction, LabState};
use crate::ui::{Frame, focus_id};

use super::signs::{self, Sign, sign};

/// The height of a row, in points.
const ROW: f32 = 23.0;
/// An experiment is at least so high, in points.
const ENTRY: f32 = 24.0;
/// What stands above and below its words, together.
const AIR: f32 = 10.0;

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub(super) struct ListView {
    /// What was chosen in the last frame: another one is scrolled to.
    chosen: Option<&'static str>,
}

/// Draws the list into all the room there is.
pub(super) fn list_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &mut ListView,
    actions: &mut Vec<Action>,
) {
    let lab = &frame.model.lab;
    let rect = ui.available_rect_before_wrap();
    ui.expand_to_include_rect(rect);
    let builder = egui::UiBuilder::new()
        .scope_id(focus_id(Focus::Lab))
        .max_rect(rect)
        .sense(Sense::focusable_noninteractive())
        .accessibility_role(Role::ListBox)
        .accessibility_label("Experiments");
    let mut ui = ui.new_child(builder);
    let ui = &mut ui;
    ui.set_min_size(rect.size());
    let id = ui.unique_id();
    let focused = ui.response().has_focus();
    if focused {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }
    let moved = view.chosen != lab.chosen;
    view.chosen = lab.chosen;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for topic in LabTopic::ALL {
            if lab.of_topic(topic).next().is_none() {
                continue;
            }
            heading_ui(ui, frame, topic, actions);
            if lab.folded.contains(&topic) {
                continue;
            }
            for entry in lab.of_topic(topic) {
                let (rect, clicked) = entry_ui(ui, frame, id, entry, focused);
                if clicked {
                    let name = entry.claim.name.to_owned();
                    actions.push(Action::Lab(LabAction::Choose(name)));
                    // In the next frame: in this one the pointer may have taken the keyboard from everything.
                    actions.push(Action::App(AppAction::Focus(Focus::Lab)));
                }
                if moved && lab.chosen == Some(entry.claim.name) {
                    ui.scroll_to_rect(rect.expand2(vec2(0.0, ROW)), None);
                }
            }
        }
    });
    let chosen = lab.chosen.map(|name| entry_id(id, name).accesskit_id());
    if let Some(chosen) = chosen.filter(|_| focused) {
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_active_descendant(chosen));
    }
}

fn entry_id(list: Id, name: &str) -> Id {
    list.with(("experiment", name))
}

/// A topic: a click hides or shows its experiments.
fn heading_ui(ui: &mut Ui, frame: &Frame<'_>, topic: LabTopic, actions: &mut Vec<Action>) {
    let (theme, lab) = (frame.theme, &frame.model.lab);
    let folded = lab.folded.contains(&topic);
    let (n_all, n_good) = lab.of_topic(topic).fold((0, 0), |(n_all, n_good), entry| {
        let good = matches!(
            lab.standing(entry),
            Standing::Over(Verdict::AsPredicted | Verdict::Measured)
        );
        (n_all + 1, n_good + usize::from(good))
    });
    let (count, words) = counts(lab, topic, (n_good, n_all));
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW + 3.0));
    let response = ui.interact(rect, ui.unique_id().with(("topic", topic)), Sense::click());
    if ui.is_rect_visible(rect) {
        let count = WidgetText::from(RichText::new(count).color(theme.weak).small());
        let count = count.into_galley(ui, Some(TextWrapMode::Extend), 80.0, TextStyle::Small);
        let title = WidgetText::from(RichText::new(topic.title()).strong());
        let room = rect.width() - count.size().x - 26.0;
        let title = title.into_galley(ui, Some(TextWrapMode::Truncate), room, TextStyle::Body);
        let color = if response.hovered() {
            theme.accent
        } else {
            theme.text
        };
        let middle = rect.center().y + 1.0;
        let shape = if folded { Sign::Right } else { Sign::Down };
        signs::paint(ui.painter(), pos2(rect.left() + 6.0, middle), shape, color);
        let at = pos2(rect.left() + 14.0, middle - title.size().y / 2.0);
        ui.painter()
            .galley_with_override_text_color(at, title, color);
        let at = pos2(
            rect.right() - count.size().x - 6.0,
            middle - count.size().y / 2.0,
        );
        ui.painter().galley(at, count, theme.weak);
        if response.has_focus() {
            outline(ui, rect, frame);
        }
    }
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::DisclosureTriangle);
        node.set_expanded(!folded);
        node.set_label(words.clone());
    });
    if response.clicked() {
        actions.push(Action::Lab(LabAction::Fold(topic)));
    }
    response.on_hover_text(words);
}

/// How many of a topic came out, and how the person did: for the eye, and in words.
fn counts(lab: &LabState, topic: LabTopic, (n_good, n_all): (usize, usize)) -> (String, String) {
    let own = lab.own_score(topic);
    let title = topic.title();
    let words = format!("{title}: {n_good} of {n_all} as predicted or measured");
    if own.answered == 0 {
        return (format!("{n_good}/{n_all}"), words);
    }
    let answers = counted(own.answered as u64, "answer");
    (
        format!("you {}/{}, {n_good}/{n_all}", own.right, own.answered),
        format!("{words}; {} of your {answers} right", own.right),
    )
}

/// One experiment; where it is, and whether it was clicked.
fn entry_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    list: Id,
    entry: &LabEntry,
    focused: bool,
) -> (Rect, bool) {
    let (theme, lab) = (frame.theme, &frame.model.lab);
    let standing = lab.standing(entry);
    let chosen = lab.chosen == Some(entry.claim.name);
    let width = ui.available_width();
    let name = wrapped(ui, entry.headline(), width - 40.0);
    let (_, rect) = ui.allocate_space(vec2(width, (name.size().y + AIR).max(ENTRY)));
    let id = entry_id(list, entry.claim.name);
    let response = ui.interact(rect, id, Sense::CLICK);
    let words = format!("{}: {standing}", entry.label());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::ListBoxOption);
        node.set_label(words);
        node.set_selected(chosen);
        node.add_action(accesskit::Action::Click);
        node.set_bounds(accesskit::Rect {
            x0: rect.min.x.into(),
            y0: rect.min.y.into(),
            x1: rect.max.x.into(),
            y1: rect.max.y.into(),
        });
    });
    if ui.is_rect_visible(rect) {
        let fill = if chosen {
            Some(theme.selection)
        } else {
            response.hovered().then_some(theme.control)
        };
        if let Some(fill) = fill {
            ui.painter().rect_filled(rect, 4.0, fill);
        }
        if chosen && focused {
            outline(ui, rect, frame);
        }
        let (shape, color) = sign(&standing, theme);
        let at = pos2(rect.left() + 18.0, rect.center().y);
        signs::paint(ui.painter(), at, shape, color);
        let at = pos2(rect.left() + 32.0, rect.center().y - name.size().y / 2.0);
        let dim = matches!(standing, Standing::NotAvailable(_));
        let color = if dim { theme.weak } else { theme.text };
        ui.painter().galley(at, name, color);
    }
    let clicked = response.clicked();
    response.on_hover_ui(|ui| {
        ui.label(entry.headline());
        ui.horizontal_top(|ui| {
            let (shape, color) = sign(&standing, theme);
            signs::sign_ui(ui, shape, color);
            ui.label(RichText::new(standing.to_string()).color(color));
        });
    });
    (rect, clicked)
}

/// A text in as many lines as it needs: what is asked stands at its end.
fn wrapped(ui: &Ui, text: &str, width: f32) -> std::sync::Arc<egui::Galley> {
    let font = TextStyle::Small.resolve(ui.style());
    let job = LayoutJob::simple(text.to_owned(), font, egui::Color32::PLACEHOLDER, width);
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

pub(super) fn outline(ui: &Ui, rect: Rect, frame: &Frame<'_>) {
    let stroke = Stroke::new(1.0, frame.theme.accent);
    ui.painter()
        .rect_stroke(rect.shrink(0.5), 4.0, stroke, StrokeKind::Inside);
}
