//! The chosen experiment: its title and what can be done with it, what came of it, its steps, and why it is so.
//!
//! It owns their order. It must not know how each looks.

use egui::{
    Button, Frame as Box_, Label, Margin, RichText, ScrollArea, Sense, Ui, UiBuilder, accesskit,
};

use crate::lab::claim::Promise;
use crate::model::lab::LabEntry;
use crate::model::{Action, LabAction};
use crate::ui::Frame;
use crate::ui::theme::{BODY, LARGE};

use super::list::outline;
use super::outcome::{outcome_ui, why_ui};
use super::{TALL, chart, peers, steps};

/// What is left free for the scroll bar, in points.
const CLEAR: f32 = 10.0;
/// Lines that are longer are hard to read, in points.
const MOST_WIDTH: f32 = 860.0;

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
    let tight = ui.available_height() < TALL;
    if !tight {
        in_width(ui, |ui| {
            header_ui(ui, frame, entry, actions);
            outcome_ui(ui, frame, entry, actions);
        });
        ui.add_space(4.0);
    }
    let mut area = ScrollArea::vertical()
        .id_salt(name)
        .auto_shrink(false)
        .animated(false);
    if ended {
        area = area.vertical_scroll_offset(0.0); // what came of it stands at the top
    }
    let rect = ui.available_rect_before_wrap();
    let by_keys = keys_ui(ui, frame, rect);
    area.show(ui, |ui| {
        if by_keys != 0.0 {
            ui.scroll_with_delta(egui::vec2(0.0, -by_keys));
        }
        in_width(ui, |ui| {
            if tight {
                header_ui(ui, frame, entry, actions);
                outcome_ui(ui, frame, entry, actions);
            }
            run_ui(ui, frame, view, entry);
            if entry.record().is_some() || entry.available.is_err() {
                heading(ui, "Why");
                why_ui(ui, frame, entry.claim);
            }
            environment_ui(ui, frame, entry);
        });
    });
}

fn in_width(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_max_width((ui.available_width() - CLEAR).min(MOST_WIDTH));
        contents(ui);
    });
}

/// What scrolls takes the keyboard as one thing; how far its keys scroll.
fn keys_ui(ui: &mut Ui, frame: &Frame<'_>, rect: egui::Rect) -> f32 {
    let builder = UiBuilder::new()
        .id_salt("steps of the experiment")
        .max_rect(rect)
        .sense(Sense::focusable_noninteractive())
        .accessibility_role(accesskit::Role::Region)
        .accessibility_label("What was observed");
    let mut region = ui.new_child(builder);
    region.set_min_size(rect.size());
    let response = region.response();
    if !response.has_focus() {
        return 0.0;
    }
    outline(ui, rect, frame);
    let filter = egui::EventFilter {
        vertical_arrows: true,
        ..egui::EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let page = rect.height() * 0.85;
    let keys = [
        (egui::Key::ArrowDown, 40.0),
        (egui::Key::ArrowUp, -40.0),
        (egui::Key::PageDown, page),
        (egui::Key::PageUp, -page),
        (egui::Key::Home, -1e6),
        (egui::Key::End, 1e6),
    ];
    ui.input(|input| {
        let by = |(key, by): &(egui::Key, f32)| input.num_presses(*key) as f32 * by;
        keys.iter().map(by).sum()
    })
}

/// What the run showed: what it cost, its peers, its steps.
fn run_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut DetailView, entry: &LabEntry) {
    if let Some(record) = entry.record().filter(|record| !record.costs.is_empty()) {
        heading(ui, "Cost");
        chart::chart_ui(ui, frame, &record.costs);
    }
    if !entry.peers().is_empty() {
        heading(ui, "Processes");
        peers::peers_ui(ui, frame, &mut view.peers, entry);
    }
    if !entry.steps().is_empty() {
        heading(ui, "Steps");
        steps::steps_ui(ui, frame, &mut view.steps, entry);
    }
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

/// Title, promise, buttons.
fn header_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let (theme, claim) = (frame.theme, entry.claim);
    let size = if ui.available_height() < TALL {
        BODY
    } else {
        LARGE
    };
    let title = RichText::new(claim.title).strong().size(size);
    ui.add(Label::new(title).wrap());
    ui.horizontal_wrapped(|ui| {
        promise_ui(ui, frame, claim.promise);
        let name = RichText::new(claim.name).monospace().small();
        ui.add(Label::new(name.color(theme.weak)).selectable(true));
    });
    ui.add_space(2.0);
    buttons_ui(ui, frame, entry, actions);
    ui.add_space(2.0);
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
        stop_ui(ui, frame, actions);
        let by_hand = ui
            .add_enabled(!claim.by_hand.is_empty(), Button::new("Try it by hand"))
            .on_hover_text("Open a scratch file of three pages in this window, with processes to write and look through")
            .on_disabled_hover_text("There is no file in this experiment that could be opened here");
        if by_hand.clicked() {
            actions.push(Action::Lab(LabAction::ByHand(claim.name.to_owned())));
        }
    });
}

fn stop_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let queue = frame.model.lab.queue.as_ref();
    let stop = ui
        .add_enabled(
            queue.is_some_and(|queue| !queue.stopping),
            Button::new("Stop"),
        )
        .on_hover_text("The step under way is the last")
        .on_disabled_hover_text("Nothing is running");
    if stop.clicked() {
        actions.push(Action::Lab(LabAction::Stop));
    }
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
