//! Typing, pasting, filling, undo and redo. Overwriting only: an edit never changes the file's length.

use std::fmt::Write as _;
use std::time::SystemTime;

use super::effect::{Effect, FileRequest, Purpose, Store, StoreBatch};
use super::event::{StoreOutcome, StoreResult};
use super::journal::Compensation;
use super::notice::{Notice, Severity, Topic};
use super::witness;
use super::{Access, Action, Focus, Mode, Model, PathNow, Step};
use crate::bytes::hex;

/// The most that one paste or fill may store: what an undo can hold without a thought.
pub(super) const EDIT_LIMIT_BYTES: u64 = 1 << 20;

impl Model {
    /// Half a byte was typed; the second half stores it, so that a byte is one store.
    pub(super) fn hex_digit(&mut self, digit: u8) -> Vec<Effect> {
        if let Some(refusal) = self.edit_refusal() {
            return self.failed(refusal);
        }
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        doc.view.anchor = None;
        doc.view.reveal();
        match doc.view.nibble.take() {
            None => {
                doc.view.nibble = Some(digit & 15);
                Vec::new()
            }
            Some(high) => self.store_at_cursor(vec![high << 4 | (digit & 15)]),
        }
    }

    /// A character was typed: its UTF-8 bytes are stored.
    pub(super) fn character(&mut self, c: char) -> Vec<Effect> {
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes().to_vec();
        self.store_at_cursor(bytes)
    }

