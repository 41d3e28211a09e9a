//! The list of things to do, made step by step.
//!
//! It owns what is known of file and peers at each step. What becomes of a call stands in `make/ask.rs`. It must not know
//! how anything is worded.

mod ask;

use std::collections::BTreeMap;

use crate::bytes::size::human_size;
use crate::lab::claim::{Contents, HAND_BYTES, HandActor, HandDeed, HandItem, HandKind, HandPlan};
use crate::lab::script::{Ask, Peer, Rule, Script, ScriptStep, StepId};
use crate::peer::calls::{FileAccess, Outcome};

use super::cast::Cast;
use super::words::{calls, how, tells, what};

/// Who has done what no peer of the experiment does.
const NOBODY: &str = "Somebody";

/// A mapping of a peer.
#[derive(Clone, Debug)]
struct Placed {
    actor: HandActor,
    offset: u64,
    len: u64,
    kind: HandKind,
}

/// A peer as far as the steps went.
#[derive(Clone, Debug, Default)]
struct Now {
    open: BTreeMap<String, FileAccess>,
    maps: BTreeMap<String, Placed>,
}

struct Maker<'a> {
    cast: Cast<'a>,
    page: u64,
    peers: Vec<Now>,
    /// The scratch file, its name and what is in it.
    file: Option<(&'a str, Contents)>,
    /// Its length by now, in the experiment.
    file_len: u64,
    /// The length that it is made with: longer where a mapping is to be longer than the file.
    made_len: u64,
    /// It is to be cut to the length that the experiment begins with, before anything else is done.
    is_to_cut: bool,
    items: Vec<HandItem>,
    n_checks: usize,
    n_left_out: usize,
    /// The first thing that was left out, in a sentence.
    left: Option<String>,
}

/// The list for a script.
///
/// # Errors
/// In a sentence, why there is none.
pub(super) fn make(script: &Script) -> Result<HandPlan, String> {
    let mut maker = Maker {
        cast: Cast::of(script.steps())?,
        page: script.page().max(1),
        peers: Vec::new(),
        file: None,
        file_len: 0,
        made_len: 0,
        is_to_cut: false,
        items: Vec::new(),
        n_checks: 0,
        n_left_out: 0,
        left: None,
    };
    maker.steps(script.steps())?;
    maker.finish()
}

impl<'a> Maker<'a> {
    fn steps(&mut self, steps: &'a [ScriptStep]) -> Result<(), String> {
        steps.iter().try_for_each(|step| self.step(step))
    }

    fn step(&mut self, step: &'a ScriptStep) -> Result<(), String> {
        match step {
            ScriptStep::File { name, contents } => self.make_file(name, contents),
            ScriptStep::Delete { name } if self.is_file(name) => {
                self.put(HandDeed::Delete, NOBODY);
                Ok(())
            }
            ScriptStep::Delete { name } | ScriptStep::Rename { from: name, .. } => {
                Err(format!("It takes a second file, {name}"))
            }
            ScriptStep::Start { .. } => {
                self.peers.push(Now::default());
                Ok(())
            }
            ScriptStep::Fork { parent, name } => self.fork(*parent, name),
            ScriptStep::Ask(ask) => self.ask(ask),
            ScriptStep::Together(asks) => Err(match asks.first() {
                Some(ask) => {
                    let name = self.name(ask.peer);
                    format!(
                        "{name} {} at the same moment as others, which no person can do",
                        ask.what
                    )
                }
                None => "Nothing is done at the same moment".to_owned(),
            }),
            ScriptStep::Judge { .. } | ScriptStep::Note { .. } | ScriptStep::Require { .. } => {
                Ok(()) // what a step is judged by was looked up with it
            }
            ScriptStep::Check { what, .. } => {
                self.leave_out(1, || {
                    format!("mapscope {what}, which no row of an open file shows")
                });
                Ok(())
            }
            ScriptStep::Repeat { steps, times } => {
                let before = self.items.len();
                self.steps(steps)?;
                if self.items.len() > before {
                    return Err(format!("It does the same {times} times"));
                }
                Ok(())
            }
            // What the kernel may undo in between is done once by hand: what is seen then tells.
            ScriptStep::Until { steps, .. } => self.steps(steps),
            ScriptStep::Cost { .. } => {
                Err("It times many passes over files of many sizes".to_owned())
            }
        }
    }

    fn make_file(&mut self, name: &'a str, contents: &Contents) -> Result<(), String> {
        if self.file.is_some() {
            return Err(format!("It takes a second file, {name}"));
        }
        let len = contents.len(self.page);
        if matches!(contents, Contents::Noise { .. }) || len > HAND_BYTES {
            let len = human_size(len);
            return Err(format!(
                "It takes a file of {len}, which is more than is made for this"
            ));
        }
        self.file = Some((name, contents.clone()));
        (self.file_len, self.made_len) = (len, len);
        Ok(())
    }

