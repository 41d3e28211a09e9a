//! The worker of one open file: a thread that owns the descriptor and the mappings and answers orders.
//!
//! The window makes no call on a file or a mapping, not even fstat: a file system that hangs would hang it. Everything
//! goes through here, and where the storage does not answer, this thread waits alone. An order names its mapping and the
//! generation that was meant; both are compared here, where it is carried out, and each order is answered once.

mod asked;
mod comparing;
mod counting;
mod facts;
mod finding;
mod jobs;
mod logging;
mod others;
mod pasted_file;
mod patch;
mod process_stores;
mod serve;
mod storing;
mod summing;
mod views;
mod waits;
mod watcher;
mod witnesses;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::map::CallLog;
use crate::model::effect::{FileOrder, OpenRequest};
use crate::model::event::Event;
use crate::model::identity::{DocId, MappingId, OrderId};
use crate::model::process::PeerFile;

use super::logbook::Logbook;
use super::others::{OwnList, RightOfWay};
use super::store_log::{StoreLog, store_log};
use jobs::Running;
use serve::Worker;

/// Orders that may wait. More wait only where the storage does not answer.
const QUEUED_ORDERS: usize = 64;

/// How long the worker is waited for when its file is closed; after that it is left to its storage.
const GOODBYE: Duration = Duration::from_millis(300);

/// Reports what happened; called from the worker's threads.
pub type EventSink = Arc<dyn Fn(Event) + Send + Sync>;

/// What the window and the worker both see without waiting for each other.
#[derive(Debug, Default)]
struct Board {
    /// When the order in work began, in milliseconds of `start`, plus one; 0 while idle.
    busy_since: AtomicU64,
    /// The file is closed: what is still queued is not carried out.
    closed: AtomicBool,
    /// It is closed in good order: what becomes of its edits is decided.
    decided: AtomicBool,
    peer_file: Mutex<Option<PeerFile>>,
    /// The processes of this program that map the file.
    own: Arc<OwnList>,
    /// What the worker is told to do goes before looks at other programs.
    way: Arc<RightOfWay>,
    /// The jobs that run.
    jobs: Mutex<Vec<Running>>,
    /// Jobs that were stopped when they did not run, the latest: as many as can wait. They end as they begin.
    unwanted: Mutex<Vec<OrderId>>,
}

/// What the worker is sent.
#[derive(Debug)]
enum Sent {
    Order(FileOrder),
    /// There is something to hear from the pool of processes.
    OfProcesses,
}

/// The handle that the window holds on an open file.
#[derive(Debug)]
pub struct FileWorker {
    /// The only one: the worker ends when it goes.
    orders: Option<Arc<SyncSender<Sent>>>,
    stores: StoreLog,
    thread: Option<JoinHandle<()>>,
    board: Arc<Board>,
    start: Instant,
    /// `None` for a scratch file.
    path: Option<PathBuf>,
}

impl FileWorker {
    /// Starts a worker that opens and maps what `request` says, the file under the name `doc` and its mapping under
    /// `mapping`; it reports [`Event::Opened`] or [`Event::OpenFailed`] and, after a failure, ends.
    ///
    /// `program` is what is run as `program keep` for a scratch file.
    ///
    /// # Errors
    /// Where the system gives no further thread.
    pub fn open(
        doc: DocId,
        mapping: MappingId,
        request: OpenRequest,
        program: PathBuf,
        report: EventSink,
    ) -> std::io::Result<Self> {
        let nowhere = Logbook::new(|_| ());
        Self::open_with(doc, mapping, request, program, &nowhere, report)
    }

    /// The same, with edits written down in `logbook` before they are stored.
    ///
    /// # Errors
    /// As [`FileWorker::open`].
    pub fn open_with(
        doc: DocId,
        mapping: MappingId,
        request: OpenRequest,
        program: PathBuf,
        logbook: &Logbook,
        report: EventSink,
    ) -> std::io::Result<Self> {
        let journal = logbook.of_file();
        let (orders, inbox) = sync_channel(QUEUED_ORDERS);
        let orders = Arc::new(orders);
        let sender = Arc::downgrade(&orders);
        let (stores, words) = store_log(move || {
            if let Some(orders) = sender.upgrade() {
                // where it is full, it is heard after the next order
                let _ = orders.try_send(Sent::OfProcesses);
            }
        });
        let board = Arc::new(Board::default());
        let start = Instant::now();
        let path = request.path.clone();
        let thread = std::thread::Builder::new().name("file".to_owned()).spawn({
            let board = Arc::clone(&board);
            move || {
                board.busy(start);
                let names = (doc, mapping);
                let kept = (journal, words);
                let opened = Worker::open(names, &request, &CallLog::new(), kept, &board, &report);
                board.idle();
                match opened {
                    Ok(mut worker) => worker.run(&inbox, start, &program),
                    Err(message) => report(Event::OpenFailed(doc, message)),
                }
            }
        })?;
        Ok(Self {
            orders: Some(orders),
            stores,
            thread: Some(thread),
            board,
            start,
            path,
        })
    }

