//! A file of one page with who maps it: each does what it is told in its own time, and what it says is heard later still. It
//! remembers of every byte which store it is of, and so who ever showed a store.
//!
//! It must not know what the model says of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mapscope::model::FileOrder;
use mapscope::model::process::{PeerOrder, ProcessKind};

use super::*;

/// A byte, and the store that it is of; 0 for what stood there at first.
type Cell = (u8, usize);

/// Who does one thing after the other: the worker of the file, or a process.
pub(super) type Doer = Option<MappingId>;

#[derive(Clone, Debug)]
enum Told {
    File(FileOrder),
    Store {
        number: OrderId,
        offset: u64,
        bytes: Vec<u8>,
    },
    Fork(MappingId),
}

enum Saying {
    File(FileOrder, FileNews, usize),
    Stored(PeerNews, usize),
    Runs,
}

#[derive(Default)]
struct Queue {
    told: VecDeque<Told>,
    said: VecDeque<Saying>,
}

pub(super) struct World {
    pub(super) scene: Scene,
    file: Vec<Cell>,
    /// Copies of the page, by whose they are.
    copies: BTreeMap<Doer, Vec<Cell>>,
    queues: BTreeMap<Doer, Queue>,
    kinds: BTreeMap<MappingId, ProcessKind>,
    /// The place of each store that was carried out, from number 1 on.
    stores: Vec<Span>,
    /// Which of them each entry is of.
    pub(super) heard: Vec<usize>,
    /// Who ever showed all of a store.
    pub(super) shown: BTreeSet<(usize, String)>,
}

impl World {
    /// Two shared processes and a private one, each of which runs.
    pub(super) fn new() -> Self {
        let mut scene = Scene::new(0);
        scene.rig.act(P::Add(ProcessKind::Shared));
        scene.process(2, PeerNews::Runs { pid: 14262 });
        let mut world = Self {
            file: sample().into_iter().map(|byte| (byte, 0)).collect(),
            scene,
            copies: BTreeMap::new(),
            queues: BTreeMap::from([(None, Queue::default())]),
            kinds: BTreeMap::new(),
            stores: Vec::new(),
            heard: Vec::new(),
            shown: BTreeSet::new(),
        };
        for process in world.scene.rig.doc().processes.list() {
            world.kinds.insert(process.mapping, process.kind);
            world.queues.insert(Some(process.mapping), Queue::default());
        }
        world.watch(0);
        world
    }

    /// Eight bytes from there on are watched, and everybody is read.
    pub(super) fn watch(&mut self, at: u64) {
        if self.scene.rig.doc().pin.is_by_person {
            self.scene.rig.act(P::Pin);
        }
        self.scene.rig.point(at);
        self.scene.rig.select(at + 7, true, Column::Hex);
        self.scene.rig.act(P::Pin);
        assert_eq!(self.scene.watched(), span(at, at + 8));
        for doer in self.doers() {
            self.hear_all(doer);
            self.read(doer);
        }
    }

    pub(super) fn doers(&self) -> Vec<Doer> {
        self.queues.keys().copied().collect()
    }

