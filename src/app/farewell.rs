//! What the window has let go of and what still ends: workers whose storage may hang, processes, the dialog.
//!
//! It owns the waiting for them: the window's thread never waits, and the program does so once, after the window is gone,
//! and not for long. It must not know what any of them does.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::bytes::escape::path_in_sentence;
use crate::os::thread::finished_within;
use crate::work::file::FileWorker;

/// Shared by the window and by whoever waits after it.
#[derive(Clone, Debug, Default)]
pub(super) struct Farewell(Arc<Mutex<Vec<Leaving>>>);

#[derive(Debug)]
struct Leaving {
    thread: JoinHandle<()>,
    file: Option<Left>,
}

/// Whose worker it is.
#[derive(Debug)]
enum Left {
    File(PathBuf),
    Scratch,
}

impl Farewell {
    fn list(&self) -> MutexGuard<'_, Vec<Leaving>> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|leaving| !leaving.thread.is_finished());
        list
    }

    /// Drops `what`, if there is something, on a thread of its own; here only where no thread can be started.
    pub(super) fn see_off(&self, what: Option<impl Send + 'static>) {
        let Some(what) = what else {
            return;
        };
        let thread = std::thread::Builder::new().name("goodbye".to_owned());
        if let Ok(thread) = thread.spawn(move || drop(what)) {
            self.list().push(Leaving { thread, file: None });
        }
    }

    /// Lets the worker of a file end.
    pub(super) fn leave(&self, worker: FileWorker) {
        let file = worker.path().map_or(Left::Scratch, |path| {
            Left::File(path.to_owned()) // the worker is gone before its thread is
        });
        if let Some(thread) = worker.leave() {
            let file = Some(file);
            self.list().push(Leaving { thread, file });
        }
    }

    /// Lets a thread end that writes to a file.
    pub(super) fn leave_writer(&self, thread: JoinHandle<()>, file: PathBuf) {
        let file = Some(Left::File(file));
        self.list().push(Leaving { thread, file });
    }

    /// Waits until all of them have ended, at most for `limit`. A sentence on the files whose storage has not answered by
    /// then.
    pub(super) fn wait(&self, limit: Duration) -> Option<String> {
        let deadline = Instant::now() + limit;
        let leaving = std::mem::take(&mut *self.list());
        let mut stuck: Vec<String> = leaving
            .iter()
            .filter(|leaving| {
                let left = deadline.saturating_duration_since(Instant::now());
                !finished_within(&leaving.thread, left)
            })
            .filter_map(|leaving| match leaving.file.as_ref()? {
                Left::File(path) => Some(path_in_sentence(path)),
                Left::Scratch => Some("a scratch file".to_owned()),
            })
            .collect();
        stuck.dedup();
        (!stuck.is_empty()).then(|| {
            format!(
                "the storage of {} does not answer: the program ends without waiting for it, and what was under way there may be done or not; the system may keep the process until it answers",
                stuck.join(" and of ")
            )
        })
    }
}
