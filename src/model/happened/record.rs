//! Entries of *What happened*, made where answers and observations arrive.
//!
//! It owns what an answer proves: a store that was refused is never an entry that says it was done. It must not know how
//! an entry is worded.

use super::under_way::{Since, Stored};
use super::{
    About, By, Fate, Happening, How, KeptBytes, MOST_ENTRIES, MOST_PARTS, Occurrence, Sync,
};
use crate::bytes::Span;
use crate::map::Mode;
use crate::model::doc::Doc;
use crate::model::effect::{FileRequest, Purpose, Store};
use crate::model::event::{
    DiscardError, FileNews, Flushed, Remapped, StoreOutcome, StoreResult, WroteBack,
};
use crate::model::identity::{OrderId, Target};
use crate::model::journal::PendingRun;
use crate::model::process::Refusal;
use crate::model::take::not_asked_words;
use crate::model::witness::WitnessId;

/// A store and what came of it.
pub(super) struct Write<'a> {
    pub(super) by: By,
    pub(super) how: How,
    pub(super) offset: u64,
    pub(super) old: Option<&'a [u8]>,
    pub(super) new: &'a [u8],
    pub(super) fate: Fate,
    /// It was sent then: what rows came to show since may be it.
    pub(super) sent: Since,
}

impl Doc {
    /// Something happened.
    pub(super) fn note(&mut self, by: By, what: Occurrence, fate: Fate) {
        self.note_after(self.happened.n_made, by, what, fate);
    }

    /// The same, where it can have happened before entries after that one.
    pub(super) fn note_after(&mut self, after: u64, by: By, what: Occurrence, fate: Fate) {
        let entry = self.made(after, by, what, fate);
        self.enter(entry);
    }

    fn made(&mut self, after: u64, by: By, what: Occurrence, fate: Fate) -> Happening {
        Happening {
            number: self.happened.n_made + 1,
            at: self.happened.now,
            after,
            by,
            what,
            fate,
            saw: Vec::new(),
            compared: None,
            own_rows: self.own_rows(),
            watch: None,
        }
    }

    fn enter(&mut self, entry: Happening) {
        let happened = &mut self.happened;
        happened.n_made = entry.number;
        if happened.entries.len() >= MOST_ENTRIES {
            happened.entries.pop_front();
        }
        let is_done = entry.fate == Fate::Done;
        match entry.what {
            Occurrence::Grew { .. }
            | Occurrence::Shrank { .. }
            | Occurrence::Mapped { .. }
            | Occurrence::Discarded { .. }
            | Occurrence::CopiesLost { .. }
                if is_done =>
            {
                happened.stop_watching(None);
            }
            _ => {}
        }
        happened.entries.push_back(entry);
    }

    /// The file's worker says something, before the model takes note of it: whether bytes were stored.
    pub(in crate::model) fn note_news(
        &mut self,
        target: Target,
        number: Option<OrderId>,
        news: &FileNews,
    ) -> bool {
        // An answer that was given before is none, and what is said of an earlier mapping is of no row.
        let answers = number.filter(|number| self.happened.is_sent(*number));
        if !self.views.iter().any(|view| view.mapping == target.mapping) && !reaches_file(news) {
            return false; // a view that is closed, and memory that nobody else has seen
        }
        let answered = answers.map(|number| (number, target));
        match (news, answered) {
            (
                FileNews::Stored {
                    purpose,
                    mode,
                    results,
                    lost,
                    ..
                },
                Some(answered),
            ) => {
                let by = self.by_witness(WitnessId::View, target);
                self.note_lost(by, lost);
                self.note_stores(answered, (*purpose, *mode), results);
            }
            (
                FileNews::WitnessStored {
                    id,
                    offset,
                    bytes,
                    outcome,
                },
                Some(answered),
            ) => {
                self.note_witness_store(answered, *id, (*offset, bytes), outcome);
                return outcome.is_ok();
            }
            (FileNews::WroteBack(wrote), Some(answered)) => self.note_write_back(answered, wrote),
            (news, answered) => {
                self.note_change(target, number, news);
                if let Some(answered) = answered {
                    self.note_answer(answered, news);
                }
                return false;
            }
        }
        true
    }

