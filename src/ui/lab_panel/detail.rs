//! The chosen experiment: its title and what can be done with it, what came of it, its steps, and why it is so.
//!
//! It owns their order. It must not know how each looks.

use egui::{
    Button, Frame as Box_, Label, Margin, RichText, ScrollArea, Sense, TextStyle, Ui, UiBuilder,
    accesskit, vec2,
};

use crate::lab::claim::Promise;
use crate::model::lab::{LabEntry, LabQueue};
use crate::model::{Action, LabAction};
use crate::ui::Frame;
use crate::ui::describe::text_width;
use crate::ui::keyed::keyed;
use crate::ui::theme::{BODY, LARGE};

use super::list::outline;
use super::outcome::{outcome_ui, waiting_ui, why_ui};
use super::{LabView, TALL, chart, has_panel, stage_hand, steps, who};

/// What is left free for the scroll bar, in points.
const CLEAR: f32 = 10.0;
/// Lines that are longer are hard to read, in points.
const MOST_WIDTH: f32 = 860.0;

/// What lets all steps go that are left.
const TO_THE_END: &str = "Run to the end";

/// What it keeps between frames.
#[derive(Debug, Default)]
pub(super) struct DetailView {
    steps: steps::StepsView,
    /// Which experiment was shown in the last frame, and whether it was running.
    last: Option<(&'static str, bool)>,
}

/// Draws it into all the room there is.
pub(super) fn detail_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    all: &mut LabView,
    actions: &mut Vec<Action>,
) {
    let view = &mut all.detail;
    let Some(entry) = frame.model.lab.chosen() else {
        empty_ui(ui, frame);
        return;
    };
    let name = entry.claim.name;
    let ended = view.last == Some((name, true)) && !entry.is_running();
    view.last = Some((name, entry.is_running()));
    // where there is little room all of it scrolls
    let tight = ui.available_height() < TALL;
    let waits = entry.next().is_some() || entry.hand.is_some();
    if !tight {
        in_width(ui, |ui| {
            header_ui(ui, frame, entry, actions);
            outcome_ui(ui, frame, entry, actions);
        });
        ui.add_space(4.0);
    } else if waits {
        // what is asked stays in sight, and the steps scroll below it
        in_width(ui, |ui| {
            buttons_ui(ui, frame, entry, actions);
            waiting_ui(ui, frame, entry, actions);
        });
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
            if tight && !waits {
                header_ui(ui, frame, entry, actions);
                outcome_ui(ui, frame, entry, actions);
            }
            if !entry.is_sealed {
                run_ui(ui, frame, all, entry, actions);
            }
            if (entry.record().is_some() && !entry.is_closed()) || entry.available.is_err() {
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
fn run_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    view: &mut LabView,
    entry: &LabEntry,
    actions: &mut Vec<Action>,
) {
    if let Some(record) = entry.record().filter(|record| !record.costs.is_empty()) {
        heading(ui, "Cost");
        chart::chart_ui(ui, frame, &record.costs);
    }
    if !entry.peers().is_empty() && !has_panel(ui, frame) {
        heading(ui, "Processes");
        who::processes_ui(ui, frame, view, entry);
    }
    if let Some(hand) = &entry.hand {
        heading(ui, "What there is to do");
        stage_hand::items_ui(ui, frame, entry, hand, actions);
    } else if !entry.steps().is_empty() {
        heading(ui, "Steps");
        steps::steps_ui(ui, frame, &mut view.detail.steps, entry);
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
    let title = RichText::new(entry.headline()).strong().size(size);
    ui.add(Label::new(title).wrap());
    ui.horizontal_wrapped(|ui| {
        if entry.is_closed() {
            let topic = RichText::new(claim.topic.title()).small();
            ui.label(topic.color(theme.weak));
            return;
        }
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
    ui.horizontal_wrapped(|ui| {
        run_button(ui, frame, entry, actions);
        step_button(ui, frame, entry, actions);
        stop_button(ui, frame, actions);
        by_hand_button(ui, frame, entry, actions);
        if let Some(hand) = &entry.hand {
            stage_hand::command_ui(ui, entry, hand, actions);
        }
        let is_told = entry.answer.is_some() || entry.is_shown || entry.record().is_some();
        if is_told && !entry.is_running() && !claim.choices.is_empty() {
            let again = ui.button("Ask me again");
            let words = "Forget your answer and what was seen: the question stands again";
            if again.on_hover_text(words).clicked() {
                actions.push(Action::Lab(LabAction::AskAgain(claim.name.to_owned())));
            }
        }
    });
}

/// Beginning to try it by hand, or beginning anew.
fn by_hand_button(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let has_list = entry.by_hand.is_ok();
    let label = if entry.hand.is_some() {
        "Start over"
    } else {
        "Try it by hand"
    };
    let words = match &entry.by_hand {
        _ if entry.hand.is_some() => {
            "End its processes, and try it by hand from the start".to_owned()
        }
        Ok(_) => {
            "Open its scratch file in this window, with a list of what to do and to see".to_owned()
        }
        Err(why) => format!(
            "Start its processes and have them do its steps as you like, in any order. {why}: so it is done here"
        ),
    };
    let may_begin = entry.available.is_ok() && (has_list || frame.model.lab.may_begin());
    let button = ui
        .add_enabled(may_begin, Button::new(label))
        .on_hover_text(words)
        .on_disabled_hover_text(why_not(entry));
    if button.clicked() {
        let name = entry.claim.name.to_owned();
        actions.push(Action::Lab(LabAction::ByHand(name)));
    }
}

/// Its steps wait for the person.
fn is_stepped(frame: &Frame<'_>, entry: &LabEntry) -> bool {
    frame.model.lab.is_stepping() && entry.is_running()
}

/// Why it cannot begin.
fn why_not(entry: &LabEntry) -> String {
    match &entry.available {
        Err(why) => format!("Not available here: {why}"),
        Ok(()) => "Experiments are running".to_owned(),
    }
}

fn run_button(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    // What stands beside it keeps its place, whatever it says.
    let widest = text_width(ui, TO_THE_END, &TextStyle::Button);
    let size = vec2(widest + 2.0 * ui.spacing().button_padding.x, 0.0);
    if is_stepped(frame, entry) {
        // What begins a run is never taken for what lets it go, also where both are pressed fast.
        let button = Button::new(TO_THE_END).min_size(size);
        let go_on = keyed(ui, TO_THE_END, |ui| ui.add(button)).inner;
        let words = "Let all steps that are left go (Enter in the list)";
        if go_on.on_hover_text(words).clicked() {
            actions.push(Action::Lab(LabAction::GoOn));
        }
        return;
    }
    let run = RichText::new("Run").color(theme.on_private).strong();
    let run = Button::new(run).min_size(size);
    let may_begin = frame.model.lab.may_begin() && entry.available.is_ok();
    let run = ui
        .add_enabled(may_begin, run.fill(theme.private))
        .on_hover_text("Start its processes and have them do the steps (Enter in the list)")
        .on_disabled_hover_text(why_not(entry));
    if run.clicked() {
        let name = entry.claim.name.to_owned();
        actions.push(Action::Lab(LabAction::Run(vec![name])));
    }
}

fn step_button(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry, actions: &mut Vec<Action>) {
    let theme = frame.theme;
    let is_stepped = is_stepped(frame, entry);
    let step = if is_stepped {
        let text = RichText::new("Step").color(theme.on_private).strong();
        Button::new(text).fill(theme.private)
    } else {
        Button::new("Step")
    };
    let may_begin = frame.model.lab.queue.is_none() && entry.available.is_ok();
    let words = if is_stepped {
        "Let the step that waits go (F4)"
    } else {
        "Run it step by step: it waits before each, and you may say what will be seen (F4)"
    };
    let step = ui
        .add_enabled(is_stepped || may_begin, step)
        .on_hover_text(words)
        .on_disabled_hover_text(why_not(entry));
    if step.clicked() {
        actions.push(Action::Lab(LabAction::Step));
    }
}

pub(super) fn stop_button(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let lab = &frame.model.lab;
    // What is to begin as soon as the rest has ended can be stopped too.
    let stops = |queue: &LabQueue| !queue.stopping || lab.then.is_some();
    let may_stop = lab.queue.as_ref().is_some_and(stops);
    let words = if lab.is_by_hand() {
        "Its processes and scratch files go; what was known of it before is shown again"
    } else {
        "The step under way is the last"
    };
    let stop = ui
        .add_enabled(may_stop, Button::new("Stop"))
        .on_hover_text(words)
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
