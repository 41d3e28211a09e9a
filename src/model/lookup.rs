//! The lookup field: what it says while a person types, and the answers given so far.

use crate::bytes::Span;
use crate::bytes::answer::{self, Cell};
use crate::bytes::lookup::{self as grammar, Context, Lookup};
use crate::map::Readout;

use super::Focus;
use super::doc::{Doc, Out};
use super::effect::Effect;
use super::identity::{OrderId, ViewId};

/// Answers that are kept of one file.
const KEPT_ANSWERS: usize = 200;

/// An answer that was given and taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What was typed.
    pub text: String,
    /// What was answered.
    pub answer: String,
}

/// The lookup field of one file.
#[derive(Clone, Debug, Default)]
pub struct LookupState {
    /// What is typed.
    pub text: String,
    /// The answer in words; empty with no text, and while its bytes are not there.
    pub answer: String,
    /// The text is invalid.
    pub is_error: bool,
    /// Answers taken so far, newest first.
    pub history: Vec<Answered>,
    /// What the text means.
    found: Option<Lookup>,
    /// What it was parsed with.
    context: Option<Context>,
    /// The peek whose answer is awaited.
    peek: Option<OrderId>,
    /// The answer that was taken by Enter before its bytes were there: its text. It is listed when they come.
    taken: Option<String>,
    /// Where a view was before the preview: which, its first row and that one's fraction.
    origin: Option<(ViewId, u64, f32)>,
    /// The last text that was taken.
    last: Option<String>,
}

impl LookupState {
    /// A preview is shown that Escape takes back.
    #[must_use]
    pub fn is_previewing(&self) -> bool {
        self.origin.is_some()
    }

    /// What to read so that the answer is true; `None` where there is no answer.
    pub(super) fn peeked(&self) -> Option<Span> {
        let span = self.found?.span();
        Some(Span::at(span.start(), span.len().min(answer::SHOWN_BYTES as u64)).unwrap_or(span))
    }

    /// The bytes are asked for under this number: an answer to an earlier one is late.
    pub(super) fn asked(&mut self, number: OrderId) {
        self.peek = Some(number);
    }

    /// The bytes that were asked for under this number do not come.
    pub(super) fn refused(&mut self, number: OrderId, why: &str) {
        if self.peek.take_if(|known| *known == number).is_some() {
            self.answer = format!("Not read: {why}");
            self.is_error = true;
        }
    }

    /// The text is no index, nor a range of them, though it may be found in the bytes.
    #[must_use]
    pub fn is_no_index(&self) -> bool {
        self.is_error && self.found.is_none() && self.peek.is_none() && !self.text.trim().is_empty()
    }

    /// The offsets that the text means.
    #[must_use]
    pub fn found(&self) -> Option<Span> {
        self.found.map(Lookup::span)
    }
}

impl Doc {
    /// The text changed: answer it, and show where it points.
    pub(super) fn lookup_edited(&mut self, text: String, out: &mut Out<'_>) {
        self.lookup.text = text;
        self.lookup.taken = None;
        self.lookup_refresh(out);
    }

    /// Answers the text: it changed, or what it refers to did.
    fn lookup_refresh(&mut self, out: &mut Out<'_>) {
        self.lookup.found = None;
        self.lookup.peek = None;
        self.lookup.is_error = false;
        self.lookup.answer.clear(); // it belonged to another text
        if self.lookup.text.trim().is_empty() {
            self.lookup_unpreview();
            return;
        }
        let context = self.context();
        self.lookup.context = Some(context);
        match grammar::parse(&self.lookup.text, &context) {
            Ok(found) => {
                self.lookup.found = Some(found);
                let view = self.view_mut();
                let origin = (view.id, view.viewport.top, view.viewport.fraction_points);
                preview(&mut view.viewport, found.start());
                view.look_wanted = true;
                self.lookup.origin.get_or_insert(origin);
                self.lookup_reread(out);
            }
            Err(error) => {
                self.lookup.answer = answer::answer_error(&self.lookup.text, &error, &context);
                self.lookup.is_error = true;
            }
        }
    }

