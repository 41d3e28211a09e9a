//! What is about to be stored is written down first, on the worker's thread: it waits for the disk, the window does not.
//!
//! It owns what of a store the journal is told. A store that cannot be written down does not happen. Bytes that cannot be
//! read now are not written down, as a store there needs the same page; where that has come back meanwhile, they are written
//! down at once behind the store.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use crate::bytes::Span;
use crate::map::{Mapping, Mode, OpenFile, Readout};
use crate::model::effect::{FileRequest, Store};
use crate::model::event::{EditsNews, FileNews, StoreOutcome, StoreResult};
use crate::model::identity::{OrderId, Target};
use crate::model::journal::PendingRun;
use crate::model::offer::{OfferId, OfferPart};
use crate::model::patch::Patch;
use crate::os::stamp::FileStamp;
use crate::work::logbook::Ticket;
use crate::work::logbook::record::{ByteChange, EditPlace};

use super::pasted_file;
use super::serve::Worker;

/// What was written down of a batch: its name, where it goes, and what stood there then.
pub(super) struct Asked {
    ticket: Option<Ticket>,
    place: EditPlace,
    changes: Vec<ByteChange>,
}

impl Worker {
    /// Edits that come from a journal or a list, or go there. What changes no byte is answered as it was asked, whichever
    /// mmap stands there by now.
    pub(super) fn handle_edits(
        &mut self,
        index: usize,
        number: OrderId,
        target: Target,
        request: FileRequest,
    ) {
        let news = match request {
            FileRequest::PutBack { offer, runs } => {
                self.put_back(index, number, offer, &runs);
                return;
            }
            request @ (FileRequest::ReadPatch(_) | FileRequest::ReadWhole(_)) => {
                self.read_beside(index, number, request);
                return;
            }
            FileRequest::Record(runs) => {
                let named = self.named();
                self.journal
                    .stands(named, EditPlace::File, changes_of(runs));
                EditsNews::Noted
            }
            FileRequest::Forget(spans) => {
                self.journal.saved(target.mapping.0, spans);
                EditsNews::Noted
            }
            FileRequest::TakeOver { offer, runs } => {
                self.take_over(target, offer, runs);
                EditsNews::Noted
            }
            _ => return, // answered where it is asked
        };
        self.say_of(
            target.mapping,
            target.generation,
            Some(number),
            FileNews::Edits(news),
        );
    }

    /// What identifies the file in the journal.
    fn named(&self) -> impl FnOnce() -> (FileStamp, PathBuf) + use<> {
        let file = std::sync::Arc::clone(&self.file);
        move || {
            let stamp = FileStamp::of(file.file()).unwrap_or_default();
            (stamp, file.path().to_owned())
        }
    }

    /// Writes down what a batch is about to store through a view.
    ///
    /// # Errors
    /// Why it must not be stored, in words.
    pub(super) fn write_down(&mut self, index: usize, stores: &[Store]) -> Result<Asked, String> {
        let file = std::sync::Arc::clone(&self.file);
        let read = self.with(index, |mapping| {
            let changes = stores.iter().filter_map(|store| {
                let now = mapping.read(Span::at(store.offset, store.bytes.len() as u64)?, &file);
                now.is_whole().then(|| ByteChange {
                    offset: store.offset,
                    old: now.bytes,
                    new: store.bytes.clone(),
                })
            });
            (mapping.mode(), changes.collect::<Vec<_>>())
        });
        let (Some((mode, changes)), Some(view)) = (read, self.views.get(index)) else {
            return Err("the view's mapping is gone".to_owned());
        };
        let place = match mode {
            Mode::Private => EditPlace::Private(view.id.0),
            Mode::Shared => EditPlace::File,
        };
        let named = self.named();
        let ticket = self.journal.ask(named, place, changes.clone());
        Ok(Asked {
            ticket: ticket.map_err(|error| error.to_string())?,
            place,
            changes,
        })
    }

    /// Writes down what became of it. Where something else stood there in the end than was written down, that is.
    pub(super) fn stored_as(&mut self, asked: Result<Asked, String>, results: &[StoreResult]) {
        // Also without a ticket: what could not be read, and was stored a moment later, was not written down before.
        let Ok(Asked {
            ticket,
            place,
            changes,
        }) = asked
        else {
            return;
        };
        let stored = results.iter().filter_map(|result| match &result.outcome {
            StoreOutcome::Stored(old) => Some(ByteChange {
                offset: result.offset,
                old: old.clone(),
                new: result.bytes.clone(),
            }),
            _ => None,
        });
        let stored: Vec<ByteChange> = stored.collect();
        let done = stored.iter().map(ByteChange::span).collect();
        self.journal.outcome(ticket, done);
        let is_known = |change: &ByteChange| {
            changes.iter().any(|known| {
                known.offset == change.offset
                    && known.new.starts_with(&change.new)
                    && known.old.starts_with(&change.old)
            })
        };
        let others: Vec<ByteChange> = stored
            .into_iter()
            .filter(|change| !is_known(change))
            .collect();
        if !others.is_empty() {
            let named = self.named();
            self.journal.stands(named, place, others);
        }
    }

