//! Which peer is this program itself, as its mapping is asked for what only a mapping of this program can be told.
//!
//! It must not know what becomes of the steps.

use std::collections::BTreeMap;

use crate::lab::script::{Ask, Peer, Rule, ScriptStep, StepId};
use crate::peer::calls::{Advice, Call};

use super::words::calls;

/// What is known of a script before its first step.
#[derive(Debug, Default)]
pub(super) struct Cast<'a> {
    /// The peer that this program is.
    pub(super) view: Option<Peer>,
    /// The tab maps the file shared.
    pub(super) is_shared: bool,
    /// The names of the peers.
    pub(super) names: Vec<&'a str>,
    /// What is expected of each step.
    pub(super) rules: BTreeMap<StepId, Vec<&'a Rule>>,
}

/// What a peer asks of its mappings.
#[derive(Debug, Default)]
struct Wish {
    n_live: usize,
    /// The first mapping is shared.
    is_shared: Option<bool>,
    /// Only a mapping of this program can be told it, in words.
    needs_view: Option<String>,
    syncs: bool,
    forks: bool,
}

impl<'a> Cast<'a> {
    /// Who is who in these steps.
    ///
    /// # Errors
    /// In a sentence, what no open file has room for.
    pub(super) fn of(steps: &'a [ScriptStep]) -> Result<Self, String> {
        let mut cast = Self::default();
        let mut wishes: Vec<Wish> = Vec::new();
        cast.look(steps, &mut wishes);
        let mut wanted = (0..).zip(&wishes).filter_map(|(index, wish)| {
            let needs = wish.needs_view.clone()?;
            Some((Peer(index), wish, needs))
        });
        if let Some((peer, wish, needs)) = wanted.next() {
            if wish.forks {
                return Err(needs);
            }
            cast.view = Some(peer);
            cast.is_shared = wish.is_shared.unwrap_or_default();
        } else {
            cast.is_shared = wishes.iter().any(|wish| wish.syncs);
        }
        match wanted.next() {
            Some((_, _, needs)) => Err(needs),
            None => Ok(cast),
        }
    }

    fn look(&mut self, steps: &'a [ScriptStep], wishes: &mut Vec<Wish>) {
        for step in steps {
            match step {
                ScriptStep::Start { name } => {
                    self.names.push(name);
                    wishes.push(Wish::default());
                }
                ScriptStep::Fork { parent, name } => {
                    self.names.push(name);
                    let parent = &mut wishes[parent.0];
                    parent.forks = true;
                    let (n_live, is_shared) = (parent.n_live, parent.is_shared);
                    wishes.push(Wish {
                        n_live,
                        is_shared,
                        ..Wish::default()
                    });
                }
                ScriptStep::Ask(ask) => self.ask(ask, wishes),
                ScriptStep::Judge { of, rule, .. } => {
                    self.rules.entry(*of).or_default().push(rule);
                }
                ScriptStep::Repeat { steps, .. } | ScriptStep::Until { steps, .. } => {
                    self.look(steps, wishes);
                }
                _ => {}
            }
        }
    }

    fn ask(&self, ask: &Ask, wishes: &mut [Wish]) {
        let name = self.names[ask.peer.0];
        let wish = &mut wishes[ask.peer.0];
        match &ask.call {
            Call::Map(map) => {
                wish.n_live += 1;
                if wish.n_live > 1 {
                    wish.needs_view.get_or_insert_with(|| calls(name, ask));
                }
                wish.is_shared.get_or_insert(map.shared);
            }
            Call::Unmap { .. } => wish.n_live = wish.n_live.saturating_sub(1),
            Call::Sync { .. } if wish.is_shared == Some(false) => {
                wish.needs_view.get_or_insert_with(|| calls(name, ask));
            }
            Call::Sync { .. } => wish.syncs = true,
            Call::Advise {
                advice: Advice::DontNeed,
                ..
            } => {
                wish.needs_view.get_or_insert_with(|| calls(name, ask));
            }
            _ => {}
        }
    }
}
