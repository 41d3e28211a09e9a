//! Why a file could not be opened for looking at, in one sentence.
//!
//! It owns the words. It must not know how a file is opened.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::errno::{self, describe_errno, errno_name, errno_of};
use super::wording::Shown;

/// The kinds of refusal, for those who must act on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpenErrorKind {
    /// No such path (`ENOENT`).
    NotFound,
    /// The file or a folder on the way may not be read (`EACCES`).
    NoPermission,
    /// A directory (`EISDIR`).
    Directory,
    /// A FIFO: a queue that has no offsets (`ENODEV`). It was not opened.
    Fifo,
    /// A socket (`ENXIO`). It was not opened.
    Socket,
    /// A character device (`ENODEV`). It was not opened.
    CharacterDevice,
    /// A file of no bytes (`EINVAL`).
    Empty,
    /// A file that the kernel makes up as it is read, below `/proc` or `/sys` (`ENODEV` or `EIO` from mmap(2)).
    Pseudo,
    /// The path goes round in symbolic links (`ELOOP`).
    SymlinkLoop,
    /// The path leads to another file than the one that was asked for (`ESTALE`).
    NotTheSame,
    /// Anything else; see [`OpenError::errno`].
    Other,
}

/// A file was not opened. Its `Display` is one sentence: cause, error number by name, what can be done, the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    path: PathBuf,
    kind: OpenErrorKind,
    errno: i32,
}

impl OpenError {
    /// A refusal of a kind that says its error number itself.
    pub(crate) fn of_kind(path: &Path, kind: OpenErrorKind) -> Self {
        let number = match kind {
            OpenErrorKind::NotFound => errno::ENOENT,
            OpenErrorKind::NoPermission => errno::EACCES,
            OpenErrorKind::Directory => errno::EISDIR,
            OpenErrorKind::Fifo | OpenErrorKind::CharacterDevice | OpenErrorKind::Pseudo => {
                errno::ENODEV
            }
            OpenErrorKind::Socket => errno::ENXIO,
            OpenErrorKind::Empty => errno::EINVAL,
            OpenErrorKind::SymlinkLoop => errno::ELOOP,
            OpenErrorKind::NotTheSame => errno::ESTALE,
            OpenErrorKind::Other => errno::EIO,
        };
        Self {
            path: path.to_owned(),
            kind,
            errno: number,
        }
    }

    /// A refusal by the system.
    pub(crate) fn of_system(path: &Path, error: &io::Error) -> Self {
        let number = errno_of(error);
        let kind = match number {
            errno::ENOENT => OpenErrorKind::NotFound,
            errno::EACCES => OpenErrorKind::NoPermission,
            errno::ELOOP => OpenErrorKind::SymlinkLoop,
            _ => OpenErrorKind::Other,
        };
        Self {
            path: path.to_owned(),
            kind,
            errno: number,
        }
    }

    /// A file that cannot be mapped at all, as a trial showed.
    pub(crate) fn of_trial(path: &Path, number: i32) -> Self {
        let pseudo = number == errno::ENODEV || number == errno::EIO;
        let kind = if pseudo {
            OpenErrorKind::Pseudo
        } else {
            OpenErrorKind::Other
        };
        Self {
            path: path.to_owned(),
            kind,
            errno: number,
        }
    }

    /// What kind of refusal it is.
    #[must_use]
    pub fn kind(&self) -> OpenErrorKind {
        self.kind
    }

    /// The path that was asked for.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The error number: the system's, or the one that stands with the kind.
    #[must_use]
    pub fn errno(&self) -> i32 {
        self.errno
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, path) = (errno_name(self.errno), Shown(&self.path));
        let (cause, help) = match self.kind {
            OpenErrorKind::NotFound => ("There is no such file", "check the path"),
            OpenErrorKind::NoPermission => (
                "There is no permission to read it",
                "ask its owner for it, also on the directories above it",
            ),
            OpenErrorKind::Directory => ("A directory cannot be mapped", "choose a file in it"),
            OpenErrorKind::Fifo => (
                "A FIFO has no fixed places and cannot be mapped",
                "save what comes out of it to a file and open that",
            ),
            OpenErrorKind::Socket => ("A socket cannot be mapped", "choose a regular file"),
            OpenErrorKind::CharacterDevice => (
                "A character device cannot be mapped as a file",
                "choose a regular file or a block device",
            ),
            OpenErrorKind::Empty => (
                "The file is empty, so there is nothing to map",
                "open it again once it holds a byte",
            ),
            OpenErrorKind::Pseudo => (
                "The kernel makes this file up as it is read, so it cannot be mapped",
                "copy it to a regular file and open the copy",
            ),
            OpenErrorKind::SymlinkLoop => (
                "The symbolic links lead round in a circle",
                "choose the file that they were meant to name",
            ),
            OpenErrorKind::NotTheSame => (
                "The path now leads to another file than the one that is open",
                "open it again",
            ),
            OpenErrorKind::Other => {
                let cause = describe_errno(self.errno);
                return write!(f, "It cannot be opened: {cause}; try another file: {path}");
            }
        };
        write!(f, "{cause} ({name}); {help}: {path}")
    }
}

impl Error for OpenError {}
