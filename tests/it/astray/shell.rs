//! A shell with no window: it carries out what the model asks for with real workers and processes, and holds orders and
//! events back as long as the test likes. Each sender's own order stays.

use std::collections::hash_map::DefaultHasher;
use std::fmt::{self, Write};
use std::hash::Hasher as _;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use mapscope::map::Readout;
use mapscope::model::{App, Effect, FileOrder, FileRequest, Settings};
use mapscope::work::file::FileWorker;
use mapscope::work::peers::PeerPool;

use super::*;

/// Numbers of orders that the test gives itself, far above those of the model.
const OWN_NUMBERS: u64 = 1 << 40;

/// Who reports: the worker of a file, or the pool.
type Source = Option<DocId>;

pub(super) struct Shell {
    pub(super) app: App,
    pub(super) oracle: Oracle,
    workers: BTreeMap<DocId, FileWorker>,
    pool: Option<PeerPool>,
    /// Orders that are not handed over yet.
    held: BTreeMap<DocId, VecDeque<FileOrder>>,
    held_peers: VecDeque<PeerOrder>,
    sender: Sender<(Source, Event)>,
    events: Receiver<(Source, Event)>,
    /// What was reported and the model has not heard.
    unheard: BTreeMap<Source, VecDeque<Event>>,
    peeked: BTreeMap<OrderId, Option<Readout>>,
    own: u64,
    pub(super) quits: u64,
    /// Why each mapping that grew did; and lengths that views have.
    pub(super) grown: BTreeMap<DocId, u64>,
}

/// What is printed becomes a number.
struct Printed(DefaultHasher);

impl Write for Printed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

impl Shell {
    pub(super) fn new(oracle: Oracle, panel_shown: bool) -> Self {
        let (sender, events) = channel();
        let report = sender.clone();
        let pool = PeerPool::spawn(program(), move |event| {
            let _ = report.send((None, Event::Peer(event)));
        });
        let mut settings = Settings::default();
        settings.panel_shown = panel_shown;
        Self {
            app: App::new(settings),
            oracle,
            workers: BTreeMap::new(),
            pool: Some(pool.unwrap()),
            held: BTreeMap::new(),
            held_peers: VecDeque::new(),
            sender,
            events,
            unheard: BTreeMap::new(),
            peeked: BTreeMap::new(),
            own: OWN_NUMBERS,
            quits: 0,
            grown: BTreeMap::new(),
        }
    }

    /// What each file comes to, as a number, but for those that are left out.
    fn states(&self, but: &[Option<DocId>]) -> BTreeMap<DocId, u64> {
        let others = self
            .app
            .docs
            .iter()
            .filter(|doc| !but.contains(&Some(doc.id)));
        let state = |doc: &Doc| {
            let mut printed = Printed(DefaultHasher::new());
            write!(printed, "{doc:?}").unwrap();
            printed.0.finish()
        };
        others.map(|doc| (doc.id, state(doc))).collect()
    }

    pub(super) fn focus(&self) -> Option<DocId> {
        self.app.doc().map(|doc| doc.id)
    }

    /// Has the person do something in a view. What is for one file changes no other.
    pub(super) fn act(&mut self, view: Option<ViewId>, action: Action) -> Vec<Effect> {
        let of_one = !matches!(action, Action::App(_) | Action::File(_));
        let own = view
            .and_then(|view| self.app.doc_of(view))
            .map(|doc| doc.id);
        let focus = self.focus();
        let before = if of_one {
            self.states(&[own, focus])
        } else {
            BTreeMap::new()
        };
        let what = format!("{action:?}");
        self.oracle.tell(|| format!("person in {view:?}: {what}"));
        let effects = self.app.apply(Intent { view, action });
        self.unchanged(&before, &what);
        self.run(effects.clone());
        effects
    }

    /// Files that are open as before are as before, but for the one that came forward.
    fn unchanged(&self, before: &BTreeMap<DocId, u64>, what: &str) {
        let now = self.states(&[]);
        for (doc, state) in before {
            let is_other = self.focus() != Some(*doc) && now.contains_key(doc);
            assert!(!is_other || now[doc] == *state, "{what} changed {doc:?}");
        }
    }

