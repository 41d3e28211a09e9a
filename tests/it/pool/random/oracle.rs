//! What must be true of stores, processes and answers, told from the orders and events alone.

use super::*;
use crate::random::counts;

counts! {
    orders stored late given_back gone full not_answering ended unanswered failed forked restarted grown waited looks faulted not_tried told
}

/// What must have become of the byte of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    InFile,
    NotInFile,
    Perhaps,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Open,
    Stored,
    Refused,
    Unknown,
}

#[derive(Debug)]
struct Store {
    target: Target,
    offset: u64,
    byte: u8,
    /// Only a read-only mapping is to be stored into, and that ends the process.
    is_anyway: bool,
    outcome: Outcome,
}

#[derive(Debug)]
struct Process {
    kind: ProcessKind,
    /// Who forked it, and how many orders had been given by then.
    parent: Option<(Target, u64)>,
    is_answered: bool,
    pid: Option<u32>,
    has_ended: bool,
    /// How often it was asked what it has mapped, and has not said it.
    n_asked: u64,
    is_late: bool,
    /// What it read last where it is looked at now.
    read: Option<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Oracle {
    pub(super) counts: Counts,
    stores: BTreeMap<OrderId, Store>,
    signals: BTreeMap<OrderId, (Target, bool)>,
    processes: BTreeMap<Target, Process>,
    looked_at: BTreeMap<DocId, Span>,
    /// Those of which it was told that a store ended them.
    faulted: Vec<Target>,
}

impl Oracle {
    pub(super) fn stores(&mut self, number: OrderId, target: Target, offset: u64, byte: u8) {
        self.counts.orders += 1;
        let outcome = Outcome::Open;
        let store = Store {
            target,
            offset,
            byte,
            is_anyway: false,
            outcome,
        };
        self.stores.insert(number, store);
    }

    pub(super) fn stores_anyway(&mut self, number: OrderId, target: Target, offset: u64, byte: u8) {
        self.stores(number, target, offset, byte);
        self.stores.get_mut(&number).unwrap().is_anyway = true;
    }

    pub(super) fn asks_facts(&mut self, target: Target) {
        self.processes.get_mut(&target).unwrap().n_asked += 1;
    }

    pub(super) fn was_given_back(&mut self, number: OrderId) {
        self.stores.get_mut(&number).unwrap().outcome = Outcome::Refused;
    }

    pub(super) fn signals(&mut self, number: OrderId, target: Target) {
        self.signals.insert(number, (target, false));
    }

    pub(super) fn starts(&mut self, target: Target, kind: ProcessKind) {
        self.enter(target, kind, None);
    }

    pub(super) fn forks(&mut self, parent: Target, child: Target) {
        let kind = self.processes[&parent].kind;
        let last = self.stores.keys().last().map_or(0, |it| it.0);
        self.enter(child, kind, Some((parent, last)));
    }

    fn enter(&mut self, target: Target, kind: ProcessKind, parent: Option<(Target, u64)>) {
        let process = Process {
            kind,
            parent,
            is_answered: false,
            pid: None,
            has_ended: false,
            n_asked: 0,
            is_late: false,
            read: None,
        };
        self.processes.insert(target, process);
    }

    /// A person wants it to end: whether it has is told by events.
    pub(super) fn ends(&mut self, target: Target) {
        assert!(self.processes.contains_key(&target));
    }

    pub(super) fn closes(&mut self, doc: DocId) {
        self.looked_at.remove(&doc);
    }

    pub(super) fn n_orders(&self) -> usize {
        self.stores.len()
    }

    pub(super) fn n_living(&self, doc: DocId) -> usize {
        let living = |it: &(&Target, &Process)| it.0.doc == doc && !it.1.has_ended;
        self.processes.iter().filter(living).count()
    }

    /// Those that are not known to have ended, or all that ever were.
    pub(super) fn targets(&self, of_old: bool) -> Vec<Target> {
        let living = self.processes.iter().filter(|it| of_old || !it.1.has_ended);
        living.map(|it| *it.0).collect()
    }

    pub(super) fn pid(&self, target: Target) -> Option<u32> {
        let process = &self.processes[&target];
        process.pid.filter(|_| !process.has_ended)
    }

    pub(super) fn is_late(&self, target: Target) -> bool {
        self.processes[&target].is_late
    }

