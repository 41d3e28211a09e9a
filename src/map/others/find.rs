//! Linux: rounds through all processes for those that have the file, each remembered.
//!
//! It owns when a process is looked at in full. What tells that it changed is cheap: the number of its descriptors, the size
//! of its memory, and the inode of a folder of it, which is another one where another process has got the number. No event
//! tells of a mapping, so one that took the place of another of the same size is found when its turn comes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, statat};

use super::kin::Kin;
use super::look::{Candidate, Sought};
use super::memory::hidden;
use super::process::{Process, is_refusal, number};
use super::twins::Twins;
use super::{FileKey, Hiding, MOST_ROWS, OtherMapping, OtherProcess, Others};
use crate::bytes::Span;
use crate::map::errno::errno_of;
use crate::map::page::Unavailable;

/// Each process is looked at in full once in so many rounds, whatever it shows from outside.
const N_ROUNDS: u32 = 30;
/// The most processes whose folder is held open.
const MOST_HELD: usize = 2 * MOST_ROWS;

/// What is seen of a process from outside, also of another user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outside {
    /// Of its folder of descriptors; another one for another process with its number.
    inode: u64,
    /// Whose the folder is: root's, where the process may not be looked into.
    user: u32,
    /// How many descriptors it has; 0 before Linux 6.2.
    n_descriptors: i64,
    /// The pages of its memory.
    n_pages: u64,
}

/// What a full look found.
#[derive(Debug)]
enum Inside {
    Nothing,
    Hidden {
        errno: i32,
        is_own_user: bool,
    },
    Has {
        candidate: Box<Candidate>,
        /// Held while it is shown.
        process: Option<Process>,
        /// It is this program's own, as its parents say.
        descends: bool,
    },
}

#[derive(Debug)]
struct Known {
    outside: Outside,
    inside: Inside,
    is_shown: bool,
    /// There may be more of the file than was found.
    is_cut: bool,
}

/// All that is remembered.
#[derive(Debug)]
pub(super) struct Finder {
    sought: Sought,
    kin: Kin,
    twins: Twins,
    proc: OwnedFd,
    known: BTreeMap<u32, Known>,
    /// Of the round under way: who is still to be asked, the next one last.
    left: Vec<u32>,
    round: u32,
    is_whole: bool,
    n_held: usize,
    user: u32,
    /// A list of mappings, kept to be used again.
    maps: Vec<u8>,
}

/// The numbers of all processes.
pub(super) fn pids() -> io::Result<Vec<u32>> {
    let entries = fs::read_dir("/proc")?;
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    let mut pids: Vec<u32> = names
        .filter_map(|name| number(name.as_encoded_bytes()))
        .collect();
    pids.sort_unstable();
    Ok(pids)
}

impl Outside {
    fn of(proc: &OwnedFd, pid: u32) -> io::Result<Self> {
        let facts = statat(proc, format!("{pid}/fd"), AtFlags::empty())?;
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let statm = rustix::fs::openat(proc, format!("{pid}/statm"), flags, Mode::empty())?;
        let mut text = [0; 64];
        let n = File::from(statm).read(&mut text)?;
        let digits = text.iter().take(n).take_while(|byte| byte.is_ascii_digit());
        Ok(Self {
            inode: facts.st_ino,
            user: facts.st_uid,
            n_descriptors: facts.st_size,
            n_pages: digits.fold(0, |number: u64, digit| {
                number
                    .wrapping_mul(10)
                    .wrapping_add(u64::from(digit - b'0'))
            }),
        })
    }
}

