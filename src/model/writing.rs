//! Edits and the file: writing them back, edits that a mapping lost, the list of edits as text.

use std::fmt::Write as _;

use crate::bytes::escape::escape_path;
use crate::bytes::size::{counted, counted_are};
use crate::bytes::{Span, hex};
use crate::map::{Access, Mode};

use super::beside::{Beneath, beside};
use super::closing::Settled;
use super::doc::{Doc, Out};
use super::effect::{FileRequest, Purpose, Store, StoreBatch};
use super::event::WroteBack;
use super::happened::About;
use super::identity::{MappingId, OrderId, Target, ViewId};
use super::journal::{EditState, PendingRun};
use super::notice::{Notice, Severity};
use super::pending::{Under, Waiting};
use super::topic::{Subject, Topic};
use super::view::PatchWhy;
use super::{Action, DocAction, EditAction, patch};

impl Doc {
    /// Writes what is edited privately to the file, after what is under way.
    pub(super) fn write_back(&mut self, view: ViewId, out: &mut Out<'_>) {
        self.submit(view, Waiting::WriteBack, out);
    }

    pub(super) fn begin_write_back(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        // what the person has seen in the file, and writes over
        let seen = std::mem::take(&mut known.overwrites);
        let runs: Vec<PendingRun> = known.journal.unsaved_runs_over(&seen).collect();
        let Some(known) = self.view_by(view) else {
            return;
        };
        let (target, mode) = (self.target(known), known.mode);
        if runs.is_empty() {
            if known.journal.unsaved().not_synced > 0 {
                self.flush(view, out); // written, but not known to be on the storage
                return;
            }
            self.done(Subject::Write, match mode {
                Mode::Shared => {
                    "A shared mapping has no private changes: what you write is in the file at once"
                }
                Mode::Private => "There are no private changes to write",
            });
            return;
        }
        self.notices.clear_in(view, Topic::Conflict);
        let about = About::WriteBack(runs.clone());
        let number = out.file(target, FileRequest::WriteBack(runs));
        self.began_about(view, number, Under::WriteBack, about);
    }

