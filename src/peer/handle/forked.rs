//! The handle of a peer that another peer has forked: its pipes, and the hold on a process that is no child of ours.
//!
//! It owns how such a peer begins. It must not know how it ends, which is as with the others.

use std::io;
use std::os::fd::{AsRawFd as _, RawFd};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use super::{Heard, PeerProcess};
use crate::map::{errno_name, errno_of};
use crate::peer::calls::MadeCall;
use crate::peer::error::PeerError;
use crate::peer::process::ChildProcess;
use crate::peer::protocol::{Answer, AnswerLine, Request};
use crate::peer::raw::Pidfd;

impl PeerProcess {
    pub(super) fn fork_with_pipes(
        &mut self,
        label: &str,
        timeout: Duration,
    ) -> Result<(Self, MadeCall), PeerError> {
        let failed = |error: io::Error| PeerError::Refused {
            message: format!("The pipes to {label} cannot be made: {error}"),
            errno: Some(errno_name(errno_of(&error)).to_owned()),
        };
        let (their_input, our_output) = io::pipe().map_err(failed)?;
        let (our_input, their_output) = io::pipe().map_err(failed)?;
        let own = std::process::id();
        let path = |descriptor: RawFd| format!("/proc/{own}/fd/{descriptor}").into();
        let request = Request::Fork {
            input: path(their_input.as_raw_fd()),
            output: path(their_output.as_raw_fd()),
        };
        // Where it comes to nothing the pipes are closed, and a child that began all the same ends by that.
        let (pid, call) = match self.request(&request, timeout)? {
            Answer::Forked { pid, call } => (pid, call),
            other => return Err(self.protocol(format!("it says {other:?}"))),
        };
        // Also if the child has ended: until its parent is told to reap it the number is its own.
        let process = Pidfd::open(pid).map_err(|error| PeerError::Refused {
            message: format!("{label} (process {pid}) cannot be held: {error}"),
            errno: Some(errno_name(errno_of(&error)).to_owned()),
        })?;
        let mut child = Self::new(label, pid, ChildProcess::Adopted(process));
        child.talk(our_output, our_input, || {}).map_err(failed)?;
        // Not before it is ready does it die with its parent, also where it is stopped.
        child.wait_until_ready(&request, timeout)?;
        Ok((child, call))
    }

    fn wait_until_ready(&mut self, request: &Request, limit: Duration) -> Result<(), PeerError> {
        let heard = self
            .answers
            .as_ref()
            .map(|answers| answers.recv_timeout(limit));
        match heard {
            Some(Ok(Heard::Answer(AnswerLine {
                answer: Answer::Ready { pid },
                ..
            }))) if pid == self.pid => Ok(()),
            Some(Ok(other)) => Err(self.protocol(format!("it begins with {other:?}"))),
            Some(Err(RecvTimeoutError::Timeout)) => Err(self.timed_out(request, limit)),
            Some(Err(RecvTimeoutError::Disconnected)) | None => Err(self.died()),
        }
    }
}
