//! Two results in JSON, held against each other: of two file systems, two kernels, two days.
//!
//! It owns what counts as a difference. What varies by nature does not: addresses, numbers of processes and frames, times, and
//! the counts of what happens by chance. It must not know where the results come from.

mod vary;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

use vary::steady;

use super::JSON_VERSION;
use crate::bytes::escape::escape;

/// What a text says it is. What else is in it takes no memory here.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: Value,
    #[serde(default)]
    version: Value,
}

/// The results of a run, read from JSON.
#[derive(Clone, Debug, Deserialize)]
pub struct LabResults {
    ground: BTreeMap<String, Value>,
    experiments: Vec<OneResult>,
}

/// One experiment's.
#[derive(Clone, Debug, Deserialize)]
struct OneResult {
    name: String,
    #[serde(default)]
    choices: Vec<String>,
    predicted: String,
    verdict: ResultVerdict,
    steps: Vec<ResultStep>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct ResultVerdict {
    is: String,
    because: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct ResultStep {
    number: u64,
    peer: Option<String>,
    what: String,
    doing: Value,
    observed: String,
    holds: Option<bool>,
}

/// Something that is otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Otherwise {
    what: String,
    left: String,
    right: String,
}

/// What differs between two results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    surroundings: Vec<Otherwise>,
    experiments: Vec<(String, Vec<Otherwise>)>,
    only_left: Vec<String>,
    only_right: Vec<String>,
    n_both: usize,
}

impl LabResults {
    /// Reads them.
    ///
    /// # Errors
    /// Why the text is no such result, without a subject: `is no JSON: …`.
    pub fn read(text: &str) -> Result<Self, String> {
        let no_json = |error| format!("is no JSON: {error}");
        let no_result = || "is no result of mapscope lab --json".to_owned();
        let head: Head = match serde_json::from_str(text) {
            Ok(head) => head,
            Err(error) if error.is_data() => return Err(no_result()),
            Err(error) => return Err(no_json(error)),
        };
        if head.format.as_str() != Some("mapscope-lab") {
            return Err(no_result());
        }
        if head.version.as_u64() != Some(u64::from(JSON_VERSION)) {
            return Err(format!(
                "has a form of another version than {JSON_VERSION}, which this mapscope reads"
            ));
        }
        serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                format!("lacks a part of a result of mapscope lab --json: {error}")
            } else {
                no_json(error)
            }
        })
    }

    /// The experiments by their names; of several with one name the first.
    fn by_name(&self) -> BTreeMap<&str, &OneResult> {
        let experiments = self.experiments.iter().rev();
        experiments.map(|one| (one.name.as_str(), one)).collect()
    }
}

/// Holds two results against each other.
#[must_use]
pub fn compare(left: &LabResults, right: &LabResults) -> Comparison {
    let mut found = Comparison::default();
    let mut names: Vec<&String> = left.ground.keys().collect();
    names.extend(
        right
            .ground
            .keys()
            .filter(|name| !left.ground.contains_key(*name)),
    );
    for name in names {
        let [left, right] = [left, right].map(|it| said(it.ground.get(name)));
        if left != right {
            let what = name.replace('_', " ");
            found.surroundings.push(Otherwise { what, left, right });
        }
    }
    let [lefts, rights] = [left, right].map(LabResults::by_name);
    for one in &left.experiments {
        let Some(other) = rights.get(one.name.as_str()) else {
            found.only_left.push(one.name.clone());
            continue;
        };
        found.n_both += 1;
        let otherwise = one.against(other);
        if !otherwise.is_empty() {
            found.experiments.push((one.name.clone(), otherwise));
        }
    }
    let only = right
        .experiments
        .iter()
        .filter(|one| !lefts.contains_key(one.name.as_str()));
    found.only_right = only.map(|one| one.name.clone()).collect();
    found
}

