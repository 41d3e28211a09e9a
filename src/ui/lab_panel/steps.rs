//! The steps of a run as they happen, along a line of time: who did what, what was observed, and each system call as it was made.
//!
//! Only steps in sight are laid out; of the others the height is known from when they were.

use egui::layers::ShapeIdx;
use egui::text::LayoutJob;
use egui::{
    Align, Color32, FontId, Frame as Box_, Label, Margin, Pos2, Rect, Sense, Shape, Stroke,
    TextFormat, TextStyle, Ui, accesskit, pos2, vec2,
};

use crate::lab::claim::RunStep;
use crate::model::lab::{LabEntry, Said};
use crate::ui::Frame;

use super::signs::{self, Sign};

/// The most steps that are shown: the last ones.
const SHOWN: usize = 200;
/// The height of a step that was not in sight yet, in points.
const GUESS: f32 = 44.0;
/// The width of the number and of the peer's name, in points.
const NUMBER: f32 = 24.0;
const PEER: f32 = 22.0;
/// The width of the line of time, in points.
const NODE: f32 = 22.0;

/// What the steps keep between frames.
#[derive(Debug, Default)]
pub(super) struct StepsView {
    name: &'static str,
    width: f32,
    /// The height of each step, by its place.
    heights: Vec<f32>,
    /// How many there were in the last frame, and how high they all were.
    last: (usize, f32),
}

/// Draws the steps.
pub(super) fn steps_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut StepsView, entry: &LabEntry) {
    let steps = entry.steps();
    let width = ui.available_width();
    if view.name != entry.claim.name || (view.width - width).abs() > 0.5 {
        *view = StepsView {
            name: entry.claim.name,
            width,
            heights: Vec::new(),
            last: (0, 0.0),
        };
    }
    view.heights.resize(steps.len(), GUESS);
    let first = steps.len().saturating_sub(SHOWN);
    if first > 0 {
        let words = format!("{first} earlier steps are not listed");
        ui.label(egui::RichText::new(words).color(frame.theme.weak).small());
    }
    let running = entry.is_running();
    ui.spacing_mut().item_spacing.y = 3.0;
    let mut newest = Rect::NOTHING;
    for (step, height) in steps.iter().zip(&mut view.heights).skip(first) {
        let is_newest = step.number == steps.len();
        let rect = Rect::from_min_size(ui.cursor().min, vec2(width, *height));
        if ui.is_rect_visible(rect) || (running && is_newest) {
            let said = entry.said(step.number);
            let shown = step_ui(ui, frame, (step, said), running && is_newest);
            *height = shown.height();
            newest = shown;
        } else {
            ui.allocate_space(rect.size());
            newest = rect;
        }
    }
    let now = (steps.len(), view.heights.iter().sum());
    if running && view.last != now {
        ui.scroll_to_rect(newest.expand2(vec2(0.0, 6.0)), Some(Align::BOTTOM));
    }
    view.last = now;
}

fn step_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    (step, said): (&RunStep, Option<&Said>),
    lit: bool,
) -> Rect {
    let theme = frame.theme;
    let fill = if lit {
        theme.lit
    } else if step.holds == Some(false) {
        theme.notice_error
    } else {
        Color32::TRANSPARENT
    };
    let box_ = Box_::new()
        .fill(fill)
        .corner_radius(4.0)
        .inner_margin(Margin::symmetric(6, 3));
    let rail = ui.painter().add(Shape::Noop);
    let mut node = Pos2::ZERO;
    let shown = box_.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
        ui.horizontal_top(|ui| {
            let number = step.number.to_string();
            cell(ui, NUMBER, &number, theme.weak, Align::Max);
            let size = vec2(NODE, ui.text_style_height(&TextStyle::Body));
            node = ui.allocate_exact_size(size, Sense::hover()).0.center();
            let who = step.peer.as_deref().unwrap_or("\u{b7}");
            let hover = match (&step.peer, step.pid) {
                (Some(peer), Some(pid)) => format!("process {peer}, pid {pid}"),
                (Some(peer), None) => format!("process {peer}"),
                (None, _) => "mapscope itself".to_owned(),
            };
            cell(ui, PEER, who, theme.accent, Align::Center).on_hover_text(hover);
            ui.vertical(|ui| {
                ui.add(Label::new(told(ui, frame, step)).wrap().selectable(true));
                for call in &step.calls {
                    let job = call_job(ui, frame, &call.text, &call.took());
                    ui.add(Label::new(job).wrap().selectable(true));
                }
                if let Some(said) = said {
                    said_ui(ui, frame, said);
                }
            });
        });
    });
    let rect = shown.response.rect;
    node_ui(ui, frame, step, (rail, node, rect));
    let id = shown.response.id.with(("step", step.number));
    let _ = ui.interact(rect, id, Sense::empty());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Row);
        node.set_label(describe(step) + &said.map(said_words).unwrap_or_default());
    });
    rect
}

/// What the person said of it before.
fn said_ui(ui: &mut Ui, frame: &Frame<'_>, said: &Said) {
    let Some(choice) = said.next.choices.get(said.choice) else {
        return;
    };
    let (sign, color) = match said.came {
        Some(true) => (Sign::Check, frame.theme.same),
        Some(false) => (Sign::Cross, frame.theme.different),
        None => (Sign::Dots, frame.theme.weak),
    };
    ui.horizontal_top(|ui| {
        signs::sign_ui(ui, sign, color);
        let words = format!("You said: {choice}");
        ui.add(Label::new(egui::RichText::new(words).color(color)).wrap());
    });
}

