//! An experiment whose own processes a person has do things by hand: what there is to do, and what came of it.
//!
//! It owns when what was seen can be held against what the experiment expects: as long as everything was done in its order,
//! once each. From the first thing that was done otherwise on, what is seen stands beside what the experiment has in its own
//! order, and neither is right or wrong. It must not know how a thing is done.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use crate::lab::claim::{RunStep, StageCame, StageDid, StageItem, StageTold, Verdict};
use crate::model::App;
use crate::model::effect::Effect;

use super::{LabEntry, LabRun, LabState, Pace, Said};

/// What came of a thing to do when it was done last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemCame {
    /// The numbers of the steps that were told.
    pub steps: Range<usize>,
    /// What came of it.
    pub came: StageCame,
    /// How often it was done.
    pub times: usize,
    /// It was done in its turn, after all before it and nothing else.
    pub in_turn: bool,
}

/// Where a thing to do stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemStanding {
    /// It was not done.
    ToDo,
    /// It is being done, or as soon as what was asked for before is done.
    UnderWay,
    /// It was done in its turn; whether it came as the experiment expects, where that expects something.
    InTurn(Option<bool>),
    /// It was done in its turn, and is to be done again, with those before it.
    NotYet,
    /// It was done in another order than the experiment's.
    OutOfTurn,
    /// It was not begun, or not done to its end.
    Failed,
}

/// What came of all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageOutcome {
    /// All was done in order, and came as the experiment expects.
    Agrees,
    /// All was done in order, and so many things came otherwise.
    Differs(usize),
    /// Something was done in another order.
    OwnOrder,
}

/// What is tried by hand with the experiment's own processes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageHand {
    /// What there is to do, in the experiment's order.
    pub items: Vec<StageItem>,
    came: BTreeMap<usize, ItemCame>,
    /// So many were done in turn, from the first on.
    n_in_turn: usize,
    /// Something was done out of turn.
    has_own_order: bool,
    under_way: Option<usize>,
    /// What was asked for meanwhile.
    asked: VecDeque<usize>,
    last: Option<usize>,
    /// What was done, in order.
    order: Vec<usize>,
    /// What stood there before, and stands there again after it.
    before: Before,
}

/// What is known of an experiment by its last run.
#[derive(Clone, Debug, Default, PartialEq)]
struct Before {
    run: LabRun,
    said: Vec<Said>,
    is_sealed: bool,
}

impl StageHand {
    /// What came of the one at that place.
    #[must_use]
    pub fn came(&self, item: usize) -> Option<&ItemCame> {
        self.came.get(&item)
    }

    /// What does the same without a window; `None` where nothing was done. With `--export-c` or `--export-rust` it is written as
    /// a program. `name`: that of the experiment.
    #[must_use]
    pub fn command(&self, name: &str) -> Option<String> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for item in &self.order {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == *item => *last = *item,
                _ => runs.push((*item, *item)),
            }
        }
        let words = runs
            .iter()
            .map(|(first, last)| match (first + 1, last + 1) {
                (first, last) if first == last => first.to_string(),
                (first, last) => format!("{first}-{last}"),
            });
        let words: Vec<String> = words.collect();
        let is_any = !words.is_empty();
        is_any.then(|| format!("mapscope lab {name} --steps {}", words.join(",")))
    }

    /// How many were done in turn, from the first on.
    #[must_use]
    pub fn n_in_turn(&self) -> usize {
        self.n_in_turn
    }

    /// The one that was done last.
    #[must_use]
    pub fn last(&self) -> Option<usize> {
        self.last
    }

    /// The one after what was done or asked for last, in the experiment's order.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        let last = self.asked.back().copied();
        let last = last.or(self.under_way).or(self.last);
        let next = last.map_or(0, |last| last + 1);
        Some(next).filter(|next| *next < self.items.len())
    }

    /// Something was done in another order than the experiment's, or more than once.
    #[must_use]
    pub fn has_own_order(&self) -> bool {
        self.has_own_order
    }

    /// It is being done, or will be.
    fn is_asked(&self, item: usize) -> bool {
        self.under_way == Some(item) || self.asked.contains(&item)
    }

    /// Nothing is being done: it waits for the person.
    #[must_use]
    pub fn waits(&self) -> bool {
        !self.items.is_empty() && self.under_way.is_none()
    }

    fn did(&mut self, did: StageDid) {
        self.under_way = None;
        let known = self.came.remove(&did.item);
        // What was not begun has changed nothing.
        let changed = !matches!(did.came, StageCame::NotBegun(_));
        let is_its_turn = !self.has_own_order && did.item == self.n_in_turn;
        let in_turn = is_its_turn && did.came == StageCame::Done;
        match did.came {
            // The experiment does the same again.
            StageCame::NotYet(first) if is_its_turn => {
                self.came
                    .retain(|item, _| !(first..did.item).contains(item));
                self.n_in_turn = first;
                self.last = first.checked_sub(1);
                // To do it until it holds is the experiment's own.
                self.order.truncate(first);
                self.give_up_asked();
            }
            _ if changed => {
                self.last = Some(did.item);
                self.order.push(did.item);
                self.n_in_turn += usize::from(in_turn);
                self.has_own_order |= !in_turn;
            }
            _ => {}
        }
        let came = ItemCame {
            steps: did.steps,
            came: did.came,
            times: known.map_or(0, |known| known.times) + usize::from(changed),
            in_turn,
        };
        self.came.insert(did.item, came);
    }

    /// What was asked for to come after something that is to be done again is not done before that.
    fn give_up_asked(&mut self) {
        for item in std::mem::take(&mut self.asked) {
            let times = self.came.get(&item).map_or(0, |known| known.times);
            let why = "What comes before it is to be done again first".to_owned();
            let given_up = ItemCame {
                steps: 0..0,
                came: StageCame::NotBegun(why),
                times,
                in_turn: false,
            };
            self.came.insert(item, given_up);
        }
    }
}

