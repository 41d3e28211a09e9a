//! What really is, byte by byte: the file, the mapping, the device, what was drawn, and of every byte the stores that made
//! it what it is. What the journal must say follows from that.

mod alone;
mod check;
mod losing;
mod undo;
mod writing;

use std::collections::BTreeMap;
use std::time::SystemTime;

use mapscope::bytes::Span;
use mapscope::model::Mode;
use mapscope::model::identity::{DocId, Generation, MappingId, Target};
use mapscope::model::journal::{
    Compensation, Drawn, Edit, EditState, Gone, Journal, Next, PendingByte, PendingRun, Recorded,
    Stored,
};

/// The first byte that is looked at: a little before a round number, in case the journal likes those.
pub(super) const FIRST: u64 = 4096 - 16;
/// Bytes that go together when copies are lost.
pub(super) const PAGE: usize = 8;

/// A store that counts: it is part of what a byte is now.
#[derive(Clone, Debug)]
struct Layer {
    id: u64,
    /// It is the undo of that edit.
    is_undo: bool,
    /// What the person saw before.
    saw: u8,
    /// What stood there.
    old: u8,
}

/// What a person's byte in the file is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    Fresh,
    Failed,
    Again,
    Exported,
}

#[derive(Clone, Copy, Debug)]
struct InFile {
    base: u8,
    value: u8,
    worth: Worth,
}

/// What became of one byte of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It can be undone.
    Shown,
    /// It can be redone.
    Undone,
    /// Its page went while it was undone: it may be that it cannot be redone.
    Doubtful,
    /// Neither.
    Out,
}

/// One byte of an edit as the person remembers it.
#[derive(Clone, Copy, Debug)]
struct Kept {
    old: u8,
    new: u8,
    /// What was drawn, where that differs.
    saw: Option<u8>,
    fate: Fate,
    /// Base and value of what waited there and gave way.
    covered: Option<(u8, u8)>,
    /// It was in the file once.
    settled: bool,
    /// It is, and nothing was done to it since.
    in_file: bool,
}

/// An edit.
#[derive(Clone, Debug)]
struct Memory {
    mode: Mode,
    generation: u64,
    bytes: BTreeMap<usize, Kept>,
}

pub(super) struct World {
    pub(super) journal: Journal,
    len: usize,
    pub(super) mode: Mode,
    generation: u64,
    pub(super) file: Vec<u8>,
    pub(super) view: Vec<u8>,
    copied: Vec<bool>,
    screen: Vec<u8>,
    device: Vec<u8>,
    dirty: Vec<bool>,
    /// Per byte: which stores through the private mapping make it what it is, oldest first.
    live: Vec<Vec<Layer>>,
    /// Per byte: base and value of what waits.
    waits: Vec<Option<(u8, u8)>>,
    in_file: Vec<Option<InFile>>,
    edits: BTreeMap<u64, Memory>,
    /// Steps that take an edit back, each with that edit.
    taken: BTreeMap<u64, u64>,
    done: Vec<u64>,
    undone: Vec<u64>,
    /// Bytes stored so far, in how many pieces, how many of them differed, and checks.
    n_stored: usize,
    n_pieces: usize,
    n_differing: usize,
    n_ops: usize,
}

pub(super) fn at_index(offset: u64) -> usize {
    usize::try_from(offset - FIRST).unwrap()
}

pub(super) fn offset_of(at: usize) -> u64 {
    FIRST + at as u64
}

fn span(start: usize, end: usize) -> Span {
    Span::new(offset_of(start), offset_of(end)).unwrap()
}

