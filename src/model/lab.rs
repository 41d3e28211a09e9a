//! The lab in the window: what can be run, what is running, what came of it, and what the person expected.
//!
//! It owns the state and what follows from it in words. It must not know how an experiment is carried out.

mod acting;
mod answers;
mod by_hand;
mod given;
mod seen;
mod stage_hand;
mod stepping;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::identity::DocId;

pub use given::{GivenAnswer, OwnScore};
pub use stage_hand::{ItemCame, ItemStanding, StageHand, StageOutcome};

use crate::lab::claim::{
    Claim, Environment, Expected, HandPlan, LabTopic, NextStep, PeerCard, RunRecord, RunStep,
    Verdict,
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
    /// Show what came of this experiment, which ran among many, without an answer.
    Unseal(String),
    /// Ask again what the person expects of this experiment; what was seen of it is forgotten.
    AskAgain(String),
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
    /// Let the step that waits go; where nothing runs, run the one that is shown by steps.
    Step,
    /// Let all steps that are left go.
    GoOn,
    /// What is foreseen of the step that waits: an index into its choices; the same once more takes it back.
    Foresee(usize),
    /// The choice of that index, of whatever is asked now: of the step that waits, else of the experiment that is shown.
    Say(usize),
    /// With a pause after each step from the next run on, or without.
    Slowly(bool),
    /// Stop after the step under way.
    Stop,
    /// Try this experiment by hand: in a scratch file as it uses it, with the list of what to do, where an open file can be
    /// told all of it; else with its own processes.
    ByHand(String),
    /// Have the processes of this experiment do the thing at that place, where it is tried by hand with these.
    HaveDone(String, usize),
    /// Try the experiment of this open file by hand from the start, with a new scratch file in its place.
    StartOver(DocId),
}

/// How fast a run goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as it can.
    #[default]
    AtOnce,
    /// With a pause after each step, to watch it.
    Slowly,
    /// The person lets each step go.
    Steps,
    /// The person has its processes do one thing or another.
    ByHand,
}

/// What the person said of a step before it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The step, and what there was to choose among.
    pub next: NextStep,
    /// The choice.
    pub choice: usize,
    /// Whether so it was; `None` while the step does not tell.
    pub came: Option<bool>,
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
        /// The step that waits, and what the person foresees of it: an index into its choices.
        next: Option<(NextStep, Option<usize>)>,
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
    /// What is done to try it by hand, or why it cannot be.
    pub by_hand: Result<Arc<HandPlan>, String>,
    /// What the person expects: an index into the choices.
    pub pick: Option<usize>,
    /// The last run.
    pub run: LabRun,
    /// What the person said of its steps.
    pub said: Vec<Said>,
    /// What came of it is not shown: it ran among many, and the person had not answered.
    pub is_sealed: bool,
    /// Something of what it comes to was shown: what is said from then on is no prediction.
    pub is_shown: bool,
    /// The answer that counts.
    pub answer: Option<GivenAnswer>,
    /// What is tried by hand with its own processes.
    pub hand: Option<StageHand>,
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
    /// How fast.
    pub pace: Pace,
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
    /// What is run as soon as what is under way has ended.
    pub then: Option<(Vec<String>, Pace)>,
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

    /// The step that waits, and what the person foresees of it.
    #[must_use]
    pub fn next(&self) -> Option<(&NextStep, Option<usize>)> {
        match &self.run {
            LabRun::Running {
                next: Some((next, choice)),
                ..
            } => Some((next, *choice)),
            _ => None,
        }
    }

    /// What the person said of the step of that number.
    #[must_use]
    pub fn said(&self, number: usize) -> Option<&Said> {
        self.said.iter().find(|said| said.next.number == number)
    }

    /// How many steps went as the person said, and of how many it was said.
    #[must_use]
    pub fn foreseen(&self) -> (usize, usize) {
        let told = self.said.iter().filter(|said| said.came.is_some());
        let right = told.clone().filter(|said| said.came == Some(true));
        (right.count(), told.count())
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
            Some(_) if self.waiting().is_some() => "Lab: waits for you".to_owned(),
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

    /// The experiment of which a step waits for the person, or that is tried by hand and waits for a thing to do.
    #[must_use]
    pub fn waiting(&self) -> Option<&LabEntry> {
        let name = self.queue.as_ref()?.current.as_ref()?;
        self.entry(name).filter(|entry| {
            let by_hand = entry.hand.as_ref();
            entry.next().is_some() || by_hand.is_some_and(StageHand::waits)
        })
    }

    /// The person lets each step of what runs go.
    #[must_use]
    pub fn is_stepping(&self) -> bool {
        let queue = self.queue.as_ref();
        queue.is_some_and(|queue| queue.pace == Pace::Steps && !queue.stopping)
    }

    /// Something else may be run now: nothing runs, or what runs waits for the person or for its end.
    #[must_use]
    pub fn may_begin(&self) -> bool {
        let queue = self.queue.as_ref();
        !self.entries.is_empty()
            && queue.is_none_or(|queue| {
                matches!(queue.pace, Pace::Steps | Pace::ByHand) || queue.stopping
            })
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
        if entry.claim.expected == Expected::Measured {
            return None;
        }
        let came_true = entry.claim.came_true(file_system, &record.verdict, pick);
        Some(match came_true {
            Some(true) => GuessOutcome::Right,
            Some(false) => GuessOutcome::Wrong,
            None => GuessOutcome::Open,
        })
    }
}
