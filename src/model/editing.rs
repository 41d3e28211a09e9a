//! Typing, filling, undo and redo. Overwriting only: an edit never changes the file's length.

use crate::bytes::size::{counted, human_size};
use crate::bytes::{Span, hex};
use crate::map::{Access, Mode};

use super::beside::{Beneath, beside};
use super::closing::is_in_place;
use super::doc::{Doc, Out};
use super::effect::{Effect, FileOrder, FileRequest, Purpose, Store, StoreBatch};
use super::event::PathNow;
use super::identity::ViewId;
use super::journal::{Compensation, Drawn, Gone, Next, Room};
use super::pending::{FIRST_BYTES, Under, Waiting};
use super::topic::Subject;
use super::tray::RefusedPart;
use super::viewport::Step;
use super::{Focus, View};

/// The most that one paste or fill may store: what an undo can hold without a thought.
pub const EDIT_LIMIT_BYTES: u64 = 1 << 20;
/// Bytes that a sentence shows of what was typed.
const SHOWN_BYTES: usize = 16;

impl Doc {
    /// Half a byte was typed; the second half stores it, so that a byte is one store. Typing begins at the start of a
    /// selection.
    pub(super) fn hex_digit(&mut self, view: ViewId, digit: u8, out: &mut Out<'_>) {
        if self.refuses_typing(view, &format!("{:x}", digit & 15)) {
            return;
        }
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        to_start_of_selection(known);
        known.viewport.reveal();
        known.look_wanted = true;
        match known.viewport.nibble.take() {
            None => known.viewport.nibble = Some(digit & 15),
            Some(high) => self.store_at_cursor(view, vec![high << 4 | (digit & 15)], out),
        }
    }

