//! Matches as they are found: how many, and the first of them, as runs.
//!
//! It owns the bound on the list, and that the same matches give the same runs, however they were found. It must not know
//! what was looked for.

use std::ops::Range;

/// Matches of one length at even distances: at `start`, `start + step`, and so on. A single match is a run of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchRun {
    /// Offset of the first match.
    pub start: u64,
    /// How many matches; never 0.
    pub count: u64,
    /// Bytes from the start of one to the start of the next: 1 for patterns of a fixed length, of which every start counts;
    /// else the length, as regular expressions match one behind the other.
    pub step: u64,
    /// Bytes of each match.
    pub len: u64,
}

impl MatchRun {
    /// Offset of the last match.
    #[must_use]
    pub const fn last_start(&self) -> u64 {
        self.start + (self.count - 1) * self.step
    }

    /// Offset one past the last byte of the last match.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.last_start() + self.len
    }

    /// Offset of each match, ascending.
    pub fn starts(self) -> impl Iterator<Item = u64> {
        (0..self.count).map(move |index| self.start + index * self.step)
    }

    /// How many of its matches begin before `at`.
    #[must_use]
    pub const fn count_before(&self, at: u64) -> u64 {
        if at <= self.start {
            return 0;
        }
        let begun = (at - self.start).div_ceil(self.step);
        if begun < self.count {
            begun
        } else {
            self.count
        }
    }

    /// Whether `next` goes on where this run ends.
    const fn is_followed_by(&self, next: &Self) -> bool {
        next.len == self.len
            && next.step == self.step
            && next.start == self.last_start() + self.step
    }
}

/// Matches in the order of their starts: all are counted, the first are listed.
#[derive(Clone, Debug)]
pub struct Matches {
    count: u64,
    runs: Vec<MatchRun>,
    most_runs: usize,
    lists_all: bool,
    /// The last match.
    last: Option<Range<u64>>,
    is_first_enough: bool,
}

impl Matches {
    /// None yet; at most `most_runs` runs are to be listed.
    #[must_use]
    pub const fn new(most_runs: usize) -> Self {
        Self {
            count: 0,
            runs: Vec::new(),
            most_runs,
            lists_all: true,
            last: None,
            is_first_enough: false,
        }
    }

    /// None yet; the search for them may end at the first.
    #[must_use]
    pub fn first_only() -> Self {
        Self {
            is_first_enough: true,
            ..Self::new(1)
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The first of them.
    #[must_use]
    pub fn runs(&self) -> &[MatchRun] {
        &self.runs
    }

    /// Whether [`Self::runs`] has all of them.
    #[must_use]
    pub const fn lists_all(&self) -> bool {
        self.lists_all
    }

    /// The first match, where at least one is listed.
    #[must_use]
    pub fn first(&self) -> Option<Range<u64>> {
        let run = self.runs.first()?;
        Some(run.start..run.start + run.len)
    }

    /// The last match, listed or not.
    #[must_use]
    pub fn last(&self) -> Option<Range<u64>> {
        self.last.clone()
    }

    /// Whether the search has to go on.
    #[must_use]
    pub(crate) const fn wants_more(&self) -> bool {
        !(self.is_first_enough && self.count > 0)
    }

    /// Adds a match of a pattern of a fixed length, behind all others. Whether the search has to go on.
    #[inline]
    pub(crate) fn add_start(&mut self, start: u64, len: u64) -> bool {
        self.add(MatchRun {
            start,
            count: 1,
            step: 1,
            len,
        })
    }

    /// Adds a run behind all others. Whether the search has to go on.
    pub(crate) fn add(&mut self, run: MatchRun) -> bool {
        if run.count == 0 {
            return self.wants_more();
        }
        self.count = self.count.saturating_add(run.count);
        self.last = Some(run.last_start()..run.end());
        // Once a run was left out, what follows is not next to those that are listed.
        if self.lists_all {
            let has_room = self.runs.len() < self.most_runs;
            match self.runs.last_mut() {
                Some(last) if last.is_followed_by(&run) => last.count += run.count,
                _ if has_room => self.runs.push(run),
                _ => self.lists_all = false,
            }
        }
        self.wants_more()
    }

    /// Adds those of `other`, which are all behind.
    pub(crate) fn append(&mut self, other: Self) {
        let count = self.count.saturating_add(other.count);
        for run in other.runs {
            self.add(run);
        }
        self.count = count;
        self.lists_all &= other.lists_all;
        self.last = other.last.or(self.last.take());
    }

    /// The end of the match that begins before `at` and ends after it.
    pub(crate) fn end_of_match_over(&self, at: u64) -> Option<u64> {
        let index = self.runs.partition_point(|run| run.end() <= at);
        let run = self.runs.get(index)?;
        let begun = run.count_before(at);
        let end = run.start + begun.checked_sub(1)? * run.step + run.len;
        (end > at).then_some(end)
    }

    /// Whether the list tells all matches that begin before `at`.
    pub(crate) fn is_known_before(&self, at: u64) -> bool {
        self.lists_all || self.runs.last().is_some_and(|run| run.last_start() >= at)
    }

    /// Forgets the matches that begin before `at`, all of which are listed.
    pub(crate) fn forget_before(&mut self, at: u64) {
        let n_whole = self.runs.partition_point(|run| run.last_start() < at);
        let forgotten: u64 = self.runs.drain(..n_whole).map(|run| run.count).sum();
        self.count -= forgotten;
        if let Some(run) = self.runs.first_mut() {
            let begun = run.count_before(at);
            run.start += begun * run.step;
            run.count -= begun;
            self.count -= begun;
        }
        if self.count == 0 {
            self.last = None;
        }
    }
}

/// Of matches that may overlap, those that are replaced one after the other: the first, the first that begins at or after its
/// end, and so on.
#[must_use]
pub fn non_overlapping(runs: &[MatchRun]) -> Vec<MatchRun> {
    let mut kept = Matches::new(usize::MAX);
    let mut free = 0;
    for run in runs {
        let skipped = run.count_before(free);
        if skipped == run.count || run.len == 0 {
            continue;
        }
        let start = run.start + skipped * run.step;
        // Starts are `step` apart, so those that do not overlap are a multiple of it apart.
        let stride = run.len.div_ceil(run.step) * run.step;
        let count = (run.last_start() - start) / stride + 1;
        let taken = MatchRun {
            start,
            count,
            step: stride,
            len: run.len,
        };
        kept.add(taken);
        free = taken.end();
    }
    kept.runs
}
