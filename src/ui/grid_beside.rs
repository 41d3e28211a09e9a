//! What a grid shows of the view beside it: where that one has other bytes, and where its cursor and selection are.
//!
//! Shapes that the marks of the view's own bytes do not have: bars at the left of a byte, corners round it. It must not
//! know where the other view stands on the screen.

use std::ops::RangeInclusive;

use egui::{Color32, Rect, pos2, vec2};

use crate::bytes::Span;
use crate::model::differing::differing;

use super::Frame;
use super::geometry::Geometry;
use super::glyphs::Quads;

/// How far a bar stands off the digits, in points: in the middle of the blank between two bytes.
const BESIDE_HEX: f32 = 3.5;
/// Width of a bar, in points.
const BAR_WIDTH: f32 = 1.5;
/// The part of a side that a corner takes.
const CORNER: f32 = 0.3;

/// What is drawn of it from.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) geometry: &'a Geometry,
    /// A pixel of the screen, in points.
    pub(super) pixel: f32,
}

/// In one row: a bar at the left of each byte that the other view shows otherwise, and lines along its selection.
pub(super) fn row(beside: &Beside<'_>, span: Span, line: u64, quads: &mut Quads) {
    let Some(other) = beside.frame.beside() else {
        return;
    };
    if let (Some(window), Some(other)) = (beside.frame.window(), &other.window) {
        for offset in differing(window, other, span) {
            bars(beside, offset - span.start(), line, quads);
        }
    }
    let selection = other.viewport.anchor.map(|_| other.viewport.selection());
    let inside = selection.and_then(|selection| span.intersect(selection));
    if let Some(inside) = inside.filter(|inside| !inside.is_empty()) {
        let columns = inside.start() - span.start()..=inside.end() - 1 - span.start();
        selected(beside, columns, line, quads);
    }
}

fn bars(beside: &Beside<'_>, column: u64, line: u64, quads: &mut Quads) {
    let geometry = beside.geometry;
    let column = usize::try_from(column).unwrap_or(0);
    let wide = (BAR_WIDTH / beside.pixel).round().max(1.0) * beside.pixel;
    let hex = geometry.at(geometry.cells.hex_at(column), line) - vec2(BESIDE_HEX, 0.0);
    // between two characters there is no blank: a wide bar would cover them
    let text = geometry.at(geometry.cells.text + column, line) - vec2(beside.pixel, 0.0);
    for (left_top, width) in [(hex, wide), (text, beside.pixel)] {
        let bar = Rect::from_min_size(left_top, vec2(width, geometry.cell.y));
        quads.rect(bar, beside.frame.theme.different);
    }
}

/// Lines above and below what the other view has selected.
fn selected(beside: &Beside<'_>, columns: RangeInclusive<u64>, line: u64, quads: &mut Quads) {
    let (geometry, pixel) = (beside.geometry, beside.pixel);
    let [from, to] =
        [columns.start(), columns.end()].map(|column| usize::try_from(*column).unwrap_or(0));
    let left = geometry.cells.hex_at(from);
    let hex = geometry.rect(left, geometry.cells.hex_at(to) + 2 - left, line);
    let text = geometry.rect(geometry.cells.text + from, to - from + 1, line);
    for rect in [hex, text] {
        for y in [rect.min.y, rect.max.y - pixel] {
            let edge = Rect::from_min_size(pos2(rect.min.x, y), vec2(rect.width(), pixel));
            quads.rect(edge, beside.frame.theme.cursor_outline);
        }
    }
}

/// The cursor of the other view: corners round the byte at the same offset.
pub(super) fn cursor(beside: &Beside<'_>, quads: &mut Quads) {
    let Some(other) = beside.frame.beside() else {
        return;
    };
    let Some(view) = beside.frame.view.map(|view| &view.viewport) else {
        return;
    };
    let geometry = beside.geometry;
    let offset = other.viewport.cursor;
    if !view.extent.contains(offset) || offset == view.cursor {
        return; // at the same place the view's own one says it
    }
    let row = view.rows().row_from_offset(offset);
    let line = row.checked_sub(view.top);
    let Some(line) = line.filter(|line| *line < geometry.painted_rows()) else {
        return;
    };
    let column = usize::try_from(view.rows().column_from_offset(offset)).unwrap_or(0);
    let pixel = beside.pixel;
    let color = beside.frame.theme.cursor_outline;
    for rect in [
        geometry.rect(geometry.cells.hex_at(column), 2, line),
        geometry.rect(geometry.cells.text + column, 1, line),
    ] {
        corners(rect.expand2(vec2(1.0, 0.0)), pixel, color, quads);
    }
}

/// Two strokes at each corner of `rect`, inside it.
fn corners(rect: Rect, pixel: f32, color: Color32, quads: &mut Quads) {
    let (across, down) = (rect.width() * CORNER, rect.height() * CORNER);
    for (x, from_x) in [
        (rect.min.x, rect.min.x),
        (rect.max.x - pixel, rect.max.x - across),
    ] {
        for (y, from_y) in [
            (rect.min.y, rect.min.y),
            (rect.max.y - pixel, rect.max.y - down),
        ] {
            quads.rect(
                Rect::from_min_size(pos2(from_x, y), vec2(across, pixel)),
                color,
            );
            quads.rect(
                Rect::from_min_size(pos2(x, from_y), vec2(pixel, down)),
                color,
            );
        }
    }
}
