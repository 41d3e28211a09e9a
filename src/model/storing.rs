//! What became of stores: the journal learns what was stored, and the person what was not, or not as it was drawn.

use crate::bytes::{Span, hex};
use crate::map::Mode;

use super::View;
use super::doc::{Doc, Out};
use super::effect::Purpose;
use super::event::{StoreOutcome, StoreResult};
use super::identity::{OrderId, Target, ViewId};
use super::journal::{Differing, Drawn, Stored};
use super::pending::{SentPaste, Under};
use super::topic::Subject;

impl Doc {
    /// What became of stores: the journal learns what was stored, the person what was not.
    pub(super) fn stored(
        &mut self,
        answer: &Answer,
        purpose: Purpose,
        results: Vec<StoreResult>,
        lost: &[Span],
        out: &mut Out<'_>,
    ) {
        // the journal that the order came from, which may be another view's than the mapping it went through
        let Some((view, under)) = self.ended(answer.number) else {
            return;
        };
        if self.is_now(answer.target) {
            self.lost_in(answer.target.mapping, lost);
        }
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let span = match &under {
            Under::Store { span, .. } => Some(*span),
            _ => None,
        };
        let told = journal_stores(known, answer, purpose, under, results);
        let subject = match purpose {
            Purpose::Edit => Subject::Edit,
            Purpose::Undo(_) | Purpose::Redo(_) | Purpose::UndoOne(_) => Subject::Undo,
            Purpose::Reapply => Subject::Reapply,
        };
        // what was refused meanwhile stays said
        let is_news = subject != Subject::Edit || !known.pending.has_refused();
        known.mark();
        for known in &mut self.views {
            known.look_wanted = true;
        }
        self.lookup_reread(out);
        self.renew_patch_notice(view);
        let is_done = told.is_empty();
        match told.as_slice() {
            [] if is_news => self.notices.settle(subject),
            [] => {}
            [only] => self.failed(subject, only.clone()),
            [first, rest @ ..] => {
                self.failed(subject, format!("{first} (and {} more)", rest.len()));
            }
        }
        self.paste_ended(view, span, is_done);
        self.go_on(view, out);
        self.replaced(answer.number, is_done, out);
    }

    /// A store was answered: where it is a paste, that is said of it.
    fn paste_ended(&mut self, view: ViewId, span: Option<Span>, is_done: bool) {
        let is_it = |it: &mut SentPaste| (it.view, Some(it.span)) == (view, span);
        let pasted = self.pasted.take_if(is_it);
        if let Some(SentPaste { words, .. }) = pasted.filter(|_| is_done) {
            self.said(words);
        }
    }
}

/// What an answer about stores says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    /// The order that is answered.
    pub(super) number: OrderId,
    /// The mapping it went through.
    pub(super) target: Target,
    /// Its mode.
    pub(super) mode: Mode,
    /// When.
    pub(super) at: std::time::SystemTime,
}

/// What was stored, and in words what was not.
fn sorted(purpose: Purpose, results: Vec<StoreResult>) -> (Vec<Stored>, Vec<String>) {
    let mut told = Vec::new();
    let mut stored = Vec::new();
    for result in results {
        let StoreResult {
            offset,
            bytes: new,
            outcome,
        } = result;
        match outcome {
            StoreOutcome::Stored(old) => stored.push(Stored { offset, old, new }),
            StoreOutcome::Changed(found) => told.push(changed_since(purpose, offset, &found)),
            StoreOutcome::Refused(why) => told.push(why),
        }
    }
    (stored, told)
}

/// Takes note of stores. What the person has to know comes back in sentences.
fn journal_stores(
    view: &mut View,
    answer: &Answer,
    purpose: Purpose,
    under: Under,
    results: Vec<StoreResult>,
) -> Vec<String> {
    let (stored, mut told) = sorted(purpose, results);
    let spans: Vec<Span> = stored.iter().map(Stored::span).collect();
    match purpose {
        Purpose::Edit => {
            let drawn = match under {
                Under::Store { seen, .. } => seen,
                _ => Drawn::nothing(),
            };
            let recorded =
                view.journal
                    .record(stored, &drawn, answer.mode, answer.target, answer.at);
            if let Some(recorded) = recorded {
                told.extend(recorded.differing.first().map(differing_words));
                told.extend(forgotten_words(&recorded.forgotten));
            }
        }
        Purpose::Reapply => {
            let recorded = view.journal.reapplied(stored, answer.target, answer.at);
            if let Some(recorded) = recorded {
                told.extend(recorded.differing.first().map(reapplied_words));
                told.extend(forgotten_words(&recorded.forgotten));
            }
        }
        Purpose::UndoOne(id) => {
            let noted = view.journal.held_in(id, &spans);
            view.journal.took_back(id, &spans, answer.target, answer.at);
            record_rest(view, answer, &stored, &noted);
            if let (true, Under::Compensate(differing)) = (told.is_empty(), under) {
                told.extend(differing.first().map(undone_words));
            }
        }
        Purpose::Undo(id) | Purpose::Redo(id) => {
            let noted;
            (told, noted) = compensated(view, (purpose, id), under, &spans, told);
            record_rest(view, answer, &stored, &noted);
        }
    }
    told
}

