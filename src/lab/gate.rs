//! Lets the steps of a run go one at a time: one for each time that the person says so, or those that the person names.
//!
//! It owns the waiting. It must not know what a step is, nor who lets it go.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What a run waits at before each step. Nothing that is asked of it is lost, and nothing counts twice.
#[derive(Debug, Default)]
pub struct Gate {
    is_by_hand: bool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Steps that may go and did not yet.
    allowed: u64,
    /// All may.
    is_open: bool,
    /// The things that were named and not done yet.
    named: VecDeque<usize>,
}

impl Gate {
    /// One at which nothing goes by itself: the person names what is done, in any order.
    #[must_use]
    pub fn by_hand() -> Self {
        Self {
            is_by_hand: true,
            ..Self::default()
        }
    }

    /// The person names what is done.
    pub(super) fn is_by_hand(&self) -> bool {
        self.is_by_hand
    }

    /// This is to be done: its place in the list of things to do.
    pub fn name(&self, item: usize) {
        self.state().named.push_back(item);
        self.changed.notify_all();
    }

    /// Waits until something was named, and takes it; `None` once the run is `cancelled`.
    pub(super) fn named(&self, cancelled: &AtomicBool) -> Option<usize> {
        let mut state = self.state();
        while !cancelled.load(Ordering::Relaxed) {
            if let Some(item) = state.named.pop_front() {
                return Some(item);
            }
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Two plain values are never left half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One step more may go.
    pub fn step(&self) {
        let mut state = self.state();
        state.allowed = state.allowed.saturating_add(1);
        self.changed.notify_all();
    }

    /// All steps may go.
    pub fn open(&self) {
        self.state().is_open = true;
        self.changed.notify_all();
    }

    /// Whoever waits looks again whether the run was cancelled.
    pub fn wake(&self) {
        // The lock is taken so that nobody is between looking and waiting.
        drop(self.state());
        self.changed.notify_all();
    }

    /// The next step has to wait.
    pub(super) fn is_shut(&self) -> bool {
        let state = self.state();
        !state.is_open && state.allowed == 0
    }

    /// Waits until a step may go, or the run is `cancelled`.
    pub(super) fn pass(&self, cancelled: &AtomicBool) {
        let mut state = self.state();
        while !state.is_open && state.allowed == 0 && !cancelled.load(Ordering::Relaxed) {
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        state.allowed = state.allowed.saturating_sub(1);
    }
}