    /// What an order came to that stores nothing.
    fn note_answer(&mut self, answered: (OrderId, Target), news: &FileNews) {
        match news {
            FileNews::Flushed(result) => self.note_flush(answered, result),
            FileNews::Discarded(result) => self.note_discard(answered, result),
            FileNews::GaveBack => self.note_give_back(answered),
            FileNews::RemapFailed(why) => self.note_not_mapped(answered.1, why.clone()),
            FileNews::Refused(request, why) => self.note_not_done(answered, request, why),
            _ => {}
        }
        self.happened.answered(answered.0);
    }

    /// What changed, whoever asked for it.
    fn note_change(&mut self, target: Target, number: Option<OrderId>, news: &FileNews) {
        match news {
            FileNews::Remapped(remapped) => {
                let is_added =
                    |(order, mapping)| number == Some(order) && mapping == target.mapping;
                let mut views = self.views.iter();
                let is_later = views.any(|view| {
                    view.mapping == target.mapping && view.generation < target.generation
                });
                if is_later || self.adding.is_some_and(is_added) {
                    self.note_mapped(target, remapped);
                }
            }
            FileNews::Grown(extent) if self.is_now(target) => self.note_growth(extent.end()),
            FileNews::State(state) => self.note_state(state),
            FileNews::CopiesLost(spans) if self.is_now(target) => {
                let by = self.by_witness(WitnessId::View, target);
                self.note_lost(by, spans);
            }
            _ => {}
        }
    }

    /// A store was answered, or found.
    pub(super) fn note_write(&mut self, write: Write<'_>) {
        let rows = self.rows_read();
        let watched = self.witnesses.span;
        let what = Occurrence::Wrote {
            how: write.how,
            offset: write.offset,
            old: write.old.map(KeptBytes::of),
            new: KeptBytes::of(write.new),
        };
        let mut entry = self.made(write.sent.n_made, write.by, what, write.fate);
        let may_be_there = matches!(entry.fate, Fate::Done | Fate::NotKnown(_));
        if may_be_there && entry.reaches_file() && entry.by != By::Somebody {
            self.happened.file.own(write.offset, write.new);
        }
        if may_be_there {
            let stored = Stored::of(write.offset, write.new);
            self.happened.stored_over(stored, write.sent);
        }
        if entry.fate == Fate::Done {
            self.happened
                .watch_for(&mut entry, watched, rows, write.sent);
        }
        self.enter(entry);
    }

    /// Parts that are told together, as there are so many.
    pub(super) fn note_rest(&mut self, (by, how): (By, How), parts: &[Span], sent: Since) {
        let hull = parts.iter().copied().reduce(Span::hull);
        if let Some(hull) = hull {
            let n_bytes = parts.iter().map(|part| part.len()).sum();
            let what = Occurrence::WroteMore { how, hull, n_bytes };
            self.happened.stored_over(Stored::more(hull), sent);
            self.note_after(sent.n_made, by, what, Fate::Done);
        }
    }

    /// Stores through a view were answered.
    fn note_stores(
        &mut self,
        (number, target): (OrderId, Target),
        (purpose, mode): (Purpose, Mode),
        results: &[StoreResult],
    ) {
        let sent = self.happened.answered(number);
        let (_, sent) = self.happened.why_and_when(sent.as_ref());
        let how = match purpose {
            Purpose::Edit => How::Store,
            Purpose::Undo(_) | Purpose::UndoOne(_) => How::Undo,
            Purpose::Redo(_) => How::Redo,
            Purpose::Reapply => How::Reapply,
        };
        let by = By::View { target, mode };
        let mut rest = Vec::new();
        for (index, result) in results.iter().enumerate() {
            let (old, fate) = match &result.outcome {
                StoreOutcome::Stored(old) => (Some(old.as_slice()), Fate::Done),
                StoreOutcome::Changed(found) => (None, Fate::Changed(KeptBytes::of(found).bytes)),
                StoreOutcome::Refused(why) => (None, Fate::Refused(why.clone())),
            };
            if index >= MOST_PARTS && fate == Fate::Done {
                if mode == Mode::Shared {
                    self.happened.file.own(result.offset, &result.bytes);
                }
                rest.extend(Span::at(result.offset, result.bytes.len() as u64));
                continue;
            }
            self.note_write(Write {
                by: by.clone(),
                how,
                offset: result.offset,
                old,
                new: &result.bytes,
                fate,
                sent,
            });
        }
        self.note_rest((by, how), &rest, sent);
        self.note_found();
    }

