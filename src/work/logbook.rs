//! The journal on disk: what the person edits is written down before it is stored, so that an end of the program that
//! nobody asked for takes no edit.
//!
//! One file a run, in the platform's folder for state, readable by its owner alone, made at the first edit and removed when
//! the program ends in good order. Each record is written before its store, which a killed program cannot take back, and is
//! put on the disk within [`GROUP`], which a power cut cannot take back either. What reaches the file at once is different:
//! of a burst of such stores the record of the first is on the disk before the store, as else the file's page could get
//! there before it.
//!
//! - `record`: what stands in it, byte by byte; `ledger`, `layer`: what that comes to. These are pure.
//! - `book`: the file. `orphans`: files that other runs left behind, each taken by its lock.
//! - `around`: what stood around an edit; `compared`: what stands there at the next start.
//!
//! It must not know mappings or views, nor what is done with an edit that is offered.

pub mod around;
mod book;
mod compared;
mod file_log;
mod header;
pub mod layer;
pub mod ledger;
mod orphans;
pub mod record;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::bytes::escape::path_in_sentence;
use crate::model::offer::{JournalNews, OfferId, OfferPart};
use book::Book;
use orphans::Orphan;
use record::Record;

pub use book::Disk;
pub use file_log::FileLog;

/// A record is on the disk after this long, and as long as the disk takes.
pub const GROUP: Duration = Duration::from_millis(100);
/// How long a journal may become, in bytes, before it is made short; longer only where so much is not in its file.
pub const BOUND: u64 = 64 << 20;
/// What follows the edits that an end of the program is said to take.
const KEPT: &str = "The journal keeps what was stored of this, and the next start offers it";

/// Why a record was not written, and so the edit is not made.
#[derive(Debug)]
pub struct NotRecorded {
    folder: PathBuf,
    cause: io::Error,
}

impl std::fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let folder = path_in_sentence(&self.folder);
        let why = crate::map::describe_errno(crate::map::errno_of(&self.cause));
        let advice = if is_without_room(&self.cause) {
            "make room there and do it again"
        } else {
            "do it again, and see to that disk should it go on"
        };
        write!(
            f,
            "not stored, as its undo cannot be recorded in {folder} ({why}): {advice}"
        )
    }
}

impl std::error::Error for NotRecorded {}

/// Names what is about to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

#[derive(Default)]
struct State {
    folder: Option<PathBuf>,
    bound: u64,
    disk: Disk,
    book: Option<Book>,
    /// Journals of this run that read otherwise than they were written: no more is written there, and their locks are
    /// kept, as what they hold is this run's.
    stale: Vec<Book>,
    /// Which of this run's journals it is: a file is named in each anew.
    volume: u64,
    /// It is made short when it is longer.
    limit: u64,
    n_files: u32,
    n_tickets: u64,
    /// When the first record was written that is not on the disk.
    dirty_since: Option<Instant>,
    /// How often the thread began to put records on the disk, which it holds no lock for.
    n_begun: u64,
    /// And how often it ended.
    n_ended: u64,
    /// When a record of what reaches a file at once was last put on the disk before its store.
    ahead: Option<Instant>,
    /// A sync failed, and there is no new file yet.
    has_failed: bool,
    /// Why no journal could be made, which was told: each edit tries it again.
    missing: Option<String>,
    has_thread: bool,
    is_over: bool,
    orphans: Vec<Orphan>,
}

struct Shared {
    state: Mutex<State>,
    woken: Condvar,
    report: Box<dyn Fn(JournalNews) + Send + Sync>,
}

/// Ends the thread when the last handle goes.
struct Owner {
    shared: Arc<Shared>,
    is_decided: AtomicBool,
}

impl Drop for Owner {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_over = true;
        state.book = None;
        state.stale.clear();
        state.orphans.clear();
        self.shared.woken.notify_all();
    }
}

/// The journal of this run. Until [`Logbook::begin`] nothing is written down.
#[derive(Clone)]
pub struct Logbook(Arc<Owner>);

impl std::fmt::Debug for Logbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Logbook")
    }
}

