//! *What happened*: each store, system call and change of the file that was made or found, with who, where, when, and who saw
//! it within how long.
//!
//! It owns the list, as data. An entry is made where an answer or an observation arrives, not where something was ordered,
//! and says only what that proves. It must not know sentences (`happened/words.rs` makes them) nor a clock: the time comes
//! in by [`App::tick`](super::App::tick).

mod about;
mod observed;
mod outside;
mod own_rows;
mod processes;
mod program;
mod record;
mod seen;
mod steps;
mod texts;
mod under_way;
mod words;

use std::collections::VecDeque;
use std::time::Duration;

use super::identity::{Generation, MappingId, OrderId, Target};
use super::journal::PendingRun;
use super::moment::Moment;
use super::process::{Death, EndHow, ProcessSignal};
use super::witness::Who;
use crate::bytes::Span;
use crate::map::{Access, Mode};

use outside::FileKnown;
use seen::RowReading;
use under_way::{Rivals, Since};

pub use crate::bytes::said::bytes_said;
pub use own_rows::OwnRows;
pub(super) use seen::row_of;
pub(super) use words::{discard_words, forked_words};
pub use words::{who_saw, within};

/// How many entries are kept; the oldest go first.
pub const MOST_ENTRIES: usize = 500;
/// How many bytes of a store an entry keeps; one that is longer cannot be written back from here.
pub const KEPT_BYTES: usize = 4096;
/// So many parts of one write are told each by itself.
pub(super) const MOST_PARTS: usize = 32;
/// How many orders are remembered until they are answered.
const MOST_SENT: usize = 512;
/// How many processes are known by name after they are off the list.
const MOST_NAMES: usize = 256;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Its number in this file, from 1.
    pub number: u64,
    /// When its answer came, or when it was found.
    pub at: Moment,
    /// The last entry that was there before it could happen. Those between the two were told of first; which of them
    /// happened first is known only where one and the same did both, one after the other.
    pub after: u64,
    /// Who did it.
    pub by: By,
    /// Occurrence.
    pub what: Occurrence,
    /// What came of it.
    pub fate: Fate,
    /// Of a store within what was watched: who saw it.
    pub saw: Vec<RowSaw>,
    /// The part of the store that the rows were compared with.
    pub compared: Option<Span>,
    /// Which mappings of this program the rows stood for.
    pub own_rows: OwnRows,
    /// The part of a store that the rows are compared with.
    watch: Option<Watch>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The person, through a view's mapping.
    View {
        /// Which, in which generation.
        target: Target,
        /// Its mode.
        mode: Mode,
    },
    /// The person, through the mapping of the other mode in this program.
    SecondMapping {
        /// The view's mapping that it stands beside.
        target: Target,
        /// Its own mode.
        mode: Mode,
    },
    /// The person, by `pwrite`.
    Calls {
        /// The view's mapping that it was asked for from.
        target: Target,
    },
    /// A process of ours.
    Process(ProcessName),
    /// Somebody who is not known: it was found by reading.
    Somebody,
}

/// A process as it was called then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessName {
    /// Its mapping.
    pub mapping: MappingId,
    /// Which of the processes in its place.
    pub generation: Generation,
    /// Its process number, where it had one.
    pub pid: Option<u32>,
    /// What it is called in the experiment that is tried by hand.
    pub letter: Option<char>,
    /// It was forked by another one.
    pub is_child: bool,
    /// How it maps.
    pub mode: Mode,
    /// Its mapping allows no store.
    pub is_read_only: bool,
}

