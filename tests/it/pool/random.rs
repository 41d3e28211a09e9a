//! Random orders, signals, forks, growth and closes against real processes, and an oracle that knows of each store which
//! file and offset it was for, and looks there.
//!
//! Each store has a place of its own that no other has in any file, so that what stands there tells all. The oracle knows
//! files, orders and who was forked from whom; it knows nothing of how the pool works. `MAPSCOPE_POOL_SEQUENCES` is how
//! many sequences are played, `MAPSCOPE_POOL_SEED` which is the first.

mod oracle;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::random::{Draw, number_of};
use oracle::{Counts, Fate, Oracle};

/// Steps of a sequence.
const STEPS: u64 = 150;
/// The most files of a sequence.
const MOST_FILES: usize = 4;
/// The most processes of a file that are not known to have ended.
const MOST: usize = 6;

/// An open file and the place of the next store in it.
struct Doc {
    sample: Sample,
    is_open: bool,
}

struct Play {
    rig: Rig,
    draw: Draw,
    docs: BTreeMap<DocId, Doc>,
    oracle: Oracle,
    /// Stopped, as far as this side knows.
    stopped: BTreeSet<Target>,
    /// Places of stores given so far, the same in all files.
    places: u64,
}

impl Play {
    fn new(seed: u64) -> Self {
        let rig = Rig::new();
        let mut play = Self {
            rig,
            draw: Draw::new(seed),
            docs: BTreeMap::new(),
            oracle: Oracle::default(),
            stopped: BTreeSet::new(),
            places: 0,
        };
        play.open();
        play
    }

    /// Opens one more file.
    fn open(&mut self) {
        if self.docs.len() < MOST_FILES {
            let letter = b'A' + u8::try_from(self.docs.len()).unwrap();
            let sample = Sample::pages(letter, 40);
            let is_open = true;
            let doc = self.rig.open(&sample);
            self.docs.insert(doc, Doc { sample, is_open });
        }
    }

    /// Takes what was reported so far; the oracle checks it.
    fn hear(&mut self) {
        while let Ok(event) = self.rig.events.try_recv() {
            let letter = self.docs[&event.target.doc].sample.letter;
            self.oracle.hear(&event, letter);
        }
    }

    fn order(&mut self, order: &PeerOrder) -> bool {
        let is_taken = self.rig.pool.order(order.clone());
        if let Err(back) = &is_taken {
            assert_eq!(*back, *order);
            self.oracle.counts.given_back += 1;
        }
        is_taken.is_ok()
    }

    fn some_doc(&mut self) -> Option<DocId> {
        let open = self.docs.iter().filter(|it| it.1.is_open);
        let open: Vec<_> = open.map(|it| *it.0).collect();
        self.draw.one_of(&open)
    }

    /// A process, mostly one that is not known to have ended; sometimes one of before.
    fn somebody(&mut self) -> Option<Target> {
        let of_old = self.draw.next(12) == 0;
        let all = self.oracle.targets(of_old);
        self.draw.one_of(&all)
    }

    fn store(&mut self, target: Target) {
        let number = OrderId(self.rig.fresh());
        // A page of its own for every other one, so that copies of pages are many.
        self.places += 1;
        let offset = (self.places * 1009) % (40 * 4096);
        let byte = b'a' + u8::try_from(self.places % 26).unwrap();
        let order = PeerOrder::Store {
            number,
            target,
            offset,
            bytes: vec![byte],
            expect: None,
        };
        self.oracle.stores(number, target, offset, byte);
        if !self.order(&order) {
            self.oracle.was_given_back(number);
        }
    }

    /// Into a read-only mapping it ends the process; through any other it is not tried.
    fn store_anyway(&mut self, target: Target) {
        let number = OrderId(self.rig.fresh());
        self.places += 1;
        let offset = (self.places * 1009) % (40 * 4096);
        let byte = b'a' + u8::try_from(self.places % 26).unwrap();
        let order = PeerOrder::StoreAnyway {
            number,
            target,
            offset,
            bytes: vec![byte],
        };
        self.oracle.stores_anyway(number, target, offset, byte);
        if !self.order(&order) {
            self.oracle.was_given_back(number);
        }
    }

    fn ask_facts(&mut self, target: Target) {
        if self.order(&PeerOrder::Facts { target }) {
            self.oracle.asks_facts(target);
        }
    }

