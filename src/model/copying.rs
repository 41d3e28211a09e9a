//! Bytes in and out by the clipboard.

use crate::bytes::Span;
use crate::bytes::clip::{Clip, CopyAs, Copying, Pasted};
use crate::bytes::dump::parse_dump;
use crate::bytes::forms::Form;
use crate::bytes::shell;
use crate::bytes::size::counted;
use crate::map::Readout;

use super::View;
use super::action::{PlaceText, Resize};
use super::doc::{Doc, Out};
use super::editing::EDIT_LIMIT_BYTES;
use super::effect::{Effect, FileRequest};
use super::identity::{OrderId, ViewId};
use super::pending::SentPaste;
use super::process::Refusal;
use super::topic::Subject;
use super::viewport::Column;

impl Doc {
    /// Overwrites from the start of the selection; never past a selection of more than one byte, nor past the end. The
    /// cursor goes on behind what was written, so that a second paste goes on there.
    pub(super) fn paste(&mut self, view: ViewId, pasted: Pasted, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let mut left_out = None;
        let bytes = match (pasted.bytes, known.viewport.column) {
            (Some(bytes), _) => bytes, // the program's own copy, as it was
            (None, Column::Text) => pasted.text.into_bytes(),
            (None, Column::Hex) => match parse_dump(&pasted.text) {
                Ok(spelled) => {
                    left_out = spelled.left_out();
                    spelled.bytes
                }
                Err(error) => {
                    self.failed(Subject::Edit, format!(
                        "The clipboard does not hold hex bytes ({error}): to paste it as text, press Tab for the text column"
                    ));
                    return;
                }
            },
        };
        self.paste_bytes(view, bytes, left_out, out);
    }

    /// The same, of a text that the person says the form of.
    pub(super) fn paste_as(&mut self, view: ViewId, form: Form, text: &str, out: &mut Out<'_>) {
        let error = match form.read(text) {
            Ok(bytes) if bytes.is_empty() => "no byte".to_owned(),
            Ok(bytes) => return self.paste_bytes(view, bytes, None, out),
            Err(error) => error.to_string(),
        };
        let form = form.reading_name();
        let message = format!("Nothing was pasted as {form}: the clipboard holds {error}");
        self.failed(Subject::Edit, message);
    }

