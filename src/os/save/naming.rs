//! How a new file comes to its name in one step.
//!
//! It owns the names that it has before, and the calls. It must not know what is in the file.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::os::temp_folder::random_name;

/// Creates a file beside `path` without a name, or with a temporary one, which is returned.
pub(super) fn create(path: &Path, mode: u32) -> io::Result<(File, Option<PathBuf>)> {
    #[cfg(target_os = "linux")]
    if let Some(file) = nameless(path, mode) {
        return Ok((file, None));
    }
    let temporary = beside(path);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let file = options.open(&temporary)?;
    Ok((file, Some(temporary)))
}

/// A hidden name in the same folder that nobody guesses, so none that exists.
pub(crate) fn beside(path: &Path) -> PathBuf {
    path.with_file_name(format!(".mapscope-{}.part", random_name()))
}

/// Gives the file the name `path`, which nothing may have.
pub(super) fn name(file: &File, temporary: &mut Option<PathBuf>, path: &Path) -> io::Result<()> {
    match temporary {
        #[cfg(target_os = "linux")]
        None => link(file, path),
        Some(old) => {
            rename_new(old, path)?;
            *temporary = None;
            Ok(())
        }
        #[cfg(not(target_os = "linux"))]
        None => {
            let _ = file;
            Err(io::ErrorKind::NotFound.into())
        }
    }
}

/// Gives the file the name `path`, whatever file has it.
pub(super) fn replace(file: &File, temporary: &mut Option<PathBuf>, path: &Path) -> io::Result<()> {
    // A link cannot replace: the file gets a temporary name first. Its owner removes that where what follows fails.
    let old = if let Some(old) = temporary {
        old
    } else {
        let beside = beside(path);
        name(file, &mut None, &beside)?;
        temporary.insert(beside)
    };
    fs::rename(old, path)?;
    *temporary = None;
    Ok(())
}

/// Gets a new name onto the disk: fsync(2) of the folder.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        // A folder that may be written and not read cannot be synced; its file system syncs it in its own time.
        let Ok(folder) = File::open(folder) else {
            return Ok(());
        };
        return match folder.sync_all() {
            // Some file systems know no sync of a folder.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result,
        };
    }
    let _ = path;
    Ok(())
}

/// A file in the folder of `path` that has no name: `O_TMPFILE`, open(2). `None` where the file system, or a missing
/// `/proc`, does not let it get one later.
#[cfg(target_os = "linux")]
fn nameless(path: &Path, mode: u32) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file: File = open(path.parent()?, flags, Mode::from_raw_mode(mode))
        .ok()?
        .into();
    fs::symlink_metadata(descriptor(&file)).ok()?;
    Some(file)
}

#[cfg(target_os = "linux")]
fn descriptor(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd as _;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// linkat(2), by the descriptor's name: by the descriptor itself only root may.
#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    Ok(linkat(
        CWD,
        descriptor(file),
        CWD,
        path,
        AtFlags::SYMLINK_FOLLOW,
    )?)
}

/// Renames where nothing has the new name: renameat2(2) with `RENAME_NOREPLACE`, else a link and an unlink.
#[cfg(unix)]
fn rename_new(old: &Path, new: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, old, CWD, new, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            result => return Ok(result?),
        }
    }
    fs::hard_link(old, new)?;
    // The file has its name; a hidden one too many is no failure.
    let _ = fs::remove_file(old);
    Ok(())
}

/// Renames where nothing has the new name; somebody may take it between the look and the act.
#[cfg(not(unix))]
fn rename_new(old: &Path, new: &Path) -> io::Result<()> {
    if new.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(old, new)
}
