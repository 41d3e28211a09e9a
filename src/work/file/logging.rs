//! What is about to be stored is written down first, on the worker's thread: it waits for the disk, the window does not.
//!
//! It owns what of a store the journal is told. A store that cannot be written down does not happen. A batch is written down
//! as a whole, as far as it can be read.

use std::path::Path;
use std::sync::{PoisonError, RwLock};

use crate::bytes::Span;
use crate::map::{Mapping, Mode, OpenFile, Readout, StoreError};
use crate::model::effect::{FileRequest, Store};
use crate::model::event::{EditsNews, FileNews};
use crate::model::identity::{OrderId, Target};
use crate::model::journal::PendingRun;
use crate::model::offer::{OfferId, OfferPart, n_bytes};
use crate::work::logbook::record::{ByteChange, EditPlace};

use super::asked::Asked;
use super::pasted_file;
use super::serve::Worker;

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
            request @ (FileRequest::ReadPatch(_)
            | FileRequest::ReadPatchPart(..)
            | FileRequest::ReadWhole(_)) => {
                self.read_beside(index, number, request);
                return;
            }
            FileRequest::Forget(spans) => {
                self.journal.saved(target.mapping.0, spans);
                EditsNews::Noted
            }
            FileRequest::TakeOver { offer, runs } => {
                self.take_over(target, offer, runs);
                EditsNews::Noted
            }
            FileRequest::WriteDown { held, waiting } => {
                self.write_down_late(index, target, held, waiting);
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
        let ticket = self.journal.ask(&self.file, place, changes.clone());
        let ticket = ticket.map_err(|error| error.to_string())?;
        Ok(Asked::batch(ticket, place, changes))
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
        let is_there = |gap: &&crate::map::Gap| gap.span.intersect(span).is_some();
        if let Some(gap) = now.gaps.iter().find(is_there) {
            return Err(StoreError::of_gap(span, gap).to_string());
        }
        let old = (span.start()..span.end()).filter_map(|at| now.byte(at));
        let old: Vec<u8> = old.collect();
        let mut asked = Asked::nothing(EditPlace::File);
        let written = asked
            .before(&mut self.journal, &self.file, (span.start(), &old, bytes))
            .and_then(|()| Ok(self.file.pwrite(span.start(), bytes)?));
        asked.ended(&written, span);
        asked.end(&mut self.journal);
        written.map_err(|error| error.to_string())
    }

    /// Private edits that were made while they could not be written down. An order that was given before this one may have
    /// taken some of them back since.
    fn write_down_late(
        &mut self,
        index: usize,
        target: Target,
        held: Vec<PendingRun>,
        waiting: Vec<PendingRun>,
    ) {
        let file = std::sync::Arc::clone(&self.file);
        let stands = |mapping: &Mapping, run: &PendingRun| {
            let span = Span::at(run.offset, run.value.len() as u64);
            span.is_some_and(|span| mapping.read(span, &file).bytes == run.value)
        };
        let held = self.with(index, |mapping| {
            held.into_iter()
                .filter(|run| stands(mapping, run))
                .collect()
        });
        let mut runs: Vec<PendingRun> = held.unwrap_or_default();
        runs.extend(waiting);
        if !runs.is_empty() {
            // Where it cannot be written, that is told as of any edit.
            let _ = self
                .journal
                .stands(&self.file, target.mapping.0, changes_of(runs));
        }
    }

    /// What an earlier run left is this view's: it stands in this run's journal before it goes from that one's.
    fn take_over(&mut self, target: Target, offer: OfferId, runs: Vec<PendingRun>) {
        let mapping = target.mapping.0;
        if self.journal.stands(&self.file, mapping, changes_of(runs)) {
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
        let is_list = !matches!(request, FileRequest::ReadWhole(_));
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
                FileRequest::ReadPatch(path) => FileNews::Edits(read_list(&path, None, shown)),
                FileRequest::ReadPatchPart(path, view) => {
                    FileNews::Edits(read_list(&path, Some(&view), shown))
                }
                FileRequest::ReadWhole(path) => {
                    FileNews::Edits(EditsNews::WholeRead(pasted_file::read(&path)))
                }
                _ => news("no file was asked for".to_owned()),
            })
        });
    }
}

/// Reads a list of edits, or those of one view in it, and compares it with what the view shows. One of several views is
/// not compared before somebody said which.
fn read_list(
    path: &Path,
    view: Option<&str>,
    (file, mapping): (&OpenFile, &RwLock<Mapping>),
) -> EditsNews {
    let listed = match super::patch::read(path, view) {
        Ok(listed) => listed,
        Err(why) => return EditsNews::PatchRead(Err(why)),
    };
    if !listed.parts.is_empty() {
        let parts = listed.parts.into_iter();
        let parts = parts.map(|part| (part.view, n_bytes(&part.runs)));
        return EditsNews::PatchParts(parts.collect());
    }
    let mapping = mapping.read().unwrap_or_else(PoisonError::into_inner);
    let compared = super::patch::compare((path.to_owned(), listed), &mapping, file);
    EditsNews::PatchRead(compared.map(Box::new))
}

fn changes_of(runs: Vec<PendingRun>) -> Vec<ByteChange> {
    let changes = runs.into_iter().map(|run| ByteChange {
        offset: run.offset,
        old: run.base,
        new: run.value,
    });
    changes.collect()
}
