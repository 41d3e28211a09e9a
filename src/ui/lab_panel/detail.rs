//! The chosen experiment: what it claims, what the person expects, what came of it.

use egui::{
    Button, CollapsingHeader, Frame as Box_, Label, Margin, RadioButton, RichText, ScrollArea, Ui,
    accesskit, vec2,
};

use crate::lab::claim::{Claim, Promise};
use crate::model::lab::{GuessOutcome, LabEntry, Standing};
use crate::model::{Action, LabAction};
use crate::ui::Frame;

use super::signs::{self, Sign, sign};
use super::{chart, peers, steps};

/// The width of the words before a block, in points.
const HEAD: f32 = 72.0;

/// What is left free for the scroll bar, in points.
const CLEAR: f32 = 6.0;
/// What peers that are pinned leave to the steps, in points.
const LEAST_BELOW: f32 = 200.0;

/// What it keeps between frames.
#[derive(Debug, Default)]
pub(super) struct DetailView {
    steps: steps::StepsView,
    peers: peers::PeersView,
    /// Which experiment was shown in the last frame, and whether it was running.
    last: Option<(&'static str, bool)>,
}

/// Draws it into all the room there is.
pub(super) fn detail_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &mut DetailView,
    actions: &mut Vec<Action>,
) {
    let Some(entry) = frame.model.lab.chosen() else {
        empty_ui(ui, frame);
        return;
    };
    let name = entry.claim.name;
    let ended = view.last == Some((name, true)) && !entry.is_running();
    view.last = Some((name, entry.is_running()));
    // where there is little room all of it scrolls
    let tight = ui.available_height() < LEAST_BELOW + 110.0;
    if !tight {
        ui.vertical(|ui| {
            ui.set_max_width(ui.available_width() - CLEAR);
            header_ui(ui, frame, entry, actions);
        });
        ui.add_space(2.0);
    }
    // while steps come, what they change stays in sight above them
    let pinned = !tight
        && entry.is_running()
        && ui.available_height() >= LEAST_BELOW + view.peers.height(entry);
    if pinned {
        ui.vertical(|ui| {
            ui.set_max_width(ui.available_width() - CLEAR);
            peers::peers_ui(ui, frame, &mut view.peers, entry);
        });
    }
    let mut area = ScrollArea::vertical()
        .id_salt(name)
        .auto_shrink(false)
        .animated(false);
    if ended {
        area = area.vertical_scroll_offset(0.0); // what came of it stands at the top
    }
    area.show(ui, |ui| {
        ui.set_max_width(ui.available_width() - CLEAR);
        if tight {
            header_ui(ui, frame, entry, actions);
        }
        expectation_ui(ui, frame, entry, actions);
        claim_ui(ui, frame, entry);
        let peers = (!pinned).then_some(&mut view.peers);
        run_ui(ui, frame, peers, &mut view.steps, entry);
    });
}

/// What the run showed: what it cost, its peers where they do not stand above, its steps, and where it ran.
fn run_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    peers: Option<&mut peers::PeersView>,
    steps: &mut steps::StepsView,
    entry: &LabEntry,
) {
    if let Some(record) = entry.record().filter(|record| !record.costs.is_empty()) {
        heading(ui, "Cost");
        chart::chart_ui(ui, frame, &record.costs);
    }
    if let Some(peers) = peers.filter(|_| !entry.peers().is_empty()) {
        heading(ui, "Processes");
        peers::peers_ui(ui, frame, peers, entry);
    }
    if !entry.steps().is_empty() {
        heading(ui, "Steps");
        steps::steps_ui(ui, frame, steps, entry);
    }
    environment_ui(ui, frame, entry);
}

