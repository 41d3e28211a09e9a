//! How child processes and threads end: waiting for it with a limit, its cause in words, and what cannot be ended.
//!
//! It owns the names of signals and the thread that reaps a process that is stuck. It must not know what the process
//! was for.

use std::process::{Child, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::body::Body;
use super::calls::Death;

/// A process that was killed and is not gone: it is stuck in the kernel, for example in a read from a file system
/// that does not answer. A thread of its own reaps it when it goes, also after this is dropped.
#[derive(Debug)]
pub struct Corpse(Option<Body>);

impl Corpse {
    pub(crate) fn new(child: Child) -> Self {
        Self::of(Body::Child(child, false))
    }

    pub(super) fn of(body: Body) -> Self {
        Self(Some(body))
    }

    /// Whether the process is gone at last; it is reaped by this.
    pub fn is_gone(&mut self) -> bool {
        self.0
            .as_mut()
            .is_none_or(|body| body.gone_within(Duration::ZERO))
    }
}

impl Drop for Corpse {
    fn drop(&mut self) {
        if self.is_gone() {
            return;
        }
        // What another process has forked, that one reaps.
        if let Some(Body::Child(mut child, _)) = self.0.take() {
            // Nobody joins it: it may wait for as long as the file system is silent. Where no thread can be started the
            // process is left to whoever reaps for this program.
            thread::Builder::new()
                .name("reaper".to_owned())
                .spawn(move || child.wait())
                .ok();
        }
    }
}

/// Whether `child` is gone before `limit` is over; it is reaped by this.
pub(crate) fn gone_within(child: &mut Child, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_micros(200);
    loop {
        // An error says that there is no such child: it is gone as well.
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Whether `thread` ends before `limit` is over.
pub(crate) fn finished_within(thread: &JoinHandle<()>, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while !thread.is_finished() {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_micros(200));
    }
    true
}

/// Joins `thread` if it ends before `limit` is over. Else it goes on by itself: it is stuck in the kernel.
pub(crate) fn join_within(thread: JoinHandle<()>, limit: Duration) {
    if finished_within(&thread, limit) {
        // An error is a panic, which has been printed already.
        thread.join().ok();
    }
}

/// `signal 9 (SIGKILL)` or `exit code 1`.
pub(crate) fn describe_exit(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = signal_of(status) {
        return describe_signal(signal);
    }
    status
        .code()
        .map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}

/// `signal 9 (SIGKILL)`.
pub(crate) fn describe_signal(signal: i32) -> String {
    #[cfg(unix)]
    let name = known_signal(signal).unwrap_or("unnamed");
    #[cfg(not(unix))]
    let name = "unnamed";
    format!("signal {signal} ({name})")
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

/// The signal that ended a process, if one did.
pub(crate) fn signal_of(status: ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    {
        let _ = status;
        None
    }
}

/// The name of a fault's code, sigaction(2).
#[cfg(unix)]
fn code_name(signal: i32, code: i32) -> String {
    let name = match (signal, code) {
        (libc::SIGSEGV, 1) => "SEGV_MAPERR",
        (libc::SIGSEGV, 2) => "SEGV_ACCERR",
        (libc::SIGSEGV, 3) => "SEGV_BNDERR",
        (libc::SIGSEGV, 4) => "SEGV_PKUERR",
        (libc::SIGBUS, 1) => "BUS_ADRALN",
        (libc::SIGBUS, 2) => "BUS_ADRERR",
        (libc::SIGBUS, 3) => "BUS_OBJERR",
        (libc::SIGBUS, 4) => "BUS_MCEERR_AR",
        (libc::SIGBUS, 5) => "BUS_MCEERR_AO",
        (_, 0x80) => "SI_KERNEL",
        (_, code) => return format!("code {code}"),
    };
    name.to_owned()
}

/// The name of a signal, signal(7).
#[cfg(unix)]
pub(crate) fn signal_name(signal: i32) -> String {
    known_signal(signal).map_or_else(|| format!("signal {signal}"), ToOwned::to_owned)
}

#[cfg(unix)]
fn known_signal(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGALRM => "SIGALRM",
        libc::SIGTERM => "SIGTERM",
        libc::SIGUSR1 => "SIGUSR1",
        libc::SIGUSR2 => "SIGUSR2",
        libc::SIGSYS => "SIGSYS",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        _ => return None,
    })
}