    pub(super) fn write_back_conflicts(&mut self, view: ViewId, out: &mut Out<'_>) {
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            known.overwrites = std::mem::take(&mut known.conflicts);
        }
        self.write_back(view, out);
    }

    pub(super) fn wrote_back(
        &mut self,
        number: OrderId,
        wrote: WroteBack,
        out: &mut Out<'_>,
    ) -> Option<Settled> {
        let (view, _) = self.ended(number)?;
        let name = self.name();
        let known = self.views.iter_mut().find(|known| known.id == view)?;
        if !wrote.written.is_empty() {
            known.journal.written(&wrote.written, wrote.synced);
        }
        known.mark();
        match &wrote.error {
            _ if wrote.written.is_empty() => {}
            _ if wrote.synced => self.syncs.all_succeeded(),
            why => {
                let why = why.clone().unwrap_or_default();
                self.sync_failed(&why);
            }
        }
        let known = self.views.iter_mut().find(|known| known.id == view)?;
        let target = super::Target {
            doc: self.id,
            mapping: known.mapping,
            generation: known.generation,
        };
        let clean = wrote.conflicts.is_empty() && wrote.error.is_none();
        if clean && known.mode == Mode::Private {
            // pages that hold nothing of the person's any more would only hide what others write
            self.give_back(target, &wrote.written, out);
        }
        let known = self.views.iter_mut().find(|known| known.id == view)?;
        let n_bytes: u64 = wrote.written.iter().map(|span| span.len()).sum();
        known.conflicts.clone_from(&wrote.conflicts);
        if n_bytes > 0 {
            let written = counted(n_bytes, "byte");
            self.done(Subject::Write, format!("{written} written to {name}"));
        }
        self.conflict_notice(view, &wrote.conflicts);
        if let Some(error) = wrote.error {
            self.failed(Subject::Write, error);
        }
        self.renew_patch_notice(view);
        self.lookup_reread(out);
        self.go_on(view, out);
        if clean { None } else { self.stay() }
    }

    fn conflict_notice(&mut self, view: ViewId, conflicts: &[(u64, u8)]) {
        let Some((offset, found)) = conflicts.first() else {
            return;
        };
        let n = counted_are(conflicts.len() as u64, "edited byte");
        let more = match conflicts.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let whose = self.in_words(view);
        let text = format!(
            "{n} not written{whose}: somebody changed the file meanwhile, at {offset:#x} it holds {found:#04x}{more}"
        );
        self.notices.put(
            Notice::new(Topic::Conflict, Severity::Warning, text)
                .of(view)
                .with(
                    "Write over it",
                    Action::Edit(EditAction::WriteBackConflicts),
                )
                .with(
                    "Keep my edits unwritten",
                    Action::Doc(DocAction::Dismiss(Topic::Conflict)),
                ),
        );
    }

    /// Stores again what the mapping lost, over whatever stands there.
    pub(super) fn reapply(&mut self, view: ViewId, out: &mut Out<'_>) {
        if let Some(mode) = self.view_by(view).map(|known| known.mode) {
            self.submit(view, Waiting::Reapply(mode, None), out);
        }
    }

    pub(super) fn begin_reapply(
        &mut self,
        view: ViewId,
        asked: Mode,
        only: Option<&[Span]>,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        if known.mode != asked {
            let mode = known.mode;
            self.failed(Subject::Reapply, format!(
                "The edits were not reapplied, as the view is {mode} by now: press Reapply again for that"
            ));
            return;
        }
        if known.access == Access::ReadOnly {
            self.failed(
                Subject::Reapply,
                "The view is read-only: make it read-write to reapply the edits",
            );
            return;
        }
        if known.journal.patch_bytes() == 0 {
            return;
        }
        if known.mode == Mode::Shared {
            // it reaches the file: compared first with what the person saw there, as all that is written to it
            self.begin_write_back(view, out);
            return;
        }
        let target = self.target(known);
        let runs: Vec<PendingRun> = match only {
            None => known.journal.patch_runs().collect(),
            Some(spans) => spans
                .iter()
                .flat_map(|span| known.journal.patch_runs_in(*span))
                .collect(),
        };
        let places = runs.iter().map(|run| (run.offset, run.value.len()));
        let places: Vec<(u64, usize)> = places.collect();
        let beside = beside(known, &places, self.page_bytes, Beneath::Listed);
        let stores = runs
            .into_iter()
            .map(|run| Store {
                offset: run.offset,
                bytes: run.value,
                expect: None,
            })
            .collect();
        let request = FileRequest::Store(StoreBatch {
            purpose: Purpose::Reapply,
            stores,
            beside,
        });
        let number = out.file(target, request);
        self.began(view, number, Under::Reapply);
    }

    pub(super) fn drop_patch(&mut self, view: ViewId, out: &mut Out<'_>) {
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            let spans = known.journal.patch_spans();
            known.journal.drop_patch();
            known.mark();
            self.tell_given_up(view, spans, out);
        }
        self.renew_patch_notice(view);
    }

    /// Private copies went though nobody asked. Of an earlier mapping it is no news.
    pub(super) fn copies_gone(&mut self, target: Target, spans: &[Span]) {
        if self.is_now(target) {
            self.lost_in(target.mapping, spans);
        }
    }

    /// Private copies of these bytes' pages vanished: a truncation, or a save in place by another program.
    pub(super) fn lost_in(&mut self, mapping: MappingId, spans: &[Span]) {
        let Some(known) = self.view_of_mut(mapping) else {
            return;
        };
        if spans.is_empty() {
            return;
        }
        let n = known.journal.lose(spans);
        known.look_wanted = true;
        if n > 0 {
            known.mark();
            let view = known.id;
            self.show_patch_notice(view, PatchWhy::Lost);
        }
    }

    /// Shows, renews or hides the banner about edits that a view's mapping lost.
    pub(super) fn renew_patch_notice(&mut self, view: ViewId) {
        let why = self.view_by(view).and_then(|known| known.patch_why);
        if let Some(why) = why {
            self.show_patch_notice(view, why);
        }
    }

    /// Shows the banner about edited bytes that the mapping does not hold, and why; hides it where there are none.
    pub(super) fn show_patch_notice(&mut self, view: ViewId, why: PatchWhy) {
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let n_bytes = known.journal.patch_bytes();
        known.patch_why = Some(why).filter(|_| n_bytes > 0);
        let reaches_file = known.writes_through();
        if n_bytes == 0 {
            self.notices.clear_in(view, Topic::Patch);
            return;
        }
        let bytes = counted_are(n_bytes as u64, "edited byte");
        let forget = if n_bytes == 1 {
            "Forget it"
        } else {
            "Forget them"
        };
        let text = format!(
            "{bytes} in the journal but no longer in the {}: {}",
            self.view_name(view),
            why.words()
        );
        let label = if reaches_file {
            "Reapply to the file"
        } else {
            "Reapply"
        };
        self.notices.put(
            Notice::new(Topic::Patch, Severity::Warning, text)
                .of(view)
                .with(label, Action::Edit(EditAction::Reapply))
                .with("Export", Action::Doc(DocAction::ExportEdits))
                .with(forget, Action::Edit(EditAction::DropPatch))
                .pinned(),
        );
    }

    /// Every edit as text, a line each, for people and for other programs.
    pub(super) fn edits_as_text(&self) -> String {
        let mut text = patch::beginning(&escape_path(&self.path), self.file_len);
        for view in &self.views {
            for (edit, part) in view
                .journal
                .edits()
                .iter()
                .flat_map(|edit| edit.parts().map(move |part| (edit, part)))
            {
                let (offset, mode, state) = (part.offset, edit.mode(), state_word(part.state));
                let (old, new) = match part.bytes {
                    Some((old, new)) => (hex::format_hex(&old.all()), hex::format_hex(&new.all())),
                    None => (format!("{} bytes", part.len), "not kept".to_owned()),
                };
                let _ = writeln!(text, "{offset:#x}\t{old}\t{new}\t{mode}\t{state}");
            }
        }
        let unsaved = self.views.iter().map(|view| {
            let runs: Vec<PendingRun> = view.journal.unsaved_runs().collect();
            (view.id, runs)
        });
        let unsaved: Vec<_> = unsaved.filter(|(_, runs)| !runs.is_empty()).collect();
        match unsaved.as_slice() {
            [] => patch::not_in_file(&mut text, &[]),
            [(_, runs)] => patch::not_in_file(&mut text, runs),
            // two views may have edited the same bytes: what is applied is what one mapping holds
            views => {
                for (view, runs) in views {
                    patch::not_in_file_of(&mut text, &self.view_words(*view), runs);
                }
            }
        }
        text
    }
}

/// The word for what became of an edit, in exports.
fn state_word(state: EditState) -> &'static str {
    match state {
        EditState::Applied => "applied",
        EditState::Undone => "undone",
        EditState::Discarded => "discarded",
        EditState::Lost => "lost",
        EditState::SetAside => "set aside",
        EditState::Dropped => "dropped",
        EditState::Retired => "reapplied",
        EditState::InFile => "in the file",
        EditState::WrittenNotSynced => "written, not synced",
    }
}
