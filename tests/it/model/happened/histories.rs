//! Random histories against a world of bytes that shares no code with the model: each store that was carried out is told of
//! once, with who, what stood there and what was written; one that was refused never as done; what others wrote is found
//! wherever a reading shows it, and nothing else is; and who is said to have seen a store did have its bytes.

use std::collections::VecDeque;

use mapscope::model::FileOrder;
use mapscope::model::process::PeerOrder;
use proptest::prelude::*;

use super::*;
use crate::random::cases;

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

/// Who stored, in the world's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Actor {
    View,
    Second,
    Call,
    Shared,
    Private,
    Other,
}

type Line = (Actor, u64, Vec<u8>, Vec<u8>);

/// What the worker and the pool are told.
#[derive(Clone, Debug)]
enum Told {
    File(FileOrder),
    Peer(PeerOrder),
    ReadHere,
    ReadProcesses,
}

/// What they say.
#[derive(Clone, Debug)]
enum Saying {
    File(FileOrder, FileNews),
    Here(WitnessId, Vec<u8>),
    Process(usize, PeerNews),
    Reads(usize, Vec<u8>),
}

struct World {
    scene: Scene,
    file: Vec<u8>,
    /// The view's copy of the page, and that of the private process.
    copies: [Option<Vec<u8>>; 2],
    /// For the worker, for the pool.
    told: [VecDeque<Told>; 2],
    said: [VecDeque<Saying>; 2],
    /// What is to be told of, in the order that its answer is heard.
    wanted: Vec<Line>,
    not_done: usize,
    /// What the file was last heard to hold.
    heard: Vec<u8>,
    next_own: u8,
    next_outside: u8,
}

impl World {
    fn new() -> Self {
        let mut scene = Scene::new(0);
        scene.rig.select(7, true, Column::Hex);
        scene.rig.act(P::Pin);
        assert_eq!(scene.watched(), span(0, 8));
        scene.read_all(&sample());
        Self {
            scene,
            file: sample(),
            copies: [None, None],
            told: Default::default(),
            said: Default::default(),
            wanted: Vec::new(),
            not_done: 0,
            heard: sample(),
            next_own: 0,
            next_outside: 0,
        }
    }

    /// A byte that the person has not written before in this history; the sample's own are below 0x80.
    fn fresh(&mut self) -> u8 {
        self.next_own = (self.next_own + 1) % 64;
        0x80 + self.next_own
    }

    /// What a reader sees: the view, the second mapping, the file, the shared and the private process.
    fn sees(&self, row: usize) -> Vec<u8> {
        let copy = match row {
            0 => &self.copies[0],
            4 => &self.copies[1],
            _ => &None,
        };
        copy.clone().unwrap_or_else(|| self.file.clone())
    }

    fn store(&mut self, actor: Actor, at: usize, bytes: &[u8]) -> Vec<u8> {
        let copy = match actor {
            Actor::View => Some(0),
            Actor::Private => Some(1),
            _ => None,
        };
        let page = match copy {
            Some(copy) => {
                let file = self.file.clone();
                self.copies[copy].get_or_insert(file)
            }
            None => &mut self.file,
        };
        let old = page[at..at + bytes.len()].to_vec();
        page[at..at + bytes.len()].copy_from_slice(bytes);
        old
    }