    /// Bytes written as a witness of this program were answered.
    fn note_witness_store(
        &mut self,
        (number, target): (OrderId, Target),
        id: WitnessId,
        (offset, new): (u64, &[u8]),
        outcome: &Result<Option<Vec<u8>>, String>,
    ) {
        let sent = self.happened.answered(number);
        let (how, sent) = self.happened.why_and_when(sent.as_ref());
        let by = self.by_witness(id, target);
        let (old, fate) = match outcome {
            Ok(old) => (old.as_deref(), Fate::Done),
            Err(why) => (None, Fate::Refused(why.clone())),
        };
        self.note_write(Write {
            by,
            how,
            offset,
            old,
            new,
            fate,
            sent,
        });
        self.note_found();
    }

    fn by_witness(&self, id: WitnessId, target: Target) -> By {
        let view = self.views.iter().find(|it| it.mapping == target.mapping);
        let mode = view.map_or(Mode::Private, |view| view.mode);
        match id {
            WitnessId::View => By::View { target, mode },
            WitnessId::OtherMode => {
                let mode = match mode {
                    Mode::Private => Mode::Shared,
                    Mode::Shared => Mode::Private,
                };
                By::SecondMapping { target, mode }
            }
            WitnessId::File => By::Calls { target },
        }
    }

    /// Edits were written to the file.
    fn note_write_back(&mut self, (number, target): (OrderId, Target), wrote: &WroteBack) {
        let sent = self.happened.answered(number);
        let (_, at) = self.happened.why_and_when(sent.as_ref());
        let runs = match sent.map(|sent| sent.about) {
            Some(About::WriteBack(runs)) => runs,
            _ => Vec::new(),
        };
        let by = self.by_witness(WitnessId::View, target);
        let how = How::WriteBack;
        let mut rest = Vec::new();
        for (index, part) in wrote.written.iter().enumerate() {
            let new = runs.iter().find_map(|run| part_of(run, *part));
            match new {
                // What the file held is one of two, and which is not told.
                Some(new) if index < MOST_PARTS => self.note_write(Write {
                    by: by.clone(),
                    how,
                    offset: part.start(),
                    old: None,
                    new,
                    fate: Fate::Done,
                    sent: at,
                }),
                new => {
                    self.happened
                        .file
                        .own(part.start(), new.unwrap_or_default());
                    rest.push(*part);
                }
            }
        }
        self.note_rest((by.clone(), how), &rest, at);
        if let Some(first) = wrote.conflicts.first() {
            let n_bytes = wrote.conflicts.len() as u64;
            let first = *first;
            self.note(
                by.clone(),
                Occurrence::Conflicts { first, n_bytes },
                Fate::Done,
            );
        }
        if let Some(why) = &wrote.error {
            let (hull, n_bytes) = hull_of(&runs);
            let what = if wrote.written.is_empty() {
                Occurrence::WroteMore { how, hull, n_bytes }
            } else {
                Occurrence::Synced(Sync::Asked)
            };
            self.note(by, what, Fate::Refused(why.clone()));
        }
        self.note_found();
    }

    /// msync was answered.
    fn note_flush(
        &mut self,
        (number, target): (OrderId, Target),
        result: &Result<Flushed, String>,
    ) {
        self.happened.answered(number);
        let by = self.by_witness(WitnessId::View, target);
        let (sync, fate) = match result {
            Ok(Flushed::Private) => (Sync::Private, Fate::Done),
            Ok(Flushed::Written(span)) => (Sync::Written(*span), Fate::Done),
            Ok(Flushed::EarlierFailure(why)) => (Sync::EarlierFailure(why.clone()), Fate::Done),
            Err(why) => (Sync::Asked, Fate::Refused(why.clone())),
        };
        self.note(by, Occurrence::Synced(sync), fate);
    }

    /// Private copies were given back, or not.
    fn note_discard(
        &mut self,
        (number, target): (OrderId, Target),
        result: &Result<(Span, Option<u64>), DiscardError>,
    ) {
        self.happened.answered(number);
        let by = self.by_witness(WitnessId::View, target);
        let (span, n_pages, fate) = match result {
            Ok((span, n_pages)) => (Some(*span), *n_pages, Fate::Done),
            Err(DiscardError::Shared) => {
                let why = "a shared mapping has no private copies".to_owned();
                (None, None, Fate::Refused(why))
            }
            Err(DiscardError::Failed(why)) => (None, None, Fate::Refused(why.clone())),
        };
        self.note(by, Occurrence::Discarded { span, n_pages }, fate);
    }