    /// What was reported; `letter` fills the file that it is of.
    pub(super) fn hear(&mut self, event: &PeerEvent, letter: u8) {
        let target = event.target;
        match &event.news {
            PeerNews::Stored {
                number,
                offset,
                bytes,
                old,
            } => {
                self.counts.stored += 1;
                let store = self.answered(*number, target, *offset, bytes, Outcome::Stored);
                assert!(!self.stores[number].is_anyway, "{store}");
                assert_ne!(self.processes[&target].kind, ProcessKind::ReadOnly);
                // Nobody else stores there.
                assert_eq!(*old, [letter], "{store}");
            }
            PeerNews::Refused {
                number,
                offset,
                bytes,
                why,
            } => self.refused(*number, target, *offset, bytes, why),
            PeerNews::Signalled { number, .. } | PeerNews::NotSignalled { number, .. } => {
                let (whom, is_answered) = self.signals.get_mut(number).unwrap();
                assert_eq!((*whom, *is_answered), (target, false), "{number:?}");
                *is_answered = true;
            }
            PeerNews::Reads { readout, .. } => self.reads(target, readout, letter),
            PeerNews::Runs { pid } => {
                let process = self.living(target);
                assert!(!process.is_answered, "{target} runs twice");
                process.is_answered = true;
                process.pid = Some(*pid);
                self.counts.forked += u64::from(self.processes[&target].parent.is_some());
            }
            PeerNews::NotStarted { .. } => {
                let process = self.living(target);
                assert!(!process.is_answered, "{target} is answered twice");
                (process.is_answered, process.has_ended) = (true, true);
            }
            PeerNews::Ended(end) => {
                let process = self.living(target);
                assert!(process.is_answered, "{target} never ran");
                process.has_ended = true;
                // Nobody ends by a store that another one made.
                let has_faulted = matches!(end.how, EndHow::Faulted(_));
                let (kind, parent) = (process.kind, process.parent);
                let is_told = self.faulted.contains(&target);
                assert_eq!(has_faulted, is_told, "{target}: {end:?}");
                if let Some(generation) = end.next {
                    self.counts.restarted += 1;
                    assert_eq!(parent, None);
                    let next = Target {
                        generation,
                        ..target
                    };
                    assert!(generation > target.generation);
                    self.enter(next, kind, None);
                    // It rests until somebody looks.
                    self.processes.get_mut(&next).unwrap().is_answered = false;
                }
            }
            PeerNews::Late { .. } => {
                self.counts.late += 1;
                self.living(target).is_late = true;
            }
            PeerNews::Answers => self.living(target).is_late = false,
            PeerNews::Grown { .. } => self.counts.grown += 1,
            PeerNews::EndLearned { .. } => assert!(self.processes[&target].has_ended),
            PeerNews::NotMapped { why } | PeerNews::NotGrown { why } => panic!("{target}: {why:?}"),
            PeerNews::Faulted {
                number,
                offset,
                bytes,
                ..
            } => {
                self.counts.faulted += 1;
                let store = self.answered(*number, target, *offset, bytes, Outcome::Refused);
                assert!(self.stores[number].is_anyway, "{store}");
                let process = self.living(target);
                assert_eq!(process.kind, ProcessKind::ReadOnly, "{store}");
                self.faulted.push(target);
            }
            PeerNews::Facts(facts) => {
                self.facts_told(target);
                self.counts.told += 1;
                let kind = self.processes[&target].kind;
                let is_so = match kind {
                    ProcessKind::Private => facts.is_writable,
                    ProcessKind::ReadOnly => !facts.is_writable,
                    // It is once it has stored.
                    ProcessKind::Shared => true,
                };
                assert!(is_so, "{target}, {kind:?}: {facts:?}");
            }
            PeerNews::NoFacts { .. } => self.facts_told(target),
            PeerNews::CopiesLost { spans } => panic!("{target} lost {spans:?}"),
        }
    }

    fn facts_told(&mut self, target: Target) {
        let process = self.processes.get_mut(&target).unwrap();
        assert!(process.n_asked > 0, "{target} was not asked that");
        process.n_asked -= 1;
    }

    fn living(&mut self, target: Target) -> &mut Process {
        let process = self.processes.get_mut(&target).unwrap();
        assert!(!process.has_ended, "{target} has ended");
        process
    }

    fn answered(
        &mut self,
        number: OrderId,
        target: Target,
        offset: u64,
        bytes: &[u8],
        outcome: Outcome,
    ) -> String {
        let store = self.stores.get_mut(&number).unwrap();
        let what = format!("{number:?}: {store:?}");
        assert_eq!(store.outcome, Outcome::Open, "{what}");
        let same = (store.target, store.offset, &[store.byte][..]) == (target, offset, bytes);
        assert!(same, "{what} is answered by {target} {offset} {bytes:?}");
        store.outcome = outcome;
        what
    }

    fn refused(
        &mut self,
        number: OrderId,
        target: Target,
        offset: u64,
        bytes: &[u8],
        why: &Refusal,
    ) {
        let outcome = match why {
            Refusal::Unanswered => Outcome::Unknown,
            _ => Outcome::Refused,
        };
        let what = self.answered(number, target, offset, bytes, outcome);
        let counts = &mut self.counts;
        counts.not_tried +=
            u64::from(self.stores[&number].is_anyway && matches!(why, Refusal::Failed(_)));
        let count = match why {
            Refusal::Gone => &mut counts.gone,
            Refusal::QueueFull => &mut counts.full,
            Refusal::NotAnswering => &mut counts.not_answering,
            Refusal::Ended => &mut counts.ended,
            Refusal::Unanswered => &mut counts.unanswered,
            Refusal::Failed(_) => &mut counts.failed,
            Refusal::NotRunning | Refusal::NotWhole { .. } | Refusal::Changed { .. } => {
                panic!("{what}: {why:?}")
            }
        };
        *count += 1;
    }