/// Takes note of an edit that was taken back or brought back in `spans`, or of why not: what there is to tell, and where it
/// was noted.
fn compensated(
    view: &mut View,
    (purpose, id): (Purpose, u64),
    under: Under,
    spans: &[Span],
    mut told: Vec<String>,
) -> (Vec<String>, Vec<Span>) {
    let is_undo = matches!(purpose, Purpose::Undo(_));
    let noted = if is_undo {
        view.journal.undone_in(id, spans)
    } else {
        view.journal.redone_in(id, spans)
    };
    if !told.is_empty() {
        view.journal.skip(id);
    } else if let (true, Under::Compensate(differing)) = (is_undo, under) {
        told.extend(differing.first().map(undone_words));
    }
    if let Some(first) = spans.first().map(|span| span.start()) {
        follow(view, first);
    }
    (told, noted)
}

/// What was stored to take an edit back that was lost meanwhile is in the mapping, and a step of its own: else it would be
/// an edit that nobody knows of.
fn record_rest(view: &mut View, answer: &Answer, stored: &[Stored], noted: &[Span]) {
    let rest: Vec<Stored> = stored
        .iter()
        .flat_map(|stored| beside(stored, noted))
        .collect();
    let drawn = Drawn::nothing();
    view.journal
        .record(rest, &drawn, answer.mode, answer.target, answer.at);
}

/// The pieces of `stored` that are in none of `noted`, which are ascending and apart.
fn beside(stored: &Stored, noted: &[Span]) -> Vec<Stored> {
    let whole = stored.span();
    let inside = noted.iter().filter_map(|span| span.intersect(whole));
    let mut ends: Vec<(u64, u64)> = inside.map(|span| (span.start(), span.end())).collect();
    ends.push((whole.end(), whole.end()));
    let mut start = whole.start();
    let mut pieces = Vec::new();
    for (from, to) in ends {
        let index = |at: u64| usize::try_from(at - stored.offset).unwrap_or(usize::MAX);
        let range = index(start)..index(from);
        if let (Some(old), Some(new)) = (stored.old.get(range.clone()), stored.new.get(range))
            && !old.is_empty()
        {
            pieces.push(Stored {
                offset: start,
                old: old.to_vec(),
                new: new.to_vec(),
            });
        }
        start = to;
    }
    pieces
}

/// Shows what undo changed, unless the person has gone elsewhere since it was pressed: what is typed lands where the keys
/// are.
fn follow(view: &mut View, offset: u64) {
    let viewport = &mut view.viewport;
    if view.follows == Some(viewport.cursor) && viewport.nibble.is_none() {
        viewport.set_cursor(offset, false);
        viewport.reveal();
        view.follows = Some(viewport.cursor);
    }
}

/// Somebody changed bytes between the look and the store.
fn differing_words(differing: &Differing) -> String {
    let (offset, drawn, stood) = hex_of(differing);
    format!(
        "Written, but somebody had changed the bytes at {offset:#x} from {drawn} to {stood} just before: undo brings {stood} back"
    )
}

fn reapplied_words(differing: &Differing) -> String {
    let (offset, base, stood) = hex_of(differing);
    format!(
        "Reapplied, but the file holds {stood} at {offset:#x} by now, where it held {base} when you edited it: writing back will ask"
    )
}

fn undone_words(differing: &Differing) -> String {
    let (offset, drawn, stood) = hex_of(differing);
    format!(
        "Taken back to {stood} at {offset:#x}: that is what stood there, though {drawn} was drawn when you typed"
    )
}

fn hex_of(differing: &Differing) -> (u64, String, String) {
    let short = |bytes: &[u8]| hex::format_hex(bytes.get(..8).unwrap_or(bytes));
    (
        differing.offset,
        short(&differing.drawn),
        short(&differing.stood),
    )
}

fn forgotten_words(forgotten: &[u64]) -> Option<String> {
    (!forgotten.is_empty()).then(|| {
        let n = forgotten.len() as u64;
        format!("The memory for undo is full: {n} of the oldest edits, which are in the file, can no longer be undone")
    })
}

fn changed_since(purpose: Purpose, offset: u64, found: &[u8]) -> String {
    let found = hex::format_hex(found.get(..found.len().min(8)).unwrap_or_default());
    let edit = match purpose {
        Purpose::Undo(id) | Purpose::UndoOne(id) => {
            format!("Edit {id} was not taken back: ")
        }
        Purpose::Redo(id) => format!("Edit {id} was not brought back: "),
        Purpose::Edit | Purpose::Reapply => String::new(),
    };
    format!("{edit}somebody changed the bytes at {offset:#x} to {found} since")
}
