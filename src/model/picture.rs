//! Who sees a byte, and through which memory: everything that *Who sees it* shows, as plain data.
//!
//! It owns what is claimed of each row: what it reads, how that compares with the file, and which page of memory answers
//! it. Two rows are on one page only where that is proven. It must not know how the picture is drawn, and it asks nobody:
//! all in it was observed and told before. The same data is behind the window's panel and `mapscope who`.

mod basis;
mod boxes;
mod compare;
mod copies;
mod known;
mod predict;
mod question;
mod rows;
mod sentence;
mod words;

use std::sync::Arc;

use super::doc::Doc;
use super::happened::By;
use super::identity::MappingId;
use super::moment::Moment;
use super::witness::Note;
use crate::bytes::Span;
use crate::map::{Access, GapReason, Mode, Others, Readout};

pub use super::witness::Who;
pub use basis::{Basis, SECOND};
pub use boxes::MemoryBox;
pub use compare::Compared;
pub use copies::{Candidate, Family, joined};
pub use known::Known;
pub use predict::{Prediction, Surprise};
pub use sentence::{Because, Both, Observed, SeenBy, Sentence};

/// The most bytes that a row shows; of longer selections those round the first difference.
pub const SHOWN_BYTES: u64 = 16;

/// Who sees the bytes that the panel is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What is compared.
    pub subject: Span,
    /// The selection is longer than what can be compared at once.
    pub is_cut: bool,
    /// What the rows show of it: at most 16 bytes of one page.
    pub shown: Span,
    /// The number of that page.
    pub page: u64,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// The file's name, as it can be shown.
    pub file: String,
    /// The mapping of the view, and of the other view of the file, where there are two.
    pub views: (MappingId, Option<MappingId>),
    /// The number of this program's own process.
    pub own_pid: u32,
    /// The rows, group by group; forked children below their parents, the newest first.
    pub rows: Vec<Row>,
    /// How many of the subject's bytes some row sees otherwise than the file has them, and the first of them.
    pub differing: Option<(u64, u64)>,
    /// The file's own page.
    pub page_cache: PageCache,
    /// What is known of the storage below it.
    pub storage: Below,
    /// The bytes that the file has, as `read` gives them; `None` until they came.
    pub file_bytes: Option<Cells>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who it is.
    pub who: Who,
    /// The heading that it stands under.
    pub group: Group,
    /// How far it stands below the first of its line of forks.
    pub depth: usize,
    /// What it is called: `this view`, `process 4123`.
    pub name: String,
    /// How it maps.
    pub maps: Maps,
    /// What it sees.
    pub sees: Sees,
    /// How that compares with the file, over the whole subject.
    pub compared: Compared,
    /// What answers it.
    pub memory: RowMemory,
    /// The frame of its page, where the kernel tells it (to root).
    pub frame: Option<u64>,
    /// What a store as this row would do.
    pub write: WriteAs,
    /// What became of the last that was asked of it.
    pub note: Option<Note>,
    /// A store as it is held up by a storage that does not answer.
    pub waits: bool,
}

/// What is said of a row whose store is held up.
pub const WAITS: &str = "its store waits for the storage";

impl Row {
    /// What stands below it: what it waits for, else what it was asked and did not do. `true` where that failed.
    #[must_use]
    pub fn remark(&self) -> Option<(&str, bool)> {
        let failed = self.note.as_ref().filter(|note| note.failed);
        let failed = failed.map(|note| (note.text.as_str(), true));
        self.waits.then_some((WAITS, false)).or(failed)
    }
}

/// The heading that a row stands under, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// This program.
    Here,
    /// Processes that it started.
    Ours,
    /// Others.
    Others,
    /// System calls.
    Calls,
}

/// How a row maps the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Maps {
    /// By a mapping.
    As(Mode, Access),
    /// Not: by system calls.
    Calls,
}

/// What a row sees of the bytes that are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sees {
    /// The answer is on its way.
    Waiting,
    /// It was stopped, so it is not asked; these were its last bytes, if it said any.
    Stopped(Option<Cells>),
    /// It has not answered for a second, and why is not known; these were its last bytes, if it said any.
    Late(Option<Cells>),
    /// These.
    Bytes(Cells),
    /// These, when it was last asked; since then something was done that may have changed them.
    Earlier(Cells),
    /// Its page is not in its page table, and asking would bring it in.
    NotAsked,
    /// It cannot be told, and why, in words.
    Hidden(String),
    /// It ended, and how, in words.
    Ended(String),
}

/// Bytes one by one, with the first reason where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// `None` where there is none to see.
    pub bytes: Vec<Option<u8>>,
    /// Why.
    pub gap: Option<GapReason>,
}