    fn run(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Open(doc, mapping, request) => {
                    let report = self.sender.clone();
                    let report = Arc::new(move |event| {
                        let _ = report.send((Some(doc), event));
                    });
                    let program = program().to_owned();
                    let worker = FileWorker::open(doc, mapping, request, program, report);
                    self.workers.insert(doc, worker.unwrap());
                    self.oracle.opens(doc, mapping);
                }
                Effect::Close(doc) => self.close(doc),
                Effect::File(order) => self.hold(order),
                Effect::CancelJob(doc, number) => {
                    if let Some(worker) = self.workers.get(&doc) {
                        worker.cancel(number);
                    }
                }
                Effect::Peers(order) => {
                    self.oracle.orders_peer(&order);
                    self.held_peers.push_back(order);
                }
                Effect::Quit => self.quits += 1,
                _ => {}
            }
        }
    }

    /// The latest look of a view is the one that counts.
    fn hold(&mut self, order: FileOrder) {
        self.oracle.orders_file(&order);
        let held = self.held.entry(order.target.doc).or_default();
        if matches!(order.request, FileRequest::Look(_)) {
            held.retain(|known| {
                known.target.mapping != order.target.mapping
                    || !matches!(known.request, FileRequest::Look(_))
            });
        }
        held.push_back(order);
    }

    fn close(&mut self, doc: DocId) {
        self.release(doc, usize::MAX);
        self.oracle.closes(doc);
        if let Some(worker) = self.workers.remove(&doc) {
            worker.close();
            drop(worker);
        }
        self.held_peers.push_back(PeerOrder::Close { doc });
    }

    /// Hands over so many orders of a file. One that is not taken is answered here, as the program's shell does.
    pub(super) fn release(&mut self, doc: DocId, most: usize) {
        for _ in 0..most {
            let Some(order) = self.held.get_mut(&doc).and_then(VecDeque::pop_front) else {
                return;
            };
            let refused = match self.workers.get(&doc) {
                Some(worker) => worker.send(order).err().map(|it| (it, Refusal::QueueFull)),
                None => Some((order, Refusal::Gone)),
            };
            if let Some((order, why)) = refused {
                let event = Event::File(FileEvent {
                    target: order.target,
                    number: Some(order.number),
                    news: FileNews::Refused(Box::new(order.request), why),
                });
                self.oracle.hears(&event);
                self.deliver(event);
            }
        }
    }

    pub(super) fn release_peers(&mut self, most: usize) {
        for _ in 0..most {
            let Some(order) = self.held_peers.pop_front() else {
                return;
            };
            if let Err(order) = self.pool.as_ref().unwrap().order(order) {
                let event = Event::Peer(
                    order
                        .refused(Refusal::QueueFull)
                        .expect("always finds room"),
                );
                self.oracle.hears(&event);
                self.deliver(event);
            }
        }
    }

    pub(super) fn release_all(&mut self) {
        let docs: Vec<DocId> = self.held.keys().copied().collect();
        for doc in docs {
            self.release(doc, usize::MAX);
        }
        self.release_peers(usize::MAX);
    }

    /// Takes what was reported, but does not tell the model yet; waits so long for something.
    pub(super) fn receive(&mut self, wait: Duration) {
        let first = self.events.recv_timeout(wait).ok();
        let rest: Vec<_> = self.events.try_iter().collect();
        for (source, event) in first.into_iter().chain(rest) {
            if let Event::File(FileEvent {
                number: Some(number),
                news,
                ..
            }) = &event
                && number.0 > OWN_NUMBERS
            {
                let readout = match news {
                    FileNews::Peeked(readout) => Some(readout.clone()),
                    _ => None,
                };
                self.peeked.insert(*number, readout);
                continue;
            }
            self.oracle.hears(&event);
            self.unheard.entry(source).or_default().push_back(event);
        }
    }

    pub(super) fn has_unheard(&self) -> bool {
        self.unheard.values().any(|queue| !queue.is_empty())
    }

    /// The model hears the next event of some sender.
    pub(super) fn hear_one(&mut self, draw: &mut Draw) -> bool {
        let full = self.unheard.iter().filter(|it| !it.1.is_empty());
        let sources: Vec<Source> = full.map(|it| *it.0).collect();
        let Some(source) = draw.one_of(&sources) else {
            return false;
        };
        let event = self.unheard.get_mut(&source).and_then(VecDeque::pop_front);
        self.deliver(event.unwrap());
        true
    }

    fn deliver(&mut self, event: Event) {
        let doc = doc_of(&event);
        let focus = self.focus();
        self.oracle.is_delivered(&event, focus);
        let before = self.states(&[doc, focus]);
        let what = format!("{event:?}");
        self.oracle.tell(|| format!("    heard {what}"));
        let tell = match &event {
            Event::Opened(doc, _) => Some(*doc),
            Event::File(FileEvent { target, news, .. }) => match news {
                FileNews::Grown(extent) => {
                    self.grown.insert(target.doc, extent.end());
                    Some(target.doc)
                }
                FileNews::Remapped(_) => Some(target.doc),
                _ => None,
            },
            _ => None,
        };
        let check = event.clone();
        let effects = self.app.take(event);
        self.unchanged(&before, &what);
        Oracle::check_told(&check, &self.app);
        let file = tell.and_then(|doc| self.workers.get(&doc)?.peer_file());
        if let (Some(doc), Some(file)) = (tell, file) {
            self.held_peers.push_back(PeerOrder::File { doc, file });
        }
        self.run(effects);
    }

    /// What a view reads there, asked of its worker directly.
    pub(super) fn peek(&mut self, target: Target, span: Span) -> Option<Readout> {
        self.own += 1;
        let number = OrderId(self.own);
        let order = FileOrder {
            number,
            target,
            request: FileRequest::Peek(span),
        };
        let begin = Instant::now();
        let mut order = Some(order);
        loop {
            assert!(begin.elapsed() < LONG, "{target} does not answer");
            if let Some(it) = order.take() {
                order = self.workers.get(&target.doc)?.send(it).err();
            }
            self.receive(Duration::from_millis(5));
            if let Some(readout) = self.peeked.remove(&number) {
                return readout;
            }
        }
    }

    /// The pool is asked what the processes of a file read there.
    pub(super) fn watch(&mut self, doc: DocId, span: Span) {
        let span = Some(span);
        let order = PeerOrder::Watch { doc, span };
        self.pool.as_ref().unwrap().order(order).unwrap();
    }

    /// Everything ends; what was not answered is.
    pub(super) fn end(mut self) -> Oracle {
        self.workers.clear();
        drop(self.pool.take());
        let begin = Instant::now();
        while let Some(what) = self.oracle.unanswered() {
            assert!(begin.elapsed() < LONG, "unanswered at the end: {what}");
            self.receive(Duration::from_millis(20));
        }
        self.oracle
    }
}

fn doc_of(event: &Event) -> Option<DocId> {
    match event {
        Event::Opened(doc, _) | Event::OpenFailed(doc, _) | Event::Waiting(doc, _) => Some(*doc),
        Event::File(event) => Some(event.target.doc),
        Event::Peer(event) => Some(event.target.doc),
        _ => None,
    }
}
