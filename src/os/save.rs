//! Writing a new file that nobody ever sees half written: it has no name, or a temporary one, until all of it is on disk.
//!
//! It owns the temporary name, the rights, the order of the syncs, and what may be replaced. It must not know what is
//! written. Errors are data here; whoever shows them has the words.
//!
//! The order is that of rename(2)'s and fsync(2)'s manual pages: write, sync the file, give it its name in one step, sync
//! the folder. On Linux the file has no name at all until then (`O_TMPFILE`, open(2)), so even a killed program leaves
//! nothing; where the file system cannot do that, a killed program leaves a hidden `.mapscope-….part`.

mod naming;
mod rights;

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

pub(crate) use naming::beside;
pub use rights::Rights;

/// How often a caller is asked whether to go on while a file is being synced.
const ASK: Duration = Duration::from_millis(20);

/// What is done where a file has the name already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    #[default]
    Keep,
    /// It is replaced in one step, if it is a regular file; other programs that have it open keep the old one.
    Replace,
}

/// What was being done when a system call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveStep {
    /// Creating a file in the folder.
    Create,
    /// Writing, or setting the length.
    Write,
    /// Getting what was written onto the disk: fsync(2).
    Sync,
    /// Giving the file its name: linkat(2), rename(2).
    Name,
    /// Getting the name onto the disk. The file is there and whole, and might be gone after a power loss.
    SyncFolder,
}

impl fmt::Display for SaveStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "no file can be created there",
            Self::Write => "it cannot be written",
            Self::Sync => "it cannot be put on the disk",
            Self::Name => "the finished file cannot get its name",
            Self::SyncFolder => {
                "it is there and whole, but its name cannot be put on the disk and may be lost with the power"
            }
        })
    }
}

/// Why a file was not saved.
#[derive(Debug)]
pub enum SaveCause {
    /// The path has no file name.
    NoName,
    /// Something has the name and is to be kept.
    Exists,
    /// What has the name is no regular file (a folder, a link, a device), and is not replaced.
    NotRegular,
    /// What has the name, be it by another path or link, is the very file that is being saved from.
    IsSource,
    /// A system call failed.
    System {
        /// Which step.
        step: SaveStep,
        /// With the error number.
        error: io::Error,
    },
}

/// A file was not saved; nothing is left of it, but for [`SaveStep::SyncFolder`].
#[derive(Debug)]
pub struct SaveError {
    /// The path that was asked for, absolute.
    pub path: PathBuf,
    /// Why.
    pub cause: SaveCause,
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            SaveCause::NoName => f.write_str("the path names no file"),
            SaveCause::Exists => f.write_str("a file of this name exists"),
            SaveCause::NotRegular => {
                f.write_str("what has this name is no regular file and is not replaced")
            }
            SaveCause::IsSource => f.write_str("this is the very file that is being saved from"),
            SaveCause::System { step, error } => write!(f, "{step}: {error}"),
        }?;
        write!(f, ": {}", self.path.display())
    }
}

impl Error for SaveError {}

/// A file in the making. Dropping it without [`NewFile::publish`] leaves nothing.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    /// Its name until it has its own; `None` where it has no name at all.
    temporary: Option<PathBuf>,
    path: PathBuf,
    existing: Existing,
    rights: Rights,
    is_synced: bool,
}

