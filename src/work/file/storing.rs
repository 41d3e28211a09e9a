//! Bytes that the worker stores: what the person typed, and what goes back to the file.

use std::sync::Arc;
use std::time::SystemTime;

use crate::bytes::Span;
use crate::bytes::size::{counted, counted_are};
use crate::map::{self, Mapping, Mode, OpenFile, StoreError};
use crate::model::effect::{Store, StoreBatch};
use crate::model::event::{FileNews, StoreOutcome, StoreResult, WroteBack};
use crate::model::identity::OrderId;
use crate::model::journal::PendingRun;
use crate::work::logbook::FileLog;

use super::asked::{Asked, NotStored};
use super::serve::Worker;
use super::watcher::lost_copies;

impl Worker {
    /// Stores a batch through a view's mapping.
    pub(super) fn store(&mut self, index: usize, number: OrderId, batch: StoreBatch) {
        let file = Arc::clone(&self.file);
        let gone = self.gone_under(index, &batch.stores);
        let mut asked = self.write_down(index, &batch.stores);
        let Some(view) = self.views.get(index) else {
            return;
        };
        let log = &mut self.journal;
        let stored = view.with(|mapping| {
            // compared before: a store would make the lost page a private copy again, of other bytes
            let mut lost = lost_runs(mapping, &file, &batch.beside);
            lost.extend(gone);
            // what takes an edit back is stored whole, or not at all
            let changed: Vec<StoreResult> = batch
                .stores
                .iter()
                .filter_map(|store| changed(mapping, &file, store))
                .collect();
            let stores = batch.stores.into_iter();
            let results: Vec<StoreResult> = match &mut asked {
                Err(why) => stores.map(|store| not_recorded(store, why)).collect(),
                Ok(asked) if changed.is_empty() => stores
                    .flat_map(|store| store_one(mapping, &file, store, (&mut *asked, &mut *log)))
                    .collect(),
                Ok(_) => changed,
            };
            (mapping.mode(), mapping.page_bytes(), lost, results)
        });
        let Some((mode, page_bytes, lost, results)) = stored else {
            return;
        };
        if let Ok(mut asked) = asked {
            asked.end(&mut self.journal);
        }
        if let (Mode::Private, Some(view)) = (mode, self.views.get_mut(index)) {
            view.comparer.forget();
            for result in &results {
                if let (StoreOutcome::Stored(_), Some(span)) = (
                    &result.outcome,
                    Span::at(result.offset, result.bytes.len() as u64),
                ) {
                    view.copies.extend(span.pages(page_bytes));
                }
            }
        }
        self.say(
            index,
            Some(number),
            FileNews::Stored {
                purpose: batch.purpose,
                mode,
                at: SystemTime::now(),
                results,
                lost,
            },
        );
        self.look_again(index);
        self.read_witnesses(true);
    }

    /// The pages under these stores whose private copies are gone. The model cannot name all edits beside a store: some
    /// may have been stored just before, by orders whose answers it had not heard when it gave this one.
    fn gone_under(&mut self, index: usize, stores: &[Store]) -> Vec<Span> {
        let Some(view) = self.views.get_mut(index) else {
            return Vec::new();
        };
        let copies = &view.copies;
        let gone = view.with(|mapping| {
            let page_bytes = mapping.page_bytes();
            let touched = stores
                .iter()
                .filter_map(|store| Span::at(store.offset, store.bytes.len() as u64))
                .flat_map(|span| span.pages(page_bytes))
                .filter(|page| copies.contains(page))
                .collect();
            (page_bytes, lost_copies(mapping, &touched))
        });
        let Some((page_bytes, gone)) = gone else {
            return Vec::new();
        };
        for page in &gone {
            view.copies.remove(page);
        }
        gone.iter()
            .filter_map(|page| Span::at(page * page_bytes, page_bytes))
            .collect()
    }

