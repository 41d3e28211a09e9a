//! The list of what to do to try an experiment by hand, above the question: the last that was seen and the next, or all.
//!
//! It must not know what ticks a thing to do, nor how one is done by a press.

use egui::{
    Button, CornerRadius, Frame as Box_, Id, Label, Margin, RichText, ScrollArea, Stroke, Ui,
    UiBuilder, accesskit,
};

use crate::bytes::size::counted;
use crate::lab::claim::{HandActor, HandDeed, HandItem};
use crate::model::hand::{Hand, HandOutcome, HandSeen, HandStanding, command, has_press};
use crate::model::{Action, AppAction, Doc, LabAction, PeersAction};
use crate::ui::keyed::{asked_for, keyed};
use crate::ui::lab_panel::signs::{Sign, sign_ui};
use crate::ui::right::at_right;
use crate::ui::{Frame, describe};

/// The most height that all of the list takes, as a part of what there is; in points where that is little.
const MOST: f32 = 0.4;
const LEAST: f32 = 120.0;

/// Draws it; nothing where no experiment is tried on the file.
pub(super) fn by_hand_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    let Some(hand) = &doc.hand else { return };
    let theme = frame.theme;
    let card = Box_::new()
        .fill(theme.notice)
        .stroke(Stroke::new(1.0, theme.edge))
        .corner_radius(CornerRadius::same(5))
        .inner_margin(Margin::symmetric(8, 5));
    let shown = Shown { frame, doc, hand };
    let is_low = ui.available_height() < super::LOW;
    let most = (ui.available_height() * MOST).max(LEAST);
    card.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 3.0;
        head_ui(ui, shown, is_low, actions);
        if hand.is_folded {
            // Where there is little room the next one stands where it is seen at once.
            let mut short: Vec<usize> = shown.in_short().collect();
            if is_low {
                short.reverse();
                outcome_ui(ui, shown);
            }
            for index in short {
                item_ui(ui, shown, index, actions);
            }
        } else {
            let list = ScrollArea::vertical().id_salt(("by hand", doc.id));
            list.max_height(most).show(ui, |ui| {
                for index in 0..hand.plan.items.len() {
                    item_ui(ui, shown, index, actions);
                }
            });
        }
        if !(is_low && hand.is_folded) {
            outcome_ui(ui, shown);
        }
        foot_ui(ui, shown, actions);
    });
    ui.add_space(4.0);
}

#[derive(Clone, Copy)]
struct Shown<'a> {
    frame: &'a Frame<'a>,
    doc: &'a Doc,
    hand: &'a Hand,
}

impl Shown<'_> {
    /// The one that was ticked last, and the next.
    fn in_short(&self) -> std::ops::Range<usize> {
        let n_done = self.hand.n_done();
        n_done.saturating_sub(1)..(n_done + 1).min(self.hand.plan.items.len())
    }
}

/// What is tried, how far it is, and how much of it is shown.
fn head_ui(ui: &mut Ui, shown: Shown<'_>, is_low: bool, actions: &mut Vec<Action>) {
    let (hand, theme) = (shown.hand, shown.frame.theme);
    let entry = shown.frame.model.lab.entry(hand.experiment);
    let headline = entry.map_or("What comes of it?", |entry| entry.headline());
    ui.horizontal(|ui| {
        at_right(
            ui,
            "by hand",
            |ui| {
                let label = Label::new(RichText::new(headline).strong());
                if is_low {
                    ui.add(label.truncate()).on_hover_text(headline);
                } else {
                    ui.vertical(|ui| ui.add(label.wrap()));
                }
            },
            |ui| {
                let label = if hand.is_folded { "All" } else { "Fewer" };
                let fold = ui.add(Button::new(label).small());
                let words = if hand.is_folded {
                    "Show all that is to be done by hand"
                } else {
                    "Show the last that was done by hand, and the next"
                };
                describe::name(&fold, words);
                if fold.on_hover_text(words).clicked() {
                    actions.push(Action::Peers(PeersAction::FoldByHand));
                }
                let (done, all) = (hand.n_done(), hand.plan.items.len());
                let count = ui.label(RichText::new(format!("{done} of {all}")).color(theme.weak));
                ui.ctx().accesskit_node_builder(count.id, |node| {
                    node.set_role(accesskit::Role::Status);
                    node.set_label(format!("{done} of {all} things to do by hand are done"));
                });
            },
        );
    });
    let is_view = |item: &HandItem| match &item.deed {
        HandDeed::Store { by, .. } | HandDeed::Look { by, .. } | HandDeed::Pages { by, .. } => {
            match by {
                HandActor::View(name) => Some(name.clone()),
                _ => None,
            }
        }
        _ => None,
    };
    if let Some(name) = hand.plan.items.iter().find_map(is_view) {
        let text =
            format!("{name} is this view: only a mapping of this program can be told all of it");
        ui.add(Label::new(RichText::new(text).color(theme.weak).small()).wrap());
    }
}

