//! What must be true of files, views and processes, told from the test's own log of orders and from what was answered.
//! It shares no code with the program: the files and the processes' memory are read elsewhere and compared with this.

mod processes;
mod told;
mod truth;

use mapscope::model::effect::Purpose;
use mapscope::model::event::{StoreOutcome, WroteBack};
use mapscope::model::process::{Death, EndHow, MappedFacts, ProcessEnd, ProcessKind};
use mapscope::model::{App, FileOrder, FileRequest, Mode, WitnessId};

use super::*;
use crate::random::counts;
use truth::{Meant, Truth};

counts! {
    orders stored late refused full switches written_back lost checked private_checked faulted facts_told
}

#[derive(Clone, Debug)]
struct Known {
    target: Target,
    what: What,
    n_answers: u32,
}

#[derive(Clone, Debug)]
enum What {
    /// Nothing is answered, or it does not matter.
    Quiet,
    File(FileRequest),
    Peer {
        offset: u64,
        bytes: Vec<u8>,
        is_anyway: bool,
    },
    Signal,
}

/// A process.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) kind: ProcessKind,
    parent: Option<Target>,
    is_answered: bool,
    pub(super) pid: Option<u32>,
    pub(super) is_over: bool,
    /// What it stored privately, with the number of the order.
    pub(super) own: BTreeMap<u64, (u8, u64)>,
    pub(super) lost: Vec<Span>,
    /// How often it was asked what it has mapped, and has not answered.
    n_asked: u32,
    /// It said that it dies of a store.
    death: Option<Death>,
}

#[derive(Debug)]
pub(super) struct Oracle {
    pub(super) counts: Counts,
    pub(super) files: Vec<Truth>,
    paths: Vec<PathBuf>,
    pub(super) docs: BTreeMap<DocId, usize>,
    modes: BTreeMap<Target, Mode>,
    first: BTreeMap<DocId, MappingId>,
    orders: BTreeMap<OrderId, Known>,
    /// What views hold privately: the byte and its place.
    pub(super) private: BTreeMap<(DocId, MappingId, u64), (u8, u64)>,
    pub(super) peers: BTreeMap<Target, Peer>,
    /// Bytes that stand in a list of edits that was saved, of each file.
    exported: BTreeMap<DocId, BTreeSet<(u64, u8)>>,
    /// What happened is kept, and printed where the sequence fails.
    is_told: bool,
    told: std::cell::RefCell<Vec<String>>,
    /// When a file was closed, what its views held and was not accounted for.
    pub(super) unaccounted: Vec<(usize, u64, u8)>,
}

impl Oracle {
    pub(super) fn new(files: &[(PathBuf, u8, u64)]) -> Self {
        Self {
            counts: Counts::default(),
            files: files.iter().map(|it| Truth::new(it.1, it.2)).collect(),
            paths: files.iter().map(|it| it.0.clone()).collect(),
            docs: BTreeMap::new(),
            modes: BTreeMap::new(),
            first: BTreeMap::new(),
            orders: BTreeMap::new(),
            private: BTreeMap::new(),
            peers: BTreeMap::new(),
            exported: BTreeMap::new(),
            is_told: std::env::var_os("MAPSCOPE_ASTRAY_TELL").is_some(),
            told: std::cell::RefCell::default(),
            unaccounted: Vec::new(),
        }
    }

    /// Keeps what happens, where a sequence is looked into.
    pub(super) fn tell(&self, what: impl FnOnce() -> String) {
        if self.is_told {
            let what = what();
            let short = what.get(..400).unwrap_or(&what).to_owned();
            self.told.borrow_mut().push(short);
        }
    }

    /// The person wants these bytes there, in this file.
    pub(super) fn means(&mut self, file: usize, offset: u64, bytes: &[u8], place: u64) {
        for (at, byte) in (offset..).zip(bytes.iter().copied()) {
            let meant = Meant { byte, place };
            self.files[file].meant.entry(at).or_default().push(meant);
        }
    }

    pub(super) fn opens(&mut self, doc: DocId, mapping: MappingId) {
        self.first.insert(doc, mapping);
    }

    /// What was stored privately and is in no list of edits that was saved must be in the file, or dropped by the person.
    pub(super) fn closes(&mut self, doc: DocId) {
        let Some(file) = self.docs.get(&doc).copied() else {
            return;
        };
        let gone: Vec<_> = self
            .private
            .range(all_of(doc))
            .map(|it| (*it.0, *it.1))
            .collect();
        for ((_, mapping, offset), (byte, place)) in gone {
            self.private.remove(&(doc, mapping, offset));
            let truth = &self.files[file];
            let is_safe = place <= truth.may_drop
                || truth.may_hold(offset, byte)
                || self
                    .exported
                    .get(&doc)
                    .is_some_and(|it| it.contains(&(offset, byte)));
            if !is_safe {
                self.unaccounted.push((file, offset, byte));
            }
        }
    }