/// Why bytes were stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// Typed, pasted, filled, or written as a witness or a process.
    Store,
    /// An edit was taken back.
    Undo,
    /// An edit was brought back.
    Redo,
    /// What the mapping had lost was stored again.
    Reapply,
    /// A private edit was written to the file.
    WriteBack,
    /// What stood there before an entry of this list was written back.
    PutBack {
        /// The entry.
        of: u64,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// Bytes were stored.
    Wrote {
        /// Why.
        how: How,
        /// File offset.
        offset: u64,
        /// What stood there before, where that is known.
        old: Option<KeptBytes>,
        /// What was stored.
        new: KeptBytes,
    },
    /// Further bytes were stored, in so many parts that they are told together.
    WroteMore {
        /// Why.
        how: How,
        /// From the first to the last of them.
        hull: Span,
        /// How many.
        n_bytes: u64,
    },
    /// Private edits were not written to the file, as it holds something else by now.
    Conflicts {
        /// The first place, and what is there.
        first: (u64, u8),
        /// How many bytes.
        n_bytes: u64,
    },
    /// A process started.
    Started,
    /// A process forked off another one.
    Forked {
        /// The child.
        child: ProcessName,
    },
    /// A process ended.
    Ended {
        /// How.
        how: EndHow,
        /// Private copies went with it.
        lost_copies: bool,
    },
    /// A process was sent a signal.
    Signalled(ProcessSignal),
    /// msync, of what.
    Synced(Sync),
    /// Private copies were given back.
    Discarded {
        /// Whole pages; `None` where that was not asked.
        span: Option<Span>,
        /// How many of them were copies, where that is known.
        n_pages: Option<u64>,
    },
    /// A view was mapped anew, or for the first time.
    Mapped {
        /// The mode, where it is known.
        mode: Option<Mode>,
        /// The access.
        access: Option<Access>,
        /// What it covers.
        extent: Option<Span>,
    },
    /// The file became longer.
    Grew {
        /// From this length.
        from: u64,
        /// To this one.
        to: u64,
    },
    /// The file was truncated.
    Shrank {
        /// From this length.
        from: u64,
        /// To this one.
        to: u64,
    },
    /// The path names another file, of this length.
    Replaced {
        /// Bytes.
        len: u64,
    },
    /// The path names nothing any more.
    Deleted,
    /// The path names the open file again.
    InPlace,
    /// Private copies are gone though nobody asked.
    CopiesLost {
        /// Whole pages: the first stretch.
        first: Span,
        /// Bytes in all.
        n_bytes: u64,
    },
}

/// What msync did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sync {
    /// It was asked for, and refused.
    Asked,
    /// Nothing, as the mapping is private.
    Private,
    /// What was changed in this span is on the storage.
    Written(Span),
    /// The same, but an earlier write to the storage had failed, in words.
    EarlierFailure(String),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was done.
    Done,
    /// It was not done: something else stood there than was expected.
    Changed(Vec<u8>),
    /// It was not done, and why, in words.
    Refused(String),
    /// It was not done: the processor refused it, and whoever tried it died of it.
    Faulted(Death),
    /// Whether it was done is not known, and why, in words.
    NotKnown(String),
}

/// Bytes, at most [`KEPT_BYTES`] of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptBytes {
    /// The first of them.
    pub bytes: Vec<u8>,
    /// How many there were.
    pub len: u64,
}

impl KeptBytes {
    /// The first of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes[..bytes.len().min(KEPT_BYTES)].to_vec(),
            len: bytes.len() as u64,
        }
    }

    /// All of them are kept.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.bytes.len() as u64 == self.len
    }
}

/// A row of the panel and whether it saw a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowSaw {
    /// Which.
    pub who: Who,
    /// What it was called then.
    pub name: String,
    /// Whether.
    pub saw: Saw,
}

/// Whether a row saw a store, by what it read after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saw {
    /// It has not been read since.
    Waiting,
    /// It showed the bytes so long after the answer at the latest.
    Seen(Duration),
    /// What it read since is something else.
    Not,
    /// It had the same bytes before: that it has them now proves nothing.
    Before,
    /// What it read may be of another store at the same place.
    Unclear,
}

/// What rows are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Watch {
    span: Span,
    bytes: Vec<u8>,
    /// When a reading told of which row whether it saw them, the last of each.
    judged: Vec<(Who, Moment)>,
    /// Stores at the same place that may have come after it.
    rivals: Rivals,
    /// Rows that may show the same bytes by an earlier store.
    blurred: Vec<Who>,
    /// What is read from now on says nothing of it.
    is_over: bool,
}

/// An order that is not answered yet, and what its answer will not say.
#[derive(Clone, Debug)]
struct Sent {
    number: OrderId,
    since: Since,
    about: About,
}

