//! Storage that takes its time: files and mappings on plain arrays, each file with a worker that carries out its orders in
//! turn when told to, and whose answers are heard when told to. It knows nothing of how the model keeps its books.
//!
//! A page is one byte, so that a private copy hides nothing but its own byte.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mapscope::model::effect::Export;
use mapscope::model::event::{FileEvent, Opened};
use mapscope::model::{
    AppAction, Doc, DocId, FileOrder, Generation, Intent, MappingId, OrderId, Target, View, ViewId,
};

use super::disk::{Map, Worker, listed, store, write_back};
use super::rig::{Done, is_quiet};
use super::*;

mod hearing;
mod typed;

/// The model, and all files.
pub(super) struct Storage {
    pub(super) app: App,
    /// The bytes of every file by its inode.
    pub(super) disk: BTreeMap<u64, Vec<u8>>,
    /// The files that are being opened.
    pub(super) opening: Vec<(DocId, MappingId, OpenRequest)>,
    /// Lists of edits that were written out: of which file, and what is not in it by the list.
    pub(super) exports: Vec<(u64, BTreeMap<usize, u8>)>,
    /// The window was let go.
    pub(super) quits: usize,
    /// Stores that came back refused, as they were heard: the order, the offset, the bytes.
    pub(super) refused: Vec<(OrderId, u64, Vec<u8>)>,
    /// What each view typed last into private copies, until it is in the file or dropped.
    pub(super) newest: BTreeMap<(ViewId, usize), u8>,
    /// Of these, what the file held already when it was typed: no edit, as long as nobody writes there.
    was_there: BTreeSet<(ViewId, usize)>,
    /// Views whose edits are dropped with their mapping, as soon as that is made anew.
    dropping: BTreeSet<ViewId>,
    /// All that was heard.
    pub(super) heard: Vec<FileEvent>,
    /// Workers take no more than this many orders at once.
    pub(super) room: usize,
    workers: BTreeMap<DocId, Worker>,
    /// The file that each view is of.
    homes: BTreeMap<ViewId, u64>,
    /// Which view each order came from.
    asker: BTreeMap<OrderId, ViewId>,
}

impl Storage {
    pub(super) fn new() -> Self {
        let mut settings = Settings::default();
        settings.panel_shown = false; // nobody looks at the witnesses
        Self {
            app: App::new(settings),
            disk: BTreeMap::new(),
            opening: Vec::new(),
            exports: Vec::new(),
            quits: 0,
            refused: Vec::new(),
            newest: BTreeMap::new(),
            was_there: BTreeSet::new(),
            dropping: BTreeSet::new(),
            heard: Vec::new(),
            room: usize::MAX,
            workers: BTreeMap::new(),
            homes: BTreeMap::new(),
            asker: BTreeMap::new(),
        }
    }

    /// Asks for a file of `len` bytes, all `a` where it is new.
    pub(super) fn ask_for(&mut self, path: &str, inode: u64, len: usize) -> DocId {
        self.disk.entry(inode).or_insert_with(|| vec![b'a'; len]);
        self.act(None, F::Open(PathBuf::from(path)));
        self.opening.last().unwrap().0
    }

    /// The file that was asked for is open.
    pub(super) fn come(&mut self, doc: DocId, path: &str, inode: u64) {
        let at = self
            .opening
            .iter()
            .position(|asked| asked.0 == doc)
            .unwrap();
        let (doc, mapping, _) = self.opening.remove(at);
        let map = Map {
            id: mapping,
            generation: Generation::FIRST,
            mode: Mode::Private,
            access: Access::ReadWrite,
            copies: BTreeMap::new(),
        };
        let worker = Worker {
            inode,
            maps: vec![map],
            queue: VecDeque::new(),
            said: VecDeque::new(),
            jobs: Vec::new(),
            is_closed: false,
        };
        self.workers.insert(doc, worker);
        let opened = Opened {
            page_bytes: 1,
            ..file(path, inode, self.disk[&inode].len() as u64)
        };
        let effects = self.app.take(Event::Opened(doc, Box::new(opened)));
        self.note(&effects, None);
    }

