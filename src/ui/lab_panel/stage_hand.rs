//! An experiment that is tried by hand with its own processes: how far it is, and what there is to do, each with a button
//! and with what was seen of it.
//!
//! It must not know how a thing is done, nor when what was seen can be held against what is expected.

use egui::text::LayoutJob;
use egui::{
    Align, Button, Color32, Id, Label, Layout, Rect, RichText, TextStyle, Ui, UiBuilder, accesskit,
    vec2,
};

use crate::bytes::size::counted;
use crate::lab::claim::{RunStep, StageCame, StageItem};
use crate::model::lab::{ItemCame, ItemStanding, LabEntry, StageHand, StageOutcome};
use crate::model::{Action, AppAction, LabAction};
use crate::ui::keyed::keyed;
use crate::ui::theme::{BODY, LARGE};
use crate::ui::{Frame, describe};

use super::signs::{Sign, sign_ui};
use super::steps::{append, call_job, mono};

/// The width of the number, of a peer's name and of the buttons, in points.
const NUMBER: f32 = 22.0;
const PEER: f32 = 18.0;
const BUTTON: f32 = 58.0;
/// The most steps of one thing that are listed: the last ones.
const SHOWN: usize = 4;

/// How far it is, and what came of all of it. `is_low`: there is room for little.
pub(super) fn head_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    entry: &LabEntry,
    hand: &StageHand,
    is_low: bool,
) {
    let theme = frame.theme;
    let (done, all) = (hand.n_in_turn(), hand.items.len());
    let words = match entry.stage_outcome() {
        _ if all == 0 => "By hand: what there is to do is looked up".to_owned(),
        Some(StageOutcome::OwnOrder) => "By hand, in an order of your own".to_owned(),
        _ => format!("By hand: {done} of {all} done in order"),
    };
    let size = if is_low { BODY } else { LARGE };
    let head = ui.add(Label::new(RichText::new(&words).strong().size(size)).wrap());
    ui.ctx().accesskit_node_builder(head.id, |node| {
        node.set_role(accesskit::Role::Status);
        node.set_label(words);
        node.set_live(accesskit::Live::Polite);
    });
    let mut line = |words: &str, color: Color32| {
        ui.add(Label::new(RichText::new(words).color(color)).wrap());
    };
    match entry.stage_outcome() {
        // how it goes is known by then, or seen
        None | Some(StageOutcome::OwnOrder) if is_low => {}
        None => line(
            "Nothing goes by itself: have these things done in order, or do some again, leave some out, go another way, and see \
             what becomes of the rest",
            theme.weak,
        ),
        Some(StageOutcome::OwnOrder) => line(
            "What you see is what happens; beside it stands what the experiment has in its own order, which need not be the same",
            theme.weak,
        ),
        Some(StageOutcome::Agrees) => {
            line("All that you saw is as the experiment expects", theme.same);
            line(&format!("It claims: {}", entry.claim.title), theme.text);
        }
        Some(StageOutcome::Differs(n)) => {
            let things = counted(n as u64, "thing");
            line(
                &format!("Of what you saw, {things} came otherwise than the experiment expects"),
                theme.error,
            );
            line(&format!("It claims: {}", entry.claim.title), theme.text);
        }
    }
}

/// What does the same without a window, to be copied.
pub(super) fn command_ui(
    ui: &mut Ui,
    entry: &LabEntry,
    hand: &StageHand,
    actions: &mut Vec<Action>,
) {
    let command = hand.command(entry.claim.name);
    let words = match &command {
        Some(command) => format!(
            "{command}\n\nDoes the same in a terminal; with --export-c DIR or --export-rust DIR it is written as a program"
        ),
        None => String::new(),
    };
    let copy = ui
        .add_enabled(command.is_some(), Button::new("Copy the command"))
        .on_hover_text(words)
        .on_disabled_hover_text("Nothing was done yet");
    if let Some(command) = command.filter(|_| copy.clicked()) {
        actions.push(Action::App(AppAction::CopyText(command)));
    }
}