/// What is remembered with an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Nothing more.
    Nothing,
    /// A process stores these bytes in the file: they may be read before its answer comes.
    Store {
        /// Where.
        offset: u64,
        /// Occurrence.
        bytes: Vec<u8>,
    },
    /// Edits that are written to the file.
    WriteBack(Vec<PendingRun>),
    /// Pages whose copies are given back.
    GiveBack(Option<Span>),
    /// It writes back what stood there before an entry.
    PutBack {
        /// The entry.
        of: u64,
        /// Where, and what, if it may be read before its answer comes.
        coming: Option<(u64, Vec<u8>)>,
    },
}

/// A session as steps, but for what only whoever writes it can find out of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepsText {
    /// Title, and the first rows of the table of surroundings.
    pub head: String,
    /// What follows that table.
    pub steps: String,
}

/// All that happened with one file.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    entries: VecDeque<Happening>,
    n_made: u64,
    now: Moment,
    rows: Vec<RowReading>,
    sent: VecDeque<Sent>,
    file: FileKnown,
    names: VecDeque<ProcessName>,
    /// What others wrote was found, and the processes were not asked since what they see of it.
    has_found: bool,
    /// The view that was looked at, and what stood beside it, as long as the second mapping is the same.
    seat: Option<(Target, Option<Target>)>,
    /// How many second mappings there were.
    second: u64,
    /// Children that were ordered and do not run yet.
    forks: VecDeque<(MappingId, Since)>,
}

impl Happened {
    /// The processes are to be asked what they see of what others wrote. They are asked once.
    pub(super) fn take_found(&mut self) -> bool {
        std::mem::take(&mut self.has_found)
    }

    /// The entries, the newest first.
    #[must_use]
    pub fn newest_first(&self) -> impl DoubleEndedIterator<Item = &Happening> + ExactSizeIterator {
        self.entries.iter().rev()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many of the oldest were forgotten.
    #[must_use]
    pub fn n_forgotten(&self) -> u64 {
        self.n_made - self.entries.len() as u64
    }

    /// The number of the last entry; 0 where there was none.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.n_forgotten() + self.entries.len() as u64
    }

    /// When what happens now happens.
    pub(super) fn now(&self) -> Moment {
        self.now
    }

    /// The entry of that number, unless it is forgotten.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Happening> {
        let index = number.checked_sub(self.n_forgotten() + 1)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// The last that was done and changed what somebody may see of `subject`.
    #[must_use]
    pub fn last_about(&self, subject: Span) -> Option<&Happening> {
        self.newest_first().find(|it| it.changes(subject))
    }

    /// What happens from now on, happens at `now`.
    pub(super) fn tick(&mut self, now: Moment) {
        self.now = now;
    }

    /// An order was sent.
    pub(super) fn sent(&mut self, number: OrderId, about: About) {
        if self.sent.len() >= MOST_SENT {
            self.sent.pop_front();
        }
        let since = self.since();
        self.sent.push_back(Sent {
            number,
            since,
            about,
        });
    }

    /// An order was answered: when it was sent, and what was remembered with it.
    fn answered(&mut self, number: OrderId) -> Option<Sent> {
        let at = self.sent.iter().position(|sent| sent.number == number)?;
        self.sent.remove(at)
    }

    /// Why bytes were stored by an order of that kind, and when it was sent; an order that is not remembered, now.
    fn why_and_when(&self, sent: Option<&Sent>) -> (How, Since) {
        let how = match sent.map(|sent| &sent.about) {
            Some(About::PutBack { of, .. }) => How::PutBack { of: *of },
            _ => How::Store,
        };
        (how, sent.map_or(self.since(), |sent| sent.since))
    }

    /// The order is not answered yet, as far as that is remembered.
    fn is_sent(&self, number: OrderId) -> bool {
        self.sent.iter().any(|sent| sent.number == number)
    }

    /// The order writes something back from this list, comparing first.
    pub(super) fn is_put_back(&self, number: OrderId) -> bool {
        let mut sent = self.sent.iter();
        sent.any(|it| it.number == number && matches!(it.about, About::PutBack { .. }))
    }
}
