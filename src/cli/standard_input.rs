//! Standard input as a file that can be mapped.
//!
//! A pipe has no places, so it is copied to a scratch file, which goes with the value here. It must not know what is looked
//! up.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use crate::bytes::escape::path_in_sentence;
use crate::work::scratch::Scratch;

use super::output::{cause, tell_of_empty_variable};

/// Standard input, as long as this value lives.
pub(super) struct StandardInput {
    path: PathBuf,
    /// Where the copy is.
    _scratch: Option<Scratch>,
}

impl StandardInput {
    /// A path that leads to it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Standard input: the file itself where it is one that can be opened, else a copy of all that comes.
///
/// # Errors
/// A sentence: it is a terminal, nothing came, or it cannot be read or copied.
pub(super) fn as_file(program: &Path) -> Result<StandardInput, String> {
    let mut input = io::stdin().lock();
    if input.is_terminal() {
        return Err(
            "standard input is a terminal, which has no places to look up; give a file, or a pipe as in `date | mapscope lookup - 0`"
                .to_owned(),
        );
    }
    if let Some(path) = itself() {
        return Ok(StandardInput {
            path,
            _scratch: None,
        });
    }
    let scratch = Scratch::new().map_err(|error| error.to_string())?;
    tell_of_empty_variable();
    scratch.keep(program);
    let path = scratch.place().join("standard-input");
    let copied = private_file(&path).and_then(|mut file| io::copy(&mut input, &mut file));
    match copied {
        Ok(0) => Err("standard input is empty, so there is nothing to look up".to_owned()),
        Ok(_) => Ok(StandardInput {
            path,
            _scratch: Some(scratch),
        }),
        Err(error) => Err(format!(
            "standard input cannot be copied to a scratch file: {}; {}: {}",
            cause(&error),
            match error.kind() {
                io::ErrorKind::FileTooLarge => "raise the limit on the size of a file (ulimit -f)",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "set TMPDIR to a directory with more room, or save it to a file yourself"
                }
                _ => "save it to a file yourself",
            },
            path_in_sentence(&path)
        )),
    }
}

/// A path to standard input where it is a regular file or a block device that can be opened anew and of which nothing has
/// been read.
#[cfg(unix)]
fn itself() -> Option<PathBuf> {
    use std::io::Seek as _;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

    // The copy of the descriptor shares its position; asking for that moves nothing.
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    let here = input.metadata().ok()?;
    let kind = here.file_type();
    if !(kind.is_file() || kind.is_block_device()) || input.stream_position().ok()? != 0 {
        return None;
    }
    let path = PathBuf::from("/dev/stdin");
    let there = File::open(&path).ok()?.metadata().ok()?;
    ((here.dev(), here.ino()) == (there.dev(), there.ino())).then_some(path)
}

#[cfg(not(unix))]
fn itself() -> Option<PathBuf> {
    None
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