impl Finder {
    pub(super) fn new(key: FileKey, program: &Path) -> Result<Self, Unavailable> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let proc = rustix::fs::openat(CWD, "/proc", flags, Mode::empty())
            .map_err(|error| hidden(&error.into()))?;
        Ok(Self {
            sought: Sought::new(key),
            kin: Kin::new(program),
            twins: Twins::default(),
            proc,
            known: BTreeMap::new(),
            left: Vec::new(),
            round: 0,
            is_whole: false,
            n_held: 0,
            user: rustix::process::geteuid().as_raw(),
            maps: Vec::new(),
        })
    }

    pub(super) fn set_own(&mut self, told: &[u32]) {
        self.kin.tell(told);
    }

    pub(super) fn has_found(&self) -> bool {
        let mut all = self.known.values();
        all.any(|known| matches!(known.inside, Inside::Has { .. }))
    }

    pub(super) fn begin(&mut self) -> Result<(), Unavailable> {
        let mut pids = pids().map_err(|error| hidden(&error))?;
        pids.retain(|pid| !self.kin.is_self(*pid));
        self.known.retain(|pid, _| pids.binary_search(pid).is_ok());
        self.count_held();
        pids.reverse();
        self.left = pids;
        self.twins.forget();
        self.round = self.round.wrapping_add(1);
        Ok(())
    }

    fn count_held(&mut self) {
        let holds = |known: &&Known| {
            matches!(
                known.inside,
                Inside::Has {
                    process: Some(_),
                    ..
                }
            )
        };
        self.n_held = self.known.values().filter(holds).count();
    }

    pub(super) fn step(&mut self, time: Duration, asks: &mut dyn FnMut(u32) -> bool) -> bool {
        let start = Instant::now();
        while let Some(pid) = self.left.pop() {
            if asks(pid) {
                self.check(pid);
            }
            if start.elapsed() >= time && !self.left.is_empty() {
                return false;
            }
        }
        self.is_whole = true;
        true
    }

    /// Looks at a process from outside, and in full where that is due.
    fn check(&mut self, pid: u32) {
        let outside = match Outside::of(&self.proc, pid) {
            Ok(outside) => outside,
            Err(error) => {
                self.forget(pid, &error);
                return;
            }
        };
        let is_due = self.known.get(&pid).is_none_or(|known| {
            known.outside != outside || known.is_shown || pid % N_ROUNDS == self.round % N_ROUNDS
        });
        if is_due {
            self.look(pid, outside);
        }
    }

    /// It has ended, or may not be looked at even from outside.
    fn forget(&mut self, pid: u32, error: &io::Error) {
        self.known.remove(&pid);
        if is_refusal(error) {
            let outside = Outside {
                inode: 0,
                user: 0,
                n_descriptors: 0,
                n_pages: 0,
            };
            let hidden = Inside::Hidden {
                errno: errno_of(error),
                is_own_user: false, // a user's own are told
            };
            self.remember(pid, outside, hidden, false);
        }
    }

    fn remember(&mut self, pid: u32, outside: Outside, inside: Inside, is_cut: bool) {
        let known = Known {
            outside,
            inside,
            is_cut,
            is_shown: self.known.get(&pid).is_some_and(|known| known.is_shown),
        };
        self.known.insert(pid, known);
    }

    fn look(&mut self, pid: u32, outside: Outside) {
        match self.look_inside(pid) {
            Ok((inside, is_cut)) => self.remember(pid, outside, inside, is_cut),
            // It ended, or there is no room for more descriptors: it is asked again in the next round.
            Err(_) => {
                self.known.remove(&pid);
            }
        }
    }

    /// What it has, and whether there may be more.
    fn look_inside(&mut self, pid: u32) -> io::Result<(Inside, bool)> {
        let mut process = Process::hold(pid)?;
        let candidate = match Candidate::find(&mut process, &self.sought, &mut self.maps) {
            Ok(Some(candidate)) => candidate,
            Ok(None) => return Ok((Inside::Nothing, process.is_cut)),
            Err(error) if is_refusal(&error) => {
                let hidden = Inside::Hidden {
                    errno: errno_of(&error),
                    is_own_user: process.user() == Some(self.user),
                };
                return Ok((hidden, false));
            }
            Err(error) => return Err(error),
        };
        // A child stays ours when its parent ends.
        let descends = match self.known.get(&pid).map(|known| &known.inside) {
            Some(Inside::Has {
                candidate: before,
                descends: true,
                ..
            }) if before.started == candidate.started => true,
            _ => self.kin.descends(&process),
        };
        self.n_held += 1;
        let is_cut = process.is_cut;
        let has = Inside::Has {
            candidate: Box::new(candidate),
            process: (self.n_held <= MOST_HELD).then_some(process),
            descends,
        };
        Ok((has, is_cut))
    }

    pub(super) fn read(&mut self, span: Span, asks: &mut dyn FnMut(u32) -> bool) -> Others {
        let mut found = Others {
            is_whole: self.is_whole,
            ..Others::default()
        };
        let shown = self.choose(span, &mut found);
        for (pid, most) in shown {
            if !asks(pid) {
                continue;
            }
            match self.read_one(pid, span, most) {
                Ok(process) => found.processes.extend(process),
                Err(_) => {
                    self.known.remove(&pid);
                }
            }
        }
        self.count_held();
        self.twins.tell(&mut found.processes);
        found
    }

    /// Whom to read, and how many mappings of each; the rest is counted. Lets go of those that are not shown.
    fn choose(&mut self, span: Span, found: &mut Others) -> Vec<(u32, usize)> {
        let (mut shown, mut left) = (Vec::new(), MOST_ROWS);
        for (pid, known) in &mut self.known {
            known.is_shown = false;
            found.n_cut += usize::from(known.is_cut);
            let (candidate, process) = match &mut known.inside {
                Inside::Nothing => {
                    found.n_looked += 1;
                    continue;
                }
                Inside::Hidden { errno, is_own_user } => {
                    hide(found, *errno, *is_own_user);
                    continue;
                }
                Inside::Has {
                    candidate,
                    process,
                    descends,
                } => {
                    found.n_looked += 1;
                    if *descends || self.kin.was_told(*pid, candidate.started) {
                        *process = None;
                        continue;
                    }
                    (candidate, process)
                }
            };
            let n_rows = candidate.n_with(span);
            let is_open = n_rows == 0 && candidate.n_open > 0;
            let n_taken = n_rows.min(left);
            found.n_more_mappings += n_rows - n_taken;
            found.n_more_open += usize::from(is_open && left == 0);
            if left > 0 && (is_open || n_taken > 0) {
                known.is_shown = true;
                shown.push((*pid, n_taken));
                left -= n_taken.max(1);
            } else {
                *process = None;
            }
        }
        shown
    }

    fn read_one(&mut self, pid: u32, span: Span, most: usize) -> io::Result<Option<OtherProcess>> {
        let is_held = |known: &Known| {
            matches!(
                known.inside,
                Inside::Has {
                    process: Some(_),
                    ..
                }
            )
        };
        if !self.known.get(&pid).is_some_and(is_held) {
            let outside = Outside::of(&self.proc, pid)?;
            self.count_held();
            let (inside, is_cut) = self.look_inside(pid)?;
            self.remember(pid, outside, inside, is_cut);
        }
        let Some(Known {
            inside:
                Inside::Has {
                    candidate,
                    process: Some(process),
                    ..
                },
            ..
        }) = self.known.get_mut(&pid)
        else {
            return Ok(None);
        };
        let mappings = candidate.read(process, &self.sought, span, most, &mut self.maps)?;
        Ok(told(pid, candidate, mappings))
    }
}

/// Counts a process that the kernel hides.
pub(super) fn hide(found: &mut Others, errno: i32, is_own_user: bool) {
    let known = found
        .hidden
        .iter_mut()
        .find(|hiding| (hiding.errno, hiding.is_own_user) == (errno, is_own_user));
    match known {
        Some(hiding) => hiding.n += 1,
        None => found.hidden.push(Hiding {
            errno,
            is_own_user,
            n: 1,
        }),
    }
}

/// `None` where nothing is left to be told.
pub(super) fn told(
    pid: u32,
    candidate: &Candidate,
    mappings: Vec<OtherMapping>,
) -> Option<OtherProcess> {
    (!mappings.is_empty() || candidate.n_open > 0).then(|| OtherProcess {
        pid,
        started: candidate.started,
        name: candidate.name.clone(),
        is_elsewhere: candidate.is_elsewhere,
        mappings,
        open: candidate.open.clone(),
        n_open: candidate.n_open,
        memory_of: None,
        is_silent: false,
    })
}
