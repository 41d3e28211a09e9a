//! What a person does to try an experiment by hand: the scratch file, and a list of things to do and to see, in order.
//!
//! It owns their forms. Each is data that can be compared with what was observed, and has words for a person. It must not
//! know scripts, nor what a window can do.

use super::Contents;

/// The most bytes that the scratch file may have.
pub const MOST_BYTES: u64 = 16 << 20;

/// An experiment to be tried by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandPlan {
    /// What is in the scratch file.
    pub contents: Contents,
    /// The tab maps it shared from the start, else privately.
    pub is_shared: bool,
    /// What to do, in order.
    pub items: Vec<HandItem>,
    /// How many of the experiment's checks are in the list.
    pub n_checks: usize,
    /// How many are not, as a process tells of itself what they are about.
    pub n_left_out: usize,
}

/// A thing to do or to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandItem {
    /// It, as data.
    pub deed: HandDeed,
    /// It in words, without a final period.
    pub what: String,
    /// How it is done in the window; empty where that goes without saying.
    pub how: String,
}

/// Who does or sees something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandActor {
    /// The process that has this name in the experiment.
    Process(String),
    /// The view of the tab, which stands for a peer of this name.
    View(String),
    /// The second view of the file, or the second mapping of this program: another mapping of the same peer.
    Second(String),
    /// Nobody's mapping: read(2) and pwrite(2).
    Calls,
}

/// How a process maps the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandKind {
    /// Shared.
    Shared,
    /// Private.
    Private,
    /// Shared and read-only.
    ReadOnly,
}

/// A thing to do or to see, as data. Offsets are those in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandDeed {
    /// A process is added.
    Add {
        /// What it is called.
        name: String,
        /// How it maps.
        kind: HandKind,
    },
    /// A process forks.
    Fork {
        /// Who.
        parent: String,
        /// What the child is called.
        child: String,
    },
    /// A process ends, and its mapping with it.
    End {
        /// Who.
        name: String,
    },
    /// Bytes are stored through a mapping.
    Store {
        /// Whose.
        by: HandActor,
        /// Where.
        at: u64,
        /// Which.
        bytes: Vec<u8>,
    },
    /// A process stores through its read-only mapping, and is ended by this signal.
    Fault {
        /// Who.
        name: String,
        /// Where.
        at: u64,
        /// Which.
        bytes: Vec<u8>,
        /// The signal: `SIGSEGV`.
        signal: String,
    },
    /// Bytes are written to the file by a system call, by whomever.
    Write {
        /// Where.
        at: u64,
        /// Which.
        bytes: Vec<u8>,
    },
    /// Somebody looks at bytes.
    Look {
        /// Who.
        by: HandActor,
        /// Where.
        at: u64,
        /// How many.
        len: u64,
        /// What the experiment expects.
        wanted: HandWanted,
    },
    /// It is looked up what backs the pages of somebody's mapping.
    Pages {
        /// Whose.
        by: HandActor,
        /// Where.
        at: u64,
        /// How many bytes.
        len: u64,
        /// What the experiment expects, page by page.
        wanted: Vec<HandPage>,
    },
    /// The file is made this long.
    Length {
        /// From this many bytes.
        from: u64,
        /// To this many.
        to: u64,
    },
    /// The file's name is deleted.
    Delete,
    /// The tab maps a part of the file, or all of it.
    Window {
        /// From here on; `None` for all.
        part: Option<(u64, u64)>,
    },
    /// A second view of the file is opened.
    SecondView,
    /// The second view maps the file shared, or privately.
    SecondMode {
        /// Shared.
        shared: bool,
    },
    /// The view of the tab calls msync.
    Sync,
    /// The view of the tab gives back its private copies: `MADV_DONTNEED`.
    Discard {
        /// Of the pages from here on.
        at: u64,
        /// Bytes.
        len: u64,
    },
}

/// What an experiment expects of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandWanted {
    /// Nothing: the look brings the pages in.
    Nothing,
    /// One of these; mostly there is one.
    Bytes(Vec<Vec<u8>>),
    /// No byte: the file ends before it, and a load would be ended by this signal.
    PastEnd(String),
}

/// What backs a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandPage {
    /// The file's own page.
    OfFile,
    /// A private copy, in memory or swapped out.
    Copy,
}

impl HandDeed {
    /// Something is compared in it.
    #[must_use]
    pub fn is_check(&self) -> bool {
        match self {
            Self::Look { wanted, .. } => *wanted != HandWanted::Nothing,
            Self::Pages { .. } | Self::Fault { .. } => true,
            _ => false,
        }
    }

    /// It is about seeing, and changes nothing.
    #[must_use]
    pub fn is_look(&self) -> bool {
        matches!(self, Self::Look { .. } | Self::Pages { .. })
    }

    /// It takes a process more.
    #[must_use]
    pub fn is_process(&self) -> bool {
        matches!(self, Self::Add { .. } | Self::Fork { .. })
    }

    /// The bytes that it is about: from here on, so many.
    #[must_use]
    pub fn place(&self) -> Option<(u64, u64)> {
        match self {
            Self::Store { at, bytes, .. }
            | Self::Fault { at, bytes, .. }
            | Self::Write { at, bytes } => Some((*at, bytes.len() as u64)),
            Self::Look { at, len, .. }
            | Self::Pages { at, len, .. }
            | Self::Discard { at, len } => Some((*at, *len)),
            _ => None,
        }
    }
}

impl HandActor {
    /// Its name in the experiment; `None` for calls.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Process(name) | Self::View(name) | Self::Second(name) => Some(name),
            Self::Calls => None,
        }
    }
}
