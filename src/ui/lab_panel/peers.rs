//! The peers of an experiment, side by side: what each was last seen to hold.

use egui::text::LayoutJob;
use egui::{
    Frame as Box_, Label, Margin, RichText, Sense, Stroke, TextFormat, TextStyle, Ui, accesskit,
    vec2,
};

use crate::lab::claim::PeerCard;
use crate::model::lab::LabEntry;
use crate::ui::Frame;

/// The narrowest card, in points.
const LEAST: f32 = 170.0;
/// The widest.
const MOST: f32 = 300.0;
/// Between two cards.
const GAP: f32 = 6.0;

/// What the cards keep between frames.
#[derive(Debug, Default)]
pub(super) struct PeersView {
    /// Whose cards they are.
    name: &'static str,
    /// The height of the highest, so that those beside it are as high.
    height: f32,
}

/// Draws the cards.
pub(super) fn peers_ui(ui: &mut Ui, frame: &Frame<'_>, view: &mut PeersView, entry: &LabEntry) {
    let cards = entry.peers();
    if view.name != entry.claim.name {
        *view = PeersView {
            name: entry.claim.name,
            ..PeersView::default()
        };
    }
    let room = ui.available_width();
    let most = ((room + GAP) / (LEAST + GAP)).floor().max(1.0) as usize;
    // as many rows as needed, and the cards spread over them evenly
    let n_rows = cards.len().div_ceil(most).max(1);
    let per_row = cards.len().div_ceil(n_rows).max(1);
    let width = ((room + GAP) / per_row as f32 - GAP).clamp(LEAST.min(room), MOST.min(room));
    let mut highest: f32 = 0.0;
    for row in cards.chunks(per_row) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for card in row {
                highest = highest.max(card_ui(ui, frame, card, vec2(width, view.height)));
            }
        });
    }
    if (highest - view.height).abs() > 0.5 {
        view.height = highest;
        ui.ctx().request_repaint();
    }
}

/// One card of this width, at least so high; the height that its words need.
fn card_ui(ui: &mut Ui, frame: &Frame<'_>, card: &PeerCard, size: egui::Vec2) -> f32 {
    let theme = frame.theme;
    let edge = if card.ended.is_some() {
        theme.error
    } else {
        theme.edge
    };
    let fill = Box_::new()
        .fill(theme.grid_edge)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(4.0)
        .inner_margin(Margin::symmetric(8, 6));
    let around = fill.total_margin().sum();
    let mut needed = 0.0;
    let shown = fill.show(ui, |ui| {
        ui.set_width(size.x - around.x);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            words_ui(ui, frame, card);
            needed = ui.min_size().y;
        });
        ui.set_min_height(size.y);
    });
    let id = shown.response.id.with(("card", card.pid));
    let _ = ui.interact(shown.response.rect, id, Sense::empty());
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::Row);
        node.set_label(describe(card));
    });
    needed
}

fn words_ui(ui: &mut Ui, frame: &Frame<'_>, card: &PeerCard) {
    let theme = frame.theme;
    ui.horizontal(|ui| {
        ui.label(RichText::new(&card.name).strong());
        ui.label(RichText::new(format!("process {}", card.pid)).color(theme.weak));
    });
    let weak = |text: String| Label::new(RichText::new(text).color(theme.weak)).wrap();
    if let Some(parent) = &card.parent {
        // only the monospace one of the built-in fonts has an arrow
        let mono = TextStyle::Monospace.resolve(ui.style());
        let body = TextStyle::Body.resolve(ui.style());
        let mut job = LayoutJob::default();
        job.append("\u{2191}", 0.0, TextFormat::simple(mono, theme.weak));
        let words = format!(" child of {parent}");
        job.append(&words, 0.0, TextFormat::simple(body, theme.weak));
        ui.label(job);
    }
    if card.mapping.is_empty() {
        ui.add(weak("no mapping yet".to_owned()));
    } else {
        ui.add(Label::new(&card.mapping).wrap());
    }
    if !card.bytes.is_empty() {
        let bytes = RichText::new(&card.bytes).monospace();
        ui.add(Label::new(bytes).wrap().selectable(true))
            .on_hover_text("What it last loaded: where, and which bytes");
    }
    if !card.pages.is_empty() {
        ui.add(weak(card.pages.clone()))
            .on_hover_text("What backs the pages of its mapping");
    }
    if let Some(ended) = &card.ended {
        let text = RichText::new(format!("ended: {ended}")).color(theme.error);
        ui.add(Label::new(text).wrap().selectable(true));
    }
}

fn describe(card: &PeerCard) -> String {
    let mut words = format!("Process {}, pid {}", card.name, card.pid);
    let child = card.parent.as_ref().map(|name| format!("child of {name}"));
    let ended = card.ended.as_ref().map(|how| format!("ended: {how}"));
    let plain = [&card.mapping, &card.bytes, &card.pages];
    let parts = child
        .into_iter()
        .chain(plain.into_iter().filter(|text| !text.is_empty()).cloned())
        .chain(ended);
    for part in parts {
        words.push_str(", ");
        words.push_str(&part);
    }
    words
}
