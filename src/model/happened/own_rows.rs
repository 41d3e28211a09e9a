//! Which mappings of this program the rows of an entry stand for.
//!
//! A row is *this view*, or *the second mapping*: whichever that was. Whoever does a session again has to know which it was,
//! and whether a private one was made anew in between, as its copies went with it. It must not know why it was.

use crate::map::Mode;
use crate::model::doc::Doc;
use crate::model::identity::Target;

/// The mappings of this program that rows stood for when an entry was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnRows {
    /// The view that was looked at, and its mode.
    pub view: (Target, Mode),
    /// The other view beside it, which stands in the place of the second mapping.
    pub beside: Option<(Target, Mode)>,
    /// Which of the second mappings it was: each that is made anew has another number.
    pub second: u64,
}

impl Doc {
    /// Those of now. A second mapping is another one where it stands beside another mapping, or stood away meanwhile.
    pub(super) fn own_rows(&mut self) -> OwnRows {
        let watched = self.witnesses.mapping;
        let view = watched.and_then(|it| self.views.iter().find(|view| view.mapping == it));
        let view = view.unwrap_or(self.view());
        let named = |view: &crate::model::View| (self.target(view), view.mode);
        let (beside, view) = (self.beside(view.id).map(named), named(view));
        let happened = &mut self.happened;
        let seat = (view.0, beside.map(|(target, _)| target));
        if happened.seat.replace(seat) != Some(seat) {
            happened.second += 1;
        }
        OwnRows {
            view,
            beside,
            second: happened.second,
        }
    }
}

impl super::Happened {
    /// No second mapping is kept: the next is made anew.
    pub(in crate::model) fn second_is_gone(&mut self) {
        self.seat = None;
    }
}
