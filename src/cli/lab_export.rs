//! `mapscope lab --export-c DIR`: writes experiments as programs into a new folder.
//!
//! It owns that nothing is overwritten. It must not know what is in the programs.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::counted;
use crate::lab::Experiment;
use crate::lab::claim::Environment;
use crate::lab::environment::{environment, refusal};
use crate::lab::export::{ExportLanguage, ExportedFile, ExportedPrograms, export};
use crate::map::describe_errno;
use crate::os::environment::{NamedBy, temp_dir};

use super::output::{FINE, NOT_OPENED, Unwritten, complain, print};

/// What `mapscope lab` takes for it.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// Write the experiments as programs in C into a new folder, and run none
    #[arg(long, value_name = "DIR", conflicts_with_all = ["export_rust", "json", "report", "ask", "exercise"])]
    export_c: Option<PathBuf>,
    /// The same in Rust, with the crate libc
    #[arg(long, value_name = "DIR", conflicts_with_all = ["json", "report", "ask", "exercise"])]
    export_rust: Option<PathBuf>,
}

impl ExportArguments {
    /// The folder, and the language.
    pub(super) fn wanted(&self) -> Option<(&Path, ExportLanguage)> {
        let c = self.export_c.as_deref().map(|dir| (dir, ExportLanguage::C));
        let rust = self.export_rust.as_deref();
        c.or(rust.map(|dir| (dir, ExportLanguage::Rust)))
    }
}

/// Writes the programs for scratch files in this folder, or in that for temporary files.
pub(super) fn write_for(
    experiments: &[&'static Experiment],
    wanted: (&Path, ExportLanguage),
    dir: Option<PathBuf>,
) -> Result<u8, Unwritten> {
    let (dir, named_by) = dir.map_or_else(temp_dir, |dir| (dir, NamedBy::Argument));
    if let Err(error) = is_folder(&dir) {
        complain(&refusal(&dir, named_by, &error));
        return Ok(NOT_OPENED);
    }
    write(experiments, wanted, &environment(&dir))
}

/// Whether scratch files could be in it: a program is made for the file system that they would be on.
fn is_folder(dir: &Path) -> io::Result<()> {
    if fs::metadata(dir)?.is_dir() {
        return Ok(());
    }
    Err(io::ErrorKind::NotADirectory.into())
}

/// Writes the programs, and says how many there are and what was left out.
fn write(
    experiments: &[&'static Experiment],
    (dir, language): (&Path, ExportLanguage),
    environment: &Environment,
) -> Result<u8, Unwritten> {
    let made = export(experiments, language, environment);
    if !made.programs.is_empty()
        && let Err(message) = write_into(dir, &made.files)
    {
        complain(&message);
        return Ok(NOT_OPENED);
    }
    print(&told(&made, language))?;
    Ok(FINE)
}

fn told(made: &ExportedPrograms, language: ExportLanguage) -> String {
    let how = match language {
        ExportLanguage::C => "make builds them, make check runs them",
        ExportLanguage::Rust => "cargo build builds them, cargo run --bin NAME runs one",
    };
    let mut text = match made.programs.len() {
        0 => "no program was written\n".to_owned(),
        count => format!("{} written: {how}\n", counted(count as u64, "program")),
    };
    for (name, why) in &made.left_out {
        let _ = writeln!(text, "left out: {name}: {why}");
    }
    text
}

/// Writes the files into a folder that is made for them, or is empty. Where that fails, what it made is gone again.
fn write_into(dir: &Path, files: &[ExportedFile]) -> Result<(), String> {
    let failed = |error: &io::Error| {
        let cause = error
            .raw_os_error()
            .map_or_else(|| error.to_string(), describe_errno);
        format!(
            "the programs cannot be written to {}: {cause}; name a folder that is not there yet, in one that is and that you may write in",
            path_in_sentence(dir)
        )
    };
    let mut made = Made::default();
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut entries = fs::read_dir(dir).map_err(|error| failed(&error))?;
            if entries.next().is_some() {
                return Err(format!(
                    "the programs are not written to {}, as there are files already and none is overwritten; name a new folder",
                    path_in_sentence(dir)
                ));
            }
        }
        Err(error) => return Err(failed(&error)),
        Ok(()) => made.folders.push(dir.to_owned()),
    }
    let written = files.iter().try_for_each(|file| made.file(dir, file));
    written.map_err(|error| {
        made.remove();
        failed(&error)
    })
}

/// What has been made so far.
#[derive(Debug, Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    /// Makes a file, and the folders below `dir` that it is in. What came meanwhile stays as it is, and is not entered.
    fn file(&mut self, dir: &Path, file: &ExportedFile) -> io::Result<()> {
        let mut path = dir.to_owned();
        let mut parts = Path::new(&file.path).iter().peekable();
        while let Some(part) = parts.next() {
            path.push(part);
            if parts.peek().is_some() && !self.folders.contains(&path) {
                fs::create_dir(&path)?;
                self.folders.push(path.clone());
            }
        }
        let mut to = File::create_new(&path)?;
        self.files.push(path);
        to.write_all(file.text.as_bytes())
    }

    /// Removes it, but for folders that somebody else has put something into.
    fn remove(&self) {
        for path in &self.files {
            // What cannot be removed either stays: the first failure is what is said.
            let _ = fs::remove_file(path);
        }
        for path in self.folders.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
}
