//! Bytes that are there, holes, and what cannot be read, in any mixture; and how much of them was read.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use mapscope::bytes::Span;
use mapscope::map::{Gap, GapReason};
use mapscope::work::shown_bytes::{Part, Searched};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Byte(u8),
    Hole,
    Bad,
}

/// Why a bad one cannot be read.
pub(crate) const REASON: GapReason = GapReason::StorageGaveNothing;

/// Cells from an offset on.
#[derive(Debug)]
pub(crate) struct Fake {
    pub(crate) base: u64,
    pub(crate) cells: Vec<Cell>,
    pub(crate) n_read: AtomicU64,
}

impl Fake {
    pub(crate) fn new(base: u64, cells: Vec<Cell>) -> Self {
        Self {
            base,
            cells,
            n_read: AtomicU64::new(0),
        }
    }

    fn end(&self) -> u64 {
        self.base + self.cells.len() as u64
    }

    /// Each stretch that can be read, as an offset and bytes.
    pub(crate) fn readable(&self) -> Vec<(u64, Vec<u8>)> {
        let mut stretches: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut goes_on = false;
        for (at, cell) in (self.base..).zip(&self.cells) {
            let byte = match cell {
                Cell::Byte(byte) => *byte,
                Cell::Hole => 0,
                Cell::Bad => {
                    goes_on = false;
                    continue;
                }
            };
            if !goes_on {
                stretches.push((at, Vec::new()));
                goes_on = true;
            }
            stretches.last_mut().unwrap().1.push(byte);
        }
        stretches
    }

    /// The stretches that cannot be read.
    pub(crate) fn bad(&self) -> Vec<Range<u64>> {
        let mut bad: Vec<Range<u64>> = Vec::new();
        for (at, _) in (self.base..)
            .zip(&self.cells)
            .filter(|(_, cell)| **cell == Cell::Bad)
        {
            match bad.last_mut() {
                Some(last) if last.end == at => last.end += 1,
                _ => bad.push(at..at + 1),
            }
        }
        bad
    }
}

impl Searched for Fake {
    fn span(&self) -> Span {
        Span::new(self.base, self.end()).unwrap()
    }

    fn part(&self, at: u64) -> Part {
        assert!(self.span().contains(at), "{at} is outside");
        let index = usize::try_from(at - self.base).unwrap();
        let kind = std::mem::discriminant(&self.cells[index]);
        let same = self.cells[index..]
            .iter()
            .take_while(|cell| std::mem::discriminant(*cell) == kind);
        let end = at + same.count() as u64;
        match self.cells[index] {
            Cell::Byte(_) => Part::Data(end),
            Cell::Hole => Part::Zeros(end),
            Cell::Bad => Part::Unreadable(end, REASON),
        }
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        let span = Span::at(at, into.len() as u64).unwrap();
        assert!(self.span().contains_span(span), "{span:?} is outside");
        self.n_read.fetch_add(into.len() as u64, Ordering::Relaxed);
        let start = usize::try_from(at - self.base).unwrap();
        let mut gaps: Vec<Gap> = Vec::new();
        for (index, byte) in into.iter_mut().enumerate() {
            let offset = at + index as u64;
            match self.cells[start + index] {
                Cell::Byte(there) => *byte = there,
                Cell::Hole => *byte = 0,
                Cell::Bad => {
                    // What stands there means nothing.
                    *byte = b'a';
                    let span = Span::at(offset, 1).unwrap();
                    match gaps.last_mut() {
                        Some(last) if last.span.end() == offset => last.span = last.span.hull(span),
                        _ => gaps.push(Gap {
                            span,
                            reason: REASON,
                        }),
                    }
                }
            }
        }
        gaps
    }
}
