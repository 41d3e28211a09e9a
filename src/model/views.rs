//! A second view of an open file: a mapping of its own beside the first, with a journal and an undo of its own.
//!
//! It owns how one comes about. It must not know how views are arranged on the screen.

use super::doc::{Doc, Out};
use super::effect::FileRequest;
use super::event::Remapped;
use super::identity::{MappingId, OrderId, Target, ViewId};
use super::view::View;
use super::{Access, Mode};

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
            self.failed(message);
            return;
        }
        let (mode, access) = match known.mode {
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
}
