//! What the person expected of the chosen experiment beside what was observed, first and large; before a run, the question.
//!
//! It must not know the steps.

use egui::{
    CollapsingHeader, Color32, Frame as Box_, Label, Margin, RadioButton, RichText, Stroke, Ui,
    accesskit, vec2,
};

use crate::lab::claim::{Claim, RunRecord};
use crate::model::lab::{GuessOutcome, LabEntry, Standing};
use crate::model::{Action, LabAction};
use crate::ui::Frame;
use crate::ui::theme::LARGE;

use super::signs::{self, Sign, sign};

/// The width of the words before a block, in points.
const HEAD: f32 = 96.0;

/// Draws the question, or the answer.
pub(super) fn outcome_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    entry: &LabEntry,
    actions: &mut Vec<Action>,
) {
    let standing = frame.model.lab.standing(entry);
    let edge = match sign(&standing, frame.theme) {
        (Sign::Ring | Sign::Dash, _) => frame.theme.edge,
        (_, color) => color,
    };
    box_ui(ui, frame, edge, |ui| {
        match entry.record() {
            Some(record) if !entry.is_running() => own_ui(ui, frame, entry, record),
            _ => question_ui(ui, frame, entry, actions),
        }
        verdict_ui(ui, frame, entry, &standing);
        if let Some(record) = entry.record() {
            block(ui, frame, "Observed", &record.observed);
            if record.predicted != record.observed {
                block(ui, frame, "Predicted", &record.predicted);
            }
        } else if entry.available.is_err() {
            let prediction = frame.model.lab.prediction(entry.claim);
            block(ui, frame, "Predicted", &prediction);
        }
    });
    // whoever wants to guess first is not told by accident
    if entry.record().is_none() && !entry.is_running() && entry.available.is_ok() {
        let claim = entry.claim;
        CollapsingHeader::new("The prediction, and why")
            .id_salt((claim.name, "prediction"))
            .show_unindented(ui, |ui| {
                let prediction = frame.model.lab.prediction(claim);
                block(ui, frame, "Predicted", &prediction);
                why_ui(ui, frame, claim);
            });
    }
}

/// What became of the person's own prediction: the first thing that is read.
fn own_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, record: &RunRecord) {
    let theme = frame.theme;
    let expected = entry.pick.and_then(|pick| entry.claim.choices.get(pick));
    let Some(expected) = expected else {
        return;
    };
    let (shape, words, color) = match frame.model.lab.pick_outcome(entry) {
        Some(GuessOutcome::Right) => (Sign::Check, "You were right", theme.same),
        Some(GuessOutcome::Wrong) => (
            Sign::Cross,
            "It went otherwise than you expected",
            theme.different,
        ),
        _ if record.verdict.is_failure() => (Sign::Dash, "The run does not tell", theme.weak),
        _ => (
            Sign::Dash,
            "The run does not tell whether you were right",
            theme.weak,
        ),
    };
    large_ui(ui, shape, words, color);
    block(ui, frame, "You expected", expected);
}

fn large_ui(ui: &mut Ui, shape: Sign, words: &str, color: Color32) -> egui::Response {
    let text = RichText::new(words).color(color).strong().size(LARGE);
    let line = ui.horizontal_top(|ui| {
        ui.add_space(2.0);
        let size = vec2(signs::WIDTH, LARGE * 1.3);
        let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        signs::paint(ui.painter(), rect.center(), shape, color);
        ui.add(Label::new(text).wrap())
    });
    line.inner
}

/// Where it stands: large, where no prediction of the person's own stands above.
fn verdict_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, standing: &Standing<'_>) {
    let (shape, color) = sign(standing, frame.theme);
    let has_own = entry.record().is_some() && entry.pick.is_some();
    let mut words = standing.to_string();
    if let (Standing::Over(_), Some(record)) = (standing, entry.record()) {
        words = format!("{words}, in {} ms", record.milliseconds);
    }
    let label = if has_own || entry.may_pick() {
        let mut shown = None;
        beside(ui, "Verdict", frame, |ui| {
            let line = ui.horizontal_top(|ui| {
                signs::sign_ui(ui, shape, color);
                ui.add(Label::new(RichText::new(words).color(color)).wrap())
            });
            shown = Some(line.inner);
        });
        shown
    } else {
        let mut words = words;
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Some(large_ui(ui, shape, &words, color))
    };
    let Some(label) = label else { return };
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(format!("Verdict: {standing}"));
        node.set_live(accesskit::Live::Polite);
    });
}

/// What the person expects: asked for, or said.
fn question_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let claim = entry.claim;
    if entry.available.is_err() {
        return;
    }
    if !entry.may_pick() {
        if let Some(choice) = entry.pick.and_then(|pick| claim.choices.get(pick)) {
            block(ui, frame, "You expect", choice);
        }
        return;
    }
    if claim.choices.is_empty() {
        return;
    }
    ui.label(RichText::new("What do you expect?").strong().size(LARGE));
    for (index, choice) in claim.choices.iter().enumerate() {
        let chosen = entry.pick == Some(index);
        if ui.add(RadioButton::new(chosen, *choice)).clicked() {
            let name = claim.name.to_owned();
            actions.push(Action::Lab(LabAction::Pick(name, index)));
        }
    }
}

fn box_ui(ui: &mut Ui, frame: &Frame<'_>, edge: Color32, contents: impl FnOnce(&mut Ui)) {
    let fill = Box_::new()
        .fill(frame.theme.grid_edge)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(6.0)
        .inner_margin(Margin::symmetric(12, 8));
    fill.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        contents(ui);
    });
}

/// Why it is so, and who says it.
pub(super) fn why_ui(ui: &mut Ui, frame: &Frame<'_>, claim: &Claim) {
    ui.add(Label::new(claim.why).wrap().selectable(true));
    let source = RichText::new(claim.source).color(frame.theme.weak).small();
    ui.add(Label::new(source).wrap().selectable(true));
}

fn block(ui: &mut Ui, frame: &Frame<'_>, head: &str, text: &str) {
    beside(ui, head, frame, |ui| {
        ui.add(Label::new(text).wrap().selectable(true));
    });
}

/// A word, and beside it what belongs to it.
fn beside(ui: &mut Ui, head: &str, frame: &Frame<'_>, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        let size = vec2(HEAD, ui.text_style_height(&egui::TextStyle::Body));
        ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Min), |ui| {
            ui.set_min_size(size);
            ui.label(RichText::new(head).color(frame.theme.weak));
        });
        ui.vertical(contents);
    });
}