    fn start(&mut self) {
        let Some(doc) = self.some_doc() else { return };
        if self.oracle.n_living(doc) >= MOST {
            return;
        }
        let kinds = [
            ProcessKind::Shared,
            ProcessKind::Private,
            ProcessKind::Private,
            ProcessKind::ReadOnly,
        ];
        let kind = self.draw.one_of(&kinds).unwrap();
        let built_in = self.draw.next(2) == 0;
        let target = self.rig.begin(doc, kind, built_in);
        self.oracle.starts(target, kind);
    }

    fn fork(&mut self, parent: Target) {
        if self.oracle.n_living(parent.doc) < MOST {
            let child = self.rig.fork(parent);
            self.oracle.forks(parent, child);
        }
    }

    fn grow(&mut self) {
        if let Some(doc) = self.some_doc() {
            let len = 1 + self.draw.next(9000);
            let sample = &self.docs[&doc].sample;
            sample.append(len);
            self.rig.grow(doc, sample);
        }
    }

    fn close(&mut self, doc: DocId) {
        self.docs.get_mut(&doc).unwrap().is_open = false;
        self.oracle.closes(doc);
        self.rig.order(PeerOrder::Close { doc });
    }

    /// Stops, goes on or kills, by order or behind the pool's back.
    fn signal(&mut self, target: Target, signal: ProcessSignal) {
        if signal == ProcessSignal::Stop {
            self.stopped.insert(target);
        }
        let name = match signal {
            ProcessSignal::Stop => "STOP",
            ProcessSignal::Continue => "CONT",
            ProcessSignal::Kill => "KILL",
        };
        match self.oracle.pid(target) {
            Some(pid)
                if self
                    .draw
                    .next(if signal == ProcessSignal::Kill { 2 } else { 3 })
                    == 0 =>
            {
                signal_unless_gone(name, pid);
            }
            _ => {
                self.order_signal(target, signal);
            }
        }
    }

    fn order_signal(&mut self, target: Target, signal: ProcessSignal) {
        let number = OrderId(self.rig.fresh());
        let order = PeerOrder::Signal {
            number,
            target,
            signal,
        };
        if self.order(&order) {
            self.oracle.signals(number, target);
        }
    }

    /// Sometimes the next step comes at once, sometimes after much of what was ordered has happened.
    fn pace(&mut self) {
        for _ in 0..self.draw.next(4) * self.draw.next(4) {
            let Ok(event) = self.rig.events.recv_timeout(Duration::from_millis(3)) else {
                break;
            };
            let letter = self.docs[&event.target.doc].sample.letter;
            self.oracle.hear(&event, letter);
        }
        self.hear();
    }

    fn step(&mut self) {
        self.pace();
        let what = self.draw.next(100);
        if what < 2 {
            self.open();
        } else if what < 12 {
            self.start();
        } else if what < 16 {
            self.grow();
        } else if what < 18 && self.oracle.n_orders() > 40 && self.draw.next(3) == 0 {
            if let Some(doc) = self.some_doc() {
                self.close(doc);
            }
        } else if what < 24 {
            if let Some(doc) = self.some_doc() {
                let start = self.draw.next(8) * 1009;
                let span = (self.draw.next(3) > 0).then(|| span(start, start + 16));
                self.rig.watch(doc, span);
            }
        } else if let Some(target) = self.somebody() {
            match what {
                24..=31 => self.fork(target),
                32..=41 => self.signal(target, ProcessSignal::Stop),
                42..=49 => self.go_on(),
                50..=52 => self.signal(target, ProcessSignal::Kill),
                53 => {
                    self.oracle.ends(target);
                    self.rig.order(PeerOrder::End { target });
                }
                54 => (0..50).for_each(|_| self.store(target)),
                55..=57 => self.wait_until_late(),
                58..=63 => self.store_anyway(target),
                64..=67 => self.ask_facts(target),
                _ => (0..self.draw.next(3)).for_each(|_| self.store(target)),
            }
        }
    }

    fn go_on(&mut self) {
        let stopped: Vec<_> = self.stopped.iter().copied().collect();
        if let Some(target) = self.draw.one_of(&stopped) {
            self.stopped.remove(&target);
            self.signal(target, ProcessSignal::Continue);
        }
    }

