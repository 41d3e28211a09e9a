//! The journal of one view: the only truth about what the person typed in it.
//!
//! A mapping cannot give edits back: a truncation destroys even private copies, and a page that was copied freezes bytes
//! nobody edited. So every store is recorded here with what stood there before, and nobody else keeps a list. The journal
//! is pure: it decides what undo, redo, writing back and reapplying mean; it never touches a mapping, and has no clock.
//! It must not know threads, files or widgets.
//!
//! Two records stand side by side. The *history* is the steps in order, with what undo and redo need. The *shadow* is what
//! they come to, byte by byte: base and value. The base is what the person saw when typing, else what stood there; it is
//! fixed by the first edit of a byte and holds until the byte is written, dropped, or taken back to where it began.
//!
//! The caller says what happened in the order in which it happened: answers of a worker are taken as they come.

mod alone;
mod block;
mod bytes;
mod edit;
mod history;
mod layer;
mod order;
mod part;
mod query;
mod room;
mod shadow;

use std::time::SystemTime;

use crate::bytes::Span;
use crate::map::Mode;

use super::identity::Target;
use block::Which;
use history::History;
use order::Way;
use part::{Part, ascending, differing_from, overlaps};
use shadow::{EVERYTHING, Shadow};

pub use bytes::Bytes;
pub use edit::{Edit, EditPart};
pub use order::{
    Compensation, Differing, Drawn, EditState, Gone, Next, NotAlone, PendingByte, PendingRun,
    Recorded, Room, Stored, Swap, Unsaved,
};

/// Memory that one journal may use before it refuses, in bytes.
pub const BUDGET_BYTES: usize = 64 << 20;

/// Every edit of one view, in order, and what follows from them.
#[derive(Clone, Debug)]
pub struct Journal {
    history: History,
    shadow: Shadow,
    budget: usize,
    revision: u64,
    /// The revision whose unsaved edits stand in an export.
    exported: Option<u64>,
}

impl Default for Journal {
    fn default() -> Self {
        Self::with_budget(BUDGET_BYTES)
    }
}

impl Journal {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty journal that may use this many bytes of memory before [`Journal::room_for`] says no.
    #[must_use]
    pub fn with_budget(budget: usize) -> Self {
        Self {
            history: History::default(),
            shadow: Shadow::default(),
            budget,
            revision: 0,
            exported: None,
        }
    }

    /// Records one step of the person's that reached the mapping, be it in several pieces, which must not overlap.
    /// `drawn` is what was on the screen there when the key came. Whatever was undone before can no longer be redone.
    /// `None` where no byte was stored.
    ///
    /// The store has happened, so it is recorded whatever the budget: ask [`Journal::room_for`] before.
    pub fn record(
        &mut self,
        stores: Vec<Stored>,
        drawn: &Drawn,
        mode: Mode,
        target: Target,
        at: SystemTime,
    ) -> Option<Recorded> {
        let shadow = &self.shadow;
        let parts = stores.into_iter().map(|stored| {
            let differing = differing_from(&stored, drawn, |offset| shadow.own_value(offset));
            Part::new(stored, differing)
        });
        let parts = parts.collect();
        self.add(parts, mode, target, at)
    }

    /// Records what of [`Journal::patch_runs`] was stored again: one new step, with the bases of the edits that it
    /// brings back, which are retired. Where something else stood than their base, the record says so.
    pub fn reapplied(
        &mut self,
        stores: Vec<Stored>,
        target: Target,
        at: SystemTime,
    ) -> Option<Recorded> {
        let mut parts = Vec::new();
        let mut spans = Vec::new();
        for stored in stores {
            let span = stored.span();
            let mut bases = Drawn::nothing();
            for run in self.shadow.runs_in(Which::Waiting, span) {
                bases.add(run.offset, run.base);
            }
            let differing = differing_from(&stored, &bases, |_| None);
            parts.push(Part::new(stored, differing));
            spans.push(span);
        }
        let spans = ascending(&spans);
        let shadow = &mut self.shadow;
        let waited = |part: &Part, shadow: &Shadow| {
            part.state.waits() && overlaps(&spans, part.span()) && shadow.is_waiting_in(part.span())
        };
        let mut candidates = Vec::new();
        self.history.each(|edit| {
            if edit.parts.iter().any(|part| waited(part, shadow)) {
                candidates.push(edit.id());
            }
        });
        for span in &spans {
            shadow.forget_waiting(*span);
        }
        self.history.each(|edit| {
            if candidates.binary_search(&edit.id()).is_ok() {
                for part in &mut edit.parts {
                    let inside = part.state.waits() && overlaps(&spans, part.span());
                    if inside && !shadow.is_waiting_in(part.span()) {
                        part.state = EditState::Retired;
                    }
                }
            }
        });
        self.history
            .unstack(|edit| !edit.has_bytes() && edit.state() == EditState::Retired);
        self.add(parts, Mode::Private, target, at)
    }

