//! `mapscope lab --export-c DIR`: writes experiments as programs into a new folder.
//!
//! It owns what is said of them. It must not know what is in the programs.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::bytes::size::counted;
use crate::lab::Experiment;
use crate::lab::environment::{environment, refusal};
use crate::lab::export::{ExportLanguage, ExportSubject, ExportedPrograms, export, export_all};
use crate::os::environment::{NamedBy, temp_dir};
use crate::work::programs::{NoPrograms, write_programs};

use super::output::{FINE, NOT_OPENED, USAGE, Unwritten, complain, print};

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

/// Writes the programs for scratch files in this folder, or in that for temporary files. `order`: the steps of the only
/// experiment that are done, each by its place from 0.
pub(super) fn write_for(
    experiments: &[&'static Experiment],
    order: Option<&[usize]>,
    wanted: (&Path, ExportLanguage),
    dir: Option<PathBuf>,
) -> Result<u8, Unwritten> {
    let (dir, named_by) = dir.map_or_else(temp_dir, |dir| (dir, NamedBy::Argument));
    if let Err(error) = is_folder(&dir) {
        complain(&refusal(&dir, named_by, &error));
        return Ok(NOT_OPENED);
    }
    let environment = environment(&dir);
    let made = match (order, experiments) {
        (Some(order), [experiment]) => {
            match ExportSubject::in_order(experiment, order, &environment) {
                Ok(subject) => export_all([subject], wanted.1),
                Err(why) => {
                    complain(&why);
                    return Ok(USAGE);
                }
            }
        }
        _ => export(experiments, wanted.1, &environment),
    };
    write(&made, wanted)
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
    made: &ExportedPrograms,
    (dir, language): (&Path, ExportLanguage),
) -> Result<u8, Unwritten> {
    if !made.programs.is_empty()
        && let Err(NoPrograms::Failed(message)) =
            write_programs(dir, &made.files, || ControlFlow::Continue(()))
    {
        complain(&message);
        return Ok(NOT_OPENED);
    }
    print(&told(made, language))?;
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