    /// A character was typed: its UTF-8 bytes are stored.
    pub(super) fn character(&mut self, view: ViewId, c: char, out: &mut Out<'_>) {
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).as_bytes().to_vec();
        if self.refuses_typing(view, &short_hex(&bytes)) {
            return;
        }
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            to_start_of_selection(known);
        }
        self.store_at_cursor(view, bytes, out);
    }

    /// Fills the selection, or the byte at the cursor.
    pub(super) fn fill(&mut self, view: ViewId, byte: u8, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let selection = known.viewport.selection();
        if selection.len() > EDIT_LIMIT_BYTES {
            self.too_long(selection.len());
            return;
        }
        let len = usize::try_from(selection.len()).unwrap_or(usize::MAX);
        // where there is a reason against it, that can be mended and the form stays
        if self.store(view, selection.start(), vec![byte; len], out)
            && let Some(known) = self.views.iter_mut().find(|known| known.id == view)
        {
            known.fill_text = None;
            out.push(Effect::Focus(Focus::Grid));
        }
    }

    pub(super) fn toggle_fill(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let focus = if known.fill_text.take().is_some() {
            Focus::Grid
        } else {
            known.fill_text = Some("00".to_owned());
            self.saving = None; // there is room for one form
            Focus::Fill
        };
        out.push(Effect::Focus(focus));
    }

    pub(super) fn fill_edited(&mut self, view: ViewId, text: String) {
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            known.fill_text = Some(text);
        }
    }

    /// Takes back the half-typed byte, else the last edit.
    pub(super) fn undo(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        if known.viewport.nibble.take().is_none() {
            known.follows = Some(known.viewport.cursor);
            self.submit(view, Waiting::Undo, out);
        }
    }

    pub(super) fn redo(&mut self, view: ViewId, out: &mut Out<'_>) {
        if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
            known.follows = Some(known.viewport.cursor);
        }
        self.submit(view, Waiting::Redo, out);
    }

    pub(super) fn begin_undo(&mut self, view: ViewId, out: &mut Out<'_>) {
        let next = self.view_by(view).map(|known| known.journal.undo());
        match next {
            Some(Some(next)) => self.compensate(view, next, Purpose::Undo, out),
            Some(None) => self.said("Nothing left to undo"),
            None => {}
        }
    }

    pub(super) fn begin_redo(&mut self, view: ViewId, out: &mut Out<'_>) {
        let next = self.view_by(view).map(|known| known.journal.redo());
        match next {
            Some(Some(next)) => self.compensate(view, next, Purpose::Redo, out),
            Some(None) => self.said("Nothing left to redo"),
            None => {}
        }
    }

    /// Stores what takes an edit back, or brings it back: a private one in its own mapping and generation only, a shared
    /// one through any shared mapping of the file.
    fn compensate(
        &mut self,
        view: ViewId,
        next: Next,
        purpose: fn(u64) -> Purpose,
        out: &mut Out<'_>,
    ) {
        match next {
            Next::Store(compensation) => self.send_compensation(view, compensation, purpose, out),
            Next::Gone {
                id,
                span,
                mode,
                why,
                ..
            } => {
                let message = gone_words(span, mode, why);
                if let Some(known) = self.views.iter_mut().find(|known| known.id == view) {
                    known.journal.skip(id);
                }
                self.failed(Subject::Undo, message);
            }
        }
    }

    /// Sends what is to be stored to take an edit back, or to bring it back.
    pub(super) fn send_compensation(
        &mut self,
        view: ViewId,
        compensation: Compensation,
        purpose: fn(u64) -> Purpose,
        out: &mut Out<'_>,
    ) {
        let Some(own) = self.view_by(view) else {
            return;
        };
        let through = match compensation.target {
            Some(target) => Some(own).filter(|own| self.target(own) == target),
            None => std::iter::once(own)
                .chain(&self.views)
                .find(|known| known.writes_through()),
        };
        let Some(through) = through.filter(|through| through.mode == compensation.mode) else {
            let message = no_mapping_for(&compensation, own);
            self.failed(Subject::Undo, message);
            return;
        };
        let target = self.target(through);
        let places: Vec<(u64, usize)> = compensation
            .stores
            .iter()
            .map(|swap| (swap.offset, swap.write.len()))
            .collect();
        // what stands under the stores is compared as what they expect
        let beside = beside(through, &places, self.page_bytes, Beneath::LeftOut);
        let stores = compensation.stores.into_iter().map(|swap| Store {
            offset: swap.offset,
            bytes: swap.write,
            expect: Some(swap.expect),
        });
        let request = FileRequest::Store(StoreBatch {
            purpose: purpose(compensation.id),
            stores: stores.collect(),
            beside,
        });
        let number = out.file(target, request);
        self.began(view, number, Under::Compensate(compensation.differing));
        self.wrote_first(&places);
    }

    /// Bytes at the cursor; the cursor goes on behind them.
    fn store_at_cursor(&mut self, view: ViewId, bytes: Vec<u8>, out: &mut Out<'_>) {
        let Some(offset) = self.view_by(view).map(|known| known.viewport.cursor) else {
            return;
        };
        let len = bytes.len();
        if self.store(view, offset, bytes, out) {
            self.look(view, |viewport| {
                for _ in 0..len {
                    viewport.step(Step::Right, false);
                }
            });
        }
    }

    /// One store by the person, unless there is a reason against it. `false` where there is.
    pub(super) fn store(
        &mut self,
        view: ViewId,
        offset: u64,
        bytes: Vec<u8>,
        out: &mut Out<'_>,
    ) -> bool {
        if self.refuses_typing(view, &short_hex(&bytes)) {
            return false;
        }
        let len = bytes.len() as u64;
        if len > EDIT_LIMIT_BYTES {
            self.too_long(len);
            return false;
        }
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return false;
        };
        let extent = known.viewport.extent;
        if Span::at(offset, len).is_none_or(|span| span.intersect(extent) != Some(span)) {
            let last = extent.end().saturating_sub(1);
            self.failed(
                Subject::Edit,
                format!(
                    "{} at {offset:#x} cannot be written: the view covers {:#x} to {last:#x}",
                    counted(len, "byte"),
                    extent.start()
                ),
            );
            return false;
        }
        if let Room::Full { kept, budget } = known.journal.room_for(len) {
            self.failed(Subject::Edit, format!(
                "{} more of edits is more than undo can hold ({} of {} are in use): write the edits to the file first, or undo some",
                counted(len, "byte"),
                human_size(kept as u64),
                human_size(budget as u64)
            ));
            return false;
        }
        known.viewport.nibble = None;
        let seen = drawn(known, offset, bytes.len());
        let n_bytes = bytes.len();
        let wish = Waiting::Store {
            offset,
            bytes,
            seen,
        };
        let is_taken = self.submit(view, wish, out);
        if is_taken {
            self.wrote(offset, n_bytes);
        }
        is_taken
    }

    pub(super) fn begin_store(
        &mut self,
        view: ViewId,
        offset: u64,
        bytes: Vec<u8>,
        seen: Drawn,
        out: &mut Out<'_>,
    ) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let target = self.target(known);
        let span = Span::at(offset, bytes.len() as u64).unwrap_or(Span::empty(offset));
        let places = [(offset, bytes.len())];
        let first = bytes.iter().take(FIRST_BYTES).copied().collect();
        let beside = beside(known, &places, self.page_bytes, Beneath::Listed);
        let stores = vec![Store {
            offset,
            bytes,
            expect: None,
        }];
        let request = FileRequest::Store(StoreBatch {
            purpose: Purpose::Edit,
            stores,
            beside,
        });
        let number = out.file(target, request);
        self.began(view, number, Under::Store { span, first, seen });
    }

    pub(super) fn too_long(&mut self, n_bytes: u64) {
        self.failed(Subject::Edit, format!(
            "That would change {n_bytes} bytes at once; one edit may change {EDIT_LIMIT_BYTES} (1 MiB), so that it can be undone"
        ));
    }

    /// Whether nothing can be typed now, such as these hex digits; the person is told why.
    pub(super) fn refuses_typing(&mut self, view: ViewId, digits: &str) -> bool {
        let name = self.name();
        let Some(known) = self.views.iter_mut().find(|known| known.id == view) else {
            return true;
        };
        let why = if known.pending.remaps() {
            // said once, with all that was typed
            if let Some(half) = known.viewport.nibble.take() {
                known.pending.refuse(&format!("{half:x}"));
            }
            let typed = known.pending.refuse(digits);
            Some(format!(
                "{name} is being mapped anew: what you typed ({typed}) was not written, type it again when that is done"
            ))
        } else if known.access == Access::ReadOnly {
            Some(match &known.refusal {
                Some(refusal) => refusal.why.clone(),
                None => format!(
                    "The view of {name} is read-only: choose read-write in the bar to edit it"
                ),
            })
        } else if known.mode == Mode::Shared && !self.keep_old && !is_in_place(&self.path_now) {
            let what = match self.path_now {
                PathNow::Replaced(_) => "was replaced by another file",
                _ => "was deleted",
            };
            Some(format!(
                "{name} {what}, and a shared edit would go to the old one: decide which one it is for first"
            ))
        } else {
            None
        };
        match why {
            Some(why) => {
                self.failed(Subject::Edit, why);
                true
            }
            None => false,
        }
    }
}

