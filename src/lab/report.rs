//! What runs came to, written down: as lines for a terminal, as JSON, and as Markdown or HTML to hand in.
//!
//! It owns what the forms have in common. It must not run anything, nor know where the text goes.

mod compare;
mod course;
mod held;
mod html;
mod json;
mod markdown;
mod markup;
mod picture;
mod text;

use std::path::Path;

use crate::lab::catalogue;
use crate::lab::claim::{Claim, Environment, LabTopic, RunRecord, RunStep};
use crate::lab::learning::{OwnAnswers, is_right};

pub use compare::{Comparison, LabResults, compare};
pub use course::{Course, Courses};
pub use json::{JSON_VERSION, Report};
pub use text::{environment_line, exercise_lines, list, run_lines, summary};

/// The form of a report to hand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperForm {
    /// Markdown.
    Markdown,
    /// A single file of HTML.
    Html,
}

impl PaperForm {
    /// The form that the name of a file asks for; Markdown where it asks for none.
    ///
    /// # Errors
    /// Its extension, where there is no such form.
    pub fn of(path: &Path) -> Result<Self, String> {
        let Some(extension) = path.extension() else {
            return Ok(Self::Markdown);
        };
        match extension.to_string_lossy().to_ascii_lowercase().as_str() {
            "md" | "markdown" => Ok(Self::Markdown),
            "html" | "htm" => Ok(Self::Html),
            other => Err(other.to_owned()),
        }
    }
}

/// What a report to hand in is made of.
#[derive(Clone, Copy, Debug)]
pub struct Paper<'a> {
    /// Where the experiments ran.
    pub environment: &'a Environment,
    /// What they came to, in the order they ran.
    pub records: &'a [RunRecord],
    /// What their processes held meanwhile.
    pub courses: &'a Courses,
    /// What the person expected.
    pub own: &'a OwnAnswers,
    /// When, in UTC: `2026-11-26 03:04:05 UTC`.
    pub date: &'a str,
}

impl Paper<'_> {
    /// The text of the report.
    #[must_use]
    pub fn written(&self, form: PaperForm) -> String {
        match form {
            PaperForm::Markdown => markdown::markdown(self),
            PaperForm::Html => html::html(self),
        }
    }

    /// The surroundings: what, and its value.
    fn surroundings(&self) -> Vec<(&'static str, String)> {
        let environment = self.environment;
        let user = match environment.user {
            None => "unknown".to_owned(),
            Some(0) => "0 (root)".to_owned(),
            Some(user) => user.to_string(),
        };
        let mut rows = vec![
            ("Date", self.date.to_owned()),
            ("Program", format!("mapscope {}", env!("CARGO_PKG_VERSION"))),
            ("Kernel", environment.kernel.clone()),
            ("Machine", environment.machine.clone()),
            ("Page size", format!("{} bytes", environment.page_bytes)),
            ("File system", environment.file_system.clone()),
            ("Scratch directory", environment.dir.clone()),
            ("User", user),
        ];
        if let Some(why) = &environment.other_malloc {
            rows.push(("malloc", why.clone()));
        }
        rows
    }

    /// What the person expected of an experiment, and how that stands to this run.
    fn own(&self, claim: &Claim, record: &RunRecord) -> Option<String> {
        let (choice, answer) = self.own.of(claim)?;
        let came = match is_right(
            claim,
            &self.environment.file_system,
            &record.verdict,
            choice,
        ) {
            Some(true) => "right",
            Some(false) => "wrong",
            None => "this run does not tell",
        };
        Some(format!("{} ({came}; given {})", answer.choice, answer.at))
    }

    /// The runs of each topic that has any, in the order of study.
    fn by_topic(&self) -> Vec<(LabTopic, Vec<(&'static Claim, &RunRecord)>)> {
        let of_topic = |topic| {
            let all = with_claims(self.records);
            (
                topic,
                all.filter(|(claim, _)| claim.topic == topic)
                    .collect::<Vec<_>>(),
            )
        };
        let all = LabTopic::ALL.into_iter().map(of_topic);
        all.filter(|(_, runs)| !runs.is_empty()).collect()
    }

    /// The processes that take part in a run, in the order they appear; mapscope itself is none of them.
    fn columns(record: &RunRecord) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        for peer in record.steps.iter().filter_map(|step| step.peer.as_deref()) {
            if !columns.contains(&peer) {
                columns.push(peer);
            }
        }
        columns
    }
}

/// Each record with what its experiment claims.
fn with_claims(records: &[RunRecord]) -> impl Iterator<Item = (&'static Claim, &RunRecord)> {
    records.iter().filter_map(|record| {
        catalogue::find(&record.name).map(|experiment| (&experiment.claim, record))
    })
}

/// The sign of a step, and what was expected where that did not come.
fn judged(step: &RunStep) -> (char, String) {
    let expected = step.expected.as_deref().unwrap_or_default();
    match step.holds {
        None => (' ', String::new()),
        Some(true) => ('\u{2713}', String::new()),
        Some(false) => ('\u{2717}', format!("  (expected: {expected})")),
    }
}
