//! What can be done with a row: the same for the pointer and the keys.

use egui::{Button, Label, Popup, PopupKind, Response, RichText, Ui};

use crate::model::picture::{Row, Who, WriteAs};
use crate::model::process::{ProcessKind, ProcessSignal};
use crate::model::{Action, AppAction, Doc, PeersAction, Process, Tab, WitnessId};
use crate::ui::Theme;
use crate::ui::keyed::keyed;
use crate::ui::menus::is_asked_by_key;

/// What the person chose.
pub(super) enum Chosen {
    /// Write as the row.
    Write,
    /// Something else.
    Do(Action),
}

struct Item {
    label: &'static str,
    /// What it does, in words.
    words: &'static str,
    chosen: Chosen,
}

/// What a store as a row is asked for by.
pub(super) fn store(who: Who) -> Option<Action> {
    Some(Action::Peers(match who {
        Who::View => PeersAction::StoreAs(WitnessId::View),
        Who::OtherMode => PeersAction::StoreAs(WitnessId::OtherMode),
        Who::Calls => PeersAction::StoreAs(WitnessId::File),
        Who::Process(mapping) => PeersAction::Store(mapping),
        Who::Other { .. } => return None,
    }))
}

/// Shows a row's menu, where it is open or asked for. The row has the keyboard when it closes.
pub(super) fn show(
    ui: &Ui,
    theme: &Theme,
    doc: &Doc,
    (index, row): (usize, &Row),
    response: &Response,
) -> Option<Chosen> {
    let id = response.id.with("menu");
    let by_key = is_asked_by_key(ui, response);
    if response.clicked() || response.secondary_clicked() || by_key {
        response.request_focus();
        Popup::open_id(ui.ctx(), id);
    }
    if !Popup::is_id_open(ui.ctx(), id) {
        return None;
    }
    let takes_focus = response.has_focus();
    let shown = Popup::from_response(response)
        .id(id)
        .kind(PopupKind::Menu)
        .open_memory(None)
        .accessible_name(format!("What {} can do", row.name))
        .layout(egui::Layout::top_down_justified(egui::Align::Min))
        .style(egui::containers::menu::menu_style)
        .gap(2.0)
        .show(|ui| items_ui(ui, theme, doc, (index, row), takes_focus))?;
    if !Popup::is_id_open(ui.ctx(), id) {
        let elsewhere = ui.input(|input| input.pointer.any_click())
            && !shown.response.contains_pointer()
            && shown.inner.is_none();
        if !elsewhere {
            response.request_focus();
        }
    }
    shown.inner
}

fn items_ui(
    ui: &mut Ui,
    theme: &Theme,
    doc: &Doc,
    (index, row): (usize, &Row),
    takes_focus: bool,
) -> Option<Chosen> {
    ui.set_min_width(170.0);
    let mut chosen = None;
    let mut first = None;
    for item in items(doc, row) {
        let button = Button::new(item.label);
        let response = keyed(ui, item.label, |ui| ui.add(button)).inner;
        first.get_or_insert(response.id);
        if response.on_hover_text(item.words).clicked() {
            chosen = Some(item.chosen);
            ui.close();
        }
    }
    if let (Some(first), true) = (first, takes_focus) {
        ui.memory_mut(|memory| memory.request_focus(first));
    }
    let keys = format!("Row {0}: F7, {0}, Enter", index + 1);
    for words in facts(row).into_iter().chain([keys]) {
        let text = RichText::new(words).color(theme.weak).small();
        ui.add(Label::new(text).selectable(true));
    }
    chosen
}

/// What the tab of a view's mapping has.
const MAPPING_WORDS: &str = "Pages, page cache, system calls";

/// What applies to it.
fn items(doc: &Doc, row: &Row) -> Vec<Item> {
    let mut items = Vec::new();
    let mut add = |label: &'static str, words: &'static str, chosen: Chosen| {
        items.push(Item {
            label,
            words,
            chosen,
        });
    };
    if matches!(row.write, WriteAs::ReachesFile | WriteAs::StaysOwn) {
        let words = crate::model::Picture::write_words(row);
        add("Write as it", words, Chosen::Write);
    }
    let process = match row.who {
        Who::Process(mapping) => doc.processes.get(mapping),
        _ => None,
    };
    if let Some(process) = process {
        process_items(process, &mut add);
    }
    let beside = doc.beside(doc.view().id).map(|view| view.id);
    if let (Who::OtherMode, Some(view)) = (row.who, beside) {
        let go = Action::App(AppAction::FocusView(view));
        add("Go there", "The keys go to that view", Chosen::Do(go));
        let show = Action::App(AppAction::ShowMappingOf(view));
        add("Show its mapping", MAPPING_WORDS, Chosen::Do(show));
    }
    if row.who == Who::View {
        let show = Action::App(AppAction::ShowTab(Tab::Mapping));
        add("Show its mapping", MAPPING_WORDS, Chosen::Do(show));
    }
    items
}

fn process_items(process: &Process, add: &mut impl FnMut(&'static str, &'static str, Chosen)) {
    let (id, runs) = (
        process.mapping,
        process.ended.is_none() && process.pid.is_some(),
    );
    let peers = |action: PeersAction| Chosen::Do(Action::Peers(action));
    if runs && process.kind == ProcessKind::ReadOnly {
        add(
            "Store anyway (SIGSEGV)",
            "A real store into the read-only mapping: the processor refuses it, and the signal ends that process and those \
             that it forked",
            peers(PeersAction::StoreAnyway(id)),
        );
    }
    if runs && !process.stopped {
        add(
            "Fork a child",
            "The child has the same mapping, and shares its private pages until one of them writes",
            peers(PeersAction::Fork(id)),
        );
    }
    if runs && process.stopped {
        add(
            "Continue",
            "SIGCONT: it goes on, and does what it was told meanwhile",
            peers(PeersAction::Signal(id, ProcessSignal::Continue)),
        );
    } else if runs {
        add(
            "Stop",
            "SIGSTOP: a stopped process answers nobody",
            peers(PeersAction::Signal(id, ProcessSignal::Stop)),
        );
    }
    if runs {
        add(
            "Kill",
            "SIGKILL; those that it forked go with it",
            peers(PeersAction::Signal(id, ProcessSignal::Kill)),
        );
    }
    if runs {
        add(
            "Show its mapping",
            "What it has mapped, and its lines of /proc/PID/maps",
            peers(PeersAction::ShowMapping(Some(id))),
        );
    }
    if !process.is_built_in() || !runs {
        add(
            "Remove",
            "Off the list; its process ends",
            peers(PeersAction::Remove(id)),
        );
    }
}

/// Where it maps, as far as that is known here.
fn facts(row: &Row) -> Vec<String> {
    match row.who {
        Who::Other { pid, address } => vec![
            format!("{}, from {address:#x} on", row.maps.words()),
            format!("/proc/{pid}/maps has the rest"),
        ],
        _ => Vec::new(),
    }
}
