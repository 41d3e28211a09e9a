//! The script of a session, carried out on bytes in memory: a file of one page, and who maps it.
//!
//! It must not know where the script comes from.

use std::collections::BTreeMap;

use mapscope::lab::claim::{Contents, Environment};
use mapscope::lab::script::{Peer, Rule, Script, ScriptStep, StepId};
use mapscope::peer::calls::{Call, Outcome};

/// What a peer maps, by name: the copy of the page where it is private and has one.
#[derive(Clone, Default)]
struct Maps(BTreeMap<String, (bool, Option<Vec<u8>>)>);

#[derive(Default)]
struct Replay {
    file: Vec<u8>,
    peers: BTreeMap<Peer, Maps>,
    told: BTreeMap<StepId, Outcome>,
}

/// What did not hold of a script, in words, and how many steps were judged.
pub(super) fn failures(script: &Script) -> (Vec<String>, usize) {
    // Peers are known by the order in which they begin.
    let mut names = Script::new(&Environment::default());
    let (mut replay, mut failures, mut n_judged) = (Replay::default(), Vec::new(), 0);
    for step in script.steps() {
        match step {
            ScriptStep::File { contents, .. } => {
                let Contents::Hole { len } = contents else {
                    panic!("{contents:?}")
                };
                replay.file = vec![0; index(*len)];
            }
            ScriptStep::Start { name } => {
                replay.peers.insert(names.peer(name), Maps::default());
            }
            ScriptStep::Fork { parent, name } => {
                let maps = replay.peers[parent].clone();
                replay.peers.insert(names.peer(name), maps);
            }
            ScriptStep::Ask(ask) => {
                let outcome = replay.call(ask.peer, &ask.call);
                replay.told.insert(ask.id, outcome);
            }
            ScriptStep::Judge { of, wanted, rule } => {
                n_judged += 1;
                let holds = match rule {
                    Rule::Is(of, outcome) => replay.told[of] == *outcome,
                    Rule::OtherBytes(of, bytes) => {
                        replay.told[of]
                            != Outcome::Bytes {
                                bytes: bytes.clone(),
                            }
                    }
                    other => panic!("{other:?}"),
                };
                if !holds {
                    let step = script.steps().iter().find_map(|step| match step {
                        ScriptStep::Ask(ask) if ask.id == *of => Some(ask.what.clone()),
                        _ => None,
                    });
                    failures.push(format!(
                        "{step:?}: {:?}, wanted {wanted:?}",
                        replay.told[of]
                    ));
                }
            }
            ScriptStep::Note { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    (failures, n_judged)
}

impl Replay {
    fn call(&mut self, peer: Peer, call: &Call) -> Outcome {
        let maps = self.peers.get_mut(&peer).unwrap();
        let part = |bytes: &[u8], at: u64, len: u64| Outcome::Bytes {
            bytes: bytes[index(at)..index(at + len)].to_vec(),
        };
        match call {
            Call::Open { .. } => {}
            Call::Map(call) => {
                maps.0.insert(call.map.clone(), (!call.shared, None));
            }
            Call::Write { at, bytes, .. } => put(&mut self.file, *at, bytes),
            Call::Read { at, len, .. } => return part(&self.file, *at, *len),
            Call::Length { .. } => {
                let value = self.file.len() as u64;
                return Outcome::Number { value };
            }
            Call::Load { map, at, len } => {
                let (_, copy) = &maps.0[map];
                return part(copy.as_ref().unwrap_or(&self.file), *at, *len);
            }
            Call::Store { map, at, bytes } => {
                let (is_private, copy) = maps.0.get_mut(map).unwrap();
                let page = if *is_private {
                    copy.get_or_insert_with(|| self.file.clone())
                } else {
                    &mut self.file
                };
                put(page, *at, bytes);
            }
            other => panic!("{other:?}"),
        }
        Outcome::Done
    }
}

fn put(page: &mut [u8], at: u64, bytes: &[u8]) {
    page[index(at)..][..bytes.len()].copy_from_slice(bytes);
}

fn index(at: u64) -> usize {
    usize::try_from(at).unwrap()
}
