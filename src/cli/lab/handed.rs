//! The report of a run, where one was asked for: its form and its file.
//!
//! It must not know what a report says.

use std::path::Path;
use std::time::SystemTime;

use crate::bytes::escape::path_in_sentence;
use crate::bytes::time_of_day::date_and_time;
use crate::lab::learning::{AnswerStore, OwnAnswers};
use crate::lab::report::{Paper, PaperForm};

use super::super::output::{NOT_OPENED, USAGE, complain};
use super::super::report_file::ReportFile;
use super::Ran;

/// A report that is to be written, or none.
pub(super) struct Handed(Option<(PaperForm, ReportFile)>);

impl Handed {
    /// Finds out now, not when all has run, that a place cannot be written.
    ///
    /// # Errors
    /// A sentence, and the exit code.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, (String, u8)> {
        let Some(path) = path else {
            return Ok(Self(None));
        };
        let form = PaperForm::of(path).map_err(|extension| {
            let path = path_in_sentence(path);
            let words = format!(
                "no report has the form \u{201c}{extension}\u{201d}; give it a name in .md for Markdown, or .html: {path}"
            );
            (words, USAGE)
        })?;
        let file = ReportFile::open(path).map_err(|message| (message, NOT_OPENED))?;
        Ok(Self(Some((form, file))))
    }

    /// Writes it.
    ///
    /// # Errors
    /// A sentence with the path and the cause.
    pub(super) fn write(self, ran: &Ran) -> Result<(), String> {
        let Some((form, file)) = self.0 else {
            return Ok(());
        };
        let own = AnswerStore::of_user().map_or_else(|| Ok(OwnAnswers::default()), |it| it.load());
        let mut own = own.unwrap_or_else(|message| {
            // The report is worth having without them.
            complain(&message);
            OwnAnswers::default()
        });
        // What was answered just now counts, though it could not be kept, or another run has kept another answer since.
        own.take_over(&ran.own);
        let paper = Paper {
            environment: &ran.environment,
            records: &ran.records,
            courses: &ran.courses,
            own: &own,
            date: &date_and_time(SystemTime::now()),
        };
        file.write(&paper.written(form))
    }
}