impl LabEntry {
    /// The steps that were told when the one at that place was done last.
    #[must_use]
    pub fn steps_of(&self, item: usize) -> &[RunStep] {
        let came = self.hand.as_ref().and_then(|hand| hand.came(item));
        let Some(steps) = came.map(|came| &came.steps) else {
            return &[];
        };
        let range = steps.start.saturating_sub(1)..steps.end.saturating_sub(1);
        self.steps().get(range).unwrap_or_default()
    }

    /// Where the one at that place stands.
    #[must_use]
    pub fn item_standing(&self, item: usize) -> ItemStanding {
        let Some(hand) = &self.hand else {
            return ItemStanding::ToDo;
        };
        if hand.is_asked(item) {
            return ItemStanding::UnderWay;
        }
        match hand.came(item) {
            None => ItemStanding::ToDo,
            Some(came) if came.in_turn => ItemStanding::InTurn(self.agrees(item)),
            Some(came) => match came.came {
                StageCame::NotBegun(_) | StageCame::Stopped(_) => ItemStanding::Failed,
                StageCame::NotYet(_) if !hand.has_own_order => ItemStanding::NotYet,
                StageCame::NotYet(_) | StageCame::Done => ItemStanding::OutOfTurn,
            },
        }
    }

    /// Whether what was seen is as expected; `None` where nothing is.
    fn agrees(&self, item: usize) -> Option<bool> {
        let held = self.steps_of(item).iter().filter_map(|step| step.holds);
        held.reduce(|all, holds| all && holds)
    }

    /// What came of all of it; `None` while something is still to be done.
    #[must_use]
    pub fn stage_outcome(&self) -> Option<StageOutcome> {
        let hand = self.hand.as_ref()?;
        if hand.has_own_order {
            return Some(StageOutcome::OwnOrder);
        }
        if hand.items.is_empty() || hand.n_in_turn < hand.items.len() {
            return None;
        }
        let differ = (0..hand.items.len()).filter(|item| self.agrees(*item) == Some(false));
        Some(match differ.count() {
            0 => StageOutcome::Agrees,
            differ => StageOutcome::Differs(differ),
        })
    }

    /// From here on it is tried by hand.
    pub(super) fn taken_by_hand(&mut self) {
        self.hand = Some(StageHand {
            before: Before {
                run: std::mem::take(&mut self.run),
                said: std::mem::take(&mut self.said),
                is_sealed: self.is_sealed,
            },
            ..StageHand::default()
        });
    }

    /// It is tried by hand no more: what was known of it before is what is known.
    pub(super) fn given_back(&mut self) -> bool {
        let Some(hand) = self.hand.take() else {
            return false;
        };
        let before = hand.before;
        (self.run, self.said, self.is_sealed) = (before.run, before.said, before.is_sealed);
        true
    }
}

