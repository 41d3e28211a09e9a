//! Runs as JSON.
//!
//! It owns the form's fields and its version. It must not know where the text goes.

use serde::Serialize;

use crate::lab::claim::{
    CostPoint, Environment, LabTopic, PeerCard, Promise, RunRecord, RunStep, Verdict,
};

use super::with_claims;

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
    question: &'a str,
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

impl<'a> Report<'a> {
    /// Of these runs.
    #[must_use]
    pub fn new(environment: &'a Environment, records: &'a [RunRecord]) -> Self {
        let experiments = with_claims(records)
            .map(|(claim, record)| Entry {
                name: claim.name,
                topic: claim.topic,
                question: claim.question(),
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
