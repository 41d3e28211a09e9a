//! What the person expected of experiments, and whether so it was: kept from run to run, and asked for again.
//!
//! It owns when a question stands, and that a run of many uses up none that was not answered. It must not know where
//! answers are kept.

use crate::lab::claim::{LabTopic, RunRecord, Verdict};
use crate::model::App;
use crate::model::effect::Effect;
use crate::model::notice::{Notice, Severity};
use crate::model::topic::Topic;

use super::{GivenAnswer, GuessOutcome, LabEntry, LabRun, LabState, OwnScore};

/// It says what is so.
fn tells(record: &RunRecord) -> bool {
    matches!(
        record.verdict,
        Verdict::AsPredicted | Verdict::Differs | Verdict::Measured
    )
}

impl LabEntry {
    /// The person may still say what they expect: a prediction made after the fact is none.
    #[must_use]
    pub fn may_pick(&self) -> bool {
        let is_told = self.record().is_some_and(tells) && !self.is_sealed;
        !self.is_running() && !is_told && !self.is_shown && self.answer.is_none()
    }

    /// The question stands in the place of what gives the answer away.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let is_told = self.record().is_some_and(tells) && !self.is_sealed;
        let has_question = self.available.is_ok() && !self.claim.choices.is_empty();
        // What a run shows so far gives away no more than itself.
        let is_shown = self.is_shown && !self.is_running();
        has_question && !is_told && !is_shown && self.answer.is_none()
    }

    /// What it is about, in a sentence that gives nothing away that is still asked.
    #[must_use]
    pub fn headline(&self) -> &'static str {
        if self.is_closed() {
            self.claim.question()
        } else {
            self.claim.title
        }
    }

    /// What it is called in a list: its name, where that gives nothing away.
    #[must_use]
    pub fn label(&self) -> &'static str {
        if self.is_closed() {
            self.claim.question()
        } else {
            self.claim.name
        }
    }
}

impl LabState {
    /// How the person did on a topic.
    #[must_use]
    pub fn own_score(&self, topic: LabTopic) -> OwnScore {
        let answers = self
            .of_topic(topic)
            .filter_map(|entry| entry.answer.as_ref());
        answers.fold(OwnScore::default(), |score, answer| OwnScore {
            right: score.right + usize::from(answer.right == Some(true)),
            answered: score.answered + 1,
        })
    }

    /// What became of it stands open from here on, without an answer.
    pub(super) fn unseal(&mut self, name: &str) {
        if let Some(entry) = self.entry_mut(name) {
            entry.is_sealed = false;
            entry.is_shown |= entry.steps().iter().any(|step| step.holds.is_some());
        }
    }

    /// The run under way shows something of what it comes to, unless that is sealed.
    pub(super) fn show(&mut self) {
        if let Some(entry) = self.current() {
            entry.is_shown |= !entry.is_sealed;
        }
    }
}

impl App {
    /// What the person expected of an experiment that is over is an answer, once.
    pub(super) fn lab_answer(&mut self, name: &str, effects: &mut Vec<Effect>) {
        let Some(entry) = self.lab.entry(name) else {
            return;
        };
        let Some((choice, record)) = entry.pick.zip(entry.record()) else {
            return;
        };
        if entry.answer.is_some() || !tells(record) {
            return;
        }
        let right = match self.lab.pick_outcome(entry) {
            Some(GuessOutcome::Right) => Some(true),
            Some(GuessOutcome::Wrong) => Some(false),
            _ => None,
        };
        let answer = GivenAnswer {
            name: entry.claim.name.to_owned(),
            choice,
            right,
        };
        if let Some(entry) = self.lab.entry_mut(name) {
            entry.is_sealed = false;
            entry.answer = Some(answer.clone());
        }
        effects.push(Effect::LabAnswered(answer));
    }

    /// The question stands again, as if it never was answered.
    pub(super) fn lab_ask_again(&mut self, name: &str, effects: &mut Vec<Effect>) {
        let Some(entry) = self.lab.entry_mut(name) else {
            return;
        };
        if entry.is_running() {
            return;
        }
        (entry.pick, entry.run) = (None, LabRun::None);
        (entry.is_sealed, entry.is_shown) = (false, false);
        entry.said.clear();
        if entry.answer.take().is_some() {
            effects.push(Effect::LabForget(name.to_owned()));
        }
    }

    /// Takes the answers of earlier runs, or why they cannot be kept. What was answered meanwhile counts.
    pub(in crate::model) fn lab_answers(&mut self, answers: Result<Vec<GivenAnswer>, String>) {
        let answers = match answers {
            Ok(answers) => answers,
            Err(why) => {
                let notice = Notice::new(Topic::Error, Severity::Error, why);
                self.notices.put(notice);
                return;
            }
        };
        for answer in answers {
            if let Some(entry) = self.lab.entry_mut(&answer.name)
                && answer.choice < entry.claim.choices.len()
                && entry.answer.is_none()
                && (entry.pick.is_none() || !entry.is_running())
            {
                entry.pick = Some(answer.choice);
                entry.answer = Some(answer);
            }
        }
    }
}
