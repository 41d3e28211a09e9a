//! Why a mapping could not be made, in one sentence.
//!
//! It owns the words. It must not know how a mapping is made.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use super::errno::describe_errno;
use super::refusal::MapRefusal;
use super::wording::Shown;
use crate::bytes::Span;
use crate::bytes::size::{counted, human_size};

/// A mapping could not be made or made longer. `Display` is one sentence with the path last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapError {
    /// There is no byte to map.
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The window reaches past the end of the file.
    PastFileEnd {
        /// The file.
        path: PathBuf,
        /// The window that was asked for.
        span: Span,
        /// Length of the file in bytes.
        file_len: u64,
    },
    /// The file cannot be mapped in this way; the refusal says in which it can.
    Refused(MapRefusal),
    /// The address space has no room (`ENOMEM`).
    NoAddressSpace {
        /// The file.
        path: PathBuf,
        /// Bytes of address space that it takes.
        need_bytes: u64,
        /// The limit on this process (getrlimit(2), `RLIMIT_AS`), if there is one.
        limit_bytes: Option<u64>,
    },
    /// A mapping of a window, or one that would get shorter, is not changed in length.
    CannotGrow {
        /// The file.
        path: PathBuf,
    },
    /// Any other error of the system.
    Failed {
        /// The file.
        path: PathBuf,
        /// The error number of mmap(2), mremap(2) or fstat(2).
        errno: i32,
    },
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { path } => write!(f, "There are no bytes to map: {}", Shown(path)),
            Self::PastFileEnd {
                path,
                span,
                file_len,
            } => write!(
                f,
                "The window {span} reaches past the end of the file, which is {} long; choose a window inside it: {}",
                counted(*file_len, "byte"),
                Shown(path)
            ),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::NoAddressSpace {
                path,
                need_bytes,
                limit_bytes,
            } => {
                write!(
                    f,
                    "The mapping needs {} of address space",
                    human_size(*need_bytes)
                )?;
                match limit_bytes {
                    Some(limit) => {
                        write!(
                            f,
                            ", and the limit is {} (ENOMEM, RLIMIT_AS)",
                            human_size(*limit)
                        )?;
                    }
                    None => write!(f, ", which the system does not give in one piece (ENOMEM)")?,
                }
                write!(
                    f,
                    "; map a window of the file with --offset and --length: {}",
                    Shown(path)
                )
            }
            Self::CannotGrow { path } => {
                write!(
                    f,
                    "Only a mapping of the whole file follows its growth; map the file again: {}",
                    Shown(path)
                )
            }
            Self::Failed { path, errno } => write!(
                f,
                "The mapping cannot be made: {}: {}",
                describe_errno(*errno),
                Shown(path)
            ),
        }
    }
}

impl Error for MapError {}