    fn paste_bytes(
        &mut self,
        view: ViewId,
        bytes: Vec<u8>,
        left_out: Option<&'static str>,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        if bytes.is_empty() {
            return;
        }
        let room = room(known);
        if bytes.len() as u64 > room.len() {
            let (n, room) = (counted(bytes.len() as u64, "byte"), room.len());
            self.failed(Subject::Edit, format!(
                "The clipboard holds {n} and there is room for {room}: nothing was pasted, as an edit never changes the length"
            ));
            return;
        }
        let n_bytes = bytes.len();
        let end = room.start() + n_bytes as u64;
        if self.store(view, room.start(), bytes, out) {
            self.look(view, |viewport| {
                viewport.set_cursor(end, false);
                viewport.reveal();
            });
            self.pasted = left_out.and_then(|left_out| {
                let n = counted(n_bytes as u64, "byte");
                Some(SentPaste {
                    view,
                    span: Span::new(room.start(), end)?,
                    words: format!("{n} pasted from a dump. {left_out}"),
                })
            });
        }
    }

    /// Says why a key does nothing that inserts or deletes elsewhere.
    pub(super) fn cannot_resize(&mut self, resize: Resize) {
        let (what, instead) = match resize {
            Resize::Insert => ("insert", "typing overwrites"),
            Resize::Delete => (
                "delete",
                "Ctrl+B fills the selection with a byte of your choice",
            ),
        };
        self.failed(
            Subject::Edit,
            format!("A mapping cannot {what} bytes, as its length is the file's: {instead}"),
        );
    }

    /// The selection as hex pairs, or as text from the text column.
    pub(super) fn copy_plain(&mut self, view: ViewId, out: &mut Out<'_>) {
        let column = self.view_by(view).map(|known| known.viewport.column);
        let wanted = match column {
            Some(Column::Hex) => CopyAs::Hex,
            Some(Column::Text) => CopyAs::Text,
            None => return,
        };
        self.copy(view, Copying::Plain(wanted), out);
    }

    /// What says where the selection is.
    pub(super) fn copy_place(&mut self, view: ViewId, what: PlaceText, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let span = known.viewport.selection();
        let text = match what {
            PlaceText::Offset if span.len() > 1 => {
                format!("{:#x}..{:#x}", span.start(), span.end())
            }
            PlaceText::Offset => format!("{:#x}", span.start()),
            PlaceText::Path => {
                let Some(path) = self.path.to_str() else {
                    let message = "The path is no text and was not copied: the dd command and the xxd command spell it for a shell";
                    return self.failed(Subject::Copy, message.to_owned());
                };
                path.to_owned()
            }
            PlaceText::Dd => shell::dd(&self.path, span),
            PlaceText::Xxd => shell::xxd(&self.path, span),
        };
        self.notices.settle(Subject::Copy);
        out.push(Effect::CopyText(Clip::of_text(text)));
    }

    /// The selection: read first, as it may be out of sight.
    pub(super) fn copy(&mut self, view: ViewId, wanted: Copying, out: &mut Out<'_>) {
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let span = known.viewport.selection();
        if span.len() > EDIT_LIMIT_BYTES {
            self.failed(Subject::Copy, format!(
                "{} bytes are selected; at most {EDIT_LIMIT_BYTES} (1 MiB) can be copied at once",
                span.len()
            ));
            return;
        }
        let target = super::Target {
            doc: self.id,
            mapping: known.mapping,
            generation: known.generation,
        };
        let number = out.file(target, FileRequest::Peek(span));
        known.copying = Some((number, wanted));
    }

    /// Bytes that were asked for do not come.
    pub(super) fn peek_refused(&mut self, number: OrderId, why: &Refusal) {
        let why = super::take::not_asked_words(why);
        let copying = self
            .views
            .iter_mut()
            .find_map(|known| known.copying.take_if(|(expected, _)| *expected == number));
        if copying.is_some() {
            let message = format!("Nothing was copied from {}: {why}", self.name());
            self.failed(Subject::Copy, message);
        }
        self.lookup.refused(number, why);
    }

    /// Bytes that were asked for came: for the clipboard, or for the answer beside the lookup field.
    pub(super) fn peeked(&mut self, number: OrderId, readout: &Readout, out: &mut Out<'_>) {
        let copying = self
            .views
            .iter_mut()
            .find_map(|known| known.copying.take_if(|(expected, _)| *expected == number));
        let Some((_, wanted)) = copying else {
            self.lookup_peeked(number, readout);
            return;
        };
        if let Some(gap) = readout.gaps.first() {
            let (span, reason) = (gap.span, &gap.reason);
            self.failed(
                Subject::Copy,
                format!("Nothing was copied: {span} cannot be read, {reason}"),
            );
            return;
        }
        let bytes = readout.bytes.clone();
        let clip = match wanted {
            Copying::Plain(wanted) => {
                let (clip, copied) = Clip::new(bytes, wanted);
                if copied != wanted {
                    self.said("The selection is no text: it was copied as hex");
                }
                clip
            }
            Copying::As(form) => {
                let Some(text) = form.spell(&bytes, readout.span.start()) else {
                    let form = form.name();
                    let message =
                        format!("Nothing was copied as {form}: the selection is no such text");
                    return self.failed(Subject::Copy, message);
                };
                Clip { text, bytes }
            }
        };
        self.notices.settle(Subject::Copy);
        out.push(Effect::CopyText(clip));
    }
}

/// Where a paste may write: the selection, or from the cursor to the end.
pub(super) fn room(view: &View) -> Span {
    let selection = view.viewport.selection();
    if view.viewport.anchor.is_some() {
        return selection;
    }
    let start = selection.start();
    Span::new(start, view.viewport.extent.end()).unwrap_or(Span::empty(start))
}
