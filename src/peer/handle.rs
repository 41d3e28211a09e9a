//! The handle of a running peer: start it, ask it, have it fork, end it.
//!
//! It owns the child process, its pipes and their threads, so that a peer that is silent, stopped or dead is an error
//! with words and never a caller that waits for ever. It must not know what the requests mean.
//!
//! On Linux a peer dies with the *thread* that started it (`PR_SET_PDEATHSIG`, prctl(2)): spawn it from a thread that
//! lives as long as the peer.

#[cfg(target_os = "linux")]
mod forked;

use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::os::exit::{describe_exit, describe_signal, signal_of};
use crate::os::thread::{finished_within, join_within};
use crate::peer::calls::MadeCall;
use crate::peer::error::PeerError;
use crate::peer::process::{ChildProcess, Fault, PeerSignal, Unreaped, death_by};
use crate::peer::protocol::{Answer, AnswerLine, Line, Request, RequestLine, encode, next_line};

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
    process: Option<ChildProcess>,
    next_id: u64,
    requests: Option<SyncSender<Vec<u8>>>,
    answers: Option<Receiver<Heard>>,
    complaint: Arc<Mutex<Vec<u8>>>,
    /// What the peer said of the fault that ends it.
    fault: Arc<Mutex<Option<Fault>>>,
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
        let pid = child.id();
        let mut peer = Self::new(label, pid, ChildProcess::Child(child, false));
        if let (Some(stdin), Some(stdout)) = (stdin, stdout) {
            peer.talk(stdin, stdout, closed)?;
        }
        if let Some(stderr) = stderr {
            let complaint = Arc::clone(&peer.complaint);
            peer.thread("peer errors", move || keep_complaint(stderr, &complaint))?;
        }
        Ok(peer)
    }

    /// A peer that nobody talks to yet. Dropping it ends the process.
    fn new(label: &str, pid: u32, process: ChildProcess) -> Self {
        Self {
            label: label.to_owned(),
            pid,
            process: Some(process),
            next_id: 1,
            requests: None,
            answers: None,
            complaint: Arc::default(),
            fault: Arc::default(),
            closed: Arc::default(),
            threads: Vec::new(),
        }
    }

    /// Starts the threads that talk to the peer; `closed` is called when it has closed its output.
    fn talk(
        &mut self,
        input: impl Write + Send + 'static,
        output: impl Read + Send + 'static,
        closed: impl FnOnce() + Send + 'static,
    ) -> io::Result<()> {
        let (requests, to_write) = sync_channel::<Vec<u8>>(1);
        let (heard, answers) = sync_channel(ANSWERS_WAITING);
        self.requests = Some(requests);
        self.answers = Some(answers);
        self.thread("peer writer", move || write_requests(input, &to_write))?;
        let (is_closed, fault) = (Arc::clone(&self.closed), Arc::clone(&self.fault));
        self.thread("peer reader", move || {
            read_answers(output, &heard, &fault);
            drop(heard);
            is_closed.store(true, Ordering::Release);
            closed();
        })
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

    /// Has the peer fork: the child is a peer of its own, with everything that this one has open and mapped, by the same
    /// names. Only this peer can reap it ([`Request::Reap`]), once the child's handle is gone; and it dies with this peer.
    ///
    /// # Errors
    ///
    /// As [`Self::request`]. Only Linux can do it.
    pub fn fork(&mut self, label: &str, timeout: Duration) -> Result<(Self, MadeCall), PeerError> {
        #[cfg(target_os = "linux")]
        {
            self.fork_with_pipes(label, timeout)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = timeout;
            let message = format!("{label} cannot be forked; only Linux can do it");
            Err(PeerError::Refused {
                message,
                errno: None,
            })
        }
    }

    /// Sends the process a signal.
    ///
    /// # Errors
    ///
    /// What the system says where the process is gone. On Windows there are no signals.
    pub fn signal(&self, signal: PeerSignal) -> io::Result<()> {
        match &self.process {
            #[cfg(unix)]
            Some(process) => process.signal(signal),
            #[cfg(not(unix))]
            Some(_) => Err(io::Error::other(format!("{signal:?} cannot be sent here"))),
            None => Err(io::ErrorKind::NotFound.into()),
        }
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
                    answer: Answer::Ready { .. },
                    ..
                }) => {}
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

    /// How the process ended, or `None` while it runs. An ended process is reaped by this, unless another peer forked it.
    pub fn ended(&mut self) -> Option<PeerError> {
        let is_gone = self.closed.load(Ordering::Acquire)
            || self.process.as_mut()?.gone_within(Duration::ZERO);
        is_gone.then(|| self.died())
    }

    /// Ends the process: its input is closed, and where it does not go by itself soon it is killed. What is returned
    /// is a process that could not even be killed.
    #[must_use]
    pub fn end(mut self) -> Option<Unreaped> {
        self.shut_down(GRACE)
    }

    /// As [`Self::end`], at once: for a peer that is known not to answer.
    #[must_use]
    pub fn kill(mut self) -> Option<Unreaped> {
        self.shut_down(Duration::ZERO)
    }

    fn shut_down(&mut self, grace: Duration) -> Option<Unreaped> {
        let mut process = self.process.take()?;
        // The writer ends, and with it the peer's input.
        self.requests = None;
        if let Some(answers) = self.answers.take() {
            let deadline = Instant::now() + grace;
            let left = || deadline.saturating_duration_since(Instant::now());
            while answers.recv_timeout(left()).is_ok() {}
        }
        let gone = !grace.is_zero() && process.gone_within(Duration::from_millis(20));
        let gone = gone || {
            process.kill();
            process.gone_within(REAP)
        };
        for thread in self.threads.drain(..) {
            // Of a stuck process the pipes stay open: its threads end when it goes, and nobody waits for them.
            if gone {
                join_within(thread, REAP);
            }
        }
        (!gone).then_some(Unreaped::of(process))
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
        let (is_gone, status) = self.process.as_mut().map_or((true, None), |process| {
            (process.gone_within(REAP), process.status())
        });
        // All but the first thread read what it said and complained last, to its end.
        for thread in self.threads.iter().skip(1).filter(|_| is_gone) {
            finished_within(thread, REAP / 5);
        }
        let fault = *locked(&self.fault);
        let death = match status {
            Some(status) => signal_of(status).and_then(|signal| death_by(Some(signal), fault)),
            // The signal of another's child is known from its own last word alone.
            None => death_by(None, fault.filter(|_| is_gone)),
        };
        let how = match (status, fault) {
            (Some(status), _) => describe_exit(status),
            (None, Some(fault)) if is_gone => describe_signal(fault.signal),
            (None, _) if is_gone => "its parent knows how".to_owned(),
            (None, _) => "it closed its output".to_owned(),
        };
        let complaint = locked(&self.complaint).clone();
        let complaint = String::from_utf8_lossy(&complaint);
        let how = match complaint
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
        {
            Some(first) => format!("{how}: {first}"),
            None => how,
        };
        PeerError::Died {
            peer: self.name(),
            how,
            death,
        }
    }
}

impl Drop for PeerProcess {
    fn drop(&mut self) {
        drop(self.shut_down(GRACE));
    }
}

/// AddedPeers each request to the peer until nobody asks any more or the peer does not listen.
fn write_requests(mut stdin: impl Write, requests: &Receiver<Vec<u8>>) {
    for line in requests {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

/// Passes on every line of the peer until it closes its output or nobody listens.
fn read_answers(stdout: impl Read, heard: &SyncSender<Heard>, fault: &Mutex<Option<Fault>>) {
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
    }
}

/// Keeps the first of what the peer complains, and drops the rest so that it never waits for a reader.
fn keep_complaint(mut stderr: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 512];
    while let Ok(n @ 1..) = stderr.read(&mut chunk) {
        let mut kept = locked(kept);
        let room = COMPLAINT_BYTES.saturating_sub(kept.len()).min(n);
        kept.extend(chunk.iter().take(room));
    }
}

/// What the lock guards is whole also where a thread panicked.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
