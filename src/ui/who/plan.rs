//! What stands where: the heights of rows, the columns, the boxes in front of the wall. All parts of the picture are laid out
//! by it.
//!
//! It must not know what they look like.

use egui::{Rangef, Rect, pos2, vec2};

use crate::model::Picture;
use crate::model::picture::{Group, Prediction, Row, RowMemory, Who, WriteAs};

use super::arrange::{Piece, arrange};
use super::byte_lines::ByteLines;
use super::columns::Columns;
use super::scene::{Face, Measure, RowPlace, fit};

/// Heights, in points: a row, a line of bytes or of words below it, a group's name, the heads of the columns.
pub(super) const ROW: f32 = 24.0;
pub(super) const LINE: f32 = 16.0;
pub(super) const GROUP: f32 = 21.0;
const HEAD: f32 = 20.0;
/// Above the system calls, which have no name of their own.
const CALLS_GAP: f32 = 6.0;
/// The room of the dots to a remark.
const DOTS: f32 = 18.0;
/// Between a box and what stands right of it.
const APART: f32 = 6.0;
/// The gap below the wall, and the storage there.
pub(super) const GAP: f32 = 16.0;
pub(super) const STORAGE: f32 = 34.0;
/// The least height of the wall, in rows: all that it says fits into it.
const LEAST_ROWS: f32 = 3.4;

/// What is to be laid out.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) picture: &'a Picture,
    pub(super) width: f32,
    pub(super) measure: Measure<'a>,
    /// With buttons; else it is a picture that nobody presses.
    pub(super) has_buttons: bool,
    /// With the heads of the columns and the names of groups: where it is low, rows are worth more.
    pub(super) has_heads: bool,
    /// Which heights of it are in sight.
    pub(super) visible: Rangef,
    /// The writer that is pointed at, and who would see what it writes.
    pub(super) prediction: Option<(Who, &'a Prediction)>,
}

/// What the parts of the layout share.
pub(super) struct Plan<'a> {
    pub(super) wish: Wish<'a>,
    pub(super) columns: Columns,
    pub(super) pieces: Vec<Piece>,
    /// Top and height of each row.
    pub(super) rows: Vec<(f32, f32)>,
    /// What the heads of the columns take.
    pub(super) head: f32,
    /// Names of groups, and their tops.
    pub(super) groups: Vec<(f32, Group)>,
    pub(super) bytes: ByteLines,
    /// The lower edge of the last row, and of the wall.
    pub(super) table_end: f32,
}

impl<'a> Plan<'a> {
    pub(super) fn new(wish: Wish<'a>) -> Self {
        let picture = wish.picture;
        let in_front: Vec<Option<u64>> = picture.rows.iter().enumerate().map(in_front).collect();
        let (pieces, n_lanes) = arrange(&in_front);
        let several = picture.shown.len() > 1;
        let columns = Columns::new(wish.width, n_lanes, several, wish.has_buttons);
        let bytes = ByteLines::new(picture, &columns, wish.measure);
        let mut plan = Self {
            wish,
            columns,
            pieces,
            rows: Vec::with_capacity(picture.rows.len()),
            head: if wish.has_heads { HEAD } else { 0.0 },
            groups: Vec::new(),
            bytes,
            table_end: 0.0,
        };
        plan.stack();
        plan
    }

    /// Puts the rows below one another.
    fn stack(&mut self) {
        let (mut y, mut last) = (self.head + 2.0, None);
        for row in &self.wish.picture.rows {
            if last.replace(row.group) != Some(row.group) {
                if row.group == Group::Calls {
                    y += CALLS_GAP;
                } else if self.wish.has_heads {
                    self.groups.push((y, row.group));
                    y += GROUP;
                }
            }
            let mut height = ROW + self.bytes.n_lines as f32 * LINE;
            if row.remark().is_some() {
                height += LINE;
            }
            self.rows.push((y, height));
            y += height;
        }
        self.table_end = y.max(self.head + LEAST_ROWS * ROW);
    }

    pub(super) fn picture(&self) -> &'a Picture {
        self.wish.picture
    }

    pub(super) fn fit(&self, texts: &[&str], face: Face, width: f32) -> String {
        fit(self.wish.measure, texts, face, width)
    }

    pub(super) fn width(&self, text: &str, face: Face) -> f32 {
        (self.wish.measure)(text, face)
    }

    /// The height of a row's line.
    pub(super) fn y(&self, index: usize) -> f32 {
        self.rows[index].0 + ROW / 2.0
    }

    pub(super) fn piece_of(&self, index: usize) -> Option<usize> {
        let memory = in_front((index, &self.picture().rows[index]))?;
        self.pieces
            .iter()
            .position(|piece| piece.page == memory && piece.rows().contains(&index))
    }

    pub(super) fn piece_rect(&self, piece: &Piece) -> Rect {
        let c = &self.columns;
        let is_box = matches!(
            self.picture().rows[piece.first].memory,
            RowMemory::Copy(_) | RowMemory::CopyOfSeveral
        );
        // Of the line to a remark a few dots are enough: its words have the rest.
        let left = if is_box {
            c.lanes + c.lane * piece.lane as f32
        } else {
            c.end + DOTS
        };
        let right = c.lanes + c.lane * piece.lane_end as f32 - APART;
        let (top, _) = self.rows[piece.first];
        let (last, height) = self.rows[piece.last];
        Rect::from_min_max(pos2(left, top + 1.5), pos2(right, last + height - 1.5))
    }

    pub(super) fn place(&self, index: usize) -> RowPlace {
        let c = &self.columns;
        let (top, height) = self.rows[index];
        let y = self.y(index);
        let piece = self.piece_of(index);
        let target = piece.map_or(c.wall, |it| self.piece_rect(&self.pieces[it]).left());
        let is_writable = matches!(
            self.picture().rows[index].write,
            WriteAs::ReachesFile | WriteAs::StaysOwn
        );
        let button = c.write.filter(|_| is_writable).map(|left| {
            let width = if c.words { 52.0 } else { 22.0 };
            Rect::from_min_size(pos2(left - 4.0, y - 10.0), vec2(width, 20.0))
        });
        // Several bytes may reach below the line.
        let right = if self.bytes.n_lines == 0 {
            c.end - 2.0
        } else {
            self.bytes.right.max(c.end - 2.0)
        };
        RowPlace {
            rect: Rect::from_min_max(
                pos2(c.who - 3.0, top + 0.5),
                pos2(right, top + height - 0.5),
            ),
            y,
            button,
            line: (c.end + 3.0, target - 3.0),
            piece,
        }
    }
}

/// What stands in front of the wall beside a row: the number of its page, or one of its own for a remark.
fn in_front((index, row): (usize, &Row)) -> Option<u64> {
    match row.memory {
        RowMemory::FilePage => None,
        RowMemory::Copy(page) => Some(page.0),
        _ => Some(u64::MAX - index as u64),
    }
}
