//! A file opened for looking at.
//!
//! It owns the descriptor, the file's identity and what the path leads to. It must not know mappings. The file is never
//! opened for writing until that is asked for: it would make a program un-startable (`ETXTBSY`) and wake file watchers.

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

use super::call_log::{CallLog, CallResult};
use super::errno::{EINVAL, errno_of};
use super::file_kind::{FileKind, Identity};
use super::mode::{Access, Mode, Way};
use super::open_error::{OpenError, OpenErrorKind};
use super::page::Unavailable;
use super::raw::{self, Opening, page_bytes};
use super::readout::{GapReason, Gaps, Readout};
use super::refusal::{Bar, MapRefusal};
use crate::bytes::Span;

/// What stands at the path of an open file by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathState {
    /// The file that is open.
    Same,
    /// Another file: it was replaced, as editors do when they save.
    Replaced {
        /// Which one.
        identity: Identity,
        /// Its length in bytes, as stat(2) says.
        len: u64,
    },
    /// Nothing: the file was deleted or moved away; [`OpenFile::link_count`] tells which.
    Deleted,
    /// Not known. [`Unavailable::NotOnThisSystem`] is a fact of the system and nothing to warn of: it does not tell
    /// identities. [`Unavailable::Failed`] means that the path cannot be looked at, with the error number of stat(2).
    Unknown(Unavailable),
}

/// A file opened for reading, with what is needed to know it again. Cheap calls only; it may be shared by threads.
#[derive(Debug)]
pub struct OpenFile {
    path: PathBuf,
    file: File,
    identity: Identity,
    is_block_device: bool,
    /// Whether the file may be opened for writing when that is needed: a block device only after it was allowed.
    may_open_writer: AtomicBool,
    writer: Mutex<Option<Arc<File>>>,
    /// The error number of a flush of this file that failed, or 0. The kernel tells it once, whichever mapping asks.
    failed_flush: Arc<AtomicI32>,
    log: CallLog,
}

/// Opens and lists the call.
pub(super) fn open_logged(path: &Path, opening: Opening, log: &CallLog) -> io::Result<File> {
    let (call, args) = raw::open_call(path, opening);
    log.run(
        call,
        args,
        || raw::open_options(opening).open(path),
        |file| CallResult::Ok(raw::open_result(file)),
    )
}

impl OpenFile {
    /// Opens the file at `path`: `O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_NOCTTY` (open(2)).
    ///
    /// It looks at the type first and never opens a FIFO, a socket or a character device, which could wait or act. A
    /// trial mapping of one page tells files that cannot be mapped from those that can.
    ///
    /// # Errors
    ///
    /// [`OpenError`], one sentence with the path, the cause and what can be done.
    pub fn open(path: &Path, log: &CallLog) -> Result<Self, OpenError> {
        Self::open_by(path, path, log)
    }

    /// Opens the file `identity` by `via` (such as `/proc/1234/fd/5`), or else by `fallback`, which is its path from
    /// then on. For helper processes, which must look at the very same file.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where neither leads to that file. Where the system tells no identity, `fallback` is believed.
    pub fn open_same(
        via: &Path,
        fallback: &Path,
        identity: Identity,
        log: &CallLog,
    ) -> Result<Self, OpenError> {
        let same = |it: &Self| it.identity == identity;
        if let Ok(open) = Self::open_by(via, fallback, log)
            && same(&open)
        {
            return Ok(open);
        }
        let open = Self::open_by(fallback, fallback, log)?;
        if same(&open) {
            Ok(open)
        } else {
            Err(OpenError::of_kind(fallback, OpenErrorKind::NotTheSame))
        }
    }

    fn open_by(way: &Path, path: &Path, log: &CallLog) -> Result<Self, OpenError> {
        let system = |error: io::Error| OpenError::of_system(path, &error);
        let refuse = |kind| match refused_kind(kind) {
            Some(kind) => Err(OpenError::of_kind(path, kind)),
            None => Ok(()),
        };
        refuse(raw::file_kind(&fs::metadata(way).map_err(system)?))?;
        let file = open_logged(way, Opening::Read, log).map_err(system)?;
        let kind = raw::file_kind(&file.metadata().map_err(system)?);
        // Once more, as the path may have changed its meaning since; the open itself did not wait (O_NONBLOCK).
        refuse(kind)?;
        let is_block_device = kind == FileKind::BlockDevice;
        let open = Self {
            path: path.to_owned(),
            identity: raw::identity(&file).map_err(system)?,
            is_block_device,
            may_open_writer: AtomicBool::new(!is_block_device),
            file,
            writer: Mutex::new(None),
            failed_flush: Arc::new(AtomicI32::new(0)),
            log: log.clone(),
        };
        match open.try_way(Way::new(Mode::Private, Access::ReadOnly), &open.file) {
            // An empty file cannot be mapped either: the length is looked at next.
            Ok(()) | Err(EINVAL) => {}
            Err(errno) => return Err(OpenError::of_trial(path, errno)),
        }
        if open.file_len().map_err(system)? == 0 {
            return Err(OpenError::of_kind(path, OpenErrorKind::Empty));
        }
        Ok(open)
    }