    /// Writes down what is about to stand in the file, where `now` was read.
    ///
    /// # Errors
    /// Why it must not be stored, in words.
    pub(super) fn write_down_in_file(
        &mut self,
        now: &Readout,
        bytes: &[u8],
    ) -> Result<Option<Ticket>, String> {
        if !now.is_whole() {
            return Ok(None);
        }
        let change = ByteChange {
            offset: now.span.start(),
            old: now.bytes.clone(),
            new: bytes.to_vec(),
        };
        let named = self.named();
        let asked = self.journal.ask(named, EditPlace::File, vec![change]);
        asked.map_err(|error| error.to_string())
    }

    /// Writes to the file, after it is written down. `now` was read there, and maybe around it.
    ///
    /// # Errors
    /// Why it was not written, in words.
    pub(super) fn pwrite_recorded(
        &mut self,
        span: Span,
        now: &Readout,
        bytes: &[u8],
    ) -> Result<(), String> {
        let old: Option<Vec<u8>> = (span.start()..span.end()).map(|at| now.byte(at)).collect();
        let before = Readout {
            span,
            bytes: old.unwrap_or_default(),
            gaps: Vec::new(),
        };
        let ticket = if before.bytes.len() == bytes.len() {
            self.write_down_in_file(&before, bytes)?
        } else {
            None
        };
        let written = self.file.pwrite(span.start(), bytes);
        let done = written.is_ok().then_some(span);
        self.journal.outcome(ticket, done.into_iter().collect());
        written.map_err(|error| error.to_string())
    }

    /// What an earlier run left is this view's: it stands in this run's journal before it goes from that one's.
    fn take_over(&mut self, target: Target, offer: OfferId, runs: Vec<PendingRun>) {
        let named = self.named();
        let place = EditPlace::Private(target.mapping.0);
        if self.journal.stands(named, place, changes_of(runs)) {
            self.journal.sync();
            self.journal.retire(offer, OfferPart::Unsaved);
        }
    }

    /// Writes back what stood in the file before an earlier run wrote there.
    fn put_back(&mut self, index: usize, number: OrderId, offer: OfferId, runs: &[PendingRun]) {
        let wrote = self.write_runs(index, runs);
        if wrote.is_whole() {
            self.journal.retire(offer, OfferPart::InFile);
        }
        self.say(
            index,
            Some(number),
            FileNews::Edits(EditsNews::PutBack(offer, wrote)),
        );
        self.look_again(index);
        self.read_witnesses(true);
    }

    /// Reads another file than the open one, in a thread: where that one's storage hangs, nothing of this file does.
    fn read_beside(&self, index: usize, number: OrderId, request: FileRequest) {
        let is_list = matches!(request, FileRequest::ReadPatch(_));
        let news = move |why| {
            FileNews::Edits(if is_list {
                EditsNews::PatchRead(Err(why))
            } else {
                EditsNews::WholeRead(Err(why))
            })
        };
        let failed =
            move |error| news(format!("There is no thread to read the file with: {error}"));
        self.start_job((index, number), "reader", failed, move |shown, teller| {
            teller.waits.during(|| match request {
                FileRequest::ReadPatch(path) => {
                    let read = read_list(&path, shown).map(Box::new);
                    FileNews::Edits(EditsNews::PatchRead(read))
                }
                FileRequest::ReadWhole(path) => {
                    FileNews::Edits(EditsNews::WholeRead(pasted_file::read(&path)))
                }
                _ => news("no file was asked for".to_owned()),
            })
        });
    }
}

/// Reads a list of edits and compares it with what the view shows.
fn read_list(path: &Path, (file, mapping): (&OpenFile, &RwLock<Mapping>)) -> Result<Patch, String> {
    let list = super::patch::read(path)?;
    let mapping = mapping.read().unwrap_or_else(PoisonError::into_inner);
    super::patch::compare(list, &mapping, file)
}

fn changes_of(runs: Vec<PendingRun>) -> Vec<ByteChange> {
    let changes = runs.into_iter().map(|run| ByteChange {
        offset: run.offset,
        old: run.base,
        new: run.value,
    });
    changes.collect()
}
