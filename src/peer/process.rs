//! The process of a peer: our own child, or one that a peer has forked and we hold by a descriptor.
//!
//! It owns how either is told to end, and how its end is seen. It must not know the peer's pipes.

#[cfg(unix)]
use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::Duration;

use crate::os::exit::gone_within;
#[cfg(unix)]
use crate::os::exit::{code_name, signal_name};
use crate::peer::calls::Death;
#[cfg(target_os = "linux")]
use crate::peer::raw::Pidfd;

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
pub(super) enum ChildProcess {
    /// A child of ours, and whether it is reaped.
    Child(Child, bool),
    /// A child of another peer, which reaps it.
    #[cfg(target_os = "linux")]
    Adopted(Pidfd),
}

impl ChildProcess {
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

/// A process that was killed and is not gone: it is stuck in the kernel, for example in a read from a file system
/// that does not answer. A thread of its own reaps it when it goes, also after this is dropped.
#[derive(Debug)]
pub struct Unreaped(Option<ChildProcess>);

impl Unreaped {
    pub(crate) fn new(child: Child) -> Self {
        Self::of(ChildProcess::Child(child, false))
    }

    pub(super) fn of(process: ChildProcess) -> Self {
        Self(Some(process))
    }

    /// Whether the process is gone at last; it is reaped by this.
    pub fn is_gone(&mut self) -> bool {
        self.0
            .as_mut()
            .is_none_or(|process| process.gone_within(Duration::ZERO))
    }
}

impl Drop for Unreaped {
    fn drop(&mut self) {
        if self.is_gone() {
            return;
        }
        // What another process has forked, that one reaps.
        if let Some(ChildProcess::Child(mut child, _)) = self.0.take() {
            // Nobody joins it: it may wait for as long as the file system is silent. Where no thread can be started the
            // process is left to whoever reaps for this program.
            thread::Builder::new()
                .name("reaper".to_owned())
                .spawn(move || child.wait())
                .ok();
        }
    }
}

/// A load or store that the processor refused, as the peer told with its last word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) signal: i32,
    pub(crate) code: i32,
    pub(crate) address: u64,
}

/// How a signal ended a process: `signal` where the system says it, else the one of `fault`. The fault's details are told
/// where it is the cause.
#[cfg(unix)]
pub(crate) fn death_by(signal: Option<i32>, fault: Option<Fault>) -> Option<Death> {
    let signal = signal.or(fault.map(|fault| fault.signal))?;
    let fault = fault.filter(|fault| fault.signal == signal);
    Some(Death {
        signal: signal_name(signal),
        code: fault.map(|fault| code_name(fault.signal, fault.code)),
        address: fault.map(|fault| fault.address),
    })
}

/// As above; nothing ends by signals here.
#[cfg(not(unix))]
pub(crate) fn death_by(_: Option<i32>, _: Option<Fault>) -> Option<Death> {
    None
}
