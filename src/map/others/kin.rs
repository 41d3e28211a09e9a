//! Linux: which processes are this program's own.
//!
//! It owns that rule: those that were told, each by its number and the moment when it started, as numbers are used again;
//! and those of this very program that descend from this process, which may run and map before anybody was told of them.

use std::collections::BTreeMap;
use std::path::Path;

use rustix::fs::CWD;

use super::StatIdentity;
use super::process::{Process, identity_at};

/// How far parents are followed.
const MOST_GENERATIONS: usize = 16;

#[derive(Debug)]
pub(super) struct Kin {
    /// This process.
    own: u32,
    /// What its helpers run.
    program: Option<StatIdentity>,
    /// When each that was told started, as it was when it was told.
    told: BTreeMap<u32, u64>,
}

impl Kin {
    pub(super) fn new(program: &Path) -> Self {
        Self {
            own: std::process::id(),
            program: identity_at(CWD, program).ok(),
            told: BTreeMap::new(),
        }
    }

    pub(super) fn is_self(&self, pid: u32) -> bool {
        pid == self.own
    }

    /// These are ours, as they are now. Of one that was told before, it is kept which process was meant.
    pub(super) fn tell(&mut self, told: &[u32]) {
        self.told.retain(|pid, _| told.contains(pid));
        for pid in told {
            if self.told.contains_key(pid) {
                continue;
            }
            let lineage = Process::hold(*pid).and_then(|process| process.lineage());
            if let Ok(lineage) = lineage {
                self.told.insert(*pid, lineage.started);
            }
        }
    }

    /// It was told.
    pub(super) fn was_told(&self, pid: u32, started: u64) -> bool {
        self.told.get(&pid) == Some(&started)
    }

    /// It and those between run this program, and the last of them was started by this process.
    pub(super) fn descends(&self, process: &Process) -> bool {
        if self.program.is_none() {
            return false;
        }
        let Some(mut parent) = self.parent(process) else {
            return false;
        };
        for _ in 0..MOST_GENERATIONS {
            if parent == self.own {
                return true;
            }
            let above = Process::hold(parent).ok();
            match above.and_then(|above| self.parent(&above)) {
                Some(next) => parent = next,
                None => return false,
            }
        }
        false
    }

    /// The parent of a process that runs this program.
    fn parent(&self, process: &Process) -> Option<u32> {
        let runs = process.identity(b"exe").ok();
        let lineage = process.lineage().ok()?;
        (runs == self.program).then_some(lineage.parent)
    }
}
