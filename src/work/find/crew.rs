//! Several threads that search one stretch, and their results in order.
//!
//! It owns who searches which piece, that results come in the order of the offsets, whoever is ready first, and when it is
//! over. It must not know what a person asked for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::FindOptions;
use super::pieces::{Course, Pieces};
use super::scanner::{Scanned, Scanner};
use crate::bytes::find::{Matches, Pattern};
use crate::map::Gap;
use crate::work::shown_bytes::Searched;
use crate::work::threads::StopOnPanic;

/// Pieces that may be under way beyond the first that is: it bounds what waits to be put in order.
const AHEAD: u64 = 4;

/// Runs that are listed of a piece beyond those that are asked for: by them the matches before a piece and those in it, which
/// was searched as if it were the first, are fitted together.
const SEAM_RUNS: usize = 4096;

/// Stretches that could not be read and are listed one by one.
const LISTED_GAPS: usize = 1000;

/// How long a thread waits for its turn before it looks whether all is over.
const TURN: Duration = Duration::from_millis(10);

/// Which matches are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    First,
    Last,
}

/// What the pieces came to so far.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) matches: Matches,
    /// In the order in which they were met.
    pub(super) gaps: Vec<Gap>,
    pub(super) unread: u64,
    /// The end of the last match.
    free: u64,
}

/// One search of one stretch.
pub(super) struct Crew<'a, S> {
    source: &'a S,
    pattern: &'a Pattern,
    options: &'a FindOptions,
    wanted: Wanted,
    stop: AtomicBool,
    /// Bytes that were searched.
    done: AtomicU64,
    /// Matches in pieces that were searched.
    count: AtomicU64,
    /// The first piece, by its number, that has what is looked for; those behind it are of no use.
    best: AtomicU64,
    board: Mutex<Board<'a, S>>,
    turn: Condvar,
}

/// What the threads share.
struct Board<'a, S> {
    pieces: Pieces<'a, S>,
    n_taken: u64,
    n_merged: u64,
    ready: BTreeMap<u64, (Range<u64>, Scanned)>,
    sum: Sum,
}

impl<'a, S: Searched> Crew<'a, S> {
    pub(super) fn new(
        (source, pattern): (&'a S, &'a Pattern),
        options: &'a FindOptions,
        starts: Range<u64>,
        wanted: Wanted,
    ) -> Self {
        let free = starts.start;
        let course = match wanted {
            Wanted::All | Wanted::First => (Course::Forward, options.stripe),
            Wanted::Last => (Course::Backward, options.block),
        };
        let matches = match wanted {
            Wanted::All => Matches::new(options.most_runs),
            Wanted::First | Wanted::Last => Matches::first_only(),
        };
        Self {
            source,
            pattern,
            options,
            wanted,
            stop: AtomicBool::new(false),
            done: AtomicU64::new(0),
            count: AtomicU64::new(0),
            best: AtomicU64::new(u64::MAX),
            board: Mutex::new(Board {
                pieces: Pieces::new(source, pattern, starts, course),
                n_taken: 0,
                n_merged: 0,
                ready: BTreeMap::new(),
                sum: Sum {
                    matches,
                    gaps: Vec::new(),
                    unread: 0,
                    free,
                },
            }),
            turn: Condvar::new(),
        }
    }

