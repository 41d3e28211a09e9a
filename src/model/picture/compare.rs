//! How what a row sees compares with the file, byte by byte.

use crate::bytes::Span;
use crate::map::{GapReason, Readout};

/// How a row compares with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compared {
    /// Every byte is the same.
    Same,
    /// Some are not.
    Differs {
        /// How many.
        n_bytes: u64,
        /// The offset of the first of them.
        first: u64,
    },
    /// One of the two was not told, or some bytes could be read in neither and nothing speaks against the others.
    NotKnown,
}

impl Compared {
    /// It sees something else.
    #[must_use]
    pub const fn differs(self) -> bool {
        matches!(self, Self::Differs { .. })
    }
}

/// Compares `row` with `file`; both are of `subject`. Each offset that differs is set in `all`. A byte that one of them has
/// and the other has not differs; of one that neither has nothing is claimed.
pub(super) fn compare(
    subject: Span,
    row: Option<&Readout>,
    file: Option<&Readout>,
    all: &mut [bool],
) -> Compared {
    let (Some(row), Some(file)) = (row, file) else {
        return Compared::NotKnown;
    };
    if row.is_whole() && file.is_whole() && row.span == file.span && row.bytes == file.bytes {
        return Compared::Same;
    }
    let (mut n_bytes, mut first, mut is_unread) = (0, None, false);
    for (offset, differs) in (subject.start()..subject.end()).zip(all) {
        match (row.byte(offset), file.byte(offset)) {
            (Some(left), Some(right)) if left == right => {}
            (None, None) => is_unread = true,
            (None, _) if is_not_asked(row, offset) => is_unread = true,
            _ => {
                *differs = true;
                n_bytes += 1;
                first = first.or(Some(offset));
            }
        }
    }
    match first {
        Some(first) => Compared::Differs { n_bytes, first },
        None if is_unread => Compared::NotKnown,
        None => Compared::Same,
    }
}

/// How many are set, and the first offset of them.
pub(super) fn counted(subject: Span, all: &[bool]) -> Option<(u64, u64)> {
    let first = all.iter().position(|differs| *differs)?;
    let n_bytes = all.iter().filter(|differs| **differs).count();
    Some((n_bytes as u64, subject.start() + first as u64))
}

fn is_not_asked(row: &Readout, offset: u64) -> bool {
    let gap = row.gap_at(offset);
    gap.is_some_and(|gap| gap.reason == GapReason::NotAsked)
}
