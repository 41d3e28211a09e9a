//! Where each byte stands in a grid of rows.
//!
//! It owns the arithmetic between offsets, rows and columns, exact to 2^64 - 1, and the width of an offset. It must not know points, scroll
//! bars or what is drawn in a row.

use crate::bytes::span::Span;

/// How many hexadecimal digits the offset column of `extent` has: as many as its last offset takes, 8 at least. Each
/// offset is shown with that many, zeros in front.
#[must_use]
pub fn offset_digits(extent: Span) -> usize {
    let last = extent.end().saturating_sub(1);
    // 64 bits at most, so the count fits everywhere.
    let digits = (u64::BITS - last.leading_zeros()).div_ceil(4) as usize;
    digits.max(8)
}

/// A grid of `columns` bytes a row, whose row 0 begins at offset `origin`.
///
/// The origin may lie before the first byte shown (aligned rows of a window into a file): the first row then
/// begins with empty places. Offsets before the origin are in no row; questions about them answer as for the
/// origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowLayout {
    /// Offset in bytes of row 0, column 0.
    pub origin: u64,
    /// Bytes a row; at least 1, and 0 is read as 1.
    pub columns: u64,
}

impl RowLayout {
    /// The row that holds the byte at `offset`.
    #[must_use]
    pub fn row_from_offset(self, offset: u64) -> u64 {
        offset.saturating_sub(self.origin) / self.width()
    }

    /// The column of the byte at `offset`, less than `columns`.
    #[must_use]
    pub fn column_from_offset(self, offset: u64) -> u64 {
        offset.saturating_sub(self.origin) % self.width()
    }

    /// The offset at `row` and `column`, or `None` where there is no such column or the offset passes 64 bits.
    #[must_use]
    pub fn offset_from_cell(self, row: u64, column: u64) -> Option<u64> {
        if column >= self.width() {
            return None;
        }
        self.offset_from_row(row)?.checked_add(column)
    }

    /// The bytes of `row` that lie in `extent`.
    ///
    /// An empty span, at the end of `extent` that is nearer to the row, where the row holds none of them.
    #[must_use]
    pub fn span_from_row(self, row: u64, extent: Span) -> Span {
        let Some(start) = self.offset_from_row(row) else {
            return Span::empty(extent.end());
        };
        // The last row may run past 2^64 - 1; the bytes that exist end there.
        let end = start.saturating_add(self.width());
        Span::new(start, end)
            .and_then(|row_span| row_span.intersect(extent))
            .unwrap_or_else(|| Span::empty(start.clamp(extent.start(), extent.end())))
    }

    /// How many rows hold a byte of `extent`; 0 for an empty one.
    ///
    /// Where the extent begins in row 0, which is the use of the origin, these are the rows `0..rows_in(extent)`.
    #[must_use]
    pub fn rows_in(self, extent: Span) -> u64 {
        match extent.last() {
            // No overflow: a span's last byte is at most `u64::MAX - 1`.
            Some(last) if last >= self.origin => {
                self.row_from_offset(last) - self.row_from_offset(extent.start()) + 1
            }
            _ => 0,
        }
    }

    fn width(self) -> u64 {
        self.columns.max(1)
    }

    fn offset_from_row(self, row: u64) -> Option<u64> {
        row.checked_mul(self.width())?.checked_add(self.origin)
    }
}
