//! The world that histories are played in: a file, the copies of it, a worker and a pool that do what the model asks, and what
//! they say, each in its own time. It notes what the list is to tell, in its own words.
//!
//! It must not know which history is played, nor what the model says.

use std::collections::VecDeque;

use mapscope::model::FileOrder;
use mapscope::model::process::PeerOrder;

use super::*;

/// Who stored, in the world's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    View,
    Second,
    Call,
    Shared,
    Private,
    Other,
}

pub(super) type Line = (Actor, u64, Vec<u8>, Vec<u8>);

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
pub(super) enum Saying {
    File(FileOrder, FileNews),
    Here(WitnessId, Vec<u8>),
    Process(usize, PeerNews),
    Reads(usize, Vec<u8>),
}

pub(super) struct World {
    pub(super) scene: Scene,
    pub(super) file: Vec<u8>,
    /// The view's copy of the page, and that of the private process.
    copies: [Option<Vec<u8>>; 2],
    /// For the worker, for the pool.
    told: [VecDeque<Told>; 2],
    pub(super) said: [VecDeque<Saying>; 2],
    /// What is to be told of, in the order that its answer is heard.
    pub(super) wanted: Vec<Line>,
    pub(super) not_done: usize,
    /// What the file was last heard to hold.
    heard: Vec<u8>,
    next_own: u8,
    pub(super) next_outside: u8,
}

impl World {
    pub(super) fn new() -> Self {
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
    pub(super) fn fresh(&mut self) -> u8 {
        self.next_own = (self.next_own + 1) % 64;
        0x80 + self.next_own
    }

    /// What a reader sees: the view, the second mapping, the file, the shared and the private process.
    pub(super) fn sees(&self, row: usize) -> Vec<u8> {
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
    pub(super) fn note(&mut self, effects: &[Effect]) {
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

    pub(super) fn work(&mut self, pool: bool, refuses: bool) {
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
    pub(super) fn hear(&mut self, pool: bool) {
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

    /// All is done and heard, and everybody was read once more.
    pub(super) fn finish(&mut self) {
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
}

fn actor(id: WitnessId) -> Actor {
    match id {
        WitnessId::View => Actor::View,
        WitnessId::OtherMode => Actor::Second,
        WitnessId::File => Actor::Call,
    }
}
