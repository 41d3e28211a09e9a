//! The journal: the only truth about what the person typed.
//!
//! A mapping cannot give edits back: a truncation destroys even private copies, and a page that was copied freezes bytes
//! nobody edited. So every store is recorded here with what stood there before. The journal is pure: it decides what undo,
//! redo, writing back and reapplying mean; it never touches a mapping. It must not know threads, files or widgets.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::bytes::Span;
use crate::map::Mode;

/// One store that reached the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Number in the order of typing, from 1.
    pub id: u64,
    /// File offset of the first byte.
    pub offset: u64,
    /// What stood there before, as long as `new`.
    pub old: Vec<u8>,
    /// What was stored.
    pub new: Vec<u8>,
    /// The mode of the mapping it was stored through.
    pub mode: Mode,
    /// When it was typed.
    pub at: SystemTime,
    /// What has become of it.
    pub state: EditState,
}

impl Edit {
    /// The offsets it covers.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::at(self.offset, self.new.len() as u64).unwrap_or(Span::empty(self.offset))
    }
}

/// What has become of an [`Edit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditState {
    /// The mapping holds it, as far as is known.
    Applied,
    /// Undone; redo brings it back.
    Undone,
    /// The person threw its private copy away.
    Dropped,
}

/// A byte that differs between the private view and what stood in the file when it was first edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingByte {
    /// What stood there when it was first edited.
    pub base: u8,
    /// What the person wants there.
    pub value: u8,
}

/// Neighboring pending bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRun {
    /// File offset of the first byte.
    pub offset: u64,
    /// What stood there when edited.
    pub base: Vec<u8>,
    /// What is to stand there.
    pub value: Vec<u8>,
}

/// What undo or redo has to store: `write` at `offset`, but only where `expect` still stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compensation {
    /// The edit that it takes back or brings back.
    pub id: u64,
    /// File offset.
    pub offset: u64,
    /// What must stand there now.
    pub expect: Vec<u8>,
    /// What to store.
    pub write: Vec<u8>,
    /// The mode the edit was made in.
    pub mode: Mode,
}

