//! The mapping of a process of ours among the facts: what it says it has mapped, and the kernel's lines about it.
//!
//! It must not know how a process is asked.

use egui::{Label, RichText, Ui};

use super::Frame;
use crate::model::process::ProcessFacts;
use crate::model::{Action, Doc, PeersAction, Process};

/// Draws it, where one is to be shown.
pub(super) fn process_facts_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    doc: &Doc,
    actions: &mut Vec<Action>,
) {
    let Some(process) = doc.shown_process() else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        let name = format!("Mapping of {}", process.name());
        ui.label(RichText::new(name).strong());
        let has_answer = !process.maps_lines().is_empty() || !process.mapped_words().is_empty();
        if ui
            .add_enabled(has_answer, egui::Button::new("Copy"))
            .on_hover_text("All of this as text")
            .clicked()
        {
            ui.ctx().copy_text(process.facts_text());
        }
        let runs = process.ended.is_none();
        if ui
            .add_enabled(runs, egui::Button::new("Ask again"))
            .clicked()
        {
            let shown = Some(process.mapping);
            actions.push(Action::Peers(PeersAction::ShowMapping(shown)));
        }
        if ui.button("Hide").clicked() {
            actions.push(Action::Peers(PeersAction::ShowMapping(None)));
        }
    });
    if let Some(words) = remark(process) {
        ui.label(RichText::new(words).color(frame.theme.weak));
    }
    egui::Grid::new("process facts")
        .num_columns(2)
        .spacing([14.0, 5.0])
        .show(ui, |ui| {
            for (name, value) in process.mapped_words() {
                ui.label(RichText::new(name).color(frame.theme.weak));
                ui.add(Label::new(value).wrap().selectable(true));
                ui.end_row();
            }
        });
    if let (false, Some(pid)) = (process.maps_lines().is_empty(), process.pid) {
        let text = format!("/proc/{pid}/maps");
        ui.label(RichText::new(text).color(frame.theme.weak).small());
    }
    for line in process.maps_lines() {
        let text = RichText::new(line).monospace().small();
        ui.add(Label::new(text).wrap().selectable(true));
    }
    ui.separator();
}

/// What keeps the facts from being there, or from being those of now.
fn remark(process: &Process) -> Option<String> {
    match (&process.facts, &process.ended) {
        (_, Some(how)) => Some(format!("It ended: {how}")),
        (Some(ProcessFacts::NotTold(why)), None) => Some(format!("It did not tell: {why}")),
        (Some(ProcessFacts::Asking), None) if process.stopped => {
            Some("It is stopped, and answers when it goes on".to_owned())
        }
        (Some(ProcessFacts::Asking), None) => Some("Asking it\u{2026}".to_owned()),
        _ => None,
    }
}