impl Logbook {
    /// One that tells by `report`, from whichever thread, what the person has to know.
    #[must_use]
    pub fn new(report: impl Fn(JournalNews) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Owner {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                woken: Condvar::new(),
                report: Box::new(report),
            }),
            is_decided: AtomicBool::new(false),
        }))
    }

    /// From now on edits are written down in `folder`. What other runs left there is looked for by a thread of its own, and
    /// told.
    pub fn begin(&self, folder: PathBuf) {
        self.begin_with(folder, BOUND, Disk::default());
    }

    /// The same, where the journal may become `bound` bytes long and `disk` keeps it.
    pub fn begin_with(&self, folder: PathBuf, bound: u64, disk: Disk) {
        let mut state = self.shared().lock();
        state.disk = disk;
        state.folder = Some(folder.clone());
        state.bound = bound;
        state.limit = bound;
        drop(state);
        let shared = Arc::clone(self.shared());
        // Where no thread can be started nothing is offered in this run; it stays for the next.
        let _ = std::thread::Builder::new()
            .name("journals".to_owned())
            .spawn(move || shared.find_orphans(&folder));
    }

    /// What a worker writes its edits down with.
    #[must_use]
    pub fn of_file(&self) -> FileLog {
        FileLog::new(self.clone())
    }

    /// The person ends the program, and has decided what becomes of each edit. Never waits.
    pub fn is_decided(&self) {
        self.0.is_decided.store(true, Ordering::Relaxed);
    }

    /// The program ends: where all is decided nothing of this run is to be offered, and its journal goes. Never waits, as the
    /// storage may not answer: a thread does that, which comes back.
    #[must_use]
    pub fn finish(&self) -> Option<JoinHandle<()>> {
        if !self.0.is_decided.load(Ordering::Relaxed) {
            return None;
        }
        let book = self.clone();
        // Where no thread can be started the journal stays, to be offered, which does no harm.
        let thread = std::thread::Builder::new().name("journal ends".to_owned());
        thread.spawn(move || book.remove()).ok()
    }

    fn remove(&self) {
        let mut state = self.shared().lock();
        state.is_over = true;
        let books: Vec<Book> = state.book.take().into_iter().collect();
        for book in books.into_iter().chain(state.stale.drain(..)) {
            book.remove();
        }
        // What other runs left stays ours: that it is decided may be on its way to be written down.
        self.shared().woken.notify_all();
    }

    /// What is offered of a file, or a part of it, is decided, and not to be offered again. May wait for the disk.
    ///
    /// # Errors
    /// A sentence where it could not be written down.
    pub fn retire(&self, offer: OfferId, part: OfferPart) -> Result<(), String> {
        let mut state = self.shared().lock();
        let Some(orphan) = state.orphans.iter_mut().find(|orphan| orphan.has(offer)) else {
            return Ok(());
        };
        let retired = orphan.retire(offer, part);
        state.orphans.retain_mut(|orphan| !orphan.is_done());
        retired.map_err(|error| {
            format!("It could not be written down that this is decided, so it is offered again at the next start: {error}")
        })
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.0.shared
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find_orphans(&self, folder: &Path) {
        let disk = self.lock().disk.clone();
        let found = orphans::find(folder, &disk);
        let mut state = self.lock();
        if state.is_over {
            return;
        }
        state.orphans = found.orphans;
        drop(state);
        (self.report)(JournalNews::Offers(found.offers));
        let refused = first_of(&found.refused).map(|names| format!(
            "What an earlier run left may not all be offered, as the system does not let it be read now: {names}; it stays as it is, and is looked for again at the next start"
        ));
        let unread = first_of(&found.unread).map(|names| format!(
            "What an earlier run left is not offered, as its journal cannot be read: {names}; the version that made it may read it, else move it elsewhere"
        ));
        let said: Vec<String> = [refused, unread].into_iter().flatten().collect();
        if !said.is_empty() {
            (self.report)(JournalNews::Unread(said.join(". ")));
        }
    }

    /// The journal, made where there is none yet. `None` where edits are not written down.
    fn book<'a>(self: &Arc<Self>, state: &'a mut State) -> io::Result<Option<&'a mut Book>> {
        let Some(folder) = state.folder.clone().filter(|_| !state.is_over) else {
            return Ok(None);
        };
        if state.has_failed {
            Self::renew(state)?;
        }
        if state.book.is_none() {
            match Book::create(&folder, &state.disk, &[]) {
                Ok(book) => {
                    state.book = Some(book);
                    crate::os::last_words::follow_with(KEPT);
                    if state.missing.take().is_some() {
                        (self.report)(JournalNews::Available);
                    }
                }
                Err(error) if is_full(&error) => return Err(error),
                Err(error) => {
                    // No folder, no right to it, too many open files: no reason to forbid every edit. The next one may
                    // find it otherwise.
                    let why = crate::map::describe_errno(crate::map::errno_of(&error));
                    if state.missing.as_ref() != Some(&why) {
                        let folder = path_in_sentence(&folder);
                        (self.report)(JournalNews::Unavailable(format!(
                            "There is no journal of edits in {folder} ({why}): should the program be killed, edits that are not in the file are lost; each edit tries again to make it"
                        )));
                        state.missing = Some(why);
                    }
                    return Ok(None);
                }
            }
        }
        if !state.has_thread {
            let shared = Arc::clone(self);
            let thread = std::thread::Builder::new()
                .name("journal".to_owned())
                .spawn(move || shared.sync_in_groups());
            thread?;
            state.has_thread = true;
        }
        Ok(state.book.as_mut())
    }

    /// Writes records; `Ok(false)` where edits are not written down.
    fn append(self: &Arc<Self>, state: &mut State, records: &[Record]) -> io::Result<bool> {
        let (bound, limit) = (state.bound, state.limit);
        let Some(book) = self.book(state)? else {
            return Ok(false);
        };
        if book.len() > limit {
            // where there is no room for a short one the long one goes on
            if let Ok(n_forgotten) = book.compact(bound / 2) {
                let len = book.len();
                state.limit = bound.max(2 * len);
                state.dirty_since = None;
                if n_forgotten > 0 {
                    (self.report)(JournalNews::Forgot(n_forgotten));
                }
            } else {
                state.limit = 2 * limit;
            }
        }
        let Some(book) = self.book(state)? else {
            return Ok(false);
        };
        book.append(records)?;
        state.dirty_since.get_or_insert_with(Instant::now);
        self.woken.notify_all();
        Ok(true)
    }

    /// Puts on the disk what was written, now.
    fn sync(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        let Some(book) = &state.book else {
            return Ok(());
        };
        match book.sync() {
            Ok(()) => {
                state.dirty_since = None;
                Ok(())
            }
            Err(error) => {
                self.sync_failed(state, &error);
                let volume = state.volume;
                Self::renew(state)?;
                // what was written last is not in another volume
                if state.volume == volume {
                    Ok(())
                } else {
                    Err(error)
                }
            }
        }
    }

    /// All that was written so far is on the disk when this returns, or it was said that it is not.
    fn sync_all(self: &Arc<Self>) {
        let mut state = self.lock();
        // What the thread is at is not on the disk before it says so, and it may fail.
        let n_begun = state.n_begun;
        while state.n_ended < n_begun {
            let woken = self.woken.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        if state.dirty_since.is_some() {
            let _ = self.sync(&mut state); // it is said
        }
    }

    /// What the system could not put on the disk it does not try again: a new file takes its place.
    fn sync_failed(&self, state: &mut State, error: &io::Error) {
        state.has_failed = true;
        let place = state
            .book
            .as_ref()
            .map(|book| path_in_sentence(book.path()));
        let why = crate::map::describe_errno(crate::map::errno_of(error));
        (self.report)(JournalNews::SyncFailed(format!(
            "The journal of edits {} could not be put on the disk ({why}): it goes on in a new file, and the disk may be failing, so export what matters to another one",
            place.unwrap_or_default()
        )));
    }

    /// A new file with all that stands in the old one. Where that cannot be read again it stays, to be offered as far as it
    /// can be then, and the new one is another volume.
    fn renew(state: &mut State) -> io::Result<()> {
        let (Some(book), Some(folder)) = (&mut state.book, &state.folder) else {
            return Ok(());
        };
        let read = book.read();
        let records = read.as_ref().map(|read| read.ledger.records());
        let new = Book::create(folder, &state.disk, &records.unwrap_or_default())?;
        match (state.book.replace(new), read) {
            (Some(old), Ok(_)) => old.remove(),
            (old, _) => {
                state.stale.extend(old);
                state.volume += 1;
            }
        }
        state.has_failed = false;
        state.dirty_since = None;
        Ok(())
    }

    /// The thread: puts records on the disk, many at once.
    fn sync_in_groups(self: Arc<Self>) {
        let mut state = self.lock();
        while !state.is_over {
            let Some(since) = state.dirty_since else {
                let woken = self.woken.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = GROUP.saturating_sub(since.elapsed());
            if !left.is_zero() {
                let woken = self.woken.wait_timeout(state, left);
                state = woken.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let syncing = state.book.as_ref().map(Book::syncing);
            state.dirty_since = None; // what is written from now on may come too late for this one
            state.n_begun += 1;
            drop(state);
            // Nobody waits for the disk meanwhile.
            let synced = match syncing {
                Some(Ok(sync)) => sync(),
                Some(Err(error)) => Err(error),
                None => Ok(()),
            };
            state = self.lock();
            if let Err(error) = synced {
                self.sync_failed(&mut state, &error);
                let _ = Self::renew(&mut state); // else at the next edit, which is refused then
            }
            state.n_ended += 1;
            self.woken.notify_all();
        }
    }
}

/// The first of these names, and how many more there are.
fn first_of(names: &[String]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    Some(match rest.len() {
        0 => first.clone(),
        more => format!("{first} and {more} more"),
    })
}

/// There is no room, or the device is failing: an edit without a record would be one that can be lost.
fn is_full(error: &io::Error) -> bool {
    is_without_room(error) || error.raw_os_error() == Some(EIO)
}

/// There is no room.
fn is_without_room(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge
    )
}

#[cfg(unix)]
const EIO: i32 = libc::EIO;
#[cfg(not(unix))]
const EIO: i32 = i32::MIN;
