//! The handle of a peer that another peer has forked: its pipes, and the hold on a process that is no child of ours.
//!
//! It owns how such a peer begins. It must not know how it ends, which is as with the others.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsRawFd as _;
use std::time::{Duration, Instant};

use super::talk::{Heard, Listener};
use super::{NotSent, PeerProcess, PendingRequest, Polled};
use crate::map::{errno_name, errno_of};
use crate::peer::calls::MadeCall;
use crate::peer::error::PeerError;
use crate::peer::process::ChildProcess;
use crate::peer::protocol::{Answer, AnswerLine, Request};
use crate::peer::raw::Pidfd;

/// A fork that a peer was asked for. Where this is dropped the pipes are closed, and a child that began all the same ends
/// by that.
#[derive(Debug)]
pub struct Forking {
    label: String,
    request: Request,
    pending: PendingRequest,
    ours: (PipeWriter, PipeReader),
    /// Open until the parent has opened them too.
    _theirs: (PipeReader, PipeWriter),
}

impl Forking {
    /// The request, to be polled for by the parent's handle. Its answer is [`Answer::Forked`].
    #[must_use]
    pub fn pending(&self) -> &PendingRequest {
        &self.pending
    }

    /// The child that the answer names. Before it is asked anything, it is to be polled by [`PeerProcess::poll_ready`].
    ///
    /// # Errors
    ///
    /// [`PeerError::Refused`] where the process cannot be held or gets no threads.
    pub fn born(self, parent: &PeerProcess, pid: u32) -> Result<PeerProcess, PeerError> {
        let label = &self.label;
        let not_held = |error: io::Error| {
            let message = format!("{label} (pid {pid}) cannot be held: {error}");
            refused(message, &error)
        };
        // Also if the child has ended: until its parent is told to reap it the number is its own. A parent that ended has
        // not kept it, and the number may be any process's by now.
        let process = Pidfd::open(pid).map_err(not_held)?;
        if parent_of(pid).map_err(not_held)? != parent.pid {
            return Err(not_held(io::Error::from_raw_os_error(libc::ESRCH)));
        }
        let mut child = PeerProcess::new(label, pid, ChildProcess::Adopted(process));
        child.wake.clone_from(&parent.wake);
        let listener = child.wake.clone().map_or(Listener::Nobody, Listener::All);
        let (output, input) = self.ours;
        child
            .talk(output, input, listener)
            .map_err(|error| refused(format!("{label} gets no threads: {error}"), &error))?;
        Ok(child)
    }
}

/// The process that has to reap this one: the fourth field of `/proc/PID/stat`, proc(5).
fn parent_of(pid: u32) -> io::Result<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets before may hold anything.
    let fields = stat.rsplit_once(") ").map(|(_, fields)| fields);
    fields
        .and_then(|fields| fields.split(' ').nth(1)?.parse().ok())
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn refused(message: String, error: &io::Error) -> PeerError {
    PeerError::Refused {
        message,
        errno: Some(errno_name(errno_of(error)).to_owned()),
    }
}

impl PeerProcess {
    /// Asks the peer to fork, as [`Self::fork`]. Never waits.
    ///
    /// # Errors
    ///
    /// [`PeerError::Refused`] where there are no pipes; a peer that does not listen is what [`NotSent`] says.
    pub fn begin_fork(&mut self, label: &str) -> Result<Result<Forking, NotSent>, PeerError> {
        let pipe = || {
            io::pipe().map_err(|error| {
                refused(
                    format!("The pipes to {label} cannot be made: {error}"),
                    &error,
                )
            })
        };
        let (their_input, our_output) = pipe()?;
        let (our_input, their_output) = pipe()?;
        let own = std::process::id();
        let request = Request::Fork {
            input: format!("/proc/{own}/fd/{}", their_input.as_raw_fd()).into(),
            output: format!("/proc/{own}/fd/{}", their_output.as_raw_fd()).into(),
        };
        Ok(self.try_send(&request).map(|pending| Forking {
            label: label.to_owned(),
            request,
            pending,
            ours: (our_output, our_input),
            _theirs: (their_input, their_output),
        }))
    }

    /// Whether a forked child has begun: [`Answer::Ready`]. Not before that does it die with its parent.
    pub fn poll_ready(&mut self) -> Polled {
        self.ready_within(Duration::ZERO)
    }

    fn ready_within(&mut self, limit: Duration) -> Polled {
        use std::sync::mpsc::RecvTimeoutError;
        let heard = self.answers.as_ref().map(|it| it.recv_timeout(limit));
        match heard {
            Some(Ok(Heard::Answer(AnswerLine {
                answer: answer @ Answer::Ready { pid },
                ..
            }))) if pid == self.pid => Polled::Answer(answer),
            Some(Ok(other)) => Polled::Nonsense(format!("it begins with {other:?}")),
            Some(Err(RecvTimeoutError::Timeout)) => Polled::Nothing,
            Some(Err(RecvTimeoutError::Disconnected)) | None => Polled::Closed,
        }
    }

    /// Forks and waits until the child has begun.
    pub(super) fn fork_within(
        &mut self,
        label: &str,
        timeout: Duration,
    ) -> Result<(Self, MadeCall), PeerError> {
        let forking = match self.begin_fork(label)? {
            Ok(forking) => forking,
            Err(NotSent::NotEncoded(message)) => return Err(self.protocol(message)),
            Err(NotSent::Closed) => return Err(self.died()),
            Err(NotSent::Full) => {
                let message = format!("{} has not taken what it was asked before", self.name());
                return Err(PeerError::Refused {
                    message,
                    errno: None,
                });
            }
        };
        let request = forking.request.clone();
        let begin = Instant::now();
        let (pid, call) = match self.wait(forking.pending(), timeout)? {
            Some(Answer::Forked { pid, call }) => (pid, call),
            Some(other) => return Err(self.protocol(format!("it says {other:?}"))),
            None => return Err(self.timed_out(&request, timeout)),
        };
        let mut child = forking.born(self, pid)?;
        match child.ready_within(timeout.saturating_sub(begin.elapsed())) {
            Polled::Answer(_) => Ok((child, call)),
            Polled::Nothing => Err(child.timed_out(&request, timeout)),
            Polled::Closed => Err(child.died()),
            Polled::Nonsense(what) => Err(child.protocol(what)),
        }
    }
}
