//! The process of a peer: our own child, or one that a peer has forked and we hold by a descriptor.
//!
//! It owns how either is told to end, and how its end is seen. It must not know the peer's pipes.

#[cfg(unix)]
use std::io;
use std::process::{Child, ExitStatus};
use std::time::Duration;

use super::ending::gone_within;
#[cfg(target_os = "linux")]
use super::raw::Pidfd;

/// A signal to a peer by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerSignal {
    /// SIGSTOP: it stands still until it may go on.
    Stop,
    /// SIGCONT: it goes on.
    Continue,
    /// SIGKILL: it ends at once.
    Kill,
}

/// A process.
#[derive(Debug)]
pub(super) enum Body {
    /// A child of ours, and whether it is reaped.
    Child(Child, bool),
    /// A child of another peer, which reaps it.
    #[cfg(target_os = "linux")]
    Adopted(Pidfd),
}

impl Body {
    /// Whether the process ends before `limit` is over. A child is reaped by this.
    pub(super) fn gone_within(&mut self, limit: Duration) -> bool {
        match self {
            Self::Child(child, reaped) => {
                *reaped = *reaped || gone_within(child, limit);
                *reaped
            }
            #[cfg(target_os = "linux")]
            Self::Adopted(process) => process.gone_within(limit),
        }
    }

    /// How the process ended; `None` while it runs, and where only another process learns it.
    pub(super) fn status(&mut self) -> Option<ExitStatus> {
        if !self.gone_within(Duration::ZERO) {
            return None;
        }
        match self {
            // What is reaped is remembered.
            Self::Child(child, _) => child.try_wait().ok().flatten(),
            #[cfg(target_os = "linux")]
            Self::Adopted(_) => None,
        }
    }

    /// Ends the process at once.
    pub(super) fn kill(&mut self) {
        // An error means that it ended in the meantime.
        match self {
            Self::Child(child, _) => child.kill().ok(),
            #[cfg(target_os = "linux")]
            Self::Adopted(process) => process.signal(libc::SIGKILL).ok(),
        };
    }

    #[cfg(unix)]
    pub(super) fn signal(&self, signal: PeerSignal) -> io::Result<()> {
        let number = match signal {
            PeerSignal::Stop => libc::SIGSTOP,
            PeerSignal::Continue => libc::SIGCONT,
            PeerSignal::Kill => libc::SIGKILL,
        };
        match self {
            // Its number may be another's by now.
            Self::Child(_, true) => Err(io::Error::from_raw_os_error(libc::ESRCH)),
            Self::Child(child, false) => super::raw::send_signal(child.id(), number),
            #[cfg(target_os = "linux")]
            Self::Adopted(process) => process.signal(number),
        }
    }
}
