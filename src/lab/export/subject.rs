//! What a program is about: its name, what stands at its top, what it predicts, and its steps.
//!
//! It owns what an experiment has of these; a script without a claim is given them by whoever made it. It must not know any
//! language.

use super::facts::{Facts, why_not};
use crate::lab::Experiment;
use crate::lab::claim::{Claim, Environment};
use crate::lab::script::Script;

/// What a program is made of.
#[derive(Clone, Debug)]
pub struct ExportSubject {
    /// Its name, which its file has: words with hyphens.
    pub name: String,
    /// What it shows, in one sentence without a final period.
    pub title: String,
    /// Who promises what is predicted.
    pub promise: String,
    /// What is predicted, in a sentence without a final period.
    pub predicted: String,
    /// What stands at the top of the program, in lines of any length.
    pub heading: Vec<String>,
    /// Its steps, and where it was written.
    pub script: Script,
    pub(super) facts: Facts,
    /// Why this system cannot show it, where that is known before it begins.
    pub(super) why_not: Option<String>,
}

impl ExportSubject {
    /// A script that is no experiment's: it needs nothing of the system but what each step does. The texts are empty.
    #[must_use]
    pub fn of_script(name: &str, script: Script) -> Self {
        Self {
            name: name.to_owned(),
            title: String::new(),
            promise: String::new(),
            predicted: String::new(),
            heading: Vec::new(),
            why_not: script.why_not().map(ToOwned::to_owned),
            facts: Facts::of_script(&script),
            script,
        }
    }

    /// An experiment, on a system.
    #[must_use]
    pub fn of_experiment(experiment: &Experiment, environment: &Environment) -> Self {
        let claim = &experiment.claim;
        let script = Script::of(experiment.script, environment);
        Self {
            name: claim.name.to_owned(),
            title: claim.title.to_owned(),
            promise: claim.promise.to_string(),
            predicted: claim.prediction(&environment.file_system),
            heading: heading_of(claim, environment),
            why_not: why_not(experiment, &script, environment),
            script,
            facts: Facts::of(experiment, environment),
        }
    }
}

impl ExportSubject {
    /// Some things of an experiment, each by its place from 0, as a person has them done in this order.
    ///
    /// # Errors
    /// Why they cannot be done so, in a sentence without a final period.
    pub fn in_order(
        experiment: &Experiment,
        order: &[usize],
        environment: &Environment,
    ) -> Result<Self, String> {
        let mut subject = Self::of_experiment(experiment, environment);
        subject.script = subject.script.in_order(order)?;
        let numbers: Vec<String> = order.iter().map(|place| (place + 1).to_string()).collect();
        subject.heading.splice(
            1..1,
            [
                String::new(),
                format!(
                    "Of this these steps are done, in this order: {}.",
                    numbers.join(", ")
                ),
                "What the experiment expects is compared as long as the order is its own; of the rest is told what comes."
                    .to_owned(),
            ],
        );
        "what its steps expect, as long as they are done in its own order"
            .clone_into(&mut subject.predicted);
        Ok(subject)
    }
}

/// What an experiment is about: the claim, what could happen, what is predicted and why. Lines of any length.
fn heading_of(claim: &Claim, environment: &Environment) -> Vec<String> {
    let mut lines = vec![format!("{}: {}.", claim.name, claim.title), String::new()];
    if !claim.choices.is_empty() {
        lines.push("What could happen:".to_owned());
    }
    for (number, choice) in (1..).zip(claim.choices) {
        lines.push(format!("  {number}. {choice}."));
    }
    if !claim.choices.is_empty() {
        lines.push(String::new());
    }
    let predicted = claim.prediction(&environment.file_system);
    lines.push(format!("Predicted ({}): {predicted}.", claim.promise));
    lines.push(format!("Why: {}", claim.why));
    lines.push(format!("Source: {}.", claim.source));
    lines
}