    pub(super) fn open(&mut self, path: &str, inode: u64, len: usize) -> ViewId {
        let doc = self.ask_for(path, inode, len);
        self.come(doc, path, inode);
        self.app.doc_by(doc).unwrap().view().id
    }

    pub(super) fn act(&mut self, view: Option<ViewId>, done: impl Done) {
        let effects = self.app.apply(Intent {
            view,
            action: done.action(),
        });
        self.note(&effects, view);
    }

    pub(super) fn act_in(&mut self, view: ViewId, done: impl Done) {
        self.act(Some(view), done);
    }

    pub(super) fn type_at(&mut self, view: ViewId, offset: u64, byte: u8) {
        if let Some(doc) = self.app.doc_of(view).map(|doc| doc.id) {
            self.homes.insert(view, self.workers[&doc].inode);
        }
        self.act_in(
            view,
            V::Point {
                offset,
                extend: false,
                column: Column::Hex,
            },
        );
        self.act_in(view, E::HexDigit(byte >> 4));
        self.act_in(view, E::HexDigit(byte & 15));
    }

    pub(super) fn view(&self, view: ViewId) -> Option<&View> {
        self.app.doc_of(view)?.view_by(view)
    }

    pub(super) fn views(&self) -> Vec<ViewId> {
        let views = self.app.docs.iter().flat_map(|doc| &doc.views);
        views.map(|view| view.id).collect()
    }

    /// The workers that were ever there, closed ones among them.
    pub(super) fn workers(&self) -> Vec<DocId> {
        self.workers.keys().copied().collect()
    }

    /// The file that a view is of in which something was typed, also after it is closed.
    pub(super) fn home(&self, view: ViewId) -> u64 {
        self.homes[&view]
    }

    /// The bytes that the view's mapping shows.
    pub(super) fn shown(&self, view: &View) -> Vec<u8> {
        let owner = self.workers.iter().find_map(|(_, worker)| {
            let map = worker.maps.iter().find(|map| map.id == view.mapping)?;
            Some((worker, map))
        });
        let (worker, map) = owner.unwrap();
        let mut bytes = self.disk[&worker.inode].clone();
        for (at, byte) in &map.copies {
            bytes[*at] = *byte;
        }
        bytes
    }

    fn note(&mut self, effects: &[Effect], asker: Option<ViewId>) {
        for effect in effects {
            match effect {
                Effect::Open(doc, mapping, request) => {
                    self.opening.push((*doc, *mapping, request.clone()));
                }
                Effect::Close(doc) => {
                    if let Some(worker) = self.workers.get_mut(doc) {
                        worker.is_closed = true;
                    }
                }
                Effect::File(order) if !is_quiet(&order.request) => self.send(order, asker),
                Effect::CancelJob(doc, number) => self.finish(*doc, Some(*number)),
                Effect::Quit => self.quits += 1,
                _ => {}
            }
        }
    }

    fn send(&mut self, order: &FileOrder, asker: Option<ViewId>) {
        let through = self.app.doc_by(order.target.doc).and_then(|doc| {
            let view = doc
                .views
                .iter()
                .find(|view| view.mapping == order.target.mapping);
            view.map(|view| view.id)
        });
        let is_undo = matches!(&order.request, FileRequest::Store(batch)
            if matches!(batch.purpose, Purpose::Undo(_) | Purpose::Redo(_)));
        // an undo may go through another view's mapping; everything else goes through one's own
        if let Some(view) = if is_undo { asker.or(through) } else { through } {
            self.asker.insert(order.number, view);
        }
        let worker = self.workers.get_mut(&order.target.doc).unwrap();
        if worker.queue.len() >= self.room {
            worker.said.push_back(refusal(order, Refusal::QueueFull));
        } else {
            worker.queue.push_back(order.clone());
        }
    }

