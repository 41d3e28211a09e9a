//! A file with two processes and a clock: what is told of it, and what is said then.

use super::*;

pub(super) const LEN: u64 = 62;
/// The sample's bytes: `A` to `Z`, then `0` to `9`, then `a` to `z`.
pub(super) fn sample() -> Vec<u8> {
    (b'A'..=b'Z')
        .chain(b'0'..=b'9')
        .chain(b'a'..=b'z')
        .collect()
}

/// A file with a shared and a private process, and a clock.
pub(super) struct Scene {
    pub(super) rig: Rig,
    pub(super) millis: u64,
}

/// The rows of a scene, by what they read.
pub(super) const SHARED: usize = 0;
pub(super) const PRIVATE: usize = 1;

impl Scene {
    /// Both processes run, and every row was read at `at`.
    pub(super) fn new(at: u64) -> Self {
        let mut scene = Self {
            rig: open(LEN),
            millis: 0,
        };
        scene.rig.point(at);
        for (index, pid) in [(SHARED, 14260), (PRIVATE, 14261)] {
            scene.process(index, PeerNews::Runs { pid });
        }
        scene.read_all(&sample());
        scene
    }

    pub(super) fn pass(&mut self, millis: u64) {
        self.millis += millis;
        let now = Duration::from_millis(self.millis);
        self.rig.app.tick(Moment {
            utc: Duration::from_hours(12) + now,
            run: now,
        });
    }

    pub(super) fn mapping(&self, index: usize) -> MappingId {
        self.rig.doc().processes.list()[index].mapping
    }

    pub(super) fn process(&mut self, index: usize, news: PeerNews) -> Vec<Effect> {
        let target = Target {
            doc: self.rig.doc().id,
            mapping: self.mapping(index),
            generation: Generation::FIRST,
        };
        self.rig.hear(Event::Peer(PeerEvent { target, news }))
    }

    pub(super) fn watched(&self) -> Span {
        self.rig.doc().witnesses.span.unwrap()
    }

    /// What is watched, of a file that holds `bytes`.
    pub(super) fn reading(&self, bytes: &[u8]) -> Arc<Readout> {
        let span = self.watched();
        let at = |offset: u64| usize::try_from(offset).unwrap();
        Arc::new(Readout {
            span,
            bytes: bytes[at(span.start())..at(span.end())].to_vec(),
            gaps: Vec::new(),
        })
    }

    pub(super) fn pages(state: PageState) -> Vec<PageSeen> {
        vec![PageSeen::Told(PageFact {
            state,
            is_exclusive: Some(true),
            frame: None,
        })]
    }

    pub(super) fn here(&mut self, id: WitnessId, bytes: &[u8], state: PageState) {
        let pages = if id == WitnessId::File {
            Vec::new()
        } else {
            Self::pages(state)
        };
        let readout = self.reading(bytes);
        let state = WitnessState::Reads { readout, pages };
        self.rig.say(FileNews::Witness(id, state));
    }

    pub(super) fn process_reads(&mut self, index: usize, bytes: &[u8], state: PageState) {
        let (readout, pages) = (self.reading(bytes), Self::pages(state));
        self.process(index, PeerNews::Reads { readout, pages });
    }

    /// Every row reads the file's page, which holds `bytes`.
    pub(super) fn read_all(&mut self, bytes: &[u8]) {
        for id in WitnessId::ALL {
            self.here(id, bytes, PageState::FilePage);
        }
        for index in [SHARED, PRIVATE] {
            self.process_reads(index, bytes, PageState::FilePage);
        }
    }

    /// The process stores `byte` at what is watched; the answer is not heard yet.
    pub(super) fn ask_process(&mut self, index: usize, byte: &str) -> OrderId {
        self.rig.act(P::ByteEdited(byte.to_owned()));
        let effects = self.rig.act(P::Store(self.mapping(index)));
        store_order(&effects)
    }

    pub(super) fn stored_by(
        &mut self,
        index: usize,
        number: OrderId,
        new: u8,
        old: u8,
    ) -> Vec<Effect> {
        let news = PeerNews::Stored {
            number,
            offset: self.watched().start(),
            bytes: vec![new],
            old: vec![old],
        };
        self.process(index, news)
    }

    /// What it was told to store, `byte` at what is watched, is not done.
    pub(super) fn refused_by(&mut self, index: usize, number: OrderId, byte: u8, why: Refusal) {
        let news = PeerNews::Refused {
            number,
            offset: self.watched().start(),
            bytes: vec![byte],
            why,
        };
        self.process(index, news);
    }

    pub(super) fn entries(&self) -> Vec<&Happening> {
        self.rig.doc().happened.newest_first().rev().collect()
    }

    /// The process stores that in place of `old`, and it is told a moment after it was asked for; the number of its entry.
    pub(super) fn store_told(&mut self, index: usize, new: u8, old: u8) -> u64 {
        let number = self.ask_process(index, &format!("{new:02x}"));
        self.pass(1);
        self.stored_by(index, number, new, old);
        let entry = self.last().number;
        self.pass(1);
        entry
    }

    #[track_caller]
    pub(super) fn last(&self) -> &Happening {
        let doc = self.rig.doc();
        doc.happened
            .newest_first()
            .next()
            .expect("something happened")
    }

    pub(super) fn saw(&self, who: Who) -> Saw {
        let last = self.last();
        last.saw.iter().find(|row| row.who == who).unwrap().saw
    }

    pub(super) fn sentence(&self) -> Sentence {
        let doc = self.rig.doc();
        Picture::of(doc, None).unwrap().sentence(doc)
    }
}

pub(super) fn store_order(effects: &[Effect]) -> OrderId {
    let number = effects.iter().find_map(|effect| match effect {
        Effect::Peers(mapscope::model::process::PeerOrder::Store { number, .. }) => Some(*number),
        _ => None,
    });
    number.expect("a process was asked to store")
}

pub(super) fn with(offset: u64, byte: u8) -> Vec<u8> {
    let mut bytes = sample();
    bytes[usize::try_from(offset).unwrap()] = byte;
    bytes
}
