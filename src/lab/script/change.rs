//! A script with something in it changed, and what has to come of it then: an exercise as data.
//!
//! It owns what can be changed, and where in a script. It must not know why it is changed.

use crate::peer::calls::{Call, FileAccess, Outcome, Prot};
use crate::peer::wire::PeerPage;

use super::{Ask, Peer, Rule, Script, ScriptStep};

/// Something of a script that is otherwise. Peers are named as the script names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptEdit {
    /// The mappings that a peer makes are shared, or else private.
    Mode {
        /// Whose.
        peer: &'static str,
        /// Shared.
        shared: bool,
    },
    /// The mappings that a peer makes allow this.
    Allow {
        /// Whose.
        peer: &'static str,
        /// What.
        prot: Prot,
    },
    /// The mappings that a peer makes begin so many pages further on in the file.
    Further {
        /// Whose.
        peer: &'static str,
        /// How many pages.
        pages: u64,
    },
    /// A peer opens its files in another way.
    Open {
        /// Who.
        peer: &'static str,
        /// How.
        access: FileAccess,
    },
    /// A peer leaves out every call of this word, as [`Call::word`] names it.
    LeaveOut {
        /// Who.
        peer: &'static str,
        /// What.
        call: &'static str,
    },
    /// A peer stores other bytes, each time it stores.
    Store {
        /// Who.
        peer: &'static str,
        /// These.
        bytes: &'static [u8],
    },
    /// Files are cut, or made longer, by so many bytes less than the script says.
    CutMore {
        /// How many.
        bytes: u64,
    },
    /// A peer loads a byte of its mapping before it does anything else with it.
    LoadFirst {
        /// Who.
        peer: &'static str,
        /// Where.
        at: u64,
    },
}

/// What a peer has to tell in the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Who.
    pub peer: &'static str,
    /// Which of its observations, counted back from the last one, which is 0.
    pub back: usize,
    /// What.
    pub sees: WantedSight,
}

