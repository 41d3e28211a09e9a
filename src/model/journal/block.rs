//! One block of the file: what is edited in it and where that is, in the mapping, nowhere, or in the file.
//!
//! It owns the order of the three: what the mapping holds is newer than what waits, and that is unsaved before what is
//! in the file already. It must not know steps, nor other blocks.

use std::ops::Range;

use super::PendingByte;
use super::layer::{Layer, PLAIN, Put, Run, all_count};

/// Bytes of the file in a block. Not the page size: an edit costs no more where pages are large.
pub(super) const BLOCK_BYTES: usize = 4096;

/// How safe a byte is that the person put into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// No sync has failed since.
    Fresh,
    /// A sync failed, so it must be written once more, whatever memory shows.
    Failed,
    /// Written once more after a sync had failed; none has succeeded since.
    Again,
    /// As [`Worth::Failed`], but it stands in an export: not unsaved.
    Exported,
}

impl Worth {
    /// The tag of runs worth this much in which every byte counts.
    fn tag(self) -> u64 {
        match self {
            Self::Fresh => 1,
            Self::Failed => 3,
            Self::Again => 5,
            Self::Exported => 7,
        }
    }

    /// The same where only bytes count that differ from their base.
    fn plain_tag(self) -> u64 {
        self.tag() + 1
    }

    fn of(tag: u64) -> Self {
        match tag {
            3 | 4 => Self::Failed,
            5 | 6 => Self::Again,
            7 | 8 => Self::Exported,
            _ => Self::Fresh,
        }
    }

    /// What it is worth when written once more.
    fn again(self) -> Self {
        match self {
            Self::Failed | Self::Again => Self::Again,
            Self::Exported | Self::Fresh => Self::Fresh,
        }
    }

    /// It counts as unsaved.
    fn is_unsaved(self) -> bool {
        matches!(self, Self::Failed | Self::Again)
    }
}

/// The tag of bytes that wait although their value is their base: it is not what stood there.
const ALWAYS: u64 = 1;

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
    /// The mapping holds it. A run in which all bytes count is tagged with the edit that fixed its base.
    pub(super) pending: Layer,
    /// The mapping lost it; what is pending over it hides it.
    pub(super) waiting: Layer,
    /// In the file, not known to be on the device: the tags are those of [`Worth`].
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
        if self.waiting.is_empty() && !in_file.any(|run| Worth::of(run.tag).is_unsaved()) {
            return Counts {
                pending,
                ..Counts::default()
            };
        }
        let cells = self.cells();
        let count = |kind| {
            let is_it = cells.kind.iter().map(|cell| usize::from(*cell == kind));
            is_it.sum()
        };
        Counts {
            pending,
            waiting: count(WAITING),
            not_synced: count(UNSYNCED),
        }
    }

    /// The bytes of `which` in `range`, ascending: where in the block, base and value.
    pub(super) fn bytes(&self, which: Which, range: &Range<usize>) -> Vec<(usize, PendingByte)> {
        let only_pending = self.waiting.is_empty() && self.in_file.is_empty();
        if which == Which::Pending || (which == Which::Unsaved && only_pending) {
            let runs = self.pending.runs().iter();
            let bytes = runs.flat_map(|run| {
                let (start, end) = (run.at.max(range.start), run.end().min(range.end));
                (start..end).filter_map(|at| Some((at, run.byte(at)?)))
            });
            return bytes
                .map(|(at, (base, value))| (at, PendingByte { base, value }))
                .collect();
        }
        if which == Which::Waiting && self.waiting.is_empty() {
            return Vec::new();
        }
        let cells = self.cells();
        let wanted = |kind| match which {
            Which::Waiting => kind == WAITING,
            Which::Pending | Which::Unsaved => kind != NOTHING,
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
        self.judge(range, |worth| Some(worth.again()));
        let pending = self.pending.take(range);
        self.waiting
            .take_each(pending.iter().flat_map(Run::counted));
        let waiting = self.waiting.take(range);
        for run in pending.into_iter().chain(waiting) {
            if self.in_file.counts_in(&(run.at..run.end())) {
                for part in run.counted().iter().filter_map(|range| run.part(range)) {
                    self.add_written(part);
                }
            } else {
                self.add_written(run);
            }
        }
    }

    /// This is in the file now: as a plain run where nothing was of what is in its place.
    fn add_written(&mut self, mut run: Run) {
        if self.in_file.counts_in(&(run.at..run.end())) {
            self.put_in_file(run.at, &run.base.all(), &run.value.all());
            return;
        }
        run.tag = if all_count(run.tag) {
            Worth::Fresh.tag()
        } else {
            Worth::Fresh.plain_tag()
        };
        self.in_file.insert(run);
    }

    /// These values reached the file.
    pub(super) fn put_in_file(&mut self, at: usize, base: &[u8], value: &[u8]) {
        self.in_file.put(&Put {
            at,
            base,
            value,
            tag: Worth::Fresh.tag(),
            retag: |tag| Worth::of(tag).again().tag(),
            ends: None,
        });
    }

    /// Changes what bytes in the file are worth; `None`: they are on the device.
    pub(super) fn judge(&mut self, range: &Range<usize>, new: impl Fn(Worth) -> Option<Worth>) {
        self.in_file.retag(range, |tag| {
            let worth = new(Worth::of(tag))?;
            Some(if all_count(tag) {
                worth.tag()
            } else {
                worth.plain_tag()
            })
        });
    }

    /// Some byte in the file in `range` may have been lost by a failed sync.
    pub(super) fn is_unsynced_in(&self, range: &Range<usize>) -> bool {
        let mut runs = self.in_file.runs().iter();
        runs.any(|run| Worth::of(run.tag) != Worth::Fresh && run.part(range).is_some())
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

    /// This byte waits.
    pub(super) fn wait(&mut self, at: usize, byte: PendingByte) {
        let differs = byte.base != byte.value;
        self.waiting.put(&Put {
            at,
            base: &[byte.base],
            value: &[byte.value],
            tag: if differs { PLAIN } else { ALWAYS },
            retag: |tag| tag,
            ends: None,
        });
    }

    fn cells(&self) -> Cells {
        let mut cells = Cells {
            kind: [NOTHING; BLOCK_BYTES],
            base: [0; BLOCK_BYTES],
            value: [0; BLOCK_BYTES],
        };
        let in_file = self.in_file.runs().iter();
        for run in in_file.filter(|run| Worth::of(run.tag).is_unsaved()) {
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
        let all = run.n == run.value.len();
        let (base, value) = (run.base.all(), run.value.all());
        for (at, (base, value)) in (run.at..).zip(base.iter().zip(value.iter())) {
            if (all || base != value) && at < BLOCK_BYTES {
                self.kind[at] = kind;
                self.base[at] = *base;
                self.value[at] = *value;
            }
        }
    }
}
