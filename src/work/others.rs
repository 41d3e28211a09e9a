//! The watcher of other processes that map a file or have it open: a thread of its own for each file that is watched.
//!
//! It owns when is looked: for who has the file once a second, in slices, and ten times a second at what those see, sixty
//! times a second for a moment after a change. While nobody watches, it sleeps and remembers nothing. What it says is
//! something else than what it said before, else it says nothing. It must not know the window.
//!
//! No look waits for a file system, but one may wait for the kernel: the list of mappings of a process that hangs in the
//! middle of a change of its memory does not come back. Then this thread waits, and nobody else; what was seen before
//! stands still, and who asks [`OthersWatcher::stuck`] learns which process it is. One thread for each look would let the
//! others go on, at the price of as many threads as looks that hang; such a process hangs the system's own tools as well.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::bytes::Span;
use crate::map::{FileKey, OthersFinder, OwnProcesses, Unavailable};
use crate::model::identity::Target;
use crate::model::others::{LookStuck, OthersEvent, OthersNews, OthersSeen};
use crate::os::thread::{cpu_time, join_within};

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
/// After how long a look is said not to come back.
const PATIENCE: Duration = Duration::from_secs(2);
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
    asked: Arc<Asked>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Asked {
    slot: Mutex<Slot>,
    news: Condvar,
    start: Instant,
    /// When the look under way began, in milliseconds of `start`, plus one; 0 while there is none.
    busy_since: AtomicU64,
    /// The process that is looked at; 0 where they are listed.
    at: AtomicU32,
}

#[derive(Debug, Default)]
struct Slot {
    wish: Option<OthersWish>,
    is_new: bool,
    stop: bool,
}

/// What the thread does next.
enum Turn {
    Stop,
    Rest,
    Watch { wish: OthersWish, is_new: bool },
}

impl OthersWatcher {
    /// Starts the thread, named "others", for the file that the kernel calls `key`; it sleeps until something is to be
    /// watched. Processes of `program` that this process started are its own, and so are those in `own`.
    ///
    /// # Errors
    ///
    /// What starting a thread reports.
    pub fn spawn(
        key: FileKey,
        program: &Path,
        own: Arc<OwnList>,
        report: OthersSink,
    ) -> io::Result<Self> {
        let asked = Arc::new(Asked {
            slot: Mutex::default(),
            news: Condvar::new(),
            start: Instant::now(),
            busy_since: AtomicU64::new(0),
            at: AtomicU32::new(0),
        });
        let orders = Arc::clone(&asked);
        let program = program.to_owned();
        let thread = thread::Builder::new()
            .name("others".to_owned())
            .spawn(move || {
                let mut watching = None;
                loop {
                    let due = watching.as_ref().map(Watching::due);
                    match orders.next(due) {
                        Turn::Stop => return,
                        Turn::Rest => watching = None,
                        Turn::Watch { wish, is_new } => {
                            let watching =
                                watching.get_or_insert_with(|| Watching::new(&key, &program, &own));
                            watching.turn(wish, is_new, &orders, &report);
                        }
                    }
                }
            })?;
        Ok(Self {
            asked,
            thread: Some(thread),
        })
    }

    /// Watches this from now on; `None` lets it rest. Never waits.
    pub fn watch(&self, wish: Option<OthersWish>) {
        let mut slot = self.asked.slot();
        slot.wish = wish;
        slot.is_new = true;
        self.asked.news.notify_one();
    }

    /// A look does not come back: for how long already, and at whom. Never waits.
    #[must_use]
    pub fn stuck(&self) -> Option<LookStuck> {
        let since = self
            .asked
            .busy_since
            .load(Ordering::Relaxed)
            .checked_sub(1)?;
        let busy = self.asked.start.elapsed();
        let busy = busy.saturating_sub(Duration::from_millis(since));
        let at = self.asked.at.load(Ordering::Relaxed);
        (busy >= PATIENCE).then(|| LookStuck {
            pid: (at != 0).then_some(at),
            seconds: busy.as_secs(),
        })
    }
}

impl Drop for OthersWatcher {
    fn drop(&mut self) {
        self.asked.slot().stop = true;
        self.asked.news.notify_one();
        if let Some(thread) = self.thread.take() {
            join_within(thread, STOP);
        }
    }
}

