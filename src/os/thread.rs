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

/// The processor's time that the calling thread has taken, where the system tells it without unsafe code.
#[cfg(target_os = "linux")]
pub(crate) fn cpu_time() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok()
}

/// The same elsewhere.
#[cfg(not(target_os = "linux"))]
pub(crate) fn cpu_time() -> Option<Duration> {
    None
}

/// Lets the calling thread give way to others: nice 10, setpriority(2), on Linux. Elsewhere it would be the whole process,
/// and nothing is done.
pub(crate) fn be_nice() {
    // A refusal leaves a thread that is as quick as others.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}
