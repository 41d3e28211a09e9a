//! The side panel: who sees it, lookups, facts about the mapping, the edits, sums.

use egui::{Button, Label, RichText, ScrollArea, Ui, accesskit};

use crate::model::{Action, AppAction, Focus, Tab, ViewAction};

use super::command::{REMAP, SYNC, Wishes};
use super::keyed::keyed;
use super::menus::command_ui;
use super::process_facts::process_facts_ui;
use super::region::region_ui;
use super::{Frame, WindowState, edits_panel, found_panel, sums_panel, tour, who};

/// A panel this narrow has its tabs closer together, in points.
const NARROW: f32 = 310.0;

/// A panel this low has no line below its tabs, in points.
const LOW: f32 = 200.0;

/// The tabs: name, and what is in them.
const TABS: [(Tab, &str, &str); 6] = [
    (
        Tab::Witnesses,
        "Who sees it",
        "Who sees the bytes at the cursor (Ctrl+1)",
    ),
    (
        Tab::Lookups,
        "Lookups",
        "What was looked up so far (Ctrl+2)",
    ),
    (
        Tab::Mapping,
        "Facts",
        "Pages, page cache, system calls (Ctrl+3)",
    ),
    (
        Tab::Edits,
        "Edits",
        "What you edited and is not in the file (Ctrl+5)",
    ),
    (Tab::Found, "Found", "The matches that were found (Ctrl+7)"),
    (
        Tab::Sums,
        "Sums",
        "Checksums, histogram and entropy (Ctrl+8)",
    ),
];

/// Tabs and the chosen one's contents.
pub(super) fn panel_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    state: &mut WindowState,
    actions: &mut Vec<Action>,
) {
    let chosen = frame.model.settings.tab;
    let size = ui.available_size();
    let is_line =
        chosen == Tab::Witnesses && tour::is_line(frame, who::stands_beside(size), size.y);
    let tabs = (accesskit::Role::TabList, "Side panel");
    if size.y < LOW {
        ui.spacing_mut().item_spacing.y = 2.0;
    }
    let mut has_room = false;
    ui.horizontal(|ui| {
        region_ui(ui, frame, Focus::Panel, tabs, egui::vec2(3.0, 2.0), |ui| {
            tabs_ui(ui, frame, chosen, actions);
        });
        has_room = ui.available_width() >= tour::LEAST_LINE;
        if is_line && has_room {
            ui.add_space(4.0);
            tour::line_ui(ui, frame, actions);
        }
    });
    if is_line && !has_room {
        ui.horizontal(|ui| tour::line_ui(ui, frame, actions));
    }
    if size.y >= LOW {
        ui.separator();
    }
    let scrolled = ScrollArea::vertical().auto_shrink(false);
    match chosen {
        Tab::Witnesses => who::who_ui(ui, frame, !is_line, &mut state.who, actions), // scrolls its parts
        Tab::Lookups => {
            scrolled.show(ui, |ui| lookups_ui(ui, frame, actions));
        }
        Tab::Mapping => {
            orders_ui(ui, frame, &mut state.wishes, actions);
            scrolled.show(ui, |ui| {
                if let Some(doc) = frame.doc {
                    process_facts_ui(ui, frame, doc, actions);
                }
                mapping_ui(ui, frame);
            });
        }
        Tab::Edits => edits_panel::edits_ui(ui, frame, actions), // draws what is in sight
        Tab::Found => found_panel::found_ui(ui, frame, actions), // the same
        Tab::Sums => {
            scrolled.show(ui, |ui| {
                sums_panel::sums_ui(ui, frame, &mut state.wishes, actions);
            });
        }
    }
}

fn tabs_ui(ui: &mut Ui, frame: &Frame<'_>, chosen: Tab, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        // the tabs stand in one row also in the narrowest panel
        let is_narrow = ui.available_width() < NARROW;
        ui.spacing_mut().item_spacing.x = if is_narrow { 1.0 } else { 3.0 };
        ui.spacing_mut().button_padding.x = if is_narrow { 3.0 } else { 7.0 };
        let has_found = frame
            .doc
            .is_some_and(|doc| doc.view().searches.list.is_some());
        for (tab, label, words) in TABS {
            if tab == Tab::Found && chosen != tab && !has_found {
                ui.skip_ahead_auto_ids(1); // those behind it are known by the same numbers when it comes
                continue; // there is no room for what nobody looked for
            }
            if ui
                .selectable_label(tab == chosen, label)
                .on_hover_text(words)
                .clicked()
            {
                actions.push(Action::App(AppAction::ShowTab(tab)));
            }
        }
    });
}

fn lookups_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let history = &frame.lookup().history;
    if history.is_empty() {
        ui.label(
            RichText::new("Look something up (Ctrl+G): every answer you go to is kept here")
                .color(frame.theme.weak),
        );
        return;
    }
    ui.label(RichText::new("Click an answer to go there again").color(frame.theme.weak));
    ui.add_space(4.0);
    for (index, answered) in history.iter().enumerate() {
        ui.label(
            RichText::new(&answered.text)
                .monospace()
                .color(frame.theme.accent),
        );
        let answer = egui::Button::selectable(false, answered.answer.as_str()).wrap();
        let answer = keyed(ui, ("answer", &answered.text), |ui| ui.add(answer));
        if answer.inner.clicked() {
            actions.push(Action::View(ViewAction::LookupPick(index)));
        }
        ui.add_space(4.0);
    }
}

/// What is done to the mapping that the facts are about, as in its menu.
fn orders_ui(ui: &mut Ui, frame: &Frame<'_>, wishes: &mut Wishes, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        for command in [REMAP, SYNC] {
            let hint = format!("{} ({})", command.tooltip, command.key_words(ui.ctx()));
            let button = Button::new(command.label);
            if command_ui(ui, button, &command, frame, &hint).clicked() {
                command.ask(ui.ctx(), frame.model, wishes, actions);
            }
        }
    });
    ui.add_space(4.0);
}

fn mapping_ui(ui: &mut Ui, frame: &Frame<'_>) {
    let Some(facts) = frame.doc.and_then(|doc| doc.facts.as_ref()) else {
        let waiting = frame.doc.and_then(|doc| doc.storage_words(None));
        let words = match waiting {
            Some(waiting) => format!("Asking the kernel: {waiting}"),
            None => "Asking the kernel\u{2026}".to_owned(),
        };
        ui.label(RichText::new(words).color(frame.theme.weak));
        return;
    };
    egui::Grid::new("mapping facts")
        .num_columns(2)
        .spacing([14.0, 5.0])
        .show(ui, |ui| {
            for (name, value) in &facts.lines {
                ui.label(RichText::new(name).color(frame.theme.weak));
                ui.add(Label::new(value).wrap().selectable(true));
                ui.end_row();
            }
        });
    ui.add_space(8.0);
    ui.label(RichText::new("System calls made for you").strong());
    let reads = facts.painted_reads;
    ui.label(
        RichText::new(format!(
            "newest first; {reads} reads for painting are not listed"
        ))
        .color(frame.theme.weak)
        .small(),
    );
    ui.add_space(2.0);
    for call in facts.calls.iter().rev() {
        let text = RichText::new(call.to_string()).monospace().small();
        ui.add(Label::new(text).wrap().selectable(true))
            .on_hover_text(format!("took {:?}", call.took));
    }
}
