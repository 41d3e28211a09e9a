//! What is wrong with what is typed, below its field, where the row has no room for the whole sentence.
//!
//! It covers what is below for as long as it stands; nothing moves for it, and it takes no clicks.

use egui::{Area, Frame as Around, Label, Order, Response, RichText, Ui, accesskit, vec2};

use super::Frame;

/// The widest, in points.
const WIDEST: f32 = 420.0;

/// Draws `words` below `field`.
pub(super) fn bubble_ui(ui: &Ui, frame: &Frame<'_>, field: &Response, words: &str) {
    let room = ui.ctx().content_rect();
    let area = Area::new(field.id.with("bubble"))
        .order(Order::Foreground)
        .fixed_pos(field.rect.left_bottom() + vec2(0.0, 3.0))
        .constrain_to(room)
        .interactable(false);
    area.show(ui.ctx(), |ui| {
        let around = Around::popup(ui.style()).fill(frame.theme.notice_error);
        around.show(ui, |ui| {
            ui.set_max_width(WIDEST.min(room.width() - 40.0));
            let text = RichText::new(words).color(frame.theme.error);
            let label = ui.add(Label::new(text).wrap());
            ui.ctx().accesskit_node_builder(label.id, |node| {
                node.set_role(accesskit::Role::Status);
                node.set_label(words.to_owned());
                node.set_live(accesskit::Live::Polite);
            });
        });
    });
}
