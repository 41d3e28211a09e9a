//! Linux: processes that run in one memory (`vfork(2)`, `CLONE_VM`), which are two processes and see through one mapping.
//!
//! It owns how they are told apart from a parent and a child with memories of their own. Nothing in `/proc` tells that: the
//! lists of mappings are the same for both kinds.

use std::collections::BTreeMap;

use super::OtherProcess;
use super::process::Process;
use crate::map::raw::is_same_memory;

/// What the kernel said of pairs, in the round under way.
#[derive(Debug, Default)]
pub(super) struct Twins(BTreeMap<(u32, u32), Option<bool>>);

impl Twins {
    /// What was said holds no more: a process may have begun another program meanwhile.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// Takes the mappings of each process that runs in the memory of an earlier one, and says of which. Where the kernel
    /// does not tell, it is not known of any of their copies that nobody else has it.
    pub(super) fn tell(&mut self, processes: &mut [OtherProcess]) {
        for later in 1..processes.len() {
            let (before, rest) = processes.split_at_mut(later);
            let Some(twin) = rest.first_mut() else {
                return;
            };
            for first in before {
                if !look_alike(first, twin) {
                    continue;
                }
                match self.ask(first, twin) {
                    Some(true) => {
                        twin.mappings.clear();
                        twin.memory_of = Some(first.pid);
                        break;
                    }
                    Some(false) => {}
                    None => {
                        doubt(first);
                        doubt(twin);
                    }
                }
            }
        }
    }

    fn ask(&mut self, first: &OtherProcess, twin: &OtherProcess) -> Option<bool> {
        let pair = (first.pid, twin.pid);
        *self.0.entry(pair).or_insert_with(|| {
            let answer = is_same_memory(first.pid, twin.pid)?;
            // Numbers are used again: the answer is of these two only if they are still there.
            (is_there(first) && is_there(twin)).then_some(answer)
        })
    }
}

fn is_there(process: &OtherProcess) -> bool {
    let lineage = Process::hold(process.pid).and_then(|held| held.lineage());
    lineage.is_ok_and(|lineage| lineage.started == process.started)
}

/// The same part of the file lies at the same addresses.
fn look_alike(left: &OtherProcess, right: &OtherProcess) -> bool {
    let places = |process: &OtherProcess| {
        let mappings = process.mappings.iter();
        let places = mappings.map(|it| (it.addresses, it.span, it.mode, it.may));
        places.collect::<Vec<_>>()
    };
    !left.mappings.is_empty()
        && left.mappings.len() == right.mappings.len()
        && left.mappings.first().map(|it| it.addresses)
            == right.mappings.first().map(|it| it.addresses)
        && places(left) == places(right)
}

/// A page that only one page table has may be the other's all the same, as theirs may be the same one.
fn doubt(process: &mut OtherProcess) {
    for page in process.mappings.iter_mut().flat_map(|it| &mut it.pages) {
        if let Ok(fact) = &mut page.fact {
            fact.is_exclusive = None;
        }
    }
}