/// What answers a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowMemory {
    /// The file's own page in the page cache: all that have it see each store to it.
    FilePage,
    /// A copy in private memory. Rows with the same number have the very same page: that is proven.
    Copy(CopyId),
    /// A copy that another page table has too, since a fork, and which one is not known.
    CopyOfSeveral,
    /// A copy in swap.
    Swapped,
    /// No page yet: the first touch brings in the file's.
    NotPresent,
    /// The file ends before it: a touch would be SIGBUS.
    PastEnd,
    /// Its mapping does not reach there: a touch would be SIGSEGV.
    NotMapped,
    /// The answer is on its way.
    Waiting,
    /// None any more: it ended.
    Gone,
    /// It is not known, and why, in words.
    NotKnown(String),
}

/// A private page: equal numbers in one picture are one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CopyId(pub u64);

/// What a store as a row would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WriteAs {
    /// It is in the file at once.
    ReachesFile,
    /// It stays in a copy of its own.
    StaysOwn,
    /// The mapping is read-only: the processor refuses it (SIGSEGV).
    ReadOnly,
    /// It is not ours, and never written to.
    NotOurs,
    /// It ended, or does not run yet.
    NotNow,
}

/// What is known of the file's page in the page cache. Told of a folio: of the page or its neighbors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageCache {
    /// Nothing is told yet.
    Waiting,
    /// It is there, and nothing in it is to be written.
    Clean,
    /// Something in it is not written to the storage yet.
    Dirty,
    /// It is being written.
    BeingWritten,
    /// It is not in memory.
    NotCached,
    /// The file ends before it.
    PastEnd,
    /// It is not known, and why, in words.
    NotKnown(String),
}

/// What is known of the storage below the page cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Below {
    /// There is none: the file is in memory alone.
    None,
    /// Nothing is left to write.
    NothingLeft,
    /// It is older: something was not written yet.
    Older,
    /// It is being written.
    BeingWritten,
    /// No block: a hole.
    Hole,
    /// The page was to be written when a sync failed, in words: it is not on the storage, though it is clean.
    Refused(String),
    /// A sync failed at that moment, and whether this page was to be written then is not known.
    InDoubt(Moment),
    /// Nothing is known of it.
    NotKnown,
}

impl Picture {
    /// The picture of what the panel of this file is about; `None` where it is about nothing, as for an empty file.
    /// `others` is what was found of processes that are not ours.
    #[must_use]
    pub fn of(doc: &Doc, others: Option<&Others>) -> Option<Self> {
        let mut picture = Basis::of(doc, others).map(|basis| Self::from_basis(&basis))?;
        for row in &mut picture.rows {
            row.waits = doc.store_waits(row.who);
        }
        Some(picture)
    }

    /// The picture of what was told, whoever asked.
    #[must_use]
    pub fn from_basis(basis: &Basis<'_>) -> Self {
        rows::picture(basis)
    }

    /// The sentence on top: what happened last to the subject and who sees it, or what is seen now.
    #[must_use]
    pub fn sentence(&self, doc: &Doc) -> Sentence {
        Sentence::of(self, doc.happened.last_about(self.subject))
    }

    /// The row of whoever did something, where it has one.
    #[must_use]
    pub fn row_by(&self, by: &By) -> Option<Who> {
        let (view, beside) = self.views;
        match by {
            By::View { target, .. } if target.mapping == view => Some(Who::View),
            By::View { target, .. } => (Some(target.mapping) == beside).then_some(Who::OtherMode),
            By::SecondMapping { .. } => beside.is_none().then_some(Who::OtherMode),
            By::Calls { .. } => Some(Who::Calls),
            By::Process(name) => Some(Who::Process(name.mapping)),
            By::Somebody => None,
        }
    }

    /// The row of `who`.
    #[must_use]
    pub fn row(&self, who: Who) -> Option<&Row> {
        self.rows.iter().find(|row| row.who == who)
    }

    /// How many rows the same page of memory answers.
    #[must_use]
    pub fn n_users(&self, memory: &RowMemory) -> usize {
        let same = |row: &&Row| row.memory == *memory;
        self.rows.iter().filter(same).count()
    }
}

impl Cells {
    /// Those of `span` in what was read.
    #[must_use]
    pub fn of(readout: &Readout, span: Span) -> Self {
        let offsets = span.start()..span.end();
        Self {
            bytes: offsets.clone().map(|at| readout.byte(at)).collect(),
            gap: offsets
                .filter_map(|at| readout.gap_at(at))
                .map(|gap| gap.reason)
                .next(),
        }
    }
}

/// What was read, shared.
type Read = Arc<Readout>;
