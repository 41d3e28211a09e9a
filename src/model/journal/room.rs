//! Whether there is memory for one more edit, before it is stored.
//!
//! It owns what an edit costs beside its bytes: many tiny parts cost far more than these. It must not know what the edit
//! stores.

use super::block::{BLOCK_BYTES, Block};
use super::layer::Run;
use super::part::Part;
use super::{Journal, Room};

/// The most memory that recording one byte takes: what stood there, what was stored, base and value.
const MOST_A_BYTE: usize = 4;
/// What an edit takes beside its parts, roughly.
const MOST_AN_EDIT: usize = 1024;
/// What a part of an edit takes beside its bytes: itself, and a run of the shadow in a list that grows by doubling.
const MOST_A_PART: usize = size_of::<Part>() + 2 * size_of::<Run>();
/// What the first edit in a block takes beside that: the block, and the least that a list of runs has room for.
const MOST_A_BLOCK: usize = size_of::<(u64, Block)>() + 4 * size_of::<Run>();

impl Journal {
    /// Whether an edit of `n_bytes` in one piece fits the budget, and what has to go for it. Unsaved edits never go.
    #[must_use]
    pub fn room_for(&self, n_bytes: u64) -> Room {
        let n_bytes = usize::try_from(n_bytes).unwrap_or(usize::MAX);
        self.room_for_parts(&[(BLOCK_BYTES as u64 - 1, n_bytes)]) // across as many blocks as can be
    }

    /// The same of an edit in pieces: where each is and how many bytes it has. Ascending.
    #[must_use]
    pub fn room_for_parts(&self, places: &[(u64, usize)]) -> Room {
        let kept = self.bytes_kept().saturating_sub(self.history.redo_bytes());
        let over = kept
            .saturating_add(need(places))
            .saturating_sub(self.budget);
        if over == 0 {
            return Room::Enough;
        }
        let (edits, bytes) = self.history.forgettable(over);
        if bytes >= over {
            Room::AfterForgetting {
                edits: edits.len(),
                bytes,
            }
        } else {
            Room::Full {
                kept: kept.saturating_sub(bytes),
                budget: self.budget,
            }
        }
    }
}

/// The most memory that recording an edit in these places takes, in bytes.
fn need(places: &[(u64, usize)]) -> usize {
    let block = BLOCK_BYTES as u64;
    let (mut n_bytes, mut n_blocks, mut next) = (0_usize, 0_usize, 0);
    for (offset, len) in places {
        n_bytes = n_bytes.saturating_add(*len);
        let first = (offset / block).max(next);
        next = offset
            .saturating_add(*len as u64)
            .div_ceil(block)
            .max(first);
        n_blocks = n_blocks.saturating_add(usize::try_from(next - first).unwrap_or(usize::MAX));
    }
    let costs = [
        n_bytes.saturating_mul(MOST_A_BYTE),
        places.len().saturating_mul(MOST_A_PART),
        n_blocks.saturating_mul(MOST_A_BLOCK),
    ];
    let parts = costs.into_iter().fold(0, usize::saturating_add);
    parts.saturating_add(MOST_AN_EDIT)
}
