//! Runs as lines for a terminal.
//!
//! It must not know where the lines go.

use std::fmt::Write as _;

use crate::bytes::size::human_size;
use crate::lab::catalogue;
use crate::lab::claim::{
    CostPoint, Environment, LabTopic, RunRecord, RunStep, Verdict, time_words,
};
use crate::lab::lesson;

use super::judged;

/// The list of all experiments, by topic.
#[must_use]
pub fn list() -> String {
    let mut text = String::new();
    for topic in LabTopic::ALL {
        let _ = writeln!(text, "{} ({})", topic.title(), topic.word());
        for experiment in catalogue::of_topic(topic) {
            let claim = &experiment.claim;
            let _ = writeln!(text, "  {:<36} {}", claim.name, claim.question());
            if let Err(why) = experiment.available() {
                let _ = writeln!(text, "  {:<36} not available here: {why}", "");
            }
        }
        text.push('\n');
    }
    text.push_str("mapscope lab NAME...    runs experiments, or the topics in parentheses; --all runs every one\n");
    text
}

/// Where experiments run, in a line.
#[must_use]
pub fn environment_line(environment: &Environment) -> String {
    let user = match environment.user {
        Some(0) => ", as root".to_owned(),
        Some(user) => format!(", as user {user}"),
        None => String::new(),
    };
    format!(
        "{} on {}, pages of {} bytes, scratch files on {} in {}{user}\n",
        environment.kernel,
        environment.machine,
        environment.page_bytes,
        environment.file_system,
        environment.dir
    )
}

/// One run, for a terminal. `with_question`: what it answers was not said before.
#[must_use]
pub fn run_lines(record: &RunRecord, with_question: bool) -> String {
    let mut text = String::new();
    let Some(experiment) = catalogue::find(&record.name) else {
        return text;
    };
    let claim = &experiment.claim;
    let _ = writeln!(text, "\n{}: {}", claim.name, claim.title);
    if with_question {
        let _ = writeln!(text, "  question   {}", claim.question());
        for (number, choice) in (1..).zip(claim.choices) {
            let _ = writeln!(text, "         {number}   {choice}");
        }
    }
    let predicted = format!("{} ({})", record.predicted, claim.promise);
    body(&mut text, record, &predicted);
    let _ = writeln!(text, "  why        {}", claim.why);
    let _ = writeln!(text, "  source     {}", claim.source);
    if let Some(lesson) = lesson::of(claim.name) {
        let _ = writeln!(
            text,
            "  next       {}; an exercise: mapscope lab {} --exercise --ask",
            lesson.next, claim.name
        );
    }
    text
}

/// One run of an exercise, for a terminal; its question is said before.
#[must_use]
pub fn exercise_lines(record: &RunRecord) -> String {
    let mut text = String::new();
    body(&mut text, record, &record.predicted);
    text
}

/// What was predicted, done and observed.
fn body(text: &mut String, record: &RunRecord, predicted: &str) {
    let _ = writeln!(text, "  predicted  {predicted}");
    for step in &record.steps {
        step_lines(text, step);
    }
    for line in cost_lines(&record.costs) {
        let _ = writeln!(text, "     {line}");
    }
    let _ = writeln!(text, "  observed   {}", record.observed);
    let verdict = match &record.verdict {
        Verdict::NotDone(_) => "not carried out".to_owned(),
        other => other.to_string(),
    };
    let _ = writeln!(text, "  verdict    {verdict} ({} ms)", record.milliseconds);
}

fn step_lines(text: &mut String, step: &RunStep) {
    let (sign, expected) = judged(step);
    let _ = writeln!(
        text,
        "  {:>3} {sign} {} {}: {}{expected}",
        step.number,
        who(step),
        step.what,
        step.observed.replace('\n', "\n          ")
    );
    for call in &step.calls {
        let _ = writeln!(text, "          {}  [{}]", call.text, call.took());
    }
}

fn who(step: &RunStep) -> String {
    match (&step.peer, step.pid) {
        (Some(peer), Some(pid)) => format!("{peer} ({pid})"),
        (Some(peer), None) => peer.clone(),
        (None, _) => "mapscope".to_owned(),
    }
}

/// The measurements as lines of equal columns, with a bar that shows who wins; the heads first.
pub(super) fn cost_lines(costs: &[CostPoint]) -> Vec<String> {
    if costs.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "{:>9}  {:>10}  {:>10}  {:>10}  {:>15}  {:>15}  {:<22}",
        "file",
        "read",
        "mmap, load",
        "load",
        "faults (read)",
        "faults (load)",
        "mmap faster <  > read faster"
    )];
    lines.extend(costs.iter().map(|point| {
        let (minor, major) = point.read_faults;
        let (load_minor, load_major) = point.load_faults;
        format!(
            "{:>9}  {:>10}  {:>10}  {:>10}  {:>15}  {:>15}  {}",
            human_size(point.bytes),
            time_words(point.read_seconds),
            time_words(point.load_seconds),
            point
                .kept_seconds
                .map_or_else(|| "-".to_owned(), time_words),
            format!("{minor} + {major}"),
            format!("{load_minor} + {load_major}"),
            bar(point)
        )
    }));
    lines
}

/// A bar to the left where loads are faster, to the right where `read` is: a mark for each doubling, at most ten.
fn bar(point: &CostPoint) -> String {
    let doublings = (point.load_seconds / point.read_seconds).log2() * 2.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 10; of a number that is none the cast gives 0"
    )]
    let marks = doublings.abs().round().min(10.0) as usize;
    let (left, right) = if doublings < 0.0 {
        (marks, 0)
    } else {
        (0, marks)
    };
    format!(
        "{:>10}|{:<10} {}",
        "#".repeat(left),
        "#".repeat(right),
        point.winner()
    )
}

/// Whether a verdict counts among those of a kind.
type IsOfKind = fn(&Verdict) -> bool;

/// How many came to what, in a table and a line.
#[must_use]
pub fn summary(records: &[RunRecord]) -> String {
    let mut text = String::from("\n");
    for record in records {
        let verdict = match &record.verdict {
            Verdict::NotDone(_) => "not carried out".to_owned(),
            other => other.to_string(),
        };
        let _ = writeln!(
            text,
            "{:<36} {verdict:<28} {:>6} ms",
            record.name, record.milliseconds
        );
    }
    let total = match records.len() {
        1 => "1 experiment".to_owned(),
        n_records => format!("{n_records} experiments"),
    };
    let kinds: [(IsOfKind, &str); 5] = [
        (|verdict| *verdict == Verdict::AsPredicted, "as predicted"),
        (|verdict| *verdict == Verdict::Measured, "measured"),
        (|verdict| *verdict == Verdict::Differs, "not as predicted"),
        (
            |verdict| matches!(verdict, Verdict::NotDone(_) | Verdict::Cancelled),
            "not carried out",
        ),
        (
            |verdict| matches!(verdict, Verdict::NotAvailable(_)),
            "not available here",
        ),
    ];
    let counts: Vec<String> = kinds
        .into_iter()
        .filter_map(|(is, words)| {
            let found = records.iter().filter(|record| is(&record.verdict)).count();
            (found > 0).then(|| format!("{found} {words}"))
        })
        .collect();
    let _ = writeln!(text, "\n{total}: {}", counts.join(", "));
    text
}
