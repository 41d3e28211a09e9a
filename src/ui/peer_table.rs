//! The processes that map the file: the pair that is always there, and those that a person added, as the tree in which
//! they were forked.

use egui::{Button, Frame as Box_, Margin, RichText, Ui, accesskit};

use crate::lab::claim::AddedKind;
use crate::model::peers::Process;
use crate::model::process::{ProcessKind, ProcessSignal};
use crate::model::witness::Note;
use crate::model::{Action, Doc, PeersAction, WitnessState};

use super::Frame;
use super::readings::{reading_words, state_ui};

/// How far a child stands to the right of its parent, in points.
const INDENT: f32 = 18.0;

/// Draws the pair, the tree, and the buttons that add to it.
pub(super) fn processes_ui(ui: &mut Ui, frame: &Frame<'_>, doc: &Doc, actions: &mut Vec<Action>) {
    for process in doc.processes.built_in() {
        built_in_ui(ui, frame, doc, process, actions);
        ui.add_space(4.0);
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("More processes").strong());
        let full = frame.model.why_no_room(doc.view().id);
        for (kind, label, words) in [
            (
                AddedKind::Shared,
                "+ shared",
                "Start a process that maps the file shared",
            ),
            (
                AddedKind::Private,
                "+ private",
                "Start a process that maps the file privately",
            ),
            (
                AddedKind::ReadOnly,
                "+ read-only",
                "Start a process that maps the file shared and read-only: its stores are refused",
            ),
        ] {
            let button = ui
                .add_enabled(full.is_none(), Button::new(label))
                .on_hover_text(words)
                .on_disabled_hover_text(full.clone().unwrap_or_default());
            super::notices::name(&button, words);
            if button.clicked() {
                actions.push(Action::Peers(PeersAction::Add(kind)));
            }
        }
    });
    for (depth, process) in doc.processes.tree() {
        ui.horizontal_top(|ui| {
            if depth > 0 {
                #[expect(clippy::cast_precision_loss, reason = "at most a dozen")]
                ui.add_space(INDENT * (depth - 1) as f32);
                branch_ui(ui, frame);
            }
            process_ui(ui, frame, doc, process, actions);
        });
        ui.add_space(4.0);
    }
}

/// One of the pair: a row like those of the witnesses in this process.
fn built_in_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    process: &Process,
    actions: &mut Vec<Action>,
) {
    let title = title(doc, process);
    let same = doc.witnesses.agree_with_view(&process.state);
    let response = card().fill(frame.theme.grid_edge).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            super::right::at_right(
                ui,
                "write",
                |ui| {
                    ui.label(RichText::new(&title).strong());
                },
                |ui| pair_store_ui(ui, frame, process, &title, actions),
            );
        });
        match &process.ended {
            Some(how) => {
                ui.label(RichText::new(how).color(frame.theme.error));
            }
            None => state_ui(ui, frame, &process.state, same),
        }
        if let Some(note) = &process.note {
            note_ui(ui, frame, note);
        }
    });
    name_row(ui, &response.response, &words(doc, process, same));
}

fn pair_store_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    process: &Process,
    title: &str,
    actions: &mut Vec<Action>,
) {
    let (label, color, words) = if process.reaches_file() {
        (
            "Write to file",
            frame.theme.different,
            "The other process stores through its shared mapping: it is in the file at once",
        )
    } else {
        (
            "Write",
            frame.theme.text,
            "The other process stores through its private mapping: only it sees that",
        )
    };
    let text = RichText::new(label).color(color);
    let button = ui
        .add_enabled(process.ended.is_none(), Button::new(text))
        .on_hover_text(words);
    super::notices::name(&button, &format!("{label}: {title}"));
    if button.clicked() {
        actions.push(Action::Peers(PeersAction::Store(process.mapping)));
    }
}

/// What became of the last that was asked.
pub(super) fn note_ui(ui: &mut Ui, frame: &Frame<'_>, note: &Note) {
    let color = if note.failed {
        frame.theme.error
    } else {
        frame.theme.weak
    };
    ui.label(RichText::new(&note.text).color(color).small());
}

fn card() -> Box_ {
    Box_::new()
        .inner_margin(Margin::symmetric(8, 5))
        .corner_radius(4.0)
}

/// Gives a card the words of its row.
fn name_row(ui: &Ui, response: &egui::Response, words: &str) {
    let id = response.id.with("process");
    let _ = ui.interact(response.rect, id, egui::Sense::empty());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Row);
        node.set_label(words.to_owned());
    });
}

/// The line from a parent to its child.
fn branch_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(INDENT - 6.0, 26.0), egui::Sense::empty());
    let stroke = egui::Stroke::new(1.5, frame.theme.page_line);
    let middle = rect.center().y - 1.0;
    let left = rect.left() + 4.0;
    ui.painter().vline(left, rect.top() - 4.0..=middle, stroke);
    ui.painter().hline(left..=rect.right(), middle, stroke);
}

