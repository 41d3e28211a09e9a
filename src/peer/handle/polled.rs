//! Asking a peer without ever waiting for it, and ending it in the same way: for whoever looks after several at once.
//!
//! It owns what has come so far. It must not know what the requests mean, nor when it is looked again: [`Wake`] tells.

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::talk::{Listener, Wake, locked};
use super::{PeerProcess, PendingRequest, REAP, Word};
use crate::os::exit::signal_of;
use crate::os::thread::join_within;
use crate::peer::calls::Death;
use crate::peer::process::{Unreaped, death_by};
use crate::peer::protocol::{Answer, Request};

/// Between the first two looks at a process that is to end; each is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);
/// How long the threads of a process that is gone may take to hear its last words.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// What a look at a peer brought.
#[derive(Debug)]
pub enum Polled {
    /// The answer is not there yet.
    Nothing,
    /// The answer; [`Answer::Error`] too.
    Answer(Answer),
    /// The peer has closed its output: it ended, or is about to.
    Closed,
    /// What it says is no answer.
    Nonsense(String),
}

/// Why a request was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The peer does not listen any more: it ended, or is about to.
    Closed,
    /// It has not taken the requests before this one.
    Full,
    /// It is too long for a line, or cannot be written down: why.
    NotEncoded(String),
}

impl PeerProcess {
    /// As [`Self::spawn`]; `wake` is called, on another thread, whenever the peer said something or has closed its output.
    ///
    /// # Errors
    ///
    /// As [`Self::spawn`].
    pub fn spawn_polled(program: &Path, label: &str, wake: Wake) -> io::Result<Self> {
        Self::spawn_heard_by(program, label, Listener::All(wake.clone())).map(|mut peer| {
            peer.wake = Some(wake);
            peer
        })
    }

    /// Sends `request`. Never waits.
    ///
    /// # Errors
    ///
    /// [`NotSent`].
    pub fn try_send(&mut self, request: &Request) -> Result<PendingRequest, NotSent> {
        self.put(request).1
    }

    /// The answer to `pending`, if it has come. Answers to requests that nobody asks for any more are dropped.
    #[must_use]
    pub fn poll(&self, pending: &PendingRequest) -> Polled {
        match self.word(pending.id, Duration::ZERO) {
            Word::Silence => Polled::Nothing,
            Word::Answer(answer) => Polled::Answer(answer),
            Word::Closed => Polled::Closed,
            Word::Garbled(what) => Polled::Nonsense(what),
        }
    }

    /// Whether the peer has closed its output, which is the first that is seen of its end. Answers may still be had.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Has the process end: its input is closed, and where it has not gone when `grace` is over it is killed.
    #[must_use]
    pub fn begin_end(mut self, grace: Duration) -> Ending {
        self.requests = None;
        let now = Instant::now();
        Ending {
            peer: self,
            limit: now + grace,
            stage: Stage::MayGo,
            pause: FIRST_PAUSE,
            due: now,
        }
    }
}

/// How a process ended, as far as its own words and the system tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerEnd {
    /// Its exit code.
    pub code: Option<i32>,
    /// The number of the signal that ended it.
    pub signal: Option<i32>,
    /// The load or store of its own that it died of, where that is the cause.
    pub fault: Option<Death>,
    /// It was killed and does not go.
    pub is_stuck: bool,
    /// The first line that it wrote to standard error.
    pub complaint: Option<String>,
}

/// What has been done to have a process end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its input is closed.
    MayGo,
    /// It is killed.
    Killed,
    /// It is gone; its threads hear the last of it.
    Gone,
}

/// A peer that is to end.
#[derive(Debug)]
pub struct Ending {
    peer: PeerProcess,
    stage: Stage,
    /// When the stage is over.
    limit: Instant,
    pause: Duration,
    due: Instant,
}

impl Ending {
    /// As [`PeerProcess::poll`]: what was asked before may still be answered.
    #[must_use]
    pub fn poll_answer(&self, pending: &PendingRequest) -> Polled {
        self.peer.poll(pending)
    }

    /// When to look again.
    #[must_use]
    pub fn due(&self) -> Instant {
        self.due
    }

    /// How it ended, once it has; does what is due for it. Never waits. What is stuck in the kernel is left to a thread of
    /// its own, which reaps it when it goes.
    pub fn poll(&mut self) -> Option<PeerEnd> {
        let now = Instant::now();
        let process = self.peer.process.as_mut()?;
        if self.stage != Stage::Gone && process.gone_within(Duration::ZERO) {
            (self.stage, self.limit) = (Stage::Gone, now + LAST_WORDS);
            self.pause = FIRST_PAUSE;
        }
        match self.stage {
            Stage::MayGo if now >= self.limit => {
                process.kill();
                (self.stage, self.limit) = (Stage::Killed, now + REAP);
                self.pause = FIRST_PAUSE;
            }
            Stage::Killed if now >= self.limit => return Some(self.stuck()),
            // All but the first thread read what it said and complained last.
            Stage::Gone
                if now >= self.limit || self.peer.threads.iter().all(JoinHandle::is_finished) =>
            {
                return Some(self.over());
            }
            Stage::MayGo | Stage::Killed | Stage::Gone => {}
        }
        self.due = now + self.pause.min(self.limit.saturating_duration_since(now));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        None
    }

    fn stuck(&mut self) -> PeerEnd {
        self.peer.threads.clear();
        drop(self.peer.process.take().map(Unreaped::of));
        PeerEnd {
            is_stuck: true,
            complaint: self.peer.first_complaint(),
            ..PeerEnd::default()
        }
    }

    fn over(&mut self) -> PeerEnd {
        for thread in self.peer.threads.drain(..) {
            join_within(thread, Duration::ZERO);
        }
        let status = self.peer.process.take().and_then(|mut it| it.status());
        let fault = *locked(&self.peer.fault);
        let signal = match status {
            Some(status) => signal_of(status),
            // Of another's child only its own last word tells.
            None => fault.map(|fault| fault.signal),
        };
        PeerEnd {
            code: status.and_then(|status| status.code()),
            signal,
            fault: death_by(signal, fault).filter(|death| death.address.is_some()),
            is_stuck: false,
            complaint: self.peer.first_complaint(),
        }
    }
}
