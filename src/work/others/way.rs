//! Who goes first: a thread that stores, before one that looks.
//!
//! Two threads that run share the page tables of this process, so each page that the one copies interrupts the other's
//! processor, and a store of many pages takes twice as long and more. It must not know what either of them does.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest time that one hold is waited for: then it is storage that is waited for, and not a store.
const MOST_HELD: Duration = Duration::from_millis(250);

/// The right of way.
#[derive(Debug, Default)]
pub struct RightOfWay {
    /// Since when somebody has it.
    since: Mutex<Option<Instant>>,
    free: Condvar,
}

/// The right of way, had until this is dropped.
#[derive(Debug)]
pub struct Held<'a>(&'a RightOfWay);

impl RightOfWay {
    /// Takes it. Who looks waits from now on, for a quarter of a second at most. Never waits itself.
    #[must_use]
    pub fn hold(&self) -> Held<'_> {
        self.set(Some(Instant::now()));
        Held(self)
    }

    /// Waits until nobody has it, or one has had it for a quarter of a second.
    pub fn wait(&self) {
        let from = Instant::now();
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(begin) = *since {
            // One that is taken again and again is waited for no longer either.
            let left = MOST_HELD.saturating_sub(begin.min(from).elapsed());
            if left.is_zero() {
                return;
            }
            let waited = self.free.wait_timeout(since, left);
            since = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn set(&self, since: Option<Instant>) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.set(None);
        self.0.free.notify_all();
    }
}
