//! Where a process has private copies: what its stores made, until the kernel says that they are gone.
//!
//! It owns the list of pages, and when one is missed. It must not know the process.

use std::collections::BTreeSet;

use crate::bytes::Span;
use crate::map::page_bytes;
use crate::peer::wire::{PeerPage, PeerPageFact};

/// The most pages that are known one by one. Of those beyond it is not noticed when they go.
const MOST_PAGES: usize = 65_536;

/// Numbers of pages of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies {
    pages: BTreeSet<u64>,
}

impl Copies {
    pub(super) fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Some page of that is in the list.
    pub(super) fn are_under(&self, span: Span) -> bool {
        self.pages.range(span.pages(page_bytes())).next().is_some()
    }

    /// Bytes were stored there.
    pub(super) fn stored(&mut self, offset: u64, len: u64) {
        let Some(span) = Span::at(offset, len) else {
            return;
        };
        let room = MOST_PAGES.saturating_sub(self.pages.len());
        self.pages.extend(span.pages(page_bytes()).take(room));
    }

    /// What is missed, and no longer in the list, where the pages that `span` touches are these.
    pub(super) fn seen(&mut self, span: Span, pages: &[PeerPageFact]) -> Vec<Span> {
        let is_file =
            |fact: &PeerPageFact| matches!(fact.page, PeerPage::FilePage | PeerPage::NotPresent);
        let numbers = span.pages(page_bytes());
        let missed = numbers.zip(pages).filter(|(_, page)| is_file(page));
        let missed: Vec<_> = missed.map(|(number, _)| number).collect();
        self.drop_all(missed)
    }

    /// The same, where the copies are exactly `copies`: starts and ends of whole pages, in order.
    pub(super) fn are(&mut self, copies: &[(u64, u64)]) -> Vec<Span> {
        let is_there = |number: &u64| {
            let offset = number.saturating_mul(page_bytes());
            let after = copies.partition_point(|(_, end)| *end <= offset);
            copies.get(after).is_some_and(|(start, _)| *start <= offset)
        };
        let missed: Vec<_> = self
            .pages
            .iter()
            .copied()
            .filter(|it| !is_there(it))
            .collect();
        self.drop_all(missed)
    }

    /// The spans of those of `numbers`, ascending, that are in the list; neighbors joined. They are in it no more.
    fn drop_all(&mut self, numbers: Vec<u64>) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for number in numbers {
            if !self.pages.remove(&number) {
                continue;
            }
            let start = number.saturating_mul(page_bytes());
            let Some(page) = Span::new(start, start.saturating_add(page_bytes())) else {
                continue;
            };
            match spans.last_mut() {
                Some(last) if last.end() == start => *last = last.hull(page),
                _ => spans.push(page),
            }
        }
        spans
    }
}