    /// Writes private edits to the file: each byte only where the file still holds what it held when it was edited.
    pub(super) fn write_back(&mut self, index: usize, number: OrderId, runs: &[PendingRun]) {
        let wrote = self.write_runs(index, runs);
        if wrote.synced
            && let Some(mapping) = self.views.get(index).map(|view| view.id)
        {
            self.journal.saved(mapping.0, wrote.written.clone());
        }
        self.say(index, Some(number), FileNews::WroteBack(wrote));
        self.look_again(index);
        self.read_witnesses(true);
    }

    /// Writes runs to the file, each byte only where it holds the base, and puts it on the device.
    pub(super) fn write_runs(&mut self, index: usize, runs: &[PendingRun]) -> WroteBack {
        let mut wrote = WroteBack::default();
        let mut refused: Option<(u64, u64, String)> = None;
        for run in runs {
            let Some(span) = Span::at(run.offset, run.value.len() as u64) else {
                continue;
            };
            let now = self.file.pread(span);
            for (part, base, bytes) in agreeing_parts(run, |offset| now.byte(offset)) {
                match self.pwrite_recorded(part, &now, bytes) {
                    Ok(()) => {
                        self.show_written(index, part, base, bytes);
                        wrote.written.push(part);
                    }
                    // others may be written all the same: a bad block keeps none of those behind it back
                    Err(why) => refused.get_or_insert((part.start(), 0, why)).1 += part.len(),
                }
            }
            for (offset, (base, value)) in (run.offset..).zip(run.base.iter().zip(&run.value)) {
                match now.byte(offset) {
                    Some(found) if !agrees(found, *base, *value) => {
                        wrote.conflicts.push((offset, found));
                    }
                    Some(_) => {}
                    None => {
                        let why = || self.past_end(offset);
                        wrote.error = wrote.error.or_else(|| Some(why()));
                    }
                }
            }
        }
        if let Some((first, n_bytes, why)) = refused {
            let are = counted_are(n_bytes, "edited byte");
            wrote.error = Some(format!("{are} not written, the first at {first:#x}: {why}"));
        }
        if !wrote.written.is_empty() {
            self.journal.sync(); // undo first
            match self.file.sync() {
                Ok(()) => wrote.synced = true,
                Err(failed) => {
                    let why = map::describe_errno(map::errno_of(&failed));
                    wrote.error = Some(format!(
                        "{}: written, but the device refused it ({why}): the edits count as unsaved, export them, as memory may show what is not on disk",
                        self.name()
                    ));
                }
            }
        }
        self.release_writer();
        if let Some(view) = self.views.get(index) {
            view.comparer.forget();
        }
        wrote
    }

    /// What waited for reapplication, or was taken back, and is in the file now: where the view has a private copy of the
    /// page, which still holds what stood there, it shows that. What the person put there since stays.
    fn show_written(&self, index: usize, part: Span, base: &[u8], bytes: &[u8]) {
        let file = Arc::clone(&self.file);
        self.with(index, |mapping| {
            if mapping.mode() != Mode::Private {
                return;
            }
            let shown = mapping.read(part, &file);
            if !shown.is_whole() {
                return;
            }
            let stands = |at: usize| {
                let shown = shown.bytes.get(at);
                shown == base.get(at) || shown == bytes.get(at)
            };
            let mut start = 0;
            let flags: Vec<bool> = (0..bytes.len()).map(stands).collect();
            for run in flags.chunk_by(|left, right| left == right) {
                let range = start..start + run.len();
                start = range.end;
                if run.first() == Some(&true)
                    && shown.bytes.get(range.clone()) != bytes.get(range.clone())
                    && let Some(new) = bytes.get(range.clone())
                {
                    // refused only where the mapping is read-only, and then it keeps showing its copy
                    let _ = mapping.store(part.start() + range.start as u64, new, &file);
                }
            }
        });
    }

    fn past_end(&self, offset: u64) -> String {
        let name = self.name();
        match self.file.file_len() {
            Ok(len) if len <= offset => format!(
                "{name} has only {} now: the edits from {offset:#x} on stay unwritten",
                counted(len, "byte")
            ),
            _ => format!("{name} cannot be read at {offset:#x}: the edits there stay unwritten"),
        }
    }
}

