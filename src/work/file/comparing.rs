//! The file against a view: what the file holds beside the private copies in sight, and a thread a view that compares all
//! of them, for a search or to count.
//!
//! Nothing is read where there is no private copy, and nothing through the mapping but copies: no page state that is shown
//! changes. The thread may wait for its storage as long as it will: a newer search is then kept in its place, so there is
//! never more than one thread a view.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::map::{Mapping, Mode, OpenFile, PageState, Readout};
use crate::model::Heading;
use crate::model::differences::{CopiesBy, Differences, Found};
use crate::model::event::{Event, FileEvent, FileNews};
use crate::model::identity::{OrderId, Target};
use crate::work::differences::{Nearest, find, list};

use super::waits::Waits;
use super::{Board, EventSink};

/// All copies are compared no more often than this,
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// nor more often than leaves this many times as long to others as it took.
const REST: u32 = 20;
/// Runs that are told one by one, and bytes that are compared, when all differences are counted.
const MOST: (usize, u64) = (1 << 16, 1 << 30);
/// A search that takes longer is said to be under way.
const SLOW: Duration = Duration::from_millis(300);

/// What a view's comparing thread is asked, and what it told.
#[derive(Default)]
pub(super) struct Comparer(Arc<Mutex<State>>);

#[derive(Default)]
pub(super) struct State {
    search: Option<Job>,
    count: Option<Job>,
    pub(super) is_running: bool,
    /// Stops what runs.
    stop: Arc<AtomicBool>,
    /// The search that is under way, since when, and that it takes long was said.
    searching: Option<(OrderId, Instant, bool)>,
    /// What was last told.
    pub(super) told: Option<(Target, Differences)>,
    /// How often something was stored or given back, and how often when what was last told was begun: where that is
    /// another number it is told once more, though it be the same.
    changes: u64,
    told_at: u64,
    pub(super) next_count: Option<Instant>,
}

/// What is to be compared.
pub(super) struct Job {
    pub(super) target: Target,
    /// The search; `None` to count.
    pub(super) search: Option<(OrderId, u64, Heading)>,
    pub(super) stop: Arc<AtomicBool>,
    /// Where it is noted that it waits for storage.
    pub(super) waits: Arc<Waits>,
    pub(super) file: Arc<OpenFile>,
    pub(super) mapping: Arc<RwLock<Mapping>>,
    /// Pages that stores made copies of: where the kernel lists none.
    pub(super) own: Vec<Span>,
    pub(super) report: EventSink,
    pub(super) board: Arc<Board>,
}

impl Comparer {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was stored, or given back: what all differences come to is told anew.
    pub(super) fn forget(&self) {
        self.state().changes += 1;
    }

    /// A search that has begun to take long; each once.
    pub(super) fn slow_search(&self) -> Option<OrderId> {
        let mut state = self.state();
        let (number, since, said) = state.searching.as_mut()?;
        let is_news = !*said && since.elapsed() >= SLOW;
        *said |= is_news;
        is_news.then_some(*number)
    }

    /// Has the thread do this next; a search comes before a count, and in the place of an older one.
    pub(super) fn submit(&self, job: Job) {
        let mut state = self.state();
        let replaced = match job.search {
            Some((number, ..)) => {
                state.stop.store(true, Ordering::Relaxed); // a count is made later
                state.searching = Some((number, Instant::now(), false));
                state.search.replace(job)
            }
            None => state.count.replace(job),
        };
        let mut failed = None;
        if !state.is_running {
            let shared = Arc::clone(&self.0);
            let spawned = std::thread::Builder::new()
                .name("compare".to_owned())
                .spawn(move || run(&shared));
            match spawned {
                Ok(_) => state.is_running = true,
                Err(error) => failed = state.search.take().map(|job| (job, error)),
            }
        }
        drop(state);
        if let Some(job) = replaced {
            job.answer(Found::Stopped);
        }
        if let Some((job, error)) = failed {
            job.answer(Found::Failed(format!("no thread for it: {error}")));
        }
    }
}

impl Drop for Comparer {
    /// The view is closed.
    fn drop(&mut self) {
        let mut state = self.state();
        state.stop.store(true, Ordering::Relaxed);
        (state.search, state.count) = (None, None);
    }
}

/// The thread: does what there is to do, and ends.
fn run(shared: &Mutex<State>) {
    crate::os::thread::be_nice();
    let state = || shared.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let (job, changes) = {
            let mut state = state();
            let next = state.search.take();
            let Some(job) = next.or_else(|| state.count.take()) else {
                state.is_running = false;
                return;
            };
            state.stop = Arc::clone(&job.stop);
            (job, state.changes)
        };
        let begun = Instant::now();
        if let Some((number, from, heading)) = job.search {
            let found = job.find(from, heading);
            state().searching.take_if(|(known, ..)| *known == number);
            job.answer(found);
            continue;
        }
        let counted = job.count();
        let mut state = state();
        let rest = match counted {
            Some(_) => COUNT_EVERY.max(begun.elapsed().saturating_mul(REST)),
            None => Duration::ZERO,
        };
        state.next_count = Some(Instant::now() + rest);
        let Some(counted) = counted else { continue };
        let news = Some((job.target, counted.clone()));
        if state.told_at != changes || news != state.told {
            (state.told, state.told_at) = (news, changes);
            drop(state);
            job.say(None, FileNews::Compared(counted));
        }
    }
}

