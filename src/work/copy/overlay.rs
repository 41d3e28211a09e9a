//! Which pages of a view are private copies, for files of any size.
//!
//! It owns the list of them, bounded: what does not fit is looked up when the walk gets there. It must not know what is
//! done with them.

use std::sync::RwLock;

use super::read;
use crate::bytes::Span;
use crate::map::{Mapping, Mode, PageState};

/// Spans that are kept at once: 256 KiB of them.
const KEPT: usize = 1 << 14;

/// Pages looked up at a time where there are more: some 1 MiB of answers.
const LOOKED_UP: u64 = 1 << 17;

/// Longer private copies, in bytes, are not bridged: the file's bytes under them are not copied.
const BRIDGED: u64 = 64 << 10;

/// The private copies of a view, as the kernel told them when they were looked up.
pub(super) struct Overlay<'a> {
    view: Option<&'a RwLock<Mapping>>,
    end: u64,
    /// In order and apart from each other.
    spans: Vec<Span>,
    next: usize,
    /// Up to here all are in `spans`.
    known_to: u64,
    is_guess: bool,
}

impl<'a> Overlay<'a> {
    /// Those of `view` in `span`, which it shows.
    pub(super) fn new(view: Option<&'a RwLock<Mapping>>, span: Span) -> Self {
        let mut overlay = Self {
            view,
            end: span.end(),
            spans: Vec::new(),
            next: 0,
            known_to: span.end(),
            is_guess: false,
        };
        let Some(view) = view else {
            return overlay;
        };
        let mapping = read(view);
        if mapping.mode() == Mode::Shared {
            return overlay;
        }
        match mapping.private_copies(KEPT) {
            Ok(copies) => {
                if copies.len() == KEPT {
                    overlay.known_to = copies.last().map_or(span.start(), |last| last.end());
                }
                overlay.spans = copies;
            }
            Err(_) => overlay.guess(span.start()),
        }
        overlay
    }

    /// The kernel does not tell private copies: from `start` on all is read through the mapping, as if it were one.
    fn guess(&mut self, start: u64) {
        self.is_guess = true;
        self.spans = Span::new(start, self.end).into_iter().collect();
        self.next = 0;
        self.known_to = self.end;
    }

    /// Whether what [`Self::next_at`] tells may be pages of the file as well.
    pub(super) fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// The first private copies that end after `at`. `at` never goes back.
    pub(super) fn next_at(&mut self, at: u64) -> Option<Span> {
        loop {
            while let Some(&span) = self.spans.get(self.next) {
                if span.end() > at {
                    return Some(span);
                }
                self.next += 1;
            }
            if self.known_to >= self.end {
                return None;
            }
            self.look_up(self.known_to.max(at));
        }
    }

    /// How far from `at` towards `end` only short private copies lie.
    pub(super) fn bridged(&self, at: u64, end: u64) -> u64 {
        let mut known = self.spans[self.next.min(self.spans.len())..].iter();
        let long = known.find(|copy| copy.start() >= end || copy.len() > BRIDGED);
        let first_long = long.map_or(end, |copy| copy.start().max(at));
        // What is not looked up yet may be anything.
        first_long.min(self.known_to).min(end)
    }

    /// Looks up the next pages from `start`, a page's.
    fn look_up(&mut self, start: u64) {
        let Some(view) = self.view else {
            self.known_to = self.end;
            return;
        };
        let mapping = read(view);
        let page_bytes = mapping.page_bytes();
        let end = start.saturating_add(LOOKED_UP * page_bytes).min(self.end);
        let states = Span::new(start, end).map(|span| mapping.page_states(span));
        let Some(Ok(states)) = states else {
            self.guess(start);
            return;
        };
        self.spans.clear();
        self.next = 0;
        self.known_to = end;
        let mut page = start - start % page_bytes;
        for state in states {
            let after = page.saturating_add(page_bytes);
            if matches!(state, PageState::PrivateCopy | PageState::Swapped)
                && let Some(copy) = Span::new(page, after)
            {
                match self.spans.last_mut() {
                    Some(last) if last.end() == page => *last = last.hull(copy),
                    _ => self.spans.push(copy),
                }
            }
            page = after;
        }
    }
}
