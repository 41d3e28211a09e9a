//! The shell's workers, one for each open file, and the looks at the visible bytes that are under way.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::effect::{FileOrder, FileRequest, OpenRequest};
use crate::model::event::{Event, FileEvent, FileNews};
use crate::model::identity::{DocId, MappingId, OrderId};
use crate::model::process::{PeerNews, PeerOrder, Refusal};
use crate::model::{App, Effect};
use crate::work::file::FileWorker;
use crate::work::peers::PeerPool;

use super::Shell;

/// The one look at a view's bytes that is under way, and the one wanted after it.
#[derive(Debug, Default)]
struct Looking {
    under_way: bool,
    next: Option<FileOrder>,
}

/// What a worker is at.
#[derive(Debug)]
pub(super) struct Busy {
    pub(super) doc: DocId,
    /// How long it has been at its order; zero while idle.
    pub(super) time: Duration,
    /// Its jobs that run, each with how long its storage has not answered.
    pub(super) jobs: Vec<(OrderId, Duration)>,
}

/// The workers of open files and of those that are being opened.
#[derive(Debug, Default)]
pub(super) struct Files {
    workers: BTreeMap<DocId, FileWorker>,
    looks: BTreeMap<MappingId, Looking>,
}

impl Files {
    /// Stops a job.
    pub(super) fn cancel(&self, doc: DocId, number: OrderId) {
        if let Some(worker) = self.workers.get(&doc) {
            worker.cancel(number);
        }
    }

    /// What each worker is at, and for how long.
    pub(super) fn waiting(&self) -> Vec<Busy> {
        self.workers
            .iter()
            .map(|(doc, worker)| Busy {
                doc: *doc,
                time: worker.busy_for(),
                jobs: worker.jobs(),
            })
            .collect()
    }

    /// The bytes of this view are on their way.
    pub(super) fn looks(&self, mapping: MappingId) -> bool {
        self.looks.get(&mapping).is_some_and(|look| look.under_way)
    }

    /// What an event tells of looks: one that was answered is over.
    pub(super) fn note(&mut self, event: &Event) {
        if let Event::File(FileEvent { target, news, .. }) = event {
            if matches!(news, FileNews::Dropped) {
                self.looks.remove(&target.mapping);
            }
            let over = match news {
                FileNews::Looked(_) => true,
                FileNews::Refused(request, _) => matches!(**request, FileRequest::Look(_)),
                _ => false,
            };
            if over && let Some(look) = self.looks.get_mut(&target.mapping) {
                look.under_way = false;
            }
        }
    }

    /// The file whose processes must hear how it is mapped now.
    pub(super) fn wants_peers_told(event: &Event) -> Option<DocId> {
        match event {
            Event::Opened(doc, _) => Some(*doc),
            Event::File(FileEvent {
                target,
                // also where it was not mapped anew: writing to it may have been allowed meanwhile
                news:
                    FileNews::Remapped(_)
                    | FileNews::RemapFailed(_)
                    | FileNews::Grown(_)
                    | FileNews::Dropped,
                ..
            }) => Some(target.doc),
            _ => None,
        }
    }

    /// The workers learn which processes are this program's own.
    pub(super) fn tell_own(&self, model: &App) {
        for (id, worker) in &self.workers {
            if let Some(doc) = model.doc_by(*id) {
                worker.tell_own(doc.processes.pids());
            }
        }
    }

    /// All workers.
    fn take_all(&mut self) -> Vec<FileWorker> {
        std::mem::take(&mut self.workers).into_values().collect()
    }
}

impl Shell {
    pub(super) fn open(&mut self, doc: DocId, mapping: MappingId, request: OpenRequest) {
        let (program, report) = (self.program.clone(), self.report());
        match FileWorker::open_with(doc, mapping, request, program, &self.logbook, report) {
            Ok(worker) => {
                self.files.workers.insert(doc, worker);
            }
            Err(error) => {
                let message = format!("No thread can be started to open the file with: {error}");
                let failed = Event::OpenFailed(doc, message);
                let _ = self.sender.send((super::moment(self.began), failed));
            }
        }
    }

    /// The file is closed: its worker goes without being waited for, as its storage may hang, and its processes end.
    pub(super) fn close(&mut self, doc: DocId) {
        if let Some(worker) = self.files.workers.remove(&doc) {
            worker.decided(); // what becomes of edits was asked before
            self.farewell.leave(worker);
        }
        if let Some(peers) = &self.peers {
            let _ = peers.order(PeerOrder::Close { doc });
        }
    }

