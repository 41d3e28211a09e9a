//! A second view of an open file: a mapping of its own beside the first, with a journal and an undo of its own.
//!
//! It owns how one comes about and how it goes. It must not know how views are arranged on the screen.

use super::closing::Next;
use super::doc::{Doc, Out};
use super::effect::{Effect, FileRequest};
use super::event::Remapped;
use super::identity::{MappingId, OrderId, Target, ViewId};
use super::topic::Subject;
use super::view::View;
use super::{Access, App, Mode, Topic};

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

    /// The second mapping is there: its view comes forward.
    pub(super) fn view_came(&mut self, target: Target, remapped: Remapped, out: &mut Out<'_>) {
        let id = out.numbers.view();
        let mut view = View::new(id, target.mapping, remapped);
        view.viewport.columns = self.view().viewport.columns;
        view.viewport.page_rows = self.view().viewport.page_rows;
        view.generation = target.generation;
        self.views.push(view);
        self.focus = id;
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
        let known = self.views.remove(at);
        let target = self.target(&known);
        self.saving.take_if(|saving| saving.view == view);
        if self.focus == view
            && let Some(other) = self.views.first()
        {
            self.focus = other.id;
        }
        let number = out.file(target, FileRequest::DropView);
        self.leaving.push((number, target));
        // these were about it, or are said anew
        self.notices.clear(Topic::Conflict);
        self.notices.clear(Topic::Patch);
        self.notices.clear(Topic::Pread);
        self.renew_patch_notice(self.focus);
        self.lookup_reread(out);
    }
}

impl App {
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