    /// What the model asked for.
    fn note(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Peers(order @ PeerOrder::Store { .. }) => {
                    self.told[1].push_back(Told::Peer(order.clone()));
                }
                Effect::Peers(PeerOrder::Watch { span: Some(_), .. }) => {
                    self.told[1].push_back(Told::ReadProcesses);
                }
                Effect::File(order) => match order.request {
                    FileRequest::Watch(Some(_)) => self.told[0].push_back(Told::ReadHere),
                    FileRequest::Store(_) | FileRequest::WitnessStore { .. } => {
                        self.told[0].push_back(Told::File(order.clone()));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
    }

    fn read_here(&mut self) {
        for (row, id) in WitnessId::ALL.into_iter().enumerate() {
            let bytes = self.sees(row);
            self.said[0].push_back(Saying::Here(id, bytes));
        }
    }

    fn read_process(&mut self, index: usize) {
        let bytes = self.sees(3 + index);
        self.said[1].push_back(Saying::Reads(index, bytes));
    }

    fn work(&mut self, pool: bool, refuses: bool) {
        match self.told[usize::from(pool)].pop_front() {
            None if pool => {
                for index in [SHARED, PRIVATE] {
                    self.read_process(index); // ten times a second
                }
            }
            None | Some(Told::ReadHere) => self.read_here(),
            Some(Told::ReadProcesses) => {
                for index in [SHARED, PRIVATE] {
                    self.read_process(index);
                }
            }
            Some(Told::File(order)) => {
                let news = self.carry_out(&order, refuses);
                self.said[0].push_back(Saying::File(order, news));
                self.read_here();
            }
            Some(Told::Peer(order)) => {
                let PeerOrder::Store {
                    number,
                    target,
                    offset,
                    bytes,
                    ..
                } = order
                else {
                    unreachable!()
                };
                let index = usize::from(target.mapping == self.scene.mapping(PRIVATE));
                let news = if refuses {
                    let why = Refusal::Failed(Failure {
                        message: "no".to_owned(),
                        errno: None,
                    });
                    PeerNews::Refused {
                        number,
                        offset,
                        bytes,
                        why,
                    }
                } else {
                    let actor = [Actor::Shared, Actor::Private][index];
                    let old = self.store(actor, usize::try_from(offset).unwrap(), &bytes);
                    PeerNews::Stored {
                        number,
                        offset,
                        bytes,
                        old,
                    }
                };
                self.said[1].push_back(Saying::Process(index, news));
                self.read_process(index);
            }
        }
    }

    fn carry_out(&mut self, order: &FileOrder, refuses: bool) -> FileNews {
        let usize_of = |offset: u64| usize::try_from(offset).unwrap();
        match &order.request {
            FileRequest::Store(batch) => {
                assert_eq!(batch.stores.len(), 1);
                let store = &batch.stores[0];
                let outcome = if refuses {
                    StoreOutcome::Refused("no".to_owned())
                } else {
                    let at = usize_of(store.offset);
                    StoreOutcome::Stored(self.store(Actor::View, at, &store.bytes))
                };
                self.scene.rig.store_news(order, |_| outcome.clone())
            }
            FileRequest::WitnessStore {
                id, offset, bytes, ..
            } => FileNews::WitnessStored {
                id: *id,
                offset: *offset,
                bytes: bytes.clone(),
                outcome: if refuses {
                    Err("no".to_owned())
                } else {
                    Ok(Some(self.store(actor(*id), usize_of(*offset), bytes)))
                },
            },
            other => panic!("{other:?}"),
        }
    }

    /// The model hears the next; what that has to add to the list is noted.
    fn hear(&mut self, pool: bool) {
        let Some(saying) = self.said[usize::from(pool)].pop_front() else {
            return;
        };
        self.scene.pass(1);
        let effects = match saying {
            Saying::File(order, news) => {
                self.want(&news);
                self.scene.rig.orders.retain(|it| it.number != order.number);
                self.scene.rig.answer(&order, news)
            }
            Saying::Here(id, bytes) => {
                if id == WitnessId::File {
                    self.want_outside(&bytes);
                }
                let pages = Scene::pages(PageState::FilePage);
                let readout = self.scene.reading(&bytes);
                let state = WitnessState::Reads { readout, pages };
                self.scene.rig.say(FileNews::Witness(id, state))
            }
            Saying::Process(index, news) => {
                let actor = [Actor::Shared, Actor::Private][index];
                match &news {
                    PeerNews::Stored {
                        offset, bytes, old, ..
                    } => self
                        .wanted
                        .push((actor, *offset, old.clone(), bytes.clone())),
                    _ => self.not_done += 1,
                }
                self.scene.process(index, news)
            }
            Saying::Reads(index, bytes) => {
                let pages = Scene::pages(PageState::FilePage);
                let readout = self.scene.reading(&bytes);
                self.scene
                    .process(index, PeerNews::Reads { readout, pages })
            }
        };
        self.note(&effects);
    }

    fn want(&mut self, news: &FileNews) {
        match news {
            FileNews::Stored { results, .. } => match &results[0].outcome {
                StoreOutcome::Stored(old) => {
                    let result = &results[0];
                    let line = (
                        Actor::View,
                        result.offset,
                        old.clone(),
                        result.bytes.clone(),
                    );
                    self.wanted.push(line);
                }
                _ => self.not_done += 1,
            },
            FileNews::WitnessStored {
                id,
                offset,
                bytes,
                outcome,
            } => match outcome {
                Ok(old) => {
                    let old = old.clone().unwrap();
                    self.wanted.push((actor(*id), *offset, old, bytes.clone()));
                }
                Err(_) => self.not_done += 1,
            },
            other => panic!("{other:?}"),
        }
    }

    /// The file is heard to hold `now`: whatever is from outside there, and was not before.
    fn want_outside(&mut self, now: &[u8]) {
        for (at, (old, new)) in self.heard.iter().zip(now).enumerate() {
            if old != new && *new >= 0xc0 {
                let line = (Actor::Other, at as u64, vec![*old], vec![*new]);
                self.wanted.push(line);
            }
        }
        self.heard = now.to_vec();
    }

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

    /// All is done and heard, and everybody was read once more.
    fn finish(&mut self) {
        for _ in 0..2 {
            while self.told.iter().any(|it| !it.is_empty())
                || self.said.iter().any(|it| !it.is_empty())
            {
                for pool in [false, true] {
                    if !self.told[usize::from(pool)].is_empty() {
                        self.work(pool, false);
                    }
                    while !self.said[usize::from(pool)].is_empty() {
                        self.hear(pool);
                    }
                }
            }
            self.read_here();
            for index in [SHARED, PRIVATE] {
                self.read_process(index);
            }
        }
        for pool in [false, true] {
            while !self.said[usize::from(pool)].is_empty() {
                self.hear(pool);
            }
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
                Saw::Not => !has,
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

fn actor(id: WitnessId) -> Actor {
    match id {
        WitnessId::View => Actor::View,
        WitnessId::OtherMode => Actor::Second,
        WitnessId::File => Actor::Call,
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