    /// Fills the selection, or the byte at the cursor.
    pub(super) fn fill(&mut self, byte: u8) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let selection = doc.view.selection();
        self.fill_text = None;
        let len = usize::try_from(selection.len()).unwrap_or(usize::MAX);
        if selection.len() > EDIT_LIMIT_BYTES {
            return self.too_long(selection.len());
        }
        let mut effects = self.store(selection.start(), vec![byte; len]);
        effects.push(Effect::Focus(Focus::Grid));
        effects
    }

    pub(super) fn toggle_fill(&mut self) -> Vec<Effect> {
        if self.fill_text.take().is_some() {
            return vec![Effect::Focus(Focus::Grid)];
        }
        self.fill_text = Some("00".to_owned());
        vec![Effect::Focus(Focus::Fill)]
    }

    pub(super) fn undo(&mut self) -> Vec<Effect> {
        match self.doc.as_ref().map(|doc| doc.journal.undo()) {
            Some(Some(compensation)) => self.compensate(compensation, Purpose::Undo),
            Some(None) => self.done("Nothing left to undo".to_owned()),
            None => Vec::new(),
        }
    }

    pub(super) fn redo(&mut self) -> Vec<Effect> {
        match self.doc.as_ref().map(|doc| doc.journal.redo()) {
            Some(Some(compensation)) => self.compensate(compensation, Purpose::Redo),
            Some(None) => self.done("Nothing left to redo".to_owned()),
            None => Vec::new(),
        }
    }

    fn compensate(
        &mut self,
        compensation: Compensation,
        purpose: fn(u64) -> Purpose,
    ) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        if doc.mode != compensation.mode {
            let (made, now) = (compensation.mode, doc.mode);
            return self.failed(format!(
                "That edit at {:#x} was made in {made} mode and the view is {now} now: press Ctrl+T to go back to {made} mode first",
                compensation.offset
            ));
        }
        let stores = vec![Store {
            offset: compensation.offset,
            bytes: compensation.write,
            expect: Some(compensation.expect),
        }];
        vec![Effect::File(FileRequest::Store(StoreBatch {
            purpose: purpose(compensation.id),
            mode: doc.mode,
            stores,
        }))]
    }

    /// Stores again what the mapping lost, over whatever stands there.
    pub(super) fn reapply(&mut self) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        if doc.mode == Mode::Shared {
            return self.failed(
                "The kept edits are private ones: press Ctrl+T to go back to private mode and reapply them there".to_owned(),
            );
        }
        if doc.access == Access::ReadOnly {
            return self.failed(
                "The view is read-only: make it read-write to reapply the edits".to_owned(),
            );
        }
        if self.under_way.batches > 0 {
            self.under_way.then_reapply = true; // a byte typed since may be among them, and it counts
            return Vec::new();
        }
        if doc.journal.patch_bytes() == 0 {
            return Vec::new();
        }
        let stores = doc.journal.patch_runs().into_iter();
        let stores = stores
            .map(|run| Store {
                offset: run.offset,
                bytes: run.value,
                expect: None,
            })
            .collect();
        vec![Effect::File(FileRequest::Store(StoreBatch {
            purpose: Purpose::Reapply,
            mode: doc.mode,
            stores,
        }))]
    }

    pub(super) fn drop_patch(&mut self) -> Vec<Effect> {
        if let Some(doc) = &mut self.doc {
            doc.journal.drop_patch();
        }
        self.notices.clear(Topic::Patch);
        self.mark_window();
        Vec::new()
    }

    pub(super) fn escape(&mut self) -> Vec<Effect> {
        if self.help_shown {
            self.help_shown = false;
            return Vec::new();
        }
        if self.fill_text.take().is_some() {
            return vec![Effect::Focus(Focus::Grid)];
        }
        if let Some(doc) = &mut self.doc
            && doc.view.nibble.take().is_none()
        {
            doc.view.anchor = None;
        }
        self.notices.clear(Topic::Done);
        self.notices.clear(Topic::Error);
        Vec::new()
    }

    pub(super) fn witness_store(&mut self, id: super::WitnessId) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let offset = doc.view.selection().start();
        let bytes = match witness::parse_bytes(&self.witnesses.byte_text) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.witnesses.row_mut(id).note = Some(format!("Not written: {why}"));
                return Vec::new();
            }
        };
        self.witnesses.row_mut(id).note = None;
        if id == super::WitnessId::View {
            return self.store(offset, bytes); // through the journal, as if typed
        }
        vec![Effect::WitnessStore { id, offset, bytes }]
    }

    fn store_at_cursor(&mut self, bytes: Vec<u8>) -> Vec<Effect> {
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let offset = doc.view.cursor;
        let len = bytes.len() as u64;
        let effects = self.store(offset, bytes);
        let stored = effects
            .iter()
            .any(|effect| matches!(effect, Effect::File(FileRequest::Store(_))));
        if let Some(doc) = self.doc.as_mut().filter(|_| stored) {
            for _ in 0..len {
                doc.view.step(Step::Right, false);
            }
            self.look_wanted = true;
        }
        effects
    }

    /// One store by the person, unless there is a reason against it.
    pub(super) fn store(&mut self, offset: u64, bytes: Vec<u8>) -> Vec<Effect> {
        if let Some(refusal) = self.edit_refusal() {
            return self.failed(refusal);
        }
        if bytes.len() as u64 > EDIT_LIMIT_BYTES {
            return self.too_long(bytes.len() as u64);
        }
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        doc.view.nibble = None;
        let stores = vec![Store {
            offset,
            bytes,
            expect: None,
        }];
        vec![Effect::File(FileRequest::Store(StoreBatch {
            purpose: Purpose::Edit,
            mode: doc.mode,
            stores,
        }))]
    }

    fn too_long(&mut self, n_bytes: u64) -> Vec<Effect> {
        self.failed(format!(
            "That would change {n_bytes} bytes at once; one edit may change {EDIT_LIMIT_BYTES} (1 MiB), so that it can be undone"
        ))
    }

    /// Why nothing can be typed now, in words.
    fn edit_refusal(&self) -> Option<String> {
        let doc = self.doc.as_ref()?;
        let name = doc.name();
        if doc.access == Access::ReadOnly {
            return Some(match &doc.refusal {
                Some(refusal) => refusal.clone(),
                None => format!(
                    "The view of {name} is read-only: choose read-write in the bar to edit it"
                ),
            });
        }
        if doc.mode == Mode::Shared && !doc.keep_old {
            let what = match doc.path_now {
                PathNow::Replaced(_) => "was replaced by another file",
                PathNow::Deleted => "was deleted",
                PathNow::Same | PathNow::Unknown(_) => return None,
            };
            return Some(format!(
                "{name} {what}, and a shared edit would go to the old one: decide in the banner above first"
            ));
        }
        None
    }

    /// What became of stores: the journal learns what was stored, the person what was not.
    pub(super) fn stored(
        &mut self,
        purpose: Purpose,
        mode: Mode,
        results: Vec<StoreResult>,
    ) -> Vec<Effect> {
        self.under_way.batches = self.under_way.batches.saturating_sub(1);
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        let mut refused: Vec<String> = Vec::new();
        for result in results {
            match (result.outcome, purpose) {
                (StoreOutcome::Stored(old), Purpose::Edit) => {
                    doc.journal
                        .record(result.offset, old, result.bytes, mode, SystemTime::now());
                }
                (StoreOutcome::Stored(old), Purpose::Reapply) => {
                    doc.journal.reapplied(result.offset, &old, &result.bytes);
                }
                (StoreOutcome::Stored(_), Purpose::Undo(id)) => {
                    doc.journal.undone(id);
                    doc.view.set_cursor(result.offset, false);
                    doc.view.reveal();
                }
                (StoreOutcome::Stored(_), Purpose::Redo(id)) => {
                    doc.journal.redone(id);
                    doc.view.set_cursor(result.offset, false);
                    doc.view.reveal();
                }
                (StoreOutcome::Changed(found), Purpose::Undo(id) | Purpose::Redo(id)) => {
                    refused.push(changed_since(id, result.offset, &found));
                    doc.journal.skip(id);
                }
                (StoreOutcome::Changed(found), _) => {
                    refused.push(changed_since(0, result.offset, &found));
                }
                (StoreOutcome::Refused(why), _) => refused.push(why),
            }
        }
        self.look_wanted = true;
        self.mark_window();
        let mut effects = self.lookup_reread();
        effects.extend(self.patch_notice());
        if self.under_way.batches == 0 && std::mem::take(&mut self.under_way.then_reapply) {
            effects.extend(self.reapply());
        } else {
            effects.extend(self.write_if_waiting());
        }
        match refused.first() {
            Some(first) if refused.len() == 1 => effects.extend(self.failed(first.clone())),
            Some(first) => {
                effects.extend(self.failed(format!("{first} (and {} more)", refused.len() - 1)));
            }
            None => self.notices.clear(Topic::Error),
        }
        effects
    }

    /// Shows, renews or hides the banner about edits that the mapping lost.
    pub(super) fn patch_notice(&mut self) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let n = doc.journal.patch_bytes();
        if n == 0 {
            self.notices.clear(Topic::Patch);
        } else if let Some(notice) = self.notices.get(Topic::Patch) {
            let text = notice.text.clone();
            let renewed = patch_text(n, text.split_once(": ").map_or("", |(_, why)| why));
            self.put_patch_notice(renewed);
        }
        Vec::new()
    }

    /// Shows the banner about `n` edited bytes that the mapping does not hold, and why.
    pub(super) fn show_patch_notice(&mut self, why: &str) {
        let n = self.doc.as_ref().map_or(0, |doc| doc.journal.patch_bytes());
        if n > 0 {
            self.put_patch_notice(patch_text(n, why));
        }
    }

    fn put_patch_notice(&mut self, text: String) {
        self.notices.put(
            Notice::new(Topic::Patch, Severity::Warning, text)
                .with("Reapply", Action::Reapply)
                .with("Export", Action::ExportEdits)
                .with("Forget them", Action::DropPatch)
                .pinned(),
        );
    }

    /// Every edit as text, a line each, for people and for other programs.
    pub(super) fn export_edits(&mut self) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let mut text = String::from(
            "# mapscope edits: offset, bytes before, bytes after, mode, state; hexadecimal\n",
        );
        for edit in doc.journal.edits() {
            let (old, new) = (hex::format_hex(&edit.old), hex::format_hex(&edit.new));
            let state = format!("{:?}", edit.state).to_lowercase();
            let _ = writeln!(
                text,
                "{:#x}\t{old}\t{new}\t{}\t{state}",
                edit.offset, edit.mode
            );
        }
        text.push_str("# not in the file: offset, base, value\n");
        for run in doc.journal.unsaved_runs() {
            let (base, value) = (hex::format_hex(&run.base), hex::format_hex(&run.value));
            let _ = writeln!(text, "{:#x}\t{base}\t{value}", run.offset);
        }
        self.file(FileRequest::ExportText {
            suffix: ".edits.txt",
            text,
        })
    }
}

fn patch_text(n_bytes: usize, why: &str) -> String {
    let bytes = if n_bytes == 1 {
        "1 edited byte is".to_owned()
    } else {
        format!("{n_bytes} edited bytes are")
    };
    format!("{bytes} in the journal but no longer in the view: {why}")
}

fn changed_since(id: u64, offset: u64, found: &[u8]) -> String {
    let found = hex::format_hex(found.get(..found.len().min(8)).unwrap_or_default());
    let edit = if id == 0 {
        String::new()
    } else {
        format!("Edit {id} was not taken back: ")
    };
    format!("{edit}somebody changed the bytes at {offset:#x} to {found} since")
}
