//! Finding the matches that begin in a stretch: chunk by chunk, past holes and round what cannot be read.
//!
//! It owns the chunks and one thread's memory for them. It must not know other threads, nor in which order stretches are
//! searched: matches do not depend on chunks.

use std::ops::Range;

use crate::bytes::find::{Kernel, Matches, Pattern};
use crate::map::{AlignedBuffer, Gap, page_bytes};
use crate::work::shown_bytes::{Part, Searched, push};

/// Shorter holes, in bytes, are not told apart: they are filled in as zeros.
const LEAST_HOLE: u64 = 64 << 10;

/// What a stretch came to.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) matches: Matches,
    /// What could not be read of the stretch itself.
    pub(super) gaps: Vec<Gap>,
    /// The end of the last match, at least the start of the stretch: the next may begin there.
    pub(super) free: u64,
}

impl Scanned {
    /// Nothing yet of a stretch that begins at `free`.
    pub(super) const fn new(matches: Matches, free: u64) -> Self {
        Self {
            matches,
            gaps: Vec::new(),
            free,
        }
    }
}

/// One thread's means to search.
pub(super) struct Scanner<'a, S> {
    source: &'a S,
    pattern: &'a Pattern,
    /// Made when the first bytes are there, as it looks at them.
    kernel: Option<Kernel<'a>>,
    buffer: AlignedBuffer,
    page: u64,
    chunk: u64,
}

impl<'a, S: Searched> Scanner<'a, S> {
    /// Searches `source` for `pattern`, so many starts at a time.
    pub(super) fn new(source: &'a S, pattern: &'a Pattern, chunk: u64) -> Self {
        let chunk = chunk.max(1);
        let page = page_bytes();
        let beside = pattern.lead() + pattern.reach();
        let room = usize::try_from(chunk + page).unwrap_or(0) + beside;
        Self {
            source,
            pattern,
            kernel: None,
            buffer: AlignedBuffer::new(room),
            page,
            chunk,
        }
    }

    /// Adds to `out` the matches that begin in `starts` and at or after `out.free`. After each chunk `behind` is told how many
    /// bytes are done. It ends early where no more matches are wanted or `go_on` answers false.
    pub(super) fn scan(
        &mut self,
        starts: Range<u64>,
        out: &mut Scanned,
        go_on: &mut dyn FnMut() -> bool,
        behind: &mut dyn FnMut(u64),
    ) {
        let mut at = starts.start;
        while at < starts.end && out.matches.wants_more() && go_on() {
            let part = self.source.part(at);
            let end = part.end().min(starts.end);
            let next = match part {
                Part::Unreadable(_, reason) => {
                    push(&mut out.gaps, (at, end), reason);
                    end
                }
                Part::Zeros(_) if self.is_deep(at, part.end(), at) => {
                    let end = end.min(self.deep(at, part.end()).end);
                    self.pass_zeros(at.max(out.free)..end, out);
                    end
                }
                _ => {
                    let end = self.chunk_end(at, part, starts.end);
                    self.scan_chunk(at..end, out, go_on);
                    end
                }
            };
            behind(next - at);
            at = next;
        }
    }

    /// The starts that see nothing but zeros, of zeros from `start` up to `end`: all bytes that decide them are there.
    fn deep(&self, start: u64, end: u64) -> Range<u64> {
        let lead = self.pattern.lead() as u64;
        let reach = self.pattern.reach() as u64;
        // Before the first byte there is none, and before a hole something else.
        let first = if start > self.source.span().start() && self.is_zero(start - lead) {
            start
        } else {
            start + lead
        };
        first..(end + 1).saturating_sub(reach)
    }

    /// Whether the byte before a hole is one of its zeros, as the search came to the midst of it.
    fn is_zero(&self, at: u64) -> bool {
        self.pattern.lead() == 0 || matches!(self.source.part(at), Part::Zeros(_))
    }

    /// Whether `at` is one of enough starts that see nothing but zeros.
    fn is_deep(&self, start: u64, end: u64, at: u64) -> bool {
        let deep = self.deep(start, end);
        deep.contains(&at) && (deep.end - deep.start >= LEAST_HOLE.min(self.chunk))
    }

    /// Adds the matches in the midst of zeros.
    fn pass_zeros(&self, starts: Range<u64>, out: &mut Scanned) {
        if let Some(run) = self.pattern.in_zeros(starts.start, starts.end) {
            out.matches.add(run);
            if self.pattern.goes_on_behind_a_match() {
                out.free = run.end();
            }
        }
    }

    /// Where the chunk from `at` on ends, of which `part` is what begins there: at a multiple of the size of a chunk, at
    /// `end`, before what cannot be read, or in the midst of a hole, from where on nothing needs to be read.
    fn chunk_end(&self, at: u64, mut part: Part, end: u64) -> u64 {
        let end = (at - at % self.chunk).saturating_add(self.chunk).min(end);
        let mut start = at;
        loop {
            match part {
                Part::Unreadable(..) => return start,
                Part::Zeros(zeros_end) => {
                    let deep = self.deep(start, zeros_end);
                    let is_long = deep.end.saturating_sub(deep.start) >= LEAST_HOLE.min(self.chunk);
                    if is_long && deep.start > at && deep.start < end {
                        return deep.start;
                    }
                }
                Part::Data(_) => {}
            }
            start = part.end();
            if start >= end {
                return end;
            }
            part = self.source.part(start);
        }
    }

    /// Reads what decides the starts of a chunk, and adds the matches.
    fn scan_chunk(
        &mut self,
        starts: Range<u64>,
        out: &mut Scanned,
        go_on: &mut dyn FnMut() -> bool,
    ) {
        let span = self.source.span();
        let lead = self.pattern.lead() as u64;
        let from = starts.start.saturating_sub(lead).max(span.start());
        let reach = self.pattern.reach() as u64;
        let to = (starts.end - 1).saturating_add(reach).min(span.end());
        // The bytes stand in the buffer as they do in their pages.
        let shift = from % self.page;
        let base = from - shift;
        let index = |offset: u64| usize::try_from(offset - base).unwrap_or(usize::MAX);
        let window = &mut self.buffer[index(from)..index(to)];
        let gaps = self.source.read(from, window);
        let window = &*window;
        let kernel = self
            .kernel
            .get_or_insert_with(|| Kernel::new(self.pattern, window));
        let mut readable = from;
        let ends = gaps.iter().map(|gap| (gap.span.start(), gap.span.end()));
        for (end, after) in ends.chain([(to, to)]) {
            let first = starts.start.max(readable).max(out.free);
            let last = starts.end.min(end);
            if first < last {
                let at = |offset: u64| usize::try_from(offset - readable).unwrap_or(usize::MAX);
                let bytes = &self.buffer[index(readable)..index(end)];
                let places = at(first)..at(last);
                let free = kernel.scan(bytes, readable, places, &mut out.matches, go_on);
                out.free = readable + free as u64;
            }
            readable = after;
        }
        for gap in gaps {
            let inside = gap.span.start().max(starts.start)..gap.span.end().min(starts.end);
            push(&mut out.gaps, (inside.start, inside.end), gap.reason);
        }
    }
}
