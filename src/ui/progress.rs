//! A bar that says how far something is. At nothing it is empty, which a toolkit's with round ends is not.

use egui::{CornerRadius, Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::Frame;

/// The height, in points.
const HEIGHT: f32 = 8.0;

/// Draws it, so wide in points, filled up to this share of 1.
pub(super) fn progress_ui(ui: &mut Ui, frame: &Frame<'_>, share: f32, width: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    let share = share.clamp(0.0, 1.0);
    response.widget_info(|| {
        let mut info = WidgetInfo::new(Role::ProgressIndicator);
        info.value = Some(f64::from(share * 100.0).floor());
        info
    });
    if ui.is_rect_visible(rect) {
        let round = CornerRadius::same(4);
        ui.painter().rect_filled(rect, round, frame.theme.line);
        let done = rect.with_max_x(rect.left() + rect.width() * share);
        let painter = ui.painter().with_clip_rect(done.intersect(ui.clip_rect()));
        painter.rect_filled(rect, round, frame.theme.accent);
    }
    response
}