/// What there is to do.
pub(super) fn items_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    entry: &LabEntry,
    hand: &StageHand,
    actions: &mut Vec<Action>,
) {
    let follow = Id::unique(("next by hand", entry.claim.name));
    // What was done last is kept in sight with what comes next, as soon as it is done.
    let (last, at) = (hand.last(), follow.with("at"));
    let was = ui.memory(|memory| memory.data.get_temp::<Option<usize>>(at));
    let mut in_sight = Rect::NOTHING;
    for (index, item) in hand.items.iter().enumerate() {
        let shown = Shown {
            frame,
            entry,
            item,
            index,
            is_next: hand.next() == Some(index),
            came: hand.came(index),
        };
        let row = item_ui(ui, shown, follow, actions);
        if last == Some(index) || shown.is_next {
            in_sight = in_sight.union(row);
        }
    }
    if was != Some(last) {
        ui.memory_mut(|memory| memory.data.insert_temp(at, last));
        ui.scroll_to_rect(in_sight, None);
    }
}

#[derive(Clone, Copy)]
struct Shown<'a> {
    frame: &'a Frame<'a>,
    entry: &'a LabEntry,
    item: &'a StageItem,
    index: usize,
    /// It comes after what was done last.
    is_next: bool,
    came: Option<&'a ItemCame>,
}

impl Shown<'_> {
    /// It in words, with whoever does it.
    fn words(&self) -> String {
        let who = self.item.peer.as_deref().unwrap_or("mapscope");
        format!("{who} {}", self.item.what)
    }

    fn sign(&self) -> (Sign, Color32) {
        let theme = self.frame.theme;
        match self.entry.item_standing(self.index) {
            ItemStanding::UnderWay => (Sign::Dots, theme.accent),
            ItemStanding::ToDo if self.is_next => (Sign::Right, theme.accent),
            ItemStanding::ToDo => (Sign::Ring, theme.weak),
            ItemStanding::InTurn(Some(false)) => (Sign::Cross, theme.error),
            ItemStanding::InTurn(Some(true)) => (Sign::Check, theme.same),
            ItemStanding::InTurn(None) => (Sign::Disk, theme.weak),
            ItemStanding::NotYet => (Sign::Dots, theme.different),
            ItemStanding::OutOfTurn => (Sign::Disk, theme.different),
            ItemStanding::Failed => (Sign::Exclamation, theme.different),
        }
    }
}

fn item_ui(ui: &mut Ui, shown: Shown<'_>, follow: Id, actions: &mut Vec<Action>) -> Rect {
    let theme = shown.frame.theme;
    let row = keyed(ui, shown.index, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
            let line = ui.spacing().interact_size.y;
            let number = RichText::new((shown.index + 1).to_string()).color(theme.weak);
            cell(ui, NUMBER, line, Align::Max, |ui| drop(ui.label(number)));
            let (sign, color) = shown.sign();
            cell(ui, super::signs::WIDTH, line, Align::Center, |ui| {
                sign_ui(ui, sign, color);
            });
            let who = shown.item.peer.as_deref().unwrap_or("\u{b7}");
            let who = RichText::new(who).color(theme.accent);
            cell(ui, PEER, line, Align::Center, |ui| drop(ui.label(who)));
            let width = (ui.available_width() - BUTTON - 8.0).max(60.0);
            ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                ui.set_width(width);
                ui.add_space(2.0);
                what_ui(ui, shown);
                ui.add_space(2.0);
            });
            button_ui(ui, shown, follow, actions);
        })
    });
    row.response.rect
}

/// Something in the first line of a row, in a column of its own.
fn cell(ui: &mut Ui, width: f32, height: f32, align: Align, contents: impl FnOnce(&mut Ui)) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
    let layout = match align {
        Align::Max => Layout::right_to_left(Align::Center),
        _ => Layout::left_to_right(Align::Center),
    };
    contents(&mut ui.new_child(UiBuilder::new().max_rect(rect).layout(layout)));
}

/// What it is, and what was seen of it: in one line where that is one step.
fn what_ui(ui: &mut Ui, shown: Shown<'_>) {
    let theme = shown.frame.theme;
    let color = if shown.is_next || shown.came.is_some() {
        theme.text
    } else {
        theme.weak
    };
    let steps = shown.entry.steps_of(shown.index);
    let font = TextStyle::Body.resolve(ui.style());
    let mut what = LayoutJob::default();
    append(&mut what, &shown.item.what, &font, color);
    let (Some(came), [_, ..]) = (shown.came, steps) else {
        ui.add(Label::new(what).wrap());
        why_ui(ui, shown);
        return;
    };
    let first = steps.len().saturating_sub(SHOWN);
    // What is to be done can be told in more words once it is done.
    let is_itself = |step: &RunStep| step.what.starts_with(&shown.item.what);
    if !steps.get(first).is_some_and(is_itself) {
        ui.add(Label::new(what).wrap());
    }
    if first > 0 {
        let words = format!("{} before", counted(first as u64, "step"));
        ui.label(RichText::new(words).color(theme.weak).small());
    }
    for step in steps.iter().skip(first) {
        let of_what = if is_itself(step) { color } else { theme.weak };
        let mut job = LayoutJob::default();
        append(&mut job, &step.what, &font, of_what);
        add_seen(ui, shown, step, came.in_turn, &mut job);
        ui.add(Label::new(job).wrap().selectable(true));
        for call in &step.calls {
            let job = call_job(ui, shown.frame, &call.text, &call.took());
            ui.add(Label::new(job).wrap().selectable(true));
        }
    }
    why_ui(ui, shown);
}

