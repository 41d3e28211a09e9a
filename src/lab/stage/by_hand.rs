//! A script whose steps a person has done in any order: as things to do, each with what is compared after it.
//!
//! It owns which steps make one thing to do, and that what fails ends nothing: the person goes on as they like. What a script
//! does until something holds is done step by step too; where it does not hold after the last of them, which what happens in
//! between can bring about, they are to be done again. Whether what was seen can be held against what the experiment expects
//! depends on the order, which it must not judge.

use std::collections::BTreeSet;

use crate::lab::claim::{Progress, StageCame, StageDid, StageItem, StageTold};
use crate::lab::gate::Gate;
use crate::lab::script::{Ask, Rule, Script, ScriptStep};

use super::waiting::{in_words, names};
use super::{Stage, Stop};

impl Stage<'_> {
    /// Tells what there is to do, and does what the person names, until the run is cancelled. Returns why it ended.
    pub(super) fn by_hand(&mut self, script: &Script, gate: &Gate) -> Stop {
        let things = Things::of(script.steps()).all;
        let items = things.iter().map(|thing| thing.item.clone()).collect();
        (self.tell)(Progress::ByHand(StageTold::Items(items)));
        let mut done = BTreeSet::new();
        while let Some(index) = gate.named(self.cancelled) {
            let Some(thing) = things.get(index) else {
                continue;
            };
            let before = self.steps.len();
            let came = match self.have_done(thing, done.contains(&index)) {
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

    fn have_done(&mut self, thing: &Thing<'_>, is_again: bool) -> Result<StageCame, Stop> {
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
        if let Some((rule, first)) = thing.until
            && !self.holds(rule)
        {
            return Ok(StageCame::NotYet(first));
        }
        for step in &thing.judged {
            self.one(step)?;
        }
        Ok(StageCame::Done)
    }
}

/// A thing to do, and its steps in the script.
#[derive(Debug)]
struct Thing<'a> {
    item: StageItem,
    /// What is done, with what is compared meanwhile.
    steps: Vec<&'a ScriptStep>,
    /// What is compared after it.
    judged: Vec<&'a ScriptStep>,
    /// It is the last that is done until this holds; the first of them.
    until: Option<(&'a Rule, usize)>,
    /// What is done before it, where it is done again.
    between: &'a [ScriptStep],
}

/// Things to do, as they are put together.
#[derive(Debug, Default)]
struct Things<'a> {
    names: Vec<String>,
    all: Vec<Thing<'a>>,
    /// What stands before the first of them.
    first: Vec<&'a ScriptStep>,
    n_peers: usize,
}

impl<'a> Things<'a> {
    /// Each step that does something, with the comparisons that follow it. What stands before the first belongs to that one.
    fn of(steps: &'a [ScriptStep]) -> Self {
        let mut things = Self {
            names: names(steps),
            ..Self::default()
        };
        things.add_all(steps);
        things
    }

    fn add_all(&mut self, steps: &'a [ScriptStep]) {
        for step in steps {
            match step {
                ScriptStep::Until {
                    steps,
                    rule,
                    between,
                    ..
                } => self.add_until(steps, rule, between),
                _ => self.add(step),
            }
        }
    }

    /// The same step by step; one within another is one thing to do, as are steps of which none does anything.
    fn add_until(&mut self, steps: &'a [ScriptStep], rule: &'a Rule, between: &'a [ScriptStep]) {
        let first = self.all.len();
        for step in steps {
            self.add(step);
        }
        if let Some(thing) = self.all.get_mut(first) {
            thing.between = between;
            thing.item.of.extend(between.iter().flat_map(doers));
        }
        if let Some(thing) = self.all.get_mut(first..).and_then(<[_]>::last_mut) {
            thing.until = Some((rule, first));
        }
    }

    fn add(&mut self, step: &'a ScriptStep) {
        let Some((peer, what)) = thing(step, &self.names) else {
            match self.all.last_mut() {
                Some(thing) => {
                    thing.item.is_check |= is_check(step);
                    thing.judged.push(step);
                }
                None => self.first.push(step),
            }
            return;
        };
        let begins = matches!(step, ScriptStep::Start { .. } | ScriptStep::Fork { .. });
        let mut steps = std::mem::take(&mut self.first);
        steps.push(step);
        self.all.push(Thing {
            item: StageItem {
                peer,
                what,
                of: doers(step),
                starts: begins.then_some(self.n_peers),
                is_check: is_check(step),
            },
            steps,
            judged: Vec::new(),
            until: None,
            between: &[],
        });
        self.n_peers += usize::from(begins);
    }
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