    /// What the model asked for.
    pub(super) fn note(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let (doer, told) = match effect {
                Effect::Peers(PeerOrder::Store {
                    number,
                    target,
                    offset,
                    bytes,
                    ..
                }) => (
                    Some(target.mapping),
                    Told::Store {
                        number,
                        offset,
                        bytes,
                    },
                ),
                Effect::Peers(PeerOrder::Fork { parent, child }) => {
                    (Some(parent.mapping), Told::Fork(child))
                }
                Effect::File(order) if is_store(&order) => (None, Told::File(order)),
                _ => continue,
            };
            self.queues.get_mut(&doer).unwrap().told.push_back(told);
        }
    }

    /// Whoever it is does the next that it was told.
    pub(super) fn work(&mut self, doer: Doer) {
        let Some(told) = self.queues.get_mut(&doer).unwrap().told.pop_front() else {
            return;
        };
        let said = match told {
            Told::File(order) => {
                let (news, id) = self.carry_out(&order);
                Saying::File(order, news, id)
            }
            Told::Store {
                number,
                offset,
                bytes,
            } => {
                let is_private = self.kinds[&doer.unwrap()] == ProcessKind::Private;
                let (old, id) = self.store(is_private.then_some(doer), offset, &bytes);
                let news = PeerNews::Stored {
                    number,
                    offset,
                    bytes,
                    old,
                };
                Saying::Stored(news, id)
            }
            Told::Fork(child) => {
                self.kinds.insert(child, self.kinds[&doer.unwrap()]);
                if let Some(copy) = self.copies.get(&doer).cloned() {
                    self.copies.insert(Some(child), copy);
                }
                let queue = self.queues.entry(Some(child)).or_default();
                queue.said.push_back(Saying::Runs);
                self.remember();
                return;
            }
        };
        self.queues.get_mut(&doer).unwrap().said.push_back(said);
    }

    fn carry_out(&mut self, order: &FileOrder) -> (FileNews, usize) {
        match &order.request {
            FileRequest::Store(batch) => {
                let store = batch.stores[0].clone();
                let (old, id) = self.store(Some(None), store.offset, &store.bytes);
                let news = self
                    .scene
                    .rig
                    .store_news(order, |_| StoreOutcome::Stored(old.clone()));
                (news, id)
            }
            FileRequest::WitnessStore {
                id, offset, bytes, ..
            } => {
                let (old, number) = self.store(None, *offset, bytes);
                let news = FileNews::WitnessStored {
                    id: *id,
                    offset: *offset,
                    bytes: bytes.clone(),
                    outcome: Ok(Some(old)),
                };
                (news, number)
            }
            other => panic!("{other:?}"),
        }
    }

    /// Stores in the file, or in the copy of whoever that is.
    fn store(&mut self, copy_of: Option<Doer>, offset: u64, bytes: &[u8]) -> (Vec<u8>, usize) {
        let place = Span::at(offset, bytes.len() as u64).unwrap();
        self.stores.push(place);
        let id = self.stores.len();
        let file = self.file.clone();
        let page = match copy_of {
            Some(owner) => self.copies.entry(owner).or_insert(file),
            None => &mut self.file,
        };
        let mut old = Vec::new();
        for (cell, byte) in page[range(place)].iter_mut().zip(bytes) {
            old.push(std::mem::replace(cell, (*byte, id)).0);
        }
        self.remember();
        (old, id)
    }

    /// Who shows which stores now.
    fn remember(&mut self) {
        let mut rows = vec![Who::View, Who::OtherMode, Who::Calls];
        rows.extend(self.kinds.keys().map(|mapping| Who::Process(*mapping)));
        for who in rows {
            let page = self.sees(who);
            for (id, place) in (1..).zip(&self.stores) {
                if page[range(*place)].iter().all(|cell| cell.1 == id) {
                    self.shown.insert((id, format!("{who:?}")));
                }
            }
        }
    }

    fn sees(&self, who: Who) -> Vec<Cell> {
        let copy = match who {
            Who::View => self.copies.get(&None),
            Who::Process(mapping) => self.copies.get(&Some(mapping)),
            _ => None,
        };
        copy.unwrap_or(&self.file).clone()
    }

    /// The model hears the next that whoever it is has said; `false` where there is nothing.
    pub(super) fn hear(&mut self, doer: Doer) -> bool {
        let Some(said) = self.queues.get_mut(&doer).unwrap().said.pop_front() else {
            return false;
        };
        self.scene.pass(1);
        let (effects, heard) = match said {
            Saying::File(order, news, id) => {
                self.scene.rig.orders.retain(|it| it.number != order.number);
                (self.scene.rig.answer(&order, news), Some(id))
            }
            Saying::Stored(news, id) => (self.process(doer, news), Some(id)),
            Saying::Runs => {
                let pid = 20_000 + u32::try_from(self.kinds.len()).unwrap();
                let effects = self.process(doer, PeerNews::Runs { pid });
                self.read(doer);
                (effects, None)
            }
        };
        self.heard.extend(heard);
        self.note(effects);
        true
    }

    fn hear_all(&mut self, doer: Doer) {
        while self.hear(doer) {}
    }

    fn process(&mut self, doer: Doer, news: PeerNews) -> Vec<Effect> {
        let index = self.index(doer.unwrap());
        self.scene.process(index, news)
    }

    fn index(&self, mapping: MappingId) -> usize {
        let list = self.scene.rig.doc().processes.list();
        list.iter().position(|it| it.mapping == mapping).unwrap()
    }

    /// Its rows are read, and that is heard at once, after what it said before.
    pub(super) fn read(&mut self, doer: Doer) {
        self.hear_all(doer);
        self.scene.pass(1);
        let bytes = |world: &Self, who| -> Vec<u8> {
            world.sees(who).into_iter().map(|cell| cell.0).collect()
        };
        match doer {
            None => {
                for (id, who) in [
                    (WitnessId::View, Who::View),
                    (WitnessId::OtherMode, Who::OtherMode),
                    (WitnessId::File, Who::Calls),
                ] {
                    let bytes = bytes(self, who);
                    self.scene.here(id, &bytes, PageState::FilePage);
                }
            }
            Some(mapping) => {
                let bytes = bytes(self, Who::Process(mapping));
                let index = self.index(mapping);
                self.scene.process_reads(index, &bytes, PageState::FilePage);
            }
        }
    }

    /// All is done and heard, and everybody is read once more.
    pub(super) fn finish(&mut self) {
        while self
            .queues
            .values()
            .any(|it| !it.told.is_empty() || !it.said.is_empty())
        {
            for doer in self.doers() {
                self.work(doer);
                self.hear_all(doer);
            }
        }
        for doer in self.doers() {
            self.read(doer);
        }
    }
}

fn is_store(order: &FileOrder) -> bool {
    matches!(
        order.request,
        FileRequest::Store(_) | FileRequest::WitnessStore { .. }
    )
}

fn range(place: Span) -> std::ops::Range<usize> {
    usize::try_from(place.start()).unwrap()..usize::try_from(place.end()).unwrap()
}
