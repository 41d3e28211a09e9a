//! The files of a storage that takes its time: mappings on plain arrays, what a store and a write-back do to them.

use std::collections::{BTreeMap, VecDeque};
use std::time::SystemTime;

use mapscope::model::event::{FileEvent, StoreResult};
use mapscope::model::journal::PendingRun;
use mapscope::model::{FileOrder, Generation, MappingId};

use super::*;

/// A mapping of a worker.
pub(super) struct Map {
    pub(super) id: MappingId,
    pub(super) generation: Generation,
    pub(super) mode: Mode,
    pub(super) access: Access,
    pub(super) copies: BTreeMap<usize, u8>,
}

/// The worker of an open file.
pub(super) struct Worker {
    pub(super) inode: u64,
    pub(super) maps: Vec<Map>,
    pub(super) queue: VecDeque<FileOrder>,
    pub(super) said: VecDeque<FileEvent>,
    pub(super) jobs: Vec<FileOrder>,
    pub(super) is_closed: bool,
}

/// The edits that a list says are not in the file.
pub(super) fn listed(text: &str) -> BTreeMap<usize, u8> {
    let parts = text.split("# not in the file").skip(1); // of each view
    let mut found = BTreeMap::new();
    for line in parts.flat_map(|part| part.lines().skip(1)) {
        let mut fields = line.split('\t');
        let offset = fields.next().unwrap().trim_start_matches("0x");
        let offset = usize::from_str_radix(offset, 16).unwrap();
        let bytes = fields.nth(1).unwrap().split(' ');
        let bytes = bytes.map(|byte| u8::from_str_radix(byte, 16).unwrap());
        found.extend((offset..).zip(bytes));
    }
    found
}

pub(super) fn store(map: &mut Map, file: &mut [u8], batch: &StoreBatch) -> FileNews {
    let shown =
        |map: &Map, file: &[u8], at: usize| map.copies.get(&at).copied().unwrap_or(file[at]);
    let mut lost = Vec::new();
    for run in &batch.beside {
        let at = usize::try_from(run.offset).unwrap();
        let now: Vec<u8> = (at..at + run.value.len())
            .map(|at| shown(map, file, at))
            .collect();
        if now != run.value {
            lost.push(Span::at(run.offset, run.value.len() as u64).unwrap());
        }
    }
    let mut results = Vec::new();
    for store in &batch.stores {
        let at = usize::try_from(store.offset).unwrap();
        let old: Vec<u8> = (at..at + store.bytes.len())
            .map(|at| shown(map, file, at))
            .collect();
        let outcome = if map.access == Access::ReadOnly {
            StoreOutcome::Refused("read-only".to_owned())
        } else if store.expect.as_ref().is_some_and(|expect| *expect != old) {
            StoreOutcome::Changed(old)
        } else {
            for (at, byte) in (at..).zip(&store.bytes) {
                match map.mode {
                    Mode::Private => {
                        map.copies.insert(at, *byte);
                    }
                    Mode::Shared => file[at] = *byte,
                }
            }
            StoreOutcome::Stored(old)
        };
        results.push(StoreResult {
            offset: store.offset,
            bytes: store.bytes.clone(),
            outcome,
        });
    }
    FileNews::Stored {
        purpose: batch.purpose,
        mode: map.mode,
        at: SystemTime::UNIX_EPOCH,
        results,
        lost,
    }
}

/// Each byte where the file still holds its base, or already its value.
pub(super) fn write_back(file: &mut [u8], runs: &[PendingRun]) -> WroteBack {
    let mut wrote = WroteBack::default();
    for run in runs {
        for ((at, base), value) in (run.offset..).zip(&run.base).zip(&run.value) {
            let place = &mut file[usize::try_from(at).unwrap()];
            if *place == *base || *place == *value {
                *place = *value;
                wrote.written.push(span(at, at + 1));
            } else {
                wrote.conflicts.push((at, *place));
            }
        }
    }
    wrote.synced = !wrote.written.is_empty();
    wrote
}
