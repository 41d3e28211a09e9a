//! A script whose steps a person has done in any order: as things to do, each with what is compared after it.
//!
//! It owns which steps make one thing to do, and that what fails ends nothing: the person goes on as they like. Whether what
//! was seen can be held against what the experiment expects depends on the order, which it must not judge.

use std::ops::Range;

use crate::lab::claim::{Progress, StageCame, StageDid, StageItem, StageTold};
use crate::lab::gate::Gate;
use crate::lab::script::{Ask, Script, ScriptStep};

use super::waiting::{in_words, names};
use super::{Stage, Stop};

impl Stage<'_> {
    /// Tells what there is to do, and does what the person names, until the run is cancelled. Returns why it ended.
    pub(super) fn by_hand(&mut self, script: &Script, gate: &Gate) -> Stop {
        let groups = groups(script.steps());
        let items = groups.iter().map(|group| group.item.clone()).collect();
        (self.tell)(Progress::ByHand(StageTold::Items(items)));
        while let Some(index) = gate.named(self.cancelled) {
            let Some(group) = groups.get(index) else {
                continue;
            };
            let before = self.steps.len();
            let came = match self.have_done(group, script.steps()) {
                Ok(came) => came,
                Err(Stop::NotDone(why) | Stop::NotAvailable(why)) => StageCame::Stopped(why),
                Err(Stop::Cancelled) => break,
            };
            let did = StageDid {
                item: index,
                steps: before + 1..self.steps.len() + 1,
                came,
            };
            (self.tell)(Progress::ByHand(StageTold::Did(did)));
        }
        Stop::Cancelled
    }

    fn have_done(&mut self, group: &Group, steps: &[ScriptStep]) -> Result<StageCame, Stop> {
        self.not_cancelled()?;
        let item = &group.item;
        // A script names its processes by their order.
        if item.starts.is_some_and(|place| place != self.cards().len()) {
            let why = "processes begin in the order of the experiment, each once";
            return Ok(StageCame::NotBegun(why.to_owned()));
        }
        if item.of.iter().any(|place| *place >= self.cards().len()) {
            let why = "the process that is to do it has not begun";
            return Ok(StageCame::NotBegun(why.to_owned()));
        }
        self.all(steps.get(group.steps.clone()).unwrap_or_default())?;
        Ok(StageCame::Done)
    }
}

/// A thing to do, and its steps in the script.
#[derive(Debug)]
struct Group {
    item: StageItem,
    steps: Range<usize>,
}

/// Each step that does something, with the comparisons that follow it. What stands before the first belongs to that one.
fn groups(steps: &[ScriptStep]) -> Vec<Group> {
    let names = names(steps);
    let mut groups: Vec<Group> = Vec::new();
    let (mut first, mut n_peers) = (0, 0);
    for (at, step) in steps.iter().enumerate() {
        let Some((peer, what)) = thing(step, &names) else {
            if let Some(group) = groups.last_mut() {
                group.item.is_check |= is_check(step);
                (group.steps.end, first) = (at + 1, at + 1);
            }
            continue;
        };
        let begins = matches!(step, ScriptStep::Start { .. } | ScriptStep::Fork { .. });
        groups.push(Group {
            item: StageItem {
                peer,
                what,
                of: doers(step),
                starts: begins.then_some(n_peers),
                is_check: is_check(step),
            },
            steps: first..at + 1,
        });
        n_peers += usize::from(begins);
        first = at + 1;
    }
    groups
}

/// Who does it, and it in words; `None` where it only compares.
fn thing(step: &ScriptStep, names: &[String]) -> Option<(Option<String>, String)> {
    match step {
        ScriptStep::Judge { .. }
        | ScriptStep::Check { .. }
        | ScriptStep::Note { .. }
        | ScriptStep::Require { .. } => None,
        ScriptStep::Repeat { times, steps } => {
            let (peer, what) = several(steps, names);
            Some((peer, format!("{times} times: {what}")))
        }
        ScriptStep::Until { steps, at_most, .. } => {
            let (peer, what) = several(steps, names);
            let words = format!("until it is as expected, at most {at_most} times: {what}");
            Some((peer, words))
        }
        _ => in_words(step, names),
    }
}

/// Steps that are done as one: by whom, where that is one, and what.
fn several(steps: &[ScriptStep], names: &[String]) -> (Option<String>, String) {
    let things: Vec<_> = steps.iter().filter_map(|step| thing(step, names)).collect();
    let first = things.first().and_then(|(peer, _)| peer.clone());
    let is_one = first.is_some() && things.iter().all(|(peer, _)| *peer == first);
    let words = things.iter().map(|(peer, what)| match peer {
        Some(peer) if !is_one => format!("{peer} {what}"),
        _ => what.clone(),
    });
    let words: Vec<String> = words.collect();
    (first.filter(|_| is_one), words.join("; "))
}

/// The places of the processes that do it.
fn doers(step: &ScriptStep) -> Vec<usize> {
    let of = |asks: &[Ask]| asks.iter().map(|ask| ask.peer.0).collect();
    let mut places: Vec<usize> = match step {
        ScriptStep::Fork { parent: peer, .. } | ScriptStep::Cost { peer, .. } => vec![peer.0],
        ScriptStep::Ask(ask) => vec![ask.peer.0],
        ScriptStep::Together(asks) => of(asks),
        ScriptStep::Repeat { steps, .. } => steps.iter().flat_map(doers).collect(),
        ScriptStep::Until { steps, between, .. } => {
            steps.iter().chain(between).flat_map(doers).collect()
        }
        _ => Vec::new(),
    };
    places.sort_unstable();
    places.dedup();
    places
}

fn is_check(step: &ScriptStep) -> bool {
    match step {
        ScriptStep::Judge { .. } | ScriptStep::Check { .. } => true,
        ScriptStep::Repeat { steps, .. } | ScriptStep::Until { steps, .. } => {
            steps.iter().any(is_check)
        }
        _ => false,
    }
}