impl Asked {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for an order, or until `due` while something is watched.
    fn next(&self, due: Option<Instant>) -> Turn {
        let mut slot = self.slot();
        loop {
            if slot.stop {
                return Turn::Stop;
            }
            let is_new = std::mem::take(&mut slot.is_new);
            let now = Instant::now();
            let due = due.unwrap_or(now);
            slot = match slot.wish {
                None if is_new => return Turn::Rest,
                Some(wish) if is_new || now >= due => return Turn::Watch { wish, is_new },
                None => self.news.wait(slot).unwrap_or_else(PoisonError::into_inner),
                Some(_) => {
                    let waited = self.news.wait_timeout(slot, due - now);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Does what may not come back; returns the processor's time that it took as well, which is what it may cost.
    fn busy<T>(&self, look: impl FnOnce(&mut dyn FnMut(u32)) -> T) -> (T, Duration) {
        let begin = (Instant::now(), cpu_time());
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.at.store(0, Ordering::Relaxed);
        self.busy_since.store(millis + 1, Ordering::Relaxed);
        let result = look(&mut |pid| self.at.store(pid, Ordering::Relaxed));
        self.busy_since.store(0, Ordering::Relaxed);
        let took = match (begin.1, cpu_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => begin.0.elapsed(),
        };
        (result, took)
    }
}

/// What is remembered while something is watched.
struct Watching {
    finder: Result<OthersFinder, Unavailable>,
    own: Arc<OwnList>,
    /// As they were last told.
    known_own: Vec<u32>,
    round: Round,
    next_read: Instant,
    lively_until: Instant,
    said: Option<OthersNews>,
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
    fn new(key: &FileKey, program: &Path, own: &Arc<OwnList>) -> Self {
        let now = Instant::now();
        Self {
            finder: OthersFinder::new(key.clone(), program),
            own: Arc::clone(own),
            known_own: Vec::new(),
            round: Round {
                last: now,
                next: now,
                is_under_way: false,
                took: Duration::ZERO,
                is_known: false,
            },
            next_read: now,
            lively_until: now,
            said: None,
        }
    }

    fn due(&self) -> Instant {
        match &self.finder {
            Ok(_) if self.round.is_under_way => Instant::now(),
            Ok(finder) if finder.has_found() => self.round.next.min(self.next_read),
            Ok(_) | Err(_) => self.round.next,
        }
    }

    fn turn(&mut self, wish: OthersWish, is_new: bool, asked: &Asked, report: &OthersSink) {
        if is_new {
            self.said = None;
        }
        match self.look(wish, is_new, asked) {
            Ok(Some(seen)) => {
                let seen = OthersSeen {
                    span: wish.span,
                    found: seen,
                };
                let is_said = |said: &OthersNews| {
                    matches!(said, OthersNews::Seen(said)
                        if said.span == seen.span && said.found.is_shown_as(&seen.found))
                };
                if !self.said.as_ref().is_some_and(is_said) {
                    if self.said.is_some() {
                        self.lively_until = Instant::now() + LIVELY;
                    }
                    self.say(wish.target, OthersNews::Seen(Box::new(seen)), report);
                }
            }
            Ok(None) => {}
            Err(why) => {
                self.round.next = Instant::now() + FIND_EVERY;
                self.round.is_under_way = false;
                let news = OthersNews::Unavailable(why);
                if self.said.as_ref() != Some(&news) {
                    self.say(wish.target, news, report);
                }
            }
        }
    }

    fn say(&mut self, target: Target, news: OthersNews, report: &OthersSink) {
        self.said = Some(news.clone());
        report(OthersEvent { target, news });
    }

    /// Does what is due; `None` where nothing was read.
    fn look(
        &mut self,
        wish: OthersWish,
        is_new: bool,
        asked: &Asked,
    ) -> Result<Option<crate::map::Others>, Unavailable> {
        let finder = self.finder.as_mut().map_err(|why| *why)?;
        let own = self.own.now();
        if own != self.known_own {
            finder.set_own(&OwnProcesses::new(own.clone()));
            self.known_own = own;
        }
        let is_over = self.round.go_on(finder, asked)?;
        let now = Instant::now();
        let is_due = is_over || (finder.has_found() && now >= self.next_read);
        let is_asked = is_new && self.round.is_known;
        if !is_due && !is_asked {
            return Ok(None);
        }
        let (found, took) = asked.busy(|asks| finder.read(wish.span, asks));
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
    fn go_on(&mut self, finder: &mut OthersFinder, asked: &Asked) -> Result<bool, Unavailable> {
        if !self.is_under_way {
            let now = Instant::now();
            if now < self.next {
                return Ok(false);
            }
            let (listed, took) = asked.busy(|_| finder.begin());
            listed?;
            self.is_under_way = true;
            self.took = took;
            self.last = now;
        }
        let (is_over, took) = asked.busy(|asks| finder.step(SLICE, asks));
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
