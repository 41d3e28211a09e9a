//! Experiments as stand-alone programs: text that a compiler takes, made from the steps of a script.
//!
//! It owns which files there are and what is left out. It runs nothing and writes nothing, and must not know what a run came
//! to: a program carries the rules of its script, and judges for itself.

mod c;
mod constants;
mod facts;
mod head;
mod judged;
mod pages;
mod plan;
mod remarks;
mod rust;
mod subject;
mod text;
mod variables;

use crate::lab::Experiment;
use crate::lab::claim::Environment;

pub use plan::{MOST_PEERS, MOST_STEPS};
pub use subject::ExportSubject;

/// The language of the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportLanguage {
    /// C, for cc and make.
    C,
    /// Rust, for cargo, with the crate libc.
    Rust,
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
    let subjects = experiments.iter();
    export_all(
        subjects.map(|experiment| ExportSubject::of_experiment(experiment, environment)),
        language,
    )
}

/// The programs of these subjects.
#[must_use]
pub fn export_all(
    subjects: impl IntoIterator<Item = ExportSubject>,
    language: ExportLanguage,
) -> ExportedPrograms {
    let mut export = ExportedPrograms::default();
    for subject in subjects {
        let name = &subject.name;
        let (path, made) = match language {
            ExportLanguage::C => (c::path_of(name), c::program(&subject)),
            ExportLanguage::Rust => (rust::path_of(name), rust::program(&subject)),
        };
        match made {
            Ok(text) => {
                export.add(&path, &text);
                export.programs.push(subject.name);
            }
            Err(why) => export.left_out.push((subject.name, why)),
        }
    }
    if !export.programs.is_empty() {
        match language {
            ExportLanguage::C => c::add_common(&mut export),
            ExportLanguage::Rust => rust::add_common(&mut export),
        }
    }
    export
}
