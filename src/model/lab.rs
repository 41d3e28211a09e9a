//! The lab in the window: what can be run, what is running, what came of it, and what the person expected.
//!
//! It owns the state and what follows from it in words. It must not know how an experiment is carried out.

mod acting;

use std::collections::BTreeSet;
use std::fmt;

use crate::lab::claim::{
    Claim, Environment, Expected, LabTopic, PeerCard, RunRecord, RunStep, Verdict,
};

/// What a person can ask of the lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabAction {
    /// Bring the lab's tab to the front.
    Show,
    /// Close its tab; what runs ends after the step under way.
    Close,
    /// Show this experiment.
    Choose(String),
    /// Show the one that stands so many places further down the list.
    Move(i32),
    /// Show or hide the experiments of a topic.
    Fold(LabTopic),
    /// What the person expects of this experiment: an index into its choices.
    Pick(String, usize),
    /// Run these, one after the other.
    Run(Vec<String>),
    /// Run the one that is shown.
    RunChosen,
    /// Run all of a topic.
    RunTopic(LabTopic),
    /// Run all but those that measure.
    RunAll,
    /// With a pause after each step from the next run on, or without.
    Slowly(bool),
    /// Stop after the step under way.
    Stop,
    /// Open a scratch file as this experiment uses it, with the peers to try it with.
    ByHand(String),
}

/// What was seen of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LabRun {
    /// Nothing: there was none.
    #[default]
    None,
    /// It is under way.
    Running {
        /// The steps so far.
        steps: Vec<RunStep>,
        /// What its peers hold now.
        peers: Vec<PeerCard>,
    },
    /// It is over.
    Done(Box<RunRecord>),
}

/// An experiment, as the window knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct LabEntry {
    /// What it claims.
    pub claim: &'static Claim,
    /// Why this system cannot carry it out, where it cannot.
    pub available: Result<(), String>,
    /// What the person expects: an index into the choices.
    pub pick: Option<usize>,
    /// The last run.
    pub run: LabRun,
}

/// Where an experiment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// It was not run.
    NotRun,
    /// It cannot be run here: why.
    NotAvailable(&'a str),
    /// It will be run after others.
    Waiting,
    /// It is running.
    Running,
    /// It was run, and came to this.
    Over(&'a Verdict),
}

impl fmt::Display for Standing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRun => f.write_str("not run"),
            Self::NotAvailable(why) => write!(f, "not available here: {why}"),
            Self::Waiting => f.write_str("waits for its turn"),
            Self::Running => f.write_str("running"),
            Self::Over(verdict) => verdict.fmt(f),
        }
    }
}

/// What became of the person's expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuessOutcome {
    /// So it was observed.
    Right,
    /// Otherwise than expected.
    Wrong,
    /// The run does not tell.
    Open,
}

/// The experiments under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabQueue {
    /// Their names, in the order they are run.
    pub names: Vec<String>,
    /// How many are over.
    pub done: usize,
    /// The one that is running.
    pub current: Option<String>,
    /// The person asked to stop.
    pub stopping: bool,
}

/// How many runs came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As predicted.
    pub as_predicted: usize,
    /// Otherwise than predicted.
    pub differ: usize,
    /// Measured only.
    pub measured: usize,
    /// Not carried out to the end, or stopped.
    pub not_done: usize,
    /// Not available on this system.
    pub not_available: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differs = if self.differ == 1 {
            "differs"
        } else {
            "differ"
        };
        let parts = [
            (self.as_predicted, "as predicted"),
            (self.differ, differs),
            (self.measured, "measured"),
            (self.not_done, "not carried out"),
            (self.not_available, "not available here"),
        ];
        let mut said = false;
        for (count, words) in parts.iter().filter(|(count, _)| *count > 0) {
            let comma = if said { ", " } else { "" };
            write!(f, "{comma}{count} {words}")?;
            said = true;
        }
        if !said {
            f.write_str("nothing was run yet")?;
        }
        Ok(())
    }
}

/// The lab.
#[derive(Clone, Debug, Default)]
pub struct LabState {
    /// Every experiment, in the order of study.
    pub entries: Vec<LabEntry>,
    /// The one that is shown.
    pub chosen: Option<&'static str>,
    /// Topics whose experiments are not listed.
    pub folded: BTreeSet<LabTopic>,
    /// Where experiments run; known once something was run.
    pub environment: Option<Environment>,
    /// With a pause after each step, to watch it.
    pub slowly: bool,
    /// What is under way.
    pub queue: Option<LabQueue>,
    /// Why nothing could be run.
    pub error: Option<String>,
    /// It has a tab.
    pub is_open: bool,
    /// Its tab has the focus.
    pub is_front: bool,
}

impl LabEntry {
    /// Its steps: of the run under way, or of the last one.
    #[must_use]
    pub fn steps(&self) -> &[RunStep] {
        match &self.run {
            LabRun::None => &[],
            LabRun::Running { steps, .. } => steps,
            LabRun::Done(record) => &record.steps,
        }
    }

    /// Its peers: of the run under way, or of the last one.
    #[must_use]
    pub fn peers(&self) -> &[PeerCard] {
        match &self.run {
            LabRun::None => &[],
            LabRun::Running { peers, .. } => peers,
            LabRun::Done(record) => &record.peers,
        }
    }

