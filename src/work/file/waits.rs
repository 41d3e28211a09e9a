//! Whether a job waits for storage: a call is under way, and none has come back for how long.
//!
//! It owns the note that the job makes and the window reads, neither waiting for the other. It must not know what is read.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::map::Gap;
use crate::work::shown_bytes::{Part, Searched};

/// The note of one job, by as many threads as it has.
#[derive(Debug)]
pub(super) struct Waits {
    began: Instant,
    /// Calls that are under way.
    n_calls: AtomicU32,
    /// When the first of them began or one came back, in milliseconds of `began`.
    since: AtomicU64,
}

impl Waits {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            n_calls: AtomicU32::new(0),
            since: AtomicU64::new(0),
        }
    }

    /// Makes calls on a storage that may not answer.
    pub(super) fn during<T>(&self, calls: impl FnOnce() -> T) -> T {
        self.asked();
        let answer = calls();
        self.n_calls.fetch_sub(1, Ordering::Relaxed);
        self.answered();
        answer
    }

    /// A call is under way from now on: of a job that does nothing but wait for calls, to its end.
    pub(super) fn asked(&self) {
        self.answered();
        self.n_calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Of the calls that are under way, one has come back.
    pub(super) fn answered(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.since.store(now, Ordering::Relaxed);
    }

    /// How long the storage has not answered; zero while nothing is asked of it.
    pub(super) fn so_far(&self) -> Duration {
        if self.n_calls.load(Ordering::Relaxed) == 0 {
            return Duration::ZERO;
        }
        let since = Duration::from_millis(self.since.load(Ordering::Relaxed));
        self.began.elapsed().saturating_sub(since)
    }
}

/// Bytes whose readers note it when they wait.
pub(super) struct Noted<'a, S>(pub(super) S, pub(super) &'a Waits);

impl<S: Searched> Searched for Noted<'_, S> {
    fn span(&self) -> Span {
        self.0.span()
    }

    fn part(&self, at: u64) -> Part {
        self.1.during(|| self.0.part(at))
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        self.1.during(|| self.0.read(at, into))
    }
}