/// The first of these bytes, as hex digits with nothing between them.
pub(super) fn short_hex(bytes: &[u8]) -> String {
    let shown = bytes.get(..SHOWN_BYTES).unwrap_or(bytes);
    let more = if shown.len() < bytes.len() {
        "\u{2026}"
    } else {
        ""
    };
    hex::format_hex(shown).replace(' ', "") + more
}

/// The bytes that are drawn where something is to be stored.
pub(super) fn drawn(view: &View, offset: u64, len: usize) -> Drawn {
    let mut drawn = Drawn::nothing();
    add_drawn(&mut drawn, view, offset, len);
    drawn
}

/// Adds the bytes that are drawn there too.
pub(super) fn add_drawn(drawn: &mut Drawn, view: &View, offset: u64, len: usize) {
    let Some((window, span)) = view.window.as_ref().zip(Span::at(offset, len as u64)) else {
        return;
    };
    let Some(both) = window.span().intersect(span) else {
        return;
    };
    let mut at = both.start();
    while at < both.end() {
        let run: Vec<u8> = (at..both.end())
            .map_while(|offset| window.byte(offset))
            .collect();
        let len = run.len() as u64;
        if len > 0 {
            drawn.add(at, run);
        }
        at += len.max(1);
    }
}

fn to_start_of_selection(view: &mut View) {
    if view.viewport.anchor.is_some() {
        view.viewport.cursor = view.viewport.selection().start();
        view.viewport.anchor = None;
        view.viewport.nibble = None;
    }
}

fn no_mapping_for(compensation: &Compensation, view: &View) -> String {
    let offset = compensation.stores.first().map_or(0, |swap| swap.offset);
    match compensation.mode {
        Mode::Shared => format!(
            "That edit at {offset:#x} was made in shared mode and the view is {}, {} now: press Ctrl+T to go back to shared mode first",
            view.mode, view.access
        ),
        Mode::Private => format!(
            "That edit at {offset:#x} was made in a private mapping that is gone: reapply the edits, or type over it"
        ),
    }
}

fn gone_words(span: Span, mode: Mode, why: Gone) -> String {
    let offset = span.start();
    match why {
        Gone::Discarded => format!(
            "Not undone: you discarded the private page that held the edit at {offset:#x}; it waits to be reapplied"
        ),
        Gone::Lost => format!(
            "Not undone: the private page that held the edit at {offset:#x} was taken away by a truncation or a save in place; it waits to be reapplied"
        ),
        Gone::Dropped => format!("Not undone: you dropped the edit at {offset:#x}"),
        Gone::Retired => format!(
            "Not undone: the edit at {offset:#x} was reapplied since, and goes with that step"
        ),
        Gone::Mapping => format!(
            "Not undone: the {mode} mapping that the edit at {offset:#x} was made in is gone"
        ),
    }
}

/// What an order would have stored, where it was one to store.
pub(super) fn stores_of(order: &FileOrder) -> Vec<RefusedPart> {
    let part = |offset: u64, bytes: &[u8]| RefusedPart {
        offset,
        bytes: bytes.to_vec(),
    };
    match &order.request {
        FileRequest::Store(batch) => batch
            .stores
            .iter()
            .map(|store| part(store.offset, &store.bytes))
            .collect(),
        FileRequest::WitnessStore { offset, bytes, .. } => vec![part(*offset, bytes)],
        _ => Vec::new(),
    }
}