/// One thing to do: its sign, its words, what was seen; of the next one how it is done.
fn item_ui(ui: &mut Ui, shown: Shown<'_>, index: usize, actions: &mut Vec<Action>) {
    let Some(item) = shown.hand.plan.items.get(index) else {
        return;
    };
    let theme = shown.frame.theme;
    let standing = shown.hand.standing(index);
    let (sign, color) = match standing {
        HandStanding::Done => match shown.hand.seen(index).map(|seen| seen.agrees) {
            Some(Some(false)) => (Sign::Cross, theme.error),
            Some(None) => (Sign::Dash, theme.weak),
            _ => (Sign::Check, theme.same),
        },
        HandStanding::Current => (Sign::Right, theme.accent),
        HandStanding::ToDo { .. } => (Sign::Ring, theme.weak),
    };
    let row = ui.horizontal_top(|ui| {
        sign_ui(ui, sign, color);
        ui.vertical(|ui| {
            let text = RichText::new(item.what.as_str());
            let text = match standing {
                HandStanding::Current => text.strong().color(theme.text),
                HandStanding::Done => text.color(theme.text),
                HandStanding::ToDo { .. } => text.color(theme.weak),
            };
            let label = ui.add(Label::new(text).wrap());
            ui.ctx().accesskit_node_builder(label.id, |node| {
                node.set_value(spoken(shown.hand, item, index)); // a label says its value
            });
            if let Some(seen) = shown.hand.seen(index) {
                seen_ui(ui, shown, seen);
            }
            if shown.hand.is_early(index) {
                let words =
                    "It was done before its turn, which does not count: do it again in turn";
                ui.add(Label::new(RichText::new(words).color(theme.different).small()).wrap());
            }
            if standing == HandStanding::Current {
                current_ui(ui, shown, item, index, actions);
            }
        });
    });
    if standing == HandStanding::Current && !shown.hand.is_folded {
        let id = egui::Id::unique(("by hand", shown.doc.id, "current"));
        let was = ui.memory(|memory| memory.data.get_temp::<usize>(id));
        if was != Some(index) {
            ui.memory_mut(|memory| memory.data.insert_temp(id, index));
            row.response.scroll_to_me(None);
        }
    }
}

/// The same for whoever does not see the sign.
fn spoken(hand: &Hand, item: &HandItem, index: usize) -> String {
    let words = match hand.standing(index) {
        HandStanding::Done => "done",
        HandStanding::Current => "next",
        HandStanding::ToDo { .. } => "to do",
    };
    match hand.seen(index) {
        Some(seen) => format!("{words}: {}: {}", item.what, seen_words(seen)),
        None => format!("{words}: {}", item.what),
    }
}

fn seen_words(seen: &HandSeen) -> String {
    let HandSeen {
        words,
        wanted,
        agrees,
    } = seen;
    match agrees {
        _ if wanted.is_empty() => words.clone(),
        Some(true) if words == wanted => format!("{words}, as expected"),
        Some(true) => format!("{words}, as expected ({wanted})"),
        Some(false) | None => format!("{words}; expected was {wanted}"),
    }
}

fn seen_ui(ui: &mut Ui, shown: Shown<'_>, seen: &HandSeen) {
    let theme = shown.frame.theme;
    let color = match seen.agrees {
        Some(false) => theme.error,
        _ => theme.weak,
    };
    let text = RichText::new(seen_words(seen)).color(color).small();
    ui.add(Label::new(text).wrap());
}

