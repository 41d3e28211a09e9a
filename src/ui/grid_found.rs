//! Marks of what was found: a frame round each match in the grid, and ticks beside the scroll bar's thumb. Of matches that
//! overlap, and of single bytes side by side, the frame is round all of them.

use egui::{Rect, Ui, pos2, vec2};

use crate::bytes::Span;
use crate::model::{FoundList, PLACES};

use super::Frame;
use super::geometry::Geometry;
use super::glyphs::Quads;

/// The width of a tick, in points.
const TICK: f32 = 5.0;

/// What is marked in a view.
pub(super) fn marked<'a>(frame: &Frame<'a>) -> Option<&'a FoundList> {
    let view = frame.view.filter(|_| frame.model.find.is_shown)?;
    view.searches.list.as_ref()
}

/// The matches that touch `span`, as far as they lie in it, in order.
pub(super) fn in_sight(frame: &Frame<'_>, span: Span) -> Vec<Span> {
    let Some(list) = marked(frame) else {
        return Vec::new();
    };
    let mut marks: Vec<Span> = Vec::new();
    for run in list.in_sight(span) {
        if run.step < run.len || run.len == 1 {
            // they overlap, or a frame round each would hide what is in it
            marks.extend(Span::new(run.start, run.end()).and_then(|all| all.intersect(span)));
            continue;
        }
        let first = run.count_before(span.start()).saturating_sub(1);
        let starts = (first..run.count).map(|index| run.start + index * run.step);
        for start in starts.take_while(|start| *start < span.end()) {
            let found = Span::at(start, run.len).and_then(|found| found.intersect(span));
            marks.extend(found.filter(|found| !found.is_empty()));
        }
    }
    marks
}

/// Draws the frames of a row. `marks` are those in sight.
pub(super) fn row(
    frame: &Frame<'_>,
    (geometry, pixel): (&Geometry, f32),
    marks: &[Span],
    (row, line): (Span, u64),
    quads: &mut Quads,
) {
    let first = marks.partition_point(|mark| mark.end() <= row.start());
    let marks = marks.get(first..).unwrap_or_default();
    let color = frame.theme.matched;
    for mark in marks.iter().take_while(|mark| mark.start() < row.end()) {
        let Some(both) = mark.intersect(row).filter(|both| !both.is_empty()) else {
            continue;
        };
        let column = |offset: u64| usize::try_from(offset - row.start()).unwrap_or(0);
        let (from, to) = (column(both.start()), column(both.end() - 1));
        let hex = (geometry.cells.hex_at(from), geometry.cells.hex_at(to) + 2);
        let text = (geometry.cells.text + from, geometry.cells.text + to + 1);
        // open where it goes on in another row
        let ends = (both.start() == mark.start(), both.end() == mark.end());
        let wide = 2.0 * pixel;
        for ((left, right), pad, wide) in [(hex, geometry.cell.x * 0.4, wide), (text, 0.0, pixel)] {
            let rect = geometry.rect(left, right - left, line);
            let rect = rect.expand2(vec2(pad, 0.0));
            outline(rect, (pixel, wide), ends, |side| quads.rect(side, color));
        }
    }
}

/// The sides of a frame.
fn outline(
    rect: Rect,
    (pixel, wide): (f32, f32),
    (begins, ends): (bool, bool),
    mut side: impl FnMut(Rect),
) {
    let (min, max) = (rect.min, rect.max);
    side(Rect::from_min_max(min, pos2(max.x, min.y + pixel)));
    side(Rect::from_min_max(pos2(min.x, max.y - pixel), max));
    if begins {
        side(Rect::from_min_max(min, pos2(min.x + wide, max.y)));
    }
    if ends {
        side(Rect::from_min_max(pos2(max.x - wide, min.y), max));
    }
}

/// Draws the ticks beside the scroll bar: at most one for each place along it.
pub(super) fn ticks(ui: &Ui, frame: &Frame<'_>, bar: Rect) {
    let Some(list) = marked(frame) else {
        return;
    };
    let painter = ui.painter();
    let height = bar.height() / PLACES as f32;
    let mut from = None;
    let mut places = list.places.iter().copied().peekable();
    while let Some(place) = places.next() {
        let first = *from.get_or_insert(place);
        if places.peek() == Some(&(place + 1)) {
            continue;
        }
        from = None;
        let top = bar.top() + f32::from(first) * height;
        let bottom = (bar.top() + f32::from(place + 1) * height).max(top + 2.0);
        let left_top = pos2(bar.right() - TICK, top);
        let tick = Rect::from_min_max(left_top, pos2(bar.right(), bottom));
        painter.rect_filled(tick, 0.0, frame.theme.matched);
    }
}
