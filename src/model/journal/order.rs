//! The journal's words: what is told to it, what it answers.
//!
//! It owns plain values. It must not know how they are kept.

use crate::bytes::Span;
use crate::map::Mode;
use crate::model::identity::Target;

/// What has become of an edit, or of a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EditState {
    /// The mapping holds it, as far as is known. A shared one is in the file, too, and no sync was asked for since.
    Applied,
    /// Taken back; redo may bring it back.
    Undone,
    /// The person gave its private page back. Its bytes wait to be reapplied.
    Discarded,
    /// Its private page was taken away: a truncation, or a save in place by another program. Its bytes wait.
    Lost,
    /// The mapping that held it is gone, because it was made anew. Its bytes wait.
    SetAside,
    /// Its bytes waited, and the person forgot them.
    Dropped,
    /// Its bytes were reapplied as a new step.
    Retired,
    /// In the file, and on the device as far as the system says.
    InFile,
    /// In the file as far as memory shows it, but the device refused it.
    WrittenNotSynced,
}

impl EditState {
    /// Its bytes are in the patch.
    pub(super) fn waits(self) -> bool {
        matches!(self, Self::Discarded | Self::Lost | Self::SetAside)
    }

    /// The mapping shows it.
    pub(super) fn is_shown(self) -> bool {
        matches!(self, Self::Applied | Self::InFile | Self::WrittenNotSynced)
    }

    /// The first of an edit's parts to be told, if they differ.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Lost => 0,
            Self::Discarded => 1,
            Self::SetAside => 2,
            Self::WrittenNotSynced => 3,
            Self::Applied => 4,
            Self::InFile => 5,
            Self::Undone => 6,
            Self::Dropped => 7,
            Self::Retired => 8,
        }
    }
}

/// Taking back, or bringing back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Undo,
    Redo,
}

impl Way {
    pub(super) fn back(self) -> Self {
        match self {
            Self::Undo => Self::Redo,
            Self::Redo => Self::Undo,
        }
    }
}

/// What was drawn when a key came, each byte known or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Ascending.
    runs: Vec<DrawnRun>,
}

/// Neighboring bytes that were drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DrawnRun {
    /// File offset of the first.
    offset: u64,
    bytes: Vec<u8>,
    /// How far this one and those before it reach: of many runs those that have a byte are found by halves.
    reach: u64,
}

impl Drawn {
    /// Nothing was in sight.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// These bytes were, from this file offset.
    #[must_use]
    pub fn bytes(offset: u64, bytes: Vec<u8>) -> Self {
        let mut drawn = Self::default();
        drawn.add(offset, bytes);
        drawn
    }

    /// And these. Where bytes overlap, those at the lower offset count.
    pub fn add(&mut self, offset: u64, bytes: Vec<u8>) {
        let index = self.runs.partition_point(|run| run.offset <= offset);
        let before = index.checked_sub(1).and_then(|last| self.runs.get(last));
        let mut reach = before.map_or(0, |run| run.reach);
        let run = DrawnRun {
            offset,
            bytes,
            reach,
        };
        self.runs.insert(index, run);
        for run in self.runs.iter_mut().skip(index) {
            reach = reach.max(run.offset.saturating_add(run.bytes.len() as u64));
            run.reach = reach;
        }
    }

    /// What was drawn in `span`, ascending.
    pub(super) fn bytes_in(&self, span: Span) -> impl Iterator<Item = (u64, u8)> + '_ {
        let mut next = span.start();
        let first = self.runs.partition_point(|run| run.reach <= span.start());
        let runs = self.runs.get(first..).unwrap_or_default().iter();
        let runs = runs.take_while(move |run| run.offset < span.end());
        runs.flat_map(move |DrawnRun { offset, bytes, .. }| {
            let all = Span::at(*offset, bytes.len() as u64).unwrap_or(Span::empty(*offset));
            let from = next.max(all.start()).min(all.end());
            let to = span.end().clamp(from, all.end());
            next = next.max(to);
            let index = |at: u64| usize::try_from(at - offset).unwrap_or(usize::MAX);
            let inside = bytes.get(index(from)..index(to)).unwrap_or_default();
            (from..).zip(inside.iter().copied())
        })
    }
}

/// Bytes that reached the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// File offset of the first.
    pub offset: u64,
    /// What stood there, read under the store's lock; as long as `new`.
    pub old: Vec<u8>,
    /// What was stored.
    pub new: Vec<u8>,
}

