//! Two groups in a row, one at each end, made in the order in which they are seen.
//!
//! Tab goes in the order of making: a layout from right to left would turn it round.

use egui::{Align, Layout, Rect, Ui, UiBuilder, pos2};

/// Draws `left` into the room that `right` leaves, then `right` at the right end.
///
/// How wide `right` is, is known from the last frame; where that has changed, the frame is laid out once more.
pub(super) fn at_right(
    ui: &mut Ui,
    salt: &'static str,
    left: impl FnOnce(&mut Ui),
    right: impl FnOnce(&mut Ui),
) {
    let id = ui.unique_id().with(salt);
    let room = ui.available_rect_before_wrap();
    let known: Option<f32> = ui.data(|data| data.get_temp(id));
    let start = (room.right() - known.unwrap_or_default()).max(room.left());
    let end = (start - ui.spacing().item_spacing.x).max(room.left());
    let layout = Layout::left_to_right(Align::Center);
    let rect = Rect::from_min_max(room.min, pos2(end, room.max.y));
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), left);
    let rect = Rect::from_min_max(pos2(start, room.min.y), room.max);
    let group = ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), right);
    let width = group.response.rect.width();
    if known != Some(width) {
        ui.data_mut(|data| data.insert_temp(id, width));
        ui.ctx()
            .request_discard("the group at the right has another width");
    }
}
