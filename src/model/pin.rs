//! Which bytes *Who sees it* is about: what is selected, unless something was just written or the person pinned them.
//!
//! After a write the panel stays on what was written until the person moves: the cursor has gone on by then, and the next
//! byte is the same for everybody. It must not know who wrote.

use super::doc::Doc;
use super::identity::ViewId;
use super::witness::{Pin, WATCHED_BYTES};
use crate::bytes::Span;

impl Doc {
    /// What the panel is about, however long.
    #[must_use]
    pub fn about(&self) -> Option<Span> {
        let viewport = &self.view().viewport;
        let pinned = self
            .pin
            .span
            .and_then(|span| span.intersect(viewport.extent));
        let about = pinned.filter(|span| !span.is_empty());
        about.or_else(|| Some(viewport.selection()).filter(|span| !span.is_empty()))
    }

    /// The same, as far as it is watched and compared.
    pub(super) fn watched(&self) -> Option<Span> {
        let about = self.about()?;
        Span::at(about.start(), about.len().min(WATCHED_BYTES))
    }

    /// Somebody here is told to write there: the panel stays on it.
    pub(super) fn wrote(&mut self, offset: u64, len: usize) {
        if !self.pin.is_by_person {
            self.pin.span = Span::at(offset, len as u64).filter(|span| !span.is_empty());
        }
    }

    /// Several places are written; the panel stays on the first.
    pub(super) fn wrote_first(&mut self, places: &[(u64, usize)]) {
        if let Some((offset, len)) = places.first() {
            self.wrote(*offset, *len);
        }
    }

    /// The person went elsewhere.
    pub(super) fn moved(&mut self) {
        if !self.pin.is_by_person {
            self.pin.span = None;
        }
    }

    /// Pins what the panel is about, or lets go of it.
    pub(super) fn toggle_pin(&mut self) {
        self.pin = if self.pin.is_by_person {
            Pin::default()
        } else {
            Pin {
                span: self.about(),
                is_by_person: true,
            }
        };
    }

    /// Where the person is in a view: what is selected there.
    pub(super) fn selected(&self, view: ViewId) -> Option<Span> {
        self.view_by(view).map(|view| view.viewport.selection())
    }
}