    /// The bytes for the answer came.
    pub(super) fn lookup_peeked(&mut self, number: OrderId, readout: &Readout) {
        if self.lookup.peek != Some(number) {
            return;
        }
        let Some(found) = self.lookup.found else {
            return;
        };
        let cells = cells_of(readout);
        self.lookup.answer =
            answer::answer_found(&self.lookup.text, found, &cells, &self.context());
        self.lookup.is_error = matches!(
            (found, cells.first()),
            (Lookup::Index(_), Some(Cell::Unreadable(_)))
        );
        if let Some(text) = self.lookup.taken.take() {
            self.list_answer(text);
        }
    }

    /// Enter: the cursor goes where the answer is, at once, so that what is typed next lands where the keys are. The
    /// answer is listed once its bytes are there.
    pub(super) fn lookup_commit(&mut self, out: &mut Out<'_>) {
        if self.lookup.context != Some(self.context()) {
            self.lookup_refresh(out); // the file's length or the cursor is another one since
        }
        let Some(found) = self.lookup.found else {
            return;
        };
        let view = self.view_mut();
        view.back.push(view.viewport.cursor);
        view.forward.clear();
        let span = found.span();
        view.viewport.set_cursor(span.start(), false);
        if span.len() > 1 {
            view.viewport.set_cursor(span.end() - 1, true);
            // the start stays in sight: the cursor is at the far end of the selection
            view.viewport.anchor = Some(span.end() - 1);
            view.viewport.cursor = span.start();
        }
        view.viewport.reveal_centered();
        view.look_wanted = true;
        self.lookup.origin = None;
        let text = self.lookup.text.trim().to_owned();
        self.lookup.last = Some(text.clone());
        if self.lookup.answer.is_empty() {
            self.lookup.taken = Some(text);
        } else {
            self.list_answer(text);
        }
        out.push(Effect::Focus(Focus::Grid));
    }

    fn list_answer(&mut self, text: String) {
        let answered = Answered {
            text,
            answer: self.lookup.answer.clone(),
        };
        let history = &mut self.lookup.history;
        history.retain(|known| known.text != answered.text);
        history.insert(0, answered);
        history.truncate(KEPT_ANSWERS);
    }

    /// Escape: the view returns to where it was.
    pub(super) fn lookup_cancel(&mut self, out: &mut Out<'_>) {
        self.lookup_unpreview();
        self.lookup.text.clear();
        self.lookup.answer.clear();
        self.lookup.found = None;
        self.lookup.peek = None;
        self.lookup.is_error = false;
        self.lookup.taken = None;
        out.push(Effect::Focus(Focus::Grid));
    }

    /// The last lookup once more, relative ones from where the cursor is now.
    pub(super) fn lookup_repeat(&mut self, out: &mut Out<'_>) {
        match self.lookup.last.clone() {
            Some(text) => {
                self.lookup_edited(text, out);
                self.lookup_commit(out);
            }
            None => out.push(Effect::Focus(Focus::Lookup)),
        }
    }

    /// An entry of the list was clicked.
    pub(super) fn lookup_pick(&mut self, index: usize, out: &mut Out<'_>) {
        let Some(entry) = self.lookup.history.get(index) else {
            return;
        };
        let text = entry.text.clone();
        self.lookup_edited(text, out);
        self.lookup_commit(out);
    }

    /// The view shows the cursor's surroundings again, not what a text in the lookup field points at.
    fn lookup_unpreview(&mut self) {
        let Some((view, top, fraction)) = self.lookup.origin.take() else {
            return;
        };
        if let Some(view) = self.views.iter_mut().find(|known| known.id == view) {
            view.viewport.top = top;
            view.viewport.fraction_points = fraction;
            view.viewport.clamp();
            view.look_wanted = true;
        }
    }
}

fn preview(view: &mut super::Viewport, offset: u64) {
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
