//! Modes, mapping anew, flushing and discarding: what happens to a mapping as a whole.

use crate::bytes::Span;
use crate::map::{Access, Mode};

use super::change::Change;
use super::closing::{Next, Settled};
use super::doc::{Doc, Out};
use super::effect::FileRequest;
use super::event::{DiscardError, Flushed, NotAsAsked, Remapped};
use super::happened::About;
use super::identity::{Generation, MappingId, OrderId, ViewId};
use super::notice::{Notice, Severity};
use super::pending::{Under, Waiting};
use super::topic::{Subject, Topic};
use super::view::PatchWhy;
use super::{Action, MappingAction, UnsavedChoice};

impl Doc {
    pub(super) fn toggle_mode(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        // pressed twice while the first is under way, it goes back
        let mode = match known.wished().mode {
            Mode::Private => Mode::Shared,
            Mode::Shared => Mode::Private,
        };
        self.set_mode(view, mode, out);
    }

    pub(super) fn set_mode(&mut self, view: ViewId, mode: Mode, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        if known.wished().mode == mode {
            return;
        }
        if mode == Mode::Shared && known.held_bytes() > 0 {
            self.ask_unsaved(Next::Map(view, Change::Mode(mode)));
        } else {
            self.change(view, Change::Mode(mode), None, out);
        }
    }

    pub(super) fn toggle_access(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let access = match known.wished().access {
            Access::ReadOnly => Access::ReadWrite,
            Access::ReadWrite => Access::ReadOnly,
        };
        self.set_access(view, access, out);
    }

    pub(super) fn set_access(&mut self, view: ViewId, access: Access, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let wished = known.wished();
        if wished.access == access {
            return;
        }
        let holds = known.journal.pending_bytes() > 0 || known.pending.edit_bytes() > 0;
        if wished.mode == Mode::Private && holds {
            self.ask_unsaved(Next::Map(view, Change::Access(access)));
        } else {
            self.change(view, Change::Access(access), None, out);
        }
    }

    /// Has the file mapped otherwise, after what is under way and from what that leads to.
    pub(super) fn change(
        &mut self,
        view: ViewId,
        change: Change,
        choice: Option<UnsavedChoice>,
        out: &mut Out<'_>,
    ) {
        self.submit(view, Waiting::Remap { change, choice }, out);
    }

    /// Maps anew as it is; private edits are reapplied to the fresh pages.
    pub(super) fn remap(&mut self, view: ViewId, out: &mut Out<'_>) {
        self.change(view, Change::Nothing, None, out);
    }

    pub(super) fn set_window(&mut self, view: ViewId, span: Option<Span>, out: &mut Out<'_>) {
        self.change(view, Change::Part(span), None, out);
    }

    pub(super) fn begin_remap(
        &mut self,
        view: ViewId,
        change: Change,
        choice: Option<UnsavedChoice>,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let (target, shape) = (self.target(known), known.shape().after(change));
        let request = FileRequest::Remap {
            mode: shape.mode,
            access: shape.access,
            span: shape.part,
        };
        let number = out.file(target, request);
        self.began(view, number, Under::Remap { shape, choice });
    }

    /// An order of a view was sent.
    pub(super) fn began(&mut self, view: ViewId, number: OrderId, what: Under) {
        self.began_about(view, number, what, About::Nothing);
    }