impl World {
    pub(super) fn new(len: usize) -> Self {
        let file: Vec<u8> = [0, 1, 2].into_iter().cycle().take(len).collect();
        Self {
            journal: Journal::new(),
            len,
            mode: Mode::Private,
            generation: 1,
            view: file.clone(),
            copied: vec![false; len / PAGE],
            screen: file.clone(),
            device: file.clone(),
            dirty: vec![false; len],
            live: vec![Vec::new(); len],
            waits: vec![None; len],
            in_file: vec![None; len],
            edits: BTreeMap::new(),
            taken: BTreeMap::new(),
            done: Vec::new(),
            undone: Vec::new(),
            n_stored: 0,
            n_pieces: 0,
            n_differing: 0,
            n_ops: 0,
            file,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    fn target(&self) -> Target {
        Target {
            doc: DocId(7),
            mapping: MappingId(8),
            generation: Generation(self.generation),
        }
    }

    fn is_pending(&self, at: usize) -> bool {
        !self.live[at].is_empty()
    }

    /// Nobody can tell any more that the byte was ever stored.
    fn clean(&mut self, at: usize) {
        if let Some(first) = self.live[at].first()
            && first.saw == first.old
            && self.view[at] == first.saw
        {
            self.live[at].clear();
        }
    }

    /// A store of one byte reaches the mapping.
    fn poke(&mut self, at: usize, byte: u8) {
        self.n_stored += 1;
        self.view[at] = byte;
        match self.mode {
            Mode::Private => self.copied[at / PAGE] = true,
            Mode::Shared => {
                self.reaches_file(at, byte);
            }
        }
    }

    fn reaches_file(&mut self, at: usize, byte: u8) {
        self.file[at] = byte;
        self.dirty[at] = true;
        if !self.copied[at / PAGE] {
            self.view[at] = byte;
        }
    }

    fn note_in_file(&mut self, at: usize, base: u8, value: u8) {
        let (base, worth) = match self.in_file[at] {
            None => (base, Worth::Fresh),
            Some(known) => (known.base, again(known.worth)),
        };
        self.in_file[at] = Some(InFile { base, value, worth });
    }

    pub(super) fn draw(&mut self) {
        self.screen.clone_from(&self.view);
    }

    /// Somebody else writes to the file.
    pub(super) fn foreign(&mut self, at: usize, byte: u8) {
        self.reaches_file(at, byte);
        if self.mode == Mode::Shared {
            self.view[at] = byte;
        }
    }

    /// The person types; `seen` picks the bytes that were in sight.
    pub(super) fn type_bytes(&mut self, at: usize, bytes: &[u8], seen: impl Fn(usize) -> bool) {
        let n = bytes.len().min(self.len - at);
        let new = bytes[..n].to_vec();
        let old = self.view[at..at + n].to_vec();
        let mut drawn = Drawn::nothing();
        let mut saw: Vec<Option<u8>> = Vec::new();
        for i in at..at + n {
            let known = seen(i).then(|| self.screen[i]);
            if let Some(byte) = known {
                drawn.add(offset_of(i), vec![byte]);
            }
            let own = if self.is_pending(i) {
                Some(self.view[i])
            } else {
                self.in_file[i].map(|known| known.value)
            };
            let differs =
                known.is_some_and(|byte| byte != self.view[i]) && own != Some(self.view[i]);
            saw.push(known.filter(|_| differs));
        }
        let stores = pieces(at, &old, &new);
        let (mode, target) = (self.mode, self.target());
        let recorded = self
            .journal
            .record(stores, &drawn, mode, target, SystemTime::UNIX_EPOCH);
        self.took(at, &old, &new, &saw, recorded);
    }

    /// A new step was recorded.
    fn took(
        &mut self,
        at: usize,
        old: &[u8],
        new: &[u8],
        saw: &[Option<u8>],
        recorded: Option<Recorded>,
    ) {
        let recorded = recorded.expect("something was stored");
        let id = recorded.id;
        assert!(self.edits.keys().all(|known| *known < id), "ids ascend");
        assert!(recorded.forgotten.is_empty(), "there is room");
        self.begin(id);
        self.extend(id, at, old, new, saw);
        self.check_differing(&recorded);
    }

    fn begin(&mut self, id: u64) {
        let memory = Memory {
            mode: self.mode,
            generation: self.generation,
            bytes: BTreeMap::new(),
        };
        self.edits.insert(id, memory);
        self.forget_redo();
        self.done.push(id);
    }

    fn extend(&mut self, id: u64, at: usize, old: &[u8], new: &[u8], saw: &[Option<u8>]) {
        self.n_pieces += 1;
        self.n_differing += saw.iter().flatten().count();
        for (i, at) in (at..at + new.len()).enumerate() {
            self.poke(at, new[i]);
            let bytes = &mut self.edits.get_mut(&id).unwrap().bytes;
            let kept = Kept {
                old: old[i],
                new: new[i],
                saw: saw[i],
                fate: Fate::Shown,
                covered: None,
                settled: false,
                in_file: false,
            };
            bytes.insert(at, kept);
            match self.mode {
                Mode::Shared => self.note_in_file(at, old[i], new[i]),
                Mode::Private => {
                    self.live[at].push(Layer {
                        id,
                        is_undo: false,
                        saw: saw[i].unwrap_or(old[i]),
                        old: old[i],
                    });
                    self.clean(at);
                    self.cover(id, at);
                }
            }
        }
    }

    fn check_differing(&self, recorded: &Recorded) {
        let said: BTreeMap<usize, (u8, u8)> = recorded
            .differing
            .iter()
            .flat_map(|run| {
                let bytes = run.drawn.iter().zip(&run.stood);
                (at_index(run.offset)..).zip(bytes.map(|(drawn, stood)| (*drawn, *stood)))
            })
            .collect();
        let is: BTreeMap<usize, (u8, u8)> = self.edits[&recorded.id]
            .bytes
            .iter()
            .filter_map(|(at, byte)| Some((*at, (byte.saw?, byte.old))))
            .collect();
        assert_eq!(said, is, "where something else stood than was seen");
    }

    /// What was undone can no longer be redone; what was redone in part can be undone after what is newer.
    fn forget_redo(&mut self) {
        let redo = std::mem::take(&mut self.undone);
        let top = self.done.last().copied();
        for id in redo.into_iter().chain(top) {
            let mut shown = false;
            for byte in self.edits.get_mut(&id).unwrap().bytes.values_mut() {
                if matches!(byte.fate, Fate::Undone | Fate::Doubtful) {
                    byte.fate = Fate::Out;
                }
                shown |= byte.fate == Fate::Shown;
            }
            if shown && top != Some(id) {
                self.done.push(id);
            }
        }
    }

    fn kept(&mut self, id: u64, at: usize) -> &mut Kept {
        self.edits.get_mut(&id).unwrap().bytes.get_mut(&at).unwrap()
    }

    /// What waits is older than what was typed, though that be what stands there: it gives way.
    fn cover(&mut self, id: u64, at: usize) {
        if !self.is_pending(at) {
            self.kept(id, at).covered = self.waits[at].take();
        }
    }

    fn visible_wait(&self, at: usize) -> Option<(u8, u8)> {
        self.waits[at].filter(|_| !self.is_pending(at))
    }

    fn unsynced(&self, at: usize) -> Option<InFile> {
        self.in_file[at].filter(|known| matches!(known.worth, Worth::Failed | Worth::Again))
    }

    /// Base and value of what is not safe at `at`.
    fn unsaved(&self, at: usize) -> Option<(u8, u8)> {
        if self.is_pending(at) {
            return Some((self.live[at][0].saw, self.view[at]));
        }
        let failed = self.unsynced(at).map(|known| (known.base, known.value));
        self.visible_wait(at).or(failed)
    }
}

fn again(worth: Worth) -> Worth {
    match worth {
        Worth::Failed => Worth::Again,
        Worth::Exported => Worth::Fresh,
        worth => worth,
    }
}

/// A store in one piece, or in two where it is long enough.
fn pieces(at: usize, old: &[u8], new: &[u8]) -> Vec<Stored> {
    let middle = if new.len() > 3 { new.len() / 2 } else { 0 };
    let piece = |from: usize, to: usize| Stored {
        offset: offset_of(at + from),
        old: old[from..to].to_vec(),
        new: new[from..to].to_vec(),
    };
    vec![piece(0, middle), piece(middle, new.len())]
}

/// The bytes of `runs`, after a check that no two runs could be one and none is out of order.
pub(super) fn flat(runs: &[PendingRun]) -> BTreeMap<u64, PendingByte> {
    let mut bytes = BTreeMap::new();
    let mut end = None;
    for run in runs {
        assert!(!run.value.is_empty() && run.base.len() == run.value.len());
        assert!(
            end.is_none_or(|end| end < run.offset),
            "runs are ascending, apart from each other and as long as can be: {runs:?}"
        );
        end = Some(run.offset + run.value.len() as u64);
        let pairs = run.base.iter().zip(&run.value);
        for (offset, (base, value)) in (run.offset..).zip(pairs) {
            let (base, value) = (*base, *value);
            bytes.insert(offset, PendingByte { base, value });
        }
    }
    bytes
}
