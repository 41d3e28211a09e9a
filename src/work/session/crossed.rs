//! Stores that were under way at the same time: which came first is not known.
//!
//! It owns which they are. It must not know what is judged.

use std::collections::BTreeSet;

use crate::bytes::Span;
use crate::model::happened::Happening;
use crate::model::session::Session;

/// Stores of which it is not known which came first, as they touch the same page: which bytes stand there in the end, or
/// whether a copy of the page has them, depends on it.
#[derive(Debug, Default)]
pub(super) struct Crossed {
    numbers: BTreeSet<u64>,
    spans: Vec<Span>,
}

impl Crossed {
    /// Those of a session.
    pub(super) fn of(session: &Session) -> Self {
        let mut crossed = Self::default();
        let stores = || session.entries.iter().filter(|entry| entry.is_store());
        for later in stores() {
            let told_before = |it: &&_| later.crosses(it) && is_in_one_page(session, later, it);
            let earlier = stores().take_while(|it| it.number < later.number);
            for earlier in earlier
                .skip_while(|it| it.number <= later.after)
                .filter(told_before)
            {
                crossed.add(earlier);
                crossed.add(later);
            }
        }
        crossed
    }

    fn add(&mut self, store: &Happening) {
        if self.numbers.insert(store.number) {
            self.spans.extend(store.span());
        }
    }

    /// The entry of that number is one of them.
    pub(super) fn has(&self, number: u64) -> bool {
        self.numbers.contains(&number)
    }

    /// What they stored, where that is in the file, or in copies of it.
    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }
}

fn is_in_one_page(session: &Session, one: &Happening, other: &Happening) -> bool {
    let pages = |it: &Happening| it.span().map(|span| session.pages(span));
    pages(one)
        .zip(pages(other))
        .is_some_and(|(one, other)| one.intersect(other).is_some())
}
