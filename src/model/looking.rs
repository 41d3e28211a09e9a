//! Moving about, and the bytes that come in for the screen.

use std::sync::Arc;

use super::doc::{Doc, Out};
use super::effect::FileRequest;
use super::event::Facts;
use super::happened::row_of;
use super::identity::{MappingId, OrderId, Target, ViewId};
use super::notice::{Notice, Severity};
use super::pending::Under;
use super::viewport::Viewport;
use super::window::{Look, Origins, ReadBy, Window};
use super::witness::{FilePages, WitnessId, WitnessState};
use super::{Action, MappingAction, Topic};
use crate::map::{GapReason, Storage};

impl Doc {
    /// Changes where the person looks.
    pub(super) fn look(&mut self, view: ViewId, change: impl FnOnce(&mut Viewport)) {
        if let Some(view) = self.views.iter_mut().find(|known| known.id == view) {
            change(&mut view.viewport);
            view.look_wanted = true;
        }
    }

    /// The visible bytes came.
    pub(super) fn looked(&mut self, mapping: MappingId, look: Arc<Look>, out: &mut Out<'_>) {
        let (focus, now) = (self.focus, self.happened.now());
        let Some(view) = self.view_of_mut(mapping) else {
            return;
        };
        let window = Window::new(look, view.window.as_ref(), &view.journal);
        let changed = window.is_flashing();
        let gaps = &window.look().readout.gaps;
        let unread = gaps.iter().find(|gap| gap.reason.pread_shows_it());
        let unread = unread.map(|gap| gap.reason);
        if let Some(before) = &view.window {
            view.sums.see(before, &window, now);
        }
        view.window = Some(window);
        let id = view.id;
        if changed && id == focus {
            self.lookup_reread(out);
        }
        self.offer_pread(id, unread);
    }

    /// Bytes in sight that the mapping does not give, for this reason, and pread does: said once, with what can be done.
    fn offer_pread(&mut self, view: ViewId, unread: Option<GapReason>) {
        let name = self.name();
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        if known.read_by == ReadBy::Pread || known.pread_offered == unread.is_some() {
            return;
        }
        known.pread_offered = unread.is_some();
        let Some(reason) = unread else {
            self.notices.clear_in(view, Topic::Pread);
            return;
        };
        let whose = self.in_words(view);
        let text = format!("Some bytes of {name} in sight{whose} are not shown: {reason}");
        let show = Action::Mapping(MappingAction::ReadBy(ReadBy::Pread));
        let notice = Notice::new(Topic::Pread, Severity::Warning, text).of(view);
        self.notices.put(notice.with("Show them by pread", show));
    }

    /// Has the bytes on the screen read in this way.
    pub(super) fn read_by(&mut self, view: ViewId, by: ReadBy, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let number = out.file(self.target(known), FileRequest::ReadBy(by));
        self.began(view, number, Under::ReadBy);
    }

