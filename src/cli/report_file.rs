//! The file of `mapscope lab --report`: found to be writable before anything runs, written when all is over.
//!
//! It must not know what the report says.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::bytes::escape::path_in_sentence;

use super::output::cause;

/// A file that can be written. What it holds stays until the report is written; one that is not there is made only then, so
/// that none is left by a run that is interrupted.
pub(super) struct ReportFile {
    path: PathBuf,
    file: Option<File>,
}

impl ReportFile {
    /// Opens it for writing, or finds out that it can be made.
    ///
    /// # Errors
    /// A sentence with the path and the cause.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let made = OpenOptions::new().write(true).create_new(true).open(path);
        let file = match made {
            Ok(_) => fs::remove_file(path).map(|()| None),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(path).map(Some),
            Err(error) => Err(error),
        };
        Ok(Self {
            path: path.to_owned(),
            file: file.map_err(|error| refusal(path, &error))?,
        })
    }

    /// Writes the report in place of what the file held.
    ///
    /// # Errors
    /// A sentence with the path and the cause; the file may hold a part of the report then.
    pub(super) fn write(self, report: &str) -> Result<(), String> {
        let write = |mut file: File| {
            if is_standard_output(&file) {
                // What was printed before stays, and what is printed after it comes after it.
                let mut out = io::stdout().lock();
                return out.write_all(report.as_bytes()).and_then(|()| out.flush());
            }
            // A pipe or a terminal has no length.
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            file.write_all(report.as_bytes())
        };
        // One that was renamed or removed meanwhile is not that of this name any more.
        let same = self.file.filter(|file| is_there(file, &self.path));
        let file = same.map_or_else(|| open(&self.path), Ok);
        let written = file.and_then(write);
        written.map_err(|error| refusal(&self.path, &error))
    }
}

/// Whether the file still has this name.
#[cfg(unix)]
fn is_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let key = |facts: fs::Metadata| (facts.dev(), facts.ino());
    let (own, there) = (file.metadata().map(key), fs::metadata(path).map(key));
    matches!((own, there), (Ok(own), Ok(there)) if own == there)
}

/// An open file keeps its name here.
#[cfg(not(unix))]
fn is_there(_: &File, _: &Path) -> bool {
    true
}

/// Opens it; of a link to nowhere it makes what the link names. A pipe that nobody reads is refused, and not waited for.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    use std::os::unix::fs::OpenOptionsExt as _;
    let no_wait = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = for_writing().custom_flags(no_wait).open(path)?;
    // Whoever reads it may take their time.
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    for_writing().open(path)
}

fn for_writing() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    options
}

/// Whether it is what this program prints to: `/dev/stdout`, or the file or pipe that this leads to, by whatever name.
#[cfg(unix)]
fn is_standard_output(file: &File) -> bool {
    let same = |ours: rustix::fs::Stat, out: rustix::fs::Stat| {
        (ours.st_dev, ours.st_ino) == (out.st_dev, out.st_ino)
    };
    let of = |stat: rustix::io::Result<rustix::fs::Stat>| stat.ok();
    let (ours, out) = (rustix::fs::fstat(file), rustix::fs::fstat(io::stdout()));
    of(ours)
        .zip(of(out))
        .is_some_and(|(ours, out)| same(ours, out))
}

#[cfg(not(unix))]
fn is_standard_output(_: &File) -> bool {
    false
}

/// Whether it is a pipe that nobody reads.
#[cfg(unix)]
fn is_unread_pipe(path: &Path, error: &io::Error) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error())
        && fs::metadata(path).is_ok_and(|meta| meta.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_unread_pipe(_: &Path, _: &io::Error) -> bool {
    false
}

fn refusal(path: &Path, error: &io::Error) -> String {
    let (why, what) = if is_unread_pipe(path, error) {
        (
            format!("nobody reads this pipe: {}", cause(error)),
            "start what reads it first, or choose another place for it",
        )
    } else {
        (cause(error), "choose another place for it")
    };
    format!(
        "the report cannot be written: {why}; {what}: {}",
        path_in_sentence(path)
    )
}
