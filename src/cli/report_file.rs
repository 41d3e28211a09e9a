//! The file of `mapscope lab --report`: found to be writable before anything runs, written when all is over.
//!
//! It must not know what the report says.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::bytes::escape::path_in_sentence;

use super::output::cause;

/// A file that can be written. What it holds stays until the report is written.
pub(super) struct ReportFile {
    path: PathBuf,
    file: File,
    is_new: bool,
}

impl ReportFile {
    /// Opens it for writing, or makes it.
    ///
    /// # Errors
    /// A sentence with the path and the cause.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let mut options = OpenOptions::new();
        options.write(true);
        let made = options.clone().create_new(true).open(path);
        let (opened, is_new) = match made {
            // A link to nowhere: `create` makes what it names, `create_new` does not.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                (options.create(true).truncate(false).open(path), false)
            }
            made => (made, true),
        };
        let file = opened.map_err(|error| refusal(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            is_new,
        })
    }

    /// Writes the report in place of what the file held.
    ///
    /// # Errors
    /// A sentence with the path and the cause; the file may hold a part of the report then.
    pub(super) fn write(mut self, report: &str) -> Result<(), String> {
        let is_regular = self.file.metadata().is_ok_and(|meta| meta.is_file());
        // A pipe or a terminal has no length.
        let emptied = if is_regular {
            self.file.set_len(0)
        } else {
            Ok(())
        };
        emptied
            .and_then(|()| self.file.write_all(report.as_bytes()))
            .map_err(|error| refusal(&self.path, &error))
    }

    /// There is no report: the file goes if it was not there before.
    pub(super) fn give_up(self) {
        if self.is_new {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn refusal(path: &Path, error: &io::Error) -> String {
    format!(
        "the report cannot be written: {}; choose another place for it: {}",
        cause(error),
        path_in_sentence(path)
    )
}
