//! The walk over a view's private copies that finds where the file holds something else.
//!
//! It owns the order of the walk and what a difference is: a run of neighboring bytes, as long as can be. It must not know
//! how a stretch is compared, nor threads: it asks for each stretch, and is stopped by the answer.

use std::ops::ControlFlow;

use crate::bytes::Span;
use crate::model::Heading;

/// Bytes that are compared at once.
pub const CHUNK_BYTES: u64 = 64 << 10;

/// Compares a stretch: where it differs, ascending and as long as can be. `Break` ends the walk.
pub type Compare<'a> = dyn FnMut(Span) -> ControlFlow<(), Vec<Span>> + 'a;

/// Where a difference begins that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// File offset.
    pub offset: u64,
    /// It lies beyond the end towards which was looked.
    pub wrapped: bool,
}

/// The nearest difference that begins behind `from`, or before it, in `copies`, which are ascending and apart; past the end of
/// `extent` it goes on from the other end. `Break` where `compare` said so.
pub fn find(
    copies: &[Span],
    extent: Span,
    from: u64,
    heading: Heading,
    compare: &mut Compare<'_>,
) -> ControlFlow<(), Option<Nearest>> {
    let from = from.clamp(extent.start(), extent.end());
    let behind = from.saturating_add(1).min(extent.end());
    let (first, rest) = match heading {
        Heading::Next => ((from, extent.end()), (extent.start(), behind)),
        Heading::Previous => ((extent.start(), from), (from, extent.end())),
    };
    for ((start, end), wrapped) in [(first, false), (rest, true)] {
        let inside = within(copies, start, end);
        let found = match heading {
            Heading::Next => {
                // what begins at the cursor itself, or before, is where one is already
                let least = if wrapped { start } else { behind };
                first_start(&inside, least, compare)?
            }
            Heading::Previous => last_start(&inside, compare)?,
        };
        if let Some(offset) = found {
            return ControlFlow::Continue(Some(Nearest { offset, wrapped }));
        }
    }
    ControlFlow::Continue(None)
}

/// All runs in `copies`, at most `most_runs` and from at most `most_bytes` that are compared, and whether that is all.
pub fn list(
    copies: &[Span],
    extent: Span,
    (most_runs, most_bytes): (usize, u64),
    compare: &mut Compare<'_>,
) -> ControlFlow<(), (Vec<Span>, bool)> {
    let (mut runs, mut n_bytes) = (Vec::<Span>::new(), 0);
    for chunk in within(copies, extent.start(), extent.end())
        .iter()
        .flat_map(|copy| chunks(*copy))
    {
        if n_bytes >= most_bytes || runs.len() > most_runs {
            runs.truncate(most_runs);
            return ControlFlow::Continue((runs, false));
        }
        n_bytes += chunk.len();
        for run in compare(chunk)? {
            match runs.last_mut() {
                Some(last) if last.end() == run.start() => *last = last.hull(run),
                _ => runs.push(run),
            }
        }
    }
    let is_whole = runs.len() <= most_runs;
    runs.truncate(most_runs);
    ControlFlow::Continue((runs, is_whole))
}

fn within(copies: &[Span], start: u64, end: u64) -> Vec<Span> {
    let Some(part) = Span::new(start, end) else {
        return Vec::new();
    };
    let inside = copies.iter().filter_map(|copy| copy.intersect(part));
    inside.collect()
}

/// A stretch in pieces, ascending.
fn chunks(copy: Span) -> impl DoubleEndedIterator<Item = Span> {
    let n_chunks = copy.len().div_ceil(CHUNK_BYTES);
    (0..n_chunks).filter_map(move |index| {
        let start = copy.start() + index * CHUNK_BYTES;
        Span::new(start, copy.end().min(start.saturating_add(CHUNK_BYTES)))
    })
}

/// The first run that begins at `least` or behind.
fn first_start(
    inside: &[Span],
    least: u64,
    compare: &mut Compare<'_>,
) -> ControlFlow<(), Option<u64>> {
    let mut before = None; // where the last run ended
    for chunk in inside.iter().flat_map(|copy| chunks(*copy)) {
        for run in compare(chunk)? {
            let begins = before != Some(run.start());
            if begins && run.start() >= least {
                return ControlFlow::Continue(Some(run.start()));
            }
            before = Some(run.end());
        }
    }
    ControlFlow::Continue(None)
}

/// The last run that begins.
fn last_start(inside: &[Span], compare: &mut Compare<'_>) -> ControlFlow<(), Option<u64>> {
    let mut begins = None; // where a run begins, unless it goes on before
    for chunk in inside.iter().rev().flat_map(|copy| chunks(*copy).rev()) {
        let last = compare(chunk)?.last().copied();
        if begins.is_some() && last.map(Span::end) != begins {
            break;
        }
        let Some(last) = last else { continue };
        begins = Some(last.start());
        if last.start() > chunk.start() {
            break;
        }
    }
    ControlFlow::Continue(begins)
}
