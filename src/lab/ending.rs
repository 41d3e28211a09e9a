//! How child processes and threads end: waiting for it with a limit, its cause in words, and what cannot be ended.
//!
//! It owns the names of signals and the thread that reaps a process that is stuck. It must not know what the process
//! was for.

use std::process::{Child, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A process that was killed and is not gone: it is stuck in the kernel, for example in a read from a file system
/// that does not answer. A thread of its own reaps it when it goes, also after this is dropped.
#[derive(Debug)]
pub struct Corpse(Option<Child>);

impl Corpse {
    pub(crate) fn new(child: Child) -> Self {
        Self(Some(child))
    }

    /// Whether the process is gone at last; it is reaped by this.
    pub fn is_gone(&mut self) -> bool {
        self.0
            .as_mut()
            .is_none_or(|child| gone_within(child, Duration::ZERO))
    }
}

impl Drop for Corpse {
    fn drop(&mut self) {
        if self.is_gone() {
            return;
        }
        if let Some(mut child) = self.0.take() {
            // Nobody joins it: it may wait for as long as the file system is silent. Where no thread can be started the
            // process is left to whoever reaps for this program.
            thread::Builder::new()
                .name("reaper".to_owned())
                .spawn(move || child.wait())
                .ok();
        }
    }
}

/// Whether `child` is gone before `limit` is over; it is reaped by this.
pub(crate) fn gone_within(child: &mut Child, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_micros(200);
    loop {
        // An error says that there is no such child: it is gone as well.
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

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

/// `signal 9 (SIGKILL)` or `exit code 1`.
pub(crate) fn describe_exit(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal} ({})", signal_name(signal));
    }
    status
        .code()
        .map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}

/// The name of a signal that ends a process, signal(7).
#[cfg(unix)]
fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGALRM => "SIGALRM",
        libc::SIGTERM => "SIGTERM",
        libc::SIGUSR1 => "SIGUSR1",
        libc::SIGUSR2 => "SIGUSR2",
        libc::SIGSYS => "SIGSYS",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        _ => "unnamed",
    }
}
