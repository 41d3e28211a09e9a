//! Bytes, holes and what cannot be read, in any mixture, with a plain reader of the same.

use std::sync::atomic::{AtomicU64, Ordering};

use mapscope::bytes::Span;
use mapscope::map::{Gap, GapReason};
use mapscope::work::shown_bytes::{Part, Searched};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Byte(u8),
    Hole,
    Bad,
}

pub(super) const REASON: GapReason = GapReason::StorageGaveNothing;

/// Cells from an offset on.
#[derive(Debug)]
pub(super) struct Fake {
    pub(super) base: u64,
    pub(super) cells: Vec<Cell>,
    pub(super) n_read: AtomicU64,
}

impl Fake {
    pub(super) fn new(base: u64, cells: Vec<Cell>) -> Self {
        Self {
            base,
            cells,
            n_read: AtomicU64::new(0),
        }
    }
}

fn kind(cell: Cell) -> std::mem::Discriminant<Cell> {
    std::mem::discriminant(&cell)
}

impl Searched for Fake {
    fn span(&self) -> Span {
        Span::at(self.base, self.cells.len() as u64).unwrap()
    }

    fn part(&self, at: u64) -> Part {
        assert!(self.span().contains(at), "{at} is outside");
        let cells = &self.cells[usize::try_from(at - self.base).unwrap()..];
        let same = cells
            .iter()
            .take_while(|cell| kind(**cell) == kind(cells[0]));
        let end = at + same.count() as u64;
        match cells[0] {
            Cell::Byte(_) => Part::Data(end),
            Cell::Hole => Part::Zeros(end),
            Cell::Bad => Part::Unreadable(end, REASON),
        }
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        let span = Span::at(at, into.len() as u64).unwrap();
        assert!(self.span().contains_span(span), "{span:?} is outside");
        self.n_read.fetch_add(into.len() as u64, Ordering::Relaxed);
        let cells = &self.cells[usize::try_from(at - self.base).unwrap()..];
        let mut gaps: Vec<Gap> = Vec::new();
        for ((offset, byte), cell) in (at..).zip(into).zip(cells) {
            *byte = match cell {
                Cell::Byte(there) => *there,
                Cell::Hole => 0,
                Cell::Bad => b'!', // what stands there means nothing
            };
            let goes_on = |gap: &&mut Gap| gap.span.end() == offset;
            match (cell, gaps.last_mut().filter(goes_on)) {
                (Cell::Bad, Some(last)) => {
                    last.span = Span::new(last.span.start(), offset + 1).unwrap();
                }
                (Cell::Bad, None) => gaps.push(Gap {
                    span: Span::at(offset, 1).unwrap(),
                    reason: REASON,
                }),
                _ => {}
            }
        }
        gaps
    }
}

/// Stretches of bytes, of holes, and rarely of what cannot be read.
pub(super) fn fakes() -> impl Strategy<Value = (u64, Vec<Cell>)> {
    let bytes = prop::collection::vec(any::<u8>().prop_map(Cell::Byte), 1..3000);
    let few = prop::collection::vec((0..3_u8).prop_map(Cell::Byte), 1..9000);
    let hole = (1..20_000_usize).prop_map(|len| vec![Cell::Hole; len]);
    let bad = (1..700_usize).prop_map(|len| vec![Cell::Bad; len]);
    let sound = prop_oneof![bytes.clone(), few.clone(), hole.clone()];
    let any = prop_oneof![3 => bytes, 3 => few, 3 => hole, 1 => bad];
    let cells = prop_oneof![
        prop::collection::vec(sound, 0..8),
        prop::collection::vec(any, 1..8)
    ];
    let cells = cells.prop_map(|stretches| stretches.concat());
    (prop_oneof![Just(0), 0..10_000_u64], cells)
}
