//! The lookup field: what it says while a person types, and the answers given so far.

use crate::bytes::Span;
use crate::bytes::answer::{self, Cell};
use crate::bytes::lookup::{self as grammar, Lookup};
use crate::map::Readout;

use super::{Effect, Model};

/// Answers that are kept.
const KEPT_ANSWERS: usize = 200;

/// An answer that was given and taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What was typed.
    pub text: String,
    /// What was answered.
    pub answer: String,
}

/// The lookup field.
#[derive(Clone, Debug, Default)]
pub struct LookupState {
    /// What is typed.
    pub text: String,
    /// The answer in words; empty with no text.
    pub answer: String,
    /// The text is invalid.
    pub is_error: bool,
    /// Answers taken so far, newest first.
    pub history: Vec<Answered>,
    /// What the text means.
    found: Option<Lookup>,
    /// The peek whose answer is awaited.
    ticket: u64,
    /// Enter was pressed before the bytes were there.
    commit_pending: bool,
    /// Where the view was before the preview: first row and its fraction.
    origin: Option<(u64, f32)>,
    /// The last text that was taken.
    last: Option<String>,
}

impl LookupState {
    /// A preview is shown that Escape takes back.
    #[must_use]
    pub fn is_previewing(&self) -> bool {
        self.origin.is_some()
    }

    /// Another file: the field is empty, the answers given so far stay listed.
    pub(super) fn begin_anew(&mut self) {
        *self = Self {
            history: std::mem::take(&mut self.history),
            last: self.last.take(),
            ticket: self.ticket + 1, // late answers are about the file before
            ..Self::default()
        };
    }

    /// What to read so that the answer is true again: a new ticket and the bytes; `None` where there is no answer.
    pub(super) fn peek_again(&mut self) -> Option<(u64, Span)> {
        let span = self.found?.span();
        self.ticket += 1;
        let shown =
            Span::at(span.start(), span.len().min(answer::SHOWN_BYTES as u64)).unwrap_or(span);
        Some((self.ticket, shown))
    }

    /// The offsets that the text means.
    #[must_use]
    pub fn found(&self) -> Option<Span> {
        self.found.map(Lookup::span)
    }
}

impl Model {
    /// The text changed: answer it, and show where it points.
    pub(super) fn lookup_edited(&mut self, text: String) -> Vec<Effect> {
        self.lookup.text = text;
        self.lookup.commit_pending = false;
        self.lookup_refresh()
    }

    /// Answers the text again: it changed, or the file did.
    pub(super) fn lookup_refresh(&mut self) -> Vec<Effect> {
        self.lookup.found = None;
        self.lookup.is_error = false;
        if self.lookup.text.trim().is_empty() {
            self.lookup.answer.clear();
            self.lookup_unpreview();
            return Vec::new();
        }
        let Some(doc) = &mut self.doc else {
            "No file is open".clone_into(&mut self.lookup.answer);
            self.lookup.is_error = true;
            return Vec::new();
        };
        let context = doc.context();
        match grammar::parse(&self.lookup.text, &context) {
            Ok(found) => {
                self.lookup.found = Some(found);
                self.lookup
                    .origin
                    .get_or_insert((doc.view.top, doc.view.fraction_points));
                preview(&mut doc.view, found.start());
                self.look_wanted = true;
                self.lookup_reread()
            }
            Err(error) => {
                self.lookup.answer = answer::answer_error(&self.lookup.text, &error, &context);
                self.lookup.is_error = true;
                Vec::new()
            }
        }
    }

    /// The bytes for the answer came.
    pub(super) fn lookup_peeked(&mut self, ticket: u64, readout: &Readout) -> Vec<Effect> {
        if ticket != self.lookup.ticket {
            return Vec::new();
        }
        let (Some(found), Some(doc)) = (self.lookup.found, &self.doc) else {
            return Vec::new();
        };
        let cells = cells_of(readout);
        self.lookup.answer = answer::answer_found(&self.lookup.text, found, &cells, &doc.context());
        self.lookup.is_error = matches!(
            (found, cells.first()),
            (Lookup::Index(_), Some(Cell::Unreadable(_)))
        );
        if self.lookup.commit_pending {
            self.lookup_take()
        } else {
            Vec::new()
        }
    }