/// Nothing is chosen: how to begin, and what it does.
fn empty_ui(ui: &mut Ui, frame: &Frame<'_>) {
    ui.add_space(8.0);
    ui.label(RichText::new("Choose an experiment, or run them all").strong());
    for text in [
        "Each claim about mmap is an experiment here. Say what you expect, run it, and see step by step what happens.",
        "Nothing is simulated: an experiment starts processes, has them map scratch files, make real system calls, load and store, and compares what they see with what was predicted.",
        "A process may be killed by SIGSEGV or SIGBUS. That is a result, and harms nobody else.",
    ] {
        ui.add_space(4.0);
        ui.add(Label::new(RichText::new(text).color(frame.theme.weak)).wrap());
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).strong());
    ui.add_space(1.0);
}

/// Title, promise, verdict, buttons: they stay in sight.
fn header_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let (theme, claim) = (frame.theme, entry.claim);
    let title = RichText::new(claim.title).strong();
    ui.add(Label::new(title).wrap());
    ui.horizontal_wrapped(|ui| {
        promise_ui(ui, frame, claim.promise);
        let name = RichText::new(claim.name).monospace().small();
        ui.add(Label::new(name.color(theme.weak)).selectable(true));
    });
    let standing = frame.model.lab.standing(entry);
    let (shape, color) = sign(&standing, theme);
    let mut words = standing.to_string();
    if let (Standing::Over(_), Some(record)) = (&standing, entry.record()) {
        words = format!("{words}, in {} ms", record.milliseconds);
    }
    let words = RichText::new(words).color(color).strong();
    let line = ui.horizontal_top(|ui| {
        signs::sign_ui(ui, shape, color);
        ui.add(Label::new(words).wrap())
    });
    let label = line.inner;
    ui.ctx().accesskit_node_builder(label.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(format!("Verdict: {standing}"));
        node.set_live(accesskit::Live::Polite);
    });
    buttons_ui(ui, frame, entry, actions);
}

fn promise_ui(ui: &mut Ui, frame: &Frame<'_>, promise: Promise) {
    let words = match promise {
        Promise::Posix => "So it is on every POSIX system",
        Promise::Linux => "POSIX leaves it open, or does not know it",
        Promise::Open => "It is what happens here, and may change",
    };
    let chip = Box_::new()
        .fill(frame.theme.control)
        .corner_radius(8.0)
        .inner_margin(Margin::symmetric(8, 1));
    chip.show(ui, |ui| {
        ui.label(RichText::new(promise.to_string()).small())
            .on_hover_text(words);
    });
}

fn buttons_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let claim = entry.claim;
    let idle = frame.model.lab.queue.is_none();
    let why_not = match &entry.available {
        Err(why) => format!("Not available here: {why}"),
        Ok(()) => "Experiments are running".to_owned(),
    };
    ui.horizontal_wrapped(|ui| {
        let run = Button::new(RichText::new("Run").color(frame.theme.on_private).strong())
            .fill(frame.theme.private);
        let run = ui
            .add_enabled(idle && entry.available.is_ok(), run)
            .on_hover_text("Start its processes and have them do the steps (Enter in the list)")
            .on_disabled_hover_text(why_not);
        if run.clicked() {
            actions.push(Action::Lab(LabAction::Run(vec![claim.name.to_owned()])));
        }
        let topic = ui
            .add_enabled(idle, Button::new("Run topic"))
            .on_hover_text(format!("Every experiment of \u{201c}{}\u{201d}", claim.topic.title()))
            .on_disabled_hover_text("Experiments are running");
        if topic.clicked() {
            actions.push(Action::Lab(LabAction::RunTopic(claim.topic)));
        }
        let by_hand = ui
            .add_enabled(!claim.by_hand.is_empty(), Button::new("Try it by hand"))
            .on_hover_text("Open a scratch file of three pages in this window, with processes to write and look through")
            .on_disabled_hover_text("There is no file in this experiment that could be opened here");
        if by_hand.clicked() {
            actions.push(Action::Lab(LabAction::ByHand(claim.name.to_owned())));
        }
    });
}

