//! The threads that talk to a peer: one writes requests, one hears answers, one keeps what it complains.
//!
//! It owns who is woken by what is heard. It must not know what is said.

use std::fmt;
use std::io::{BufReader, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::peer::process::Fault;
use crate::peer::protocol::{Answer, AnswerLine, Line, next_line};

/// How much of what a peer complains on standard error is kept, in bytes.
const COMPLAINT_BYTES: usize = 1024;

/// What is called, on another thread, whenever a peer said something or has closed its output. It must not wait.
#[derive(Clone)]
pub struct Wake(Arc<dyn Fn() + Send + Sync>);

impl Wake {
    /// A call of `wake`.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }
}

impl fmt::Debug for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wake")
    }
}

/// Who is told that there is something to hear.
pub(super) enum Listener {
    /// Nobody: whoever wants to know waits.
    Nobody,
    /// Told once, when the output is closed.
    End(Box<dyn FnOnce() + Send>),
    /// Told of everything.
    All(Wake),
}

impl Listener {
    pub(super) fn heard(&self) {
        if let Self::All(Wake(wake)) = self {
            wake();
        }
    }

    pub(super) fn closed(self) {
        match self {
            Self::Nobody => {}
            Self::End(closed) => closed(),
            Self::All(Wake(wake)) => wake(),
        }
    }
}

/// What the thread that listens to a peer heard.
#[derive(Debug)]
pub(super) enum Heard {
    Answer(AnswerLine),
    Garbled(String),
}

/// Hands each request to the peer until nobody asks any more or the peer does not listen.
pub(super) fn write_requests(mut stdin: impl Write, requests: &Receiver<Vec<u8>>) {
    for line in requests {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

/// Passes on every line of the peer until it closes its output or nobody listens.
pub(super) fn read_answers(
    stdout: impl Read,
    heard: &SyncSender<Heard>,
    fault: &Mutex<Option<Fault>>,
    listener: &Listener,
) {
    let mut stdout = BufReader::new(stdout);
    while let Ok(Some(line)) = next_line(&mut stdout) {
        let said = match line {
            Line::Whole(line) => match serde_json::from_slice(&line) {
                Ok(AnswerLine {
                    answer:
                        Answer::Fault {
                            signal,
                            code,
                            address,
                        },
                    ..
                }) => {
                    *locked(fault) = Some(Fault {
                        signal,
                        code,
                        address,
                    });
                    continue;
                }
                Ok(answer) => {
                    // It lives: what the instruction found when it was tried once more was a page.
                    *locked(fault) = None;
                    Heard::Answer(answer)
                }
                Err(error) => Heard::Garbled(error.to_string()),
            },
            Line::TooLong => Heard::Garbled("it sent a line that is too long".to_owned()),
        };
        if heard.send(said).is_err() {
            return;
        }
        listener.heard();
    }
}

/// Keeps the first of what the peer complains, and drops the rest so that it never waits for a reader.
pub(super) fn keep_complaint(mut stderr: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 512];
    while let Ok(n @ 1..) = stderr.read(&mut chunk) {
        let mut kept = locked(kept);
        let room = COMPLAINT_BYTES.saturating_sub(kept.len()).min(n);
        kept.extend(chunk.iter().take(room));
    }
}

/// What the lock guards is whole also where a thread panicked.
pub(super) fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
