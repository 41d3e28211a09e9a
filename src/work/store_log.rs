//! The way from the pool of processes to the journal: what a process is about to store in a file is written down by the
//! worker of that file, which may wait for the storage and the disk; the pool waits for neither.
//!
//! It owns that each store that is written down is told an outcome, whichever side is gone by then: where the pool has
//! given it up before the worker came to it nothing is written down, and where it gave it up meanwhile the worker says that
//! it was not made. It must not know how a record is kept, nor how a process is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::logbook::Ticket;
use super::logbook::record::ByteChange;

/// What became of a store that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreFate {
    /// These bytes stood there, from its first one on, and what was to be stored over them was: all of it, or its first
    /// bytes.
    Over(Vec<u8>),
    /// Nothing was stored.
    NotMade,
    /// Whoever was told is gone, and has not said it.
    Unknown,
}

/// What stands in the journal of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptStore {
    /// What the outcome names it by.
    pub ticket: Ticket,
    /// What stood there, and what is to.
    pub change: ByteChange,
}

/// The answer of the worker: what is written down, `None` where edits of the file are not; or why the store must not be
/// made.
pub type RecordAnswer = Result<Option<KeptStore>, NotKept>;

/// Why a store must not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// The file is closed.
    Gone,
    /// It could not be taken back, and why, in words.
    NotRecorded(String),
}

/// What the worker is told.
#[derive(Debug)]
pub enum StoreWord {
    /// This is about to be stored.
    Ask(Asking),
    /// It was, or not.
    Ended(KeptStore, StoreFate),
}

#[derive(Debug)]
enum Stage {
    Asked,
    Answered(RecordAnswer),
    /// The pool does not wait for it any more.
    GivenUp,
}

struct Desk {
    /// `None` once the worker has ended. At most two for each process: it has one store at its head.
    words: Mutex<Option<VecDeque<StoreWord>>>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    fn words(&self) -> MutexGuard<'_, Option<VecDeque<StoreWord>>> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the worker will see it.
    fn put(&self, word: StoreWord) -> bool {
        let mut words = self.words();
        let is_put = words.as_mut().map(|words| words.push_back(word)).is_some();
        drop(words);
        if is_put {
            (self.wake)();
        }
        is_put
    }
}

/// What the pool has stores of one file written down with.
#[derive(Clone, Debug)]
pub struct StoreLog(Arc<Desk>);

/// The worker's side. What is asked after it is gone is answered [`NotKept::Gone`].
#[derive(Debug)]
pub struct StoreWords(Arc<Desk>);

/// The two sides; `wake` tells the worker that there is something to hear.
#[must_use]
pub fn store_log(wake: impl Fn() + Send + Sync + 'static) -> (StoreLog, StoreWords) {
    let desk = Arc::new(Desk {
        words: Mutex::new(Some(VecDeque::new())),
        wake: Box::new(wake),
    });
    (StoreLog(Arc::clone(&desk)), StoreWords(desk))
}

impl StoreLog {
    /// `bytes` are about to be stored at `offset`. `heard` is called, on any thread, when there is an answer.
    #[must_use]
    pub fn ask(
        &self,
        offset: u64,
        bytes: Vec<u8>,
        heard: impl FnOnce() + Send + 'static,
    ) -> Recording {
        let stage = Arc::new(Mutex::new(Stage::Asked));
        let asking = Asking {
            offset,
            bytes,
            stage: Arc::clone(&stage),
            heard: Some(Box::new(heard)),
        };
        // one that is not put goes at once, and is answered by that
        self.0.put(StoreWord::Ask(asking));
        Recording {
            desk: Arc::clone(&self.0),
            stage,
        }
    }
}

/// A store that is written down, or about to be.
#[derive(Debug)]
pub struct Recording {
    desk: Arc<Desk>,
    stage: Arc<Mutex<Stage>>,
}

impl Recording {
    /// Whether it may be made; `None` where that is not known yet.
    #[must_use]
    pub fn is_allowed(&self) -> Option<Result<(), NotKept>> {
        match &*locked(&self.stage) {
            Stage::Asked => None,
            Stage::Answered(Err(why)) => Some(Err(why.clone())),
            Stage::Answered(Ok(_)) | Stage::GivenUp => Some(Ok(())),
        }
    }

    /// This became of it.
    pub fn ended(self, fate: StoreFate) {
        let before = std::mem::replace(&mut *locked(&self.stage), Stage::GivenUp);
        if let Stage::Answered(Ok(Some(kept))) = before {
            // where the worker has ended the file is closed: what is open then is compared at the next start
            self.desk.put(StoreWord::Ended(kept, fate));
        }
    }
}

/// A store that is about to be made, for the worker to write down.
pub struct Asking {
    /// File offset.
    pub offset: u64,
    /// What is to be stored.
    pub bytes: Vec<u8>,
    stage: Arc<Mutex<Stage>>,
    heard: Option<Box<dyn FnOnce() + Send>>,
}

impl std::fmt::Debug for Asking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asking({:#x}, {:?})", self.offset, self.bytes)
    }
}

impl Asking {
    /// The pool does not wait for it any more.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        matches!(*locked(&self.stage), Stage::GivenUp)
    }

    /// Answers it. Returns what is written down of a store that the pool has given up meanwhile: it is not made.
    #[must_use]
    pub fn answer(mut self, answer: RecordAnswer) -> Option<KeptStore> {
        self.tell(answer)
    }

    fn tell(&mut self, answer: RecordAnswer) -> Option<KeptStore> {
        let heard = self.heard.take()?;
        let mut stage = locked(&self.stage);
        if matches!(*stage, Stage::GivenUp) {
            return answer.ok().flatten();
        }
        *stage = Stage::Answered(answer);
        drop(stage);
        heard();
        None
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.tell(Err(NotKept::Gone));
    }
}

impl StoreWords {
    /// What was said since.
    pub fn take(&self) -> VecDeque<StoreWord> {
        let mut words = self.0.words();
        words.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

impl Drop for StoreWords {
    fn drop(&mut self) {
        let left = self.0.words().take();
        drop(left); // no lock is held: those that are asked are answered by that
    }
}

fn locked(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}
