//! Taking one edit back that is not the last one.

use mapscope::model::journal::NotAlone;

use super::*;

impl World {
    /// Takes back one of the edits there ever were, or its first `limit` bytes.
    pub(in crate::journal) fn undo_one(&mut self, which: usize, limit: Option<usize>) {
        self.note_taken();
        let ids: Vec<u64> = self.edits.keys().copied().collect();
        let Some(id) = ids.get(which % ids.len().max(1)).copied() else {
            return;
        };
        let memory = &self.edits[&id];
        let is_own = memory.mode == Mode::Private && !self.taken.contains_key(&id);
        let held: BTreeMap<usize, (u8, u8)> = memory
            .bytes
            .iter()
            .filter(|(_, byte)| is_own && byte.fate == Fate::Shown && !byte.in_file)
            .map(|(at, byte)| (*at, (byte.new, byte.old)))
            .collect();
        let lies_over = |later: &u64, fate: Option<Fate>| {
            let bytes = &self.edits[later].bytes;
            let over = |at| {
                bytes
                    .get(at)
                    .is_some_and(|it| fate.is_none_or(|fate| it.fate == fate))
            };
            *later > id && !self.taken.contains_key(later) && held.keys().any(over)
        };
        let is_covered = ids.iter().any(|later| lies_over(later, Some(Fate::Shown)));
        let next = match self.journal.undo_one(id) {
            Ok(next) => next,
            Err(NotAlone::Beneath { later, .. }) => {
                assert!(lies_over(&later, None), "{later} lies over nothing of {id}");
                return;
            }
            Err(why) => {
                assert!(held.is_empty(), "{id} can be taken back: {why:?}");
                return;
            }
        };
        assert!(!is_covered, "a later edit would go with {id}");
        let named: BTreeMap<usize, (u8, u8)> = next
            .stores
            .iter()
            .flat_map(|swap| {
                let bytes = swap.expect.iter().zip(&swap.write);
                (at_index(swap.offset)..).zip(bytes.map(|(new, old)| (*new, *old)))
            })
            .collect();
        assert_eq!(named, held, "what is given back of {id}");
        assert_eq!(next.target, Some(self.target()));
        if named.iter().all(|(at, (new, _))| self.view[*at] == *new) {
            self.take_back(id, &named, limit.unwrap_or(usize::MAX));
        }
    }

    fn take_back(&mut self, id: u64, bytes: &BTreeMap<usize, (u8, u8)>, limit: usize) {
        let stored: Vec<_> = bytes.iter().take(limit).collect();
        let spans: Vec<Span> = stored.iter().map(|(at, _)| span(**at, **at + 1)).collect();
        let (target, at) = (self.target(), SystemTime::UNIX_EPOCH);
        let Some(recorded) = self.journal.took_back(id, &spans, target, at) else {
            assert!(
                spans.is_empty(),
                "{id} was taken back, and nothing is recorded"
            );
            return;
        };
        self.begin(recorded.id);
        self.taken.insert(recorded.id, id);
        self.n_pieces += 1;
        for (at, (new, old)) in stored {
            let kept = Kept {
                old: *new,
                new: *old,
                saw: None,
                fate: Fate::Shown,
                covered: None,
                settled: false,
                in_file: false,
            };
            let memory = self.edits.get_mut(&recorded.id).unwrap();
            memory.bytes.insert(*at, kept);
            self.swap_byte(true, id, *at, *old);
        }
    }

    /// What took an edit back goes nowhere where that edit can never come back, and that is not known of every byte.
    pub(super) fn note_taken(&mut self) {
        for edit in self.journal.edits() {
            let Some(taken) = self.taken.get(&edit.id()) else {
                continue;
            };
            for part in edit.parts().filter(|part| part.bytes.is_none()) {
                let start = at_index(part.offset);
                for at in start..start + usize::try_from(part.len).unwrap() {
                    let other = self.edits[taken].bytes.get(&at).map(|byte| byte.fate);
                    let bytes = &mut self.edits.get_mut(&edit.id()).unwrap().bytes;
                    let Some(byte) = bytes.get_mut(&at) else {
                        continue;
                    };
                    let may = !matches!(byte.fate, Fate::Shown | Fate::Undone)
                        || matches!(other, Some(Fate::Doubtful | Fate::Out));
                    assert!(may, "byte {at} of {} is given up", edit.id());
                    byte.fate = Fate::Out;
                }
            }
        }
    }
}