    /// A process that stands still with something to do is said to be late.
    fn wait_until_late(&mut self) {
        let stopped: Vec<_> = self.stopped.iter().copied().collect();
        let living = stopped.into_iter().find(|it| {
            let pid = self.oracle.pid(*it);
            pid.is_some_and(|pid| state_of(pid) == Some('T'))
        });
        if let Some(target) = living
            && self.oracle.counts.waited < 2
        {
            self.oracle.counts.waited += 1;
            self.store(target);
            let begin = Instant::now();
            while !self.oracle.is_late(target) && self.oracle.pid(target).is_some() {
                assert!(begin.elapsed() < LONG, "{target} is late");
                std::thread::sleep(Duration::from_millis(5));
                self.hear();
            }
            // More than may wait at one that does not answer.
            (0..self.draw.next(2) * 40).for_each(|_| self.store(target));
        }
    }

    /// Whoever stands still goes on.
    fn all_go_on(&mut self) {
        for target in self.oracle.targets(false) {
            if let Some(pid) = self.oracle.pid(target)
                && state_of(pid) == Some('T')
            {
                self.order_signal(target, ProcessSignal::Continue);
            }
        }
    }

    /// Has everybody go on, waits for every answer, and looks at everything.
    fn settle(&mut self) {
        let begin = Instant::now();
        while let Some(open) = self.oracle.unanswered() {
            self.all_go_on();
            // A built-in one that rests is started when somebody looks, and then answers.
            assert!(begin.elapsed() < LONG, "unanswered: {open}");
            std::thread::sleep(Duration::from_millis(2));
            self.hear();
        }
        for (offset, byte, file, fate) in self.oracle.shared_places() {
            self.check_files(offset, byte, file, fate);
        }
        self.check_private();
    }

    /// A place stands as it must, in its file and in all others.
    fn check_files(&self, offset: u64, byte: u8, file: DocId, fate: Fate) {
        for (doc, it) in &self.docs {
            let found = it.sample.byte(offset);
            let base = it.sample.letter;
            let is_right = match fate {
                Fate::InFile if *doc == file => found == byte,
                Fate::Perhaps if *doc == file => found == byte || found == base,
                _ => found == base,
            };
            assert!(
                is_right,
                "{doc:?} holds {found} at {offset}, a store of {byte} for {file:?}: {fate:?}"
            );
        }
    }

    /// Every living private process reads its own stores, and none of those that it must not have.
    fn check_private(&mut self) {
        for (doc, offset, expected) in self.oracle.private_places() {
            if !self.docs[&doc].is_open {
                continue;
            }
            let letter = self.docs[&doc].sample.letter;
            // One look at another place before: the next is a fresh one.
            for span in [span(40 * 4096 - 1, 40 * 4096), span(offset, offset + 1)] {
                self.oracle.looks_at(doc, span);
                self.rig.watch(doc, Some(span));
                let begin = Instant::now();
                let who: Vec<_> = expected.iter().map(|it| it.0).collect();
                while !self.oracle.have_read(&who) {
                    assert!(
                        begin.elapsed() < LONG,
                        "{span} of {doc:?} is read by {who:?}"
                    );
                    std::thread::sleep(Duration::from_micros(200));
                    self.all_go_on();
                    self.hear();
                }
            }
            for (target, byte) in expected {
                let Some(found) = self.oracle.last_read(target) else {
                    continue; // it has ended by itself meanwhile
                };
                let wanted = byte.unwrap_or(letter);
                assert_eq!(found, wanted, "{target} at {offset}");
            }
        }
    }
}

#[test]
fn whatever_happens_each_order_is_carried_out_where_it_was_meant_or_comes_back() {
    let first = number_of("MAPSCOPE_POOL_SEED", 1);
    let mut counts = Counts::default();
    for seed in first..first + number_of("MAPSCOPE_POOL_SEQUENCES", 3) {
        eprintln!("sequence {seed}");
        let mut play = Play::new(seed);
        for _ in 0..STEPS {
            play.step();
        }
        play.settle();
        let Play {
            rig,
            mut oracle,
            docs,
            ..
        } = play;
        for event in rig.all_after_drop() {
            oracle.hear(&event, docs[&event.target.doc].sample.letter);
        }
        oracle.check_over();
        counts.add(&oracle.counts);
    }
    eprintln!("{counts:?}");
}
