//! Linux: one look at all processes.
//!
//! It owns that no process can hold the look up: each is looked at by a thread, and where the kernel does not come back
//! about one, that thread is left behind and another goes on with the next.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::find::{hide, pids, told};
use super::look::{Candidate, Sought};
use super::memory::hidden;
use super::process::{Process, is_refusal};
use super::twins::Twins;
use super::{FileKey, LOOK_PATIENCE, MOST_LEFT_BEHIND, OtherProcess, Others};
use crate::bytes::Span;
use crate::map::errno::{EIO, errno_of};
use crate::map::page::Unavailable;

/// What is asked of each process, and who is still to be asked.
struct Look {
    sought: Sought,
    span: Span,
    user: u32,
    /// The next one last.
    left: Mutex<Vec<u32>>,
}

/// What a thread says.
enum Said {
    /// It is about to look at this process.
    Asks(u32),
    /// What it found, and whether there may be more.
    Found(Answer, bool),
}

/// What one process has.
enum Answer {
    Has(Box<OtherProcess>),
    Nothing,
    Hidden { errno: i32, is_own_user: bool },
    Ended,
}

/// Looks at all processes but this one, once.
pub(super) fn look_once(key: &FileKey, span: Span) -> Result<Others, Unavailable> {
    let own = std::process::id();
    let mut left = pids().map_err(|error| hidden(&error))?;
    left.retain(|pid| *pid != own);
    left.reverse();
    let look = Arc::new(Look {
        sought: Sought::new(key.clone()),
        span,
        user: rustix::process::geteuid().as_raw(),
        left: Mutex::new(left),
    });
    let mut found = Others::default();
    while !found.is_whole && found.silent.len() <= MOST_LEFT_BEHIND {
        let (sender, answers) = channel();
        let looking = Arc::clone(&look);
        thread::Builder::new()
            .name("who".to_owned())
            .spawn(move || looking.go_on(&sender))
            .map_err(|error| Unavailable::Failed {
                errno: error.raw_os_error().unwrap_or(EIO),
            })?;
        match gather(&answers, &mut found) {
            None => found.is_whole = true,
            Some(silent) => found.silent.push(silent),
        }
    }
    found.processes.sort_by_key(|process| process.pid);
    Twins::default().tell(&mut found.processes);
    Ok(found)
}

/// Takes in what a thread says until it has no more to say, or says nothing more of a process: then that one's number.
fn gather(answers: &Receiver<Said>, found: &mut Others) -> Option<u32> {
    let mut at = None;
    loop {
        match answers.recv_timeout(LOOK_PATIENCE) {
            Ok(Said::Asks(pid)) => at = Some(pid),
            Ok(Said::Found(answer, is_cut)) => {
                at = None;
                found.n_cut += usize::from(is_cut);
                take(answer, found);
            }
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) if at.is_some() => return at,
            Err(RecvTimeoutError::Timeout) => {} // it has not got a processor for long
        }
    }
}

fn take(answer: Answer, found: &mut Others) {
    match answer {
        Answer::Has(process) => {
            found.n_looked += 1;
            found.processes.push(*process);
        }
        Answer::Nothing => found.n_looked += 1,
        Answer::Hidden { errno, is_own_user } => hide(found, errno, is_own_user),
        Answer::Ended => {}
    }
}

impl Look {
    /// Looks at one process after the other, for as long as somebody hears of it.
    fn go_on(&self, answers: &Sender<Said>) {
        let mut maps = Vec::new();
        loop {
            let next = self
                .left
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            let Some(pid) = next else {
                return;
            };
            if answers.send(Said::Asks(pid)).is_err() {
                return;
            }
            let (answer, is_cut) = self.at(pid, &mut maps);
            if answers.send(Said::Found(answer, is_cut)).is_err() {
                return;
            }
        }
    }

    fn at(&self, pid: u32, maps: &mut Vec<u8>) -> (Answer, bool) {
        let Ok(mut process) = Process::hold(pid) else {
            return (Answer::Ended, false);
        };
        let answer = match self.inside(&mut process, maps) {
            Ok(Some(process)) => Answer::Has(Box::new(process)),
            Ok(None) => Answer::Nothing,
            Err(error) if is_refusal(&error) => Answer::Hidden {
                errno: errno_of(&error),
                is_own_user: process.user() == Some(self.user),
            },
            Err(_) => Answer::Ended,
        };
        (answer, process.is_cut)
    }

    fn inside(
        &self,
        process: &mut Process,
        maps: &mut Vec<u8>,
    ) -> io::Result<Option<OtherProcess>> {
        let Some(mut candidate) = Candidate::find(process, &self.sought, maps)? else {
            return Ok(None);
        };
        let mappings = candidate.read(process, &self.sought, self.span, usize::MAX, maps)?;
        Ok(told(process.pid, &candidate, mappings))
    }
}
