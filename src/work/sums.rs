//! The engine of *Sums*: checksums, the histogram and the entropy of bytes, in one pass.
//!
//! It owns who reads and who sums when. It must not know jobs or the window: it runs in the thread that calls it, with
//! threads of its own, tells how far it is, and is stopped by the answer.
//!
//! # How
//!
//! Bytes are read a mebibyte at a time, a few pieces ahead, never through a mapping but for a view's private copies. Whoever
//! reads a piece counts its bytes and takes its CRC-32, so that this is done by all threads at once; the parts are put
//! together in order. The other checksums take one piece after the other, each by whichever thread is free: while one takes
//! MD5, the other one does all else. Holes are not read: their zeros are counted by arithmetic and summed from one buffer.
//! Memory does not grow with the file.
//!
//! It is no snapshot: what is stored meanwhile is summed or not, page by page.
//!
//! # What cannot be read
//!
//! It is passed over and listed, with the reason. There is no checksum then: it would be one of bytes that nobody has.

mod course;
mod crew;
mod piece;
mod totals;

use std::error::Error;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::bytes::digest::SumKind;
use crate::map::describe_errno;
use crate::model::sums::SumsReport;
use crate::os::thread::be_nice;
use crate::work::shown_bytes::Searched;

use crew::Crew;

/// How often it is asked whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// What to take, and how. What is taken depends on no chunk and no thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SumsOptions {
    /// The checksums.
    pub kinds: Vec<SumKind>,
    /// The histogram and the entropy too.
    pub counts: bool,
    /// Threads.
    pub threads: usize,
    /// Bytes that are read at a time.
    pub chunk: u64,
    /// Blocks along which entropy is told, at most; a block has whole pages of 4 KiB.
    pub most_blocks: u64,
    /// The threads give way to others.
    pub is_nice: bool,
}

impl Default for SumsOptions {
    fn default() -> Self {
        Self {
            kinds: SumKind::ALL.to_vec(),
            counts: true,
            threads: 2,
            chunk: 1 << 20,
            most_blocks: 1000,
            is_nice: true,
        }
    }
}

/// Why there are no sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumsError {
    /// There is no thread to take them with.
    NoThread {
        /// The error number, where the system gave one.
        errno: Option<i32>,
    },
    /// A thread ended before it was done.
    ThreadDied,
}

impl fmt::Display for SumsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoThread { errno: Some(errno) } => write!(
                f,
                "The sums have no thread to be taken in: {}; end other programs and compute again",
                describe_errno(*errno)
            ),
            Self::NoThread { errno: None } => {
                f.write_str("The sums have no thread to be taken in; compute again")
            }
            Self::ThreadDied => {
                f.write_str("The sums ended before they were done, by an error of this program")
            }
        }
    }
}

impl Error for SumsError {}

/// Sums all bytes of `source`.
///
/// `progress` is called at the beginning and then every 20 milliseconds, with what there is so far. Where it answers `Break`,
/// the sums end within some milliseconds, as long as the storage answers, and the report says so.
///
/// # Errors
/// [`SumsError`], one sentence. What cannot be read is no error but part of the report.
pub fn sum<S: Searched>(
    source: &S,
    options: &SumsOptions,
    progress: &mut dyn FnMut(SumsReport) -> ControlFlow<()>,
) -> Result<SumsReport, SumsError> {
    let crew = Crew::new(source, options);
    if progress(crew.so_far()).is_break() {
        crew.stop();
        return Ok(crew.into_report());
    }
    thread::scope(|scope| {
        // Nothing is sent: that all threads have ended is heard by the end of the channel.
        let (running, ended) = channel::<()>();
        let mut threads = Vec::new();
        let mut refused = None;
        for _ in 0..options.threads.max(1) {
            let running = running.clone();
            let crew = &crew;
            let work = move || {
                let _running = running;
                if options.is_nice {
                    be_nice();
                }
                crew.work();
            };
            let builder = thread::Builder::new().name("sums".to_owned());
            match builder.spawn_scoped(scope, work) {
                Ok(thread) => threads.push(thread),
                Err(error) => refused = Some(error.raw_os_error()),
            }
        }
        drop(running);
        if let (Some(errno), true) = (refused, threads.is_empty()) {
            return Err(SumsError::NoThread { errno });
        }
        let mut is_stopped = false;
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(ASK_EVERY) {
            if !is_stopped && progress(crew.so_far()).is_break() {
                is_stopped = true;
                crew.stop();
            }
        }
        let ends: Vec<_> = threads
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        if ends.iter().any(Result::is_err) {
            return Err(SumsError::ThreadDied);
        }
        Ok(())
    })?;
    Ok(crew.into_report())
}
