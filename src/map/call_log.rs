//! The log of the system calls that were made for the person, printed as strace(1) prints them.
//!
//! It owns the order, the bound and the form of the lines. It must not know what a call was made for.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::errno::{errno_name, errno_of, errno_text};

/// Records that are kept; older ones make room.
const KEPT_RECORDS: usize = 60;

/// What a call returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// A number: a count, a descriptor, 0 for success.
    Ok(i128),
    /// An address, printed in hexadecimal.
    Address(u64),
    /// The call failed with this error number.
    Err(i32),
}

impl fmt::Display for CallResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Ok(value) => write!(f, "{value}"),
            Self::Address(address) => write!(f, "{address:#x}"),
            Self::Err(errno) => write!(f, "-1 {} ({})", errno_name(errno), errno_text(errno)),
        }
    }
}

/// One call, with its arguments as strace prints them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// Counts all records of the log from 0, also those that made room for newer ones.
    pub seq: u64,
    /// Name of the call as the kernel knows it, such as `openat`.
    pub call: &'static str,
    /// The arguments without the parentheses.
    pub args: String,
    /// What it returned.
    pub result: CallResult,
    /// How long it took by the monotonic clock.
    pub took: Duration,
}

impl fmt::Display for CallRecord {
    /// As `strace -a 1` prints it: `msync(0x7f12a4c5d000, 62, MS_SYNC) = 0`. The duration is not part of the line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}) = {}", self.call, self.args, self.result)
    }
}

#[derive(Debug, Default)]
struct Ring {
    records: VecDeque<CallRecord>,
    next_seq: u64,
}

#[derive(Debug, Default)]
struct Shared {
    ring: Mutex<Ring>,
    painted_reads: AtomicU64,
}

/// The log. Clones share one list, which keeps the last 60 calls; it may be used from any thread.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    shared: Arc<Shared>,
}

impl CallLog {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The records that are kept, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<CallRecord> {
        self.ring().records.iter().cloned().collect()
    }

    /// How many calls were made to paint: reads of mappings and files and the upkeep of resident memory. They are
    /// counted and not listed, as there are many a second and the person asked for none of them.
    #[must_use]
    pub fn painted_reads(&self) -> u64 {
        self.shared.painted_reads.load(Ordering::Relaxed)
    }

    /// Counts one call made to paint.
    pub(crate) fn count_read(&self) {
        self.shared.painted_reads.fetch_add(1, Ordering::Relaxed);
    }

    /// Lists one call.
    pub(crate) fn record(
        &self,
        call: &'static str,
        args: String,
        result: CallResult,
        took: Duration,
    ) {
        let mut ring = self.ring();
        let seq = ring.next_seq;
        ring.next_seq += 1;
        if ring.records.len() == KEPT_RECORDS {
            ring.records.pop_front();
        }
        ring.records.push_back(CallRecord {
            seq,
            call,
            args,
            result,
            took,
        });
    }

    /// Makes a call, and lists it with its duration; `result_of` says what a success returned.
    pub(crate) fn run<T>(
        &self,
        call: &'static str,
        args: String,
        make: impl FnOnce() -> io::Result<T>,
        result_of: impl FnOnce(&T) -> CallResult,
    ) -> io::Result<T> {
        let start = Instant::now();
        let outcome = make();
        let took = start.elapsed();
        let result = match &outcome {
            Ok(value) => result_of(value),
            Err(error) => CallResult::Err(errno_of(error)),
        };
        self.record(call, args, result, took);
        outcome
    }

    /// A panic while the list was held leaves it whole: each change is one push.
    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.shared
            .ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
