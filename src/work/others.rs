//! The watcher of other processes that map a file or have it open: a thread of its own for each file that is watched.
//!
//! It owns when is looked: for who has the file once a second, in slices, and ten times a second at what those see, sixty
//! times a second for a moment after a change. The first look begins a moment after somebody wants to know, and each gives
//! way to a store. While nobody watches, it sleeps and remembers nothing. What it says is something else than what it said
//! before, else it says nothing. It must not know the window.
//!
//! No look waits for a file system, but one may wait for the kernel: what a process has does not come back while its memory
//! is held by a change that waits for storage, say. Then the thread is left behind with that one process, which is told to
//! be silent, and another thread goes on with the others; once the kernel has answered, the process is looked at again.
//! There are only so many such threads. Where no process is to blame, or they are used up, what was seen before stands
//! still, and who asks [`OthersWatcher::go_round`] learns what is waited for.

mod asked;
mod way;

pub use way::{Held, RightOfWay};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use asked::{Asked, Looker, Turn};

use crate::bytes::Span;
use crate::map::{
    FileKey, LOOK_PATIENCE, MOST_LEFT_BEHIND, Others, OthersFinder, OwnProcesses, Unavailable,
};
use crate::model::identity::Target;
use crate::model::others::{LookStuck, OthersEvent, OthersNews, OthersSeen};
use crate::os::thread::join_within;

/// How long the first look is put off: what follows an open is not to wait for it.
const FIRST_AFTER: Duration = Duration::from_millis(300);
/// How often it is looked who has the file.
const FIND_EVERY: Duration = Duration::from_secs(1);
/// How long that is done at a stretch before what was found is read and orders are heard.
const SLICE: Duration = Duration::from_millis(20);
/// How often those that were found are read.
const READ_EVERY: Duration = Duration::from_millis(100);
/// The same for a moment after something changed.
const READ_OFTEN: Duration = Duration::from_millis(16);
/// That moment.
const LIVELY: Duration = Duration::from_secs(2);
/// Looking takes at most one part in so many of a processor's time, however many processes there are.
const REST_FACTOR: u32 = 30;
/// The longest time between two looks all the same.
const REST_AT_MOST: Duration = Duration::from_secs(10);
/// How long the thread may take to end.
const STOP: Duration = Duration::from_millis(200);

/// Called from the watcher's thread.
pub type OthersSink = Arc<dyn Fn(OthersEvent) + Send + Sync>;

/// Which processes are this program's own, as it is known at the moment.
#[derive(Debug, Default)]
pub struct OwnList(Mutex<Vec<u32>>);

impl OwnList {
    /// These are, from now on. Never waits for a look.
    pub fn tell(&self, pids: Vec<u32>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = pids;
    }

    fn now(&self) -> Vec<u32> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// What is to be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OthersWish {
    /// For whom: what is said names it.
    pub target: Target,
    /// The bytes; those that map the first of them are told.
    pub span: Span,
}

/// The thread that watches. Dropping it ends the thread, unless the kernel holds it.
#[derive(Debug)]
pub struct OthersWatcher {
    plan: Plan,
    looker: Arc<Looker>,
    thread: Option<JoinHandle<()>>,
}

/// What each thread that looks is given.
#[derive(Clone)]
struct Plan {
    asked: Arc<Asked>,
    key: FileKey,
    program: PathBuf,
    own: Arc<OwnList>,
    way: Arc<RightOfWay>,
    report: OthersSink,
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plan")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl OthersWatcher {
    /// Starts the thread, named "others", for the file that the kernel calls `key`; it sleeps until something is to be
    /// watched. Processes of `program` that this process started are its own, and so are those in `own`. It waits for who
    /// has the right of way.
    ///
    /// # Errors
    ///
    /// What starting a thread reports.
    pub fn spawn(
        key: FileKey,
        program: &Path,
        own: Arc<OwnList>,
        way: Arc<RightOfWay>,
        report: OthersSink,
    ) -> io::Result<Self> {
        let plan = Plan {
            asked: Arc::default(),
            key,
            program: program.to_owned(),
            own,
            way,
            report,
        };
        let (looker, thread) = plan.start(None)?;
        Ok(Self {
            plan,
            looker,
            thread: Some(thread),
        })
    }

    /// Watches this from now on; `None` lets it rest. Never waits.
    pub fn watch(&self, wish: Option<OthersWish>) {
        self.plan.asked.wish(wish);
    }

    /// Has another thread go on without the process about which the kernel does not come back, if there is one, and tells
    /// what nobody can go round. Never waits.
    pub fn go_round(&mut self) -> Option<LookStuck> {
        let (pid, busy) = self.looker.looks_at()?;
        if busy < LOOK_PATIENCE {
            return None;
        }
        if pid != 0 && self.plan.asked.n_silent() < MOST_LEFT_BEHIND {
            // Where there is no further thread, it is tried again.
            if let Ok((looker, thread)) = self.plan.start(Some((&self.looker, pid))) {
                (self.looker, self.thread) = (looker, Some(thread));
                return None;
            }
        }
        Some(LookStuck {
            pid: (pid != 0).then_some(pid),
            seconds: busy.as_secs(),
        })
    }
}

impl Drop for OthersWatcher {
    fn drop(&mut self) {
        self.plan.asked.stop();
        if let Some(thread) = self.thread.take() {
            join_within(thread, STOP);
        }
    }
}

impl Plan {
    /// Starts a thread, in the place of one that waits for the kernel about a process.
    fn start(&self, instead: Option<(&Looker, u32)>) -> io::Result<(Arc<Looker>, JoinHandle<()>)> {
        let looker = Arc::new(Looker::new());
        let (plan, own) = (self.clone(), Arc::clone(&looker));
        let is_first = instead.is_none();
        let thread = thread::Builder::new()
            .name("others".to_owned())
            .spawn(move || plan.look(&own, is_first))?;
        if let Some((left, pid)) = instead {
            self.asked.leave_behind(left, pid);
        }
        Ok((looker, thread))
    }

