//! A part of the window that can have the keyboard as a whole, before what is in it: F6 leads there, Tab goes on from there.

use egui::accesskit::Role;
use egui::{Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2};

use crate::model::Focus;

use super::{Frame, focus_id};

/// Draws `contents` as the region `focus`, called `label`, with a ring `around` it where it has the keyboard.
pub(super) fn region_ui(
    ui: &mut Ui,
    frame: &Frame<'_>,
    focus: Focus,
    (role, label): (Role, &str),
    around: Vec2,
    contents: impl FnOnce(&mut Ui),
) {
    let id = focus_id(focus);
    let builder = UiBuilder::new()
        .scope_id(id)
        .sense(Sense::focusable_noninteractive())
        .accessibility_role(role)
        .accessibility_label(label);
    let rect = ui.scope_builder(builder, contents).response.rect;
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_bounds(super::geometry::bounds(rect));
    });
    if ui.memory(|memory| memory.has_focus(id)) {
        let stroke = Stroke::new(2.0, frame.theme.accent);
        ui.painter()
            .rect_stroke(rect.expand2(around), 2.0, stroke, StrokeKind::Inside);
    }
}
