//! The other processes that map the open files: the built-in ones and those that a person adds, of all files.
//!
//! It owns the processes, what each was told and has not answered, and when each is asked. It must not know the window,
//! nor decide which processes there are. One thread starts all of them, as a process dies with the thread that started it
//! (`PR_SET_PDEATHSIG`, prctl(2)), and waits for none: whatever a process does not answer, the others go on.
//!
//! What a process is to store in its file is written down first, by the worker of that file: this thread does not wait for it.
//!
//! An order is for one mapping in one generation of one file. Where that is gone it comes back; it is never carried out
//! elsewhere, and no process ever maps another file than the one it was started for.

mod copies;
mod mailbox;
mod member;
mod member_end;
mod member_jobs;
mod member_store;
mod member_talk;
mod orders;
mod pool;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::model::identity::DocId;
use crate::model::process::{PeerEvent, PeerOrder};
use crate::os::thread::join_within;
use crate::peer::protocol::MAX_READ_BYTES;

use super::store_log::StoreLog;
use mailbox::Mailbox;
use pool::Pool;

/// The most bytes that are read of a file at a time.
pub const MOST_WATCHED_BYTES: u64 = MAX_READ_BYTES;
/// How many orders may wait for the thread.
pub const ORDERS_WAITING: usize = 256;
/// How many orders may wait for one process.
pub const JOBS_WAITING: usize = 32;

/// How long the thread may take to end. A process takes less, also one that has to be killed.
const STOP: Duration = Duration::from_secs(2);

/// The thread and its processes. Dropping it ends all of them; what was not carried out comes back first.
#[derive(Debug)]
pub struct PeerPool {
    mailbox: Arc<Mailbox>,
    thread: Option<JoinHandle<()>>,
}

impl PeerPool {
    /// Starts the thread; `program` is what is run as `program peer`. `report` hears of everything, on that thread: it must
    /// not wait.
    ///
    /// # Errors
    ///
    /// Where the system gives no further thread.
    pub fn spawn(program: &Path, report: impl Fn(PeerEvent) + Send + 'static) -> io::Result<Self> {
        let mailbox = Arc::new(Mailbox::default());
        let pool = Pool::new(program.to_owned(), Arc::clone(&mailbox), Box::new(report));
        let thread = thread::Builder::new()
            .name("peers".to_owned())
            .spawn(move || pool.run())?;
        Ok(Self {
            mailbox,
            thread: Some(thread),
        })
    }

    /// Takes an order; never waits. What came of it is reported.
    ///
    /// # Errors
    ///
    /// The order itself, where [`ORDERS_WAITING`] wait already or the pool ends: nothing is done, and nothing reported.
    /// [`PeerOrder::File`], [`PeerOrder::Grow`], [`PeerOrder::Watch`], [`PeerOrder::Close`] and [`PeerOrder::End`] always
    /// find room while it runs.
    pub fn order(&self, order: PeerOrder) -> Result<(), PeerOrder> {
        self.mailbox.put(order)
    }

    /// From now on what a process is about to store in this file is written down by `log` before it is told to. Known before
    /// the orders that follow.
    pub fn keep(&self, doc: DocId, log: StoreLog) {
        self.mailbox.keep(doc, log);
    }

    /// Has the pool end, without waiting for it. Dropping it waits, two seconds at most.
    pub fn stop(&self) {
        self.mailbox.stop();
    }
}

impl Drop for PeerPool {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            join_within(thread, STOP);
        }
    }
}