impl LabState {
    /// What runs is tried by hand.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        let queue = self.queue.as_ref();
        queue.is_some_and(|queue| queue.pace == Pace::ByHand && !queue.stopping)
    }

    /// Whether the thing at that place can be done now.
    ///
    /// # Errors
    /// Why not, in a sentence without a final period.
    pub fn may_do(&self, entry: &LabEntry, item: usize) -> Result<(), String> {
        let Some(hand) = entry.hand.as_ref().filter(|_| self.is_by_hand()) else {
            return Err("It is not tried by hand now".to_owned());
        };
        let Some(wanted) = hand.items.get(item) else {
            return Err("There is no such thing to do".to_owned());
        };
        if hand.is_asked(item) {
            return Err("It is under way".to_owned());
        }
        let peers = entry.peers();
        match wanted.starts {
            Some(place) if place < peers.len() => {
                return Err("It has begun already: start over for another one".to_owned());
            }
            Some(place) if place > peers.len() => {
                return Err("Processes begin in this order: another one is before it".to_owned());
            }
            _ => {}
        }
        for place in &wanted.of {
            match peers.get(*place) {
                None => return Err("The process that does it has not begun".to_owned()),
                Some(card) if card.ended.is_some() => {
                    return Err(format!("{} has ended: start over", card.name));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn current_hand(&mut self) -> Option<&mut StageHand> {
        self.current()?.hand.as_mut()
    }

    /// What was tried by hand is over; `false` where it was not by hand, or ended with a reason that is to be seen.
    pub(super) fn ended_by_hand(&mut self, name: &str, verdict: &Verdict) -> bool {
        let Some(entry) = self.entry_mut(name) else {
            return false;
        };
        if *verdict == Verdict::Cancelled {
            return entry.given_back();
        }
        entry.hand = None;
        false
    }
}

impl App {
    /// What there is to do by hand is known, or one of these things was done: what was asked for meanwhile comes next.
    pub(super) fn lab_told_by_hand(&mut self, told: StageTold, effects: &mut Vec<Effect>) {
        let Some(hand) = self.lab.current_hand() else {
            return;
        };
        match told {
            StageTold::Items(items) => hand.items = items,
            StageTold::Did(did) => {
                hand.did(did);
                self.lab_have_asked_done(effects);
            }
        }
    }

    fn lab_have_asked_done(&mut self, effects: &mut Vec<Effect>) {
        while let Some(hand) = self.lab.current_hand()
            && hand.under_way.is_none()
            && let Some(item) = hand.asked.pop_front()
        {
            let Some(entry) = self.lab.current() else {
                return;
            };
            let name = entry.claim.name;
            let entry = self.lab.entry(name);
            // What came in between may have ended whoever was to do it.
            let may = entry.map_or(Ok(()), |entry| self.lab.may_do(entry, item));
            match (may, self.lab.current_hand()) {
                (Ok(()), _) => self.lab_have_done(name, item, effects),
                (Err(why), Some(hand)) => hand.did(StageDid {
                    item,
                    steps: 0..0,
                    came: StageCame::NotBegun(why),
                }),
                (Err(_), None) => {}
            }
        }
    }

    /// Has the thing at that place done, by the processes of this experiment, where that can be now; after what is under way.
    pub(super) fn lab_have_done(&mut self, name: &str, item: usize, effects: &mut Vec<Effect>) {
        let queue = self.lab.queue.as_ref();
        let current = queue.and_then(|queue| queue.current.as_deref());
        let Some(entry) = self.lab.entry(name).filter(|_| current == Some(name)) else {
            return;
        };
        if self.lab.may_do(entry, item).is_err() {
            return;
        }
        match self.lab.current_hand() {
            Some(hand) if hand.under_way.is_some() => hand.asked.push_back(item),
            Some(hand) => {
                hand.under_way = Some(item);
                effects.push(Effect::LabHaveDone(item));
            }
            None => {}
        }
    }

    /// Has the next thing done, in the experiment's order.
    pub(super) fn lab_have_next_done(&mut self, effects: &mut Vec<Effect>) {
        let Some(entry) = self.lab.current() else {
            return;
        };
        let name = entry.claim.name;
        let Some(hand) = &mut entry.hand else { return };
        let Some(item) = hand.next().filter(|item| !hand.is_asked(*item)) else {
            return;
        };
        // Of what is under way it is not known yet what can be done after it.
        if hand.under_way.is_some() {
            hand.asked.push_back(item);
        } else {
            self.lab.come_forward();
            self.lab_have_done(name, item, effects);
        }
    }
}