    /// The finished run.
    #[must_use]
    pub fn record(&self) -> Option<&RunRecord> {
        match &self.run {
            LabRun::Done(record) => Some(record),
            LabRun::None | LabRun::Running { .. } => None,
        }
    }

    /// It is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.run, LabRun::Running { .. })
    }

    /// The person may still say what they expect: a prediction made after the fact is none.
    #[must_use]
    pub fn may_pick(&self) -> bool {
        let told = |record: &RunRecord| {
            matches!(
                record.verdict,
                Verdict::AsPredicted | Verdict::Differs | Verdict::Measured
            )
        };
        !self.is_running() && !self.record().is_some_and(told)
    }
}

impl LabState {
    /// The experiment of that name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&LabEntry> {
        self.entries.iter().find(|entry| entry.claim.name == name)
    }

    fn entry_mut(&mut self, name: &str) -> Option<&mut LabEntry> {
        self.entries
            .iter_mut()
            .find(|entry| entry.claim.name == name)
    }

    /// The title of its tab: what runs is told there too.
    #[must_use]
    pub fn tab_title(&self) -> String {
        match &self.queue {
            None => "Lab".to_owned(),
            Some(queue) if queue.stopping => "Lab: stopping".to_owned(),
            Some(queue) => {
                let total = queue.names.len();
                format!("Lab: {} of {total} runs", (queue.done + 1).min(total))
            }
        }
    }

    /// The experiment that is shown.
    #[must_use]
    pub fn chosen(&self) -> Option<&LabEntry> {
        self.entry(self.chosen?)
    }

    /// Those of a topic, in the order of study.
    pub fn of_topic(&self, topic: LabTopic) -> impl Iterator<Item = &LabEntry> {
        self.entries
            .iter()
            .filter(move |entry| entry.claim.topic == topic)
    }

    /// Those that are listed, in the order of the list.
    pub fn listed(&self) -> impl Iterator<Item = &LabEntry> {
        LabTopic::ALL
            .into_iter()
            .filter(|topic| !self.folded.contains(topic))
            .flat_map(|topic| self.of_topic(topic))
    }

    /// Where `entry` stands.
    #[must_use]
    pub fn standing<'a>(&self, entry: &'a LabEntry) -> Standing<'a> {
        let waits = self.queue.as_ref().is_some_and(|queue| {
            let mut left = queue.names.iter().skip(queue.done);
            !queue.stopping && left.any(|name| name == entry.claim.name)
        });
        match (&entry.run, &entry.available) {
            (LabRun::Running { .. }, _) => Standing::Running,
            (_, Err(why)) => Standing::NotAvailable(why),
            _ if waits => Standing::Waiting,
            (LabRun::Done(record), _) => match &record.verdict {
                Verdict::NotAvailable(why) => Standing::NotAvailable(why),
                verdict => Standing::Over(verdict),
            },
            (LabRun::None, _) => Standing::NotRun,
        }
    }

    /// What became of all runs so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for record in self.entries.iter().filter_map(LabEntry::record) {
            *match &record.verdict {
                Verdict::AsPredicted => &mut tally.as_predicted,
                Verdict::Differs => &mut tally.differ,
                Verdict::Measured => &mut tally.measured,
                Verdict::NotDone(_) | Verdict::Cancelled => &mut tally.not_done,
                Verdict::NotAvailable(_) => &mut tally.not_available,
            } += 1;
        }
        tally
    }

    /// What is predicted, in words; where that depends on a file system that is not known yet, either case.
    #[must_use]
    pub fn prediction(&self, claim: &Claim) -> String {
        match (&self.environment, claim.expected) {
            (None, Expected::OnTmpfs { tmpfs, elsewhere }) => {
                let words = |choice: usize| claim.choices.get(choice).copied().unwrap_or_default();
                format!(
                    "on tmpfs: {}; elsewhere: {}",
                    words(tmpfs),
                    words(elsewhere)
                )
            }
            (None, Expected::On { listed, elsewhere }) => {
                let words = |choice: usize| claim.choices.get(choice).copied().unwrap_or_default();
                let mut all: Vec<String> = listed
                    .iter()
                    .map(|(name, choice)| format!("on {name}: {}", words(*choice)))
                    .collect();
                all.push(format!("elsewhere: {}", words(elsewhere)));
                all.join("; ")
            }
            (environment, _) => {
                let file_system = environment
                    .as_ref()
                    .map(|environment| environment.file_system.as_str());
                claim.prediction(file_system.unwrap_or_default())
            }
        }
    }

    /// What became of the person's expectation; `None` where there was none, or no run yet.
    #[must_use]
    pub fn pick_outcome(&self, entry: &LabEntry) -> Option<GuessOutcome> {
        let (pick, record) = (entry.pick?, entry.record()?);
        let file_system = self
            .environment
            .as_ref()
            .map_or("", |environment| environment.file_system.as_str());
        let predicted = entry.claim.predicted(file_system)?;
        Some(match (&record.verdict, pick == predicted) {
            (Verdict::AsPredicted, true) => GuessOutcome::Right,
            (Verdict::AsPredicted, false) | (Verdict::Differs, true) => GuessOutcome::Wrong,
            _ => GuessOutcome::Open,
        })
    }
}
