//! One block of the file: what is edited in it and where that is, in the mapping, nowhere, or in the file.
//!
//! It owns the order of the three: what the mapping holds is newer than what waits, and that is unsaved before what is
//! in the file already. It must not know steps, nor other blocks.

use std::ops::Range;

use super::PendingByte;
use super::layer::{Layer, Put, Run};

/// Bytes of the file in a block. Not the page size: an edit costs no more where pages are large.
pub(super) const BLOCK_BYTES: usize = 4096;

/// In the file, and no sync has failed since.
pub(super) const FRESH: u64 = 1;
/// In the file as far as memory shows it; a sync failed, so it must be written once more.
pub(super) const FAILED: u64 = 2;
/// Written once more after a sync had failed; no sync has succeeded since.
pub(super) const AGAIN: u64 = 3;
/// As [`FAILED`], but it stands in an export: not unsaved.
pub(super) const EXPORTED: u64 = 4;

/// The tag of bytes that are written once more.
fn written_again(tag: u64) -> u64 {
    match tag {
        FAILED => AGAIN,
        EXPORTED => FRESH,
        _ => tag,
    }
}

/// What is in the file with this tag counts as unsaved.
fn is_unsaved(tag: u64) -> bool {
    tag == FAILED || tag == AGAIN
}

/// What is asked for of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// What the mapping holds and the file does not.
    Pending,
    /// What neither holds, where nothing newer is pending.
    Waiting,
    /// Those, and what a failed sync may have lost.
    Unsaved,
}

/// How many bytes are what. Each byte counts once, as the first that it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) pending: usize,
    pub(super) waiting: usize,
    pub(super) not_synced: usize,
}

impl Counts {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            pending: self.pending + other.pending,
            waiting: self.waiting + other.waiting,
            not_synced: self.not_synced + other.not_synced,
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            pending: self.pending.saturating_sub(other.pending),
            waiting: self.waiting.saturating_sub(other.waiting),
            not_synced: self.not_synced.saturating_sub(other.not_synced),
        }
    }
}

/// A block in which something is edited.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// The mapping holds it. Runs that are not plain are tagged with the edit that fixed the base.
    pub(super) pending: Layer,
    /// The mapping lost it; what is pending over it hides it.
    pub(super) waiting: Layer,
    /// In the file, not known to be on the device: [`FRESH`], [`FAILED`], [`AGAIN`], [`EXPORTED`].
    pub(super) in_file: Layer,
}

impl Block {
    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.waiting.is_empty() && self.in_file.is_empty()
    }

    /// Memory in bytes, with its place among the others.
    pub(super) fn kept(&self) -> usize {
        let layers = [&self.pending, &self.waiting, &self.in_file];
        size_of::<(u64, Self)>() + layers.map(Layer::kept).iter().sum::<usize>()
    }

    pub(super) fn counts(&self) -> Counts {
        let pending = self.pending.count();
        let mut in_file = self.in_file.runs().iter();
        if self.waiting.is_empty() && !in_file.any(|run| is_unsaved(run.tag)) {
            return Counts {
                pending,
                ..Counts::default()
            };
        }
        let cells = self.cells();
        let count = |kind| cells.kind.iter().filter(|cell| **cell == kind).count();
        Counts {
            pending,
            waiting: count(WAITING),
            not_synced: count(UNSYNCED),
        }
    }

    /// The bytes of `which` in `range`, ascending: where in the block, base and value.
    pub(super) fn bytes(&self, which: Which, range: &Range<usize>) -> Vec<(usize, PendingByte)> {
        let nothing = match which {
            Which::Pending => self.pending.is_empty(),
            Which::Waiting => self.waiting.is_empty(),
            Which::Unsaved => self.is_empty(),
        };
        if nothing {
            return Vec::new();
        }
        let cells = self.cells();
        let wanted = |kind| match which {
            Which::Pending => kind == PENDING,
            Which::Waiting => kind == WAITING,
            Which::Unsaved => kind != NOTHING,
        };
        let kinds = cells.kind.iter().enumerate();
        let inside = kinds.skip(range.start).take(range.len());
        inside
            .filter(|(_, kind)| wanted(**kind))
            .map(|(at, _)| {
                let (base, value) = (cells.base[at], cells.value[at]);
                (at, PendingByte { base, value })
            })
            .collect()
    }

    /// What is pending or waits in `range` was written: it is in the file, and so is anew what was there already.
    pub(super) fn written(&mut self, range: &Range<usize>) {
        self.in_file.retag(range, |tag| Some(written_again(tag)));
        let mut unsaved = self.bytes(Which::Pending, range);
        unsaved.extend(self.bytes(Which::Waiting, range));
        unsaved.sort_unstable_by_key(|(at, _)| *at);
        for run in unsaved.chunk_by(|(left, _), (right, _)| left + 1 == *right) {
            let base: Vec<u8> = run.iter().map(|(_, byte)| byte.base).collect();
            let value: Vec<u8> = run.iter().map(|(_, byte)| byte.value).collect();
            let at = run.first().map_or(0, |(at, _)| *at);
            self.put_in_file(at, &base, &value);
        }
        self.pending.take(range);
        self.waiting.take(range);
    }

    /// These values reached the file.
    pub(super) fn put_in_file(&mut self, at: usize, base: &[u8], value: &[u8]) {
        self.in_file.put(&Put {
            at,
            base,
            value,
            tag: FRESH,
            retag: written_again,
            ends: None,
        });
    }

    /// The mapping no longer holds what is pending in `range`: it waits. Returns how many bytes.
    pub(super) fn lose(&mut self, range: &Range<usize>) -> usize {
        let mut n_bytes = 0;
        for run in self.pending.take(range) {
            n_bytes += run.n;
            self.waiting.replace(run);
        }
        n_bytes
    }

    fn cells(&self) -> Cells {
        let mut cells = Cells {
            kind: [NOTHING; BLOCK_BYTES],
            base: [0; BLOCK_BYTES],
            value: [0; BLOCK_BYTES],
        };
        let in_file = self.in_file.runs().iter();
        for run in in_file.filter(|run| is_unsaved(run.tag)) {
            cells.lay(run, UNSYNCED);
        }
        for run in self.waiting.runs() {
            cells.lay(run, WAITING);
        }
        for run in self.pending.runs() {
            cells.lay(run, PENDING);
        }
        cells
    }
}

const NOTHING: u8 = 0;
const UNSYNCED: u8 = 1;
const WAITING: u8 = 2;
const PENDING: u8 = 3;

/// Each byte of a block by itself.
struct Cells {
    kind: [u8; BLOCK_BYTES],
    base: [u8; BLOCK_BYTES],
    value: [u8; BLOCK_BYTES],
}

impl Cells {
    fn lay(&mut self, run: &Run, kind: u8) {
        let all_count = run.n == run.value.len();
        let (base, value) = (run.base.all(), run.value.all());
        for (at, (base, value)) in (run.at..).zip(base.iter().zip(value.iter())) {
            if (all_count || base != value) && at < BLOCK_BYTES {
                self.kind[at] = kind;
                self.base[at] = *base;
                self.value[at] = *value;
            }
        }
    }
}
