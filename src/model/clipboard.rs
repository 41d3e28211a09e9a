//! Copying and pasting: what of the selection goes to the clipboard, and what of the clipboard is stored.

use crate::bytes::Span;
use crate::bytes::clip::{Clip, CopyAs, Pasted};
use crate::bytes::dump::parse_dump;
use crate::map::Readout;

use super::action::Resize;
use super::editing::EDIT_LIMIT_BYTES;
use super::effect::{Effect, FileRequest};
use super::{Column, Doc, Model};

/// The ticket of a peek whose bytes go to the clipboard; lookups count theirs from 1.
pub(super) const COPY_TICKET: u64 = u64::MAX;

impl Model {
    /// Overwrites from the start of the selection; never past a selection of more than one byte, nor past the end.
    pub(super) fn paste(&mut self, pasted: Pasted) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let mut left_out = None;
        let bytes = match (pasted.bytes, doc.view.column) {
            (Some(bytes), _) => bytes, // the program's own copy, as it was
            (None, Column::Text) => pasted.text.into_bytes(),
            (None, Column::Hex) => match parse_dump(&pasted.text) {
                Ok(spelled) => {
                    left_out = spelled.left_out();
                    spelled.bytes
                }
                Err(error) => {
                    return self.failed(format!(
                        "The clipboard does not hold hex bytes ({error}): to paste it as text, press Tab for the text column"
                    ));
                }
            },
        };
        let selection = doc.view.selection();
        let room = if doc.view.anchor.is_some() {
            selection
        } else {
            rest_of(doc, selection.start())
        };
        if bytes.is_empty() {
            return Vec::new();
        }
        if bytes.len() as u64 > room.len() {
            let (n, room) = (bytes.len(), room.len());
            return self.failed(format!(
                "The clipboard holds {n} bytes and there is room for {room}: nothing was pasted, as an edit never changes the length"
            ));
        }
        let n_bytes = bytes.len();
        let effects = self.store(room.start(), bytes);
        if let Some(left_out) = left_out.filter(|_| !effects.is_empty()) {
            let _ = self.done(format!("{n_bytes} bytes of a dump were pasted. {left_out}"));
        }
        effects
    }

    /// Says why a key does nothing that inserts or deletes elsewhere.
    pub(super) fn cannot_resize(&mut self, resize: Resize) -> Vec<Effect> {
        let (what, instead) = match resize {
            Resize::Insert => ("insert", "typing overwrites"),
            Resize::Delete => (
                "delete",
                "Ctrl+B fills the selection with a byte of your choice",
            ),
        };
        self.failed(format!(
            "A mapping cannot {what} bytes, as its length is the file's: {instead}"
        ))
    }

    /// The selection as hex pairs, or as text from the text column: read first, as it may be out of sight.
    pub(super) fn copy(&mut self) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let span = doc.view.selection();
        if span.len() > EDIT_LIMIT_BYTES {
            return self.failed(format!(
                "{} bytes are selected; at most {EDIT_LIMIT_BYTES} (1 MiB) can be copied at once",
                span.len()
            ));
        }
        let ticket = COPY_TICKET;
        vec![Effect::File(FileRequest::Peek { ticket, span })]
    }

    /// The selected bytes came.
    pub(super) fn copied(&mut self, readout: &Readout) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        if let Some(gap) = readout.gaps.first() {
            let (span, reason) = (gap.span, &gap.reason);
            return self.failed(format!(
                "Nothing was copied: {span} cannot be read, {reason}"
            ));
        }
        let wanted = match doc.view.column {
            Column::Hex => CopyAs::Hex,
            Column::Text => CopyAs::Text,
        };
        let (clip, copied) = Clip::new(readout.bytes.clone(), wanted);
        if copied != wanted {
            let _ = self.done("The selection is no text: it was copied as hex".to_owned());
        }
        vec![Effect::CopyText(clip)]
    }
}

fn rest_of(doc: &Doc, start: u64) -> Span {
    Span::new(start, doc.view.extent.end()).unwrap_or(Span::empty(start))
}
