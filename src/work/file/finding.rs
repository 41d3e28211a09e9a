//! Searches in what a view shows, and looks at what they found: jobs of a file's worker.
//!
//! It must not know how a pattern is found, nor what becomes of its matches.

use std::ops::Range;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use crate::bytes::Span;
use crate::bytes::find::{Kernel, MatchRun, Pattern};
use crate::map::{Gap, Mapping, OpenFile};
use crate::model::event::FileNews;
use crate::model::find::{
    FindNews, FindReport, FindRequest, FoundMatches, HEAD_BYTES, LISTED, MatchBytes, NoMatch,
};
use crate::model::identity::OrderId;
use crate::work::find::{self, FindOptions, Searched, SearchedFile};

use super::jobs::Teller;
use super::serve::Worker;
use super::waits::Noted;

/// A search that takes longer tells how far it is.
const SLOW: Duration = Duration::from_millis(300);
/// Matches so near to each other are read at once,
const NEAR: u64 = 4096;
/// in stretches about so long.
const STRETCH: u64 = 64 << 10;

impl Worker {
    /// Starts a thread that searches.
    pub(super) fn find(&self, index: usize, number: OrderId, request: FindRequest) {
        let failed = |error| {
            let why = format!("no thread to search with: {error}");
            FileNews::Find(FindNews::Searched(Err(why)))
        };
        self.start_job((index, number), "search", failed, move |shown, teller| {
            teller.wait(SLOW);
            FileNews::Find(FindNews::Searched(search(shown, &request, teller)))
        });
    }

    /// Starts a thread that reads matches once more.
    pub(super) fn read_matches(
        &self,
        index: usize,
        number: OrderId,
        request: FindRequest,
        runs: Vec<MatchRun>,
    ) {
        let failed = |error| {
            let why = format!("no thread to read the matches with: {error}");
            FileNews::Find(FindNews::NotRead(why))
        };
        self.start_job((index, number), "matches", failed, move |shown, teller| {
            let waits = Arc::clone(&teller.waits);
            let source = Noted(source(shown, &request), &waits);
            let read = read_again(&source, &request.pattern, &runs, teller);
            FileNews::Find(FindNews::Read(read))
        });
    }
}

fn source<'a>(
    (file, mapping): (&'a OpenFile, &'a RwLock<Mapping>),
    request: &FindRequest,
) -> SearchedFile<'a> {
    let shown = SearchedFile::of_view(file, mapping);
    match request.span {
        Some(span) => shown.within(span),
        None => shown,
    }
}

fn search(
    shown: (&OpenFile, &RwLock<Mapping>),
    request: &FindRequest,
    teller: &mut Teller,
) -> Result<(FindReport, Vec<MatchBytes>), String> {
    let waits = Arc::clone(&teller.waits);
    let source = Noted(source(shown, request), &waits);
    let options = FindOptions::default();
    let (pattern, goal) = (&request.pattern, request.goal);
    let report = find::find(&source, pattern, goal, &options, &mut |progress| {
        teller.tell(progress.done, progress.total)
    });
    let report = report.map_err(|error| error.to_string())?;
    let heads = match &report.found {
        FoundMatches::All(list) => heads(&source, &list.runs, teller),
        FoundMatches::Nearest(_) => Vec::new(),
    };
    Ok((report, heads))
}

/// The first matches with their first bytes.
fn heads(source: &impl Searched, runs: &[MatchRun], teller: &Teller) -> Vec<MatchBytes> {
    let mut heads = Vec::new();
    for stretch in stretches(
        each(runs).take(LISTED),
        (0, HEAD_BYTES as u64),
        source.span(),
    ) {
        if teller.is_stopped() {
            break;
        }
        let (bytes, gaps) = stretch.read(source);
        for found in &stretch.matches {
            let end = found.end.min(found.start + HEAD_BYTES as u64);
            let gap = gaps.iter().find(|gap| overlaps(gap, &(found.start..end)));
            let end = gap.map_or(end, |gap| gap.span.start().max(found.start));
            let head = bytes.get(stretch.index(found.start)..stretch.index(end));
            heads.extend(Span::new(found.start, found.end).map(|span| MatchBytes {
                span,
                bytes: head.unwrap_or_default().to_vec(),
            }));
        }
    }
    heads
}