    /// Enter: the same path as the live answer, then the cursor goes there.
    pub(super) fn lookup_commit(&mut self) -> Vec<Effect> {
        let effects = self.lookup_refresh();
        if self.lookup.found.is_some() {
            self.lookup.commit_pending = true; // taken when the bytes are there
        }
        effects
    }

    fn lookup_take(&mut self) -> Vec<Effect> {
        self.lookup.commit_pending = false;
        let (Some(found), Some(doc)) = (self.lookup.found, &mut self.doc) else {
            return Vec::new();
        };
        let text = self.lookup.text.trim().to_owned();
        self.back.push(doc.view.cursor);
        self.forward.clear();
        let span = found.span();
        doc.view.set_cursor(span.start(), false);
        if span.len() > 1 {
            doc.view.set_cursor(span.end() - 1, true);
            // the start stays in sight: the cursor is at the far end of the selection
            doc.view.anchor = Some(span.end() - 1);
            doc.view.cursor = span.start();
        }
        doc.view.reveal_centered();
        self.lookup.origin = None;
        let answered = Answered {
            text: text.clone(),
            answer: self.lookup.answer.clone(),
        };
        self.lookup
            .history
            .retain(|known| known.text != answered.text);
        self.lookup.history.insert(0, answered);
        self.lookup.history.truncate(KEPT_ANSWERS);
        self.lookup.last = Some(text);
        self.look_wanted = true;
        vec![Effect::Focus(super::Focus::Grid)]
    }

    /// Escape: the view returns to where it was.
    pub(super) fn lookup_cancel(&mut self) -> Vec<Effect> {
        self.lookup_unpreview();
        self.lookup.text.clear();
        self.lookup.answer.clear();
        self.lookup.found = None;
        self.lookup.is_error = false;
        self.lookup.commit_pending = false;
        vec![Effect::Focus(super::Focus::Grid)]
    }

    /// The last lookup once more, relative ones from where the cursor is now.
    pub(super) fn lookup_repeat(&mut self) -> Vec<Effect> {
        match self.lookup.last.clone() {
            Some(text) => {
                self.lookup.text = text;
                self.lookup_commit()
            }
            None => vec![Effect::Focus(super::Focus::Lookup)],
        }
    }

    /// An entry of the list was clicked.
    pub(super) fn lookup_pick(&mut self, index: usize) -> Vec<Effect> {
        let Some(entry) = self.lookup.history.get(index) else {
            return Vec::new();
        };
        self.lookup.text = entry.text.clone();
        self.lookup_commit()
    }

    fn lookup_unpreview(&mut self) {
        if let (Some((top, fraction)), Some(doc)) = (self.lookup.origin.take(), &mut self.doc) {
            doc.view.top = top;
            doc.view.fraction_points = fraction;
            doc.view.clamp();
            self.look_wanted = true;
        }
    }
}

fn preview(view: &mut super::View, offset: u64) {
    let row = view.rows().row_from_offset(offset);
    if row < view.top || row >= view.top.saturating_add(view.page_rows) {
        view.top = row.saturating_sub(view.page_rows / 3);
        view.fraction_points = 0.0;
        view.clamp();
    }
}

/// The bytes of a readout as the answers take them.
#[must_use]
pub fn cells_of(readout: &Readout) -> Vec<Cell> {
    let span = readout.span;
    (span.start()..span.end())
        .map(|offset| match readout.byte(offset) {
            Some(byte) => Cell::Byte(byte),
            None => Cell::Unreadable(
                readout
                    .gaps
                    .iter()
                    .find(|gap| gap.span.contains(offset))
                    .map_or_else(
                        || "it was not read".into(),
                        |gap| gap.reason.to_string().into(),
                    ),
            ),
        })
        .collect()
}
