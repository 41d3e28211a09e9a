//! How several bytes are laid out below the name of a row, by the room there is.

use crate::model::Picture;

use super::columns::Columns;
use super::scene::{Face, Measure};

/// Most bytes in a line, and fewer where it is narrow.
const PER_LINE: [usize; 3] = [16, 8, 4];

/// How several bytes are laid out; no lines for a single one, which stands beside the name.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteLines {
    pub(super) n_lines: usize,
    pub(super) per_line: usize,
    /// Characters stand behind the digits.
    pub(super) has_text: bool,
    pub(super) left: f32,
    /// The width of a digit.
    pub(super) digit: f32,
    /// Where the longest line ends.
    pub(super) right: f32,
    /// Points that a line below a name has.
    pub(super) room: f32,
}

impl ByteLines {
    pub(super) fn new(picture: &Picture, columns: &Columns, measure: Measure<'_>) -> Self {
        let depth = picture.rows.iter().map(|row| row.depth).max().unwrap_or(0);
        let indent = match depth {
            0 => 0.0,
            depth => 6.0 + columns.indent() * depth as f32,
        };
        let left = columns.who + indent;
        let room = columns.lanes - 8.0 - left;
        let digit = measure("0", Face::SmallMono);
        let n_bytes = usize::try_from(picture.shown.len()).unwrap_or(0);
        let width = |n: usize, has_text: bool| {
            let characters = if has_text { n + 2 } else { 0 };
            digit * (3 * n - 1 + characters) as f32
        };
        let fits = |n: &usize| width((*n).min(n_bytes.max(1)), false) <= room;
        let per_line = PER_LINE.into_iter().find(fits).unwrap_or(4);
        let longest = per_line.min(n_bytes.max(1));
        let has_text = width(longest, true) <= room;
        Self {
            n_lines: if n_bytes > 1 {
                n_bytes.div_ceil(per_line)
            } else {
                0
            },
            per_line,
            has_text,
            left,
            digit,
            right: left + width(longest, has_text) + 4.0,
            room,
        }
    }
}
