//! The edits that stand beside stores, in the pages that these touch.
//!
//! It owns that each is named once, however many stores there are. It must not know what is stored.

use crate::bytes::Span;
use crate::map::Mode;

use super::View;
use super::journal::PendingRun;

/// What becomes of the edits beneath stores, where those are listed that stand in the same pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beneath {
    /// They are listed as well.
    Listed,
    /// They are left out: the stores say themselves what must stand there, and twice as much would be kept and compared.
    LeftOut,
}

/// The edits that stand in the pages that these stores touch.
pub(super) fn beside(
    view: &View,
    stores: &[(u64, usize)],
    page_bytes: u64,
    beneath: Beneath,
) -> Vec<PendingRun> {
    if view.mode == Mode::Shared {
        return Vec::new();
    }
    let spans = match beneath {
        Beneath::Listed => touched(stores, page_bytes.max(1)),
        Beneath::LeftOut => between(stores, page_bytes.max(1)),
    };
    let runs = spans
        .into_iter()
        .flat_map(|span| view.journal.pending_runs_in(span));
    // what is on its way there will have changed it by then
    let stands = |run: &PendingRun| {
        let span = Span::at(run.offset, run.value.len() as u64);
        span.is_some_and(|span| !view.pending.stores_in(span))
    };
    runs.filter(stands).collect()
}

/// The pages that stores touch, apart.
fn touched(stores: &[(u64, usize)], page_bytes: u64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let all = stores
        .iter()
        .filter_map(|(offset, len)| Span::at(*offset, *len as u64));
    let mut all: Vec<Span> = all
        .filter_map(|span| {
            let pages = span.pages(page_bytes);
            let end = pages.end.saturating_mul(page_bytes);
            Span::new(pages.start * page_bytes, end)
        })
        .collect();
    all.sort();
    for span in all {
        match spans.last_mut() {
            Some(last) if last.end() >= span.start() => *last = last.hull(span),
            _ => spans.push(span),
        }
    }
    spans
}

/// What is in the pages that stores touch, and not beneath these: each stretch once.
fn between(stores: &[(u64, usize)], page_bytes: u64) -> Vec<Span> {
    let mut places = stores.to_vec();
    places.sort_unstable();
    let mut places = places.into_iter().peekable();
    let mut spans = Vec::new();
    for pages in touched(stores, page_bytes) {
        let mut from = pages.start();
        while let Some((offset, len)) = places.next_if(|place| place.0 < pages.end()) {
            spans.extend(Span::new(from, offset).filter(|span| !span.is_empty()));
            from = from.max(offset.saturating_add(len as u64));
        }
        spans.extend(Span::new(from, pages.end()).filter(|span| !span.is_empty()));
    }
    spans
}
