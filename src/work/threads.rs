//! Several threads that do one piece of work together, for whoever goes through all bytes: a search, sums.
//!
//! It owns that they begin, that it is asked meanwhile whether to go on, and what is told where they fail. It must not know
//! what they do.

use std::error::Error;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::map::describe_errno;
use crate::os::thread::be_nice;

/// How often it is asked whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// Why a piece of work came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadsError {
    /// There is no thread to do it in.
    NoThread {
        /// The error number, where the system gave one.
        errno: Option<i32>,
    },
    /// A thread ended before it was done.
    ThreadDied,
}

impl fmt::Display for ThreadsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoThread { errno: Some(errno) } => write!(
                f,
                "There is no thread to do this in: {}; end other programs and try again",
                describe_errno(*errno)
            ),
            Self::NoThread { errno: None } => {
                f.write_str("There is no thread to do this in; try again")
            }
            Self::ThreadDied => {
                f.write_str("A thread ended before it was done, by an error of this program")
            }
        }
    }
}

impl Error for ThreadsError {}

/// How many threads work, and as what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threads {
    /// What other programs see of them.
    pub(super) name: &'static str,
    /// How many; fewer work where the system refuses some.
    pub(super) n: usize,
    /// They give way to others.
    pub(super) is_nice: bool,
}

impl Threads {
    /// Has all of them do `work` until each is done. `ask` is called at the beginning and then every 20 milliseconds; where it
    /// answers `Break`, `stop` is called, once, and so is the answer of this.
    ///
    /// # Errors
    /// [`ThreadsError`], one sentence.
    pub(super) fn run(
        self,
        work: &(dyn Fn() + Sync),
        ask: &mut dyn FnMut() -> ControlFlow<()>,
        stop: &dyn Fn(),
    ) -> Result<ControlFlow<()>, ThreadsError> {
        if ask().is_break() {
            stop();
            return Ok(ControlFlow::Break(()));
        }
        thread::scope(|scope| {
            // Nothing is sent: that all threads have ended is heard by the end of the channel.
            let (running, ended) = channel::<()>();
            let mut threads = Vec::new();
            let mut refused = None;
            for _ in 0..self.n.max(1) {
                let running = running.clone();
                let work = move || {
                    let _running = running;
                    if self.is_nice {
                        be_nice();
                    }
                    work();
                };
                let builder = thread::Builder::new().name(self.name.to_owned());
                match builder.spawn_scoped(scope, work) {
                    Ok(thread) => threads.push(thread),
                    Err(error) => refused = Some(error.raw_os_error()),
                }
            }
            drop(running);
            if let (Some(errno), true) = (refused, threads.is_empty()) {
                return Err(ThreadsError::NoThread { errno });
            }
            let mut flow = ControlFlow::Continue(());
            while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(ASK_EVERY) {
                if flow.is_continue() && ask().is_break() {
                    flow = ControlFlow::Break(());
                    stop();
                }
            }
            let ends: Vec<_> = threads
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect();
            if ends.iter().any(Result::is_err) {
                return Err(ThreadsError::ThreadDied);
            }
            Ok(flow)
        })
    }
}

/// Stops the others where a thread ends by a panic.
pub(super) struct StopOnPanic<'a>(pub(super) &'a AtomicBool);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