    fn add(
        &mut self,
        parts: Vec<Part>,
        mode: Mode,
        target: Target,
        at: SystemTime,
    ) -> Option<Recorded> {
        let id = self.history.next_id();
        let mut edit = Edit::new(id, parts, mode, target, at)?;
        for part in &mut edit.parts {
            part.apply(Way::Redo, mode, id, &mut self.shadow);
        }
        Some(self.enter(edit, None))
    }

    /// A new step, whose bytes the shadow knows; the edit that it takes back, if it does.
    fn enter(&mut self, edit: Edit, taken: Option<u64>) -> Recorded {
        let (id, differing) = (edit.id(), edit.differing());
        match taken {
            Some(taken) => self.history.add_taking_back(edit, taken),
            None => self.history.add(edit),
        }
        self.revision += 1;
        let over = self.bytes_kept().saturating_sub(self.budget);
        let (forgotten, _) = self.history.forgettable(over);
        self.history.forget(&forgotten);
        Recorded {
            id,
            differing,
            forgotten,
        }
    }

    /// What the next undo has to store, or why it cannot, or `None` where nothing is left. The caller sees to it that
    /// one is under way at a time, and that a private one goes to the mapping and generation that it names.
    #[must_use]
    pub fn undo(&self) -> Option<Next> {
        self.history
            .next(Way::Undo)
            .map(|edit| edit.next(Way::Undo))
    }