    /// Maps one byte for a moment: the only way to know whether a file below `/proc`, `/sys` or on an odd file system
    /// can be mapped, and how, whatever length and rights it claims. The error number of mmap(2).
    fn try_way(&self, way: Way, by: &File) -> Result<(), i32> {
        let Some(one) = Span::at(0, 1) else {
            return Ok(());
        };
        match raw::Region::map(by, way, one, &self.log) {
            Ok(_unmapped_at_once) => Ok(()),
            Err(error) => Err(errno_of(&error)),
        }
    }

    /// A refusal of `asked`, with the ways of mapping that work in its place, found by trying each. Nothing is opened for
    /// that and nothing is written.
    pub(super) fn refusal(&self, asked: Way, bar: Bar, errno: i32) -> MapRefusal {
        let works = asked.instead().iter().copied();
        MapRefusal {
            path: self.path.clone(),
            bar,
            errno,
            works: works
                .filter(|&way| self.try_way(way, &self.file).is_ok())
                .collect(),
        }
    }

    /// The path that it was opened by.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Device and inode, as they were when it was opened; they do not change while it is open.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Whether it is a block device, whose length does not change and which may hold a file system that others use. It
    /// is not opened for writing before [`Self::allow_writing`].
    #[must_use]
    pub fn is_block_device(&self) -> bool {
        self.is_block_device
    }

    /// Lets the file be opened for writing when that is needed, although it is a block device: somebody was asked and
    /// agreed. It stays allowed as long as the file is open.
    pub fn allow_writing(&self) {
        self.may_open_writer.store(true, Ordering::Relaxed);
    }

    /// Whether the file may be opened for writing by what was said so far: a block device only after
    /// [`Self::allow_writing`]. Nothing is opened to find out more.
    #[must_use]
    pub fn may_open_writer(&self) -> bool {
        self.may_open_writer.load(Ordering::Relaxed)
    }

    /// The number of the descriptor, for `/proc/PID/fd/N`. It stays open as long as this value lives.
    #[cfg(unix)]
    #[must_use]
    pub fn as_raw_fd(&self) -> std::os::fd::RawFd {
        std::os::fd::AsRawFd::as_raw_fd(&self.file)
    }

    /// A path that leads another process to this very file, whatever its name is by now: `/proc/PID/fd/N`, proc(5). Where
    /// the system has no such paths, the path it was opened by.
    #[must_use]
    pub fn descriptor_path(&self) -> PathBuf {
        raw::path_of_descriptor(&self.file)
            .and_then(|path| {
                let number = path.file_name()?.to_owned();
                Some(PathBuf::from(format!("/proc/{}/fd", std::process::id())).join(number))
            })
            .unwrap_or_else(|| self.path.clone())
    }

    /// The length of the file in bytes, asked for afresh: fstat(2), or lseek(2) to the end for a block device.
    ///
    /// # Errors
    ///
    /// The system's, such as `ESTALE` or `EIO` from a network file system.
    pub fn file_len(&self) -> io::Result<u64> {
        if self.is_block_device {
            // Nobody uses the descriptor's position.
            (&self.file).seek(SeekFrom::End(0))
        } else {
            Ok(self.file.metadata()?.len())
        }
    }

    /// How many names the file has: 0 once it is deleted (inode(7), `st_nlink`). `None` where the system does not tell.
    ///
    /// # Errors
    ///
    /// The system's, as for [`Self::file_len`].
    pub fn link_count(&self) -> io::Result<Option<u64>> {
        raw::link_count(&self.file)
    }

    /// What the path leads to by now. It waits for one stat(2), no longer.
    #[must_use]
    pub fn path_state(&self) -> PathState {
        match raw::identity_at(&self.path) {
            Ok((identity, _)) if !identity.is_known() => {
                PathState::Unknown(Unavailable::NotOnThisSystem)
            }
            Ok((identity, _)) if identity == self.identity => PathState::Same,
            Ok((identity, len)) => PathState::Replaced { identity, len },
            Err(error) if error.kind() == io::ErrorKind::NotFound => PathState::Deleted,
            Err(error) => PathState::Unknown(Unavailable::Failed {
                errno: errno_of(&error),
            }),
        }
    }

