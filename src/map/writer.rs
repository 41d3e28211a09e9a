//! Opening a file for writing, on demand, and why it may be refused.
//!
//! It owns the second descriptor of an open file and the words of a refusal. It must not know mappings.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use super::errno::errno_of;
use super::store::StoreError;
use super::wording::Shown;
use super::{CallLog, CallResult, GapReason, OpenFile, describe_errno, raw};
use crate::bytes::Span;

/// The file may not be written. Its `Display` is one sentence that also says what still works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteRefusal {
    /// The path of the open file.
    pub path: PathBuf,
    /// The error number of opening it for writing (open(2)); `ESTALE` where the path leads to another file by now.
    pub errno: i32,
}

impl fmt::Display for WriteRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.errno {
            raw::EACCES => "There is no permission to write the file",
            raw::EPERM => "The file is immutable, append-only or sealed against writing",
            raw::EROFS => "The file is on a file system that is mounted read-only",
            raw::ETXTBSY => "The file is in use as a running program or as swap space",
            raw::ESTALE => "The path leads to another file by now",
            _ => "The file cannot be opened for writing",
        };
        let cause = describe_errno(self.errno);
        write!(
            f,
            "{why}: {cause}; private editing works and leaves the file as it is: {}",
            Shown(&self.path)
        )
    }
}

impl Error for WriteRefusal {}

/// Opens and lists the call.
pub(crate) fn open_logged(path: &Path, write: bool, log: &CallLog) -> io::Result<File> {
    let (call, args) = raw::open_call(path, write);
    log.run(
        call,
        args,
        || raw::open_options(write).open(path),
        |file| CallResult::Ok(raw::open_result(file)),
    )
}

impl OpenFile {
    /// The file opened for reading and writing: made at the first call and kept, see [`Self::release_writer`].
    ///
    /// On Linux it is opened through `/proc/self/fd`, so it is the right file also where it was renamed or deleted;
    /// elsewhere by its path, and only if that still leads to the same file.
    ///
    /// # Errors
    ///
    /// [`WriteRefusal`] with the error number of open(2).
    pub fn writer(&self) -> Result<Arc<File>, WriteRefusal> {
        let mut kept = self
            .writer_slot()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*kept {
            return Ok(Arc::clone(file));
        }
        let refusal = |errno| WriteRefusal {
            path: self.path().to_owned(),
            errno,
        };
        let way = raw::path_of_descriptor(self.file());
        let way = way.as_deref().unwrap_or(self.path());
        let file = open_logged(way, true, self.log()).map_err(|error| refusal(errno_of(&error)))?;
        let metadata = file.metadata().map_err(|error| refusal(errno_of(&error)))?;
        if raw::identity(&metadata) != self.identity() {
            return Err(refusal(raw::ESTALE));
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
    pub fn sync(&self) -> std::io::Result<()> {
        let writer = self
            .writer_slot()
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(writer) = writer else {
            return Ok(()); // nothing was written
        };
        let (call, args) = raw::sync_call(&writer);
        self.log()
            .run(call, args, || writer.sync_data(), |()| CallResult::Ok(0))
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
                    Ok(0) => raw::EIO,
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
