//! Stores through a mapping.
//!
//! It owns the order of checks, the store itself and the proof that it arrived. It must not know who asked for it.

use std::error::Error;
use std::fmt;

use super::errno::errno_of;
use super::mapping::read_failure;
use super::{
    Access, CallResult, GapReason, Mapping, Mode, OpenFile, WriteRefusal, describe_errno, raw,
};
use crate::bytes::Span;

/// A store did not happen, or not wholly. [`StoreError::stored`] says how many bytes were stored.
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
    NotWritable(WriteRefusal),
    /// The file's length cannot be asked for.
    Failed {
        /// The error number of fstat(2).
        errno: i32,
    },
}

impl StoreError {
    /// How many bytes were stored although this is an error.
    #[must_use]
    pub fn stored(&self) -> usize {
        match self {
            Self::Refused { stored, .. } => *stored,
            Self::NotKept { before, .. } => before.len(),
            _ => 0,
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
                    bytes(*wanted)
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
                "{} at offset {offset} would reach past the end of the file, which is now {file_len} bytes long",
                bytes(*len)
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

fn bytes(count: usize) -> String {
    if count == 1 {
        "1 byte".to_owned()
    } else {
        format!("{count} bytes")
    }
}

impl Mapping {
    /// Stores `bytes` at `offset` of the file, as a store instruction would, and returns what stood there before.
    ///
    /// In a private mapping each page that it touches becomes a private copy, also where the value stays the same. In a
    /// shared one everybody sees it at once. The bytes are read back and compared.
    ///
    /// # Errors
    ///
    /// [`StoreError`]. Nothing was stored, but for [`StoreError::Refused`], which says how much, and
    /// [`StoreError::NotKept`].
    pub fn store(&self, offset: u64, bytes: &[u8], file: &OpenFile) -> Result<Vec<u8>, StoreError> {
        if self.access() == Access::ReadOnly {
            return Err(StoreError::ReadOnly { mode: self.mode() });
        }
        let _one_at_a_time = self.lock_stores();
        let span = self.storable(offset, bytes.len(), file)?;
        let before = self.read(span, file);
        if let Some(gap) = before.gaps.first() {
            return Err(match gap.reason {
                GapReason::PastFileEnd { file_len } => StoreError::PastFileEnd {
                    offset,
                    len: bytes.len(),
                    file_len,
                },
                reason => StoreError::Unreadable {
                    offset: gap.span.start(),
                    reason,
                },
            });
        }
        let mut before = before.bytes;
        let (stored, errno) = self.copy_in(offset, bytes);
        if stored < bytes.len() {
            before.truncate(stored);
            let reason = self.store_refusal(offset + stored as u64, errno, file);
            return Err(StoreError::Refused {
                offset,
                stored,
                wanted: bytes.len(),
                before,
                reason,
            });
        }
        let after = self.read(span, file);
        for ((at, &stored), offset) in bytes.iter().enumerate().zip(offset..) {
            let found = after.byte(offset);
            if found != Some(stored) {
                debug_assert!(at < before.len());
                return Err(StoreError::NotKept {
                    offset,
                    stored,
                    found,
                    before,
                });
            }
        }
        Ok(before)
    }

    /// The span of a store, if it lies in the mapping and in the file as it is now.
    fn storable(&self, offset: u64, len: usize, file: &OpenFile) -> Result<Span, StoreError> {
        let mapped = self.span();
        let span = Span::at(offset, len as u64)
            .filter(|&span| mapped.contains_span(span))
            .ok_or(StoreError::OutsideMapping { offset, mapped })?;
        let file_len = file.file_len().map_err(|error| StoreError::Failed {
            errno: errno_of(&error),
        })?;
        if span.end() > file_len {
            return Err(StoreError::PastFileEnd {
                offset,
                len,
                file_len,
            });
        }
        Ok(span)
    }

    /// Copies into the mapping until the kernel refuses: how many bytes went, and the error number of the refusal.
    fn copy_in(&self, offset: u64, bytes: &[u8]) -> (usize, i32) {
        let mut done = 0;
        while done < bytes.len() {
            let rest = &bytes[done..];
            let address = self.address_of(offset + done as u64);
            let (call, args) = raw::copy_in_call(self.primitive(), address, rest);
            let copy = || {
                raw::copy_in(self.primitive(), address, rest)
                    .map_err(std::io::Error::from_raw_os_error)
            };
            let result_of =
                |&count: &usize| CallResult::Ok(i128::try_from(count).unwrap_or(i128::MAX));
            match self.log().run(call, args, copy, result_of) {
                Ok(0) => return (done, raw::EFAULT),
                Ok(count) => done += count,
                Err(error) => return (done, errno_of(&error)),
            }
        }
        (done, 0)
    }

    /// Why a store at `offset` was refused. The kernel says `EFAULT` for everything; the file tells more.
    fn store_refusal(&self, offset: u64, errno: i32, file: &OpenFile) -> GapReason {
        match file.file_len() {
            Ok(file_len) if file_len <= offset => return GapReason::PastFileEnd { file_len },
            Err(error) => {
                return GapReason::Failed {
                    errno: errno_of(&error),
                };
            }
            Ok(_) => {}
        }
        if raw::is_full(file.file()) {
            return GapReason::Failed { errno: raw::ENOSPC };
        }
        // Made immutable or read-only since it was mapped: asking for the right to write tells, and changes nothing.
        if self.mode() == Mode::Shared
            && let Err(errno) = raw::may_write(file.file())
        {
            return GapReason::Failed { errno };
        }
        read_failure(offset, errno, file)
    }
}
