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

use std::ops::ControlFlow;

use crate::bytes::digest::SumKind;
use crate::model::sums::SumsReport;
use crate::work::shown_bytes::Searched;
use crate::work::threads::{Threads, ThreadsError};

use crew::Crew;

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

/// Sums all bytes of `source`.
///
/// `progress` is called at the beginning and then every 20 milliseconds, with what there is so far. Where it answers `Break`,
/// the sums end within some milliseconds, as long as the storage answers, and the report says so.
///
/// # Errors
/// [`ThreadsError`], one sentence. What cannot be read is no error but part of the report.
pub fn sum<S: Searched>(
    source: &S,
    options: &SumsOptions,
    progress: &mut dyn FnMut(SumsReport) -> ControlFlow<()>,
) -> Result<SumsReport, ThreadsError> {
    let crew = Crew::new(source, options);
    let threads = Threads {
        name: "sums",
        n: options.threads,
        is_nice: options.is_nice,
    };
    let ask = &mut || progress(crew.so_far());
    // Whether they were stopped the report says.
    let _ = threads.run(&|| crew.work(), ask, &|| crew.stop())?;
    Ok(crew.into_report())
}
