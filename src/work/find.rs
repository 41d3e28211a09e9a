//! The engine of *Find*: the matches of a pattern in a file, or in what a view shows of it.
//!
//! It owns what is searched in which order for what a person asks. It must not know jobs or the window: it runs in the thread
//! that calls it, with threads of its own, tells how far it is, and is stopped by the answer.
//!
//! # How
//!
//! Bytes are read by pread(2) a mebibyte at a time, never through a mapping; a view's private copies are laid over them. Holes
//! are not read: what a pattern finds among zeros is known beforehand, so that there the matches are a run that is counted
//! by arithmetic. Two threads search pieces of 16 MiB, and the results are put in order as they come. Matches depend neither
//! on pieces nor on threads. Memory does not grow with the file.
//!
//! It is no snapshot: what is stored meanwhile is searched or not, page by page.
//!
//! # Backwards
//!
//! It goes block by block from the cursor on. Of a pattern of a fixed length the match that begins last before the cursor is
//! found. Which matches a regular expression has depends on where one begins, and that cannot be the start of a large
//! file: each block is searched from a quarter of a mebibyte before it on.
//!
//! # What cannot be read
//!
//! It is passed over and listed, with the reason. A match beside it is found; none goes over it.

mod crew;
mod pieces;
mod scanner;

use std::ops::{ControlFlow, Range};

use crate::bytes::Span;
use crate::bytes::find::Pattern;
use crate::model::find::{
    FindGoal, FindProgress, FindReport, FoundMatches, MatchList, NearestMatch,
};

use super::threads::{Threads, ThreadsError};

pub use super::shown_bytes::{Part, Searched, SearchedFile};

use crew::{Crew, Sum, Wanted};

/// How to search. But for `block` and `lead` nothing here changes what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindOptions {
    /// Threads that search.
    pub threads: usize,
    /// Bytes that are read at a time.
    pub chunk: u64,
    /// Bytes of the pieces that are handed to threads, forwards.
    pub stripe: u64,
    /// The same backwards.
    pub block: u64,
    /// How far before a block the search for a regular expression begins, backwards.
    pub lead: u64,
    /// Runs of matches that are listed at most.
    pub most_runs: usize,
    /// The threads give way to others.
    pub is_nice: bool,
}

impl Default for FindOptions {
    fn default() -> Self {
        Self {
            threads: 2,
            chunk: 1 << 20,
            stripe: 16 << 20,
            block: 1 << 20,
            lead: 256 << 10,
            most_runs: 100_000,
            is_nice: true,
        }
    }
}

/// Finds matches of `pattern` in `source`.
///
/// `progress` is called at the beginning and then every 20 milliseconds. Where it answers `Break`, the search ends within some
/// milliseconds, as long as the storage answers, and the report says so.
///
/// # Errors
/// [`ThreadsError`], one sentence. What cannot be read is no error but part of the report.
pub fn find<S: Searched>(
    source: &S,
    pattern: &Pattern,
    goal: FindGoal,
    options: &FindOptions,
    progress: &mut dyn FnMut(FindProgress) -> ControlFlow<()>,
) -> Result<FindReport, ThreadsError> {
    let span = source.span();
    let all = span.start()..span.end();
    let clamp = |at: u64| at.clamp(all.start, all.end);
    let (wanted, first, rest) = match goal {
        FindGoal::All => (Wanted::All, all, None),
        FindGoal::Next { from, wraps } => {
            let from = clamp(from);
            let rest = all.start..from;
            (Wanted::First, from..all.end, wraps.then_some(rest))
        }
        FindGoal::Previous { before, wraps } => {
            let before = clamp(before);
            let rest = before..all.end;
            (Wanted::Last, all.start..before, wraps.then_some(rest))
        }
    };
    let total = [Some(&first), rest.as_ref()].into_iter().flatten();
    let total = total.map(|starts| starts.end - starts.start).sum();
    let mut report = FindReport {
        found: FoundMatches::Nearest(None),
        is_stopped: false,
        unread: 0,
        gaps: Vec::new(),
    };
    let mut behind = 0;
    for (starts, wrapped) in [(Some(first), false), (rest, true)] {
        let Some(starts) = starts else { continue };
        let n_bytes = starts.end - starts.start;
        let crew = Crew::new((source, pattern), options, starts.clone(), wanted);
        let mut tell = |done: u64, count: u64| {
            progress(FindProgress {
                done: behind + done,
                total,
                count,
            })
        };
        report.is_stopped = run(&crew, &starts, options, &mut tell)?.is_break();
        let sum = crew.into_sum();
        behind += n_bytes;
        if add(&mut report, sum, wanted, wrapped) || report.is_stopped {
            break;
        }
    }
    report.gaps.sort_by_key(|gap| gap.span);
    Ok(report)
}

/// Adds what a stretch came to. Whether what was looked for is found.
fn add(report: &mut FindReport, sum: Sum, wanted: Wanted, wrapped: bool) -> bool {
    report.unread = report.unread.saturating_add(sum.unread);
    report.gaps.extend(sum.gaps);
    let matches = sum.matches;
    report.found = if wanted == Wanted::All {
        FoundMatches::All(MatchList {
            count: matches.count(),
            runs: matches.runs().to_vec(),
            lists_all: matches.lists_all(),
        })
    } else {
        let first = matches.first();
        let span = first.and_then(|first| Span::new(first.start, first.end));
        FoundMatches::Nearest(span.map(|span| NearestMatch { span, wrapped }))
    };
    matches.count() > 0
}

/// Runs the threads of a search, and asks meanwhile whether to go on: `Break` where that was denied.
fn run<S: Searched>(
    crew: &Crew<'_, S>,
    starts: &Range<u64>,
    options: &FindOptions,
    tell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, ThreadsError> {
    let n_pieces = (starts.end - starts.start).div_ceil(options.stripe.max(1));
    let threads = Threads {
        name: "find",
        n: options
            .threads
            .min(usize::try_from(n_pieces).unwrap_or(usize::MAX)),
        is_nice: options.is_nice,
    };
    let ask = &mut || {
        let (done, count) = crew.progress();
        tell(done, count)
    };
    threads.run(&|| crew.work(), ask, &|| crew.stop())
}
