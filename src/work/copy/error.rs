//! Why a copy was not made, in words.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::map::{Gap, Shown, describe_errno, errno_of};
use crate::os::save::{SaveCause, SaveError, SaveStep};

/// A copy was not made, or a text or programs not saved. `Display` is one sentence with the path last.
#[derive(Debug)]
pub enum CopyError {
    /// It was asked to stop. Nothing is left.
    Stopped,
    /// The source has bytes that cannot be read, and those were not to be left out.
    Unread {
        /// The source.
        path: PathBuf,
        /// The first of them.
        gap: Gap,
    },
    /// The new file cannot be written.
    Save(SaveError),
    /// Programs were not written: why, in a sentence with the path in it.
    Program(String),
}

impl From<SaveError> for CopyError {
    fn from(error: SaveError) -> Self {
        Self::Save(error)
    }
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("Stopped; nothing was written"),
            Self::Unread { path, gap } => write!(
                f,
                "Nothing was written, as the bytes from {} on cannot be read ({}): {}",
                gap.span.start(),
                gap.reason,
                Shown(path)
            ),
            Self::Save(SaveError { path, cause }) => {
                match cause {
                    SaveCause::NoName => f.write_str("Nothing was written: give it a file name"),
                    SaveCause::Exists => {
                        f.write_str("Nothing was written: a file of this name exists")
                    }
                    SaveCause::NotRegular => f.write_str(
                        "Nothing was written: what has this name is no regular file and is not replaced; choose another name",
                    ),
                    SaveCause::IsSource => f.write_str(
                        "Nothing was written: this is the very file that is open; choose another name",
                    ),
                    SaveCause::System { step, error } => system(f, *step, error),
                }?;
                write!(f, ": {}", Shown(path))
            }
            Self::Program(why) => write!(f, "Nothing was written: {why}"),
        }
    }
}

impl Error for CopyError {}

/// The step, the error's name, and what can be done.
fn system(f: &mut fmt::Formatter<'_>, step: SaveStep, error: &io::Error) -> fmt::Result {
    if step != SaveStep::SyncFolder {
        f.write_str("Nothing was written: ")?;
    }
    write!(f, "{step}: {}", describe_errno(errno_of(error)))?;
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space or choose another directory"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a directory you may write in"
        }
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            "; choose a directory that is there"
        }
        io::ErrorKind::FileTooLarge => "; choose a file system that holds files of this length",
        _ => "",
    };
    f.write_str(advice)
}
