//! The processes that a person added to the witnesses: one thread starts them, asks them what they see, and passes on
//! what they are told to do.
//!
//! It owns when each is asked. It must not know the window or the list that is shown. A process that is stopped keeps
//! no other one from being asked: nobody waits for an answer, each is taken when it is there.

mod process;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::model::peers::{AddedId, AddedNews, AddedOrder, AddedSignal};
use crate::os::thread::join_within;
use crate::peer::PeerProcess;
use crate::work::witness::{MAX_WATCHED_BYTES, WitnessTarget};

use process::{AddedProcess, Job};

/// How many orders may wait.
const ORDERS_WAITING: usize = 64;
/// Between two reads of a byte that is watched.
const POLL: Duration = Duration::from_millis(100);
/// Between two looks for an answer that is due.
const SOON: Duration = Duration::from_millis(2);
/// The same, for one that is late.
const LATER: Duration = Duration::from_millis(50);
/// How long a process may take to fork.
const FORK: Duration = Duration::from_secs(1);
/// How long the thread may take to end.
const STOP: Duration = Duration::from_secs(3);

/// What the thread is told.
#[derive(Debug)]
enum Order {
    Attach(Arc<WitnessTarget>),
    Watch(Option<Span>),
    Added(AddedOrder),
}

/// The thread and its processes. Dropping it ends all of them.
#[derive(Debug)]
pub struct AddedWorker {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl AddedWorker {
    /// Starts the thread; `program` is what is run as `program peer`, and `report` hears of every change.
    ///
    /// # Errors
    /// Where the system gives no further thread.
    pub fn spawn(
        program: &Path,
        report: impl Fn(AddedId, AddedNews) + Send + 'static,
    ) -> io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_WAITING);
        let mut pool = Pool {
            program: program.to_owned(),
            report: Box::new(report),
            target: None,
            watch: None,
            added: Vec::new(),
            forks: Vec::new(),
        };
        let thread = thread::Builder::new()
            .name("added".to_owned())
            .spawn(move || pool.run(&inbox))?;
        Ok(Self {
            orders: Some(orders),
            thread: Some(thread),
        })
    }

    /// They are to map `target` in place of what they mapped before, each anew.
    pub fn attach(&self, target: WitnessTarget) {
        let _ = self.send(Order::Attach(Arc::new(target)));
    }

    /// Report what they read there, whenever it changes; the first 16 bytes of it.
    pub fn watch(&self, span: Option<Span>) {
        let span = span.and_then(|span| {
            Span::at(span.start(), span.len().min(MAX_WATCHED_BYTES))
                .filter(|span| !span.is_empty())
        });
        let _ = self.send(Order::Watch(span));
    }

    /// Something with one of them. `false` where so much waits already that it is not taken.
    #[must_use]
    pub fn order(&self, order: AddedOrder) -> bool {
        self.send(Order::Added(order))
    }

    fn send(&self, order: Order) -> bool {
        self.orders
            .as_ref()
            .is_some_and(|orders| orders.try_send(order).is_ok())
    }
}

impl Drop for AddedWorker {
    fn drop(&mut self) {
        self.orders = None; // the thread ends when nobody can tell it anything any more
        if let Some(thread) = self.thread.take() {
            join_within(thread, STOP);
        }
    }
}

/// What the thread keeps.
struct Pool {
    program: PathBuf,
    report: Box<dyn Fn(AddedId, AddedNews) + Send>,
    target: Option<Arc<WitnessTarget>>,
    watch: Option<Span>,
    /// Parents before their children.
    added: Vec<AddedProcess>,
    /// Parent and child of each fork that waits until the parent has mapped the file, for the child to inherit that.
    forks: Vec<(AddedId, AddedId)>,
}

