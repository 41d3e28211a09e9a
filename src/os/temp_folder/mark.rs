//! The mark and the lock that make a scratch folder ours, and the one function that deletes by them.
//!
//! It must not know names of folders or when they are made.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};

use super::{Fate, is_named_as_one};

/// The mark's name in the folder.
const MARK: &str = ".mapscope-scratch";

/// The mark's first line.
const FIRST_LINE: &[u8] = b"mapscope scratch folder: deleted when nobody locks it\n";

/// No mark is longer, in bytes: two lines, a name of 255 bytes and a number.
const LONGEST_MARK: u64 = 512;

/// A user of a scratch folder: a shared lock on the folder, by an open of its own. It ends by being closed and never by an
/// unlock, which would take it from a forked child too.
#[derive(Debug)]
pub struct Hold {
    folder: File,
}

impl Hold {
    /// Locks and then marks a folder that the caller made a moment ago. Where the file system knows no locks, it stays
    /// without a mark.
    ///
    /// # Errors
    /// `WouldBlock` where somebody has locked it already, and those of open(2) and write(2).
    pub(super) fn mark_new(path: &Path) -> io::Result<Self> {
        let folder = open_folder(path)?;
        match folder.try_lock_shared() {
            Ok(()) => {
                let fd = openat(
                    &folder,
                    MARK,
                    OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC,
                    Mode::RUSR | Mode::WUSR,
                )?;
                File::from(fd).write_all(&mark_of(path, &folder.metadata()?))?;
            }
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            // Never a mark without a lock: somebody else would take the folder for a dead one.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(Self { folder })
    }

    /// Becomes a user of the scratch folder at `path`, so that nobody deletes it as long as this value lives. `None`
    /// where that is no scratch folder of this user, or is being deleted.
    #[must_use]
    pub fn take(path: &Path) -> Option<Self> {
        let folder = open_folder(path).ok()?;
        let is_held = is_marked(&folder, path) && folder.try_lock_shared().is_ok();
        // Between the look and the lock it may have been deleted.
        let hold = Self { folder };
        (is_held && hold.is_at(path)).then_some(hold)
    }

    /// Becomes a user of the scratch folder that holds the file at `path`, however deep; see [`Hold::take`]. Of a path
    /// with no such folder nothing is opened.
    #[must_use]
    pub fn take_around(path: &Path) -> Option<Self> {
        // As for the sweep: the mark decides, and the name only spares opening each folder above a file.
        let named = |folder: &&Path| folder.file_name().is_some_and(is_named_as_one);
        path.ancestors().skip(1).filter(named).find_map(Self::take)
    }

    /// Whether the held folder still stands at `path`.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        is_at(&self.folder, path)
    }
}

/// Removes the folder at `path` if it is ours and nobody uses it, and else leaves it alone. It never waits for a lock.
pub(super) fn remove_if_dead(path: &Path) -> Fate {
    let folder = match open_folder(path) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Fate::Gone,
        Err(_) => return Fate::NotOurs,
    };
    // The mark first: a lock for a moment on a folder of others might be in their way.
    if !is_marked(&folder, path) {
        return Fate::NotOurs;
    }
    if folder.try_lock().is_err() {
        return Fate::Held;
    }
    // Another mapscope may have deleted it since, and a new folder may stand there.
    if !is_at(&folder, path) {
        return Fate::Gone;
    }
    match clear(path) {
        Ok(()) => Fate::Gone,
        Err(_) => Fate::Stuck,
    }
}

/// Removes all that is in the folder, then the mark, then the folder: one that is cut short keeps its mark and is found
/// again. Follows no symbolic link.
pub(super) fn clear(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() == MARK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    match fs::remove_file(path.join(MARK)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::remove_dir(path)
}

/// Opens a directory, and nothing that a symbolic link at its path leads to.
fn open_folder(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(CWD, path, flags, Mode::empty())?.into())
}

/// Whether it is a folder of this user alone, with a mark that was made for this very folder.
fn is_marked(folder: &File, path: &Path) -> bool {
    let user = rustix::process::geteuid().as_raw();
    let Ok(meta) = folder.metadata() else {
        return false;
    };
    if !meta.is_dir() || meta.uid() != user || meta.mode() & 0o777 != 0o700 {
        return false;
    }
    // Not waiting, should a FIFO have the mark's name.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(mark) = openat(folder, MARK, flags, Mode::empty()).map(File::from) else {
        return false;
    };
    let is_plain = mark
        .metadata()
        .is_ok_and(|meta| meta.is_file() && meta.uid() == user);
    let mut text = Vec::new();
    let is_read = is_plain && mark.take(LONGEST_MARK).read_to_end(&mut text).is_ok();
    is_read && text == mark_of(path, &meta)
}

/// What stands in the mark of this folder.
fn mark_of(path: &Path, meta: &Metadata) -> Vec<u8> {
    let mut text = FIRST_LINE.to_vec();
    text.extend_from_slice(path.file_name().unwrap_or_default().as_bytes());
    text.extend_from_slice(format!("\n{}\n", meta.ino()).as_bytes());
    text
}

/// Whether this very folder stands at `path`.
fn is_at(folder: &File, path: &Path) -> bool {
    let (Ok(ours), Ok(there)) = (folder.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}
