//! Undo and redo: what the journal offers, and what comes of it.

use super::*;

impl World {
    /// Undo or redo, of the first `limit` bytes only where given.
    pub(in crate::journal) fn step(&mut self, undo: bool, limit: Option<usize>) {
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

    /// Those that were retired by a reapply are passed over in silence, and so are those that were taken back alone, and what
    /// took them back, where that cannot be undone.
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
            let bytes = &mut self.edits.get_mut(&last).unwrap().bytes;
            let is_taken = self.taken.values().any(|taken| *taken == last);
            if self.taken.contains_key(&last) || (is_taken && states[&last] == EditState::Undone) {
                let can_go =
                    |byte: &Kept| byte.fate == if undo { Fate::Shown } else { Fate::Undone };
                assert!(!bytes.values().any(can_go), "{last} is not named");
                for byte in bytes.values_mut() {
                    byte.fate = Fate::Out;
                }
            } else {
                assert_eq!(states[&last], EditState::Retired, "{last} is not named");
                assert!(bytes.values().all(|byte| byte.fate == Fate::Out));
            }
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
            (Some(_), true) => drop(self.journal.undone_in(id, &spans)),
            (Some(_), false) => drop(self.journal.redone_in(id, &spans)),
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

    pub(super) fn swap_byte(&mut self, undo: bool, id: u64, at: usize, write: u8) {
        if let Some(taken) = self.taken.get(&id).copied() {
            self.swap_byte(!undo, taken, at, write); // as one goes, the other comes
            let byte = self.kept(id, at);
            byte.fate = if undo { Fate::Undone } else { Fate::Shown };
            byte.in_file = false;
            return;
        }
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
}
