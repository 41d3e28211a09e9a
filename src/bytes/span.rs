//! Half-open ranges of byte offsets, the one form in which the program speaks of a stretch of bytes.
//!
//! It owns the order of the two ends (`start <= end`, always). It must not know what the offsets point into.

use std::fmt;
use std::ops::Range;

/// The bytes from `start` up to, but without, `end`. Both are offsets in bytes.
///
/// The byte at `u64::MAX` is in no span, because the end after it would not fit; no file reaches it either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u64,
    end: u64,
}

impl Span {
    /// The span `start..end`, or `None` where the ends are reversed.
    #[must_use]
    pub const fn new(start: u64, end: u64) -> Option<Self> {
        if start <= end {
            Some(Self { start, end })
        } else {
            None
        }
    }

    /// The span of `len` bytes from `start`, or `None` where its end does not fit in 64 bits.
    #[must_use]
    pub const fn at(start: u64, len: u64) -> Option<Self> {
        match start.checked_add(len) {
            Some(end) => Some(Self { start, end }),
            None => None,
        }
    }

    /// The span of no bytes that stands at offset `at`.
    #[must_use]
    pub const fn empty(at: u64) -> Self {
        Self { start: at, end: at }
    }

    /// Offset of the first byte.
    #[must_use]
    pub const fn start(self) -> u64 {
        self.start
    }

    /// Offset one past the last byte.
    #[must_use]
    pub const fn end(self) -> u64 {
        self.end
    }

    /// Offset of the last byte, or `None` for an empty span.
    #[must_use]
    pub const fn last(self) -> Option<u64> {
        if self.is_empty() {
            None
        } else {
            Some(self.end - 1)
        }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the byte at `offset` is in the span.
    #[must_use]
    pub const fn contains(self, offset: u64) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether every byte of `other` is in this span. True of an empty `other`, wherever it stands.
    #[must_use]
    pub const fn contains_span(self, other: Self) -> bool {
        other.is_empty() || (self.start <= other.start && other.end <= self.end)
    }

    /// The bytes that both spans hold, or `None` where they have none in common.
    #[must_use]
    pub fn intersect(self, other: Self) -> Option<Self> {
        let start = self.start.max(other.start);
        let end = self.end.min(other.end);
        (start < end).then_some(Self { start, end })
    }

    /// The smallest span that holds every byte of both, and whatever lies between them.
    ///
    /// An empty span adds nothing, wherever it stands; the hull of two empty spans is `other`.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        if self.is_empty() {
            other
        } else if other.is_empty() {
            self
        } else {
            Self {
                start: self.start.min(other.start),
                end: self.end.max(other.end),
            }
        }
    }

    /// Indexes of the pages of `page_bytes` bytes that the span touches; empty for an empty span.
    ///
    /// A page size of 0 is read as 1, so that a system which reports nonsense cannot stop the program.
    #[must_use]
    pub fn pages(self, page_bytes: u64) -> Range<u64> {
        let page_bytes = page_bytes.max(1);
        let first = self.start / page_bytes;
        // No overflow: the last byte is at most `u64::MAX - 1`.
        let end = self.last().map_or(first, |last| last / page_bytes + 1);
        first..end
    }
}

/// `spans` ascending, apart from each other and not empty.
#[must_use]
pub fn ascending(spans: &[Span]) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans
        .iter()
        .copied()
        .filter(|span| !span.is_empty())
        .collect();
    sorted.sort_unstable();
    let mut out: Vec<Span> = Vec::new();
    for span in sorted {
        match out.last_mut() {
            Some(last) if last.end() >= span.start() => *last = last.hull(span),
            _ => out.push(span),
        }
    }
    out
}

/// What `spans`, which are [`ascending`], have of `span`. Where there are as many of the one as of the other, each is not
/// compared with each.
pub fn within(spans: &[Span], span: Span) -> impl Iterator<Item = Span> {
    let first = spans.partition_point(|other| other.end() <= span.start());
    let rest = spans.get(first..).unwrap_or_default().iter();
    rest.map_while(move |other| other.intersect(span))
}

impl fmt::Display for Span {
    /// As `0x10..0x20`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}..{:#x}", self.start, self.end)
    }
}
