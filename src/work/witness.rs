//! The witnesses in other processes: two peers with mappings of their own, asked what they see ten times a second.
//!
//! It owns when the peers run, what they are asked, and what is worth a report. It must not know the window or the
//! main mapping; a report goes to a closure.
//!
//! Each peer has a thread of its own, so that one that is stopped does not keep the other from being asked. The thread
//! starts the peer and lives as long, because a peer dies with the thread that started it.

mod lane;
mod orders;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::bytes::answer::Cell;
use crate::bytes::span::Span;
use crate::map::Identity;
use crate::os::thread::join_within;
use crate::peer::protocol::{MapAccess, MapMode, Open, ReadAnswer};
use crate::peer::wire::PeerPage;

use lane::Lane;
use orders::{Orders, Store};

/// The most bytes that can be watched at once.
pub const MAX_WATCHED_BYTES: u64 = 16;

/// How long the threads may take to end. A peer takes less, also one that has to be killed.
const STOP: Duration = Duration::from_secs(3);

/// Which of the two peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WitnessId {
    /// A process with a shared mapping.
    SharedPeer,
    /// A process with a private mapping. It keeps its private copies as long as it lives.
    PrivatePeer,
}

impl WitnessId {
    /// Both, in the order of the window.
    pub const ALL: [Self; 2] = [Self::SharedPeer, Self::PrivatePeer];

    fn label(self) -> &'static str {
        match self {
            Self::SharedPeer => "shared peer",
            Self::PrivatePeer => "private peer",
        }
    }
}

/// The file that the peers map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessTarget {
    /// A path that leads to the very file that is open here, such as `/proc/PID/fd/N`.
    pub via: OsString,
    /// The file's own path, for a system without such paths.
    pub path: OsString,
    /// What makes it the same file.
    pub identity: Identity,
    /// Which bytes of it are mapped.
    pub extent: Span,
    /// Whether the shared peer may be asked to store. The private one always may.
    pub writable: bool,
}

impl WitnessTarget {
    /// The request that has a peer map it.
    pub(super) fn open(&self, mode: MapMode, access: MapAccess) -> Open {
        Open {
            via: self.via.clone(),
            path: self.path.clone(),
            dev: self.identity.dev,
            ino: self.identity.ino,
            mode,
            access,
            start: self.extent.start(),
            end: self.extent.end(),
            whole: false,
        }
    }
}

/// What a peer read at `span`, byte by byte, and what backs the pages.
pub(super) fn cells_of(span: Span, answer: ReadAnswer) -> (Vec<Cell>, Vec<PeerPage>) {
    let ReadAnswer { bytes, gaps, pages } = answer;
    let cell = |(at, byte): (u64, u8)| match gaps.iter().find(|gap| gap.start <= at && at < gap.end)
    {
        Some(gap) => Cell::Unreadable(Cow::Owned(gap.reason.to_string())),
        None => Cell::Byte(byte),
    };
    let cells = (span.start()..).zip(bytes).map(cell).collect();
    (cells, pages)
}

/// What one peer has to say, at a moment that differs from the one reported before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessReport {
    /// Which peer.
    pub id: WitnessId,
    /// What about it.
    pub state: WitnessState,
}

/// What a peer sees, did, or why it does neither. All messages are full sentences without a final period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessState {
    /// It is being started.
    Starting,
    /// What it reads.
    Reading {
        /// Number of its process.
        pid: u32,
        /// The bytes that were asked for.
        span: Span,
        /// One for each byte of `span`.
        cells: Vec<Cell>,
        /// What backs each page that `span` touches, in order; mostly one.
        pages: Vec<PeerPage>,
    },
    /// It stored what it was asked to. A `Reading` follows while a span is watched.
    Stored {
        /// Offset in the file of the first byte.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
    /// It did not store what it was asked to.
    StoreRefused {
        /// Why.
        message: String,
    },
    /// It ended, or gave no answer and was ended.
    Died {
        /// How.
        message: String,
        /// Whether another one is started in its place, now or soon.
        restarting: bool,
    },
    /// It has no mapping, or cannot be started; another attempt is made now and then.
    Unavailable {
        /// Why.
        message: String,
    },
}

/// The two peers and the threads that ask them. Dropping it ends both.
///
/// No peer runs before something is watched or stored. No method waits for one.
#[derive(Debug)]
pub struct WitnessWorker {
    lanes: Vec<(WitnessId, Arc<Orders>, JoinHandle<()>)>,
}

impl WitnessWorker {
    /// Starts the threads; `program` is what is run as `program peer`, and `report` hears of every change.
    ///
    /// # Errors
    ///
    /// What starting a thread reports.
    pub fn spawn(
        program: &Path,
        report: impl Fn(WitnessReport) + Send + 'static,
    ) -> io::Result<Self> {
        let report = Arc::new(Mutex::new(report));
        // Filled one by one: where the second thread cannot be started, the drop ends the first.
        let mut worker = Self { lanes: Vec::new() };
        for id in WitnessId::ALL {
            let orders = Arc::new(Orders::default());
            let lane = Lane::new(
                id,
                program.to_owned(),
                Arc::clone(&orders),
                Arc::clone(&report),
            );
            // A thread's name has at most 15 bytes on Linux.
            let name = match id {
                WitnessId::SharedPeer => "witness shared",
                WitnessId::PrivatePeer => "witness private",
            };
            let thread = thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || lane.run())?;
            worker.lanes.push((id, orders, thread));
        }
        Ok(worker)
    }

    /// The peers are to map `target`, in place of what they mapped before: a file that was opened, replaced or remapped.
    /// Their private copies are gone with the old mapping.
    pub fn attach(&self, target: WitnessTarget) {
        let target = Arc::new(target);
        for (_, orders, _) in &self.lanes {
            orders.attach(Some(Arc::clone(&target)));
        }
    }

    /// There is no file any more. The peers end.
    pub fn detach(&self) {
        for (_, orders, _) in &self.lanes {
            orders.attach(None);
        }
    }

    /// Report what the peers read at `span`, now and whenever it changes. The latest call counts.
    ///
    /// Of a longer span the first [`MAX_WATCHED_BYTES`] are watched. `None`, or an empty span: nobody looks; the peers
    /// are not asked any more, and keep their mappings; a report that is on its way may still come.
    pub fn watch(&self, span: Option<Span>) {
        let span = span.and_then(|span| {
            Span::at(span.start(), span.len().min(MAX_WATCHED_BYTES))
                .filter(|span| !span.is_empty())
        });
        for (_, orders, _) in &self.lanes {
            orders.watch(span);
        }
    }

    /// Have the peer `id` store `bytes` at `offset` through its own mapping. `Stored` or `StoreRefused` is reported, in
    /// the order of the calls.
    ///
    /// `false` where so many stores wait already that this one is not taken.
    #[must_use]
    pub fn store(&self, id: WitnessId, offset: u64, bytes: &[u8]) -> bool {
        self.lanes
            .iter()
            .filter(|(lane, ..)| *lane == id)
            .any(|(_, orders, _)| {
                orders.store(Store {
                    offset,
                    bytes: bytes.to_vec(),
                })
            })
    }
}

impl Drop for WitnessWorker {
    fn drop(&mut self) {
        for (_, orders, _) in &self.lanes {
            orders.stop();
        }
        for (_, _, thread) in self.lanes.drain(..) {
            join_within(thread, STOP);
        }
    }
}
