//! The journal says what follows from the world.

use super::*;

impl World {
    fn by_offset(&self, of: impl Fn(usize) -> Option<(u8, u8)>) -> BTreeMap<u64, PendingByte> {
        let all = (0..self.len).filter_map(|at| {
            let (base, value) = of(at)?;
            Some((offset_of(at), PendingByte { base, value }))
        });
        all.collect()
    }

    pub(in crate::journal) fn check(&mut self) {
        self.n_ops += 1;
        self.note_taken();
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