    /// Hands an order over.
    ///
    /// # Errors
    /// The order, where it cannot be taken because the storage has not answered for long, or the worker has ended.
    pub fn send(&self, order: FileOrder) -> Result<(), FileOrder> {
        let Some(orders) = &self.orders else {
            return Err(order);
        };
        match orders.try_send(Sent::Order(order)) {
            Err(
                TrySendError::Full(Sent::Order(order))
                | TrySendError::Disconnected(Sent::Order(order)),
            ) => Err(order),
            _ => Ok(()),
        }
    }

    /// What processes that map the file have their stores written down with.
    #[must_use]
    pub fn store_log(&self) -> StoreLog {
        self.stores.clone()
    }

    /// Stops a job, whatever the worker itself waits for.
    pub fn cancel(&self, number: OrderId) {
        let jobs = self
            .board
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = jobs.iter().find(|job| job.number == number) {
            job.stop.store(true, Ordering::Relaxed);
            return;
        }
        drop(jobs);
        // it may still wait for the worker
        let unwanted = self.board.unwanted.lock();
        let mut unwanted = unwanted.unwrap_or_else(PoisonError::into_inner);
        if unwanted.len() == QUEUED_ORDERS {
            unwanted.remove(0);
        }
        unwanted.push(number);
    }

    /// The jobs that run, each with how long its storage has not answered; zero while it does.
    #[must_use]
    pub fn jobs(&self) -> Vec<(OrderId, Duration)> {
        let jobs = self
            .board
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let jobs = jobs.iter().map(|job| (job.number, job.waits.so_far()));
        jobs.collect()
    }

    /// How long the order in work has been going on; zero while idle.
    #[must_use]
    pub fn busy_for(&self) -> Duration {
        match self.board.busy_since.load(Ordering::Relaxed).checked_sub(1) {
            Some(since) => self
                .start
                .elapsed()
                .saturating_sub(Duration::from_millis(since)),
            None => Duration::ZERO,
        }
    }

    /// These processes are this program's own, from now on: they are no other programs that map the file. Never waits.
    pub fn tell_own(&self, pids: Vec<u32>) {
        self.board.own.tell(pids);
    }

    /// What a process needs in order to map the same file; `None` until it is open.
    #[must_use]
    pub fn peer_file(&self) -> Option<PeerFile> {
        self.board
            .peer_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The file that it was asked to open; `None` for a scratch file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// As [`FileWorker::close`], and the worker ends. Its thread comes back, which is not waited for: it ends when its
    /// storage has answered what is under way.
    #[must_use]
    pub fn leave(mut self) -> Option<JoinHandle<()>> {
        self.close();
        drop(self.orders.take());
        self.thread.take()
    }

    /// What becomes of the file's edits is decided: the journal has nothing to offer of it once it is closed.
    pub fn decided(&self) {
        self.board.decided.store(true, Ordering::Relaxed);
    }

    /// What is queued is not carried out any more, and jobs stop. Does not wait.
    pub fn close(&self) {
        self.board.closed.store(true, Ordering::Relaxed);
        let jobs = self
            .board
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for job in jobs.iter() {
            job.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for FileWorker {
    fn drop(&mut self) {
        self.close();
        drop(self.orders.take()); // the worker ends when nobody can ask any more
        let Some(thread) = self.thread.take() else {
            return;
        };
        // else: it waits for storage that does not answer; nothing can be done but to leave it behind
        crate::os::thread::join_within(thread, GOODBYE);
    }
}

impl Board {
    fn busy(&self, start: Instant) {
        let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.busy_since.store(millis + 1, Ordering::Relaxed);
    }

    fn idle(&self) {
        self.busy_since.store(0, Ordering::Relaxed);
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}
