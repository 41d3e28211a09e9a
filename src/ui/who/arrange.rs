//! Which box stands where, so that no line crosses a box or another line. Pure arithmetic on rows and lanes.
//!
//! Every line is horizontal, at its row's height. The file's page is a wall at the far right, as high as the table. A private
//! page stands in front of the wall and spans the rows from its first to its last user. Where a span lies inside another (a
//! child that copied again, between two that still share their parent's page) it gets a lane further left. With children listed
//! newest first below their parent, the spans of pages that are shared since a fork are always nested. Others (merged pages,
//! crossed mappings) are drawn twice. It must not know what a row is.

use std::ops::RangeInclusive;

/// What stands in front of the wall beside some rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which page, or which remark.
    pub page: u64,
    /// The first row.
    pub first: usize,
    /// The last row.
    pub last: usize,
    /// Its lane; 0 is the leftmost.
    pub lane: usize,
    /// It may cover the lanes up to here, without this one.
    pub lane_end: usize,
    /// Another piece above is the same page.
    pub is_again: bool,
}

impl Piece {
    /// Its rows.
    #[must_use]
    pub const fn rows(&self) -> RangeInclusive<usize> {
        self.first..=self.last
    }

    fn is_inside(&self, other: &Self) -> bool {
        self.first > other.first && self.last < other.last
    }
}

/// Arranges what stands in front of the wall beside each row: a page, or a remark with a number of its own. `None` is a line
/// to the wall itself; it ends every span, as it must not run through one. Returns how many lanes there are, too.
#[must_use]
pub fn arrange(pages: &[Option<u64>]) -> (Vec<Piece>, usize) {
    let mut pieces = spans(pages);
    // A piece lies one lane right of the highest that lies inside it.
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|index| pieces[*index].last - pieces[*index].first);
    for index in order {
        let inside = pieces.iter().filter(|it| it.is_inside(&pieces[index]));
        let lane = inside.map(|it| it.lane + 1).max().unwrap_or(0);
        pieces[index].lane = lane;
    }
    let lanes = pieces.iter().map(|it| it.lane + 1).max().unwrap_or(0);
    for index in 0..pieces.len() {
        let around = pieces.iter().filter(|it| pieces[index].is_inside(it));
        let lane_end = around.map(|it| it.lane).min().unwrap_or(lanes);
        pieces[index].lane_end = lane_end;
    }
    (pieces, lanes)
}

/// The pieces with their rows, from top to bottom, before they have lanes.
fn spans(pages: &[Option<u64>]) -> Vec<Piece> {
    let last_use = |page: u64| pages.iter().rposition(|it| *it == Some(page)).unwrap_or(0);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Vec<usize> = Vec::new(); // the innermost last
    for (row, page) in pages.iter().enumerate() {
        while open
            .last()
            .is_some_and(|index| last_use(pieces[*index].page) < row)
        {
            open.pop();
        }
        let Some(page) = *page else {
            open.clear();
            continue;
        };
        if let Some(index) = open.last().copied().filter(|it| pieces[*it].page == page) {
            pieces[index].last = row;
            continue;
        }
        let is_again = pieces.iter().any(|it| it.page == page);
        open.retain(|index| pieces[*index].page != page); // crossed: a second piece
        open.push(pieces.len());
        pieces.push(Piece {
            page,
            first: row,
            last: row,
            lane: 0,
            lane_end: 0,
            is_again,
        });
    }
    pieces
}
