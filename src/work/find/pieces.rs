//! In which pieces a stretch is searched, from either end.
//!
//! It owns where pieces end. It must not know who searches them.

use std::ops::Range;

use crate::bytes::find::Pattern;
use crate::work::shown_bytes::{Part, Searched};

/// From which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Forward,
    Backward,
}

/// The pieces of a stretch that are still to be searched.
pub(super) struct Pieces<'a, S> {
    source: &'a S,
    pattern: &'a Pattern,
    left: Range<u64>,
    course: Course,
    /// Pieces end at multiples of it, but for large holes.
    size: u64,
}

impl<'a, S: Searched> Pieces<'a, S> {
    pub(super) fn new(
        source: &'a S,
        pattern: &'a Pattern,
        left: Range<u64>,
        (course, size): (Course, u64),
    ) -> Self {
        let size = size.max(1);
        Self {
            source,
            pattern,
            left,
            course,
            size,
        }
    }

    /// The next piece, never empty.
    pub(super) fn take(&mut self) -> Option<Range<u64>> {
        if self.left.is_empty() {
            return None;
        }
        Some(match self.course {
            Course::Forward => {
                let start = self.left.start;
                let end = self.floor(start).saturating_add(self.size);
                let end = match self.source.part(start) {
                    Part::Data(_) => end,
                    empty => end.max(empty.end()),
                };
                self.left.start = end.min(self.left.end);
                start..self.left.start
            }
            Course::Backward => {
                let end = self.left.end;
                let start = self.floor(end - 1).max(self.left.start);
                self.left.end = self.empty_from(start, end);
                self.left.end..end
            }
        })
    }

    fn floor(&self, at: u64) -> u64 {
        at - at % self.size
    }

    /// Whether there is nothing to be found from `at` up to `end`, but for what reaches behind that.
    fn is_empty(&self, at: u64, end: u64) -> bool {
        let part = self.source.part(at);
        part.end() >= end
            && match part {
                Part::Data(_) => false,
                Part::Zeros(_) => !self.pattern.matches_zeros(),
                Part::Unreadable(..) => true,
            }
    }

    /// The lowest multiple of the pieces' size from which on there is nothing up to `end`, or else `start`, the first one
    /// that is tried. Holes are told from their start, so it is sought by halves.
    fn empty_from(&self, start: u64, end: u64) -> u64 {
        if start == self.left.start || !self.is_empty(start, end) {
            return start;
        }
        let (mut empty, mut step) = (start, self.size);
        let mut other = loop {
            let at = self.floor(empty.saturating_sub(step)).max(self.left.start);
            if !self.is_empty(at, end) {
                break at;
            }
            empty = at;
            if at == self.left.start {
                return at;
            }
            step = step.saturating_mul(2);
        };
        loop {
            let middle = self.floor(other + (empty - other) / 2);
            if middle <= other {
                return empty;
            }
            if self.is_empty(middle, end) {
                empty = middle;
            } else {
                other = middle;
            }
        }
    }
}