/// What an observation has to show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WantedSight {
    /// These bytes.
    Bytes(&'static [u8]),
    /// This number.
    Number(u64),
    /// That it succeeded.
    Done,
    /// This error.
    Failed(&'static str),
    /// The end of its peer by this signal.
    Killed(&'static str),
    /// These pages.
    Pages(&'static [PeerPage]),
}

impl Script {
    /// The script with these changes. What it checks is no more checked: that was about the script as it was. Instead, what is
    /// wanted has to come.
    #[must_use]
    pub(in crate::lab) fn changed(mut self, edits: &[ScriptEdit], wanted: &[Wanted]) -> Self {
        let names = names(&self.steps);
        let mut steps = unjudged(std::mem::take(&mut self.steps));
        for edit in edits {
            steps = edited(steps, *edit, &names);
        }
        self.steps = steps;
        for one in wanted {
            self.want(*one, &names);
        }
        self
    }

    /// How many steps there are of which [`Self::without`] leaves one out.
    #[must_use]
    pub(in crate::lab) fn n_orders(&self) -> usize {
        self.steps.iter().filter(|step| is_order(step)).count()
    }

    /// The script without one of the orders to its peers, counted from 0.
    #[must_use]
    pub(in crate::lab) fn without(mut self, order: usize) -> Self {
        let mut orders = 0..;
        self.steps
            .retain(|step| !is_order(step) || orders.next() != Some(order));
        self
    }

    fn want(&mut self, wanted: Wanted, names: &[String]) {
        let mut told = Vec::new();
        observations(&self.steps, &mut told);
        told.retain(|ask| {
            names
                .get(ask.peer.0)
                .is_some_and(|name| name == wanted.peer)
        });
        let Some(id) = told.iter().rev().nth(wanted.back).map(|ask| ask.id) else {
            // What is wanted is never told: a check that never holds says so.
            let rule = Rule::any([]);
            return self.check("looks for what is wanted", "it is not told", "it is", rule);
        };
        match wanted.sees {
            WantedSight::Bytes(bytes) => self.expect_bytes(id, bytes),
            WantedSight::Number(number) => self.expect_number(id, number),
            WantedSight::Done => self.expect(id, Outcome::Done),
            WantedSight::Failed(errno) => self.expect_failed(id, errno),
            WantedSight::Killed(signal) => self.expect_killed(id, signal, None),
            WantedSight::Pages(pages) => self.expect_pages(id, pages),
        }
    }
}

/// A peer is asked to do something, or mapscope does something to a file.
fn is_order(step: &ScriptStep) -> bool {
    matches!(
        step,
        ScriptStep::Ask(_)
            | ScriptStep::Together(_)
            | ScriptStep::Delete { .. }
            | ScriptStep::Rename { .. }
    )
}

/// The names of the peers, in the order they begin.
fn names(steps: &[ScriptStep]) -> Vec<String> {
    let names = steps.iter().filter_map(|step| match step {
        ScriptStep::Start { name } | ScriptStep::Fork { name, .. } => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// Without what is checked.
fn unjudged(steps: Vec<ScriptStep>) -> Vec<ScriptStep> {
    let kept = steps.into_iter().filter_map(|step| match step {
        ScriptStep::Judge { .. } | ScriptStep::Check { .. } => None,
        ScriptStep::Repeat { times, steps } => Some(ScriptStep::Repeat {
            times,
            steps: unjudged(steps),
        }),
        other => Some(other),
    });
    kept.collect()
}

fn observations<'a>(steps: &'a [ScriptStep], told: &mut Vec<&'a Ask>) {
    for step in steps {
        match step {
            ScriptStep::Ask(ask) if !ask.is_needed => told.push(ask),
            ScriptStep::Repeat { steps, .. } | ScriptStep::Until { steps, .. } => {
                observations(steps, told);
            }
            _ => {}
        }
    }
}

fn edited(steps: Vec<ScriptStep>, edit: ScriptEdit, names: &[String]) -> Vec<ScriptStep> {
    let is = |peer: Peer, name: &str| names.get(peer.0).is_some_and(|known| known == name);
    let mut out = Vec::with_capacity(steps.len());
    let mut has_loaded = false;
    for step in steps {
        match step {
            ScriptStep::Ask(ask) => {
                let leaves_out = matches!(edit, ScriptEdit::LeaveOut { peer, call } if is(ask.peer, peer) && ask.call.word() == call);
                if leaves_out {
                    continue;
                }
                let loads = matches!(edit, ScriptEdit::LoadFirst { peer, .. } if is(ask.peer, peer))
                    && matches!(&ask.call, Call::Map(map) if map.map == "m")
                    && !has_loaded;
                let who = ask.peer;
                out.push(ScriptStep::Ask(changed(ask, edit, names)));
                if let ScriptEdit::LoadFirst { at, .. } = edit
                    && loads
                {
                    has_loaded = true;
                    out.push(ScriptStep::Ask(first_load(who, at)));
                }
            }
            ScriptStep::Repeat { times, steps } => out.push(ScriptStep::Repeat {
                times,
                steps: edited(steps, edit, names),
            }),
            other => out.push(other),
        }
    }
    out
}

fn first_load(peer: Peer, at: u64) -> Ask {
    Ask {
        id: super::StepId::UNNAMED,
        peer,
        what: format!("loads the byte at {at} first"),
        call: super::load("m", at, 1),
        is_needed: true,
    }
}

/// A step with the change, where it is about this step; in words too.
fn changed(mut ask: Ask, edit: ScriptEdit, names: &[String]) -> Ask {
    let is = |name: &str| names.get(ask.peer.0).is_some_and(|known| known == name);
    let is_changed = match (edit, &mut ask.call) {
        (ScriptEdit::Mode { peer, shared }, Call::Map(map)) if is(peer) => {
            map.shared = shared;
            true
        }
        (ScriptEdit::Allow { peer, prot }, Call::Map(map)) if is(peer) => {
            map.prot = prot;
            true
        }
        (ScriptEdit::Further { peer, pages }, Call::Map(map)) if is(peer) => {
            map.offset += pages * crate::map::page_bytes();
            true
        }
        (ScriptEdit::Open { peer, access }, Call::Open { access: now, .. }) if is(peer) => {
            *now = access;
            true
        }
        (ScriptEdit::Store { peer, bytes: other }, Call::Store { bytes, .. }) if is(peer) => {
            *bytes = other.to_vec();
            true
        }
        (ScriptEdit::CutMore { bytes }, Call::Truncate { len, .. }) => {
            *len = len.saturating_sub(bytes);
            true
        }
        _ => false,
    };
    if is_changed {
        ask.what = super::asks::what_of(&ask.call).unwrap_or(ask.what);
    }
    ask
}
