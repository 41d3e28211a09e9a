//! Where the person looks: cursor, selection and scroll position.
//!
//! The scroll position is a `u64` row plus a fraction of a row in points: exact at any size, where an `f32` of the whole
//! height is wrong from 32 MiB of file on.

use crate::bytes::{RowLayout, Span};

/// The column that takes typed characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// Two hex digits make a byte.
    #[default]
    Hex,
    /// A character makes a byte.
    Text,
}

/// How many bytes stand in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Columns {
    /// As many multiples of eight as the width holds, 8 to 64.
    Fit,
    /// Exactly this many, 8 to 64.
    Fixed(u8),
}

/// A step of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One byte back.
    Left,
    /// One byte on.
    Right,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screenful up.
    PageUp,
    /// One screenful down.
    PageDown,
    /// First byte of the row.
    RowStart,
    /// Last byte of the row.
    RowEnd,
    /// First byte.
    Start,
    /// Last byte.
    End,
}

/// Cursor, selection and scroll position in one open file.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewport {
    /// What the mapping covers.
    pub extent: Span,
    /// Bytes in a row.
    pub columns: u64,
    /// Whole rows on the screen, at least 1.
    pub page_rows: u64,
    /// The byte that keys act on.
    pub cursor: u64,
    /// Where a selection began; it reaches to the cursor, both included.
    pub anchor: Option<u64>,
    /// The column that takes typed characters.
    pub column: Column,
    /// First digit of a byte being typed.
    pub nibble: Option<u8>,
    /// First row shown.
    pub top: u64,
    /// Points of it above the edge; only touchpads make it non-zero.
    pub fraction_points: f32,
}

impl Viewport {
    /// The start of `extent`, 16 bytes a row.
    #[must_use]
    pub fn new(extent: Span) -> Self {
        Self {
            extent,
            columns: 16,
            page_rows: 32,
            cursor: extent.start(),
            anchor: None,
            column: Column::Hex,
            nibble: None,
            top: 0,
            fraction_points: 0.0,
        }
    }

    /// How offsets fall into rows.
    #[must_use]
    pub fn rows(&self) -> RowLayout {
        RowLayout {
            origin: self.extent.start(),
            columns: self.columns.max(1),
        }
    }

