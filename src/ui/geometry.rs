//! Where the columns of the grid stand, in character cells and points. Pure arithmetic.

use egui::{Pos2, Rect, Vec2, accesskit, pos2, vec2};

use crate::bytes::Span;
use crate::bytes::rows::offset_digits;
use crate::model::{Column, Viewport};

/// Width of the scroll bar in points.
pub(super) const BAR_WIDTH: f32 = 14.0;
/// Bytes of a usual row.
const USUAL: usize = 16;
/// Cells between the columns of a row.
const GAP: usize = 2;

/// Columns of a row in character cells from its left edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cells {
    /// Hex digits of an offset.
    pub(super) digits: usize,
    /// First cell of the hex column.
    pub(super) hex: usize,
    /// First cell of the text column.
    pub(super) text: usize,
    /// First cell of the page lane.
    pub(super) lane: usize,
    /// Cells of the page lane.
    pub(super) lane_width: usize,
    /// All cells.
    pub(super) total: usize,
    /// Bytes a row.
    pub(super) columns: usize,
}

impl Cells {
    pub(super) fn new(columns: usize, extent: Span, page_bytes: u64) -> Self {
        let last = extent.end().saturating_sub(1);
        let digits = offset_digits(extent);
        let hex = 1 + digits + GAP;
        let text = hex + columns * 3 + columns.div_ceil(8) - 1 - 1 + GAP;
        let lane = text + columns + GAP;
        // a letter for the state, a blank, `p` and the page's number
        let lane_width = 4 + decimal_digits(last / page_bytes.max(1));
        Self {
            digits,
            hex,
            text,
            lane,
            lane_width,
            total: lane + lane_width + 1,
            columns,
        }
    }

    /// First cell of byte `column`'s two hex digits: a wider gap after every eighth byte.
    #[inline]
    pub(super) fn hex_at(self, column: usize) -> usize {
        self.hex + column * 3 + column / 8
    }

    /// The byte and the column under cell number `x`.
    pub(super) fn hit(self, x: f32) -> Option<(usize, Column)> {
        if x < self.hex as f32 - 1.0 {
            return None;
        }
        if x >= self.text as f32 - 1.0 {
            let column = (x - self.text as f32).floor().max(0.0) as usize;
            return (column < self.columns || x < self.lane as f32)
                .then(|| (column.min(self.columns - 1), Column::Text));
        }
        // half the blank on either side belongs to the byte
        let at = |column: usize| self.hex_at(column) as f32 - 0.5;
        let column = (0..self.columns)
            .rev()
            .find(|column| x >= at(*column))
            .unwrap_or(0);
        Some((column, Column::Hex))
    }

    /// The greatest number of bytes, in steps of eight from 8 to 64, whose row fits into `width` points; where there is no
    /// room for 8, as in a narrow window at three times the usual size, 4, 2 or 1.
    pub(super) fn fit(width: f32, cell_width: f32, extent: Span, page_bytes: u64) -> usize {
        let fits = |columns: &usize| {
            let cells = Self::new(*columns, extent, page_bytes);
            // of the usual rows, and of shorter ones, the number of the page may be missing
            let needed = if *columns > USUAL {
                cells.total
            } else {
                cells.lane + 2
            };
            needed as f32 * cell_width <= width
        };
        (1..=8)
            .rev()
            .map(|eights| eights * 8)
            .chain([4, 2])
            .find(fits)
            .unwrap_or(1)
    }
}

fn decimal_digits(value: u64) -> usize {
    value.checked_ilog10().unwrap_or(0) as usize + 1
}

/// The grid on the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) cells: Cells,
    /// Width and height of a cell.
    pub(super) cell: Vec2,
    /// The heads of the columns.
    pub(super) head: Rect,
    /// The rows.
    pub(super) body: Rect,
    /// The scroll bar.
    pub(super) bar: Rect,
    /// Left edge of the first cell and top of the first row.
    pub(super) origin: Pos2,
    /// Whole rows in the body.
    pub(super) page_rows: u64,
}

impl Geometry {
    pub(super) fn new(
        rect: Rect,
        cells: Cells,
        cell: Vec2,
        fraction_points: f32,
        pixels_per_point: f32,
    ) -> Self {
        let head_height = ((cell.y + 4.0) * pixels_per_point).round() / pixels_per_point;
        let top = rect.min.y + head_height;
        let right = (rect.max.x - BAR_WIDTH).max(rect.min.x);
        let head = Rect::from_min_max(rect.min, pos2(right, top));
        let body = Rect::from_min_max(pos2(rect.min.x, top), pos2(right, rect.max.y.max(top)));
        let bar = Rect::from_min_max(pos2(right, rect.min.y), rect.max);
        let snap = |points: f32| (points * pixels_per_point).round() / pixels_per_point;
        let origin = pos2(snap(body.min.x), snap(body.min.y - fraction_points));
        let page_rows = ((body.height() / cell.y.max(1.0)).floor() as u64).max(1);
        Self {
            cells,
            cell,
            head,
            body,
            bar,
            origin,
            page_rows,
        }
    }

    /// Left top of a cell, `row` counted from the first one shown.
    #[inline]
    pub(super) fn at(&self, cell: usize, row: u64) -> Pos2 {
        pos2(
            self.origin.x + cell as f32 * self.cell.x,
            self.origin.y + row as f32 * self.cell.y,
        )
    }

    /// The rectangle of `n_cells` cells.
    #[inline]
    pub(super) fn rect(&self, cell: usize, n_cells: usize, row: u64) -> Rect {
        Rect::from_min_size(
            self.at(cell, row),
            vec2(n_cells as f32 * self.cell.x, self.cell.y),
        )
    }

    /// Rows to paint: the last may be cut.
    pub(super) fn painted_rows(&self) -> u64 {
        (((self.body.max.y - self.origin.y) / self.cell.y.max(1.0)).ceil() as u64).max(1)
    }

    /// The byte under `pointer`, clamped to the rows of the view; `None` left of the bytes and right of them.
    pub(super) fn hit(&self, pointer: Pos2, view: &Viewport) -> Option<(u64, Column)> {
        let (column, which) = self
            .cells
            .hit((pointer.x - self.origin.x) / self.cell.x.max(1.0))?;
        let row = ((pointer.y - self.origin.y) / self.cell.y.max(1.0)).floor();
        let row = if row < 0.0 {
            view.top.saturating_sub(1)
        } else {
            view.top.saturating_add(row as u64)
        };
        let span = view
            .rows()
            .span_from_row(row.min(view.row_count().saturating_sub(1)), view.extent);
        let offset = span
            .start()
            .saturating_add(column as u64)
            .min(span.end().saturating_sub(1));
        Some((offset, which))
    }
}

/// A rectangle for screen readers.
pub(super) fn bounds(rect: Rect) -> accesskit::Rect {
    accesskit::Rect {
        x0: f64::from(rect.min.x),
        y0: f64::from(rect.min.y),
        x1: f64::from(rect.max.x),
        y1: f64::from(rect.max.y),
    }
}
