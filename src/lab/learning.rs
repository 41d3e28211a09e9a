//! What a person expected of experiments, and whether it was so.
//!
//! It owns when an answer counts as right, and the scores. It must not know who asks, nor where answers are kept.

mod store;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lab::catalogue;
use crate::lab::claim::{Claim, Expected, LabTopic, Verdict};

pub use store::AnswerStore;

/// What a person expected of an experiment when asked last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAnswer {
    /// In the words of the choice: it stays the same where choices change their places.
    pub choice: String,
    /// Whether it was observed so; `None` where the run did not tell.
    pub right: Option<bool>,
    /// When, in UTC: `2026-11-26 03:04:05 UTC`.
    pub at: String,
}

/// The last answers of a person, by the experiments' names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnAnswers(BTreeMap<String, OwnAnswer>);

/// How a person did on a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicScore {
    /// Which.
    pub topic: LabTopic,
    /// Experiments with a question.
    pub asked: usize,
    /// Answered as it was observed.
    pub right: usize,
    /// Answered otherwise.
    pub wrong: usize,
    /// Answered where the run did not tell.
    pub open: usize,
}

impl TopicScore {
    /// Not answered yet, or forgotten.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        let answered = self.right + self.wrong + self.open;
        self.asked.saturating_sub(answered)
    }
}

impl fmt::Display for TopicScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} right, {} wrong", self.right, self.wrong)?;
        if self.open > 0 {
            write!(f, ", {} not told by the run", self.open)?;
        }
        write!(f, ", {} of {} not answered", self.unanswered(), self.asked)
    }
}

/// Whether what a person expected was observed: an index into the claim's choices, on a file system as the environment names
/// it. `None` where the run does not tell: it measured, was not carried out, or came to something that nobody predicted.
#[must_use]
pub fn is_right(
    claim: &Claim,
    file_system: &str,
    verdict: &Verdict,
    choice: usize,
) -> Option<bool> {
    claim.came_true(file_system, verdict, choice)
}

impl OwnAnswers {
    /// Takes down an answer in the place of an earlier one.
    pub fn note(&mut self, name: &str, answer: OwnAnswer) {
        self.0.insert(name.to_owned(), answer);
    }

    /// Takes down all of these, each in the place of an earlier one.
    pub fn take_over(&mut self, later: &Self) {
        let later = later.0.iter();
        self.0
            .extend(later.map(|(name, answer)| (name.clone(), answer.clone())));
    }

    /// The last answer, in the claim's present words; one in words that are no choice any more is none.
    #[must_use]
    pub fn of(&self, claim: &Claim) -> Option<(usize, &OwnAnswer)> {
        let answer = self.0.get(claim.name)?;
        let place = claim
            .choices
            .iter()
            .position(|choice| *choice == answer.choice)?;
        Some((place, answer))
    }

    /// Forgets an answer, so that the question stands again. Whether there was one.
    pub fn forget(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    /// Forgets all of them, also those of experiments that there are no more. How many there were.
    pub fn forget_all(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }

    /// How the person did, topic by topic; those that have no question are left out.
    #[must_use]
    pub fn scores(&self) -> Vec<TopicScore> {
        let of_topic = |topic: LabTopic| {
            let claims: Vec<&Claim> = catalogue::of_topic(topic)
                .map(|experiment| &experiment.claim)
                .filter(|claim| claim.expected != Expected::Measured)
                .collect();
            let count = |wanted: Option<bool>| {
                let answers = claims.iter().filter_map(|claim| self.of(claim));
                answers.filter(|(_, answer)| answer.right == wanted).count()
            };
            TopicScore {
                topic,
                asked: claims.len(),
                right: count(Some(true)),
                wrong: count(Some(false)),
                open: count(None),
            }
        };
        let scores = LabTopic::ALL.into_iter().map(of_topic);
        scores.filter(|score| score.asked > 0).collect()
    }
}