    /// Ends all threads within some milliseconds.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.turn.notify_all();
    }

    /// Bytes that were searched, and matches found in them.
    pub(super) fn progress(&self) -> (u64, u64) {
        (
            self.done.load(Ordering::Relaxed),
            self.count.load(Ordering::Relaxed),
        )
    }

    /// What was found, once all threads have ended.
    pub(super) fn into_sum(self) -> Sum {
        let board = self.board.into_inner();
        board.unwrap_or_else(PoisonError::into_inner).sum
    }

    /// Searches piece by piece until there is none left; by several threads at once.
    pub(super) fn work(&self) {
        let _stop = StopOnPanic(&self.stop);
        let mut scanner = Scanner::new(self.source, self.pattern, self.options.chunk);
        while let Some((number, piece, most_runs)) = self.take() {
            let outcome = self.scan(&mut scanner, number, &piece, most_runs);
            if outcome.matches.count() > 0 && self.wanted != Wanted::All {
                self.best.fetch_min(number, Ordering::Relaxed);
            }
            if !self.goes_on(number) {
                // What is not whole is of no use.
                continue;
            }
            self.count
                .fetch_add(outcome.matches.count(), Ordering::Relaxed);
            let mut board = self.board();
            board.ready.insert(number, (piece, outcome));
            let mut merged = board.n_merged;
            while let Some((piece, outcome)) = board.ready.remove(&merged) {
                self.merge(&mut scanner, &mut board.sum, &piece, outcome);
                merged += 1;
            }
            board.n_merged = merged;
            self.turn.notify_all();
        }
    }

    fn board(&self) -> MutexGuard<'_, Board<'a, S>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn goes_on(&self, number: u64) -> bool {
        !self.stop.load(Ordering::Relaxed) && number <= self.best.load(Ordering::Relaxed)
    }

    /// The next piece with its number, and how many runs are to be listed of it.
    fn take(&self) -> Option<(u64, Range<u64>, usize)> {
        let mut board = self.board();
        while self.goes_on(board.n_taken) {
            if board.n_taken <= board.n_merged + AHEAD {
                let piece = board.pieces.take()?;
                let number = board.n_taken;
                board.n_taken += 1;
                let listed = board.sum.matches.runs().len();
                // One more, as the first may go on where those before end.
                let left = if board.sum.matches.lists_all() {
                    self.options.most_runs.saturating_sub(listed) + 1
                } else {
                    0
                };
                let seam = if self.pattern.goes_on_behind_a_match() {
                    SEAM_RUNS
                } else {
                    0
                };
                return Some((number, piece, left + seam));
            }
            let waited = self.turn.wait_timeout(board, TURN);
            board = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }

    /// Searches a piece as if nothing were found before it.
    fn scan(
        &self,
        scanner: &mut Scanner<'a, S>,
        number: u64,
        piece: &Range<u64>,
        most_runs: usize,
    ) -> Scanned {
        let mut go_on = || self.goes_on(number);
        let mut free = piece.start;
        if self.wanted == Wanted::Last && self.pattern.goes_on_behind_a_match() {
            // What a match before the piece takes is not where the next one begins.
            let block = self.options.block.max(1);
            let lead = (free - free % block).saturating_sub(self.options.lead);
            let lead = lead.max(self.source.span().start());
            let mut before = Scanned::new(Matches::new(0), lead);
            scanner.scan(lead..piece.start, &mut before, &mut go_on, &mut |_| {});
            free = free.max(before.free);
        }
        let matches = match self.wanted {
            Wanted::All => Matches::new(most_runs),
            Wanted::First => Matches::first_only(),
            Wanted::Last => Matches::new(0),
        };
        let mut outcome = Scanned::new(matches, free);
        scanner.scan(piece.clone(), &mut outcome, &mut go_on, &mut |n_bytes| {
            self.done.fetch_add(n_bytes, Ordering::Relaxed);
        });
        outcome
    }

    /// Adds what a piece came to; all pieces before it are in already.
    fn merge(
        &self,
        scanner: &mut Scanner<'a, S>,
        sum: &mut Sum,
        piece: &Range<u64>,
        mut outcome: Scanned,
    ) {
        if self.wanted == Wanted::Last {
            outcome.gaps.reverse();
        }
        for gap in &outcome.gaps {
            sum.note(*gap);
        }
        match self.wanted {
            Wanted::All => {
                if sum.free > piece.start && self.pattern.goes_on_behind_a_match() {
                    self.fit(scanner, sum, piece, &mut outcome);
                }
                sum.free = sum.free.max(outcome.free);
                sum.matches.append(outcome.matches);
            }
            Wanted::First => sum.matches.append(outcome.matches),
            Wanted::Last => {
                if let Some(last) = outcome.matches.last() {
                    let len = last.end - last.start;
                    sum.matches.add_start(last.start, len);
                }
            }
        }
    }

    /// Fits a piece that was searched from its start to the last match before it, which ends in it: up to where the next
    /// match may begin in the one as in the other, it is searched again.
    fn fit(
        &self,
        scanner: &mut Scanner<'a, S>,
        sum: &mut Sum,
        piece: &Range<u64>,
        outcome: &mut Scanned,
    ) {
        let mut go_on = || !self.stop.load(Ordering::Relaxed);
        let mut scan = |starts: Range<u64>, sum: &mut Sum| {
            let most_runs = self.options.most_runs + 1;
            let mut part = Scanned::new(Matches::new(most_runs), starts.start);
            scanner.scan(starts, &mut part, &mut go_on, &mut |_| {});
            sum.free = sum.free.max(part.free);
            sum.matches.append(part.matches);
        };
        loop {
            let at = sum.free;
            if at >= piece.end {
                outcome.matches = Matches::new(0);
                outcome.free = at;
                return;
            }
            if !outcome.matches.is_known_before(at) {
                outcome.matches = Matches::new(0);
                outcome.free = at;
                return scan(at..piece.end, sum);
            }
            let Some(end) = outcome.matches.end_of_match_over(at) else {
                return outcome.matches.forget_before(at);
            };
            let end = end.min(piece.end);
            scan(at..end, sum);
            sum.free = sum.free.max(end);
        }
    }
}

impl Sum {
    /// Notes what could not be read, next to what was noted last or further on.
    fn note(&mut self, gap: Gap) {
        self.unread = self.unread.saturating_add(gap.span.len());
        if let Some(last) = self.gaps.last_mut()
            && (last.span.end() == gap.span.start() || gap.span.end() == last.span.start())
            && last.reason == gap.reason
        {
            last.span = last.span.hull(gap.span);
        } else if self.gaps.len() < LISTED_GAPS {
            self.gaps.push(gap);
        }
    }
}