impl NewFile {
    /// Begins a file that is to stand at `path` one day, with at most `rights`, which the user's umask narrows further.
    ///
    /// # Errors
    /// [`SaveError`]: no name, something there that is not replaced, the source itself, or the system's error.
    pub fn create(path: &Path, existing: Existing, rights: Rights) -> Result<Self, SaveError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let fail = |cause| SaveError {
            path: path.clone(),
            cause,
        };
        if path.file_name().is_none() {
            return Err(fail(SaveCause::NoName));
        }
        check_place(&path, existing, rights).map_err(fail)?;
        let created = naming::create(&path, rights.mode());
        let (file, temporary) = created.map_err(|error| fail(system(SaveStep::Create, error)))?;
        let new = Self {
            file,
            temporary,
            path,
            existing,
            rights,
            is_synced: false,
        };
        // Before a byte is in it.
        let narrowed = rights.narrow(&new.file);
        narrowed.map_err(|error| new.fail(SaveStep::Create, error))?;
        Ok(new)
    }

    /// The path that it is to have, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, for calls that copy into it.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Makes the file `len` bytes long; what is not written is a hole.
    ///
    /// # Errors
    /// The system's, such as `EFBIG`.
    pub fn set_len(&mut self, len: u64) -> Result<(), SaveError> {
        let result = self.file.set_len(len);
        result.map_err(|error| self.fail(SaveStep::Write, error))
    }

    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// The system's, such as `ENOSPC`.
    pub fn write_at(&mut self, bytes: &[u8], offset: u64) -> Result<(), SaveError> {
        self.is_synced = false;
        let written = write_all_at(&self.file, bytes, offset);
        written.map_err(|error| self.fail(SaveStep::Write, error))
    }

    /// Lets the storage begin with what was written at `start..end`, so that less is left for [`NewFile::sync`]. Does not
    /// wait for it. Only advice: `posix_fadvise(2)`, where the system takes it.
    pub(crate) fn start_sync(&self, start: u64, end: u64) {
        #[cfg(target_os = "linux")]
        if let Some(len) = std::num::NonZeroU64::new(end.saturating_sub(start)) {
            // The kernel starts to write dirty pages that it is told nobody needs.
            let advice = rustix::fs::Advice::DontNeed;
            let _ = rustix::fs::fadvise(&self.file, start, Some(len), advice);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (start, end);
    }

    /// Gets what was written onto the disk, which may take seconds: fsync(2), on a thread of its own. `ask` is asked all
    /// the while; where it says to stop, this returns at once, and what is under way ends by itself.
    ///
    /// # Errors
    /// The system's. The contents are not known to be on the disk then, and never will be.
    pub fn sync(
        &mut self,
        ask: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SaveError> {
        let (tell, told) = mpsc::sync_channel(1);
        let thread = self.file.try_clone().and_then(|file| {
            std::thread::Builder::new()
                .name("sync".to_owned())
                .spawn(move || {
                    // Nobody listens where it was stopped.
                    let _ = tell.send(file.sync_all());
                })
        });
        let result = if thread.is_err() {
            self.file.sync_all()
        } else {
            loop {
                match told.recv_timeout(ASK) {
                    Ok(result) => break result,
                    Err(RecvTimeoutError::Timeout) => {
                        if ask().is_break() {
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => break self.file.sync_all(),
                }
            }
        };
        result.map_err(|error| self.fail(SaveStep::Sync, error))?;
        self.is_synced = true;
        Ok(ControlFlow::Continue(()))
    }

    /// Gives the file its name, all at once, after what was written is on the disk.
    ///
    /// # Errors
    /// [`SaveError`]. Nothing is left, but for [`SaveStep::SyncFolder`], where the file is there.
    pub fn publish(mut self) -> Result<(), SaveError> {
        if !self.is_synced {
            let synced = self.file.sync_all();
            synced.map_err(|error| self.fail(SaveStep::Sync, error))?;
        }
        let named = match self.existing {
            Existing::Keep => naming::name(&self.file, &mut self.temporary, &self.path),
            Existing::Replace => {
                // Once more: it may have become something else since.
                check_place(&self.path, self.existing, self.rights).map_err(|cause| SaveError {
                    path: self.path.clone(),
                    cause,
                })?;
                naming::replace(&self.file, &mut self.temporary, &self.path)
            }
        };
        named.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => SaveError {
                path: self.path.clone(),
                cause: SaveCause::Exists,
            },
            _ => self.fail(SaveStep::Name, error),
        })?;
        naming::sync_folder(&self.path).map_err(|error| self.fail(SaveStep::SyncFolder, error))
    }

    /// Leaves nothing of it, as dropping it does, and does not wait: its name is gone when this returns, and a thread gives
    /// its room back, which takes as long as the storage is busy with it.
    pub fn abandon(mut self) {
        self.remove_name();
        // Where there is no thread, the closure and the file with it are dropped here.
        let _ = std::thread::Builder::new()
            .name("close".to_owned())
            .spawn(move || drop(self));
    }

    fn remove_name(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            // What cannot be removed keeps its hidden name.
            let _ = fs::remove_file(temporary);
        }
    }

    pub(crate) fn fail(&self, step: SaveStep, error: io::Error) -> SaveError {
        SaveError {
            path: self.path.clone(),
            cause: system(step, error),
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        self.remove_name();
    }
}

fn system(step: SaveStep, error: io::Error) -> SaveCause {
    SaveCause::System { step, error }
}

/// Whether a file may be put at `path`.
fn check_place(path: &Path, existing: Existing, rights: Rights) -> Result<(), SaveCause> {
    // Through links, to find the source behind them.
    if let Ok(meta) = fs::metadata(path)
        && rights.are_of(&meta)
    {
        return Err(SaveCause::IsSource);
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(system(SaveStep::Create, error)),
        Ok(_) if existing == Existing::Keep => Err(SaveCause::Exists),
        Ok(meta) if !meta.is_file() => Err(SaveCause::NotRegular),
        Ok(_) => Ok(()),
    }
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn write_all_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek as _, Write as _};
    file.seek(io::SeekFrom::Start(offset))?;
    file.write_all(bytes)
}
