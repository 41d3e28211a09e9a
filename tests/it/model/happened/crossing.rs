//! Stores that are under way at the same time: which came first is known only of those that one and the same carried out.
//! Whatever the order is in which they are carried out and told of, what is said of who saw them is true, and the session's
//! program passes.

use mapscope::lab::claim::Environment;
use mapscope::work::session::subject_of;
use proptest::prelude::*;

use super::*;
use crate::random::cases;

use world::World;

mod replay;
mod world;

#[derive(Clone, Debug)]
enum Op {
    Type { at: u64, byte: u8 },
    StoreAs { id: WitnessId, bytes: Vec<u8> },
    StoreBy { index: usize, bytes: Vec<u8> },
    Fork { index: usize },
    Watch { at: u64 },
    Work(usize),
    Hear(usize),
    Read(usize),
}

/// Two values only, so that stores are often of the same.
fn byte() -> impl Strategy<Value = u8> {
    prop::sample::select(vec![b'a', b'b'])
}

fn op() -> impl Strategy<Value = Op> {
    let bytes = || prop::collection::vec(byte(), 1..3);
    let index = || 0..12_usize;
    prop_oneof![
        2 => (0..8_u64, byte()).prop_map(|(at, byte)| Op::Type { at, byte }),
        2 => (prop::sample::select(vec![WitnessId::File, WitnessId::OtherMode]), bytes())
            .prop_map(|(id, bytes)| Op::StoreAs { id, bytes }),
        6 => (index(), bytes()).prop_map(|(index, bytes)| Op::StoreBy { index, bytes }),
        1 => index().prop_map(|index| Op::Fork { index }),
        1 => (0..3_u64).prop_map(|at| Op::Watch { at: at * 2 }),
        8 => index().prop_map(Op::Work),
        6 => index().prop_map(Op::Hear),
        4 => index().prop_map(Op::Read),
    ]
}

impl World {
    fn step(&mut self, op: &Op) {
        let text = |bytes: &[u8]| {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            P::ByteEdited(digits.join(" "))
        };
        let doers = self.doers();
        let doer = |index: &usize| doers[index % doers.len()];
        let running = |world: &Self, index: &usize| {
            let list = world.scene.rig.doc().processes.list();
            let running: Vec<_> = list.iter().filter(|it| it.pid.is_some()).collect();
            running[index % running.len()].mapping
        };
        let effects = match op {
            Op::Type { at, byte } => {
                self.scene.rig.point(*at);
                self.scene.rig.type_byte(*byte)
            }
            Op::StoreAs { id, bytes } => {
                self.scene.rig.act(text(bytes));
                self.scene.rig.act(P::StoreAs(*id))
            }
            Op::StoreBy { index, bytes } => {
                self.scene.rig.act(text(bytes));
                let mapping = running(self, index);
                self.scene.rig.act(P::Store(mapping))
            }
            Op::Fork { index } if doers.len() < 8 => {
                let mapping = running(self, index);
                self.scene.rig.act(P::Fork(mapping))
            }
            Op::Fork { .. } => return,
            Op::Watch { at } => return self.watch(*at),
            Op::Work(index) => return self.work(doer(index)),
            Op::Hear(index) => {
                self.hear(doer(index));
                return;
            }
            Op::Read(index) => return self.read(doer(index)),
        };
        self.note(effects);
    }

    /// Of each store: whoever is said to have seen it showed it, and whoever is said not to have seen it never did.
    fn check_claims(&self) {
        let entries = self.scene.entries();
        let stores: Vec<_> = entries.into_iter().filter(|it| it.is_store()).collect();
        assert!(stores.iter().all(|it| it.by != By::Somebody), "{stores:#?}");
        assert_eq!(stores.len(), self.heard.len());
        for (entry, id) in stores.into_iter().zip(&self.heard) {
            for row in &entry.saw {
                let has_shown = self.shown.contains(&(*id, format!("{:?}", row.who)));
                let is_true = match row.saw {
                    Saw::Seen(_) => has_shown,
                    Saw::Not => !has_shown,
                    Saw::Before | Saw::Waiting | Saw::Unclear => true,
                };
                assert!(
                    is_true,
                    "{row:?} of entry {} of {:#?}",
                    entry.number,
                    self.words()
                );
            }
        }
    }

    fn words(&self) -> Vec<String> {
        let words =
            |it: &Happening| format!("{} after {}: {}", it.number, it.after, it.full_words());
        self.scene.entries().into_iter().map(words).collect()
    }

    /// The program does it all again: what is judged there holds. How much that is.
    fn replay(&self) -> usize {
        let environment = Environment {
            page_bytes: 4096,
            ..Environment::default()
        };
        let session = self.scene.rig.doc().as_session();
        let subject = subject_of(&session, &environment);
        let (failures, n_judged) = replay::failures(&subject.script);
        assert!(failures.is_empty(), "{failures:#?}\n{:#?}", self.words());
        n_judged
    }
}

proptest! {
    #![proptest_config(cases(400))]
    #[test]
    fn what_is_said_of_stores_under_way_at_once_is_true_and_done_again(
        ops in prop::collection::vec(op(), 1..50)
    ) {
        let mut world = World::new();
        for op in &ops {
            world.step(op);
        }
        world.finish();
        world.check_claims();
        world.replay();
    }
}