/// How the next one is done: in words, by a press, by a command.
fn current_ui(
    ui: &mut Ui,
    shown: Shown<'_>,
    item: &HandItem,
    index: usize,
    actions: &mut Vec<Action>,
) {
    let theme = shown.frame.theme;
    if let Some(why) = shown.doc.hand_blocked() {
        ui.add(Label::new(RichText::new(why).color(theme.error).small()).wrap());
        return;
    }
    let command = command(&item.deed, &shown.doc.path);
    // By a name of its own the press keeps the keyboard from one thing to the next, wherever it stands.
    let id = Id::unique(("what is next by hand", shown.doc.id));
    ui.scope_builder(UiBuilder::new().scope_id(id), |ui| {
        ui.horizontal(|ui| {
            if has_press(&item.deed) {
                let press = keyed(ui, "do it", |ui| ui.button("Do it")).inner;
                describe::name(&press, &format!("Do it: {}", item.what));
                let words = "Give the same order as by hand";
                let press = press.on_hover_text(words);
                if asked_for(&press, index) {
                    // A click alone does not take the keyboard: Enter is to do the next one.
                    press.request_focus();
                    actions.push(Action::Peers(PeersAction::DoByHand(index)));
                }
            }
            if let Some(command) = &command {
                let copy = keyed(ui, "copy", |ui| ui.button("Copy the command"));
                let copy = copy.inner.on_hover_text(command.as_str());
                if asked_for(&copy, index) {
                    copy.request_focus();
                    actions.push(Action::App(AppAction::CopyText(command.clone())));
                }
            }
        });
    });
    if !item.how.is_empty() {
        let text = RichText::new(item.how.as_str()).color(theme.weak).small();
        ui.add(Label::new(text).wrap());
    }
    if let Some(command) = command {
        let text = RichText::new(command).monospace().small();
        ui.add(Label::new(text.color(theme.weak)).truncate());
    }
}

/// What came of all of it, and what the experiment claims.
fn outcome_ui(ui: &mut Ui, shown: Shown<'_>) {
    let theme = shown.frame.theme;
    let (words, color) = match shown.hand.outcome() {
        HandOutcome::Open => return,
        HandOutcome::Agrees => (
            "All that you saw is as the experiment expects".to_owned(),
            theme.same,
        ),
        HandOutcome::NotTold(count) => (
            format!(
                "What you saw is as the experiment expects; {count} of it this system does not tell"
            ),
            theme.weak,
        ),
        HandOutcome::Differs(count) => (
            format!(
                "{} otherwise than the experiment expects",
                match count {
                    1 => "One thing is".to_owned(),
                    count => format!("{count} things are"),
                }
            ),
            theme.error,
        ),
    };
    ui.add(Label::new(RichText::new(words).strong().color(color)).wrap());
    if let Some(entry) = shown.frame.model.lab.entry(shown.hand.experiment) {
        let text = format!("It claims: {}", entry.claim.title);
        ui.add(Label::new(RichText::new(text).color(theme.text)).wrap());
    }
    let left = shown.hand.plan.n_left_out as u64;
    if left > 0 {
        let text = format!(
            "{} more of it no row shows: a process tells that of itself where the experiment runs",
            counted(left, "check")
        );
        ui.add(Label::new(RichText::new(text).color(theme.weak).small()).wrap());
    }
}

fn foot_ui(ui: &mut Ui, shown: Shown<'_>, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        let back = ui.add(Button::new("Back to the experiment").small());
        if back
            .on_hover_text("Show this experiment in the lab")
            .clicked()
        {
            let name = shown.hand.experiment.to_owned();
            actions.push(Action::Lab(LabAction::Choose(name)));
            actions.push(Action::Lab(LabAction::Show));
        }
        let again = ui.add(Button::new("Start over").small());
        let words = "Try it from the start, with a new scratch file in the place of this one";
        if again.on_hover_text(words).clicked() {
            actions.push(Action::Lab(LabAction::StartOver(shown.doc.id)));
        }
    });
}