/// Every edit of one open file, in order, and what follows from them.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// Every edit ever made, never shortened.
    edits: Vec<Edit>,
    /// Indexes of the edits that undo takes back, the last one next.
    done: Vec<usize>,
    /// Indexes of the edits that redo brings back, the last one next.
    undone: Vec<usize>,
    /// Private edits that the mapping holds and the file does not.
    pending: BTreeMap<u64, PendingByte>,
    /// Private edits that neither the mapping nor the file holds: kept by choice, or destroyed by a truncation.
    patch: BTreeMap<u64, PendingByte>,
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All edits, oldest first.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// How many bytes are edited privately and not in the file.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        self.pending.len()
    }

    /// How many edited bytes wait for reapplication.
    #[must_use]
    pub fn patch_bytes(&self) -> usize {
        self.patch.len()
    }

    /// The pending byte at `offset`.
    #[must_use]
    pub fn pending_at(&self, offset: u64) -> Option<PendingByte> {
        self.pending.get(&offset).copied()
    }

    /// Pending offsets inside `span`, ascending.
    pub fn pending_in(&self, span: Span) -> impl Iterator<Item = (u64, PendingByte)> + '_ {
        in_span(&self.pending, span)
    }

    /// Offsets inside `span` that wait for reapplication, ascending.
    pub fn patch_in(&self, span: Span) -> impl Iterator<Item = (u64, PendingByte)> + '_ {
        in_span(&self.patch, span)
    }

    /// The pending bytes as runs of neighbors, ascending.
    #[must_use]
    pub fn pending_runs(&self) -> Vec<PendingRun> {
        runs(&self.pending)
    }

    /// The bytes that wait for reapplication as runs, ascending.
    #[must_use]
    pub fn patch_runs(&self) -> Vec<PendingRun> {
        runs(&self.patch)
    }

    /// Records a store that reached the mapping; whatever was undone before can no longer be redone, but stays listed.
    pub fn record(
        &mut self,
        offset: u64,
        old: Vec<u8>,
        new: Vec<u8>,
        mode: Mode,
        at: SystemTime,
    ) -> u64 {
        let id = self.edits.len() as u64 + 1;
        self.apply_bytes(offset, &old, &new, mode);
        self.undone.clear();
        self.done.push(self.edits.len());
        self.edits.push(Edit {
            id,
            offset,
            old,
            new,
            mode,
            at,
            state: EditState::Applied,
        });
        id
    }

    /// What the next undo has to store, or `None` where nothing is left.
    #[must_use]
    pub fn undo(&self) -> Option<Compensation> {
        let edit = self.edits.get(*self.done.last()?)?;
        Some(Compensation {
            id: edit.id,
            offset: edit.offset,
            expect: edit.new.clone(),
            write: edit.old.clone(),
            mode: edit.mode,
        })
    }

    /// What the next redo has to store, or `None` where nothing was undone.
    #[must_use]
    pub fn redo(&self) -> Option<Compensation> {
        let edit = self.edits.get(*self.undone.last()?)?;
        Some(Compensation {
            id: edit.id,
            offset: edit.offset,
            expect: edit.old.clone(),
            write: edit.new.clone(),
            mode: edit.mode,
        })
    }

    /// The undo of edit `id` was stored. Ignored unless it is the one [`Journal::undo`] named.
    pub fn undone(&mut self, id: u64) {
        if let Some(index) = pop(&mut self.done, &self.edits, id) {
            self.undone.push(index);
            self.turn(index, EditState::Undone);
        }
    }

    /// The redo of edit `id` was stored. Ignored unless it is the one [`Journal::redo`] named.
    pub fn redone(&mut self, id: u64) {
        if let Some(index) = pop(&mut self.undone, &self.edits, id) {
            self.done.push(index);
            self.turn(index, EditState::Applied);
        }
    }

    /// Passes over edit `id` in undo and redo without storing anything: its bytes are no longer there to take back.
    pub fn skip(&mut self, id: u64) {
        if pop(&mut self.done, &self.edits, id).is_none() {
            pop(&mut self.undone, &self.edits, id);
        }
    }

    /// An edit was taken back or brought back.
    fn turn(&mut self, index: usize, state: EditState) {
        let Some(edit) = self.edits.get_mut(index) else {
            return;
        };
        edit.state = state;
        let (old, new) = (edit.old.clone(), edit.new.clone());
        let (offset, mode) = (edit.offset, edit.mode);
        match state {
            EditState::Undone => self.apply_bytes(offset, &new, &old, mode),
            EditState::Applied | EditState::Dropped => self.apply_bytes(offset, &old, &new, mode),
        }
    }

    /// These bytes stand in the file now: they are no longer pending.
    pub fn written_back(&mut self, span: Span) {
        self.pending.retain(|offset, _| !span.contains(*offset));
        self.patch.retain(|offset, _| !span.contains(*offset));
    }

    /// Everything that is edited and not in the file, pending or waiting for reapplication, as runs.
    #[must_use]
    pub fn unsaved_runs(&self) -> Vec<PendingRun> {
        let mut all = self.patch.clone();
        all.extend(self.pending.iter());
        runs(&all)
    }

    /// The file holds something else than when the byte was edited, and the person wants to overwrite it all the same.
    pub fn rebase(&mut self, offset: u64, found: u8) {
        for map in [&mut self.pending, &mut self.patch] {
            if let Some(byte) = map.get_mut(&offset) {
                byte.base = found;
            }
        }
    }

    /// The private copies of `span` are gone without having been asked for: their edits wait for reapplication.
    /// Returns how many bytes that were.
    pub fn lose(&mut self, span: Span) -> usize {
        let lost: Vec<_> = self.pending_in(span).collect();
        for (offset, byte) in &lost {
            self.pending.remove(offset);
            self.patch.insert(*offset, *byte);
        }
        lost.len()
    }

    /// Sets every pending edit aside as a patch (the mapping is about to go). Returns how many bytes.
    pub fn set_aside(&mut self) -> usize {
        let aside = std::mem::take(&mut self.pending);
        let n = aside.len();
        self.patch.extend(aside);
        n
    }

    /// The person threw the private copies of `span` away. Returns how many edited bytes went; they can still be
    /// brought back by [`Journal::patch_runs`] until the patch is dropped.
    pub fn discard(&mut self, span: Span) -> usize {
        let n = self.lose(span);
        for edit in &mut self.edits {
            if edit.mode == Mode::Private
                && edit.state == EditState::Applied
                && edit
                    .span()
                    .intersect(span)
                    .is_some_and(|both| !both.is_empty())
            {
                edit.state = EditState::Dropped;
            }
        }
        n
    }

    /// A byte of the patch was stored again; `base` stood there just before.
    pub fn reapplied(&mut self, offset: u64, base: &[u8], value: &[u8]) {
        for (index, (base, value)) in base.iter().zip(value).enumerate() {
            let at = offset.saturating_add(index as u64);
            // the view had it still: what stood in the file before the edit is what is known of it
            let kept = self.patch.get(&at).filter(|_| base == value);
            let base = kept.map_or(*base, |byte| byte.base);
            self.note(at, base, *value);
        }
        let span = Span::at(offset, value.len() as u64).unwrap_or(Span::empty(offset));
        for edit in &mut self.edits {
            if edit.state == EditState::Dropped && edit.span().intersect(span).is_some() {
                edit.state = EditState::Applied;
            }
        }
    }

    /// Forgets the patch; the edits stay listed.
    pub fn drop_patch(&mut self) {
        self.patch.clear();
    }

    fn apply_bytes(&mut self, offset: u64, from: &[u8], to: &[u8], mode: Mode) {
        if mode == Mode::Shared {
            return; // a shared store is in the file at once
        }
        for (index, (from, to)) in from.iter().zip(to).enumerate() {
            self.note(offset.saturating_add(index as u64), *from, *to);
        }
    }

    /// A private byte went from `before` to `value`. What waited for reapplication there is older, and gives way.
    fn note(&mut self, offset: u64, before: u8, value: u8) {
        self.patch.remove(&offset);
        let base = self.pending.get(&offset).map_or(before, |byte| byte.base);
        if base == value {
            self.pending.remove(&offset);
        } else {
            self.pending.insert(offset, PendingByte { base, value });
        }
    }
}

/// Takes the last index off `stack` if it is that of edit `id`.
fn pop(stack: &mut Vec<usize>, edits: &[Edit], id: u64) -> Option<usize> {
    let index = *stack.last()?;
    (edits.get(index)?.id == id).then(|| stack.pop())?
}

fn in_span(
    map: &BTreeMap<u64, PendingByte>,
    span: Span,
) -> impl Iterator<Item = (u64, PendingByte)> + '_ {
    map.range(span.start()..span.end())
        .map(|(offset, byte)| (*offset, *byte))
}

fn runs(map: &BTreeMap<u64, PendingByte>) -> Vec<PendingRun> {
    let mut runs: Vec<PendingRun> = Vec::new();
    for (&offset, byte) in map {
        match runs.last_mut() {
            Some(run) if run.offset + run.value.len() as u64 == offset => {
                run.base.push(byte.base);
                run.value.push(byte.value);
            }
            _ => runs.push(PendingRun {
                offset,
                base: vec![byte.base],
                value: vec![byte.value],
            }),
        }
    }
    runs
}
