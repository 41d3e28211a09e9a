//! What really is, byte by byte: the file, the mapping, the device, what was drawn, and of every byte the stores that made
//! it what it is. What the journal must say follows from that.

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

    /// Undo or redo, of the first `limit` bytes only where given.
    pub(super) fn step(&mut self, undo: bool, limit: Option<usize>) {
        let next = if undo {
            self.journal.undo()
        } else {
            self.journal.redo()
        };
        let Some(next) = next else {
            self.pop_retired(undo, None);
            let stack = if undo { &self.done } else { &self.undone };
            assert!(stack.is_empty(), "{stack:?} were forgotten");
            return;
        };
        match next {
            Next::Gone { id, why, mode, .. } => {
                self.pop_retired(undo, Some(id));
                self.check_gone(undo, id, why, mode);
                self.skip(undo, id);
            }
            Next::Store(next) => {
                self.pop_retired(undo, Some(next.id));
                self.check_compensation(undo, &next);
                if next.mode != self.mode {
                    return; // the person is asked to switch first
                }
                let fits = next.stores.iter().all(|swap| {
                    let at = at_index(swap.offset);
                    self.view[at..at + swap.expect.len()] == swap.expect[..]
                });
                if fits {
                    self.compensate(undo, &next, limit);
                } else {
                    self.skip(undo, next.id);
                }
            }
        }
    }

    /// Those that were retired by a reapply are passed over in silence.
    fn pop_retired(&mut self, undo: bool, until: Option<u64>) {
        let states: BTreeMap<u64, EditState> = self
            .journal
            .edits()
            .iter()
            .map(|edit| (edit.id(), edit.state()))
            .collect();
        let stack = if undo {
            &mut self.done
        } else {
            &mut self.undone
        };
        while let Some(last) = stack.last().copied().filter(|last| Some(*last) != until) {
            assert_eq!(states[&last], EditState::Retired, "{last} is not named");
            let bytes = &self.edits[&last].bytes;
            assert!(bytes.values().all(|byte| byte.fate == Fate::Out));
            stack.pop();
        }
    }

    fn check_gone(&self, undo: bool, id: u64, why: Gone, mode: Mode) {
        let memory = &self.edits[&id];
        assert_eq!(mode, memory.mode);
        assert_eq!(mode, Mode::Private, "what is in the file can be compared");
        let wanted = if undo { Fate::Shown } else { Fate::Undone };
        let old = memory.generation != self.generation;
        assert!(
            old || memory.bytes.values().all(|byte| byte.fate != wanted),
            "{id} is said to be gone: {why:?}"
        );
    }

    fn check_compensation(&self, undo: bool, next: &Compensation) {
        let memory = &self.edits[&next.id];
        assert_eq!(next.mode, memory.mode);
        let target = (memory.mode == Mode::Private).then(|| self.target());
        assert_eq!(next.target, target, "a private one in its generation only");
        let mut named = BTreeMap::new();
        for swap in &next.stores {
            let bytes = swap.expect.iter().zip(&swap.write);
            named.extend((at_index(swap.offset)..).zip(bytes.map(|(e, w)| (*e, *w))));
        }
        for (at, Kept { old, new, fate, .. }) in &memory.bytes {
            let swap = if undo { (*new, *old) } else { (*old, *new) };
            let goes = *fate == if undo { Fate::Shown } else { Fate::Undone };
            match named.remove(at) {
                Some(said) => {
                    assert_eq!(said, swap, "what byte {at} goes from and to");
                    assert!(
                        goes || (!undo && *fate == Fate::Doubtful),
                        "byte {at} is {fate:?}"
                    );
                }
                None => assert!(!goes, "byte {at} of {} is left out", next.id),
            }
        }
        assert!(named.is_empty(), "bytes of no edit: {named:?}");
        let differing = next.differing.iter().flat_map(|run| {
            let drawn = run.drawn.iter().copied();
            (at_index(run.offset)..).zip(drawn)
        });
        for (at, drawn) in differing {
            assert_eq!(memory.bytes[&at].saw, Some(drawn));
        }
    }

    fn compensate(&mut self, undo: bool, next: &Compensation, limit: Option<usize>) {
        let id = next.id;
        let mut left = limit.unwrap_or(usize::MAX);
        let mut spans = Vec::new();
        for swap in &next.stores {
            let at = at_index(swap.offset);
            let n = swap.write.len().min(left);
            left -= n;
            if n > 0 {
                spans.push(span(at, at + n));
            }
            for i in at..at + n {
                self.swap_byte(undo, id, i, swap.write[i - at]);
            }
        }
        match (limit, undo) {
            (None, true) => self.journal.undone(id),
            (None, false) => self.journal.redone(id),
            (Some(_), true) => self.journal.undone_in(id, &spans),
            (Some(_), false) => self.journal.redone_in(id, &spans),
        }
        let left = if undo { Fate::Shown } else { Fate::Undone };
        let bytes = &self.edits[&id].bytes;
        let has = |fate| bytes.values().any(|byte| byte.fate == fate);
        if has(left) || (!undo && has(Fate::Doubtful) && self.names(undo, id)) {
            return;
        }
        let (from, to) = if undo {
            (&mut self.done, &mut self.undone)
        } else {
            (&mut self.undone, &mut self.done)
        };
        assert_eq!(from.pop(), Some(id));
        to.push(id);
    }

    fn names(&self, undo: bool, id: u64) -> bool {
        let next = if undo {
            self.journal.undo()
        } else {
            self.journal.redo()
        };
        match next {
            Some(Next::Store(next)) => next.id == id,
            Some(Next::Gone { id: gone, .. }) => gone == id,
            None => false,
        }
    }

    fn swap_byte(&mut self, undo: bool, id: u64, at: usize, write: u8) {
        let stood = self.view[at];
        self.poke(at, write);
        let byte = self.edits.get_mut(&id).unwrap().bytes.get_mut(&at).unwrap();
        byte.fate = if undo { Fate::Undone } else { Fate::Shown };
        byte.in_file = false;
        let saw = byte.saw.filter(|_| !undo && !byte.settled);
        let saw = saw.unwrap_or(stood);
        if self.mode == Mode::Shared {
            self.note_in_file(at, stood, write);
            return;
        }
        let before = self.live[at]
            .iter()
            .position(|layer| layer.id == id && layer.is_undo != undo);
        match before {
            Some(index) => self.live[at].truncate(index),
            None => self.live[at].push(Layer {
                id,
                is_undo: undo,
                saw,
                old: stood,
            }),
        }
        self.clean(at);
        let covered = self.kept(id, at).covered.take();
        if self.waits[at].is_none() {
            self.waits[at] = covered;
        }
        if !undo {
            self.cover(id, at);
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

    fn skip(&mut self, undo: bool, id: u64) {
        self.journal.skip(id);
        let (from, to) = if undo {
            (&mut self.done, &mut self.undone)
        } else {
            (&mut self.undone, &mut self.done)
        };
        assert_eq!(from.pop(), Some(id));
        let mut has = [false; 3];
        for byte in self.edits.get_mut(&id).unwrap().bytes.values_mut() {
            match byte.fate {
                Fate::Shown if undo => byte.fate = Fate::Out,
                Fate::Undone | Fate::Doubtful if !undo => byte.fate = Fate::Out,
                Fate::Shown => has[0] = true,
                Fate::Undone => has[1] = true,
                Fate::Doubtful => has[2] = true,
                Fate::Out => {}
            }
        }
        if has[0] || has[1] {
            to.push(id);
        } else if has[2] && self.names(false, id) {
            self.undone.push(id);
        }
    }

    /// The private pages in this range are gone.
    pub(super) fn lose(&mut self, range: std::ops::Range<usize>, by_person: bool) {
        let all = span(range.start, range.end);
        let n_bytes = range.clone().filter(|at| self.is_pending(*at)).count();
        let told = if by_person {
            self.journal.discard(&[all])
        } else {
            self.journal.lose(&[all])
        };
        assert_eq!(told, n_bytes);
        for memory in self.edits.values_mut() {
            if memory.mode == Mode::Shared {
                continue;
            }
            for (_, byte) in memory.bytes.range_mut(range.clone()) {
                byte.fate = match byte.fate {
                    // in the file: the page that shows the file has it as well
                    Fate::Shown if byte.in_file => Fate::Shown,
                    Fate::Shown => Fate::Out,
                    Fate::Undone => Fate::Doubtful,
                    fate => fate,
                };
            }
        }
        for at in range {
            if self.is_pending(at) {
                self.waits[at] = Some((self.live[at][0].saw, self.view[at]));
                self.live[at].clear();
            }
            self.copied[at / PAGE] = false;
            self.view[at] = self.file[at];
        }
    }

    /// Maps anew.
    pub(super) fn remap(&mut self, mode: Mode) {
        let n_bytes = (0..self.len).filter(|at| self.is_pending(*at)).count();
        assert_eq!(self.journal.set_aside(), n_bytes);
        for at in 0..self.len {
            if self.is_pending(at) {
                self.waits[at] = Some((self.live[at][0].saw, self.view[at]));
                self.live[at].clear();
            }
            self.view[at] = self.file[at];
        }
        self.copied.fill(false);
        for memory in self.edits.values_mut() {
            if memory.mode == Mode::Private {
                memory
                    .bytes
                    .values_mut()
                    .for_each(|byte| byte.fate = Fate::Out);
            }
        }
        self.generation += 1;
        self.mode = mode;
    }

    pub(super) fn drop_patch(&mut self) {
        let n_bytes = (0..self.len)
            .filter(|at| self.visible_wait(*at).is_some())
            .count();
        assert_eq!(self.journal.drop_patch(), n_bytes);
        self.waits.fill(None);
        for memory in self.edits.values_mut() {
            memory
                .bytes
                .values_mut()
                .for_each(|byte| byte.covered = None);
        }
    }

    /// What waits is stored again, all of it or the first few runs.
    pub(super) fn reapply(&mut self, n_runs: usize) {
        if self.mode == Mode::Shared {
            return;
        }
        let runs: Vec<PendingRun> = self.journal.patch_runs().take(n_runs).collect();
        let stores: Vec<Stored> = runs
            .iter()
            .map(|run| {
                let at = at_index(run.offset);
                Stored {
                    offset: run.offset,
                    old: self.view[at..at + run.value.len()].to_vec(),
                    new: run.value.clone(),
                }
            })
            .collect();
        let target = self.target();
        let recorded = self
            .journal
            .reapplied(stores.clone(), target, SystemTime::UNIX_EPOCH);
        let Some(recorded) = recorded else {
            assert!(stores.is_empty());
            return;
        };
        self.begin(recorded.id);
        for stored in stores {
            let at = at_index(stored.offset);
            let mut saw = Vec::new();
            for i in at..at + stored.new.len() {
                let (base, value) = self.waits[i].take().expect("it waited");
                assert_eq!(value, stored.new[i - at]);
                saw.push((base != self.view[i]).then_some(base));
            }
            self.extend(recorded.id, at, &stored.old, &stored.new, &saw);
        }
        self.check_differing(&recorded);
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

    /// Writes what is unsaved in a range, each byte where the file holds what the person saw, or with `over` whatever it
    /// holds.
    pub(super) fn write(&mut self, range: std::ops::Range<usize>, synced: bool, over: bool) {
        let found: Vec<(u64, u8)> = range
            .clone()
            .map(|at| (offset_of(at), self.file[at]))
            .collect();
        let runs: Vec<PendingRun> = if over {
            self.journal.unsaved_runs_over(&found).collect()
        } else {
            self.journal.unsaved_runs().collect()
        };
        let mut spans = Vec::new();
        for (at, byte) in flat(&runs) {
            let at = at_index(at);
            let (base, value) = self.unsaved(at).expect("it is unsaved");
            assert_eq!(byte.value, value);
            if !range.contains(&at) {
                continue;
            }
            assert_eq!(byte.base, if over { self.file[at] } else { base });
            if self.file[at] != byte.base && self.file[at] != value {
                continue; // told as a conflict
            }
            if self.is_pending(at) || self.waits[at].is_some() {
                self.note_in_file(at, base, value);
            } else if let Some(known) = &mut self.in_file[at] {
                known.worth = again(known.worth);
            }
            self.reaches_file(at, value);
            self.live[at].clear();
            self.waits[at] = None;
            spans.push(span(at, at + 1));
        }
        self.journal.written(&spans, synced);
        self.flush_device(synced);
        self.note_settled();
        if synced {
            self.give_back(&spans);
        }
    }

    /// The journal says of these edits that they are in the file: then nothing of them may be anywhere else.
    fn note_settled(&mut self) {
        for edit in self.journal.edits() {
            for part in edit.parts() {
                let in_file = matches!(part.state, EditState::InFile | EditState::WrittenNotSynced);
                if edit.mode() == Mode::Shared || !in_file {
                    continue;
                }
                let bytes = &mut self.edits.get_mut(&edit.id()).unwrap().bytes;
                let start = at_index(part.offset);
                for at in start..start + usize::try_from(part.len).unwrap() {
                    let Some(byte) = bytes.get_mut(&at).filter(|byte| !byte.in_file) else {
                        continue;
                    };
                    assert!(self.live[at].is_empty() && self.waits[at].is_none());
                    (byte.settled, byte.in_file) = (true, true);
                    byte.covered = None;
                }
            }
        }
    }

    /// Pages of which the journal says that they hold nothing of the person's show the file again.
    fn give_back(&mut self, spans: &[Span]) {
        if self.mode == Mode::Shared {
            return;
        }
        for free in self.journal.pages_free_of_edits(spans, PAGE as u64) {
            for offset in free.start().max(FIRST)..free.end().min(offset_of(self.len)) {
                let at = at_index(offset);
                assert!(!self.is_pending(at), "byte {at} is lost with its page");
                self.view[at] = self.file[at];
                self.copied[at / PAGE] = false;
            }
        }
    }

    pub(super) fn sync(&mut self, succeeds: bool) {
        if succeeds {
            self.journal.synced();
        } else {
            self.journal.sync_failed();
        }
        self.flush_device(succeeds);
    }

    fn flush_device(&mut self, succeeds: bool) {
        for at in 0..self.len {
            if self.dirty[at] && succeeds {
                self.device[at] = self.file[at];
            }
            self.dirty[at] = false; // the kernel forgets what it could not write
            if let Some(known) = &mut self.in_file[at] {
                match (known.worth, succeeds) {
                    (Worth::Fresh | Worth::Again, true) => self.in_file[at] = None,
                    (Worth::Exported, _) | (Worth::Failed, true) => {}
                    (_, false) => known.worth = Worth::Failed,
                }
            }
        }
    }

    /// An export of all that is unsaved was written; with `late`, something was typed meanwhile.
    pub(super) fn export(&mut self, late: bool) {
        let revision = self.journal.revision();
        if late {
            self.type_bytes(0, &[3], |_| false);
            let before = self.journal.unsaved();
            self.journal.exported(revision);
            assert_eq!(self.journal.unsaved(), before, "the export is an older one");
            return;
        }
        self.journal.exported(revision);
        for known in self.in_file.iter_mut().flatten() {
            known.worth = match known.worth {
                Worth::Failed => Worth::Exported,
                Worth::Again => Worth::Fresh,
                worth => worth,
            };
        }
        assert!(!self.journal.unsaved().must_ask());
        assert_eq!(self.journal.unsaved_bytes(), 0);
    }

    fn by_offset(&self, of: impl Fn(usize) -> Option<(u8, u8)>) -> BTreeMap<u64, PendingByte> {
        let all = (0..self.len).filter_map(|at| {
            let (base, value) = of(at)?;
            Some((offset_of(at), PendingByte { base, value }))
        });
        all.collect()
    }

    pub(super) fn check(&mut self) {
        self.n_ops += 1;
        let journal = &self.journal;
        let all = span(0, self.len);
        let pending = self.by_offset(|at| {
            let first = self.live[at].first()?;
            Some((first.saw, self.view[at]))
        });
        let waiting = self.by_offset(|at| self.visible_wait(at));
        let unsaved = self.by_offset(|at| self.unsaved(at));
        assert_eq!(journal.pending_in(all).collect::<BTreeMap<_, _>>(), pending);
        assert_eq!(flat(&journal.pending_runs().collect::<Vec<_>>()), pending);
        assert_eq!(journal.patch_in(all).collect::<BTreeMap<_, _>>(), waiting);
        assert_eq!(flat(&journal.patch_runs().collect::<Vec<_>>()), waiting);
        assert_eq!(flat(&journal.unsaved_runs().collect::<Vec<_>>()), unsaved);
        assert_eq!(journal.pending_bytes(), pending.len());
        assert_eq!(journal.patch_bytes(), waiting.len());
        assert_eq!(journal.unsaved().total(), unsaved.len());
        for page in 0..self.len / PAGE {
            let (start, end) = (page * PAGE, (page + 1) * PAGE);
            let part = span(start, end);
            let held: BTreeMap<_, _> = pending
                .range(part.start()..part.end())
                .map(|(at, byte)| (*at, *byte))
                .collect();
            assert_eq!(journal.holds_edit(part), !held.is_empty());
            assert_eq!(
                flat(&journal.pending_runs_in(part).collect::<Vec<_>>()),
                held
            );
        }
        for at in 0..self.len {
            let offset = offset_of(at);
            assert_eq!(journal.pending_at(offset), pending.get(&offset).copied());
        }
        self.check_device(&unsaved);
        self.check_list();
        let n_steps = self.n_ops + self.n_pieces + 2;
        // what differs from what was drawn is kept by itself: it was in sight, so it is not much
        let known = 4 * self.n_stored + 300 * self.n_differing;
        // and so are bytes in the file that are worth something else than their neighbors, or that came to be what they
        // were and still count: a failed sync can make such of every other byte
        let worths: Vec<Worth> = self.in_file.iter().flatten().map(|it| it.worth).collect();
        let is_again = |it: &Option<InFile>| it.is_some_and(|it| it.base == it.value);
        let n_changes = worths.windows(2).filter(|pair| pair[0] != pair[1]).count()
            + self
                .in_file
                .windows(2)
                .filter(|pair| is_again(&pair[0]) != is_again(&pair[1]))
                .count();
        let most = known + 150 * n_changes + 700 * n_steps;
        assert!(
            journal.bytes_kept() <= most,
            "{} > {most}",
            journal.bytes_kept()
        );
    }

    /// What the kernel believes to have written and the device has not, is unsaved.
    fn check_device(&self, unsaved: &BTreeMap<u64, PendingByte>) {
        for at in 0..self.len {
            let persons = self.in_file[at];
            if let Some(known) = persons
                && self.device[at] != self.file[at]
                && !self.dirty[at]
                && known.worth != Worth::Exported
            {
                assert!(
                    unsaved.contains_key(&offset_of(at)),
                    "byte {at} is not on the device"
                );
            }
        }
    }

    fn check_list(&self) {
        let listed: Vec<u64> = self.journal.edits().iter().map(Edit::id).collect();
        assert_eq!(listed, self.edits.keys().copied().collect::<Vec<_>>());
        for edit in self.journal.edits() {
            let memory = &self.edits[&edit.id()];
            assert_eq!(
                (edit.mode(), edit.at()),
                (memory.mode, SystemTime::UNIX_EPOCH)
            );
            assert_eq!(edit.target().generation.0, memory.generation);
            assert_eq!(edit.n_bytes(), memory.bytes.len() as u64);
            for part in edit.parts() {
                let start = at_index(part.offset);
                let range = start..start + usize::try_from(part.len).unwrap();
                let Some((old, new)) = part.bytes else {
                    continue;
                };
                for (i, at) in range.enumerate() {
                    let byte = memory.bytes[&at];
                    assert_eq!((old.get(i), new.get(i)), (Some(byte.old), Some(byte.new)));
                    let undone = matches!(byte.fate, Fate::Undone | Fate::Doubtful);
                    assert_eq!(
                        part.state == EditState::Undone,
                        undone,
                        "byte {at}: {byte:?}"
                    );
                }
            }
        }
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
