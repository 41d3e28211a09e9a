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
    // not known yet: from the left, so that it does not stand out
    let start = known.map_or(room.left(), |width| room.right() - width);
    let start = start.max(room.left());
    let end = (start - ui.spacing().item_spacing.x).max(room.left());
    let layout = Layout::left_to_right(Align::Center);
    let builder = |rect| UiBuilder::new().max_rect(rect).layout(layout);
    let rect = Rect::from_min_max(room.min, pos2(end, room.max.y));
    let mut group = ui.new_child(builder(rect));
    left(&mut group);
    let at_left = group.min_rect();
    let rect = Rect::from_min_max(pos2(start, room.min.y), room.max);
    let mut group = ui.new_child(builder(rect));
    right(&mut group);
    let at_right = group.min_rect();
    // what stands out for a frame must not widen what is around it
    let used = at_left.union(at_right);
    let used = Rect::from_x_y_ranges(room.x_range(), used.y_range());
    ui.advance_cursor_after_rect(used);
    let width = at_right.width();
    if known != Some(width) {
        ui.data_mut(|data| data.insert_temp(id, width));
        ui.ctx()
            .request_discard("the group at the right has another width");
    }
}