fn process_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    process: &Process,
    actions: &mut Vec<Action>,
) {
    let theme = frame.theme;
    let same = doc.witnesses.agree_with_view(&process.state);
    let response = card().fill(theme.grid_edge).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(RichText::new(title(doc, process)).strong());
            if let Some(how) = &process.ended {
                ui.label(RichText::new(format!("ended: {how}")).color(theme.error));
            } else {
                if process.stopped {
                    ui.label(RichText::new("stopped (SIGSTOP)").color(theme.different));
                }
                state_ui(ui, frame, &process.state, same);
            }
            if let Some(note) = &process.note {
                note_ui(ui, frame, note);
            }
            buttons_ui(ui, frame, process, actions);
        });
    });
    name_row(ui, &response.response, &words(doc, process, same));
}

/// What a button has a process do.
struct Order {
    label: &'static str,
    /// What it does, in words.
    words: &'static str,
    enabled: bool,
    /// The bytes of the file change.
    marked: bool,
    action: PeersAction,
}

impl Order {
    const fn new(
        label: &'static str,
        words: &'static str,
        enabled: bool,
        action: PeersAction,
    ) -> Self {
        Self {
            label,
            words,
            enabled,
            marked: false,
            action,
        }
    }
}

/// What a person can have `process` do, in the order of the buttons.
fn orders(process: &Process) -> [Order; 5] {
    let (id, runs) = (process.mapping, process.ended.is_none());
    let store = PeersAction::Store(id);
    let write = if process.reaches_file() {
        let words =
            "It stores the byte to write through its shared mapping: it is in the file at once";
        Order {
            marked: true,
            ..Order::new("Write to file", words, runs, store)
        }
    } else {
        let words = "It stores the byte to write through its own mapping: nobody else sees it";
        Order::new("Write", words, runs, store)
    };
    let (stop, label) = if process.stopped {
        (ProcessSignal::Continue, "Continue")
    } else {
        (ProcessSignal::Stop, "Stop")
    };
    [
        write,
        Order::new(
            "Fork",
            "It forks: the child has the same mapping, and shares its private pages until one of them writes",
            runs && !process.stopped,
            PeersAction::Fork(id),
        ),
        Order::new(
            label,
            "SIGSTOP and SIGCONT: a stopped process answers nobody",
            runs,
            PeersAction::Signal(id, stop),
        ),
        Order::new(
            "Kill",
            "SIGKILL; those that it forked go with it",
            runs,
            PeersAction::Signal(id, ProcessSignal::Kill),
        ),
        Order::new(
            "Remove",
            "Off the list; its process ends",
            true,
            PeersAction::Remove(id),
        ),
    ]
}

fn buttons_ui(ui: &mut Ui, frame: &Frame<'_>, process: &Process, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        for order in orders(process) {
            let mut text = RichText::new(order.label);
            if order.marked {
                text = text.color(frame.theme.different);
            }
            let button = ui
                .add_enabled(order.enabled, Button::new(text))
                .on_hover_text(order.words);
            let name = format!("{}: process {}", order.label, process.ordinal);
            super::notices::name(&button, &name);
            if button.clicked() {
                actions.push(Action::Peers(order.action));
            }
        }
    });
}

/// `Process 2 (pid 4123), private` or `Process 3 (pid 4124), forked child of process 2`.
fn title(doc: &Doc, process: &Process) -> String {
    let pid = process
        .pid
        .map_or_else(String::new, |pid| format!(" (pid {pid})"));
    let kind = match process.kind {
        ProcessKind::Shared => "shared",
        ProcessKind::Private => "private",
        ProcessKind::ReadOnly => "shared, read-only",
    };
    if process.is_built_in() {
        return format!("Other process, {kind}");
    }
    let parent = process
        .parent
        .map(|parent| doc.processes.get(parent).map(|parent| parent.ordinal));
    let kind = match parent {
        None => kind.to_owned(),
        Some(Some(parent)) => format!("forked child of process {parent}"),
        Some(None) => "forked child".to_owned(),
    };
    format!("Process {}{pid}, {kind}", process.ordinal)
}

/// A row in one sentence, for screen readers and tests.
fn words(doc: &Doc, process: &Process, same: Option<bool>) -> String {
    let mut words = title(doc, process);
    words.push_str(": ");
    match (&process.ended, &process.state) {
        (Some(how), _) => {
            words.push_str("ended: ");
            words.push_str(how);
        }
        (None, _) if process.stopped => words.push_str("stopped"),
        (None, WitnessState::Waiting) => words.push_str("asking"),
        (None, WitnessState::Unavailable(why)) => words.push_str(why),
        (None, WitnessState::Reads { readout, pages }) => {
            words.push_str(&reading_words(readout, pages, same));
        }
    }
    if let Some(note) = &process.note {
        words.push_str("; ");
        words.push_str(&note.text);
    }
    words
}
