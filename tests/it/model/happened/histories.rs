//! Random histories against a world of bytes that shares no code with the model: each store that was carried out is told of
//! once, with who, what stood there and what was written; one that was refused never as done; what others wrote is found
//! wherever a reading shows it, and nothing else is; and who is said to have seen a store did have its bytes.

use proptest::prelude::*;

use super::*;
use crate::random::cases;

use world::{Actor, Line, World};

mod world;

/// So many bytes, all of one page, are written and watched.
const WATCHED: usize = 8;

#[derive(Clone, Debug)]
enum Op {
    Type {
        at: usize,
    },
    StoreAs(WitnessId),
    StoreBy {
        index: usize,
        len: usize,
    },
    Outside {
        at: usize,
    },
    /// The worker, or the pool, does the next that it was told.
    Work {
        pool: bool,
        refuses: bool,
    },
    /// The pool tells the next that a process has answered: it may have done it long before. What the worker says is
    /// heard in the order that it was said in, as one queue leads to the model.
    Tell,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (0..WATCHED).prop_map(|at| Op::Type { at }),
        2 => prop::sample::select(vec![WitnessId::File, WitnessId::OtherMode])
            .prop_map(Op::StoreAs),
        3 => (0..2_usize, 1..4_usize).prop_map(|(index, len)| Op::StoreBy { index, len }),
        3 => (0..WATCHED).prop_map(|at| Op::Outside { at }),
        8 => (any::<bool>(), prop::bool::weighted(0.15))
            .prop_map(|(pool, refuses)| Op::Work { pool, refuses }),
        8 => Just(Op::Tell),
    ]
}

impl World {
    fn step(&mut self, op: &Op) {
        match op {
            Op::Type { at } => {
                let byte = self.fresh();
                self.scene.rig.point(*at as u64);
                let effects = self.scene.rig.type_byte(byte);
                self.note(&effects);
            }
            Op::StoreAs(id) => {
                let text = format!("{:02x}", self.fresh());
                self.scene.rig.act(P::ByteEdited(text));
                let effects = self.scene.rig.act(P::StoreAs(*id));
                self.note(&effects);
            }
            Op::StoreBy { index, len } => {
                let bytes: Vec<String> =
                    (0..*len).map(|_| format!("{:02x}", self.fresh())).collect();
                self.scene.rig.act(P::ByteEdited(bytes.join(" ")));
                let mapping = self.scene.mapping(*index);
                let effects = self.scene.rig.act(P::Store(mapping));
                self.note(&effects);
            }
            Op::Outside { at } => {
                if self.next_outside < 63 {
                    self.next_outside += 1;
                    self.file[*at] = 0xc0 + self.next_outside;
                }
            }
            Op::Work { pool, refuses } => {
                self.work(*pool, *refuses);
                while !self.said[0].is_empty() {
                    self.hear(false);
                }
            }
            Op::Tell => self.hear(true),
        }
    }

    /// What the list says was stored, byte for byte where it is others' doing: neighbors are told together.
    fn told_of(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for entry in self.scene.entries() {
            let Occurrence::Wrote {
                offset, old, new, ..
            } = &entry.what
            else {
                continue;
            };
            if entry.fate != Fate::Done {
                continue;
            }
            let old = old.as_ref().unwrap().bytes.clone();
            let actor = match &entry.by {
                By::View { .. } => Actor::View,
                By::SecondMapping { .. } => Actor::Second,
                By::Calls { .. } => Actor::Call,
                By::Process(name) if name.pid == Some(14260) => Actor::Shared,
                By::Process(_) => Actor::Private,
                By::Somebody => {
                    let bytes = old.iter().zip(&new.bytes).zip(*offset..);
                    lines.extend(
                        bytes.map(|((old, new), at)| (Actor::Other, at, vec![*old], vec![*new])),
                    );
                    continue;
                }
            };
            lines.push((actor, *offset, old, new.bytes.clone()));
        }
        lines
    }

    /// Of the last store: who has its bytes now saw it, unless they were there before, and nobody else did.
    fn check_seen(&self) {
        let mut stores = self.scene.entries().into_iter().filter(|it| it.is_store());
        let Some(last) = stores.next_back() else {
            return;
        };
        let Occurrence::Wrote { offset, new, .. } = &last.what else {
            return;
        };
        let at = usize::try_from(*offset).unwrap();
        let shared = Who::Process(self.scene.mapping(SHARED));
        let private = Who::Process(self.scene.mapping(PRIVATE));
        let rows = [Who::View, Who::OtherMode, Who::Calls, shared, private];
        for (row, who) in rows.into_iter().enumerate() {
            let has = self.sees(row)[at..at + new.bytes.len()] == new.bytes;
            let saw = last.saw.iter().find(|it| it.who == who).unwrap().saw;
            let fits = match saw {
                Saw::Seen(_) | Saw::Before => true,
                Saw::Not | Saw::Unclear => !has,
                Saw::Waiting => false,
            };
            assert!(fits, "{who:?} {saw:?} {has} {last:?}");
            // fresh bytes were nowhere before
            if has {
                assert!(matches!(saw, Saw::Seen(_)), "{who:?} {last:?}");
            }
        }
    }
}

fn sorted(lines: &[Line], outside: bool) -> Vec<Line> {
    let of = |line: &&Line| (line.0 == Actor::Other) == outside;
    let mut lines: Vec<Line> = lines.iter().filter(of).cloned().collect();
    if outside {
        lines.sort_by_key(|line| (line.1, line.3.clone()));
    }
    lines
}

proptest! {
    #![proptest_config(cases(300))]
    #[test]
    fn each_store_is_told_of_once_and_nothing_else_is(ops in prop::collection::vec(op(), 1..60)) {
        let mut world = World::new();
        for op in &ops {
            world.step(op);
        }
        world.finish();
        let told = world.told_of();
        prop_assert_eq!(sorted(&told, false), sorted(&world.wanted, false));
        prop_assert_eq!(sorted(&told, true), sorted(&world.wanted, true));
        let entries = world.scene.entries().into_iter();
        let not_done = entries.filter(|it| matches!(it.fate, Fate::Refused(_))).count();
        prop_assert_eq!(not_done, world.not_done);
        world.check_seen();
    }
}
