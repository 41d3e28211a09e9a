//! Bytes that the worker stores: what the person typed, what goes back to the file, what a witness writes.

use crate::bytes::Span;
use crate::map::{self, Mapping, Mode, OpenFile, StoreError};
use crate::model::effect::{Store, StoreBatch};
use crate::model::event::{Event, StoreOutcome, StoreResult};
use crate::model::journal::PendingRun;
use crate::model::{WitnessId, shown_name};

use super::Worker;

impl Worker {
    /// Stores a batch through the view's mapping.
    pub(super) fn store(&mut self, batch: StoreBatch) {
        let mut results = Vec::new();
        let Some((mode, page_bytes)) =
            self.view(|mapping, _| (mapping.mode(), mapping.page_bytes()))
        else {
            return;
        };
        for store in batch.stores {
            let stored = if mode == batch.mode {
                self.view(|mapping, file| store_one(mapping, file, &store))
                    .unwrap_or_default()
            } else {
                let why = format!("Not stored: the mapping is {mode} now");
                vec![StoreResult {
                    offset: store.offset,
                    bytes: store.bytes,
                    outcome: StoreOutcome::Refused(why),
                }]
            };
            for result in &stored {
                if let (StoreOutcome::Stored(_), Mode::Private, Some(span)) = (
                    &result.outcome,
                    mode,
                    Span::at(result.offset, result.bytes.len() as u64),
                ) {
                    self.live.copied(span.pages(page_bytes));
                    self.live.edited(result.offset, &result.bytes);
                    self.check_edits_beside(span);
                }
            }
            results.extend(stored);
        }
        self.say(Event::Stored {
            purpose: batch.purpose,
            mode,
            results,
        });
        self.look_again();
        self.read_witnesses(true);
    }

    /// Writes private edits to the file: each byte only where the file still holds what it held when it was edited.
    pub(super) fn write_back(&mut self, runs: &[PendingRun]) {
        let mut written = Vec::new();
        let mut conflicts = Vec::new();
        let mut error = None;
        for run in runs {
            let Some(span) = Span::at(run.offset, run.value.len() as u64) else {
                continue;
            };
            let now = self.file.pread(span);
            for (part, bytes) in agreeing_parts(run, |offset| now.byte(offset)) {
                match self.file.pwrite(part.start(), bytes) {
                    Ok(()) => {
                        self.live.written(part);
                        written.push(part);
                    }
                    Err(refused) => error = Some(format!("The edits stay unwritten: {refused}")),
                }
            }
            for (offset, (base, value)) in (run.offset..).zip(run.base.iter().zip(&run.value)) {
                match now.byte(offset) {
                    Some(found) if !agrees(found, *base, *value) => conflicts.push((offset, found)),
                    Some(_) => {}
                    None => error = error.or_else(|| Some(past_end(&self.file, offset))),
                }
            }
        }
        if !written.is_empty()
            && let Err(failed) = self.file.sync()
        {
            let why = map::describe_errno(failed.raw_os_error().unwrap_or(0));
            error = Some(format!(
                "{}: written, but the device refused it ({why}): keep an export of the edits, as memory may show what is not on disk",
                shown_name(self.file.path())
            ));
        }
        if conflicts.is_empty() && error.is_none() {
            self.give_back_written(&written);
        }
        self.release_writer();
        self.say(Event::WroteBack {
            written,
            conflicts,
            error,
        });
        self.look_again();
        self.read_witnesses(true);
    }

    /// Private copies whose edits are all in the file hold nothing of the person's any more, and hide what others write.
    fn give_back_written(&mut self, written: &[Span]) {
        let page_bytes = map::page_bytes();
        for page in written.iter().flat_map(|span| span.pages(page_bytes)) {
            let Some(span) = Span::at(page * page_bytes, page_bytes) else {
                continue;
            };
            if self.live.holds_edit(span) {
                continue; // another edit, typed since, stands in the same page
            }
            let discarded = self.view(|mapping, _| {
                mapping.mode() == Mode::Private && mapping.discard(span).is_ok()
            });
            if discarded == Some(true) {
                self.live.discarded(page..page + 1);
            }
        }
    }

    /// Stores through the other mode's mapping, or into the file.
    pub(super) fn witness_store(&mut self, id: WitnessId, offset: u64, bytes: &[u8]) {
        let stored = match id {
            WitnessId::File => self
                .file
                .pwrite(offset, bytes)
                .map(|()| "written with pwrite".to_owned()),
            _ => self.store_in_other(offset, bytes),
        };
        let note = match stored {
            Ok(note) => note,
            Err(error) => format!("Not written: {error}"),
        };
        self.release_writer();
        self.say(Event::WitnessNote { id, note });
        self.look_again();
        self.read_witnesses(true);
    }
}

/// What became of one store: one result, or two where only the first part was stored.
fn store_one(mapping: &Mapping, file: &OpenFile, store: &Store) -> Vec<StoreResult> {
    let result = |bytes: &[u8], outcome| StoreResult {
        offset: store.offset,
        bytes: bytes.to_vec(),
        outcome,
    };
    if let (Some(expect), Some(span)) = (
        &store.expect,
        Span::at(store.offset, store.bytes.len() as u64),
    ) {
        let now = mapping.read(span, file);
        if now.is_whole() && now.bytes != *expect {
            return vec![result(&store.bytes, StoreOutcome::Changed(now.bytes))];
        }
    }
    match mapping.store(store.offset, &store.bytes, file) {
        Ok(old) => vec![result(&store.bytes, StoreOutcome::Stored(old))],
        Err(error) => {
            let mut results = Vec::new();
            // the journal must know of the part that was stored
            if let StoreError::Refused { before, .. } | StoreError::NotKept { before, .. } = &error
                && let Some(stored) = store
                    .bytes
                    .get(..before.len())
                    .filter(|stored| !stored.is_empty())
            {
                results.push(result(stored, StoreOutcome::Stored(before.clone())));
            }
            results.push(result(
                &store.bytes,
                StoreOutcome::Refused(error.to_string()),
            ));
            results
        }
    }
}

/// Nothing of somebody else's is lost: the file holds what it held when the byte was edited, or already what it is to.
fn agrees(found: u8, base: u8, value: u8) -> bool {
    found == base || found == value
}

/// The longest parts of a run that can be written without losing anything of somebody else's; `now` gives the file's byte.
fn agreeing_parts(run: &PendingRun, now: impl Fn(u64) -> Option<u8>) -> Vec<(Span, &[u8])> {
    let mut parts = Vec::new();
    let mut start = 0;
    let flags: Vec<bool> = run
        .base
        .iter()
        .zip(&run.value)
        .zip(run.offset..)
        .map(|((base, value), offset)| {
            now(offset).is_some_and(|found| agrees(found, *base, *value))
        })
        .collect();
    for part in flags.chunk_by(|left, right| left == right) {
        let end = start + part.len();
        if part.first() == Some(&true)
            && let (Some(span), Some(bytes)) = (
                Span::at(run.offset + start as u64, part.len() as u64),
                run.value.get(start..end),
            )
        {
            parts.push((span, bytes));
        }
        start = end;
    }
    parts
}

fn past_end(file: &OpenFile, offset: u64) -> String {
    let name = shown_name(file.path());
    match file.file_len() {
        Ok(len) if len <= offset => {
            format!("{name} has only {len} bytes now: the edits from {offset:#x} on stay unwritten")
        }
        _ => format!("{name} cannot be read at {offset:#x}: the edits there stay unwritten"),
    }
}
