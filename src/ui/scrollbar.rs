//! The scroll bar of the grid: exact at any number of rows a `u64` can hold, where a position in points is not.

use egui::{Id, Pos2, Rect, Sense, Ui, accesskit, pos2, vec2};

use crate::model::{Action, ViewAction, Viewport};

use super::theme::Theme;

/// The thumb is never smaller than this, in points.
const LEAST_THUMB: f64 = 28.0;

/// A drag of the thumb.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grab {
    pointer_y: f32,
    thumb_y: f64,
    /// With Shift held, a point is a row: where that began.
    fine_from: Option<(f32, u64)>,
}

/// The bar between two frames.
#[derive(Clone, Debug, Default)]
pub(super) struct ScrollBar {
    grab: Option<Grab>,
}

/// Where the thumb can go.
struct Track {
    rect: Rect,
    thumb: f64,
    run: f64,
    max_top: u64,
}

impl Track {
    fn new(rect: Rect, view: &Viewport) -> Self {
        let height = f64::from(rect.height());
        let share = view.page_rows as f64 / view.row_count().max(1) as f64;
        let thumb = (height * share).clamp(LEAST_THUMB.min(height), height);
        Self {
            rect,
            thumb,
            run: (height - thumb).max(0.0),
            max_top: view.max_top(),
        }
    }

    fn y_from_top(&self, top: u64) -> f64 {
        if self.max_top == 0 {
            0.0
        } else {
            self.run * (top as f64 / self.max_top as f64)
        }
    }

    /// Exact at both ends for any `u64`, and everywhere up to 2^53 rows.
    fn top_from_y(&self, y: f64) -> u64 {
        let share = if self.run <= 0.0 {
            0.0
        } else {
            (y / self.run).clamp(0.0, 1.0)
        };
        if share >= 1.0 {
            self.max_top
        } else {
            ((share * self.max_top as f64) as u64).min(self.max_top)
        }
    }

    fn thumb_rect(&self, y: f64) -> Rect {
        Rect::from_min_size(
            pos2(self.rect.min.x, self.rect.min.y + y as f32),
            vec2(self.rect.width(), self.thumb as f32),
        )
    }
}

impl ScrollBar {
    /// Interacts and paints. Drag the thumb to any part; with Shift a point is a row; a click in the track is a page,
    /// with Alt it goes there.
    pub(super) fn show(
        &mut self,
        ui: &Ui,
        id: Id,
        rect: Rect,
        view: &Viewport,
        theme: &Theme,
        actions: &mut Vec<Action>,
    ) {
        let track = Track::new(rect, view);
        // no stop for Tab: the keys that scroll are the grid's
        let response = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
        match response.interact_pointer_pos() {
            Some(pointer) if response.is_pointer_button_down_on() => {
                if let Some(top) = self.drag(ui, pointer, &track, view) {
                    actions.push(Action::View(ViewAction::ScrollTo(top)));
                }
            }
            _ => self.grab = None,
        }
        accessible(ui, id, &track, view, actions);

        let fill = if self.grab.is_some() || response.hovered() {
            theme.weak
        } else {
            theme.thumb
        };
        let painter = ui.painter();
        painter.rect_filled(rect, 0.0, theme.grid_edge);
        if view.max_top() > 0 {
            let thumb = track
                .thumb_rect(track.y_from_top(view.top))
                .shrink2(vec2(3.0, 1.0));
            painter.rect_filled(thumb, 4.0, fill);
        }
    }

    fn drag(&mut self, ui: &Ui, pointer: Pos2, track: &Track, view: &Viewport) -> Option<u64> {
        let (pressed, origin, modifiers) = ui.input(|input| {
            let pointer = &input.pointer;
            (
                pointer.primary_pressed(),
                pointer.press_origin(),
                input.modifiers,
            )
        });
        if pressed {
            // a slow frame may hold the press and the first movement: the press counts where it was
            return self.press(origin.unwrap_or(pointer), track, view, modifiers.alt);
        }
        let mut grab = self.grab?;
        let mut top = None;
        if modifiers.shift {
            let (y, from) = *grab.fine_from.get_or_insert((pointer.y, view.top));
            let moved = (pointer.y - y).round() as i64;
            let fine = from.saturating_add_signed(moved).min(track.max_top);
            grab.pointer_y = pointer.y;
            grab.thumb_y = track.y_from_top(fine);
            top = Some(fine);
        } else if grab.fine_from.take().is_none()
            && (pointer.y - grab.pointer_y).abs() > f32::EPSILON
        {
            // the pointer moved: no movement, no change, as one pixel can be a thousand million rows
            grab.thumb_y += f64::from(pointer.y - grab.pointer_y);
            grab.pointer_y = pointer.y;
            top = Some(track.top_from_y(grab.thumb_y));
        }
        self.grab = Some(grab);
        top.filter(|top| *top != view.top)
    }

    fn press(&mut self, pointer: Pos2, track: &Track, view: &Viewport, jump: bool) -> Option<u64> {
        let y = track.y_from_top(view.top);
        if track.thumb_rect(y).contains(pointer) {
            self.grab = Some(Grab {
                pointer_y: pointer.y,
                thumb_y: y,
                fine_from: None,
            });
            return None;
        }
        let aim = f64::from(pointer.y - track.rect.min.y);
        if jump {
            let y = aim - track.thumb / 2.0;
            self.grab = Some(Grab {
                pointer_y: pointer.y,
                thumb_y: y,
                fine_from: None,
            });
            return Some(track.top_from_y(y));
        }
        Some(if aim < y {
            view.top.saturating_sub(view.page_rows)
        } else {
            view.top.saturating_add(view.page_rows).min(track.max_top)
        })
    }
}

fn accessible(ui: &Ui, id: Id, track: &Track, view: &Viewport, actions: &mut Vec<Action>) {
    let wanted = ui.input(|input| {
        input
            .accesskit_action_requests(id, accesskit::Action::SetValue)
            .find_map(|request| match &request.data {
                Some(accesskit::ActionData::NumericValue(value)) => Some(*value),
                _ => None,
            })
    });
    if let Some(value) = wanted {
        actions.push(Action::View(ViewAction::ScrollTo(
            (value.max(0.0) as u64).min(track.max_top),
        )));
    }
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(accesskit::Role::ScrollBar);
        node.set_label("Rows");
        node.set_bounds(super::geometry::bounds(track.rect));
        node.set_orientation(accesskit::Orientation::Vertical);
        node.set_numeric_value(view.top as f64);
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(track.max_top as f64);
        node.set_numeric_value_step(1.0);
        node.add_action(accesskit::Action::SetValue);
    });
}
