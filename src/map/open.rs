//! A file opened for looking at.
//!
//! It owns the descriptor, the file's identity and what the path leads to. It must not know mappings. The file is never
//! opened for writing until that is asked for: it would make a program un-startable (`ETXTBSY`) and wake file watchers.

use std::fs::{self, File, Metadata};
use std::io::{self, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::errno::errno_of;
use super::readout::Gaps;
use super::writer::open_logged;
use super::{Access, CallLog, GapReason, Mode, OpenError, OpenErrorKind, Readout, raw};
use crate::bytes::Span;

/// What makes a file the same file, whatever its name: inode(7).
///
/// On a system that does not tell it, both are 0 and nothing is known to be the same; see [`Self::is_known`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Number of the device that holds the file.
    pub dev: u64,
    /// Number of the file on its device.
    pub ino: u64,
}

impl Identity {
    /// Whether the system told it.
    #[must_use]
    pub fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }

    /// What stands for an identity where the system does not tell it.
    pub(crate) const UNKNOWN: Self = Self { dev: 0, ino: 0 };
}

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
    /// The path cannot be looked at.
    Unknown {
        /// The error number of stat(2); `ENOSYS` or its counterpart where the system does not tell identities.
        errno: i32,
    },
}

/// A file opened for reading, with what is needed to know it again. Cheap calls only; it may be shared by threads.
#[derive(Debug)]
pub struct OpenFile {
    path: PathBuf,
    file: File,
    identity: Identity,
    is_block_device: bool,
    writer: Mutex<Option<Arc<File>>>,
    log: CallLog,
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
        let refuse = |metadata: &Metadata| match raw::refused_type(metadata) {
            Some(kind) => Err(OpenError::of_kind(path, kind)),
            None => Ok(()),
        };
        refuse(&fs::metadata(way).map_err(system)?)?;
        let file = open_logged(way, false, log).map_err(system)?;
        let metadata = file.metadata().map_err(system)?;
        // Once more, as the path may have changed its meaning since; the open itself did not wait (O_NONBLOCK).
        refuse(&metadata)?;
        let open = Self {
            path: path.to_owned(),
            identity: raw::identity(&metadata),
            is_block_device: raw::is_block_device(&metadata),
            file,
            writer: Mutex::new(None),
            log: log.clone(),
        };
        open.try_mapping()?;
        if open.file_len().map_err(system)? == 0 {
            return Err(OpenError::of_kind(path, OpenErrorKind::Empty));
        }
        Ok(open)
    }

    /// Maps one byte for a moment: the only way to know whether a file below `/proc`, `/sys` or on an odd file system
    /// can be mapped, whatever length it claims.
    fn try_mapping(&self) -> Result<(), OpenError> {
        let Some(one) = Span::at(0, 1) else {
            return Ok(());
        };
        match raw::Region::map(&self.file, Mode::Private, Access::ReadOnly, one, &self.log) {
            Ok(_unmapped_at_once) => Ok(()),
            // An empty file: the length is looked at next.
            Err(error) if errno_of(&error) == raw::EINVAL => Ok(()),
            Err(error) => Err(OpenError::of_trial(&self.path, errno_of(&error))),
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

    /// Whether it is a block device, whose length does not change and which holds file systems that others use.
    #[must_use]
    pub fn is_block_device(&self) -> bool {
        self.is_block_device
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
        Ok(raw::link_count(&self.file.metadata()?))
    }

    /// What the path leads to by now. It waits for one stat(2), no longer.
    #[must_use]
    pub fn path_state(&self) -> PathState {
        match fs::metadata(&self.path) {
            Ok(metadata) => {
                let identity = raw::identity(&metadata);
                if !identity.is_known() {
                    PathState::Unknown { errno: raw::ENOSYS }
                } else if identity == self.identity {
                    PathState::Same
                } else {
                    PathState::Replaced {
                        identity,
                        len: metadata.len(),
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => PathState::Deleted,
            Err(error) => PathState::Unknown {
                errno: errno_of(&error),
            },
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
                    let next = (at / super::page_bytes() + 1)
                        .saturating_mul(super::page_bytes())
                        .min(span.end());
                    let len = usize::try_from(next - at)
                        .unwrap_or(rest.len())
                        .min(rest.len());
                    match self.pread_once(&mut rest[..len], at) {
                        Ok(0) => break,
                        Ok(count) => at += count as u64,
                        Err(_) => {
                            gaps.push(at, next, GapReason::Failed { errno });
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

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn log(&self) -> &CallLog {
        &self.log
    }

    pub(crate) fn writer_slot(&self) -> &Mutex<Option<Arc<File>>> {
        &self.writer
    }
}
