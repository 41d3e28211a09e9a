//! Programs written into a folder of their own.
//!
//! It owns that nothing is overwritten, and that nothing is left where not all was written. It must not know what is in the
//! programs.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::bytes::escape::path_in_sentence;
use crate::lab::export::ExportedFile;
use crate::map::describe_errno;
use crate::os::save::beside;

/// Why programs were not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPrograms {
    /// It failed: why, in a sentence without a final period.
    Failed(String),
    /// Whoever wanted them wants them no more.
    Stopped,
}

/// Writes the files into a folder that is made for them, or is empty; asks `go_on` before each. How many bytes they are.
///
/// A folder that is made for them has a hidden name until all of them are there, so that whoever ends the program leaves
/// nothing by the name that was asked for.
///
/// # Errors
/// Why not. Nothing is left of them then.
pub fn write_programs(
    dir: &Path,
    files: &[ExportedFile],
    mut go_on: impl FnMut() -> ControlFlow<()>,
) -> Result<u64, NoPrograms> {
    let failed = |error: &io::Error| NoPrograms::Failed(failure(dir, error));
    let mut made = Made::default();
    let is_there = match fs::read_dir(dir).map(|mut entries| entries.next()) {
        Ok(None) => true,
        Ok(Some(_)) => {
            return Err(NoPrograms::Failed(format!(
                "the programs are not written to {}, as there are files already and none is overwritten; name a new folder",
                path_in_sentence(dir)
            )));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && !dir.is_symlink() => false,
        Err(error) => return Err(failed(&error)),
    };
    let place = if is_there {
        dir.to_owned()
    } else {
        let hidden = beside(dir);
        fs::create_dir(&hidden).map_err(|error| failed(&error))?;
        made.folders.push(hidden.clone());
        hidden
    };
    let mut n_bytes = 0;
    for file in files {
        if go_on().is_break() {
            return Err(NoPrograms::Stopped);
        }
        made.write(&place, file).map_err(|error| failed(&error))?;
        n_bytes += file.text.len() as u64;
    }
    if !is_there {
        // Refused where anything has that name by now, but for an empty folder.
        fs::rename(&place, dir).map_err(|error| failed(&error))?;
    }
    made.is_kept = true;
    Ok(n_bytes)
}

fn failure(dir: &Path, error: &io::Error) -> String {
    let cause = error
        .raw_os_error()
        .map_or_else(|| error.to_string(), describe_errno);
    format!(
        "the programs cannot be written to {}: {cause}; name a folder that is not there yet, in one that is and that you may write in",
        path_in_sentence(dir)
    )
}

/// What was made so far. It goes, but for where it is kept.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    is_kept: bool,
}

impl Made {
    fn write(&mut self, dir: &Path, file: &ExportedFile) -> io::Result<()> {
        let path = dir.join(&file.path);
        let folders = path.ancestors().skip(1).take_while(|folder| *folder != dir);
        let mut folders: Vec<&Path> = folders.collect();
        folders.reverse();
        for folder in folders {
            match fs::create_dir(folder) {
                Ok(()) => self.folders.push(folder.to_owned()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        // Also a file that came meanwhile stays as it is.
        let mut to = File::create_new(&path)?;
        self.files.push(path);
        to.write_all(file.text.as_bytes())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // What cannot be removed is what could not be written: the error that is told is of that.
        for file in &self.files {
            fs::remove_file(file).ok();
        }
        for folder in self.folders.iter().rev() {
            fs::remove_dir(folder).ok();
        }
    }
}
