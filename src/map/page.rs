//! Facts about pages, as data, and the words for what is not told.
//!
//! It must not know how they are asked for. A fact that is missing is [`Unavailable`], never a guess.

use std::error::Error;
use std::fmt;

use super::errno::{describe_errno, errno_name};

/// Why a fact about pages, or an advice to the kernel, is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// This system has no call that tells it.
    NotOnThisSystem,
    /// The kernel does not tell it to this process, or would tell something else than the truth.
    Hidden {
        /// The error number of the refusal.
        errno: i32,
    },
    /// The call failed.
    Failed {
        /// Its error number.
        errno: i32,
    },
    /// The question covers more pages than are answered at once.
    TooManyPages {
        /// How many it covers.
        pages: u64,
        /// How many are answered.
        limit: u64,
    },
    /// It has a meaning for private mappings only.
    NotPrivate,
    /// The memory is the kernel's own or a device's: it belongs to no file's pages, and the page tables do not tell of it
    /// (`VM_PFNMAP`, such as `/sys/kernel/btf/vmlinux`).
    NoFilePages,
    /// Asking would write changed pages to the device first, which nobody asked for.
    Unwritten,
    /// The kernel does not come back with what it has to tell of the process.
    NoAnswer,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotOnThisSystem => f.write_str("not available on this system"),
            Self::Hidden { errno } => write!(
                f,
                "not available ({}: the kernel hides it from this process)",
                errno_name(errno)
            ),
            Self::Failed { errno } => write!(f, "not available ({})", describe_errno(errno)),
            Self::TooManyPages { pages, limit } => write!(
                f,
                "not available ({pages} pages asked for, {limit} at most)"
            ),
            Self::NotPrivate => {
                f.write_str("not available (the mapping is shared: it has no private copies)")
            }
            Self::NoFilePages => {
                f.write_str("not available (this memory is the kernel's own: no pages of a file)")
            }
            Self::NoAnswer => f.write_str("not available (the process does not answer)"),
            Self::Unwritten => f.write_str("not asked (changes here are not on the device yet)"),
        }
    }
}

impl Error for Unavailable {}

/// What a page of a mapping is in our page table (`proc_pid_pagemap(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageState {
    /// A copy that a store to a private mapping made: ours alone, frozen as it was at that moment.
    PrivateCopy,
    /// The file's own page: the page cache's, shared with everybody.
    FilePage,
    /// Moved to swap.
    Swapped,
    /// Not in our page table: never touched, given back, or past the end of the file. The next access asks the file.
    NotPresent,
}

/// What our page table says of one page of a mapping (`proc_pid_pagemap(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageFact {
    /// What it is.
    pub state: PageState,
    /// Whether no other page table has it now: of a copy, that nobody else sees it. `None` where the kernel does not tell
    /// it of this very page: it is not in memory, or part of a huge page, whose pages all give one answer.
    pub is_exclusive: Option<bool>,
    /// The number of its frame of memory, where the kernel tells it (to root).
    pub frame: Option<u64>,
}

impl PageFact {
    /// Nothing but what it is.
    #[must_use]
    pub const fn only(state: PageState) -> Self {
        Self {
            state,
            is_exclusive: None,
            frame: None,
        }
    }
}

impl fmt::Display for PageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PrivateCopy => "private copy",
            Self::FilePage => "file page",
            Self::Swapped => "swapped",
            Self::NotPresent => "not present",
        })
    }
}

/// Counts of the page cache for a whole file, in pages (cachestat(2)). Counted per folio, so neighbors come along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheFacts {
    /// In memory.
    pub cached_pages: u64,
    /// Changed and not yet written to the device.
    pub dirty_pages: u64,
    /// Being written to the device now.
    pub writeback_pages: u64,
    /// Were in memory and went.
    pub evicted_pages: u64,
    /// Went so recently that reading them again would mean that memory is short.
    pub recently_evicted_pages: u64,
}

/// Where the bytes of a page come from that can be read: asked of the storage itself, past the page cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageOrigin {
    /// The storage gives the page.
    Storage,
    /// The storage does not give it: what can be read is what the page cache still has, and is gone with it.
    CacheOnly {
        /// The error number of the read.
        errno: i32,
    },
}

impl fmt::Display for PageOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage => f.write_str("the storage has these bytes"),
            Self::CacheOnly { errno } => {
                write!(
                    f,
                    "bytes from the page cache; the storage does not answer: {}",
                    describe_errno(*errno)
                )
            }
        }
    }
}
