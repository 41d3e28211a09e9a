//! Private copies that go, and what waits since.

use super::*;

impl World {
    /// The private pages in this range are gone.
    pub(in crate::journal) fn lose(&mut self, range: std::ops::Range<usize>, by_person: bool) {
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
    pub(in crate::journal) fn remap(&mut self, mode: Mode) {
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

    pub(in crate::journal) fn drop_patch(&mut self) {
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
    pub(in crate::journal) fn reapply(&mut self, n_runs: usize) {
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
}
