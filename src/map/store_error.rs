//! Why a store did not happen, or not wholly, in one sentence.
//!
//! It owns the words. It must not know how a store is made.

use std::error::Error;
use std::fmt;

use super::errno::describe_errno;
use super::mode::Mode;
use super::readout::{Gap, GapReason};
use super::refusal::MapRefusal;
use crate::bytes::Span;
use crate::bytes::size::counted;

/// A store did not happen, or not wholly. What was stored all the same is told by [`StoreError::Refused`] and
/// [`StoreError::NotKept`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The mapping is read-only.
    ReadOnly {
        /// Its mode.
        mode: Mode,
    },
    /// The bytes lie outside the mapping.
    OutsideMapping {
        /// Where the store was to go.
        offset: u64,
        /// What is mapped.
        mapped: Span,
    },
    /// The bytes reach past the file's present end. A store there would go to memory that belongs to no file.
    PastFileEnd {
        /// Where the store was to go.
        offset: u64,
        /// How many bytes it had.
        len: usize,
        /// Length of the file in bytes.
        file_len: u64,
    },
    /// What stands there cannot be read, so the store could not be undone.
    Unreadable {
        /// The first byte that cannot be read.
        offset: u64,
        /// Why.
        reason: GapReason,
    },
    /// The kernel refused the store, after `stored` bytes.
    Refused {
        /// Where the store was to go.
        offset: u64,
        /// How many bytes were stored before.
        stored: usize,
        /// How many there were.
        wanted: usize,
        /// What stood where bytes were stored: `stored` bytes, or none after a write to the file itself.
        before: Vec<u8>,
        /// Why the next one was refused.
        reason: GapReason,
    },
    /// The store succeeded, but another byte stands there now: somebody else stored at the same moment, or the page was
    /// taken away.
    NotKept {
        /// The first byte that differs.
        offset: u64,
        /// What was stored there.
        stored: u8,
        /// What stands there; `None` if it cannot be read any more.
        found: Option<u8>,
        /// What stood at the place before the store, from its first byte.
        before: Vec<u8>,
    },
    /// The file may not be written (only for writes to the file itself).
    NotWritable(MapRefusal),
    /// The file's length cannot be asked for.
    Failed {
        /// The error number of fstat(2).
        errno: i32,
    },
}

impl StoreError {
    /// A store to `span`, where `gap` cannot be read.
    #[must_use]
    pub fn of_gap(span: Span, gap: &Gap) -> Self {
        match gap.reason {
            GapReason::PastFileEnd { file_len } => Self::PastFileEnd {
                offset: span.start(),
                len: usize::try_from(span.len()).unwrap_or(usize::MAX),
                file_len,
            },
            reason => Self::Unreadable {
                offset: gap.span.start(),
                reason,
            },
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWritable(refusal) => refusal.fmt(f),
            Self::Refused {
                stored: 0,
                offset,
                reason,
                ..
            } => write!(f, "Not written at offset {offset}: {reason}"),
            Self::Refused {
                offset,
                stored,
                wanted,
                reason,
                ..
            } => {
                write!(
                    f,
                    "Only {stored} of {} written at offset {offset}: {reason}",
                    counted(*wanted as u64, "byte")
                )
            }
            Self::NotKept {
                offset,
                stored,
                found,
                ..
            } => {
                f.write_str("Written, but ")?;
                match found {
                    Some(found) => write!(
                        f,
                        "offset {offset} now holds {found:#04x} instead of {stored:#04x}: somebody else changed it"
                    ),
                    None => write!(
                        f,
                        "{stored:#04x} at offset {offset} cannot be read back: the page was taken away"
                    ),
                }
            }
            _ => {
                f.write_str("Not written: ")?;
                self.fmt_refusal(f)
            }
        }
    }
}

impl StoreError {
    /// Why the store was not even tried.
    fn fmt_refusal(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly { mode } => write!(
                f,
                "this {mode} mapping is read-only; map the file read-write to edit it"
            ),
            Self::OutsideMapping { offset, mapped } => {
                write!(f, "offset {offset} lies outside the mapped bytes {mapped}")
            }
            Self::PastFileEnd {
                offset,
                len,
                file_len,
            } => write!(
                f,
                "{} at offset {offset} would reach past the end of the file, which is now {} long",
                counted(*len as u64, "byte"),
                counted(*file_len, "byte")
            ),
            Self::Unreadable { offset, reason } => {
                write!(f, "what stands at offset {offset} cannot be read: {reason}")
            }
            Self::Failed { errno } => write!(
                f,
                "the length of the file is not known: {}",
                describe_errno(*errno)
            ),
            Self::Refused { .. } | Self::NotKept { .. } | Self::NotWritable(_) => Ok(()),
        }
    }
}

impl Error for StoreError {}
