//! The result of a read: the bytes, and where and why there are none.
//!
//! It owns the order of the gaps. It must not know how the bytes were read.

use std::fmt;

use crate::bytes::Span;

use super::describe_errno;

/// Why a stretch of bytes could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapReason {
    /// The file ends before it; the mapping may reach further than the file.
    PastFileEnd {
        /// Length of the file in bytes when it was read.
        file_len: u64,
    },
    /// The kernel refused, with this error number.
    Failed {
        /// The error number: of pread(2) where that fails too, else `ENOSPC` on a full file system, else `EFAULT`.
        errno: i32,
    },
    /// The mapping does not reach there.
    OutsideMapping,
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::PastFileEnd { file_len } => write!(
                f,
                "past the end of the file, which is now {file_len} bytes long"
            ),
            Self::Failed { errno } => f.write_str(&describe_errno(errno)),
            Self::OutsideMapping => f.write_str("outside the mapping"),
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