    /// Copies that held nothing of the person's were given back.
    fn note_give_back(&mut self, (number, target): (OrderId, Target)) {
        let span = match self.happened.answered(number).map(|sent| sent.about) {
            Some(About::GiveBack(span)) => span,
            _ => None,
        };
        let by = self.by_witness(WitnessId::View, target);
        let n_pages = None;
        self.note(by, Occurrence::Discarded { span, n_pages }, Fate::Done);
    }

    /// A view has a new mapping.
    fn note_mapped(&mut self, target: Target, remapped: &Remapped) {
        let by = By::View {
            target,
            mode: remapped.mode,
        };
        let what = Occurrence::Mapped {
            mode: Some(remapped.mode),
            access: Some(remapped.access),
            extent: Some(remapped.extent),
        };
        self.note(by, what, Fate::Done);
        if let Some(refusal) = &remapped.refusal {
            self.note_not_mapped(target, refusal.why.clone());
        }
    }

    /// A view was not mapped as was asked.
    fn note_not_mapped(&mut self, target: Target, why: String) {
        let by = self.by_witness(WitnessId::View, target);
        let what = Occurrence::Mapped {
            mode: None,
            access: None,
            extent: None,
        };
        self.note(by, what, Fate::Refused(why));
    }

    /// An order to the file's worker came back.
    fn note_not_done(
        &mut self,
        (number, target): (OrderId, Target),
        request: &FileRequest,
        why: &Refusal,
    ) {
        let why = not_asked_words(why).to_owned();
        let fate = Fate::Refused(why.clone());
        let by = self.by_witness(WitnessId::View, target);
        match request {
            FileRequest::Store(batch) => {
                let view = self.views.iter().find(|it| it.mapping == target.mapping);
                let mode = view.map_or(Mode::Private, |view| view.mode);
                let results = batch.stores.iter();
                let results: Vec<_> = results.map(|it| refused(it, &why)).collect();
                self.note_stores((number, target), (batch.purpose, mode), &results);
            }
            FileRequest::WitnessStore {
                id, offset, bytes, ..
            } => self.note_witness_store((number, target), *id, (*offset, bytes), &Err(why)),
            FileRequest::Remap { .. } => self.note_not_mapped(target, why),
            FileRequest::Flush => self.note(by, Occurrence::Synced(Sync::Asked), fate),
            FileRequest::Discard(span) => {
                let (span, n_pages) = (Some(*span), None);
                self.note(by, Occurrence::Discarded { span, n_pages }, fate);
            }
            FileRequest::WriteBack(runs) => {
                let (hull, n_bytes) = hull_of(runs);
                let how = How::WriteBack;
                self.note(by, Occurrence::WroteMore { how, hull, n_bytes }, fate);
            }
            _ => {}
        }
    }
}

/// What is told was done to the file itself, whoever is still there to see it.
fn reaches_file(news: &FileNews) -> bool {
    match news {
        FileNews::Stored { mode, .. } => *mode == Mode::Shared,
        FileNews::Remapped(_)
        | FileNews::State(_)
        | FileNews::WitnessStored { .. }
        | FileNews::WroteBack(_) => true,
        _ => false,
    }
}

fn refused(store: &Store, why: &str) -> StoreResult {
    StoreResult {
        offset: store.offset,
        bytes: store.bytes.clone(),
        outcome: StoreOutcome::Refused(why.to_owned()),
    }
}

/// From the first to the last byte of runs, and how many there are.
fn hull_of(runs: &[PendingRun]) -> (Span, u64) {
    let spans = runs
        .iter()
        .filter_map(|run| Span::at(run.offset, run.value.len() as u64));
    let hull = spans.clone().reduce(Span::hull);
    (
        hull.unwrap_or_else(|| Span::empty(0)),
        spans.map(Span::len).sum(),
    )
}

/// The bytes of a run that were written in `part`, where that is of it.
fn part_of(run: &PendingRun, part: Span) -> Option<&[u8]> {
    let start = usize::try_from(part.start().checked_sub(run.offset)?).ok()?;
    let end = start.checked_add(usize::try_from(part.len()).ok()?)?;
    run.value.get(start..end)
}
