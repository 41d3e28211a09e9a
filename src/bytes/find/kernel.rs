//! The loops as one: which of them a pattern is found by, and the cuts in which they are called.
//!
//! It owns that choice, by what the first bytes look like; it changes how long a search takes and nothing else. It must not
//! know where the bytes come from.

use std::ops::Range;

use memchr::memmem::Finder;
use regex_automata::meta::Cache;

use super::expression::Expression;
use super::fixed::Fixed;
use super::masked::{Pivots, histogram};
use super::matches::{MatchRun, Matches};
use super::number::NumberRange;
use super::number_scan;
use super::pattern::{Form, Pattern};

/// Bytes that are compared between two questions whether to go on, at most; and starts, at least.
const CUT_WORK: usize = 1 << 26;
const LEAST_CUT: usize = 4 << 10;

/// False candidates that a search by a stretch of the pattern may have, one in so many bytes: more, and starts are told by
/// single bytes.
const BYTES_PER_FALSE: u64 = 64;

/// What one thread finds a pattern with.
#[derive(Debug)]
pub struct Kernel<'p> {
    pattern: &'p Pattern,
    way: Way<'p>,
}

#[derive(Debug)]
enum Way<'p> {
    /// One byte, so many times.
    Repeated(Finder<'p>, u8),
    Literal(Finder<'p>),
    Stretch(Stretch<'p>),
    Masked(&'p Fixed, Pivots),
    Number(&'p NumberRange),
    Expression(&'p Expression, Box<Cache>),
}

impl<'p> Kernel<'p> {
    /// What finds `pattern` in bytes that look like those of `sample`.
    #[must_use]
    pub fn new(pattern: &'p Pattern, sample: &[u8]) -> Self {
        let way = match pattern.form() {
            Form::Number(range) => Way::Number(range),
            Form::Expression(expression) => {
                Way::Expression(expression, Box::new(expression.cache()))
            }
            Form::Fixed(fixed) => Way::of_fixed(fixed, sample),
        };
        Self { pattern, way }
    }

    /// Whether a search that comes to the start of `within` finds exactly those of `bytes`, which are as [`Self::scan`]
    /// takes them.
    pub fn is_match(&mut self, bytes: &[u8], within: Range<usize>) -> bool {
        let mut found = Matches::first_only();
        let starts = within.start..within.start + 1;
        self.scan(bytes, 0, starts, &mut found, &mut || true);
        found.first() == Some(within.start as u64..within.end as u64)
    }

    /// Adds the matches in `bytes` that begin in `starts`, which are indexes, with the offset of the first byte, `base`. It
    /// ends where `matches` wants no more, or `go_on`, which is asked every few milliseconds, answers false. Returns the
    /// index from which on the next match may begin, at least `starts.start`.
    ///
    /// `bytes` has [`Pattern::lead`] bytes before the first start and [`Pattern::reach`] from the last one on, or the text
    /// begins or ends there.
    pub fn scan(
        &mut self,
        bytes: &[u8],
        base: u64,
        starts: Range<usize>,
        matches: &mut Matches,
        go_on: &mut dyn FnMut() -> bool,
    ) -> usize {
        if let Way::Expression(expression, cache) = &mut self.way {
            return expression.scan(cache, (bytes, base), starts, matches, go_on);
        }
        let len = self.pattern.reach();
        let cut = (CUT_WORK / len.max(1)).max(LEAST_CUT);
        let free = starts.start;
        let end = starts.end.min((bytes.len() + 1).saturating_sub(len));
        let mut at = starts.start;
        while at < end && matches.wants_more() && go_on() {
            let next = (at + cut).min(end);
            self.way.scan_fixed((bytes, base), at..next, len, matches);
            at = next;
        }
        free
    }
}

/// The longest stretch of a pattern that is given in full is found first, and then the rest is checked.
#[derive(Debug)]
struct Stretch<'p> {
    pattern: &'p Fixed,
    finder: Finder<'p>,
    /// Where the stretch stands in the pattern.
    offset: usize,
    /// For when the stretch tells too little.
    pivots: Pivots,
    /// Starts that were decided, and candidates that were none.
    n_seen: u64,
    n_wrong: u64,
}

impl Stretch<'_> {
    /// Hands on the matches that begin in `starts`; ends where `found` answers false. Returns where it gave up, as the stretch
    /// stands in too many places.
    fn scan(
        &mut self,
        bytes: &[u8],
        starts: Range<usize>,
        found: &mut impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        self.n_seen += starts.len() as u64;
        // Where the stretch ends for the last start.
        let end = starts.end - 1 + self.offset + self.finder.needle().len();
        let mut at = starts.start;
        while at < starts.end
            && let Some(next) = self.finder.find(&bytes[at + self.offset..end])
        {
            let start = at + next;
            at = start + 1;
            if !self.pattern.fits(&bytes[start..]) {
                self.n_wrong += 1;
                if self.n_wrong > 1024 + self.n_seen / BYTES_PER_FALSE {
                    return Some(at);
                }
            } else if !found(start) {
                return None;
            }
        }
        None
    }
}

impl<'p> Way<'p> {
    fn of_fixed(fixed: &'p Fixed, sample: &[u8]) -> Self {
        if let Some(literal) = fixed.literal() {
            let finder = Finder::new(literal);
            return match literal.split_first() {
                Some((first, rest)) if rest.iter().all(|byte| byte == first) => {
                    Self::Repeated(finder, *first)
                }
                _ => Self::Literal(finder),
            };
        }
        let pivots = Pivots::new(fixed, &histogram(sample));
        let full = fixed.longest_full();
        if full.len() < 2 {
            return Self::Masked(fixed, pivots);
        }
        Self::Stretch(Stretch {
            pattern: fixed,
            offset: full.start,
            finder: Finder::new(&fixed.values[full]),
            pivots,
            n_seen: 0,
            n_wrong: 0,
        })
    }

    /// Adds the matches that begin in `starts`; all bytes of each are there.
    fn scan_fixed(
        &mut self,
        (bytes, base): (&[u8], u64),
        starts: Range<usize>,
        len: usize,
        matches: &mut Matches,
    ) {
        let match_len = len as u64;
        let mut found = |start: usize| matches.add_start(base + start as u64, match_len);
        // The bytes of the matches that begin in `starts`.
        let part = &bytes[starts.start..starts.end + len - 1];
        match self {
            Self::Repeated(finder, byte) => {
                repeated(finder, *byte, (part, base + starts.start as u64), matches);
            }
            Self::Literal(finder) => {
                let mut at = 0;
                while let Some(next) = finder.find(&part[at..]) {
                    if !found(starts.start + at + next) {
                        return;
                    }
                    at += next + 1;
                }
            }
            Self::Stretch(stretch) => {
                if let Some(at) = stretch.scan(bytes, starts.clone(), &mut found) {
                    *self = Self::Masked(stretch.pattern, stretch.pivots);
                    self.scan_fixed((bytes, base), at..starts.end, len, matches);
                }
            }
            Self::Masked(pattern, pivots) => {
                pivots.candidates(bytes, starts, &mut |start| {
                    !pattern.fits(&bytes[start..]) || found(start)
                });
            }
            Self::Number(range) => number_scan::scan(range, bytes, starts, &mut found),
            Self::Expression(..) => {}
        }
    }
}

/// Adds the matches of a pattern that repeats one byte: as many as fit into each stretch of that byte.
fn repeated(finder: &Finder<'_>, byte: u8, (part, base): (&[u8], u64), matches: &mut Matches) {
    let len = finder.needle().len();
    let mut at = 0;
    while let Some(next) = finder.find(&part[at..]) {
        let start = at + next;
        let more = leading(&part[start + len..], byte);
        let run = MatchRun {
            start: base + start as u64,
            count: more as u64 + 1,
            step: 1,
            len: len as u64,
        };
        if !matches.add(run) {
            return;
        }
        at = start + more + 1;
    }
}

/// How many bytes at the beginning are `byte`.
fn leading(bytes: &[u8], byte: u8) -> usize {
    const STRIDE: usize = 64;
    let mut strides = bytes.chunks_exact(STRIDE);
    let same = |stride: &[u8]| stride.iter().fold(0, |other, one| other | (one ^ byte)) == 0;
    let n_same = strides.by_ref().take_while(|stride| same(stride)).count() * STRIDE;
    let rest = &bytes[n_same..];
    n_same + rest.iter().take_while(|one| **one == byte).count()
}