    /// Something is left to undo. Cheap: it is asked in each frame.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.history.next(Way::Undo).is_some()
    }

    /// Something that was undone can be stored again. Cheap: it is asked in each frame.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.history.next(Way::Redo).is_some()
    }

    /// What the next redo has to store, or why it cannot, or `None` where nothing was undone.
    #[must_use]
    pub fn redo(&self) -> Option<Next> {
        self.history
            .next(Way::Redo)
            .map(|edit| edit.next(Way::Redo))
    }

    /// The undo of edit `id` was stored. Ignored unless it is the one that [`Journal::undo`] names.
    pub fn undone(&mut self, id: u64) {
        self.undone_in(id, &[EVERYTHING]);
    }

    /// The redo of edit `id` was stored. Ignored unless it is the one that [`Journal::redo`] names.
    pub fn redone(&mut self, id: u64) {
        self.redone_in(id, &[EVERYTHING]);
    }

    /// The undo of edit `id` was stored in `spans` only. The rest stays the next to be undone, until it is skipped. Gives
    /// where it took note of it: not where the edit was lost meanwhile, and what was stored there is a step of its own.
    pub fn undone_in(&mut self, id: u64, spans: &[Span]) -> Vec<Span> {
        self.went(Way::Undo, id, spans)
    }

    /// The redo of edit `id` was stored in `spans` only. The rest stays the next to be redone, until it is skipped. Gives
    /// what [`Journal::undone_in`] gives.
    pub fn redone_in(&mut self, id: u64, spans: &[Span]) -> Vec<Span> {
        self.went(Way::Redo, id, spans)
    }

    fn went(&mut self, way: Way, id: u64, spans: &[Span]) -> Vec<Span> {
        let spans = ascending(spans);
        let shadow = &mut self.shadow;
        let next = self.history.next(way).filter(|edit| edit.id() == id);
        let Some(next) = next else {
            return Vec::new();
        };
        let going = next.going(way, &spans);
        // what takes an edit back goes as that one comes back
        if let Some(taken) = self.history.taken_by(id) {
            self.history
                .change(taken, |edit| edit.went(way.back(), &going, shadow));
        }
        if self
            .history
            .go(way, id, |edit| edit.went(way, &spans, shadow))
        {
            self.revision += 1;
        }
        going
    }

    /// Passes over edit `id` in undo or redo without storing anything: its bytes are no longer there to take back. It
    /// stays listed. Ignored unless it is the one that [`Journal::undo`] or else [`Journal::redo`] names.
    pub fn skip(&mut self, id: u64) {
        if !self.history.skip(Way::Undo, id) {
            self.history.skip(Way::Redo, id);
        }
    }

    /// What was unsaved in `spans` was written to the file; `synced`: and the device took it, and all that was in the
    /// file before. Else all of that counts as unsaved, until it is written once more and a sync succeeds.
    pub fn written(&mut self, spans: &[Span], synced: bool) {
        let spans = ascending(spans);
        let shadow = &mut self.shadow;
        let unsaved = |part: &Part, shadow: &Shadow| {
            let held = part.state == EditState::Applied || part.state.waits();
            held && overlaps(&spans, part.span()) && shadow.is_private_in(part.span())
        };
        let mut candidates = Vec::new();
        self.history.each(|edit| {
            if edit.mode() == Mode::Private && edit.parts.iter().any(|part| unsaved(part, shadow)) {
                candidates.push(edit.id());
            }
        });
        for span in shadow.bridged(&spans) {
            shadow.written(span);
        }
        self.history.each(|edit| {
            if candidates.binary_search(&edit.id()).is_ok() {
                for part in &mut edit.parts {
                    let held = part.state == EditState::Applied || part.state.waits();
                    if held && overlaps(&spans, part.span()) && !shadow.is_private_in(part.span()) {
                        part.state = EditState::WrittenNotSynced;
                        part.settle();
                    }
                }
            }
        });
        if synced {
            self.synced();
        } else {
            self.sync_failed();
        }
    }

    /// A sync of the whole file succeeded: what is in the file is on the device, but for what an earlier sync had failed
    /// with and was not written since.
    pub fn synced(&mut self) {
        let shadow = &mut self.shadow;
        shadow.synced();
        self.history.each(|edit| {
            let shared = edit.mode() == Mode::Shared;
            for part in &mut edit.parts {
                let in_file = part.state == EditState::WrittenNotSynced
                    || (shared && part.state == EditState::Applied);
                if in_file && !shadow.is_unsynced_in(part.span()) {
                    part.state = EditState::InFile;
                }
            }
        });
    }

    /// A sync failed, msync or fsync: what reached the file since the last one may never reach the device.
    pub fn sync_failed(&mut self) {
        let shadow = &mut self.shadow;
        let before = shadow.counts();
        shadow.sync_failed();
        if shadow.counts() != before {
            self.revision += 1;
        }
        self.history.each(|edit| {
            let shared = edit.mode() == Mode::Shared;
            for part in &mut edit.parts {
                let applied = shared && part.state == EditState::Applied;
                if applied && shadow.is_unsynced_in(part.span()) {
                    part.state = EditState::WrittenNotSynced;
                }
            }
        });
    }

    /// Changes whenever the unsaved edits may have: what an export of them is told by.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The unsaved edits as they were at `revision` stand in an export. Ignored where they changed since.
    pub fn exported(&mut self, revision: u64) {
        if revision == self.revision {
            self.shadow.exported();
            self.exported = Some(revision);
        }
    }

    /// Edits that an earlier run of the program left: they wait to be reapplied, as if their pages had been lost. `runs`
    /// must not overlap, nor touch what is pending.
    pub fn take_over(&mut self, runs: Vec<PendingRun>, target: Target, at: SystemTime) {
        let spans: Vec<Span> = runs
            .iter()
            .filter_map(|run| Span::at(run.offset, run.value.len() as u64))
            .collect();
        let stores = runs.into_iter().map(|run| Stored {
            offset: run.offset,
            old: run.base,
            new: run.value,
        });
        self.record(
            stores.collect(),
            &Drawn::nothing(),
            Mode::Private,
            target,
            at,
        );
        self.lose(&spans);
    }

    /// The private copies of `spans` are gone without having been asked for: their edits wait. Returns how many bytes.
    pub fn lose(&mut self, spans: &[Span]) -> usize {
        self.take_out(spans, EditState::Lost)
    }

    /// The person threw the private copies of `spans` away: their edits wait. Returns how many bytes.
    pub fn discard(&mut self, spans: &[Span]) -> usize {
        self.take_out(spans, EditState::Discarded)
    }

    fn take_out(&mut self, spans: &[Span], state: EditState) -> usize {
        self.revision += 1;
        let spans = ascending(spans);
        let shadow = &mut self.shadow;
        let held = |part: &Part| part.state == EditState::Applied || part.can(Way::Redo);
        self.history.each(|edit| {
            if edit.mode() == Mode::Shared {
                return;
            }
            edit.split(&spans, held);
            let inside = |part: &Part| held(part) && overlaps(&spans, part.span());
            // what was undone to something else than the file's bytes cannot be redone from there
            edit.give_up(|part| inside(part) && shadow.is_pending_in(part.span()));
            for part in edit.parts.iter_mut().filter(|part| inside(part)) {
                if part.state == EditState::Applied {
                    part.state = state;
                }
            }
            edit.give_up(|part| part.state.waits());
        });
        spans.iter().map(|span| shadow.lose(*span)).sum()
    }

    /// The mapping is gone, and with it all that it held privately: the edits wait, and none made before can be undone
    /// or redone. To be called for every new generation. Returns how many bytes.
    pub fn set_aside(&mut self) -> usize {
        self.revision += 1;
        let n_bytes = self.shadow.lose_all();
        self.history.each(|edit| {
            if edit.mode() == Mode::Private {
                for part in &mut edit.parts {
                    if part.state == EditState::Applied {
                        part.state = EditState::SetAside;
                    }
                }
                edit.give_up(|_| true);
            }
        });
        n_bytes
    }

    /// The person forgets what waits; the edits stay listed. Returns how many bytes.
    pub fn drop_patch(&mut self) -> usize {
        self.revision += 1;
        let n_bytes = self.shadow.forget_all_waiting();
        self.history.each(|edit| {
            for part in &mut edit.parts {
                part.forget_covered();
                if part.state.waits() {
                    part.state = EditState::Dropped;
                }
            }
        });
        n_bytes
    }

    /// Memory that the journal uses, in bytes.
    #[must_use]
    pub fn bytes_kept(&self) -> usize {
        self.history.kept() + self.shadow.kept()
    }
}
