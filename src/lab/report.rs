//! What runs came to, written down: as lines for a terminal, as JSON, and as Markdown to hand in.
//!
//! It owns the three forms. It must not run anything, nor know where the text goes.

use std::fmt::Write as _;

use serde::Serialize;

use crate::bytes::size::human_size;
use crate::lab::catalogue;
use crate::lab::claim::{
    Claim, CostPoint, Environment, LabTopic, PeerCard, Promise, RunRecord, RunStep, Verdict,
    time_words,
};

/// The version of the JSON form. It changes when a field goes or changes its meaning, not when one is added.
pub const JSON_VERSION: u32 = 1;

/// The JSON form: one object.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// `mapscope-lab`.
    format: &'static str,
    /// [`JSON_VERSION`].
    version: u32,
    /// Where it ran.
    #[serde(rename = "ground")]
    environment: &'a Environment,
    /// One for each experiment, in the order they ran.
    experiments: Vec<Entry<'a>>,
}

/// An experiment in the JSON form.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    name: &'a str,
    topic: LabTopic,
    title: &'a str,
    promise: Promise,
    choices: &'a [&'a str],
    predicted: &'a str,
    observed: &'a str,
    verdict: &'a Verdict,
    why: &'a str,
    source: &'a str,
    milliseconds: u64,
    steps: &'a [RunStep],
    peers: &'a [PeerCard],
    costs: &'a [CostPoint],
}

/// Each record with what its experiment claims.
fn with_claims(records: &[RunRecord]) -> impl Iterator<Item = (&'static Claim, &RunRecord)> {
    records.iter().filter_map(|record| {
        catalogue::find(&record.name).map(|experiment| (&experiment.claim, record))
    })
}

impl<'a> Report<'a> {
    /// Of these runs.
    #[must_use]
    pub fn new(environment: &'a Environment, records: &'a [RunRecord]) -> Self {
        let experiments = with_claims(records)
            .map(|(claim, record)| Entry {
                name: claim.name,
                topic: claim.topic,
                title: claim.title,
                promise: claim.promise,
                choices: claim.choices,
                predicted: &record.predicted,
                observed: &record.observed,
                verdict: &record.verdict,
                why: claim.why,
                source: claim.source,
                milliseconds: record.milliseconds,
                steps: &record.steps,
                peers: &record.peers,
                costs: &record.costs,
            })
            .collect();
        Self {
            format: "mapscope-lab",
            version: JSON_VERSION,
            environment,
            experiments,
        }
    }

    /// As JSON, indented, with a line end.
    #[must_use]
    pub fn json(&self) -> String {
        // Numbers, strings and lists: nothing that JSON cannot hold.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The list of all experiments, by topic.
#[must_use]
pub fn list() -> String {
    let mut text = String::new();
    for topic in LabTopic::ALL {
        let _ = writeln!(text, "{} ({})", topic.title(), topic.word());
        for experiment in catalogue::of_topic(topic) {
            let claim = &experiment.claim;
            let _ = writeln!(text, "  {:<36} {}", claim.name, claim.title);
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

/// One run, for a terminal.
#[must_use]
pub fn run_lines(record: &RunRecord) -> String {
    let mut text = String::new();
    let Some(experiment) = catalogue::find(&record.name) else {
        return text;
    };
    let claim = &experiment.claim;
    let _ = writeln!(text, "\n{}: {}", claim.name, claim.title);
    let _ = writeln!(
        text,
        "  predicted  {} ({})",
        record.predicted, claim.promise
    );
    for step in &record.steps {
        step_lines(&mut text, step);
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
    text
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

/// The sign of a step, and what was expected where that did not come.
fn judged(step: &RunStep) -> (char, String) {
    let expected = step.expected.as_deref().unwrap_or_default();
    match step.holds {
        None => (' ', String::new()),
        Some(true) => ('\u{2713}', String::new()),
        Some(false) => ('\u{2717}', format!("  (expected: {expected})")),
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
fn cost_lines(costs: &[CostPoint]) -> Vec<String> {
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

/// The report that a person can hand in, as Markdown.
#[must_use]
pub fn markdown(environment: &Environment, records: &[RunRecord]) -> String {
    let mut text = String::from("# Experiments about memory mappings\n\n");
    text.push_str("Each was carried out by real processes; what is observed was read back from the kernel.\n\n");
    let user = environment
        .user
        .map_or_else(|| "unknown".to_owned(), |user| user.to_string());
    let _ = writeln!(text, "| | |\n| --- | --- |");
    for (name, value) in [
        ("Kernel", environment.kernel.as_str()),
        ("Machine", environment.machine.as_str()),
        ("File system", environment.file_system.as_str()),
        ("Scratch directory", environment.dir.as_str()),
        ("User", user.as_str()),
    ] {
        let _ = writeln!(text, "| {name} | {} |", cell(value));
    }
    let _ = writeln!(text, "| Page size | {} bytes |", environment.page_bytes);
    text.push_str("\n## Verdicts\n\n| experiment | verdict | predicted |\n| --- | --- | --- |\n");
    for (claim, record) in with_claims(records) {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            claim.name,
            cell(&record.verdict.to_string()),
            cell(&record.predicted)
        );
    }
    for topic in LabTopic::ALL {
        let mut of_topic = with_claims(records)
            .filter(|(claim, _)| claim.topic == topic)
            .peekable();
        if of_topic.peek().is_some() {
            let _ = writeln!(text, "\n## {}", topic.title());
        }
        for (claim, record) in of_topic {
            markdown_of(&mut text, claim, record);
        }
    }
    text
}

fn markdown_of(text: &mut String, claim: &Claim, record: &RunRecord) {
    let _ = writeln!(text, "\n### {}\n\n{}.\n", claim.name, claim.title);
    let _ = writeln!(
        text,
        "- **Predicted** ({}): {}",
        claim.promise, record.predicted
    );
    let _ = writeln!(text, "- **Observed**: {}", record.observed);
    let _ = writeln!(text, "- **Verdict**: {}", record.verdict);
    let _ = writeln!(text, "- **Why**: {} ({})\n", claim.why, claim.source);
    if !record.steps.is_empty() {
        text.push_str("| # | who | what | observed | |\n| --- | --- | --- | --- | --- |\n");
    }
    for step in &record.steps {
        let (sign, expected) = judged(step);
        let mut calls = String::new();
        for call in &step.calls {
            let _ = write!(calls, "<br>`{}` {}", code(&call.text), call.took());
        }
        let _ = writeln!(
            text,
            "| {} | {} | {}{calls} | {}{} | {sign} |",
            step.number,
            who(step),
            cell(&step.what),
            cell(&step.observed),
            cell(&expected)
        );
    }
    let costs = cost_lines(&record.costs);
    if !costs.is_empty() {
        let _ = writeln!(text, "\n```\n{}\n```", costs.join("\n"));
    }
}

/// Text within a cell of a table.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("<br>"),
            '|' | '<' | '>' | '*' | '_' | '`' | '\\' => {
                safe.push('\\');
                safe.push(character);
            }
            other => safe.push(other),
        }
    }
    safe
}

/// Text between backticks within a cell of a table.
fn code(text: &str) -> String {
    text.replace('`', "'").replace('|', "\\|")
}
