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
use crate::ui::theme::{BODY, LARGE};

use super::signs::{self, Sign, sign};
use super::stage_hand;

/// The width of the words before a block, in points.
const HEAD: f32 = 96.0;

/// Draws the question, or the answer.
pub(super) fn outcome_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    entry: &LabEntry,
    actions: &mut Vec<Action>,
) {
    if let Some(hand) = &entry.hand {
        box_ui(ui, frame, frame.theme.accent, |ui| {
            stage_hand::head_ui(ui, frame, entry, hand, false);
        });
        return;
    }
    let standing = frame.model.lab.standing(entry);
    let edge = match sign(&standing, frame.theme) {
        (Sign::Ring | Sign::Dash, _) => frame.theme.edge,
        (_, color) => color,
    };
    box_ui(ui, frame, edge, |ui| {
        match entry.record() {
            Some(record) if !entry.is_running() && !entry.may_pick() => {
                own_ui(ui, frame, entry, record);
            }
            _ => question_ui(ui, frame, entry, actions),
        }
        next_ui(ui, frame, entry, false, actions);
        verdict_ui(ui, frame, entry, &standing);
        foreseen_ui(ui, frame, entry);
        if entry.is_sealed {
            sealed_ui(ui, frame, entry, actions);
        } else if let Some(record) = entry.record() {
            block(ui, frame, "Observed", &record.observed);
            if record.predicted != record.observed && !entry.is_closed() {
                block(ui, frame, "Predicted", &record.predicted);
            }
        } else if entry.available.is_err() {
            let prediction = frame.model.lab.prediction(entry.claim);
            block(ui, frame, "Predicted", &prediction);
        }
    });
    // whoever wants to guess first is not told by accident
    let is_over = entry.record().is_some() && !entry.is_sealed;
    if !is_over && !entry.is_running() && entry.available.is_ok() {
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

/// It ran among many, and its question was not answered.
fn sealed_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    if entry.is_running() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let words = "It ran among others; what came of it is shown once you said what you expect";
        ui.add(Label::new(RichText::new(words).color(frame.theme.weak)).wrap());
        if ui.button("Show it without").clicked() {
            let name = entry.claim.name.to_owned();
            actions.push(Action::Lab(LabAction::Unseal(name)));
        }
    });
}

/// What was answered in an earlier run of the program, and not carried out in this one.
fn earlier_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry) {
    let Some(answer) = entry.answer.as_ref().filter(|_| entry.record().is_none()) else {
        return;
    };
    let theme = frame.theme;
    let (shape, words, color) = match answer.right {
        Some(true) => (Sign::Check, "You were right", theme.same),
        Some(false) => (Sign::Cross, "You were wrong", theme.different),
        None => (Sign::Dash, "The run did not tell", theme.weak),
    };
    large_ui(ui, shape, &format!("{words} when asked last"), color);
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
    let label = if has_own || entry.may_pick() || entry.next().is_some() {
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
        earlier_ui(ui, frame, entry);
        if let Some(choice) = entry.pick.and_then(|pick| claim.choices.get(pick)) {
            block(ui, frame, "You expect", choice);
        }
        return;
    }
    if claim.choices.is_empty() {
        return;
    }
    ui.label(RichText::new("What do you expect?").strong().size(LARGE));
    let all = claim.choices.iter().map(|choice| (*choice).to_owned());
    choices_ui(ui, all, entry.pick, &mut |index| {
        let name = claim.name.to_owned();
        actions.push(Action::Lab(LabAction::Pick(name, index)));
    });
}

/// The step that waits, and what may be seen of it.
fn next_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    entry: &LabEntry,
    is_low: bool,
    actions: &mut Vec<Action>,
) {
    let Some((next, chosen)) = entry.next() else {
        return;
    };
    let words = format!("Next, step {}: {}", next.number, next.words());
    let size = if is_low { BODY } else { LARGE };
    let text = RichText::new(&words).strong().size(size);
    let label = ui.add(Label::new(text.color(frame.theme.text)).wrap());
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(words);
        node.set_live(accesskit::Live::Polite);
    });
    if next.choices.is_empty() {
        return;
    }
    if !is_low {
        let words = "What will be seen? Say it, or just step on";
        ui.label(RichText::new(words).color(frame.theme.weak));
    }
    let all = next.choices.iter().map(ToString::to_string);
    let mut say = |index: usize| actions.push(Action::Lab(LabAction::Foresee(index)));
    if is_low {
        ui.horizontal_wrapped(|ui| choices_ui(ui, all, chosen, &mut say));
    } else {
        choices_ui(ui, all, chosen, &mut say);
    }
}

/// What can be chosen among.
fn choices_ui(
    ui: &mut Ui,
    choices: impl Iterator<Item = String>,
    chosen: Option<usize>,
    say: &mut dyn FnMut(usize),
) {
    for (index, choice) in choices.enumerate() {
        if ui
            .add(RadioButton::new(chosen == Some(index), choice))
            .clicked()
        {
            say(index);
        }
    }
}

/// The step that waits, where there is little room.
pub(super) fn waiting_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    entry: &LabEntry,
    actions: &mut Vec<Action>,
) {
    box_ui(ui, frame, frame.theme.accent, |ui| {
        if let Some(hand) = &entry.hand {
            stage_hand::head_ui(ui, frame, entry, hand, true);
        }
        next_ui(ui, frame, entry, true, actions);
        foreseen_ui(ui, frame, entry);
    });
}

/// What became of what was said of the steps.
fn foreseen_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry) {
    let Some(last) = entry.said.iter().rfind(|said| said.came.is_some()) else {
        return;
    };
    let (right, told) = entry.foreseen();
    let (shape, words, color) = match last.came {
        Some(true) => (Sign::Check, "as you said", frame.theme.same),
        _ => (
            Sign::Cross,
            "otherwise than you said",
            frame.theme.different,
        ),
    };
    let words = format!(
        "step {} went {words}; {right} of {told} so far",
        last.next.number
    );
    beside(ui, "You said", frame, |ui| {
        ui.horizontal_top(|ui| {
            signs::sign_ui(ui, shape, color);
            ui.add(Label::new(RichText::new(words).color(color)).wrap());
        });
    });
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
