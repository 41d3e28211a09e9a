//! What tells a file from another one across runs of a program, and whether it was changed in between.
//!
//! It owns which marks those are. Device numbers change between mounts (btrfs, overlay), and inode numbers are used again
//! at once (ext4), so neither says it alone: the file system's own number, the inode and the time of birth do together.
//! Length and time of change only say that something was done with it, and a clock may have been set back: whoever must
//! know compares bytes. It must not know why a file is to be recognized.

use std::fs::File;
use std::io;
use std::path::Path;

/// The marks of a file at one moment. What a system does not tell is 0, or `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileStamp {
    /// The file system's own number: statvfs(3) `f_fsid`.
    pub fsid: u64,
    /// Number of the device.
    pub dev: u64,
    /// Number of the file on it.
    pub ino: u64,
    /// When it was made, in nanoseconds since 1970: statx(2) `stx_btime`.
    pub born: Option<i128>,
    /// Its length in bytes.
    pub size: u64,
    /// When its bytes were last changed, in nanoseconds since 1970.
    pub modified: i128,
}

impl FileStamp {
    /// The marks of an open file.
    ///
    /// # Errors
    /// Those of statx(2).
    pub fn of(file: &File) -> io::Result<Self> {
        let meta = file.metadata()?;
        Ok(Self::of_meta(&meta, fsid(file)))
    }

    /// It is the same file as when `before` was taken, whatever was done with it since. A file system may have got another
    /// device number by now, and one without numbers of its own may have got that number.
    #[must_use]
    pub fn is_of_same_file(&self, before: &Self) -> bool {
        let same_system = if self.fsid != 0 && before.fsid != 0 {
            self.fsid == before.fsid
        } else {
            self.dev == before.dev
        };
        same_system && self.ino == before.ino && self.born == before.born
    }

    fn of_meta(meta: &std::fs::Metadata, fsid: u64) -> Self {
        let nanoseconds = |time: io::Result<std::time::SystemTime>| {
            let since = time.ok()?.duration_since(std::time::UNIX_EPOCH);
            let nanoseconds = |since: std::time::Duration| i128::try_from(since.as_nanos()).ok();
            match since {
                Ok(since) => nanoseconds(since),
                Err(before) => nanoseconds(before.duration()).map(|since| -since),
            }
        };
        let (dev, ino) = numbers(meta);
        Self {
            fsid,
            dev,
            ino,
            born: nanoseconds(meta.created()),
            size: meta.len(),
            modified: nanoseconds(meta.modified()).unwrap_or(0),
        }
    }
}

#[cfg(unix)]
fn numbers(meta: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (meta.dev(), meta.ino())
}

#[cfg(not(unix))]
fn numbers(_meta: &std::fs::Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(unix)]
fn fsid(file: &File) -> u64 {
    rustix::fs::fstatvfs(file).map_or(0, |system| system.f_fsid)
}

#[cfg(not(unix))]
fn fsid(_file: &File) -> u64 {
    0
}

/// Opens what stands at `path` for reading, without waiting for a pipe to get a writer.
///
/// # Errors
/// Those of open(2).
pub fn open_to_compare(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | libc::O_CLOEXEC,
    );
    options.open(path)
}