fn said_words(said: &Said) -> String {
    let choice = said.next.choices.get(said.choice);
    let choice = choice.map(ToString::to_string).unwrap_or_default();
    match said.came {
        Some(true) => format!("; you said it: {choice}"),
        Some(false) => format!("; you said: {choice}"),
        None => String::new(),
    }
}

/// The line of time through a step, and what the step is on it: a dot, or the sign of a check.
fn node_ui(ui: &Ui, frame: &Frame<'_>, step: &RunStep, (rail, at, rect): (ShapeIdx, Pos2, Rect)) {
    let theme = frame.theme;
    let (sign, color) = match step.holds {
        Some(true) => (Some(Sign::Check), theme.same),
        Some(false) => (Some(Sign::Cross), theme.error),
        None => (None, theme.weak),
    };
    // A gap round the sign.
    let gap = if sign.is_some() { 8.0 } else { 0.0 };
    let line = Stroke::new(1.0, theme.edge);
    let (top, bottom) = (rect.top() - 3.0, rect.bottom());
    let top = if step.number == 1 { at.y } else { top };
    let parts = [(top, at.y - gap), (at.y + gap, bottom)];
    let parts = parts.iter().filter(|(from, to)| from < to);
    let parts =
        parts.map(|(from, to)| Shape::line_segment([pos2(at.x, *from), pos2(at.x, *to)], line));
    ui.painter().set(rail, Shape::Vec(parts.collect()));
    match sign {
        Some(sign) => signs::paint(ui.painter(), at, sign, color),
        None => {
            ui.painter().circle_filled(at, 2.5, color);
        }
    }
}

fn cell(ui: &mut Ui, width: f32, text: &str, color: Color32, align: Align) -> egui::Response {
    let height = ui.text_style_height(&TextStyle::Body);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let anchor = match align {
        Align::Max => egui::Align2::RIGHT_TOP,
        _ => egui::Align2::CENTER_TOP,
    };
    let font = TextStyle::Body.resolve(ui.style());
    let at = anchor.pos_in_rect(&rect);
    ui.painter().text(at, anchor, text, font, color);
    response
}

/// What was done, and what was observed.
fn told(ui: &Ui, frame: &Frame<'_>, step: &RunStep) -> LayoutJob {
    let theme = frame.theme;
    let font = TextStyle::Body.resolve(ui.style());
    let mut job = LayoutJob::default();
    let several = step.observed.contains('\n');
    let observed = if several { mono(ui) } else { font.clone() };
    let mut add = |text: &str, color: Color32| append(&mut job, text, &font, color);
    add(&step.what, theme.text);
    let color = match step.holds {
        Some(true) => theme.same,
        Some(false) => theme.error,
        None => theme.weak,
    };
    if several {
        add("\n", theme.weak);
    } else {
        // the built-in proportional font has no arrow
        append(&mut job, " \u{2192} ", &mono(ui), theme.weak);
    }
    append(&mut job, &step.observed, &observed, color);
    let mut add = |text: &str, color: Color32| append(&mut job, text, &font, color);
    if let Some(expected) = &step.expected {
        let same = *expected == step.observed;
        match step.holds {
            Some(false) => {
                add("\nexpected: ", theme.error);
                add(expected, theme.error);
            }
            _ if !same => {
                add("  (expected: ", theme.weak);
                add(expected, theme.weak);
                add(")", theme.weak);
            }
            _ => {}
        }
    }
    job
}

pub(super) fn call_job(ui: &Ui, frame: &Frame<'_>, text: &str, took: &str) -> LayoutJob {
    let mono = mono(ui);
    let mut job = LayoutJob::default();
    append(&mut job, text, &mono, frame.theme.text);
    // A number and its unit stay together.
    let parts = took.split(", ").map(|part| part.replace(' ', "\u{a0}"));
    let took = parts.collect::<Vec<_>>().join(", ");
    append(&mut job, &format!("   {took}"), &mono, frame.theme.weak);
    job
}

/// The font of calls.
pub(super) fn mono(ui: &Ui) -> FontId {
    FontId::new(
        crate::ui::theme::SMALL,
        TextStyle::Monospace.resolve(ui.style()).family,
    )
}

pub(super) fn append(job: &mut LayoutJob, text: &str, font: &FontId, color: Color32) {
    job.append(text, 0.0, TextFormat::simple(font.clone(), color));
}

/// A step in words.
fn describe(step: &RunStep) -> String {
    let who = step
        .peer
        .as_ref()
        .map_or_else(|| "mapscope".to_owned(), |peer| format!("process {peer}"));
    let mut words = format!(
        "Step {}: {who} {}: {}",
        step.number, step.what, step.observed
    );
    let expected = step.expected.as_deref().unwrap_or_default();
    match step.holds {
        Some(true) => words.push_str(", as expected"),
        Some(false) => words = format!("{words}, but expected: {expected}"),
        None => {}
    }
    for call in &step.calls {
        words.push_str("; ");
        words.push_str(&call.text);
    }
    words
}