    fn is_file(&self, name: &str) -> bool {
        self.file.as_ref().is_some_and(|(known, _)| *known == name)
    }

    fn name(&self, peer: Peer) -> &'a str {
        self.cast.names.get(peer.0).copied().unwrap_or(NOBODY)
    }

    /// Puts a thing to do at the end of the list.
    fn put(&mut self, deed: HandDeed, peer: &str) {
        let is_setting_up = matches!(deed, HandDeed::Add { .. } | HandDeed::Window { .. });
        if !is_setting_up && std::mem::take(&mut self.is_to_cut) {
            let cut = HandDeed::Length {
                from: self.made_len,
                to: self.file_len,
            };
            let words = "Cut the file: from now on the mappings are longer than it".to_owned();
            self.items.push(HandItem {
                how: how(&cut),
                what: words,
                deed: cut,
            });
        }
        self.n_checks += usize::from(deed.is_check());
        self.items.push(HandItem {
            what: what(&deed, peer),
            how: how(&deed),
            deed,
        });
    }

    fn leave_out(&mut self, count: usize, why: impl FnOnce() -> String) {
        if count > 0 {
            self.n_left_out += count;
            self.left.get_or_insert_with(why);
        }
    }

    /// What is expected of a step.
    fn rules(&self, id: StepId) -> &[&'a Rule] {
        self.cast.rules.get(&id).map_or(&[], Vec::as_slice)
    }

    /// A step is none that a row shows.
    fn is_told(&mut self, ask: &Ask) {
        let count = self.rules(ask.id).len();
        let name = self.name(ask.peer);
        self.leave_out(count, || tells(name, &ask.what));
    }

    /// It is expected to be done: not to fail, and not to end its peer.
    fn must_be_done(&self, ask: &Ask) -> Result<(), String> {
        let is_done = |rule: &&Rule| matches!(rule, Rule::Is(_, Outcome::Done));
        if self.rules(ask.id).iter().all(is_done) {
            Ok(())
        } else {
            Err(self.cannot(ask))
        }
    }

    /// No row can be told what this peer is asked for.
    fn cannot(&self, ask: &Ask) -> String {
        calls(self.name(ask.peer), ask)
    }

    fn fork(&mut self, parent: Peer, child: &str) -> Result<(), String> {
        let name = self.name(parent);
        let of_parent = self.peers[parent.0].clone();
        let is_process = |placed: &Placed| matches!(placed.actor, HandActor::Process(_));
        if of_parent.maps.len() != 1 || !of_parent.maps.values().all(is_process) {
            return Err(format!(
                "{name} forks with other mappings than one of the file"
            ));
        }
        self.put(
            HandDeed::Fork {
                parent: name.to_owned(),
                child: child.to_owned(),
            },
            name,
        );
        let mut now = of_parent;
        for placed in now.maps.values_mut() {
            placed.actor = HandActor::Process(child.to_owned());
        }
        self.peers.push(now);
        Ok(())
    }

    fn finish(self) -> Result<HandPlan, String> {
        let Some((_, contents)) = self.file else {
            return Err("There is no file in this experiment that could be opened here".to_owned());
        };
        let does =
            |item: &HandItem| !item.deed.is_look() && !matches!(item.deed, HandDeed::Add { .. });
        let is_lopsided = self.n_left_out > self.n_checks;
        if is_lopsided || self.n_checks == 0 || !self.items.iter().any(does) {
            let nothing = "Nothing of it can be seen in an open file";
            return Err(self.left.unwrap_or_else(|| nothing.to_owned()));
        }
        Ok(HandPlan {
            contents: longer(contents, self.made_len, self.page),
            is_shared: self.cast.is_shared,
            items: self.items,
            n_checks: self.n_checks,
            n_left_out: self.n_left_out,
        })
    }
}

/// The same, with zeros behind it up to that length.
fn longer(contents: Contents, len: u64, page: u64) -> Contents {
    if contents.len(page) >= len {
        return contents;
    }
    match contents {
        Contents::Letters { first, .. } => Contents::Letters {
            first,
            pages: len.div_ceil(page),
        },
        Contents::Bytes { mut bytes } => {
            bytes.resize(usize::try_from(len).unwrap_or_default(), 0);
            Contents::Bytes { bytes }
        }
        Contents::Hole { .. } | Contents::Noise { .. } => Contents::Hole { len },
    }
}