    /// The bytes on the screen are read in this way from now on: where it is not through the mapping, that stays said.
    pub(super) fn reads_by(&mut self, number: OrderId, by: ReadBy, out: &mut Out<'_>) {
        let Some((view, _)) = self.ended(number) else {
            return;
        };
        let name = self.name();
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            known.read_by = by;
            known.pread_offered = false;
        }
        match by {
            ReadBy::Mapping => self.notices.clear_in(view, Topic::Pread),
            ReadBy::Pread => {
                let whose = self.in_words(view);
                let text = format!(
                    "You see {name}{whose} as pread reads it, not as its mapping presents it; only your private copies come from the mapping"
                );
                let back = Action::Mapping(MappingAction::ReadBy(ReadBy::Mapping));
                let notice = Notice::new(Topic::Pread, Severity::Warning, text).pinned();
                let notice = notice.of(view);
                self.notices
                    .put(notice.with("Show the mapping again", back));
            }
        }
        self.lookup_reread(out);
        self.go_on(view, out);
    }

    /// Whether the storage still has the pages in sight.
    pub(super) fn origins_told(&mut self, target: Target, origins: Option<Origins>) {
        let at = self
            .views
            .iter()
            .position(|view| self.target(view) == target);
        if let Some(view) = at.and_then(|at| self.views.get_mut(at)) {
            view.origins = origins;
        }
    }

    /// Facts about the mapping came; of another one than is looked at they are late.
    pub(super) fn facts_told(&mut self, target: Target, facts: Facts) {
        if self.focused_target() == target {
            self.facts = Some(facts);
        }
    }

    pub(super) fn history_back(&mut self, view: ViewId) {
        self.jump(view, |view| (&mut view.back, &mut view.forward));
    }

    pub(super) fn history_forward(&mut self, view: ViewId) {
        self.jump(view, |view| (&mut view.forward, &mut view.back));
    }

    /// To the last place of the first list; the present one goes to the second.
    fn jump(
        &mut self,
        view: ViewId,
        lists: impl FnOnce(&mut super::View) -> (&mut Vec<u64>, &mut Vec<u64>),
    ) {
        let Some(view) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let here = view.viewport.cursor;
        let (from, to) = lists(view);
        if let Some(offset) = from.pop() {
            to.push(here);
            view.viewport.set_cursor(offset, false);
            view.viewport.reveal_centered();
            view.look_wanted = true;
        }
    }

    /// What a witness in this process says. Late answers about other bytes, or as seen from another mapping, are
    /// dropped: the row then still waits for the right one.
    pub(super) fn witness_said(&mut self, target: Target, id: WitnessId, state: WitnessState) {
        if target != self.focused_target() {
            return;
        }
        if let (Some(readout), Some(watched)) = (state.readout(), self.witnesses.span)
            && readout.span != watched
        {
            return;
        }
        if let WitnessState::Reads { readout, .. } = &state {
            self.note_reading(row_of(id), readout);
        }
        self.witnesses.row_mut(id).state = state;
    }

    /// What is known of the pages of the file itself; of other bytes, or as seen from another mapping, it is late.
    pub(super) fn file_pages_told(&mut self, target: Target, pages: FilePages) {
        if target == self.focused_target() && self.witnesses.span == Some(pages.span) {
            self.note_pages(&pages);
            self.witnesses.file_pages = Some(pages);
        }
    }

    /// Which of them are to be written: a sync that fails does not say it.
    fn note_pages(&mut self, pages: &FilePages) {
        let first = pages.span.pages(self.page_bytes.max(1)).start;
        for (page, fact) in (first..).zip(&pages.pages) {
            let Ok(cache) = &fact.cache else { continue };
            if fact.storage != Storage::None {
                let is_dirty = cache.dirty_pages > 0 || cache.writeback_pages > 0;
                self.syncs.told(page, is_dirty);
            }
        }
    }

    /// A sync failed: what was to be written is not on the storage.
    pub(super) fn sync_failed(&mut self, why: &str) {
        let page_bytes = self.page_bytes.max(1);
        let edited = self.views.iter().flat_map(|view| view.journal.unsynced());
        let pages = edited.flat_map(|span| span.pages(page_bytes));
        self.syncs.failed(why, self.happened.now(), pages);
    }

    /// Escape: drops the innermost thing that is open, a half-typed byte, or a selection.
    pub(super) fn escape(&mut self, view: ViewId, out: &mut Out<'_>) {
        self.notices.clear(super::Topic::Done);
        self.notices.clear(super::Topic::Error);
        if self.saving.is_some() {
            self.destination_cancelled(out);
            return;
        }
        let Some(view) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        if view.fill_text.take().is_some() {
            out.push(super::Effect::Focus(super::Focus::Grid));
        } else if view.viewport.nibble.take().is_none() {
            view.viewport.anchor = None;
        }
    }

    /// The bytes may have changed: the answer beside the lookup field is read again.
    pub(super) fn lookup_reread(&mut self, out: &mut Out<'_>) {
        let Some(span) = self.lookup.peeked() else {
            return;
        };
        let number = self.ask(FileRequest::Peek(span), out);
        self.lookup.asked(number);
    }
}
