//! The handle of a running peer: start it, ask it, end it.
//!
//! It owns the child process, its pipes and their threads, so that a peer that is silent, stopped or dead is an error
//! with words and never a caller that waits for ever. It must not know what the requests mean.
//!
//! On Linux a peer dies with the *thread* that started it (`PR_SET_PDEATHSIG`, prctl(2)): spawn it from a thread that
//! lives as long as the peer.

use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::lab::calls::MadeCall;
use crate::lab::ending::{Corpse, describe_exit, finished_within, gone_within, join_within};
use crate::lab::peer_error::PeerError;
use crate::lab::protocol::{
    Answer, AnswerLine, Line, PROTOCOL, Request, RequestLine, encode, next_line,
};

/// How many answers may wait for somebody to ask for them.
const ANSWERS_WAITING: usize = 16;
/// How much of what a peer complains on standard error is kept, in bytes.
const COMPLAINT_BYTES: usize = 1024;
/// How long a peer may take to end by itself once its input is closed.
const GRACE: Duration = Duration::from_millis(250);
/// How long a killed process may take to go before it is taken for stuck in the kernel.
const REAP: Duration = Duration::from_millis(500);

/// A running peer. Dropping it ends and reaps the process.
#[derive(Debug)]
pub struct PeerProcess {
    label: String,
    pid: u32,
    child: Option<Child>,
    next_id: u64,
    requests: Option<SyncSender<Vec<u8>>>,
    answers: Option<Receiver<Heard>>,
    complaint: Arc<Mutex<Vec<u8>>>,
    /// Whether the peer closed its output, which is the first that is seen of its end.
    closed: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// A request that was sent and not yet answered.
#[derive(Debug)]
pub struct Pending {
    id: u64,
}

/// What the thread that listens to a peer heard.
#[derive(Debug)]
enum Heard {
    Answer(AnswerLine),
    Garbled(String),
}

impl PeerProcess {
    /// Starts `program peer` as a child process that messages call `label`, such as `shared peer`.
    ///
    /// # Errors
    ///
    /// What starting the process or one of its threads reports.
    pub fn spawn(program: &Path, label: &str) -> io::Result<Self> {
        Self::spawn_watched(program, label, || {})
    }

    /// As [`Self::spawn`]; `closed` is called once, on another thread, when the peer has closed its output: it ended.
    ///
    /// # Errors
    ///
    /// As [`Self::spawn`].
    pub fn spawn_watched(
        program: &Path,
        label: &str,
        closed: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg("peer")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (requests, to_write) = sync_channel::<Vec<u8>>(1);
        let (heard, answers) = sync_channel(ANSWERS_WAITING);
        // From here on an early return drops `peer`, which ends the child.
        let mut peer = Self {
            label: label.to_owned(),
            pid: child.id(),
            child: Some(child),
            next_id: 1,
            requests: Some(requests),
            answers: Some(answers),
            complaint: Arc::default(),
            closed: Arc::default(),
            threads: Vec::new(),
        };
        if let Some(stdin) = stdin {
            peer.thread("peer writer", move || write_requests(stdin, &to_write))?;
        }
        if let Some(stdout) = stdout {
            let is_closed = Arc::clone(&peer.closed);
            peer.thread("peer reader", move || {
                read_answers(stdout, &heard);
                drop(heard);
                is_closed.store(true, Ordering::Release);
                closed();
            })?;
        }
        if let Some(stderr) = stderr {
            let complaint = Arc::clone(&peer.complaint);
            peer.thread("peer errors", move || keep_complaint(stderr, &complaint))?;
        }
        Ok(peer)
    }

    /// Number of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends `request` and waits for its answer, `timeout` at most.
    ///
    /// # Errors
    ///
    /// A peer that ended, is silent, says no or talks nonsense. After a `TimedOut` the peer can be asked again; the late
    /// answer is dropped.
    pub fn request(&mut self, request: &Request, timeout: Duration) -> Result<Answer, PeerError> {
        let pending = self.send(request)?;
        match self.wait(&pending, timeout)? {
            Some(answer) => Ok(answer),
            None => Err(self.timed_out(request, timeout)),
        }
    }

    /// Has the peer fork: the child is a peer of its own, with everything that this one has open and mapped.
    ///
    /// # Errors
    ///
    /// As [`Self::request`].
    pub fn fork(&mut self, label: &str, _timeout: Duration) -> Result<(Self, MadeCall), PeerError> {
        Err(self.protocol(format!("{label} cannot be forked yet")))
    }

    /// Sends `request` without waiting. Never blocks: where the peer has not taken the requests before it, this one is
    /// dropped, and waiting for its answer is in vain.
    ///
    /// # Errors
    ///
    /// A peer that ended, or a request that is too long for a line.
    pub fn send(&mut self, request: &Request) -> Result<Pending, PeerError> {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        let line = encode(&RequestLine {
            id,
            request: request.clone(),
        })
        .map_err(|message| self.protocol(message))?;
        match self
            .requests
            .as_ref()
            .map(|requests| requests.try_send(line))
        {
            Some(Ok(()) | Err(TrySendError::Full(_))) => Ok(Pending { id }),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(self.died()),
        }
    }