/// The bytes of matches, each of which stands there still.
fn read_again(
    source: &impl Searched,
    pattern: &Pattern,
    runs: &[MatchRun],
    teller: &Teller,
) -> Result<Vec<MatchBytes>, NoMatch> {
    let whole = source.span();
    let is_outside = |run: &&MatchRun| run.start < whole.start() || run.end() > whole.end();
    if let Some(run) = runs.iter().find(is_outside) {
        return Err(NoMatch::Outside(run.start));
    }
    let mut read = Vec::new();
    let mut kernel = None;
    let around = (pattern.lead() as u64, pattern.reach() as u64);
    for stretch in stretches(each(runs), around, whole) {
        if teller.is_stopped() {
            return Err(NoMatch::Stopped);
        }
        let (bytes, gaps) = stretch.read(source);
        let kernel = kernel.get_or_insert_with(|| Kernel::new(pattern, &bytes));
        for found in &stretch.matches {
            if let Some(gap) = gaps.iter().find(|gap| overlaps(gap, found)) {
                return Err(NoMatch::Unread(found.start, gap.reason));
            }
            // what cannot be read is an end of the text
            let from = gaps.iter().map(|gap| gap.span.end());
            let from = from.filter(|end| *end <= found.start).max();
            let to = gaps.iter().map(|gap| gap.span.start());
            let to = to.filter(|start| *start >= found.end).min();
            let from = stretch.index(from.unwrap_or(stretch.from));
            let to = stretch.index(to.unwrap_or(stretch.to));
            let within = stretch.index(found.start)..stretch.index(found.end);
            let text = bytes.get(from..to).unwrap_or_default();
            let changed = NoMatch::Changed(found.start);
            if !kernel.is_match(text, within.start - from..within.end - from) {
                return Err(changed);
            }
            read.push(MatchBytes {
                span: Span::new(found.start, found.end).ok_or(changed)?,
                bytes: bytes.get(within).ok_or(changed)?.to_vec(),
            });
        }
    }
    Ok(read)
}

fn overlaps(gap: &Gap, found: &Range<u64>) -> bool {
    gap.span.start() < found.end && found.start < gap.span.end()
}

fn each(runs: &[MatchRun]) -> impl Iterator<Item = Range<u64>> {
    runs.iter().flat_map(|run| {
        let len = run.len;
        run.starts().map(move |start| start..start + len)
    })
}

/// Matches that are read at once, with what is around them.
struct Stretch {
    from: u64,
    to: u64,
    matches: Vec<Range<u64>>,
}

impl Stretch {
    fn index(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.from)).unwrap_or(usize::MAX)
    }

    fn read(&self, source: &impl Searched) -> (Vec<u8>, Vec<Gap>) {
        let mut bytes = vec![0; self.index(self.to)];
        let gaps = source.read(self.from, &mut bytes);
        (bytes, gaps)
    }
}

/// Ascending matches in stretches, each with `lead` bytes before its matches and at least `reach` from their starts on, as far
/// as `whole` has them.
fn stretches(
    matches: impl Iterator<Item = Range<u64>>,
    (lead, reach): (u64, u64),
    whole: Span,
) -> impl Iterator<Item = Stretch> {
    let inside = move |found: &Range<u64>| whole.start() <= found.start && found.end <= whole.end();
    let mut matches = matches.filter(inside).peekable();
    std::iter::from_fn(move || {
        let behind = |found: &Range<u64>| {
            let end = found.start.saturating_add(reach);
            end.max(found.end).min(whole.end())
        };
        let first = matches.next()?;
        let from = first.start.saturating_sub(lead).max(whole.start());
        let mut stretch = Stretch {
            from,
            to: behind(&first),
            matches: vec![first],
        };
        while let Some(next) = matches.next_if(|next| {
            next.start <= stretch.to.saturating_add(NEAR)
                && next.end <= from.saturating_add(STRETCH)
        }) {
            stretch.to = stretch.to.max(behind(&next));
            stretch.matches.push(next);
        }
        Some(stretch)
    })
}