impl Pool {
    fn run(&mut self, inbox: &Receiver<Order>) {
        let mut pause = POLL;
        loop {
            match inbox.recv_timeout(pause) {
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            pause = self.turn();
        }
        // Children first, so that each parent can reap its own.
        while let Some(added) = self.added.pop() {
            self.end(added);
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Attach(target) => {
                self.target = Some(target);
                for added in &mut self.added {
                    added.map_anew();
                }
            }
            Order::Watch(span) => self.watch = span,
            Order::Added(order) => self.obey_for_one(order),
        }
    }

    fn obey_for_one(&mut self, order: AddedOrder) {
        match order {
            AddedOrder::Start(id, kind) => {
                let label = label(id);
                match PeerProcess::spawn(&self.program, &label) {
                    Ok(process) => {
                        (self.report)(id, AddedNews::Runs(process.pid()));
                        self.added.push(AddedProcess::new(id, kind, process));
                    }
                    Err(error) => {
                        let how = format!("it cannot be started: {error}");
                        (self.report)(id, AddedNews::Ended(how));
                    }
                }
            }
            AddedOrder::Fork(parent, child) => self.forks.push((parent, child)),
            AddedOrder::Store { id, offset, bytes } => {
                let taken = self
                    .find(id)
                    .is_some_and(|added| added.queue(Job::Store { offset, bytes }));
                if !taken {
                    let note = "Not written: it is gone, or does not answer".to_owned();
                    (self.report)(id, AddedNews::Note(note));
                }
            }
            AddedOrder::Signal(id, signal) => {
                let Some(added) = self.find(id) else { return };
                let news = match added.signal(signal) {
                    Ok(()) if signal == AddedSignal::Kill => return, // its end is found out
                    Ok(()) => AddedNews::Stopped(signal == AddedSignal::Stop),
                    Err(error) => AddedNews::Note(format!("It cannot be signalled: {error}")),
                };
                (self.report)(id, news);
            }
            AddedOrder::End(id) => {
                if let Some(at) = self.added.iter().position(|added| added.id == id) {
                    let added = self.added.remove(at);
                    self.end(added);
                }
            }
        }
    }

    fn find(&mut self, id: AddedId) -> Option<&mut AddedProcess> {
        self.added.iter_mut().find(|added| added.id == id)
    }

    fn fork(&mut self, parent: AddedId, child: AddedId) {
        let forked = match self.find(parent) {
            Some(added) => added.fork(child, FORK),
            None => Err("its parent is gone".to_owned()),
        };
        match forked {
            Ok(added) => {
                (self.report)(child, AddedNews::Runs(added.pid()));
                self.added.push(added);
            }
            Err(why) => (self.report)(child, AddedNews::Ended(format!("not forked: {why}"))),
        }
    }

    /// Ends a process, and has its parent reap it where it was forked.
    fn end(&mut self, mut added: AddedProcess) {
        let (pid, parent) = (added.pid(), added.parent);
        added.end();
        if let Some(parent) = parent.and_then(|parent| self.find(parent)) {
            parent.queue(Job::Reap {
                child: added.id,
                pid,
            });
        }
    }

    /// Does for each process what is due, and says when something is due again.
    fn turn(&mut self) -> Duration {
        for (parent, child) in std::mem::take(&mut self.forks) {
            let has_target = self.target.is_some();
            match self.find(parent) {
                Some(added) if has_target && !added.has_mapped() => {
                    self.forks.push((parent, child));
                }
                _ => self.fork(parent, child),
            }
        }
        let now = Instant::now();
        let mut pause = POLL;
        let mut reaps = Vec::new();
        for added in &mut self.added {
            let told = added.turn(now, self.target.as_deref(), self.watch);
            for (id, news) in told.news {
                (self.report)(id, news);
            }
            if told.ended
                && let Some(parent) = added.parent
            {
                let (child, pid) = (added.id, added.pid());
                reaps.push((parent, Job::Reap { child, pid }));
            }
            pause = pause.min(match told.asked {
                None => told.due.unwrap_or(POLL),
                Some(since) if now.duration_since(since) < LATER => SOON,
                Some(_) => LATER,
            });
        }
        for (parent, job) in reaps {
            if let Some(parent) = self.find(parent) {
                parent.queue(job);
                pause = SOON;
            }
        }
        pause
    }
}

fn label(id: AddedId) -> String {
    format!("process {}", id.0)
}
