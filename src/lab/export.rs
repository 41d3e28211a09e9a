//! Experiments as stand-alone programs: text that a compiler takes, made from the steps of a script.
//!
//! It owns which files there are and what is left out. It runs nothing and writes nothing, and must not know what a run came
//! to: a program carries the rules of its script, and judges for itself.

mod c;
mod facts;
mod head;
mod plan;
mod remarks;

use crate::lab::Experiment;
use crate::lab::claim::Environment;

/// The language of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportLanguage {
    /// C, for cc and make.
    C,
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedFile {
    /// Its path below the folder, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Experiments as programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportedPrograms {
    /// All files, those of the programs and what they need to be built.
    pub files: Vec<ExportedFile>,
    /// The experiments that became programs.
    pub programs: Vec<String>,
    /// The experiments that did not: which one, and why, in a sentence.
    pub left_out: Vec<(String, String)>,
}

impl ExportedPrograms {
    fn add(&mut self, path: &str, text: &str) {
        self.files.push(ExportedFile {
            path: path.to_owned(),
            text: text.to_owned(),
        });
    }
}

/// The programs of these experiments, for scratch files where `environment` says.
#[must_use]
pub fn export(
    experiments: &[&'static Experiment],
    language: ExportLanguage,
    environment: &Environment,
) -> ExportedPrograms {
    let mut export = ExportedPrograms::default();
    for experiment in experiments {
        let name = experiment.claim.name;
        let ExportLanguage::C = language;
        match c::program(experiment, environment) {
            Ok(text) => {
                export.add(&c::path_of(name), &text);
                export.programs.push(name.to_owned());
            }
            Err(why) => export.left_out.push((name.to_owned(), why)),
        }
    }
    if !export.programs.is_empty() {
        c::add_common(&mut export);
    }
    export
}
