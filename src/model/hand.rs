//! An experiment that is tried by hand on an open file: what is to be done, what of it was observed, and what was seen.
//!
//! It owns the rule of the ticks. The things to do are in order, and one is ticked when it was observed after the one before
//! it was: by an entry of *What happened*, which is made where an answer or an observation arrives, or by what stands there,
//! such as a process that runs. What was done before its turn does not count, and says so. A look is ticked by the second
//! reading of its row that comes after the tick before it: the first may have been on its way when that was done, the second
//! was begun after it. It must not know how the list is drawn, nor what a script is.

mod doing;
mod matching;
mod ticking;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::identity::MappingId;
use super::process::ProcessKind;
use crate::lab::claim::{HandDeed, HandItem, HandKind, HandPlan};

pub use words::command;

/// So many readings of a row after a tick: the last of them was begun after it.
const READINGS: u8 = 2;

/// The most bytes that are written by one press.
const MOST_WRITTEN: usize = 64;

/// What was seen of a thing to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandSeen {
    /// In words.
    pub words: String,
    /// What the experiment expects, in words.
    pub wanted: String,
    /// Whether it is so; `None` where the system does not tell.
    pub agrees: Option<bool>,
}

/// How a thing to do was ticked.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HandTick {
    /// It was done.
    Done,
    /// This was seen.
    Saw(HandSeen),
}

impl HandTick {
    fn seen(&self) -> Option<&HandSeen> {
        match self {
            Self::Done => None,
            Self::Saw(seen) => Some(seen),
        }
    }
}

/// Where a thing to do stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandStanding {
    /// It was observed.
    Done,
    /// It is the next.
    Current,
    /// Its turn comes later. `early`: it was done, which does not count.
    ToDo {
        /// It was done before its turn.
        early: bool,
    },
}

/// What came of all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOutcome {
    /// Something is still to be done.
    Open,
    /// All that was seen is as the experiment expects.
    Agrees,
    /// So many things that were seen are otherwise.
    Differs(usize),
    /// So many could not be told, and the rest agrees.
    NotTold(usize),
}

/// An experiment that is tried by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// Its name.
    pub experiment: &'static str,
    /// What is to be done.
    pub plan: Arc<HandPlan>,
    /// Of the list only the last that was done and the next are shown.
    pub is_folded: bool,
    /// How each was ticked.
    ticks: Vec<HandTick>,
    /// Those that were done before their turn.
    early: BTreeSet<usize>,
    /// The last entry of *What happened* that was compared with the list.
    looked_to: u64,
    /// How often the row of the current one was read since it is that.
    n_read: u8,
    /// Its row is to be read once more.
    wants_reading: bool,
    /// The mappings of the processes by their letters; of several with one letter the last.
    letters: Vec<(char, MappingId)>,
}

impl Hand {
    /// Nothing of it is done yet.
    pub(super) fn new(experiment: &'static str, plan: Arc<HandPlan>) -> Self {
        Self {
            experiment,
            plan,
            is_folded: true,
            ticks: Vec::new(),
            early: BTreeSet::new(),
            looked_to: 0,
            n_read: 0,
            wants_reading: false,
            letters: Vec::new(),
        }
    }

    /// The index of the one whose turn it is; `None` where all were observed.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        Some(self.ticks.len()).filter(|index| *index < self.plan.items.len())
    }

    /// The one whose turn it is.
    #[must_use]
    pub fn current_item(&self) -> Option<&HandItem> {
        self.plan.items.get(self.ticks.len())
    }

    /// How many were observed.
    #[must_use]
    pub fn n_done(&self) -> usize {
        self.ticks.len()
    }

    /// Where the one of that index stands.
    #[must_use]
    pub fn standing(&self, index: usize) -> HandStanding {
        match index.cmp(&self.ticks.len()) {
            std::cmp::Ordering::Less => HandStanding::Done,
            std::cmp::Ordering::Equal => HandStanding::Current,
            std::cmp::Ordering::Greater => HandStanding::ToDo {
                early: self.early.contains(&index),
            },
        }
    }

    /// It was done before its turn, and is to be done again.
    #[must_use]
    pub fn is_early(&self, index: usize) -> bool {
        index >= self.ticks.len() && self.early.contains(&index)
    }

    /// What was seen of the one of that index.
    #[must_use]
    pub fn seen(&self, index: usize) -> Option<&HandSeen> {
        self.ticks.get(index)?.seen()
    }

    /// What came of all of it.
    #[must_use]
    pub fn outcome(&self) -> HandOutcome {
        if self.current().is_some() {
            return HandOutcome::Open;
        }
        let seen = self.ticks.iter().filter_map(HandTick::seen);
        let count = |agrees: Option<bool>| seen.clone().filter(|it| it.agrees == agrees).count();
        match (count(Some(false)), count(None)) {
            (0, 0) => HandOutcome::Agrees,
            (0, not_told) => HandOutcome::NotTold(not_told),
            (differ, _) => HandOutcome::Differs(differ),
        }
    }

    /// The mapping of the process of that name.
    pub(super) fn mapping(&self, name: &str) -> Option<MappingId> {
        let letter = letter(name)?;
        let known = self.letters.iter().rev().find(|(it, _)| *it == letter);
        known.map(|(_, mapping)| *mapping)
    }

    fn tick(&mut self, tick: HandTick) {
        self.early.remove(&self.ticks.len());
        self.ticks.push(tick);
        self.n_read = 0;
        self.wants_reading = self.current_item().is_some_and(|item| item.deed.is_look());
    }
}

/// The letter that a name begins with: names of peers are letters.
pub(super) fn letter(name: &str) -> Option<char> {
    name.chars().next()
}

/// How a process of the list maps.
pub(super) const fn kind_of(kind: HandKind) -> ProcessKind {
    match kind {
        HandKind::Shared => ProcessKind::Shared,
        HandKind::Private => ProcessKind::Private,
        HandKind::ReadOnly => ProcessKind::ReadOnly,
    }
}

/// One press does it: what takes a shell, and what is longer than a row writes, has none.
#[must_use]
pub fn has_press(deed: &HandDeed) -> bool {
    !matches!(deed, HandDeed::Length { .. } | HandDeed::Delete)
        && !matches!(deed, HandDeed::Write { bytes, .. } if bytes.len() > MOST_WRITTEN)
}