    pub(super) fn orders_file(&mut self, order: &FileOrder) {
        let (number, target) = (order.number, order.target);
        self.tell(|| format!("order {order:?}"));
        let what = match &order.request {
            FileRequest::Look(_) | FileRequest::Watch(_) | FileRequest::Facts(_) => What::Quiet,
            request => What::File(request.clone()),
        };
        if let Some(file) = self.docs.get(&target.doc).copied() {
            self.check_meant(file, &order.request);
        }
        let known = Known {
            target,
            what,
            n_answers: 0,
        };
        assert!(
            self.orders.insert(number, known).is_none(),
            "{number:?} is given twice"
        );
    }

    /// Nothing is ordered for a file that the person did not order for it.
    fn check_meant(&mut self, file: usize, request: &FileRequest) {
        let truth = &self.files[file];
        let place = |offset: u64, bytes: &[u8]| {
            for (at, byte) in (offset..).zip(bytes.iter().copied()) {
                let is_meant = truth.is_meant(at, byte).is_some() || truth.has_held(at, byte);
                assert!(
                    is_meant || (at >= truth.cut && byte == 0),
                    "{byte} at {at} of file {file}: {request:?}"
                );
            }
        };
        match request {
            FileRequest::Store(batch) => {
                self.counts.orders += 1;
                for store in &batch.stores {
                    place(store.offset, &store.bytes);
                }
            }
            FileRequest::WitnessStore { offset, bytes, .. } => {
                self.counts.orders += 1;
                place(*offset, bytes);
            }
            FileRequest::WriteBack(runs) => {
                for run in runs {
                    for (at, byte) in (run.offset..).zip(run.value.iter().copied()) {
                        let is_old = truth.has_held(at, byte) || byte == 0;
                        let asked = truth
                            .is_meant(at, byte)
                            .is_some_and(|it| it <= truth.may_write);
                        assert!(
                            asked || is_old,
                            "nobody asked to write {byte} at {at} of file {file}"
                        );
                    }
                }
            }
            _ => {}
        }
    }

    /// Orders that are not answered, looks left out.
    pub(super) fn n_outstanding(&self) -> usize {
        let is_open = |it: &&Known| it.n_answers == 0 && !matches!(it.what, What::Quiet);
        self.orders.values().filter(is_open).count()
    }

    pub(super) fn unanswered(&self) -> Option<String> {
        let is_open =
            |it: &(&OrderId, &Known)| it.1.n_answers == 0 && !matches!(it.1.what, What::Quiet);
        let order = self.orders.iter().find(is_open).map(|it| format!("{it:?}"));
        // a later generation rests until somebody looks
        let begins = |(target, peer): &(&Target, &Peer)| {
            (!peer.is_answered && target.generation == Generation::FIRST) || peer.n_asked > 0
        };
        order.or_else(|| self.peers.iter().find(begins).map(|it| format!("{it:?}")))
    }

    pub(super) fn hears(&mut self, event: &Event) {
        self.tell(|| format!("  event {event:?}"));
        match event {
            Event::Opened(doc, opened) => {
                if let Some(file) = self.paths.iter().position(|it| *it == opened.path) {
                    self.docs.insert(*doc, file);
                }
                let target = Target {
                    doc: *doc,
                    mapping: self.first[doc],
                    generation: Generation::FIRST,
                };
                self.modes.insert(target, opened.mapped.mode);
            }
            Event::File(event) => self.hears_file(event),
            Event::Peer(event) => self.hears_peer(event),
            _ => {}
        }
    }

    /// Counts an answer; it comes once, from whom the order was for.
    fn answered(&mut self, number: OrderId, target: Target, is_new: bool) -> What {
        let known = self.orders.get_mut(&number).unwrap();
        let what = format!("{number:?} {known:?}");
        known.n_answers += 1;
        assert_eq!(known.n_answers, 1, "{what} is answered twice");
        assert!(
            is_new || known.target == target,
            "{what} is answered by {target}"
        );
        assert_eq!(
            known.target.doc, target.doc,
            "{what} is answered by {target}"
        );
        known.what.clone()
    }