/// A value of the surroundings, in words.
fn said(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

impl OneResult {
    fn verdict(&self) -> String {
        let is = self.verdict.is.replace('-', " ");
        match &self.verdict.because {
            Some(why) => format!("{is}: {}", steady(why)),
            None => is,
        }
    }

    /// The choice that was observed, where the run tells.
    fn observed(&self) -> Option<&str> {
        if self.verdict.is != "as-predicted" {
            return None;
        }
        // The prediction may name the file system before it; of several that will do none is told.
        let told = self
            .choices
            .iter()
            .filter(|choice| self.predicted.contains(*choice));
        match told.collect::<Vec<_>>().as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    fn against(&self, other: &Self) -> Vec<Otherwise> {
        let mut found = Vec::new();
        let mut add = |what: &str, left: String, right: String| {
            if left != right {
                let what = what.to_owned();
                found.push(Otherwise { what, left, right });
            }
        };
        add("verdict", self.verdict(), other.verdict());
        if let (Some(left), Some(right)) = (self.observed(), other.observed()) {
            add("observed", left.to_owned(), right.to_owned());
        }
        // Of one that did not begin no step could be told: why it did not is all that differs.
        let one_began_alone = self.steps.is_empty() != other.steps.is_empty();
        if !(one_began_alone && self.verdict != other.verdict) {
            found.extend(against(&self.steps, &other.steps));
        }
        found
    }
}

/// A step by who does it and what is done, however often that is.
type Key = (String, String);

fn by_key(steps: &[ResultStep]) -> (Vec<Key>, BTreeMap<Key, Vec<&ResultStep>>) {
    let (mut order, mut by_key) = (Vec::new(), BTreeMap::<Key, Vec<&ResultStep>>::new());
    for step in steps {
        let who = step.peer.clone().unwrap_or_else(|| "mapscope".to_owned());
        let key = (who, steady(&step.what));
        if !by_key.contains_key(&key) {
            order.push(key.clone());
        }
        by_key.entry(key).or_default().push(step);
    }
    (order, by_key)
}

/// What steps observed otherwise. What is done so often that it differs stands for the last time.
fn against(left: &[ResultStep], right: &[ResultStep]) -> Vec<Otherwise> {
    let (mut order, lefts) = by_key(left);
    let (more, rights) = by_key(right);
    order.extend(more.into_iter().filter(|key| !lefts.contains_key(key)));
    let mut both = left.iter().chain(right);
    let has_race = both.any(|step| vary::is_race(&step.doing));
    let mut found = Vec::new();
    for key in order {
        let none = Vec::new();
        let (one, other) = (
            lefts.get(&key).unwrap_or(&none),
            rights.get(&key).unwrap_or(&none),
        );
        let [one, other] = if one.len() == other.len() {
            [one.as_slice(), other.as_slice()]
        } else {
            [one, other].map(|steps| &steps[steps.len().saturating_sub(1)..])
        };
        for place in 0..one.len().max(other.len()) {
            let [one, other] = [one.get(place), other.get(place)];
            let [left, right] = [one, other].map(|step| {
                step.map_or_else(
                    || "no such step".to_owned(),
                    |step| vary::observed(&step.doing, &step.observed, step.holds, has_race),
                )
            });
            if left != right {
                let number = one.or(other).map_or(0, |step| step.number);
                let what = format!("step {number}, {} {}", key.0, key.1);
                found.push((number, Otherwise { what, left, right }));
            }
        }
    }
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, otherwise)| otherwise).collect()
}

impl Comparison {
    /// Whether nothing differs at all.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.surroundings.is_empty()
            && self.experiments.is_empty()
            && self.only_left.is_empty()
            && self.only_right.is_empty()
    }

    /// As lines, with what the two results are called.
    #[must_use]
    pub fn lines(&self, left: &str, right: &str) -> String {
        let mut text = format!("1: {left}\n2: {right}\n");
        let mut part = |head: &str, all: &[Otherwise]| {
            let _ = writeln!(text, "\n{}", escape(head));
            for one in all {
                // What is told in several lines stays below its own.
                let [left, right] = [&one.left, &one.right].map(|it| it.replace('\n', "\n       "));
                let what = escape(&one.what);
                let _ = writeln!(text, "  {what}\n    1: {left}\n    2: {right}");
            }
        };
        if !self.surroundings.is_empty() {
            part("surroundings", &self.surroundings);
        }
        for (name, all) in &self.experiments {
            part(name, all);
        }
        for (number, only) in [(1, &self.only_left), (2, &self.only_right)] {
            if !only.is_empty() {
                let _ = writeln!(text, "\nonly in {number}: {}", escape(&only.join(", ")));
            }
        }
        let n_differ = self.experiments.len();
        let differ = match n_differ {
            0 => "none differs".to_owned(),
            1 => "1 differs".to_owned(),
            n_differ => format!("{n_differ} differ"),
        };
        let _ = writeln!(
            text,
            "\n{} in both: {differ}",
            crate::bytes::size::counted(self.n_both as u64, "experiment")
        );
        text
    }
}