impl Stored {
    /// The offsets that it covers.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::at(self.offset, self.new.len() as u64).unwrap_or(Span::empty(self.offset))
    }
}

/// Neighboring bytes where something else stood than the person saw. Undo brings back what stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// File offset of the first.
    pub offset: u64,
    /// What was drawn.
    pub drawn: Vec<u8>,
    /// What stood there; as long.
    pub stood: Vec<u8>,
}

/// What came of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The number of the edit.
    pub id: u64,
    /// Where something else stood than was drawn; of a reapplied one, than its base.
    pub differing: Vec<Differing>,
    /// Edits, already in the file, that can no longer be undone for want of memory.
    pub forgotten: Vec<u64>,
}

/// A byte that the person edited and that is not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingByte {
    /// What the person saw there when it was first edited; where it was out of sight, what stood there.
    pub base: u8,
    /// What the person wants there.
    pub value: u8,
}

/// Neighboring ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRun {
    /// File offset of the first byte.
    pub offset: u64,
    /// What the person saw there.
    pub base: Vec<u8>,
    /// What is to stand there; as long.
    pub value: Vec<u8>,
}

/// What the next undo or redo comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This is to be stored.
    Store(Compensation),
    /// There is nothing to store: to be told, and passed over with [`super::Journal::skip`].
    Gone {
        /// The edit.
        id: u64,
        /// Where it was.
        span: Span,
        /// The mode it was made in.
        mode: Mode,
        /// Why.
        why: Gone,
    },
}

/// Why one edit cannot be taken back alone. The offsets are of its first byte in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAlone {
    /// There is no such edit, or it takes another one back.
    Unknown,
    /// It is in the file.
    InFile {
        /// File offset.
        offset: u64,
    },
    /// The mapping does not hold it: it was undone, or lost.
    NotHeld {
        /// File offset.
        offset: u64,
    },
    /// A later edit lies over it.
    Beneath {
        /// File offset.
        offset: u64,
        /// The later edit.
        later: u64,
    },
}

/// Why an edit can be neither undone nor redone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gone {
    /// The person gave its private page back; its bytes wait to be reapplied.
    Discarded,
    /// Its private page was taken away; its bytes wait to be reapplied.
    Lost,
    /// Its bytes waited, and the person forgot them.
    Dropped,
    /// It was reapplied in part, and that is undone with the step that did so.
    Retired,
    /// What it stood on is gone: the mapping was made anew, or what had been there is not in the page any more.
    Mapping,
}

/// What undo or redo has to store: all of `stores`, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compensation {
    /// The edit that it takes back or brings back.
    pub id: u64,
    /// The mode the edit was made in.
    pub mode: Mode,
    /// Of a private one, the mapping and generation that it was made in, and no other. Of a shared one `None`: any
    /// shared mapping of the file will do that holds what is expected.
    pub target: Option<Target>,
    /// What to store, ascending.
    pub stores: Vec<Swap>,
    /// Where undo brings back something else than the person saw when typing.
    pub differing: Vec<Differing>,
    /// Parts of the edit that stay as they are, and what became of them.
    pub stays: Vec<(Span, EditState)>,
}

/// `write` at `offset`, where `expect` still stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// File offset.
    pub offset: u64,
    /// What must stand there now.
    pub expect: Vec<u8>,
    /// What to store; as long.
    pub write: Vec<u8>,
}

/// How many bytes are not safe, and where they are. Each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsaved {
    /// In the mapping and not in the file.
    pub pending: usize,
    /// In neither, kept to be reapplied.
    pub waiting: usize,
    /// In the file, but a sync failed and none has succeeded since they were written once more.
    pub not_synced: usize,
    /// All of them stand in an export, as they are now.
    pub exported: bool,
}

impl Unsaved {
    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.pending + self.waiting + self.not_synced
    }

    /// Something would be lost with the journal.
    #[must_use]
    pub fn must_ask(self) -> bool {
        self.total() > 0 && !self.exported
    }
}

/// Whether there is memory for one more edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// There is.
    Enough,
    /// There is once the oldest edits in the file can no longer be undone.
    AfterForgetting {
        /// How many edits.
        edits: usize,
        /// Memory that they give back, in bytes.
        bytes: usize,
    },
    /// There is not: all the rest is unsaved, or needed to take unsaved edits back.
    Full {
        /// Memory in use that cannot be given back, in bytes.
        kept: usize,
        /// Memory that may be used, in bytes.
        budget: usize,
    },
}
