//! Moving about, and the bytes that come in for the screen.

use super::doc::{Doc, Out};
use super::effect::FileRequest;
use super::identity::{MappingId, Target, ViewId};
use super::viewport::Viewport;
use super::window::{Look, Window};
use super::witness::{WitnessId, WitnessState};

impl Doc {
    /// Changes where the person looks.
    pub(super) fn look(&mut self, view: ViewId, change: impl FnOnce(&mut Viewport)) {
        if let Some(view) = self.views.iter_mut().find(|known| known.id == view) {
            change(&mut view.viewport);
            view.look_wanted = true;
        }
    }

    /// The visible bytes came.
    pub(super) fn looked(&mut self, mapping: MappingId, look: Look, out: &mut Out<'_>) {
        let focus = self.focus;
        let Some(view) = self.view_of_mut(mapping) else {
            return;
        };
        let window = Window::new(look, view.window.as_ref(), &view.journal);
        let changed = window.is_flashing();
        view.window = Some(window);
        if changed && view.id == focus {
            self.lookup_reread(out);
        }
    }

    pub(super) fn history_back(&mut self, view: ViewId) {
        self.jump(view, |view| (&mut view.back, &mut view.forward));
    }

    pub(super) fn history_forward(&mut self, view: ViewId) {
        self.jump(view, |view| (&mut view.forward, &mut view.back));
    }

    /// To the last place of the first list; the present one goes to the second.
    fn jump(
        &mut self,
        view: ViewId,
        lists: impl FnOnce(&mut super::View) -> (&mut Vec<u64>, &mut Vec<u64>),
    ) {
        let Some(view) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        let here = view.viewport.cursor;
        let (from, to) = lists(view);
        if let Some(offset) = from.pop() {
            to.push(here);
            view.viewport.set_cursor(offset, false);
            view.viewport.reveal_centered();
            view.look_wanted = true;
        }
    }

    /// What a witness in this process says. Late answers about other bytes, or as seen from another mapping, are
    /// dropped: the row then still waits for the right one.
    pub(super) fn witness_said(&mut self, target: Target, id: WitnessId, state: WitnessState) {
        if target != self.focused_target() {
            return;
        }
        if let (WitnessState::Reads { span, .. }, Some(watched)) = (&state, self.witnesses.span)
            && *span != watched
        {
            return;
        }
        self.witnesses.row_mut(id).state = state;
    }

    /// Escape: drops the innermost thing that is open, a half-typed byte, or a selection.
    pub(super) fn escape(&mut self, view: ViewId, out: &mut Out<'_>) {
        self.notices.clear(super::Topic::Done);
        self.notices.clear(super::Topic::Error);
        if self.saving.is_some() {
            self.destination_cancelled(out);
            return;
        }
        let Some(view) = self.views.iter_mut().find(|known| known.id == view) else {
            return;
        };
        if view.fill_text.take().is_some() {
            out.push(super::Effect::Focus(super::Focus::Grid));
        } else if view.viewport.nibble.take().is_none() {
            view.viewport.anchor = None;
        }
    }

    /// The bytes may have changed: the answer beside the lookup field is read again.
    pub(super) fn lookup_reread(&mut self, out: &mut Out<'_>) {
        let Some(span) = self.lookup.peeked() else {
            return;
        };
        let number = self.ask(FileRequest::Peek(span), out);
        self.lookup.asked(number);
    }
}
