//! Marks of what was found: a frame round each match in the grid, and ticks beside the scroll bar's thumb. Matches that
//! overlap or stand side by side have one frame round all of them.

use egui::{Rect, Ui, pos2, vec2};

use crate::bytes::Span;
use crate::model::{FoundList, PLACES};

use super::Frame;
use super::geometry::Geometry;
use super::glyphs::Quads;

/// The width of a tick, in points.
const TICK: f32 = 5.0;
/// A longer one, in points, is a stretch of matches: it is as wide as [`STRETCH`], so that it does not outshine the rest.
const LONG_TICK: f32 = 12.0;
/// The width of a stretch, in points.
const STRETCH: f32 = 2.0;

/// What is marked in a view.
pub(super) fn marked<'a>(frame: &Frame<'a>) -> Option<&'a FoundList> {
    let view = frame.view.filter(|_| frame.model.find.is_shown)?;
    view.searches.list.as_ref()
}

/// Matches that are framed together: those that overlap or stand side by side.
pub(super) struct Mark {
    span: Span,
    /// Where a match begins behind another one, in order; not of those that overlap, nor of single bytes.
    inner: Vec<u64>,
}

/// The marks that touch `sight`, as far as they lie in it or a row away, in order.
pub(super) fn in_sight(frame: &Frame<'_>, sight: Span, columns: u64) -> Vec<Mark> {
    let Some(list) = marked(frame) else {
        return Vec::new();
    };
    let start = sight.start().saturating_sub(columns);
    let wide = Span::new(start, sight.end().saturating_add(columns)).unwrap_or(sight);
    let mut marks: Vec<Mark> = Vec::new();
    for run in list.in_sight(wide) {
        if run.step < run.len || run.len == 1 {
            let all = Span::new(run.start, run.end()).and_then(|all| all.intersect(wide));
            add(&mut marks, all, false);
            continue;
        }
        let first = run.count_before(wide.start()).saturating_sub(1);
        let starts = (first..run.count).map(|index| run.start + index * run.step);
        for start in starts.take_while(|start| *start < wide.end()) {
            let found = Span::at(start, run.len).and_then(|found| found.intersect(wide));
            add(&mut marks, found, true);
        }
    }
    marks
}

/// Adds a match: to the last mark, where that reaches it. `is_told`: from what is before it.
fn add(marks: &mut Vec<Mark>, found: Option<Span>, is_told: bool) {
    let Some(found) = found.filter(|found| !found.is_empty()) else {
        return;
    };
    match marks.last_mut() {
        Some(last) if last.span.end() >= found.start() => {
            if is_told && last.span.end() == found.start() {
                last.inner.push(found.start());
            }
            let end = last.span.end().max(found.end());
            last.span = Span::new(last.span.start(), end).unwrap_or(found);
        }
        _ => marks.push(Mark {
            span: found,
            inner: Vec::new(),
        }),
    }
}

/// Whether the cursor is in a match, and the keys are in the form: it has no fill of its own then.
pub(super) fn is_current(frame: &Frame<'_>, has_keys: bool, cursor: u64) -> bool {
    !has_keys && marked(frame).is_some_and(|list| list.covers(cursor))
}

/// Draws the frames in a row: what is round each mark as a whole, and where matches in it meet.
pub(super) fn row(
    frame: &Frame<'_>,
    (geometry, pixel): (&Geometry, f32),
    marks: &[Mark],
    (row, line): (Span, u64),
    quads: &mut Quads,
) {
    let columns = geometry.cells.columns as u64;
    let first = marks.partition_point(|mark| mark.span.end() <= row.start());
    let marks = marks.get(first..).unwrap_or_default();
    let color = frame.theme.matched;
    for mark in marks
        .iter()
        .take_while(|mark| mark.span.start() < row.end())
    {
        let Some(both) = mark.span.intersect(row).filter(|both| !both.is_empty()) else {
            continue;
        };
        let (start, end) = (mark.span.start(), mark.span.end());
        // no line between a row and the next one that is in the mark too
        let above = Span::new(both.start(), both.end().min(start.saturating_add(columns)));
        let below = Span::new(both.start().max(end.saturating_sub(columns)), both.end());
        let (begins, ends) = (both.start() == start, both.end() == end);
        for (part, side) in [(above, Side::Top), (below, Side::Bottom)] {
            for rect in part
                .into_iter()
                .flat_map(|part| rects(geometry, row, part, line))
            {
                quads.rect(side.of(rect, pixel), color);
            }
        }
        // open where it goes on in another row, but for a thin line beside rows that are in it as a whole
        let is_whole = both == row;
        let wide = |is_end: bool, wide: f32| match (is_end, is_whole) {
            (true, _) => wide,
            (false, true) => pixel,
            (false, false) => 0.0,
        };
        for (rect, most) in rects(geometry, row, both, line)
            .into_iter()
            .zip([2.0 * pixel, pixel])
        {
            quads.rect(Side::Left.of(rect, wide(begins, most)), color);
            quads.rect(Side::Right.of(rect, wide(ends, most)), color);
        }
        let met = mark
            .inner
            .iter()
            .filter(|at| both.start() < **at && row.contains(**at));
        for rect in met.flat_map(|at| rects(geometry, row, Span::at(*at, 1).unwrap_or(both), line))
        {
            quads.rect(Side::Left.of(rect, pixel), frame.theme.edge);
        }
    }
}

/// A side of a rectangle.
#[derive(Clone, Copy)]
enum Side {
    Top,
    Bottom,
    Left,
    Right,
}

impl Side {
    /// That side, so wide.
    fn of(self, rect: Rect, wide: f32) -> Rect {
        match self {
            Self::Top => rect.with_max_y(rect.min.y + wide),
            Self::Bottom => rect.with_min_y(rect.max.y - wide),
            Self::Left => rect.with_max_x(rect.min.x + wide),
            Self::Right => rect.with_min_x(rect.max.x - wide),
        }
    }
}

/// What the bytes of `part` take in a row: in the hex and in the text column; nothing where there are none.
fn rects(geometry: &Geometry, row: Span, part: Span, line: u64) -> Vec<Rect> {
    if part.is_empty() {
        return Vec::new();
    }
    let column = |offset: u64| usize::try_from(offset - row.start()).unwrap_or(0);
    let (from, to) = (column(part.start()), column(part.end() - 1));
    let hex = geometry.cells.hex_at(from);
    let hex = geometry.rect(hex, geometry.cells.hex_at(to) + 2 - hex, line);
    let text = geometry.rect(geometry.cells.text + from, to - from + 1, line);
    vec![hex.expand2(vec2(geometry.cell.x * 0.4, 0.0)), text]
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
        let wide = if bottom - top > LONG_TICK {
            STRETCH
        } else {
            TICK
        };
        let left_top = pos2(bar.right() - wide, top);
        let tick = Rect::from_min_max(left_top, pos2(bar.right(), bottom));
        painter.rect_filled(tick, 0.0, frame.theme.matched);
    }
}
