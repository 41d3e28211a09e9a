//! Opening a file for writing, on demand, and writing to it without a mapping.
//!
//! It owns when the second descriptor of an open file is made and given up. It must not know mappings.

use std::fs::File;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::call_log::CallResult;
use super::errno::{EIO, EPERM, ESTALE, errno_of};
use super::mode::{Access, Mode, Way};
use super::open::{OpenFile, open_logged};
use super::raw::{self, Opening};
use super::readout::GapReason;
use super::refusal::{Bar, MapRefusal};
use super::store_error::StoreError;
use crate::bytes::Span;

impl OpenFile {
    /// The file opened for reading and writing: made at the first call and kept, see [`Self::release_writer`].
    ///
    /// On Linux it is opened through `/proc/self/fd`, so it is the right file also where it was renamed or deleted;
    /// elsewhere by its path, and only if that still leads to the same file.
    ///
    /// # Errors
    ///
    /// [`MapRefusal`] with what stands in the way, which ways of mapping work all the same, and the error number of open(2).
    /// A block device is not opened before [`Self::allow_writing`].
    pub fn writer(&self) -> Result<Arc<File>, MapRefusal> {
        let mut kept = self
            .writer_slot()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*kept {
            return Ok(Arc::clone(file));
        }
        let shared = Way::new(Mode::Shared, Access::ReadWrite);
        if !self.may_open_writer() {
            return Err(self.refusal(shared, Bar::BlockDevice, EPERM));
        }
        let refusal = |errno| {
            let protection = raw::protection(self.file());
            self.refusal(shared, Bar::of_opening(errno, protection), errno)
        };
        let way = raw::path_of_descriptor(self.file());
        let way = way.as_deref().unwrap_or(self.path());
        let file = open_logged(way, Opening::Write, self.log())
            .map_err(|error| refusal(errno_of(&error)))?;
        let identity = raw::identity(&file).map_err(|error| refusal(errno_of(&error)))?;
        if identity != self.identity() {
            return Err(refusal(ESTALE));
        }
        let file = Arc::new(file);
        *kept = Some(Arc::clone(&file));
        Ok(file)
    }

    /// Closes the descriptor that [`Self::writer`] keeps, once nobody else holds it.
    ///
    /// While a file is open for writing, or mapped shared and read-write, no program can be started from it (`ETXTBSY`).
    pub fn release_writer(&self) {
        *self
            .writer_slot()
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Waits until what was written through [`Self::pwrite`] is on the device: fdatasync(2).
    ///
    /// # Errors
    ///
    /// The system's. Like that of msync(2) it is final: a second call may say 0 although the data is lost.
    pub fn sync(&self) -> io::Result<()> {
        let writer = self
            .writer_slot()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(writer) = writer else {
            return Ok(()); // nothing was written
        };
        let (call, args) = raw::sync_call(&writer);
        let synced = self
            .log()
            .run(call, args, || writer.sync_data(), |()| CallResult::Ok(0));
        if let Err(error) = &synced {
            self.failed_flush()
                .store(errno_of(error), Ordering::Relaxed);
        }
        synced
    }

    /// Writes `bytes` at `offset` through the file itself, without any mapping: pwrite(2).
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the file may not be written, the span reaches past the file's present end (a file is never made
    /// longer), or the system refused, with how many bytes were written before.
    pub fn pwrite(&self, offset: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let writer = self.writer().map_err(StoreError::NotWritable)?;
        let file_len = self.file_len().map_err(|error| StoreError::Failed {
            errno: errno_of(&error),
        })?;
        match Span::at(offset, bytes.len() as u64) {
            Some(span) if span.end() <= file_len => {}
            _ => {
                return Err(StoreError::PastFileEnd {
                    offset,
                    len: bytes.len(),
                    file_len,
                });
            }
        }
        let mut done = 0;
        while done < bytes.len() {
            let (rest, at) = (&bytes[done..], offset + done as u64);
            let (call, args) = raw::write_call(&writer, rest, at);
            let result_of =
                |&count: &usize| CallResult::Ok(i128::try_from(count).unwrap_or(i128::MAX));
            let errno =
                match self
                    .log()
                    .run(call, args, || raw::write_at(&writer, rest, at), result_of)
                {
                    Ok(0) => EIO,
                    Ok(count) => {
                        done += count;
                        continue;
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => errno_of(&error),
                };
            let reason = GapReason::Failed { errno };
            return Err(StoreError::Refused {
                offset,
                stored: done,
                wanted: bytes.len(),
                before: Vec::new(),
                reason,
            });
        }
        Ok(())
    }
}
