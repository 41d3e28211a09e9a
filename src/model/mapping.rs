//! Modes, remapping, flushing, discarding and writing back: what happens to the mapping as a whole.

use crate::bytes::Span;
use crate::bytes::size::group_digits;

use super::effect::{Effect, FileRequest};
use super::event::{FileState, PathNow};
use super::notice::{Notice, Severity, Topic};
use super::{Access, Action, Mode, Model, Next, UnsavedChoice};

impl Model {
    pub(super) fn toggle_mode(&mut self) -> Vec<Effect> {
        let mode = match self.doc.as_ref().map(|doc| doc.mode) {
            Some(Mode::Private) => Mode::Shared,
            Some(Mode::Shared) => Mode::Private,
            None => return self.failed("No file is open".to_owned()),
        };
        self.set_mode(mode)
    }

    pub(super) fn set_mode(&mut self, mode: Mode) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        if doc.mode == mode {
            return Vec::new();
        }
        // read-only by choice stays so; where only shared writing was refused, private editing comes back
        let access = match doc.access {
            Access::ReadOnly if doc.refusal.is_none() => Access::ReadOnly,
            Access::ReadOnly | Access::ReadWrite => Access::ReadWrite,
        };
        if mode == Mode::Shared && doc.journal.pending_bytes() > 0 {
            return self.ask_unsaved(Next::Map(mode, access));
        }
        self.map_as(mode, access)
    }

    pub(super) fn toggle_access(&mut self) -> Vec<Effect> {
        let access = match self.doc.as_ref().map(|doc| doc.access) {
            Some(Access::ReadOnly) => Access::ReadWrite,
            Some(Access::ReadWrite) => Access::ReadOnly,
            None => return Vec::new(),
        };
        self.set_access(access)
    }

    pub(super) fn set_access(&mut self, access: Access) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        if doc.access == access {
            return Vec::new();
        }
        if doc.mode == Mode::Private && doc.journal.pending_bytes() > 0 {
            return self.ask_unsaved(Next::Map(Mode::Private, access));
        }
        let mode = doc.mode;
        self.map_as(mode, access)
    }

    /// Maps the same part of the file in this mode and access.
    pub(super) fn map_as(&mut self, mode: Mode, access: Access) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let span = if doc.whole {
            None
        } else {
            Some(doc.view.extent)
        };
        self.file(FileRequest::Remap { mode, access, span })
    }

    /// Maps anew as it is; private edits are reapplied to the fresh pages.
    pub(super) fn remap(&mut self) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let (mode, access) = (doc.mode, doc.access);
        self.map_as(mode, access)
    }

    pub(super) fn set_window(&mut self, span: Option<Span>) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let (mode, access) = (doc.mode, doc.access);
        self.file(FileRequest::Remap { mode, access, span })
    }

    pub(super) fn remapped(
        &mut self,
        mode: Mode,
        access: Access,
        extent: Span,
        whole: bool,
        refusal: Option<String>,
    ) -> Vec<Effect> {
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let same = doc.mode == mode && doc.access == access;
        let name = doc.name();
        doc.mode = mode;
        doc.access = access;
        doc.whole = whole;
        doc.refusal.clone_from(&refusal);
        let mut aside = doc.journal.set_aside(); // whatever the old mapping held privately is gone
        if self.unsaved_choice.take() == Some(UnsavedChoice::Drop) {
            doc.journal.drop_patch();
            self.notices.clear(Topic::Patch);
            aside = 0;
        }
        let waits = doc.journal.patch_bytes() > 0;
        doc.view.set_extent(extent);
        doc.view.nibble = None;
        self.notices.clear(Topic::Size);
        self.look_wanted = true;
        self.mark_window();
        let mut effects = match refusal {
            Some(refusal) => self.failed(refusal),
            None if same => self.done(format!("{name} was mapped anew, {mode}, {access}")),
            None => self.done(match mode {
                Mode::Shared if access == Access::ReadWrite => {
                    format!("{name} is shared and read-write: every byte you write is in the file at once")
                }
                Mode::Shared => format!("{name} is shared and read-only: you see every write, and make none"),
                Mode::Private => format!("{name} is private: what you write stays in this view"),
            }),
        };
        effects.extend(self.facts_wanted());
        if waits && mode == Mode::Private && access == Access::ReadWrite && same {
            effects.extend(self.reapply());
        } else if aside > 0 || (waits && self.notices.get(Topic::Patch).is_none()) {
            self.show_patch_notice("they were kept when the mode was switched");
        }
        effects.extend(self.lookup_reread());
        effects
    }

    pub(super) fn discard_selection(&mut self) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let selection = doc.view.selection();
        self.file(FileRequest::Discard(selection))
    }

    pub(super) fn discard_all(&mut self) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let extent = doc.view.extent;
        self.file(FileRequest::Discard(extent))
    }

    pub(super) fn discarded(&mut self, result: Result<(Span, Option<u64>), String>) -> Vec<Effect> {
        let (span, n_pages) = match result {
            Ok(discarded) => discarded,
            Err(message) => return self.failed(message),
        };
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let n_bytes = doc.journal.discard(&[span]);
        self.look_wanted = true;
        self.mark_window();
        let mut effects = self.done(match n_pages {
            Some(0) => "There was no private copy to give back".to_owned(),
            Some(1) => {
                "1 private page was given back: this view shows the file there again".to_owned()
            }
            Some(n) => format!(
                "{} private pages were given back: this view shows the file there again",
                group_digits(n)
            ),
            None => {
                "Private pages were given back: this view shows the file there again".to_owned()
            }
        });
        if n_bytes > 0 {
            self.show_patch_notice("you discarded their private pages");
        }
        effects.extend(self.lookup_reread());
        effects
    }

    /// Writes what is edited privately to the file, after the stores that are under way.
    pub(super) fn write_back(&mut self) -> Vec<Effect> {
        self.write_back_over(&[])
    }

    /// The same, where the person has seen and wants to overwrite what the file holds by now.
    fn write_back_over(&mut self, over: &[(u64, u8)]) -> Vec<Effect> {
        if self.under_way.batches > 0 || self.under_way.write_backs > 0 {
            self.under_way.then_write = true;
            return Vec::new();
        }
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let runs: Vec<_> = doc.journal.unsaved_runs_over(over).collect();
        if runs.is_empty() {
            let why = match doc.mode {
                Mode::Shared => {
                    "A shared mapping has no private changes: what you write is in the file at once"
                }
                Mode::Private => "There are no private changes to write",
            };
            let mut effects = self.done(why.to_owned());
            effects.extend(self.go_on_if_waiting());
            return effects;
        }
        self.notices.clear(Topic::Conflict);
        vec![Effect::File(FileRequest::WriteBack(runs))]
    }

    /// Writes what was asked to be written while something was under way, once nothing is any more.
    pub(super) fn write_if_waiting(&mut self) -> Vec<Effect> {
        let waits = self.under_way.batches == 0 && self.under_way.write_backs == 0;
        if waits && std::mem::take(&mut self.under_way.then_write) {
            return self.write_back();
        }
        Vec::new()
    }

    pub(super) fn write_back_conflicts(&mut self) -> Vec<Effect> {
        let conflicts = std::mem::take(&mut self.conflicts);
        self.write_back_over(&conflicts)
    }

    pub(super) fn wrote_back(
        &mut self,
        written: &[Span],
        conflicts: Vec<(u64, u8)>,
        error: Option<String>,
    ) -> Vec<Effect> {
        self.under_way.write_backs = self.under_way.write_backs.saturating_sub(1);
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let name = doc.name();
        doc.journal.written(written, true);
        self.look_wanted = true;
        self.mark_window();
        let _ = self.patch_notice();
        let n_bytes: u64 = written.iter().map(|span| span.len()).sum();
        let mut effects = if n_bytes > 0 {
            let s = if n_bytes == 1 { "" } else { "s" };
            self.done(format!(
                "{} byte{s} written to {name}",
                group_digits(n_bytes)
            ))
        } else {
            Vec::new()
        };
        if let Some((offset, found)) = conflicts.first() {
            let more = if conflicts.len() > 1 {
                format!(" (and {} more)", conflicts.len() - 1)
            } else {
                String::new()
            };
            let n = conflicts.len();
            let text = format!(
                "{n} of the edits not written: somebody changed the file meanwhile, at {offset:#x} it holds {found:#04x}{more}"
            );
            self.notices.put(
                Notice::new(Topic::Conflict, Severity::Warning, text)
                    .with("Write over it", Action::WriteBackConflicts)
                    .with("Keep my edits unwritten", Action::Dismiss(Topic::Conflict)),
            );
        }
        let clean = conflicts.is_empty() && error.is_none();
        self.conflicts = conflicts;
        if let Some(error) = error {
            effects.extend(self.failed(error));
        }
        effects.extend(self.lookup_reread());
        if clean && self.under_way.then_write {
            effects.extend(self.write_if_waiting()); // what waits for the edits waits for these, too
        } else if clean {
            effects.extend(self.go_on_if_waiting());
        } else {
            self.under_way.then_write = false;
            self.stay();
        }
        effects
    }

    pub(super) fn keep_old(&mut self) -> Vec<Effect> {
        if let Some(doc) = &mut self.doc {
            doc.keep_old = true;
        }
        self.notices.clear(Topic::Path);
        Vec::new()
    }

    /// The worker extended the mapping along with the file.
    pub(super) fn grown(&mut self, extent: Span) -> Vec<Effect> {
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let before = doc.view.extent.end();
        doc.view.set_extent(extent);
        doc.file_len = doc.file_len.max(extent.end());
        self.look_wanted = true;
        let (from, to) = (group_digits(before), group_digits(extent.end()));
        let text = format!(
            "{} grew from {from} to {to} bytes; the view shows all of it",
            doc.name()
        );
        let go = Action::Point {
            offset: before,
            extend: false,
            column: doc.view.column,
        };
        self.notices
            .put(Notice::new(Topic::Size, Severity::Info, text).with("Go to the new bytes", go));
        Vec::new()
    }

    /// The file's length or what its path names changed.
    pub(super) fn file_state(&mut self, state: FileState) -> Vec<Effect> {
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let name = doc.name();
        doc.file_len = state.file_len;
        let extent = doc.view.extent;
        let (has, mapped) = (group_digits(state.file_len), group_digits(extent.end()));
        if state.file_len < extent.end() {
            let text = format!(
                "{name} shrank to {has} bytes; {mapped} are mapped, and what lies past the end cannot be read"
            );
            self.notices.put(
                Notice::new(Topic::Size, Severity::Warning, text).with("Remap", Action::Remap),
            );
        } else if state.file_len > extent.end() && doc.whole {
            let text = format!("{name} grew to {has} bytes; {mapped} are mapped");
            self.notices
                .put(Notice::new(Topic::Size, Severity::Info, text).with("Remap", Action::Remap));
        } else if self
            .notices
            .get(Topic::Size)
            .is_some_and(|notice| notice.severity == Severity::Warning)
        {
            self.notices.clear(Topic::Size); // it has its old length again
        }
        if doc.path_now != state.path {
            doc.path_now = state.path;
            doc.keep_old = false;
            self.path_notice();
        }
        self.look_wanted = true;
        Vec::new()
    }

    fn path_notice(&mut self) {
        let Some(doc) = &self.doc else { return };
        let name = doc.name();
        let notice = match &doc.path_now {
            PathNow::Same => {
                self.notices.clear(Topic::Path);
                return;
            }
            PathNow::Replaced(len) => {
                let text = format!(
                    "{name} was replaced by another file of {} bytes; you are looking at the old one",
                    group_digits(*len)
                );
                Notice::new(Topic::Path, Severity::Warning, text)
                    .with("Open the new file", Action::OpenReplacement)
            }
            PathNow::Deleted => {
                let text =
                    format!("{name} was deleted or moved away; this view still holds its bytes");
                Notice::new(Topic::Path, Severity::Warning, text)
                    .with("Save a copy", Action::ExportView)
            }
            PathNow::Unknown(why) => Notice::new(
                Topic::Path,
                Severity::Warning,
                format!("{name}: its path cannot be checked: {why}"),
            ),
        };
        self.notices
            .put(notice.with("Keep the old one", Action::KeepOld));
    }

    /// Private copies vanished: a truncation, or a save in place by another program.
    pub(super) fn copies_lost(&mut self, spans: &[Span]) -> Vec<Effect> {
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let n = doc.journal.lose(spans);
        if n > 0 {
            self.mark_window();
            self.show_patch_notice(
                "the file was truncated or saved in place, which discards private pages",
            );
        }
        self.look_wanted = true;
        Vec::new()
    }
}