    /// The same; its answer will not say all that there is to say of it.
    pub(super) fn began_about(&mut self, view: ViewId, number: OrderId, what: Under, about: About) {
        self.happened.sent(number, about);
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            known.pending.begin(number, what);
        }
    }

    /// An order of some view was answered: which view's, and what it was.
    pub(super) fn ended(&mut self, number: OrderId) -> Option<(ViewId, Under)> {
        self.views
            .iter_mut()
            .find_map(|known| Some((known.id, known.pending.end(number)?)))
    }

    /// A view has a new mapping: a new generation.
    pub(super) fn remapped(
        &mut self,
        mapping: MappingId,
        generation: Generation,
        number: Option<OrderId>,
        remapped: Remapped,
        out: &mut Out<'_>,
    ) {
        let name = self.name();
        let Some(view) = self.view_of_mut(mapping) else {
            return;
        };
        let Remapped {
            mode,
            access,
            extent,
            whole,
            refusal,
        } = remapped;
        if generation <= view.generation {
            return; // said of an earlier one, or said before
        }
        let same = view.mode == mode && view.access == access;
        view.generation = generation;
        view.is_mapped(mode, access, whole, refusal.clone());
        let choice = match number.and_then(|number| view.pending.end(number)) {
            Some(Under::Remap { choice, .. }) => choice,
            _ => None,
        };
        let mut aside = view.journal.set_aside(); // whatever the old mapping held privately is gone
        let mut given_up = Vec::new();
        if choice == Some(UnsavedChoice::Drop) {
            given_up = view.journal.patch_spans();
            view.journal.drop_patch();
            aside = 0;
        }
        let waits = view.journal.patch_bytes() > 0;
        view.viewport.set_extent(extent);
        view.viewport.nibble = None;
        view.mark();
        let (id, shows) = (view.id, view.patch_why.is_some());
        self.forget_found(id, out);
        self.ask_anew_to_apply(id, out);
        self.tell_given_up(id, given_up, out);
        self.notices.clear(Topic::Size);
        self.notices.clear_in(id, Topic::Pread);
        let done = remapped_words(&name, mode, access, same);
        self.say_remapped(id, done, refusal);
        if waits && mode == Mode::Private && access == Access::ReadWrite && same {
            self.reapply(id, out);
        } else if aside > 0 || (waits && !shows) {
            self.show_patch_notice(id, PatchWhy::Kept);
        } else {
            self.renew_patch_notice(id);
        }
        self.lookup_reread(out);
        self.go_on(id, out);
    }

    /// Says how it is mapped now, and what was typed meanwhile in vain.
    fn say_remapped(&mut self, view: ViewId, done: String, refusal: Option<NotAsAsked>) {
        let typed = self.remap_is_over(view);
        match refusal {
            None if typed.is_empty() => self.done(Subject::Map, done),
            None => {
                self.notices.settle(Subject::Map);
                self.failed(Subject::Edit, done + &typed);
            }
            Some(mut refusal) => {
                refusal.why += &typed;
                self.not_as_asked(view, refusal);
            }
        }
    }

    /// The file is not mapped as was asked for: says why, and asks for leave where the person can give it.
    pub(super) fn not_as_asked(&mut self, view: ViewId, refusal: NotAsAsked) {
        self.notices.clear(Topic::Done);
        let mut notice =
            Notice::new(Topic::Error, Severity::Error, refusal.why).about(Subject::Map);
        notice.view = Some(view);
        if refusal.may_allow {
            let allow = Action::Mapping(MappingAction::AllowWriting);
            notice = notice.with("Allow writing to this device", allow);
        }
        self.notices.put(notice);
    }

    /// The person allows writing to a block device, once for this file, and has it mapped shared and read-write.
    pub(super) fn allow_writing(&mut self, view: ViewId, out: &mut Out<'_>) {
        self.notices.settle(Subject::Map);
        let Some(known) = self.view_by(view) else {
            return;
        };
        let number = out.file(self.target(known), FileRequest::AllowWriting);
        self.began(view, number, Under::AllowWriting);
        self.change(view, Change::Writing, None, out);
    }

    /// The file could not be mapped anew: the old mapping stands, and the edits in it.
    pub(super) fn remap_failed(
        &mut self,
        number: Option<OrderId>,
        message: String,
        out: &mut Out<'_>,
    ) -> Option<Settled> {
        if self.added(number).is_some() {
            self.failed(Subject::Map, message); // a second view, which nothing waits for
            return None;
        }
        let (view, _) = self.ended(number?)?;
        let behind = self.changes_are_off(view);
        let typed = self.remap_is_over(view);
        self.failed(Subject::Map, message + behind + &typed);
        self.go_on(view, out);
        self.stay()
    }

    /// The file is not mapped as was asked, so what was to change next would change something else. A sentence on that, to
    /// be put behind another one; empty where nothing was to.
    pub(super) fn changes_are_off(&mut self, view: ViewId) -> &'static str {
        let known = self.views.iter_mut().find(|known| known.id == view);
        match known.map(|known| known.pending.forget_remaps()) {
            Some(true) => {
                ". What you asked for after that, about how it is mapped, was not done either: ask again"
            }
            _ => "",
        }
    }

    /// Mapping anew is over: what is typed now is taken again. A sentence on what was typed meanwhile, to be put behind
    /// another one; empty where nothing was.
    pub(super) fn remap_is_over(&mut self, view: ViewId) -> String {
        let known = self.views.iter_mut().find(|known| known.id == view);
        let refused = known.and_then(|known| known.pending.take_refused());
        if refused.is_some() {
            self.notices.settle(Subject::Edit); // the sentence that follows says it too
        }
        refused.map_or_else(String::new, |typed| {
            format!(". What you typed meanwhile ({typed}) was not written: type it again")
        })
    }

    pub(super) fn flush(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(target) = self.view_by(view).map(|known| self.target(known)) else {
            return;
        };
        let number = out.file(target, FileRequest::Flush);
        self.began(view, number, Under::Flush);
    }

    pub(super) fn flushed(
        &mut self,
        number: OrderId,
        result: Result<Flushed, String>,
        out: &mut Out<'_>,
    ) {
        let Some((view, _)) = self.ended(number) else {
            return;
        };
        let name = self.name();
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        match result {
            Ok(Flushed::Private) => self.done(Subject::Flush, format!(
                "msync returned 0 for {name}: a private mapping has nothing to write, its changes stay in memory"
            )),
            Ok(Flushed::Written(span)) => {
                known.journal.synced();
                self.syncs.succeeded(span, self.page_bytes);
                self.done(Subject::Flush, format!(
                    "{name}: msync wrote what was changed in {span} to the storage"
                ));
            }
            Ok(Flushed::EarlierFailure(why)) => {
                known.journal.sync_failed();
                self.syncs.failed_before(&why, self.happened.now());
                self.failed(Subject::Flush, format!(
                    "{name}: msync succeeded now, but an earlier write failed with {why}: what it lost is lost on the device. The edits count as unsaved: write or export them"
                ));
            }
            Err(why) => {
                known.journal.sync_failed();
                self.sync_failed(&why);
                self.failed(Subject::Flush, format!("{why}. The edits count as unsaved"));
            }
        }
        self.go_on(view, out);
    }

    pub(super) fn discard_selection(&mut self, view: ViewId, out: &mut Out<'_>) {
        if let Some(known) = self.view_by(view) {
            let selection = known.viewport.selection();
            self.submit(view, Waiting::Discard(Some(selection)), out);
        }
    }

    pub(super) fn discard_all(&mut self, view: ViewId, out: &mut Out<'_>) {
        self.submit(view, Waiting::Discard(None), out);
    }

    pub(super) fn begin_discard(&mut self, view: ViewId, span: Option<Span>, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let (target, extent) = (self.target(known), known.viewport.extent);
        // what was selected may be mapped no more
        let span = span.map_or(Some(extent), |span| span.intersect(extent));
        let Some(span) = span.filter(|span| !span.is_empty()) else {
            self.failed(
                Subject::Discard,
                "Nothing was discarded: what you selected is not mapped any more",
            );
            return;
        };
        let number = out.file(target, FileRequest::Discard(span));
        self.began(view, number, Under::Discard);
    }

    pub(super) fn discarded(
        &mut self,
        number: OrderId,
        result: Result<(Span, Option<u64>), DiscardError>,
        out: &mut Out<'_>,
    ) {
        let Some((view, _)) = self.ended(number) else {
            return;
        };
        match result {
            Ok((span, n_pages)) => {
                let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
                    return;
                };
                let n_bytes = known.journal.discard(&[span]);
                known.mark();
                self.done(Subject::Discard, match n_pages {
                    Some(0) => "There was no private copy to give back".to_owned(),
                    Some(1) => {
                        "1 private page was given back: this view shows the file there again"
                            .to_owned()
                    }
                    Some(n) => format!(
                        "{n} private pages were given back: this view shows the file there again"
                    ),
                    None => "Private pages were given back: this view shows the file there again"
                        .to_owned(),
                });
                if n_bytes > 0 {
                    self.show_patch_notice(view, PatchWhy::Discarded);
                }
                self.lookup_reread(out);
            }
            Err(DiscardError::Shared) => {
                self.failed(
                    Subject::Discard,
                    "A shared mapping has no private copies to discard: it shows the file",
                );
            }
            Err(DiscardError::Failed(why)) => {
                let name = self.name();
                self.failed(
                    Subject::Discard,
                    format!("{name}: private copies were not discarded: {why}"),
                );
            }
        }
        self.go_on(view, out);
    }
}

fn remapped_words(name: &str, mode: Mode, access: Access, same: bool) -> String {
    match (mode, access) {
        _ if same => format!("{name} was mapped anew, {mode}, {access}"),
        (Mode::Shared, Access::ReadWrite) => {
            format!("{name} is shared and read-write: every byte you write is in the file at once")
        }
        (Mode::Shared, Access::ReadOnly) => {
            format!("{name} is shared and read-only: you see every write, and make none")
        }
        (Mode::Private, _) => format!("{name} is private: what you write stays in this view"),
    }
}