/// What the person expects; after a run, whether so it was.
fn expectation_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let claim = entry.claim;
    if entry.available.is_err() {
        return;
    }
    if entry.may_pick() && !claim.choices.is_empty() {
        ui.add_space(4.0);
        ui.label(RichText::new("What do you expect?").strong());
        for (index, choice) in claim.choices.iter().enumerate() {
            let chosen = entry.pick == Some(index);
            if ui.add(RadioButton::new(chosen, *choice)).clicked() {
                let name = claim.name.to_owned();
                actions.push(Action::Lab(LabAction::Pick(name, index)));
            }
        }
        return;
    }
    let Some(choice) = entry.pick.and_then(|pick| claim.choices.get(pick)) else {
        return;
    };
    let theme = frame.theme;
    let (shape, words, color) = match frame.model.lab.pick_outcome(entry) {
        Some(GuessOutcome::Right) => (Some(Sign::Check), "right", theme.same),
        Some(GuessOutcome::Wrong) => (Some(Sign::Cross), "wrong", theme.different),
        Some(GuessOutcome::Open) => (None, "the run does not tell", theme.weak),
        None => (None, "", theme.weak),
    };
    let text = if words.is_empty() {
        format!("You expect: {choice}")
    } else {
        format!("You expected: {choice} \u{2013} {words}")
    };
    ui.add_space(4.0);
    ui.horizontal_top(|ui| {
        if let Some(shape) = shape {
            signs::sign_ui(ui, shape, color);
        }
        ui.add(Label::new(RichText::new(text).color(color)).wrap());
    });
}

/// Predicted, observed, why.
fn claim_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry) {
    let claim = entry.claim;
    ui.add_space(4.0);
    let Some(record) = entry.record() else {
        if entry.available.is_err() {
            prediction_ui(ui, frame, claim);
        } else if !entry.is_running() {
            // whoever wants to guess first is not told by accident
            CollapsingHeader::new("The prediction, and why")
                .id_salt((claim.name, "prediction"))
                .show_unindented(ui, |ui| prediction_ui(ui, frame, claim));
        }
        return;
    };
    box_ui(ui, frame, |ui| {
        block(ui, frame, "Predicted", &record.predicted);
        block(ui, frame, "Observed", &record.observed);
        why_ui(ui, frame, claim);
    });
}

fn prediction_ui(ui: &mut Ui, frame: &Frame<'_>, claim: &Claim) {
    box_ui(ui, frame, |ui| {
        block(ui, frame, "Predicted", &frame.model.lab.prediction(claim));
        why_ui(ui, frame, claim);
    });
}

fn box_ui(ui: &mut Ui, frame: &Frame<'_>, contents: impl FnOnce(&mut Ui)) {
    let fill = Box_::new()
        .fill(frame.theme.grid_edge)
        .stroke(egui::Stroke::new(1.0, frame.theme.edge))
        .corner_radius(4.0)
        .inner_margin(Margin::symmetric(10, 7));
    fill.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        contents(ui);
    });
}

fn why_ui(ui: &mut Ui, frame: &Frame<'_>, claim: &Claim) {
    block(ui, frame, "Why", claim.why);
    let source = RichText::new(claim.source).color(frame.theme.weak).small();
    beside(ui, "", frame, |ui| {
        ui.add(Label::new(source).wrap().selectable(true));
    });
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
            if !head.is_empty() {
                ui.label(RichText::new(head).color(frame.theme.weak));
            }
        });
        ui.vertical(contents);
    });
}

/// Where it ran.
fn environment_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry) {
    let (Some(_), Some(environment)) = (entry.record(), &frame.model.lab.environment) else {
        return;
    };
    ui.add_space(8.0);
    let text = format!(
        "Ran on {}, {}, pages of {} bytes, scratch files on {} in {}",
        environment.kernel,
        environment.machine,
        environment.page_bytes,
        environment.file_system,
        environment.dir
    );
    let text = RichText::new(text).color(frame.theme.weak).small();
    ui.add(Label::new(text).wrap().selectable(true));
}
