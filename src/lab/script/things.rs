//! The things that a person can have done of a script: each step that does something, with what is compared after it.
//!
//! It owns which steps make one thing to do, and their words. It must not know how anything is carried out.

use crate::lab::claim::StageItem;

use super::{Ask, Peer, Rule, Script, ScriptStep};

impl Script {
    /// The things to do, in order.
    pub(in crate::lab) fn things(&self) -> Vec<Thing<'_>> {
        Things::of(&self.steps).all
    }
}

/// A thing to do, and its steps in the script.
#[derive(Debug)]
pub(in crate::lab) struct Thing<'a> {
    pub(in crate::lab) item: StageItem,
    /// The place of the step in the script that it is, or is a part of.
    pub(in crate::lab) top: usize,
    /// What is done, with what is compared meanwhile.
    pub(in crate::lab) steps: Vec<&'a ScriptStep>,
    /// What is compared after it.
    pub(in crate::lab) judged: Vec<&'a ScriptStep>,
    /// It is the last of several that are done until something holds.
    pub(in crate::lab) until: Option<Until<'a>>,
    /// What is done before it, where it is done again.
    pub(in crate::lab) between: &'a [ScriptStep],
}

/// Until when things are done again.
#[derive(Debug)]
pub(in crate::lab) struct Until<'a> {
    /// Until this holds.
    pub(in crate::lab) rule: &'a Rule,
    /// The place of the first of them.
    pub(in crate::lab) first: usize,
    /// How often at most.
    pub(in crate::lab) at_most: u64,
}

/// Things to do, as they are put together.
#[derive(Debug, Default)]
struct Things<'a> {
    names: Vec<String>,
    all: Vec<Thing<'a>>,
    /// What stands before the first of them.
    first: Vec<&'a ScriptStep>,
    n_peers: usize,
    top: usize,
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
        for (top, step) in steps.iter().enumerate() {
            self.top = top;
            match step {
                ScriptStep::Until {
                    steps,
                    rule,
                    at_most,
                    between,
                } => self.add_until(steps, (rule, *at_most), between),
                _ => self.add(step),
            }
        }
    }

    /// The same step by step; one within another is one thing to do, as are steps of which none does anything.
    fn add_until(
        &mut self,
        steps: &'a [ScriptStep],
        (rule, at_most): (&'a Rule, u64),
        between: &'a [ScriptStep],
    ) {
        let first = self.all.len();
        for step in steps {
            self.add(step);
        }
        if let Some(thing) = self.all.get_mut(first) {
            thing.between = between;
            thing.item.of.extend(between.iter().flat_map(doers));
        }
        if let Some(thing) = self.all.get_mut(first..).and_then(<[_]>::last_mut) {
            thing.until = Some(Until {
                rule,
                first,
                at_most,
            });
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
            top: self.top,
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

/// The names of the processes of these steps, in the order in which they begin.
fn names(steps: &[ScriptStep]) -> Vec<String> {
    let name = |step: &ScriptStep| match step {
        ScriptStep::Start { name } | ScriptStep::Fork { name, .. } => Some(name.clone()),
        _ => None,
    };
    steps.iter().filter_map(name).collect()
}

/// Who does a step, and it in words; `None` where it is none that is seen by itself. `names`: of the processes, in the
/// order in which they begin.
pub(in crate::lab) fn in_words(
    step: &ScriptStep,
    names: &[String],
) -> Option<(Option<String>, String)> {
    let name = |peer: &Peer| names.get(peer.0).cloned();
    Some(match step {
        ScriptStep::File { name, .. } => (None, format!("makes the scratch file {name}")),
        ScriptStep::Delete { name } => (None, format!("deletes {name}")),
        ScriptStep::Rename { from, to } => (None, format!("renames {from} to {to}")),
        ScriptStep::Start { name } => {
            let what = "starts as a process of its own".to_owned();
            (Some(name.clone()), what)
        }
        ScriptStep::Fork {
            parent,
            name: child,
        } => (name(parent), format!("forks {child}")),
        ScriptStep::Ask(ask) => (name(&ask.peer), ask.what.clone()),
        ScriptStep::Together(asks) => {
            let all = asks.iter().map(|ask| {
                let who = name(&ask.peer).unwrap_or_default();
                format!("{who} {}", ask.what)
            });
            let all: Vec<String> = all.collect();
            (None, format!("has at the same time: {}", all.join("; ")))
        }
        ScriptStep::Check { what, .. } => (None, what.clone()),
        ScriptStep::Cost { peer, .. } => {
            let what = "takes files of many sizes, and is timed".to_owned();
            (name(peer), what)
        }
        ScriptStep::Judge { .. }
        | ScriptStep::Note { .. }
        | ScriptStep::Require { .. }
        | ScriptStep::Repeat { .. }
        | ScriptStep::Until { .. } => return None,
    })
}