/// Something else stands there than was expected; `None` where nothing was, or that cannot be read.
fn changed(mapping: &Mapping, file: &OpenFile, store: &Store) -> Option<StoreResult> {
    let expect = store.expect.as_ref()?;
    let now = mapping.read(Span::at(store.offset, store.bytes.len() as u64)?, file);
    (now.is_whole() && now.bytes != *expect).then(|| StoreResult {
        offset: store.offset,
        bytes: store.bytes.clone(),
        outcome: StoreOutcome::Changed(now.bytes),
    })
}

/// A store that must not happen, as it could not be taken back.
fn not_recorded(store: Store, why: &str) -> StoreResult {
    StoreResult {
        offset: store.offset,
        bytes: store.bytes,
        outcome: StoreOutcome::Refused(why.to_owned()),
    }
}

/// What became of one store, which is written down before: one result, or two where only the first part was stored.
fn store_one(
    mapping: &Mapping,
    file: &OpenFile,
    store: Store,
    (asked, log): (&mut Asked, &mut FileLog),
) -> Vec<StoreResult> {
    let Store {
        offset,
        bytes,
        expect,
    } = store;
    drop(expect); // compared by now, and as long as what is stored
    let first = |old: &[u8]| asked.before(log, file, (offset, old, &bytes));
    let stored = mapping.store_after(offset, &bytes, file, first);
    if let Some(span) = Span::at(offset, bytes.len() as u64) {
        asked.ended(&stored, span);
    }
    match stored {
        Ok(old) => vec![StoreResult {
            offset,
            bytes,
            outcome: StoreOutcome::Stored(old),
        }],
        Err(error) => {
            let mut results = Vec::new();
            // the journal must know of the part that was stored
            if let NotStored::Refused(
                StoreError::Refused { before, .. } | StoreError::NotKept { before, .. },
            ) = &error
                && let Some(stored) = bytes
                    .get(..before.len())
                    .filter(|stored| !stored.is_empty())
            {
                results.push(StoreResult {
                    offset,
                    bytes: stored.to_vec(),
                    outcome: StoreOutcome::Stored(before.clone()),
                });
            }
            let outcome = StoreOutcome::Refused(error.to_string());
            results.push(StoreResult {
                offset,
                bytes,
                outcome,
            });
            results
        }
    }
}

/// Edits in whose place another value stands: nobody else can store in a private copy, so their page was taken away. One
/// that cannot be read now, past the file's present end, may still be there.
fn lost_runs(mapping: &Mapping, file: &OpenFile, runs: &[PendingRun]) -> Vec<Span> {
    let mut lost = Vec::new();
    for run in runs {
        let Some(span) = Span::at(run.offset, run.value.len() as u64) else {
            continue;
        };
        let now = mapping.read(span, file);
        let is_lost =
            |(offset, value): (u64, &u8)| now.byte(offset).is_some_and(|found| found != *value);
        if (run.offset..).zip(&run.value).any(is_lost) {
            lost.push(span);
        }
    }
    lost
}

/// Nothing of somebody else's is lost: the file holds what it held when the byte was edited, or already what it is to.
fn agrees(found: u8, base: u8, value: u8) -> bool {
    found == base || found == value
}

/// Where bytes are, what stood there and what is to.
type Part<'a> = (Span, &'a [u8], &'a [u8]);

/// The longest parts of a run that can be written without losing anything of somebody else's; `now` gives the file's byte.
fn agreeing_parts(run: &PendingRun, now: impl Fn(u64) -> Option<u8>) -> Vec<Part<'_>> {
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
            && let (Some(span), Some(base), Some(bytes)) = (
                Span::at(run.offset + start as u64, part.len() as u64),
                run.base.get(start..end),
                run.value.get(start..end),
            )
        {
            parts.push((span, base, bytes));
        }
        start = end;
    }
    parts
}
