//! Taking back one step that is not the last: a step of its own, that has no bytes beside those of the step it takes back.
//!
//! It owns when that can be done, and that the two steps stay in line: while the one stands, the other is undone. It must
//! not know how undo and redo choose steps.

use std::time::SystemTime;

use super::edit::Edit;
use super::order::{Compensation, EditState, NotAlone, Recorded, Stored, Way};
use super::part::{Part, ascending, overlaps, within};
use super::{Journal, Mode};
use crate::bytes::Span;
use crate::model::identity::Target;

impl Journal {
    /// What has to be stored to take edit `id` back alone, as a step of its own: its bytes that the mapping holds and the
    /// file does not.
    ///
    /// # Errors
    /// [`NotAlone`]: it is in the file or in no mapping, or a later edit lies over it.
    pub fn undo_one(&self, id: u64) -> Result<Compensation, NotAlone> {
        let edit = self.history.find(id).filter(|edit| !edit.takes_back());
        let edit = edit.ok_or(NotAlone::Unknown)?;
        let offset = edit.span().start();
        if edit.mode() == Mode::Shared {
            return Err(NotAlone::InFile { offset });
        }
        let spans: Vec<Span> = edit.held().map(Part::span).collect();
        if spans.is_empty() {
            let in_file = matches!(
                edit.state(),
                EditState::InFile | EditState::WrittenNotSynced
            );
            return Err(if in_file {
                NotAlone::InFile { offset }
            } else {
                NotAlone::NotHeld { offset }
            });
        }
        for later in self.history.after(id).filter(|later| !later.takes_back()) {
            let mut shown = later.parts.iter().filter(|part| part.state.is_shown());
            if let Some(over) = shown.find(|part| overlaps(&spans, part.span())) {
                return Err(NotAlone::Beneath {
                    offset: over.offset.max(offset),
                    later: later.id(),
                });
            }
        }
        Ok(edit.taken_back_alone())
    }

    /// Where in `spans` the mapping holds edit `id`, as far as is known: it can be taken back alone there.
    #[must_use]
    pub fn held_in(&self, id: u64, spans: &[Span]) -> Vec<Span> {
        let spans = ascending(spans);
        let held = self.history.find(id).into_iter().flat_map(Edit::held);
        let inside = held.flat_map(|part| within(&spans, part.span()));
        ascending(&inside.collect::<Vec<_>>())
    }

    /// What [`Journal::undo_one`] gave for edit `id` was stored in `spans`: one new step, which undo takes back. `None`
    /// where nothing of it was.
    pub fn took_back(
        &mut self,
        id: u64,
        spans: &[Span],
        target: Target,
        at: SystemTime,
    ) -> Option<Recorded> {
        let spans = ascending(spans);
        let edit = self.history.find(id)?;
        let mut parts: Vec<Part> = Vec::new();
        for part in edit.held().filter(|part| overlaps(&spans, part.span())) {
            let pieces = part.clone().split(&spans).into_iter();
            let stored = pieces.filter(|piece| overlaps(&spans, piece.span()));
            parts.extend(stored.filter_map(|piece| {
                let swap = piece.swap(Way::Undo)?;
                let (offset, old, new) = (swap.offset, swap.expect, swap.write);
                Some(Part::new(Stored { offset, old, new }, Vec::new()))
            }));
        }
        let taken: Vec<Span> = parts.iter().map(Part::span).collect();
        let number = self.history.next_id();
        let step = Edit::new(number, parts, Mode::Private, target, at)?.taking_back();
        let recorded = self.enter(step, Some(id)); // before: it gives up what could be redone
        let shadow = &mut self.shadow;
        self.history.change(id, |edit| {
            edit.is_taken();
            edit.went(Way::Undo, &taken, shadow);
        });
        Some(recorded)
    }
}