    /// The worker of `doc` carries out its next order. `false` where there is none.
    pub(super) fn carry_out(&mut self, doc: DocId) -> bool {
        let Some(worker) = self.workers.get_mut(&doc) else {
            return false;
        };
        let Some(order) = worker.queue.pop_front() else {
            return false;
        };
        let (target, any) = (order.target, order.request.is_for_any_generation());
        let is_meant =
            |map: &Map| map.id == target.mapping && (any || map.generation == target.generation);
        let at = worker.maps.iter().position(is_meant);
        let Some(at) = at.filter(|_| !worker.is_closed) else {
            worker.said.push_back(refusal(&order, Refusal::Gone));
            return true;
        };
        if matches!(order.request, FileRequest::Export { .. }) {
            worker.jobs.push(order);
            return true;
        }
        let (mapping, news) = self.done(doc, at, &order);
        let worker = self.workers.get_mut(&doc).unwrap();
        let generation = worker.maps.iter().find(|map| map.id == mapping);
        worker.said.push_back(FileEvent {
            target: Target {
                doc,
                mapping,
                generation: generation.map_or(target.generation, |map| map.generation),
            },
            number: Some(order.number),
            news,
        });
        true
    }

    fn done(&mut self, doc: DocId, at: usize, order: &FileOrder) -> (MappingId, FileNews) {
        let inode = self.workers[&doc].inode;
        let before = self.disk[&inode].clone();
        let done = self.obey(doc, at, order);
        self.note_overwritten(inode, &before);
        done
    }

    fn obey(&mut self, doc: DocId, at: usize, order: &FileOrder) -> (MappingId, FileNews) {
        let asker = self.asker.get(&order.number).copied();
        let worker = self.workers.get_mut(&doc).unwrap();
        let bytes = self.disk.get_mut(&worker.inode).unwrap();
        let len = bytes.len() as u64;
        let map = &mut worker.maps[at];
        let id = map.id;
        let news = match &order.request {
            FileRequest::Store(batch) => {
                let news = store(map, bytes, batch);
                self.note_stored(asker, &news);
                news
            }
            FileRequest::WriteBack(runs) => {
                let wrote = write_back(bytes, runs);
                let file = &*bytes;
                // a private copy of the page shows what was saved, too
                for span in &wrote.written {
                    let saved = map.copies.iter_mut();
                    for (at, byte) in saved.filter(|(at, _)| span.contains(**at as u64)) {
                        *byte = file[*at];
                    }
                }
                self.newest
                    .retain(|(view, at), value| Some(*view) != asker || file[*at] != *value);
                FileNews::WroteBack(wrote)
            }
            FileRequest::Remap { mode, access, .. } => {
                self.dropping.retain(|view| Some(*view) != asker);
                map.copies.clear();
                map.generation = map.generation.next();
                (map.mode, map.access) = (*mode, *access);
                FileNews::Remapped(mapped(*mode, *access, len))
            }
            FileRequest::AddView {
                mapping,
                mode,
                access,
            } => {
                worker.maps.push(Map {
                    id: *mapping,
                    generation: Generation::FIRST,
                    mode: *mode,
                    access: *access,
                    copies: BTreeMap::new(),
                });
                return (*mapping, FileNews::Remapped(mapped(*mode, *access, len)));
            }
            FileRequest::DropView => {
                worker.maps.remove(at);
                return (id, FileNews::Dropped);
            }
            FileRequest::Discard(_) if map.mode == Mode::Shared => {
                FileNews::Discarded(Err(mapscope::model::event::DiscardError::Shared))
            }
            FileRequest::Discard(span) => {
                map.copies.retain(|at, _| !span.contains(*at as u64));
                FileNews::Discarded(Ok((*span, Some(1))))
            }
            FileRequest::GiveBack(spans) => {
                let inside = |at: usize| spans.iter().any(|span| span.contains(at as u64));
                map.copies.retain(|at, _| !inside(*at));
                FileNews::GaveBack
            }
            FileRequest::Flush => FileNews::Flushed(Ok(match map.mode {
                Mode::Private => Flushed::Private,
                Mode::Shared => Flushed::Written(span(0, len)),
            })),
            FileRequest::Peek(span) => FileNews::Peeked(readout(*span, b'?')),
            other => panic!("{other:?}"),
        };
        (id, news)
    }

