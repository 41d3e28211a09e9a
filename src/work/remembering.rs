//! Writes what is remembered between runs on a thread of its own: a home folder whose storage hangs stops nobody else.
//!
//! It owns when that is written, and that the file is replaced in one step, so that a killed program or a full disk leaves
//! what was remembered before. It must not know what is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::bytes::escape::escape;
use crate::os::save::{Existing, NewFile, Rights, SaveError};

/// How long the thread waits for more, so that many changes are one write.
const GATHERING: Duration = Duration::from_millis(500);

/// Why the last write failed, once it has.
#[derive(Clone, Debug, Default)]
pub struct RememberProblem(Arc<Mutex<Option<String>>>);

impl RememberProblem {
    fn note(&self, result: Result<(), SaveError>) {
        let said = result.err().map(|error| {
            format!(
                "what was chosen in the window is not remembered: {}",
                escape(&error.to_string())
            )
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = said;
    }

    /// A sentence on it, once.
    #[must_use]
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Writes the file. When it is left, it writes the last text that it was told, and ends.
#[derive(Debug)]
pub struct RememberWriter {
    texts: Sender<String>,
    thread: JoinHandle<()>,
    file: PathBuf,
}

impl RememberWriter {
    /// Starts the thread, named "remember"; `None` where none can be started, and then nothing is remembered.
    #[must_use]
    pub fn spawn(file: PathBuf, problem: RememberProblem) -> Option<Self> {
        let (texts, told) = channel();
        let place = file.clone();
        let thread = std::thread::Builder::new().name("remember".to_owned());
        let thread = thread.spawn(move || write_on(&told, &place, &problem));
        Some(Self {
            texts,
            thread: thread.ok()?,
            file,
        })
    }

    /// This is to be in the file. Waits for nothing.
    pub fn tell(&self, text: String) {
        // The thread ends only after this.
        let _ = self.texts.send(text);
    }

    /// Lets it end; its thread, which may hang as long as the storage does, and the file.
    #[must_use]
    pub fn leave(self) -> (JoinHandle<()>, PathBuf) {
        (self.thread, self.file)
    }
}

fn write_on(texts: &Receiver<String>, file: &Path, problem: &RememberProblem) {
    while let Ok(mut text) = texts.recv() {
        let is_last = loop {
            match texts.recv_timeout(GATHERING) {
                Ok(newer) => text = newer,
                Err(RecvTimeoutError::Timeout) => break false,
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        problem.note(write(file, &text));
        if is_last {
            return;
        }
    }
}

/// Replaces the file in one step. A link is followed, as whoever keeps such files elsewhere made it.
///
/// # Errors
/// What saving reports; what was there before still is.
pub fn write(file: &Path, text: &str) -> Result<(), SaveError> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let mut new = NewFile::create(&target, Existing::Replace, Rights::OWNER_ONLY)?;
    new.write_at(text.as_bytes(), 0)?;
    new.publish()
}
