//! The handle of a running peer: start it, ask it, have it fork, end it.
//!
//! It owns the child process, its pipes and their threads, so that a peer that is silent, stopped or dead is an error
//! with words and never a caller that waits for ever. It must not know what the requests mean.
//!
//! On Linux a peer dies with the *thread* that started it (`PR_SET_PDEATHSIG`, prctl(2)): spawn it from a thread that
//! lives as long as the peer.

#[cfg(target_os = "linux")]
mod forked;
mod polled;
mod talk;
#[cfg(not(target_os = "linux"))]
mod unforked;

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::os::exit::{describe_exit, describe_signal, signal_of};
use crate::os::thread::{finished_within, join_within};
use crate::peer::calls::MadeCall;
use crate::peer::error::PeerError;
use crate::peer::process::{ChildProcess, Fault, PeerSignal, Unreaped, death_by};
use crate::peer::protocol::{Answer, AnswerLine, Request, RequestLine, encode};

#[cfg(target_os = "linux")]
pub use forked::Forking;
pub use polled::{Ending, NotSent, PeerEnd, Polled};
pub use talk::Wake;
use talk::{Heard, Listener, keep_complaint, locked, read_answers, write_requests};
#[cfg(not(target_os = "linux"))]
pub use unforked::Forking;

/// How many answers may wait for somebody to ask for them.
const ANSWERS_WAITING: usize = 16;
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
    /// Who is told that there is something to hear of it, and of those that it forks.
    wake: Option<Wake>,
}

/// A request that was sent and not yet answered.
#[derive(Debug)]
pub struct PendingRequest {
    id: u64,
}

/// What is heard of a peer while the answer to one request is waited for.
enum Word {
    /// The answer.
    Answer(Answer),
    /// Nothing in time.
    Silence,
    /// It has closed its output.
    Closed,
    /// What is no answer.
    Garbled(String),
}

impl PeerProcess {
    /// Starts `program peer` as a child process that messages call `label`, such as `shared peer`.
    ///
    /// # Errors
    ///
    /// What starting the process or one of its threads reports.
    pub fn spawn(program: &Path, label: &str) -> io::Result<Self> {
        Self::spawn_heard_by(program, label, Listener::Nobody)
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
        Self::spawn_heard_by(program, label, Listener::End(Box::new(closed)))
    }

    fn spawn_heard_by(program: &Path, label: &str, listener: Listener) -> io::Result<Self> {
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
            peer.talk(stdin, stdout, listener)?;
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
            wake: None,
        }
    }

    /// Starts the threads that talk to the peer.
    fn talk(
        &mut self,
        input: impl Write + Send + 'static,
        output: impl Read + Send + 'static,
        listener: Listener,
    ) -> io::Result<()> {
        let (requests, to_write) = sync_channel::<Vec<u8>>(1);
        let (heard, answers) = sync_channel(ANSWERS_WAITING);
        self.requests = Some(requests);
        self.answers = Some(answers);
        self.thread("peer writer", move || write_requests(input, &to_write))?;
        let (is_closed, fault) = (Arc::clone(&self.closed), Arc::clone(&self.fault));
        self.thread("peer reader", move || {
            read_answers(output, &heard, &fault, &listener);
            drop(heard);
            is_closed.store(true, Ordering::Release);
            listener.closed();
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
            self.fork_within(label, timeout)
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
    pub fn send(&mut self, request: &Request) -> Result<PendingRequest, PeerError> {
        match self.put(request) {
            (_, Ok(pending)) => Ok(pending),
            (id, Err(NotSent::Full)) => Ok(PendingRequest { id }),
            (_, Err(NotSent::Closed)) => Err(self.died()),
            (_, Err(NotSent::NotEncoded(message))) => Err(self.protocol(message)),
        }
    }

    /// Hands `request` to the thread that writes, with the number it was given.
    fn put(&mut self, request: &Request) -> (u64, Result<PendingRequest, NotSent>) {
        let id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        let line = encode(&RequestLine {
            id,
            request: request.clone(),
        });
        let sent = match line {
            Err(message) => Err(NotSent::NotEncoded(message)),
            Ok(line) => match self.requests.as_ref().map(|it| it.try_send(line)) {
                Some(Ok(())) => Ok(PendingRequest { id }),
                Some(Err(TrySendError::Full(_))) => Err(NotSent::Full),
                Some(Err(TrySendError::Disconnected(_))) | None => Err(NotSent::Closed),
            },
        };
        (id, sent)
    }

    /// Waits for the answer to `pending`, `timeout` at most; `None` where it has not come, and may be waited for again.
    ///
    /// # Errors
    ///
    /// As [`Self::request`], without `TimedOut`.
    pub fn wait(
        &mut self,
        pending: &PendingRequest,
        timeout: Duration,
    ) -> Result<Option<Answer>, PeerError> {
        match self.word(pending.id, timeout) {
            Word::Silence => Ok(None),
            Word::Answer(Answer::Error { message, errno }) => {
                Err(PeerError::Refused { message, errno })
            }
            Word::Answer(answer) => Ok(Some(answer)),
            Word::Closed => Err(self.died()),
            Word::Garbled(what) => Err(self.protocol(what)),
        }
    }

    /// What is heard within `limit` of the request with the number `wanted`. That the peer is ready, and answers to
    /// requests that nobody waits for any more, are dropped.
    fn word(&self, wanted: u64, limit: Duration) -> Word {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let heard = self.answers.as_ref().map(|it| it.recv_timeout(left));
            match heard {
                Some(Ok(Heard::Answer(AnswerLine { id, answer }))) if id == Some(wanted) => {
                    return Word::Answer(answer);
                }
                Some(Ok(Heard::Answer(
                    AnswerLine { id: Some(_), .. }
                    | AnswerLine {
                        answer: Answer::Ready { .. },
                        ..
                    },
                ))) => {}
                Some(Ok(Heard::Answer(AnswerLine { id: None, answer }))) => {
                    return Word::Garbled(format!("it says {answer:?}"));
                }
                Some(Ok(Heard::Garbled(what))) => return Word::Garbled(what),
                Some(Err(RecvTimeoutError::Timeout)) => return Word::Silence,
                Some(Err(RecvTimeoutError::Disconnected)) | None => return Word::Closed,
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
        format!("{} (pid {})", self.label, self.pid)
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
        let how = match self.first_complaint() {
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

impl PeerProcess {
    /// The first line of what it wrote to standard error.
    fn first_complaint(&self) -> Option<String> {
        let complaint = locked(&self.complaint);
        String::from_utf8_lossy(&complaint)
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .map(ToOwned::to_owned)
    }
}

impl Drop for PeerProcess {
    fn drop(&mut self) {
        drop(self.shut_down(GRACE));
    }
}
