//! A script whose steps a person has done in any order: as things to do, each with what is compared after it.
//!
//! It owns that what fails ends nothing: the person goes on as they like. What a script does until something holds is done step
//! by step too; where it does not hold after the last of them, which what happens in between can bring about, they are to be
//! done again. Whether what was seen can be held against what the experiment expects depends on the order, which it must not
//! judge.

use std::collections::{BTreeMap, BTreeSet};

use crate::lab::claim::{Progress, StageCame, StageDid, StageTold};
use crate::lab::gate::Gate;
use crate::lab::script::{Script, Thing};

use super::{Stage, Stop};

impl Stage<'_> {
    /// Tells what there is to do, and does what the person names, until the run is cancelled. Returns why it ended.
    pub(super) fn by_hand(&mut self, script: &Script, gate: &Gate) -> Stop {
        let things = script.things();
        let items = things.iter().map(|thing| thing.item.clone()).collect();
        (self.tell)(Progress::ByHand(StageTold::Items(items)));
        let (mut done, mut tried) = (BTreeSet::new(), BTreeMap::new());
        while let Some(index) = gate.named(self.cancelled) {
            let Some(thing) = things.get(index) else {
                continue;
            };
            let before = self.steps.len();
            let n_tried = tried.entry(index).or_default();
            let came = match self.have_done(thing, done.contains(&index), n_tried) {
                Ok(came) => came,
                Err(Stop::NotDone(why) | Stop::NotAvailable(why)) => StageCame::Stopped(why),
                Err(Stop::Cancelled) => break,
            };
            if !matches!(came, StageCame::NotBegun(_)) {
                done.insert(index);
            }
            let did = StageDid {
                item: index,
                steps: before + 1..self.steps.len() + 1,
                came,
            };
            (self.tell)(Progress::ByHand(StageTold::Did(did)));
        }
        Stop::Cancelled
    }

    /// Has it done. `is_again`: it was done before. `n_tried`: how often what it is to bring about was not so.
    fn have_done(
        &mut self,
        thing: &Thing<'_>,
        is_again: bool,
        n_tried: &mut u64,
    ) -> Result<StageCame, Stop> {
        self.not_cancelled()?;
        let item = &thing.item;
        // A script names its processes by their order.
        if item.starts.is_some_and(|place| place != self.cards().len()) {
            let why = "processes begin in the order of the experiment, each once";
            return Ok(StageCame::NotBegun(why.to_owned()));
        }
        if item.of.iter().any(|place| *place >= self.cards().len()) {
            let why = "the process that is to do it has not begun";
            return Ok(StageCame::NotBegun(why.to_owned()));
        }
        if is_again {
            self.all(thing.between)?;
        }
        for step in &thing.steps {
            self.one(step)?;
        }
        if let Some(until) = &thing.until
            && !self.holds(until.rule)
        {
            *n_tried += 1;
            // After so many times the experiment takes it as it is.
            if *n_tried < until.at_most {
                return Ok(StageCame::NotYet(until.first));
            }
        }
        for step in &thing.judged {
            self.one(step)?;
        }
        Ok(StageCame::Done)
    }
}