    /// This process is about to be looked at; whether it may be.
    fn asks(&self, looker: &Looker, pid: u32) -> bool {
        self.way.wait();
        looker.asks(pid, &self.asked)
    }

    fn look(&self, looker: &Looker, is_first: bool) {
        let mut watching = (!is_first).then(|| Watching::new(self, false));
        loop {
            let due = watching.as_ref().map(Watching::due);
            match self.asked.next(looker, due) {
                Turn::Stop => break,
                Turn::Rest => watching = None,
                Turn::Watch { wish, is_new } => {
                    let watching = watching.get_or_insert_with(|| Watching::new(self, true));
                    watching.turn(wish, is_new, self, looker);
                }
            }
        }
        if let Some(pid) = looker.waited_for() {
            self.asked.answered(pid);
        }
    }
}

/// What is remembered while something is watched.
struct Watching {
    finder: Result<OthersFinder, Unavailable>,
    /// As they were last told.
    known_own: Vec<u32>,
    round: Round,
    next_read: Instant,
    lively_until: Instant,
    /// Nothing is read before a round is over: what another thread said still stands.
    is_patient: bool,
}

/// The rounds through all processes.
struct Round {
    /// When the last one began.
    last: Instant,
    next: Instant,
    is_under_way: bool,
    /// What the present one has taken.
    took: Duration,
    /// One is over.
    is_known: bool,
}

/// When to look again after a look that took so long.
fn rest_after(took: Duration, least: Duration) -> Duration {
    took.saturating_mul(REST_FACTOR).clamp(least, REST_AT_MOST)
}

impl Watching {
    /// As the first thread, or in the place of one that was left behind.
    fn new(plan: &Plan, is_first: bool) -> Self {
        let now = Instant::now();
        Self {
            finder: OthersFinder::new(plan.key.clone(), &plan.program),
            known_own: Vec::new(),
            round: Round {
                last: now,
                next: if is_first { now + FIRST_AFTER } else { now },
                is_under_way: false,
                took: Duration::ZERO,
                is_known: false,
            },
            next_read: now,
            lively_until: now,
            is_patient: !is_first,
        }
    }

    fn due(&self) -> Instant {
        match &self.finder {
            Ok(_) if self.round.is_under_way => Instant::now(),
            Ok(finder) if finder.has_found() => self.round.next.min(self.next_read),
            Ok(_) | Err(_) => self.round.next,
        }
    }

    fn turn(&mut self, wish: OthersWish, is_new: bool, plan: &Plan, looker: &Looker) {
        let news = match self.look(wish, is_new, plan, looker) {
            Ok(Some(mut found)) => {
                plan.asked.add_silent(&mut found, wish.span);
                let span = wish.span;
                OthersNews::Seen(Box::new(OthersSeen { span, found }))
            }
            Ok(None) => return,
            Err(why) => {
                self.round.next = Instant::now() + FIND_EVERY;
                self.round.is_under_way = false;
                OthersNews::Unavailable(why)
            }
        };
        // What a thread found that was left behind may be old by now.
        if let Some(is_first) = plan.asked.say(looker, &news) {
            if !is_first {
                self.lively_until = Instant::now() + LIVELY;
            }
            let target = wish.target;
            (plan.report)(OthersEvent { target, news });
        }
    }

    /// Does what is due; `None` where nothing was read.
    fn look(
        &mut self,
        wish: OthersWish,
        is_new: bool,
        plan: &Plan,
        looker: &Looker,
    ) -> Result<Option<Others>, Unavailable> {
        let finder = self.finder.as_mut().map_err(|why| *why)?;
        let own = plan.own.now();
        if own != self.known_own {
            finder.set_own(&OwnProcesses::new(own.clone()));
            self.known_own = own;
        }
        let is_over = self.round.go_on(finder, plan, looker)?;
        let now = Instant::now();
        let may = self.round.is_known || !self.is_patient;
        let is_due = is_over || (may && finder.has_found() && now >= self.next_read);
        let is_asked = is_new && self.round.is_known;
        if !is_due && !is_asked {
            return Ok(None);
        }
        let (found, took) =
            looker.busy(|| finder.read(wish.span, &mut |pid| plan.asks(looker, pid)));
        let every = if now < self.lively_until {
            READ_OFTEN
        } else {
            READ_EVERY
        };
        self.next_read = now + rest_after(took, every);
        Ok(Some(found))
    }
}

impl Round {
    /// Begins one where that is due, and goes on with it for a while. Returns whether one is over.
    fn go_on(
        &mut self,
        finder: &mut OthersFinder,
        plan: &Plan,
        looker: &Looker,
    ) -> Result<bool, Unavailable> {
        if !self.is_under_way {
            let now = Instant::now();
            if now < self.next {
                return Ok(false);
            }
            plan.way.wait();
            let (listed, took) = looker.busy(|| finder.begin());
            listed?;
            self.is_under_way = true;
            self.took = took;
            self.last = now;
        }
        let (is_over, took) = looker.busy(|| finder.step(SLICE, &mut |pid| plan.asks(looker, pid)));
        self.took += took;
        if is_over {
            self.is_under_way = false;
            // The first one looks at each process in full, which later ones do not.
            let is_first = !std::mem::replace(&mut self.is_known, true);
            let took = if is_first { Duration::ZERO } else { self.took };
            self.next = self.last + rest_after(took, FIND_EVERY);
        }
        Ok(is_over)
    }
}