    /// Waits for the answer to `pending`, `timeout` at most; `None` where it has not come, and may be waited for again.
    ///
    /// # Errors
    ///
    /// As [`Self::request`], without `TimedOut`.
    pub fn wait(
        &mut self,
        pending: &Pending,
        timeout: Duration,
    ) -> Result<Option<Answer>, PeerError> {
        let deadline = Instant::now() + timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let heard = match self
                .answers
                .as_ref()
                .map(|answers| answers.recv_timeout(left))
            {
                Some(Ok(heard)) => heard,
                Some(Err(RecvTimeoutError::Timeout)) => return Ok(None),
                Some(Err(RecvTimeoutError::Disconnected)) | None => return Err(self.died()),
            };
            match heard {
                Heard::Answer(AnswerLine {
                    answer: Answer::Ready { protocol, .. },
                    ..
                }) if protocol == PROTOCOL => {}
                Heard::Answer(AnswerLine { id, answer }) if id == Some(pending.id) => {
                    match answer {
                        Answer::Error { message, errno } => {
                            return Err(PeerError::Refused { message, errno });
                        }
                        answer => return Ok(Some(answer)),
                    }
                }
                // The answer to a request that nobody waits for any more.
                Heard::Answer(AnswerLine { id: Some(_), .. }) => {}
                Heard::Answer(AnswerLine { id: None, answer }) => {
                    return Err(self.protocol(format!("it says {answer:?}")));
                }
                Heard::Garbled(what) => return Err(self.protocol(what)),
            }
        }
    }

    /// The error of a peer that did not answer `request` for `after`.
    #[must_use]
    pub fn timed_out(&self, request: &Request, after: Duration) -> PeerError {
        PeerError::TimedOut {
            peer: self.name(),
            after,
            request: request.word(),
        }
    }

    /// How the process ended, or `None` while it runs. An ended process is reaped by this.
    pub fn ended(&mut self) -> Option<PeerError> {
        if self.closed.load(Ordering::Acquire) {
            return Some(self.died());
        }
        let status = self.child.as_mut()?.try_wait().ok().flatten()?;
        Some(self.died_by(&describe_exit(status)))
    }

    /// Ends the process: its input is closed, and where it does not go by itself soon it is killed. What is returned
    /// is a process that could not even be killed.
    #[must_use]
    pub fn end(mut self) -> Option<Corpse> {
        self.shut_down(GRACE)
    }

    /// As [`Self::end`], at once: for a peer that is known not to answer.
    #[must_use]
    pub fn kill(mut self) -> Option<Corpse> {
        self.shut_down(Duration::ZERO)
    }

    fn shut_down(&mut self, grace: Duration) -> Option<Corpse> {
        let mut child = self.child.take()?;
        // The writer ends, and with it the peer's input.
        self.requests = None;
        if let Some(answers) = self.answers.take() {
            let deadline = Instant::now() + grace;
            let left = || deadline.saturating_duration_since(Instant::now());
            while answers.recv_timeout(left()).is_ok() {}
        }
        let gone = !grace.is_zero() && gone_within(&mut child, Duration::from_millis(20));
        let gone = gone || {
            // An error means that it ended in the meantime.
            child.kill().ok();
            gone_within(&mut child, REAP)
        };
        for thread in self.threads.drain(..) {
            // Of a stuck process the pipes stay open: its threads end when it goes, and nobody waits for them.
            if gone {
                join_within(thread, REAP);
            }
        }
        (!gone).then_some(Corpse::new(child))
    }

    fn thread(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(run)?;
        self.threads.push(thread);
        Ok(())
    }

    fn name(&self) -> String {
        format!("{} (process {})", self.label, self.pid)
    }

    fn protocol(&self, message: String) -> PeerError {
        PeerError::Protocol {
            peer: self.name(),
            message,
        }
    }

    /// The error of a peer whose pipe is closed. A process that ends closes its pipes a moment before it can be reaped.
    fn died(&mut self) -> PeerError {
        let status = self.child.as_mut().and_then(|child| {
            gone_within(child, REAP);
            child.try_wait().ok().flatten()
        });
        // The last thread reads what it complained, to its end.
        if let Some(thread) = self.threads.last().filter(|_| status.is_some()) {
            finished_within(thread, REAP / 5);
        }
        match status {
            Some(status) => self.died_by(&describe_exit(status)),
            None => self.died_by("it closed its output"),
        }
    }

    fn died_by(&self, how: &str) -> PeerError {
        let complaint = self
            .complaint
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let complaint = String::from_utf8_lossy(&complaint);
        let how = match complaint
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
        {
            Some(first) => format!("{how}: {first}"),
            None => how.to_owned(),
        };
        PeerError::Died {
            peer: self.name(),
            how,
            death: None,
        }
    }
}

impl Drop for PeerProcess {
    fn drop(&mut self) {
        drop(self.shut_down(GRACE));
    }
}

/// Hands each request to the peer until nobody asks any more or the peer does not listen.
fn write_requests(mut stdin: impl Write, requests: &Receiver<Vec<u8>>) {
    for line in requests {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

/// Passes on every line of the peer until it closes its output or nobody listens.
fn read_answers(stdout: impl Read, heard: &SyncSender<Heard>) {
    let mut stdout = BufReader::new(stdout);
    while let Ok(Some(line)) = next_line(&mut stdout) {
        let said = match line {
            Line::Whole(line) => match serde_json::from_slice(&line) {
                Ok(answer) => Heard::Answer(answer),
                Err(error) => Heard::Garbled(error.to_string()),
            },
            Line::TooLong => Heard::Garbled("it sent a line that is too long".to_owned()),
        };
        if heard.send(said).is_err() {
            return;
        }
    }
}

/// Keeps the first of what the peer complains, and drops the rest so that it never waits for a reader.
fn keep_complaint(mut stderr: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 512];
    while let Ok(n @ 1..) = stderr.read(&mut chunk) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = COMPLAINT_BYTES.saturating_sub(kept.len()).min(n);
        kept.extend(chunk.iter().take(room));
    }
}
