//! What is unsaved reaches the file, the device, or a list of edits.

use super::*;

impl World {
    /// Writes what is unsaved in a range, each byte where the file holds what the person saw, or with `over` whatever it
    /// holds.
    pub(in crate::journal) fn write(
        &mut self,
        range: std::ops::Range<usize>,
        synced: bool,
        over: bool,
    ) {
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

    pub(in crate::journal) fn sync(&mut self, succeeds: bool) {
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
    pub(in crate::journal) fn export(&mut self, late: bool) {
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
}
