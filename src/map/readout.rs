//! The result of a read: the bytes, and where and why there are none.
//!
//! It owns the order of the gaps. It must not know how the bytes were read.

use std::fmt;

use crate::bytes::Span;
use crate::bytes::size::counted;

use super::errno::{ENOSPC, describe_errno};

/// Why a stretch of bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapReason {
    /// The file ends before it; the mapping may reach further than the file.
    PastFileEnd {
        /// Length of the file in bytes when it was read.
        file_len: u64,
    },
    /// The storage answered a plain read of the same place with an error, such as `EIO`.
    Storage {
        /// The error number of pread(2).
        errno: i32,
    },
    /// The storage gave no bytes and no error, although the file reaches further.
    StorageGaveNothing,
    /// A hole of the file: to read it through a mapping takes a block on this file system (tmpfs), which is full. A plain
    /// read ([`OpenFile::pread`](super::OpenFile::pread)) shows it.
    HoleNeedsBlock,
    /// A plain read gives bytes, and the mapping does not.
    NotThroughMapping {
        /// The error number of the read through the mapping, mostly `EFAULT`.
        errno: i32,
    },
    /// Another call failed: asking for the file's length, or a store.
    Failed {
        /// Its error number; `ENOSPC` for a store that the full file system has no room for.
        errno: i32,
    },
    /// The mapping does not reach there.
    OutsideMapping,
    /// Another program's, and not asked for: it would bring the page in there, or what is to be known first is not told.
    NotAsked,
}

impl GapReason {
    /// The error number of the call that failed, if there was one; `ENOSPC` for a hole that needs a block.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        match *self {
            Self::Storage { errno }
            | Self::NotThroughMapping { errno }
            | Self::Failed { errno } => Some(errno),
            Self::HoleNeedsBlock => Some(ENOSPC),
            Self::PastFileEnd { .. }
            | Self::StorageGaveNothing
            | Self::OutsideMapping
            | Self::NotAsked => None,
        }
    }

    /// Whether a plain read of the file shows the bytes that the mapping does not.
    #[must_use]
    pub fn pread_shows_it(&self) -> bool {
        matches!(self, Self::HoleNeedsBlock | Self::NotThroughMapping { .. })
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PastFileEnd { file_len } => write!(
                f,
                "past the end of the file, which is now {} long",
                counted(file_len, "byte")
            ),
            Self::Storage { errno } => {
                write!(f, "the storage does not give it: {}", describe_errno(errno))
            }
            Self::StorageGaveNothing => {
                f.write_str("the storage gave nothing here, although the file reaches further")
            }
            Self::HoleNeedsBlock => write!(
                f,
                "a hole of the file: reading it through a mapping needs a block, and the file system is full: {}; a plain read (pread) shows it",
                describe_errno(ENOSPC)
            ),
            Self::NotThroughMapping { errno } => write!(
                f,
                "not through the mapping: {}; a plain read (pread) shows it",
                describe_errno(errno)
            ),
            Self::Failed { errno } => f.write_str(&describe_errno(errno)),
            Self::OutsideMapping => f.write_str("outside the mapping"),
            Self::NotAsked => f.write_str("not asked of the program that maps it"),
        }
    }
}

/// A stretch of a read that holds no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where, in offsets of the file. Never empty.
    pub span: Span,
    /// Why.
    pub reason: GapReason,
}

/// Bytes as they were read a moment ago, with the gaps among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readout {
    /// What was asked for, in offsets of the file.
    pub span: Span,
    /// One byte for each offset of `span`. Bytes in a gap are 0 and mean nothing.
    pub bytes: Vec<u8>,
    /// The stretches that could not be read: in order, apart from each other or differing in their reason.
    pub gaps: Vec<Gap>,
}

impl Readout {
    /// A readout of nothing, to be filled by [`Mapping::read_into`](super::Mapping::read_into).
    #[must_use]
    pub fn new() -> Self {
        Self {
            span: Span::empty(0),
            bytes: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Whether the byte at `offset` was asked for and read.
    #[must_use]
    pub fn is_readable(&self, offset: u64) -> bool {
        self.span.contains(offset) && self.gap_at(offset).is_none()
    }

    /// The byte at `offset`, or `None` where there is none.
    #[must_use]
    pub fn byte(&self, offset: u64) -> Option<u8> {
        if !self.is_readable(offset) {
            return None;
        }
        let index = usize::try_from(offset - self.span.start()).ok()?;
        self.bytes.get(index).copied()
    }

    /// The gap that holds `offset`.
    #[must_use]
    pub fn gap_at(&self, offset: u64) -> Option<Gap> {
        let after = self.gaps.partition_point(|gap| gap.span.end() <= offset);
        self.gaps
            .get(after)
            .copied()
            .filter(|gap| gap.span.contains(offset))
    }

    /// Whether every byte was read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty()
    }
}

impl Default for Readout {
    fn default() -> Self {
        Self::new()
    }
}

/// Collects gaps in order and joins neighbors with one reason.
#[derive(Debug, Default)]
pub(crate) struct Gaps(Vec<Gap>);

impl Gaps {
    /// Adds `start..end`, which lies at or after the last gap's end; nothing if it is empty.
    pub(crate) fn push(&mut self, start: u64, end: u64, reason: GapReason) {
        if start >= end {
            return;
        }
        if let Some(last) = self.0.last_mut()
            && last.span.end() == start
            && last.reason == reason
            && let Some(joined) = Span::new(last.span.start(), end)
        {
            last.span = joined;
            return;
        }
        if let Some(span) = Span::new(start, end) {
            self.0.push(Gap { span, reason });
        }
    }

    /// Cuts away everything from `at` on, as what stood there is now told otherwise.
    pub(crate) fn cut(&mut self, at: u64) {
        self.0.retain(|gap| gap.span.start() < at);
        if let Some(last) = self.0.last_mut()
            && let Some(shorter) = Span::new(last.span.start(), last.span.end().min(at))
        {
            last.span = shorter;
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Gap> {
        self.0
    }
}