    /// Reads `span` from the file itself, without any mapping: pread(2). Counted as painting, not listed.
    #[must_use]
    pub fn pread(&self, span: Span) -> Readout {
        let mut out = Readout {
            span,
            bytes: vec![0; usize::try_from(span.len()).unwrap_or(0)],
            gaps: Vec::new(),
        };
        let mut gaps = Gaps::default();
        let mut at = span.start();
        while at < span.end() {
            let index = usize::try_from(at - span.start()).unwrap_or(usize::MAX);
            let Some(rest) = out.bytes.get_mut(index..) else {
                break;
            };
            match self.pread_once(rest, at) {
                Ok(0) => break,
                Ok(count) => at += count as u64,
                Err(errno) => {
                    // The call may have met a bad page behind good ones: go on page by page.
                    let next = (at / page_bytes() + 1)
                        .saturating_mul(page_bytes())
                        .min(span.end());
                    let len = usize::try_from(next - at)
                        .unwrap_or(rest.len())
                        .min(rest.len());
                    match self.pread_once(&mut rest[..len], at) {
                        Ok(0) => break,
                        Ok(count) => at += count as u64,
                        Err(_) => {
                            gaps.push(at, next, GapReason::Storage { errno });
                            at = next;
                        }
                    }
                }
            }
        }
        // A read of nothing is the end of the file, wherever that has moved since.
        let file_len = self.file_len().map_or(at, |now| now.min(at));
        gaps.push(at, span.end(), GapReason::PastFileEnd { file_len });
        out.gaps = gaps.into_vec();
        out
    }

    /// One pread(2), counted: how many bytes came, or the error number.
    pub(crate) fn pread_once(&self, into: &mut [u8], offset: u64) -> Result<usize, i32> {
        loop {
            self.log.count_read();
            match raw::read_at(&self.file, into, offset) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome.map_err(|error| errno_of(&error)),
            }
        }
    }

    /// Why the bytes from `at` to `end` (at most a page) cannot be read through a mapping, which said `errno`. The file
    /// itself is asked for the same bytes, as the kernel says `EFAULT` for everything.
    pub(super) fn why_unreadable(&self, at: u64, end: u64, errno: i32) -> GapReason {
        match self.file_len() {
            Ok(file_len) if file_len <= at => GapReason::PastFileEnd { file_len },
            Err(error) => GapReason::Failed {
                errno: errno_of(&error),
            },
            Ok(file_len) => self.why_no_page(at, end.min(file_len), errno),
        }
    }

    fn why_no_page(&self, at: u64, end: u64, errno: i32) -> GapReason {
        let mut page = vec![0; usize::try_from(end - at).unwrap_or(0)];
        let (mut from, mut asked_again) = (at, false);
        while from < end {
            let index = usize::try_from(from - at).unwrap_or(page.len());
            match self.pread_once(&mut page[index..], from) {
                Err(errno) => return GapReason::Storage { errno },
                Ok(0) => match self.file_len() {
                    Ok(file_len) if file_len <= from => {
                        return GapReason::PastFileEnd { file_len };
                    }
                    // The file may have been short for that moment only.
                    _ if !asked_again => asked_again = true,
                    _ => return GapReason::StorageGaveNothing,
                },
                Ok(count) => from += count as u64,
            }
        }
        if raw::is_full(&self.file) && raw::is_hole(&self.file, at, 1) {
            GapReason::HoleNeedsBlock
        } else {
            GapReason::NotThroughMapping { errno }
        }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn log(&self) -> &CallLog {
        &self.log
    }

    pub(super) fn failed_flush(&self) -> &Arc<AtomicI32> {
        &self.failed_flush
    }

    pub(super) fn writer_slot(&self) -> &Mutex<Option<Arc<File>>> {
        &self.writer
    }
}

/// The kind of refusal of what cannot be mapped by its type alone, and must not be opened: that could wait or act.
fn refused_kind(kind: FileKind) -> Option<OpenErrorKind> {
    match kind {
        FileKind::Regular | FileKind::BlockDevice => None,
        FileKind::Directory => Some(OpenErrorKind::Directory),
        FileKind::Fifo => Some(OpenErrorKind::Fifo),
        FileKind::Socket => Some(OpenErrorKind::Socket),
        FileKind::CharacterDevice => Some(OpenErrorKind::CharacterDevice),
    }
}
