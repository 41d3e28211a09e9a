//! What was looked for in a view, and all that was found: plain data.
//!
//! It must not know who asks, nor what follows.

use crate::bytes::Span;
use crate::bytes::find::{MatchRun, Pattern};
use crate::map::Gap;

use super::find::{MatchBytes, MatchList};
use super::identity::OrderId;

/// Places along the scroll bar that can be marked.
pub const PLACES: u64 = 1024;

/// What a search is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To go to the next match.
    Next,
    /// To go to the one before.
    Previous,
    /// To list all of them.
    All,
    /// The same, after one was gone to, of which this is said: whether it is beyond an end, and whether the person was there.
    Count(String),
    /// To replace all of them with these bytes.
    ReplaceAll(Vec<u8>),
    /// It was found; it is read again, to be replaced with these bytes.
    Read(Vec<u8>, AfterReplacing),
}

/// What comes after matches are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterReplacing {
    /// To the next match from this offset on.
    Next(u64),
    /// That was all.
    Nothing,
}

/// A search that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The order.
    pub number: OrderId,
    /// How far it is, in bytes: done and all; `None` until it takes long.
    pub progress: Option<(u64, u64)>,
    pub(super) wish: Wish,
    pub(super) pattern: Pattern,
    pub(super) span: Option<Span>,
    /// Where the cursor was.
    pub(super) cursor: u64,
    /// The journal as it was.
    pub(super) revision: u64,
}

/// All matches of a pattern.
#[derive(Clone, Debug)]
pub struct FoundList {
    /// What was looked for.
    pub pattern: Pattern,
    /// What was searched; `None` for all that was mapped.
    pub span: Option<Span>,
    /// The matches.
    pub matches: MatchList,
    /// The first of them, with their first bytes.
    pub heads: Vec<MatchBytes>,
    /// What could not be read, the first stretches.
    pub gaps: Vec<Gap>,
    /// So many bytes of it.
    pub unread: u64,
    /// Which of [`PLACES`] parts of what is mapped have a match, ascending.
    pub places: Vec<u16>,
    /// The journal as it was.
    pub revision: u64,
}

/// What was looked for in a view.
#[derive(Clone, Debug, Default)]
pub struct Searches {
    /// What is under way.
    pub now: Option<Search>,
    /// All matches, where they were asked for.
    pub list: Option<FoundList>,
    /// What is said beside the field.
    pub answer: String,
    /// The match that was gone to last.
    pub(super) current: Option<(Pattern, Span)>,
    /// Replacements that are on their way, how many, and what comes after them.
    pub(super) replacing: Option<(OrderId, u64, AfterReplacing, Pattern, Option<Span>)>,
}

impl Search {
    /// What is looked for, and in which bytes.
    pub(super) fn what(&self) -> (Pattern, Option<Span>) {
        (self.pattern.clone(), self.span)
    }
}

impl FoundList {
    /// The runs of matches that touch `span`.
    pub fn in_sight(&self, span: Span) -> impl Iterator<Item = &MatchRun> {
        let runs = &self.matches.runs;
        let first = runs.partition_point(|run| run.end() <= span.start());
        let runs = runs.get(first..).unwrap_or_default().iter();
        runs.take_while(move |run| run.start < span.end())
    }

    /// `offset` is in a match that is listed.
    #[must_use]
    pub fn covers(&self, offset: u64) -> bool {
        let Some(byte) = Span::at(offset, 1) else {
            return false;
        };
        self.in_sight(byte).any(|run| {
            let begun = run.count_before(offset.saturating_add(1));
            let last = run.start + begun.saturating_sub(1) * run.step;
            begun > 0 && offset < last + run.len
        })
    }

    /// Which match begins at `start`, from 1.
    pub(super) fn number_of(&self, start: u64) -> Option<u64> {
        let runs = &self.matches.runs;
        let at = runs
            .partition_point(|run| run.start <= start)
            .checked_sub(1)?;
        let run = runs.get(at)?;
        let inside = (start - run.start) / run.step;
        let is_one = (start - run.start).is_multiple_of(run.step) && inside < run.count;
        let before: u64 = runs.iter().take(at).map(|run| run.count).sum();
        is_one.then_some(before + inside + 1)
    }
}

/// The parts of `extent` that hold a match.
pub(super) fn places(runs: &[MatchRun], extent: Span) -> Vec<u16> {
    let len = u128::from(extent.len().max(1));
    let place = |offset: u64| {
        let inside = u128::from(offset.saturating_sub(extent.start()));
        let place = inside.min(len - 1) * u128::from(PLACES) / len;
        u16::try_from(place).unwrap_or(u16::MAX)
    };
    let mut places: Vec<u16> = Vec::new();
    for run in runs {
        let (first, last) = (place(run.start), place(run.end().saturating_sub(1)));
        let first = places.last().map_or(first, |known| first.max(known + 1));
        places.extend(first..=last);
    }
    places
}

impl Searches {
    /// The match that was gone to last, where it is one of `pattern`.
    pub(super) fn current(&self, pattern: &Pattern) -> Option<Span> {
        let (found, at) = self.current.as_ref()?;
        (found == pattern).then_some(*at)
    }
}