    fn hears_file(&mut self, event: &FileEvent) {
        let FileEvent {
            target,
            number,
            news,
        } = event;
        if let FileNews::Remapped(remapped) = news {
            self.modes.insert(*target, remapped.mode);
        }
        let Some(number) = number else { return };
        if matches!(news, FileNews::Progress { .. }) {
            return;
        }
        if matches!(
            self.orders.get(number),
            Some(Known {
                what: What::Quiet,
                ..
            })
        ) {
            return;
        }
        let is_new = matches!(news, FileNews::Remapped(_) | FileNews::RemapFailed(_));
        let What::File(request) = self.answered(*number, *target, is_new) else {
            panic!("{event:?} answers no order of a file");
        };
        let Some(file) = self.docs.get(&target.doc).copied() else {
            return;
        };
        match (news, request) {
            (FileNews::Refused(back, why), request) => {
                assert_eq!(**back, request, "what comes back");
                self.counts.refused += 1;
                self.counts.full += u64::from(*why == Refusal::QueueFull);
            }
            (
                FileNews::Stored {
                    purpose,
                    mode,
                    results,
                    ..
                },
                FileRequest::Store(_),
            ) => {
                assert_eq!(self.modes[target], *mode, "{target}");
                for result in results {
                    if let StoreOutcome::Stored(_) = result.outcome {
                        self.has_stored(
                            file,
                            *target,
                            *mode,
                            *purpose,
                            result.offset,
                            &result.bytes,
                        );
                    }
                }
            }
            (FileNews::WroteBack(wrote), FileRequest::WriteBack(runs)) => {
                self.wrote_back(file, wrote, &runs);
            }
            (
                FileNews::WitnessStored { outcome: Ok(_), .. },
                FileRequest::WitnessStore {
                    id, offset, bytes, ..
                },
            ) => {
                self.counts.stored += 1;
                if id == WitnessId::File || self.modes[target] == Mode::Private {
                    for (at, byte) in (offset..).zip(bytes) {
                        self.files[file].put(at, byte);
                    }
                }
            }
            (
                FileNews::Exported(mapscope::model::event::ExportOutcome::Done {
                    destination, ..
                }),
                _,
            ) => {
                self.has_exported(target.doc, &std::fs::read_to_string(destination).unwrap());
            }
            _ => {}
        }
    }

    fn has_stored(
        &mut self,
        file: usize,
        target: Target,
        mode: Mode,
        purpose: Purpose,
        offset: u64,
        bytes: &[u8],
    ) {
        self.counts.stored += 1;
        for (at, byte) in (offset..).zip(bytes.iter().copied()) {
            if mode == Mode::Shared {
                self.files[file].put(at, byte);
                continue;
            }
            let key = (target.doc, target.mapping, at);
            match (purpose, self.files[file].is_meant(at, byte)) {
                (Purpose::Undo(_), _) | (_, None) => self.private.remove(&key),
                (_, Some(place)) => self.private.insert(key, (byte, place)),
            };
        }
    }

    fn wrote_back(
        &mut self,
        file: usize,
        wrote: &WroteBack,
        runs: &[mapscope::model::journal::PendingRun],
    ) {
        for run in runs {
            for (at, byte) in (run.offset..).zip(run.value.iter().copied()) {
                if wrote.written.iter().any(|span| span.contains(at)) {
                    self.counts.written_back += 1;
                    self.files[file].put(at, byte);
                }
            }
        }
    }

    /// The second part of a list of edits: offset, base, value, in hexadecimal.
    fn has_exported(&mut self, doc: DocId, text: &str) {
        let (_, rest) = text.split_once("# not in the file").unwrap();
        let kept = self.exported.entry(doc).or_default();
        kept.clear();
        for line in rest.lines().skip(1) {
            let mut words = line.split('\t');
            let offset = words.next().unwrap().trim_start_matches("0x");
            let offset = u64::from_str_radix(offset, 16).unwrap();
            let values = words.nth(1).unwrap().split(' ');
            let values = values.map(|it| u8::from_str_radix(it, 16).unwrap());
            kept.extend((offset..).zip(values));
        }
    }

    /// An answer reaches the model: it is late where another file has come forward since.
    pub(super) fn is_delivered(&mut self, event: &Event, focus: Option<DocId>) {
        let (doc, answers) = match event {
            Event::File(event) => (event.target.doc, event.number.is_some()),
            Event::Peer(event) => (
                event.target.doc,
                matches!(
                    event.news,
                    PeerNews::Stored { .. } | PeerNews::Refused { .. }
                ),
            ),
            _ => return,
        };
        self.counts.late += u64::from(answers && focus != Some(doc));
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.told.borrow().iter().for_each(|it| eprintln!("{it}"));
        }
    }
}

pub(super) fn all_of(doc: DocId) -> std::ops::RangeInclusive<(DocId, MappingId, u64)> {
    (doc, MappingId(0), 0)..=(doc, MappingId(u64::MAX), u64::MAX)
}
