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

/// Lets the calling thread give way to others: nice 10, setpriority(2), on Linux. Elsewhere it would be the whole process,
/// and nothing is done.
pub(crate) fn be_nice() {
    // A refusal leaves a thread that is as quick as others.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}