    /// Rows of the whole extent.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.rows().rows_in(self.extent)
    }

    /// The greatest first row.
    #[must_use]
    pub fn max_top(&self) -> u64 {
        self.row_count().saturating_sub(self.page_rows.max(1))
    }

    /// The bytes on the screen, a row more than fit, as the last may be cut.
    #[must_use]
    pub fn visible(&self) -> Span {
        let rows = self.rows();
        let start = rows.span_from_row(self.top, self.extent).start();
        let len = self
            .page_rows
            .saturating_add(2)
            .saturating_mul(self.columns);
        Span::new(start, start.saturating_add(len).min(self.extent.end()))
            .unwrap_or(Span::empty(start))
    }

    /// The bytes on the screen whose rows are whole.
    #[must_use]
    pub fn in_sight(&self) -> Span {
        let start = self.first();
        let len = self.page_rows.saturating_mul(self.columns);
        Span::new(start, start.saturating_add(len).min(self.extent.end()))
            .unwrap_or(Span::empty(start))
    }

    /// What is selected: the bytes from the anchor to the cursor, else the byte at the cursor.
    #[must_use]
    pub fn selection(&self) -> Span {
        let anchor = self.anchor.unwrap_or(self.cursor);
        let (low, high) = (anchor.min(self.cursor), anchor.max(self.cursor));
        Span::new(low, high.saturating_add(1).min(self.extent.end())).unwrap_or(Span::empty(low))
    }

    /// Selects everything, the cursor at the end; the view stays where it is.
    pub fn select_all(&mut self) {
        if !self.extent.is_empty() {
            self.anchor = Some(self.extent.start());
            self.cursor = self.extent.end() - 1;
            self.nibble = None;
        }
    }

    /// The other column takes typed characters.
    pub fn swap_column(&mut self) {
        self.column = match self.column {
            Column::Hex => Column::Text,
            Column::Text => Column::Hex,
        };
        self.nibble = None;
    }

    /// Moves the cursor; `extend` keeps or begins a selection.
    pub fn set_cursor(&mut self, offset: u64, extend: bool) {
        if self.extent.is_empty() {
            return;
        }
        if extend {
            self.anchor.get_or_insert(self.cursor);
        } else {
            self.anchor = None;
        }
        self.cursor = offset.clamp(self.extent.start(), self.extent.end() - 1);
        self.nibble = None;
    }

    /// Takes a step and keeps the cursor in sight.
    pub fn step(&mut self, step: Step, extend: bool) {
        let before = self.cursor;
        let target = self.step_target(step);
        self.set_cursor(target, extend);
        if matches!(step, Step::PageUp | Step::PageDown) {
            // the view goes by a page too, so that the cursor stays on its line of the screen
            let rows = self.rows();
            let (from, to) = (
                rows.row_from_offset(before),
                rows.row_from_offset(self.cursor),
            );
            self.top = if to >= from {
                self.top.saturating_add((to - from).min(self.page_rows))
            } else {
                self.top.saturating_sub((from - to).min(self.page_rows))
            };
            self.fraction_points = 0.0;
        }
        self.reveal();
    }

    fn step_target(&self, step: Step) -> u64 {
        let columns = self.columns;
        let page = self.page_rows.saturating_mul(columns);
        let (first, last) = (self.extent.start(), self.extent.end().saturating_sub(1));
        let row = self.rows().row_from_offset(self.cursor);
        let row_span = self.rows().span_from_row(row, self.extent);
        let column = self.cursor - row_span.start();
        let back = |n: u64| {
            let target = self.cursor.checked_sub(n).filter(|target| *target >= first);
            target.unwrap_or(if n > columns {
                first + column.min(last - first)
            } else {
                self.cursor
            })
        };
        let on = |n: u64| {
            let target = self.cursor.checked_add(n).filter(|target| *target <= last);
            let last_row = self.rows().row_from_offset(last);
            let bottom = self
                .rows()
                .span_from_row(last_row, self.extent)
                .start()
                .saturating_add(column)
                .min(last);
            target.unwrap_or(if n > columns || row < last_row {
                bottom
            } else {
                self.cursor
            })
        };
        match step {
            Step::Left => self.cursor.saturating_sub(1).max(first),
            Step::Right => self.cursor.saturating_add(1).min(last),
            Step::Up => back(columns),
            Step::Down => on(columns),
            Step::PageUp => back(page),
            Step::PageDown => on(page),
            Step::RowStart => row_span.start(),
            Step::RowEnd => row_span.end().saturating_sub(1),
            Step::Start => first,
            Step::End => last,
        }
    }

    /// Scrolls just as far as it takes to show the cursor's row.
    pub fn reveal(&mut self) {
        let row = self.rows().row_from_offset(self.cursor);
        if row < self.top || (row == self.top && self.fraction_points > 0.0) {
            self.top = row;
            self.fraction_points = 0.0;
        } else if row >= self.top.saturating_add(self.page_rows) {
            self.top = row.saturating_sub(self.page_rows - 1);
            self.fraction_points = 0.0;
        }
        self.clamp();
    }

    /// Shows the cursor's row with some rows above it, unless it is in sight already.
    pub fn reveal_centered(&mut self) {
        let row = self.rows().row_from_offset(self.cursor);
        if row < self.top || row >= self.top.saturating_add(self.page_rows) {
            self.top = row.saturating_sub(self.page_rows / 3);
            self.fraction_points = 0.0;
        }
        self.clamp();
    }

    /// Scrolls by whole rows, exactly, saturating at both ends.
    pub fn scroll_rows(&mut self, n_rows: i64) {
        if n_rows < 0 {
            self.top = self.top.saturating_sub(n_rows.unsigned_abs());
            if self.top == 0 {
                self.fraction_points = 0.0;
            }
        } else {
            self.top = self.top.saturating_add(n_rows.unsigned_abs());
        }
        self.clamp();
    }

    /// Scrolls by points, as touchpads do: whole rows go to `top`, the rest is kept.
    pub fn scroll_points(&mut self, points: f32, row_points: f32) {
        let total = f64::from(self.fraction_points) + f64::from(points);
        let row = f64::from(row_points.max(1.0));
        let n_rows = (total / row).floor();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "clamped to what an i64 and an f32 hold"
        )]
        let (whole, rest) = (
            n_rows.clamp(-9.0e15, 9.0e15) as i64,
            (total - n_rows * row) as f32,
        );
        if whole < 0 && whole.unsigned_abs() > self.top {
            self.top = 0;
            self.fraction_points = 0.0;
            return;
        }
        self.fraction_points = rest;
        self.top = self.top.saturating_add_signed(whole);
        self.clamp();
    }

    /// The first offset on the screen.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.rows().span_from_row(self.top, self.extent).start()
    }

    /// Shows the rows that `leader` shows, as far as it has them: of another part of the file, the nearest.
    pub fn follow(&mut self, leader: &Self) {
        let first = leader.first();
        let last = self.extent.end().saturating_sub(1).max(self.extent.start());
        self.top = self
            .rows()
            .row_from_offset(first.clamp(self.extent.start(), last));
        // rows of a part that begins elsewhere need not begin where the leader's do
        let is_same = self.first() == first;
        self.fraction_points = if is_same { leader.fraction_points } else { 0.0 };
        self.clamp();
    }

    /// A new number of bytes a row: the byte at the top stays at the top.
    pub fn set_columns(&mut self, columns: u64) {
        let columns = columns.clamp(1, 64);
        if columns != self.columns {
            let first = self.rows().span_from_row(self.top, self.extent).start();
            self.columns = columns;
            self.top = self.rows().row_from_offset(first);
            self.clamp();
        }
    }

    /// The mapping covers other offsets now.
    pub fn set_extent(&mut self, extent: Span) {
        let first = self.rows().span_from_row(self.top, self.extent).start();
        self.extent = extent;
        let last = extent.end().saturating_sub(1).max(extent.start());
        self.cursor = self.cursor.clamp(extent.start(), last);
        self.anchor = self.anchor.map(|anchor| anchor.clamp(extent.start(), last));
        self.top = self
            .rows()
            .row_from_offset(first.clamp(extent.start(), last));
        self.clamp();
    }

    /// Keeps the first row within the extent.
    pub fn clamp(&mut self) {
        if self.top >= self.max_top() {
            self.top = self.max_top();
            self.fraction_points = 0.0;
        }
    }
}
