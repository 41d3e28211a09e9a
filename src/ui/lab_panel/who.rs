//! The side panel beside the lab: who sees what in the experiment, after each step.
//!
//! It owns what stands above the picture and below it. It must not know how either is drawn.

use egui::{Frame as Box_, Label, Margin, Panel, RichText, ScrollArea, Stroke, Ui, accesskit};

use crate::lab::claim::RunStep;
use crate::model::lab::LabEntry;
use crate::ui::Frame;
use crate::ui::who::experiment_ui;

use super::{LabView, peers};

/// The narrowest panel, and the usual narrowest one, in points.
const LEAST: f32 = 300.0;
const USUAL: f32 = 360.0;
/// The usual widest one.
const MOST: f32 = 600.0;

/// Beside the lab: who sees what in its experiment.
pub(in crate::ui) fn side_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut LabView) {
    let panel = Box_::new()
        .fill(frame.theme.bar)
        .inner_margin(Margin::symmetric(10, 8));
    let room = ui.available_width();
    Panel::right("lab side panel")
        .frame(panel)
        .default_size((room * 0.34).clamp(USUAL, MOST))
        .size_range(LEAST..=(room * 0.5).max(LEAST))
        .resizable(true)
        .show(ui, |ui| panel_ui(ui, frame, view));
}

fn panel_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut LabView) {
    ui.label(RichText::new("Who sees it").strong());
    ui.add_space(2.0);
    let entry = frame.model.lab.chosen();
    let Some(entry) = entry.filter(|entry| !entry.peers().is_empty() && !entry.is_sealed) else {
        let text =
            "The processes of the experiment stand here while it runs, and what each step changes";
        ui.add(Label::new(RichText::new(text).color(frame.theme.weak)).wrap());
        return;
    };
    last_ui(ui, frame, entry);
    ui.add_space(4.0);
    let scrolled = ScrollArea::vertical().auto_shrink(false);
    scrolled.show(ui, |ui| processes_ui(ui, frame, view, entry));
}

/// The picture, where there is one, and a card for each process.
pub(super) fn processes_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut LabView, entry: &LabEntry) {
    let environment = frame.model.lab.environment.as_ref();
    let page_bytes = environment.map_or(4096, |environment| environment.page_bytes);
    if let Some(picture) = entry.picture(page_bytes) {
        let (start, end) = (picture.shown.start(), picture.shown.end() - 1);
        let bytes = if start == end {
            format!("Byte {start}")
        } else {
            format!("Bytes {start} to {end}")
        };
        let question = format!("{bytes} of {}, page {}", picture.file, picture.page);
        ui.label(RichText::new(question).color(frame.theme.weak).small());
        let of = (entry.claim.name, entry.steps().len());
        experiment_ui(ui, frame, &mut view.who, of, &picture);
        ui.add_space(6.0);
    }
    peers::peers_ui(ui, frame, &mut view.peers, entry);
}

/// What the last step did.
fn last_ui(ui: &mut Ui, frame: &Frame<'_>, entry: &LabEntry) {
    let Some(words) = entry.last_words() else {
        return;
    };
    let theme = frame.theme;
    let failed = entry
        .steps()
        .last()
        .is_some_and(|step: &RunStep| step.holds == Some(false));
    let (fill, edge) = if failed {
        (theme.notice_error, theme.error)
    } else {
        (theme.file_fill, theme.file_edge)
    };
    let box_ = Box_::new()
        .fill(fill)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(10, 6));
    box_.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let label = ui.add(Label::new(RichText::new(&words).color(theme.text)).wrap());
        ui.ctx().accesskit_node_builder(label.id, |node| {
            node.set_role(accesskit::Role::Status);
            node.set_label(words);
        });
    });
}
