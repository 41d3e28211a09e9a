//! Stores through a mapping.
//!
//! It owns the order of checks, the store itself and the proof that it arrived. It must not know who asked for it.

use std::time::Duration;

use super::call_log::CallResult;
use super::errno::{EFAULT, ENOSPC, errno_of};
use super::facts::cache_facts_in;
use super::mapping::Mapping;
use super::mode::{Access, Mode};
use super::open::OpenFile;
use super::raw::{self, page_bytes};
use super::readout::{GapReason, Readout};
use super::store_error::StoreError;
use crate::bytes::Span;

/// Bytes that are read back at once: what a store of any length costs beside the bytes that it returns.
const READ_BACK_BYTES: usize = 64 << 10;

/// Between two looks whether pages are still being written.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// Looks after which a store goes on all the same: a minute, should others have the pages written again and again.
const MOST_LOOKS: u32 = 60_000;

/// Waits while the kernel writes pages of `span` to the storage. A store into such a page waits for it as well, but holds
/// the lock of this process's whole address space meanwhile: where the storage hangs, no other thread could map or give
/// back memory. Where the system does not tell, nothing is waited for here.
fn wait_until_written(file: &OpenFile, span: Span) {
    for _ in 0..MOST_LOOKS {
        match cache_facts_in(file, span) {
            Ok(facts) if facts.writeback_pages > 0 => std::thread::sleep(LOOK_AGAIN),
            _ => return,
        }
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
        self.store_after(offset, bytes, file, |_| Ok(()))
    }

    /// The same, where `first` is told what stands there, once that has been read and before anything is stored. Where it
    /// fails nothing is.
    ///
    /// # Errors
    ///
    /// Those of [`Mapping::store`], and of `first`.
    pub fn store_after<E: From<StoreError>>(
        &self,
        offset: u64,
        bytes: &[u8],
        file: &OpenFile,
        first: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        if self.access() == Access::ReadOnly {
            return Err(StoreError::ReadOnly { mode: self.mode() }.into());
        }
        let _one_at_a_time = self.lock_stores();
        let span = self.storable(offset, bytes.len(), file)?;
        if self.mode() == Mode::Shared {
            wait_until_written(file, span);
        }
        let before = self.read(span, file);
        if let Some(gap) = before.gaps.first() {
            return Err(StoreError::of_gap(span, gap).into());
        }
        first(&before.bytes)?;
        Ok(self.store_over(before.bytes, offset, bytes, file)?)
    }

    /// Stores where `before` was read a moment ago, and returns it.
    fn store_over(
        &self,
        mut before: Vec<u8>,
        offset: u64,
        bytes: &[u8],
        file: &OpenFile,
    ) -> Result<Vec<u8>, StoreError> {
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
        match self.first_not_kept(offset, bytes, file) {
            None => Ok(before),
            Some((offset, stored, found)) => Err(StoreError::NotKept {
                offset,
                stored,
                found,
                before,
            }),
        }
    }

    /// Reads back what was stored, a piece at a time: the first byte that differs, with what was stored and what stands
    /// there.
    fn first_not_kept(
        &self,
        offset: u64,
        bytes: &[u8],
        file: &OpenFile,
    ) -> Option<(u64, u8, Option<u8>)> {
        let mut now = Readout::new();
        for (piece, at) in bytes
            .chunks(READ_BACK_BYTES)
            .zip((offset..).step_by(READ_BACK_BYTES))
        {
            self.read_into(Span::at(at, piece.len() as u64)?, file, &mut now);
            if now.is_whole() && now.bytes == piece {
                continue;
            }
            for (&stored, at) in piece.iter().zip(at..) {
                let found = now.byte(at);
                if found != Some(stored) {
                    return Some((at, stored, found));
                }
            }
        }
        None
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
                Ok(0) => return (done, EFAULT),
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
            return GapReason::Failed { errno: ENOSPC };
        }
        // Made immutable or read-only since it was mapped: asking for the right to write tells, and changes nothing.
        if self.mode() == Mode::Shared
            && let Err(errno) = raw::may_write(file.file())
        {
            return GapReason::Failed { errno };
        }
        let page_end = (offset / page_bytes() + 1).saturating_mul(page_bytes());
        file.why_unreadable(offset, page_end, errno)
    }
}
