//! Moving about, and the bytes that come in for the screen.

use super::effect::{Effect, FileRequest};
use super::window::{Look, Window};
use super::witness::{WitnessId, WitnessState};
use super::{Model, View};

impl Model {
    /// Changes where the person looks.
    pub(super) fn look(&mut self, change: impl FnOnce(&mut View)) -> Vec<Effect> {
        if let Some(doc) = &mut self.doc {
            change(&mut doc.view);
            self.look_wanted = true;
        }
        Vec::new()
    }

    pub(super) fn looked(&mut self, look: Look) -> Vec<Effect> {
        let Some(doc) = &self.doc else {
            return Vec::new();
        };
        let window = Window::new(look, self.window.as_ref(), &doc.journal);
        let changed = window.is_flashing();
        self.window = Some(window);
        if changed {
            self.lookup_reread()
        } else {
            Vec::new()
        }
    }

    /// The bytes may have changed: the answer beside the lookup field is read again.
    pub(super) fn lookup_reread(&mut self) -> Vec<Effect> {
        match self.lookup.peek_again() {
            Some((ticket, span)) if self.doc.is_some() => {
                vec![Effect::File(FileRequest::Peek { ticket, span })]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn history_back(&mut self) -> Vec<Effect> {
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        if let Some(offset) = self.back.pop() {
            self.forward.push(doc.view.cursor);
            doc.view.set_cursor(offset, false);
            doc.view.reveal_centered();
            self.look_wanted = true;
        }
        Vec::new()
    }

    pub(super) fn history_forward(&mut self) -> Vec<Effect> {
        let Some(doc) = &mut self.doc else {
            return Vec::new();
        };
        if let Some(offset) = self.forward.pop() {
            self.back.push(doc.view.cursor);
            doc.view.set_cursor(offset, false);
            doc.view.reveal_centered();
            self.look_wanted = true;
        }
        Vec::new()
    }

    pub(super) fn witness_said(&mut self, id: WitnessId, state: WitnessState) {
        // late answers about other bytes are dropped: the row then still waits for the right one
        if let (WitnessState::Reading { span, .. }, Some(watched)) = (&state, self.witnesses.span)
            && *span != watched
        {
            return;
        }
        self.witnesses.row_mut(id).state = state;
    }
}
