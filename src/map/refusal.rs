//! Why a file may not be written or not be mapped in one way, and in which ways it can be mapped.
//!
//! It owns the words. It must not know how a file is opened or mapped.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use super::errno::describe_errno;
use super::mode::{Access, Mode, Way};
use super::wording::Shown;

/// What stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bar {
    /// No permission to write (`EACCES` from open(2)).
    NoPermission,
    /// The file is immutable (`EPERM`, chattr(1) `+i`).
    Immutable,
    /// The file may only be appended to (`EPERM` or `EACCES`, chattr(1) `+a`).
    AppendOnly,
    /// A file in memory that was sealed against writing (`EPERM`, `F_SEAL_WRITE` of fcntl(2)).
    Sealed,
    /// One of the three above, or a rule of the system's (`EPERM`).
    Protected,
    /// The file system is mounted read-only (`EROFS`).
    ReadOnlyFileSystem,
    /// The file is being run (`ETXTBSY` from open(2)).
    RunningProgram,
    /// The file is swap space (`ETXTBSY` from mmap(2)).
    SwapSpace,
    /// The path leads to another file by now (`ESTALE`).
    OtherFile,
    /// A block device, and nobody has allowed writing to it yet: [`OpenFile::allow_writing`](super::OpenFile::allow_writing).
    BlockDevice,
    /// The file system maps nothing shared, as FUSE does for files with `direct_io` (`ENODEV` from mmap(2)).
    NotShared,
    /// Whoever gives the file's memory gives it for reading only (`EACCES` from mmap(2)).
    ReadingOnly,
    /// Opening it for writing failed otherwise.
    CannotOpen,
    /// Mapping it failed otherwise.
    CannotMap,
}

impl Bar {
    /// What opening for writing failed for.
    pub(crate) fn of_opening(errno: i32, protection: Option<Self>) -> Self {
        match errno {
            super::errno::EACCES => Self::NoPermission,
            super::errno::EPERM => protection.unwrap_or(Self::Protected),
            super::errno::EROFS => Self::ReadOnlyFileSystem,
            super::errno::ETXTBSY => Self::RunningProgram,
            super::errno::ESTALE => Self::OtherFile,
            _ => Self::CannotOpen,
        }
    }

    /// What mapping failed for, if it is the way of mapping; `None` where another way would fail as well.
    pub(crate) fn of_mapping(way: Way, errno: i32, protection: Option<Self>) -> Option<Self> {
        match errno {
            super::errno::EPERM => Some(protection.unwrap_or(Self::Protected)),
            super::errno::ETXTBSY => Some(Self::SwapSpace),
            super::errno::ENODEV if way.mode == Mode::Shared => Some(Self::NotShared),
            super::errno::ENODEV => Some(Self::CannotMap),
            super::errno::EACCES if way.writes_the_file() && protection.is_some() => protection,
            super::errno::EACCES if way.access == Access::ReadWrite => Some(Self::ReadingOnly),
            super::errno::EACCES => Some(Self::NotShared),
            _ => None,
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::NoPermission => "There is no permission to write the file",
            Self::Immutable => "The file is immutable",
            Self::AppendOnly => "The file may only be appended to",
            Self::Sealed => "The file is sealed against writing",
            Self::Protected => "The file is immutable, append-only or sealed against writing",
            Self::ReadOnlyFileSystem => "The file is on a file system that is mounted read-only",
            Self::RunningProgram => "The file is in use as a running program",
            Self::SwapSpace => "The file is in use as swap space",
            Self::OtherFile => "The path leads to another file by now",
            Self::BlockDevice => {
                "It is a block device, which may hold a file system in use, and writing to it was not allowed yet"
            }
            Self::NotShared => "The file system of this file maps nothing shared",
            Self::ReadingOnly => "The kernel gives the memory of this file for reading only",
            Self::CannotOpen => "The file cannot be opened for writing",
            Self::CannotMap => "The file cannot be mapped in this way",
        }
    }
}

/// The file may not be written, or not be mapped as was asked. Its `Display` is one sentence that also says what works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapRefusal {
    /// The path of the open file.
    pub path: PathBuf,
    /// What stands in the way.
    pub bar: Bar,
    /// The error number: of open(2) or mmap(2), or the one that stands with the bar.
    pub errno: i32,
    /// Ways in which the file could be mapped a moment ago, nearest to what was asked for first; found by trying.
    pub works: Vec<Way>,
}

impl fmt::Display for MapRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.bar.sentence())?;
        if self.bar != Bar::BlockDevice {
            write!(f, ": {}", describe_errno(self.errno))?;
        }
        let private = Way::new(Mode::Private, Access::ReadWrite);
        if self.works.contains(&private) {
            f.write_str("; private editing works and leaves the file as it is")?;
        } else if let Some(way) = self.works.first() {
            write!(f, "; it can be looked at ({way})")?;
        } else {
            f.write_str("; no other way of mapping it works")?;
        }
        write!(f, ": {}", Shown(&self.path))
    }
}

impl Error for MapRefusal {}