    /// What is read stands somewhere in the file, or was meant for it.
    fn reads(&mut self, target: Target, readout: &Readout, letter: u8) {
        let (span, read) = (readout.span, cells(readout));
        let process = self.living(target);
        if let ([Ok(byte)], Some(_)) = (read.as_slice(), process.pid) {
            process.read = Some(*byte);
        }
        if self.looked_at.get(&target.doc) != Some(&span) {
            self.processes.get_mut(&target).unwrap().read = None;
        }
        for (at, reading) in (span.start()..).zip(&read) {
            let Ok(byte) = reading else {
                panic!("{target} cannot read {at}: {reading:?}");
            };
            let mut meant = self.stores.values().filter(|it| it.offset == at);
            let is_meant = |it: &Store| it.target.doc == target.doc && it.byte == *byte;
            assert!(
                *byte == letter || meant.any(is_meant),
                "{target} reads {byte} at {at}"
            );
        }
    }

    /// Something that has no answer yet.
    pub(super) fn unanswered(&self) -> Option<String> {
        let store = self.stores.iter().find(|it| it.1.outcome == Outcome::Open);
        let signal = self.signals.iter().find(|it| !it.1.1);
        let is_open = |it: &(&Target, &Process)| {
            // A later generation may rest; nobody ordered it.
            !it.1.is_answered && it.0.generation == Generation::FIRST
        };
        let process = self.processes.iter().find(is_open);
        store
            .map(|it| format!("{it:?}"))
            .or(signal.map(|it| format!("{it:?}")))
            .or(process.map(|it| format!("{it:?}")))
    }

    /// Each store's place, byte and file, and what must stand there.
    pub(super) fn shared_places(&self) -> Vec<(u64, u8, DocId, Fate)> {
        let places = self.stores.values().map(|store| {
            let is_shared = self.processes[&store.target].kind == ProcessKind::Shared;
            let fate = match store.outcome {
                Outcome::Stored if is_shared => Fate::InFile,
                Outcome::Unknown if is_shared => Fate::Perhaps,
                _ => Fate::NotInFile,
            };
            (store.offset, store.byte, store.target.doc, fate)
        });
        places.collect()
    }

    /// Each place of a private store that was carried out, with what every living private process of the file must read
    /// there: that byte, or the file's.
    #[expect(clippy::type_complexity, reason = "a list of one use")]
    pub(super) fn private_places(&self) -> Vec<(DocId, u64, Vec<(Target, Option<u8>)>)> {
        let is_done = |it: &(&OrderId, &Store)| {
            it.1.outcome == Outcome::Stored
                && self.processes[&it.1.target].kind == ProcessKind::Private
        };
        let mut places = Vec::new();
        for (number, store) in self.stores.iter().filter(is_done) {
            let mut expected = Vec::new();
            for (target, process) in &self.processes {
                let counts_here = target.doc == store.target.doc
                    && process.kind == ProcessKind::Private
                    && process.pid.is_some()
                    && !process.has_ended;
                if counts_here {
                    let has_it = self.has(*target, store.target, number.0);
                    expected.push((*target, has_it.then_some(store.byte)));
                }
            }
            if !expected.is_empty() {
                places.push((store.target.doc, store.offset, expected));
            }
        }
        places
    }

    /// Whether `who` has what `by` stored by the order `number`: its own, or inherited as the fork came after it.
    fn has(&self, who: Target, by: Target, number: u64) -> bool {
        let mut who = who;
        let mut before = u64::MAX;
        loop {
            if who == by {
                return number <= before;
            }
            match self.processes[&who].parent {
                Some((parent, last)) => (who, before) = (parent, before.min(last)),
                None => return false,
            }
        }
    }

    /// From now on readings of this span count, and none of before.
    pub(super) fn looks_at(&mut self, doc: DocId, span: Span) {
        self.counts.looks += 1;
        self.looked_at.insert(doc, span);
        for (target, process) in &mut self.processes {
            if target.doc == doc {
                process.read = None;
            }
        }
    }

    /// Whether each of them has read what is looked at, or ended.
    pub(super) fn have_read(&self, who: &[Target]) -> bool {
        who.iter().all(|it| {
            let process = &self.processes[it];
            process.read.is_some() || process.has_ended
        })
    }

    pub(super) fn last_read(&self, target: Target) -> Option<u8> {
        let process = &self.processes[&target];
        process.read.filter(|_| !process.has_ended)
    }

    /// The pool is gone: everything is answered, and every process that ran is said to have ended.
    pub(super) fn check_over(&self) {
        assert_eq!(self.unanswered(), None);
        for (target, process) in &self.processes {
            assert!(process.has_ended || !process.is_answered, "{target} ended");
        }
    }
}
