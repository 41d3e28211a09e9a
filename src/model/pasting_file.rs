//! Pasting the bytes of a file: all of them, as one edit, and never past the end or the selection.
//!
//! It owns where they go: to the place that was chosen when it was asked for. It must not know how the file is read.

use std::path::PathBuf;

use crate::bytes::Span;
use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::counted;

use super::copying::room;
use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::identity::{OrderId, ViewId};
use super::pending::{FilePaste, SentPaste};
use super::process::Refusal;
use super::take::not_asked_words;
use super::topic::Subject;

impl Doc {
    /// Has the file at `path` read, to be pasted where the cursor of `view` is.
    /// `None` where it is not, which is said.
    pub(super) fn paste_file(
        &mut self,
        path: PathBuf,
        view: ViewId,
        out: &mut Out<'_>,
    ) -> Option<OrderId> {
        if self.refuses_typing(view, "the file to be pasted") {
            return None;
        }
        let known = self.view_by(view)?;
        let (target, room) = (self.target(known), room(known));
        let cursor = known.viewport.cursor;
        if let Some(earlier) = self.pasting.take() {
            out.push(Effect::CancelJob(self.id, earlier.number));
            self.form_done(earlier.number);
            let name = path_in_sentence(&earlier.path);
            self.said(format!("{name} is not pasted, as another file is to be"));
        }
        let number = out.file(target, FileRequest::ReadWhole(path.clone()));
        self.pasting = Some(FilePaste {
            number,
            path,
            view,
            target,
            room,
            cursor,
        });
        Some(number)
    }

    /// It will not be read.
    pub(super) fn pasted_file_refused(
        &mut self,
        number: OrderId,
        why: &Refusal,
        out: &mut Out<'_>,
    ) {
        if self.take_pasting(number).is_some() {
            let why = not_asked_words(why);
            self.not_pasted(number, format!("The file was not pasted: {why}"), out);
        }
    }

    fn not_pasted(&mut self, number: OrderId, why: String, out: &mut Out<'_>) {
        self.form_failed(number, &why, out);
        self.failed(Subject::Edit, why);
    }

    /// It was read.
    pub(super) fn pasted_file_read(
        &mut self,
        number: OrderId,
        read: Result<Vec<u8>, String>,
        out: &mut Out<'_>,
    ) {
        let Some(paste) = self.take_pasting(number) else {
            return;
        };
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(why) => return self.not_pasted(number, why, out),
        };
        let (len, name) = (bytes.len() as u64, path_in_sentence(&paste.path));
        if !self.is_now(paste.target) {
            let why = match self.view_by(paste.view) {
                Some(_) => "the view was mapped anew meanwhile, paste it again",
                None => "the view that it was for is closed",
            };
            return self.not_pasted(number, format!("{name} was not pasted: {why}"), out);
        }
        let start = paste.room.start();
        if len > paste.room.len() {
            let (len, room) = (counted(len, "byte"), paste.room.len());
            let why = format!(
                "{name} has {len} and there is room for {room} from {start:#x} on: nothing was pasted, as an edit never changes the length"
            );
            return self.not_pasted(number, why, out);
        }
        self.form_done(number);
        if self.store(paste.view, start, bytes, out) {
            self.pasted = Span::at(start, len).map(|span| SentPaste {
                view: paste.view,
                span,
                words: format!("{} of {name} pasted at {start:#x}", counted(len, "byte")),
            });
            let stayed = self.view_by(paste.view);
            if stayed.is_some_and(|known| known.viewport.cursor == paste.cursor) {
                self.look(paste.view, |viewport| {
                    viewport.set_cursor(start + len, false);
                    viewport.reveal();
                });
            }
        }
    }

    fn take_pasting(&mut self, number: OrderId) -> Option<FilePaste> {
        self.pasting.take_if(|paste| paste.number == number)
    }
}