    /// A truncation takes the private copies of a view.
    pub(super) fn lose(&mut self, view: ViewId) {
        let Some(doc) = self.app.doc_of(view).map(|doc| doc.id) else {
            return;
        };
        let mapping = self.view(view).unwrap().mapping;
        let worker = self.workers.get_mut(&doc).unwrap();
        let len = self.disk[&worker.inode].len() as u64;
        let map = worker
            .maps
            .iter_mut()
            .find(|map| map.id == mapping)
            .unwrap();
        if std::mem::take(&mut map.copies).is_empty() {
            return;
        }
        worker.said.push_back(FileEvent {
            target: Target {
                doc,
                mapping,
                generation: map.generation,
            },
            number: None,
            news: FileNews::CopiesLost(vec![span(0, len)]),
        });
    }

    /// The first job of `doc` ends, or the one of this number is stopped.
    pub(super) fn finish(&mut self, doc: DocId, cancel: Option<OrderId>) {
        let Some(worker) = self.workers.get_mut(&doc) else {
            return;
        };
        let queued = worker
            .queue
            .iter()
            .position(|order| cancel == Some(order.number));
        let order = if let Some(at) = queued {
            worker.queue.remove(at)
        } else {
            let wanted = |order: &FileOrder| cancel.is_none_or(|number| number == order.number);
            let at = worker.jobs.iter().position(wanted);
            at.map(|at| worker.jobs.remove(at))
        };
        let Some(order) = order else {
            return;
        };
        let FileRequest::Export {
            destination, what, ..
        } = &order.request
        else {
            unreachable!()
        };
        let outcome = if cancel.is_some() || worker.is_closed {
            ExportOutcome::Cancelled
        } else {
            if let Export::Text(text) = what {
                self.exports.push((worker.inode, listed(text)));
            }
            ExportOutcome::Done {
                destination: destination.clone(),
                bytes: 1,
                is_view: *what == Export::View,
            }
        };
        worker.said.push_back(FileEvent {
            target: order.target,
            number: Some(order.number),
            news: FileNews::Exported(outcome),
        });
    }

    /// The model hears what the worker of `doc` said first. `false` where there is nothing.
    pub(super) fn hear(&mut self, doc: DocId) -> bool {
        let said = self
            .workers
            .get_mut(&doc)
            .and_then(|worker| worker.said.pop_front());
        let Some(event) = said else {
            return false;
        };
        self.tell(event);
        true
    }

    /// All is carried out and heard.
    pub(super) fn settle(&mut self) {
        loop {
            let mut is_done = true;
            for doc in self.workers() {
                while self.carry_out(doc) {
                    is_done = false;
                }
                while !self.workers[&doc].jobs.is_empty() {
                    self.finish(doc, None);
                    is_done = false;
                }
                while self.hear(doc) {
                    is_done = false;
                }
            }
            if is_done {
                return;
            }
        }
    }

    /// The questions that stand: of the program, and of files.
    pub(super) fn questions(&self) -> (bool, Vec<ViewId>) {
        let asks = |doc: &&Doc| doc.notices.get(Topic::Unsaved).is_some();
        let docs = self.app.docs.iter().filter(asks);
        (
            self.app.notices.get(Topic::Unsaved).is_some(),
            docs.map(|doc| doc.view().id).collect(),
        )
    }

    /// Answers every question that stands. `false` where there is none.
    pub(super) fn answer(&mut self, choice: UnsavedChoice) -> bool {
        let (of_all, views) = self.questions();
        if choice == UnsavedChoice::Drop {
            let dropped: Vec<ViewId> = if of_all {
                self.views()
            } else {
                let docs = views.iter().filter_map(|view| self.app.doc_of(*view));
                docs.flat_map(|doc| doc.views.iter().map(|view| view.id))
                    .collect()
            };
            self.newest.retain(|(view, _), _| !dropped.contains(view));
            self.dropping.extend(dropped);
        }
        if of_all {
            self.act(None, AppAction::Unsaved(choice));
        }
        for view in &views {
            self.act_in(*view, D::Unsaved(choice));
        }
        of_all || !views.is_empty()
    }
}

fn refusal(order: &FileOrder, why: Refusal) -> FileEvent {
    FileEvent {
        target: order.target,
        number: Some(order.number),
        news: FileNews::Refused(Box::new(order.request.clone()), why),
    }
}