/// Why it was not done, and how often it was.
fn why_ui(ui: &mut Ui, shown: Shown<'_>) {
    let Some(came) = shown.came else { return };
    let theme = shown.frame.theme;
    let why = match &came.came {
        StageCame::NotBegun(why) | StageCame::Stopped(why) => Some(why.clone()),
        StageCame::NotYet(first) => Some(format!(
            "not as the experiment expects this time, which can be: it does it again from {} on",
            first + 1
        )),
        StageCame::Done => None,
    };
    if let Some(why) = why {
        ui.add(Label::new(RichText::new(why).color(theme.different)).wrap());
    }
    if came.times > 1 {
        let words = format!("done {} times; this is the last", came.times);
        ui.label(RichText::new(words).color(theme.weak).small());
    }
}

/// Adds what a step told, and what the experiment expects of it.
fn add_seen(ui: &Ui, shown: Shown<'_>, step: &RunStep, in_turn: bool, job: &mut LayoutJob) {
    let theme = shown.frame.theme;
    let font = TextStyle::Body.resolve(ui.style());
    let mono = mono(ui);
    let color = match step.holds.filter(|_| in_turn) {
        Some(true) => theme.same,
        Some(false) => theme.error,
        None => theme.weak,
    };
    let is_long = step.observed.contains('\n');
    // the built-in proportional font has no arrow
    append(
        job,
        if is_long { " \u{2192}\n" } else { " \u{2192} " },
        &mono,
        theme.weak,
    );
    let of_seen = if is_long { &mono } else { &font };
    append(job, &step.observed, of_seen, color);
    let Some(expected) = step.expected.as_ref() else {
        return;
    };
    let words = match step.holds {
        Some(false) if in_turn => format!("\nexpected: {expected}"),
        _ if in_turn && *expected == step.observed => return,
        _ if in_turn => format!("  (expected: {expected})"),
        Some(true) => "  (the same in its own order)".to_owned(),
        _ => format!("\nin its own order: {expected}"),
    };
    let color = if in_turn && step.holds == Some(false) {
        theme.error
    } else {
        theme.weak
    };
    append(job, &words, &font, color);
}

fn button_ui(ui: &mut Ui, shown: Shown<'_>, follow: Id, actions: &mut Vec<Action>) {
    let theme = shown.frame.theme;
    let label = if shown.came.is_some() {
        "Again"
    } else {
        "Do it"
    };
    let button = if shown.is_next {
        let text = RichText::new(label).color(theme.on_private).strong();
        Button::new(text).fill(theme.private)
    } else {
        Button::new(label)
    };
    let may = shown.frame.model.lab.may_do(shown.entry, shown.index);
    let why_not = may.as_ref().err().cloned().unwrap_or_default();
    let hover = if shown.is_next {
        "Have it done now (F4)"
    } else {
        "Have it done now"
    };
    let press = ui
        .add_enabled(
            may.is_ok(),
            button.min_size(vec2(BUTTON, ui.spacing().interact_size.y)),
        )
        .on_hover_text(hover)
        .on_disabled_hover_text(why_not);
    describe::name(&press, &format!("{label}: {}", shown.words()));
    // The keyboard goes on with what comes next.
    let wants = follow.with("keys");
    if shown.is_next && may.is_ok() && ui.memory(|it| it.data.get_temp(wants) == Some(true)) {
        ui.memory_mut(|memory| memory.data.remove::<bool>(wants));
        press.request_focus();
    }
    if press.clicked() {
        ui.memory_mut(|memory| memory.data.insert_temp(wants, true));
        let name = shown.entry.claim.name.to_owned();
        actions.push(Action::Lab(LabAction::HaveDone(name, shown.index)));
    }
}
