//! A second view of an open file: a mapping of its own beside the first, with a journal and an undo of its own.
//!
//! It owns how one comes about and how it goes. It must not know how views are arranged on the screen.

use super::closing::Next;
use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::event::Remapped;
use super::identity::{MappingId, OrderId, Target, ViewId};
use super::notice::{Notice, Severity};
use super::topic::Subject;
use super::view::View;
use super::witness::{WitnessId, WitnessState};
use super::{Access, Action, App, Focus, MappingAction, Mode, Topic};

/// Views that a file can have.
const MOST_VIEWS: usize = 2;

impl Doc {
    /// Asks for a second mapping, in the other mode than `view` has: a file is looked at twice to see both side by side. A
    /// shared one begins read-only, as nobody has asked to write to the file yet.
    pub(super) fn add_view(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        if self.views.len() >= MOST_VIEWS || self.adding.is_some() {
            let message = format!("{} has a second view already", self.name());
            self.failed(Subject::Map, message);
            return;
        }
        let (mode, access) = match known.wished().mode {
            Mode::Private => (Mode::Shared, Access::ReadOnly),
            Mode::Shared => (Mode::Private, Access::ReadWrite),
        };
        let target = self.target(known);
        let mapping = out.numbers.mapping();
        let request = FileRequest::AddView {
            mapping,
            mode,
            access,
        };
        let number = out.file(target, request);
        self.adding = Some((number, mapping));
    }

    /// What was answered is the order for a second view: its mapping.
    pub(super) fn added(&mut self, number: Option<OrderId>) -> Option<MappingId> {
        let adding = self.adding.take_if(|(known, _)| Some(*known) == number);
        adding.map(|(_, mapping)| mapping)
    }

    /// The second mapping is there: its view comes forward, at the same place.
    pub(super) fn view_came(&mut self, target: Target, remapped: Remapped, out: &mut Out<'_>) {
        let (id, extent, refusal) = (
            out.numbers.view(),
            remapped.extent,
            remapped.refusal.clone(),
        );
        let (mode, access) = (remapped.mode, remapped.access);
        let mut view = View::new(id, target.mapping, remapped);
        view.viewport = self.view().viewport.clone();
        view.viewport.nibble = None;
        view.viewport.anchor = None;
        view.viewport.set_extent(extent);
        view.generation = target.generation;
        self.views.push(view);
        self.second_changed();
        self.focus_on(id, out);
        match refusal {
            Some(refusal) => self.not_as_asked(id, refusal),
            None => self.tell_of_second(id, mode, access),
        }
    }

    /// Whoever stands beside the view among those who see the bytes is another one from now on.
    fn second_changed(&mut self) {
        self.happened.forget_own_rows();
        let row = self.witnesses.row_mut(WitnessId::OtherMode);
        (row.state, row.note) = (WitnessState::Waiting, None);
    }

    /// Says what the second view is, and how to write through it where it does not let anybody yet.
    fn tell_of_second(&mut self, view: ViewId, mode: Mode, access: Access) {
        let name = self.name();
        let text = match (mode, access) {
            (Mode::Private, _) => {
                format!("{name} is shown a second time, private: what you write there stays there")
            }
            (Mode::Shared, Access::ReadOnly) => format!(
                "{name} is shown a second time, shared and read-only: it shows every write, and makes none"
            ),
            (Mode::Shared, Access::ReadWrite) => format!(
                "{name} is shown a second time, shared: what you write there is in the file at once"
            ),
        };
        let mut notice = Notice::new(Topic::Done, Severity::Info, text).of(view);
        if access == Access::ReadOnly {
            let write = Action::Mapping(MappingAction::SetAccess(Access::ReadWrite));
            notice = notice.with("Make it read-write", write);
        }
        self.is_news(notice);
    }

    /// The keyboard acts on this view from now on. A half-typed byte of the other one is dropped, so that nobody completes
    /// it later by surprise, and the answer beside the lookup field is what this one shows. Where both show the same rows,
    /// and its cursor is not among them, that comes to where the other one's is: the next key is to be about what is seen.
    pub(super) fn focus_on(&mut self, view: ViewId, out: &mut Out<'_>) {
        if self.focus == view || self.view_by(view).is_none() {
            return;
        }
        let other = self.view_mut();
        other.viewport.nibble = None;
        let there = other.viewport.cursor;
        self.focus = view;
        let is_locked = self.lockstep.is_locked;
        let known = self.view_mut();
        let in_sight = known.viewport.in_sight();
        let is_away = known.viewport.anchor.is_none() && !in_sight.contains(known.viewport.cursor);
        if is_locked && is_away && in_sight.contains(there) {
            known.back.push(known.viewport.cursor);
            known.forward.clear();
            known.viewport.set_cursor(there, false);
        }
        self.lookup_reread(out);
    }

    /// Has both views show the same rows, while they are locked.
    pub(super) fn align(&mut self) {
        let [first, second] = self.views.as_mut_slice() else {
            self.lockstep.rest();
            return;
        };
        let focused = usize::from(second.id == self.focus);
        let viewports = [&mut first.viewport, &mut second.viewport];
        if let Some(follower) = self.lockstep.align(viewports, focused)
            && let Some(view) = self.views.get_mut(follower)
        {
            view.look_wanted = true;
        }
    }

    /// Closes a view of two, after asking about what would be lost with it.
    fn close_view(&mut self, view: ViewId, out: &mut Out<'_>) {
        let Some(known) = self.view_by(view) else {
            return;
        };
        let is_kept = self.scratch.is_none();
        if is_kept && (known.has_unsaved() || known.pending.changes()) {
            self.ask_unsaved(Next::CloseView(view));
        } else {
            self.drop_view(view, out);
        }
    }

    /// The view goes, and its mapping after what is under way on it; what is said of either later is of nobody. The last
    /// view stays: it goes with its file.
    pub(super) fn drop_view(&mut self, view: ViewId, out: &mut Out<'_>) {
        if self.views.len() < 2 {
            return;
        }
        let Some(at) = self.views.iter().position(|known| known.id == view) else {
            return;
        };
        // nobody could stop them any more
        self.stop_search(view, out);
        self.stop_sums(view, out);
        self.stop_finding(view, out);
        let known = self.views.remove(at);
        self.second_changed();
        let target = self.target(&known);
        self.saving.take_if(|saving| saving.view == view);
        self.sent.retain(|sent| sent.form.view != view);
        self.patching.take_if(|patching| patching.view() == view);
        if self.focus == view
            && let Some(other) = self.views.first()
        {
            self.focus = other.id;
        }
        let number = out.file(target, FileRequest::DropView);
        self.leaving.push((number, target));
        self.notices.leave(view);
        self.lookup_reread(out);
    }
}

impl App {
    /// Puts the keyboard into a view.
    pub(super) fn focus_view(&mut self, view: ViewId, effects: &mut Vec<Effect>) {
        let Some(id) = self.doc_of(view).map(|doc| doc.id) else {
            return;
        };
        self.in_doc(id, effects, |doc, out| doc.focus_on(view, out));
        self.focus_doc(id, effects);
        effects.push(Effect::Focus(Focus::Grid));
    }

    /// Closes a view, after asking about what would be lost; the last one closes its file.
    pub(super) fn close_view(&mut self, view: ViewId, effects: &mut Vec<Effect>) {
        let Some((id, n_views)) = self.doc_of(view).map(|doc| (doc.id, doc.views.len())) else {
            return;
        };
        if n_views < MOST_VIEWS {
            self.close(id, effects);
        } else {
            self.in_doc(id, effects, |doc, out| doc.close_view(view, out));
        }
    }
}