impl Job {
    fn say(&self, number: Option<OrderId>, news: FileNews) {
        (self.report)(Event::File(FileEvent {
            target: self.target,
            number,
            news,
        }));
    }

    fn answer(&self, found: Found) {
        let Some((number, ..)) = self.search else {
            return;
        };
        let mut jobs = self
            .board
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|job| job.number != number);
        drop(jobs);
        self.say(Some(number), FileNews::Found(found));
    }

    /// The private copies, how they are known, and what the mapping covers.
    fn copies(&self) -> (Vec<Span>, CopiesBy, Span) {
        let mapping = read(&self.mapping);
        match mapping.private_copies(usize::MAX) {
            Ok(copies) => (copies, CopiesBy::Kernel, mapping.span()),
            Err(_) => (self.own.clone(), CopiesBy::OwnStores, mapping.span()),
        }
    }

    fn find(&self, from: u64, heading: Heading) -> Found {
        let (copies, by, extent) = self.copies();
        match find(&copies, extent, from, heading, &mut |chunk| {
            let compared = self.compare(chunk);
            self.waits.answered();
            compared
        }) {
            ControlFlow::Continue(Some(Nearest { offset, wrapped })) => {
                Found::At { offset, wrapped }
            }
            ControlFlow::Continue(None) => Found::Nothing(by),
            ControlFlow::Break(()) => Found::Stopped,
        }
    }

    /// `None` where it was stopped.
    fn count(&self) -> Option<Differences> {
        let (copies, _, extent) = self.copies();
        match list(&copies, extent, MOST, &mut |chunk| self.compare(chunk)) {
            ControlFlow::Continue((runs, is_whole)) => Some(Differences { runs, is_whole }),
            ControlFlow::Break(()) => None,
        }
    }

    /// The view's copies are read first, and the lock given back: mapping anew does not wait for the storage.
    fn compare(&self, chunk: Span) -> ControlFlow<(), Vec<Span>> {
        if self.stop.load(Ordering::Relaxed) || self.board.is_closed() {
            return ControlFlow::Break(());
        }
        let shown = {
            let mapping = read(&self.mapping);
            // what was given back meanwhile is not brought in
            let is_copied = match mapping.page_states(chunk) {
                Ok(states) => states.iter().copied().any(is_copy),
                Err(_) => true,
            };
            is_copied.then(|| mapping.read(chunk, &self.file))
        };
        ControlFlow::Continue(match shown {
            Some(shown) => shown.differing_from(&self.file.pread(chunk)),
            None => Vec::new(),
        })
    }
}

fn read(mapping: &RwLock<Mapping>) -> std::sync::RwLockReadGuard<'_, Mapping> {
    mapping.read().unwrap_or_else(PoisonError::into_inner)
}

fn is_copy(state: PageState) -> bool {
    matches!(state, PageState::PrivateCopy | PageState::Swapped)
}

/// What the file holds beside the private copies in `span`, a readout for each run of them. `pages` are the states of its
/// pages; where the system does not tell them, those in `own` are copies.
pub(super) fn file_beside(
    mapping: &Mapping,
    file: &OpenFile,
    span: Span,
    pages: &Result<Vec<PageState>, String>,
    own: &BTreeSet<u64>,
) -> Vec<Readout> {
    let (Mode::Private, Some(inside)) = (mapping.mode(), span.intersect(mapping.span())) else {
        return Vec::new();
    };
    let page_bytes = mapping.page_bytes();
    let first = span.pages(page_bytes).start;
    let is_own = |page: &u64| match pages {
        Ok(states) => {
            let index = usize::try_from(page - first).unwrap_or(usize::MAX);
            states.get(index).copied().is_some_and(is_copy)
        }
        Err(_) => own.contains(page),
    };
    let copies: Vec<u64> = inside.pages(page_bytes).filter(is_own).collect();
    spans_of(&copies, page_bytes)
        .into_iter()
        .filter_map(|copies| copies.intersect(inside))
        .map(|part| file.pread(part))
        .collect()
}

/// Ascending pages as spans, neighbors as one.
pub(super) fn spans_of(pages: &[u64], page_bytes: u64) -> Vec<Span> {
    let runs = pages.chunk_by(|left, right| left + 1 == *right);
    let spans = runs.filter_map(|run| {
        let end = run.last()?.saturating_add(1).saturating_mul(page_bytes);
        Span::new(run.first()?.saturating_mul(page_bytes), end)
    });
    spans.collect()
}
