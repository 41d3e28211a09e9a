//! Threads that end: waiting for one with a limit.
//!
//! It must not know what a thread is for.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Whether `thread` ends before `limit` is over.
pub(crate) fn finished_within(thread: &JoinHandle<()>, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while !thread.is_finished() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_micros(200));
    }
    true
}

/// Joins `thread` if it ends before `limit` is over. Else it goes on by itself: it is stuck in the kernel.
pub(crate) fn join_within(thread: JoinHandle<()>, limit: Duration) {
    if finished_within(&thread, limit) {
        // An error is a panic, which has been printed already.
        thread.join().ok();
    }
}