    /// Hands an order to a file's worker. One that is not taken is answered here.
    pub(super) fn ask(&mut self, ctx: &egui::Context, order: FileOrder) {
        let mapping = order.target.mapping;
        let is_look = matches!(order.request, FileRequest::Look(_));
        if is_look {
            let look = self.files.looks.entry(mapping).or_default();
            if look.under_way {
                look.next = Some(order); // the latest wish counts
                return;
            }
            look.under_way = matches!(order.request, FileRequest::Look(Some(_)));
        } else {
            ctx.request_repaint_after(super::PATIENCE); // should it not be answered, that is said
        }
        let refused = match self.files.workers.get(&order.target.doc) {
            Some(worker) => worker
                .send(order)
                .err()
                .map(|order| (order, Refusal::QueueFull)),
            None => Some((order, Refusal::Gone)),
        };
        if let Some((order, why)) = refused {
            if is_look && let Some(look) = self.files.looks.get_mut(&mapping) {
                look.under_way = false;
            }
            let FileOrder {
                number,
                target,
                request,
            } = order;
            let event = Event::File(FileEvent {
                target,
                number: Some(number),
                news: FileNews::Refused(Box::new(request), why),
            });
            self.model.tick(super::moment(self.began));
            let effects = self.model.take(event);
            self.run(ctx, effects);
        }
    }

    /// Sends the looks that waited for one that is over.
    pub(super) fn look_next(&mut self, ctx: &egui::Context) {
        let next: Vec<FileOrder> = self
            .files
            .looks
            .values_mut()
            .filter(|look| !look.under_way)
            .filter_map(|look| look.next.take())
            .collect();
        for order in next {
            self.ask(ctx, order);
        }
    }

    /// Hands an order to the pool of processes, which is started when it is first needed. One that is not taken is
    /// answered here.
    pub(super) fn order_peers(&mut self, ctx: &egui::Context, order: PeerOrder) {
        if self.frames == 0 {
            self.later.push(Effect::Peers(order)); // processes would compete with the first frame
            ctx.request_repaint();
            return;
        }
        if self.peers.is_none() {
            let report = self.report();
            match PeerPool::spawn(&self.program, move |event| {
                // nothing shows that a process mapped the new bytes too: it is worth no frame
                if !matches!(event.news, PeerNews::Grown { .. }) {
                    report(Event::Peer(event));
                }
            }) {
                Ok(pool) => self.peers = Some(pool),
                Err(error) => {
                    self.refuse_peers(ctx, order, &format!("no thread for it: {error}"));
                    return;
                }
            }
            let docs: Vec<DocId> = self.files.workers.keys().copied().collect();
            for doc in docs {
                self.tell_peers_of(doc);
            }
        }
        let refused = self
            .peers
            .as_ref()
            .and_then(|peers| peers.order(order).err());
        if let Some(order) = refused {
            self.refuse_peers(ctx, order, "");
        }
    }

    /// The pool learns what its processes of this file map from now on.
    pub(super) fn tell_peers_of(&mut self, doc: DocId) {
        let worker = self.files.workers.get(&doc);
        let known = worker.and_then(|worker| Some((worker.peer_file()?, worker.store_log())));
        if let (Some(peers), Some((file, log))) = (&self.peers, known) {
            peers.keep(doc, log);
            let _ = peers.order(PeerOrder::File { doc, file });
        }
    }

    /// An order that the pool did not take is answered as refused.
    fn refuse_peers(&mut self, ctx: &egui::Context, order: PeerOrder, message: &str) {
        let why = if message.is_empty() {
            Refusal::QueueFull
        } else {
            Refusal::Failed(crate::model::process::Failure {
                message: message.to_owned(),
                errno: None,
            })
        };
        let Some(event) = order.refused(why) else {
            return; // these always find room while the pool runs
        };
        self.model.tick(super::moment(self.began));
        let effects = self.model.take(Event::Peer(event));
        self.run(ctx, effects);
    }
}

impl Drop for Shell {
    /// The window goes at once; what its workers, processes and dialog wait for does not hold it.
    fn drop(&mut self) {
        for worker in self.files.take_all() {
            self.farewell.leave(worker);
        }
        // each by itself: one that is slow to go holds none of the others
        self.farewell.see_off(self.peers.take());
        self.farewell.see_off(self.picker.take());
        self.farewell.see_off(self.lab.take());
        self.farewell.see_off(self.answers.take());
        self.farewell.see_off(self.completion.take());
    }
}
