//! What stands at the path of a file that an earlier run edited.
//!
//! It owns how that is found out: the file's marks, what was edited, and what stood around it. Times are not believed: a
//! clock may have been set back, and our own stores changed them; what was edited is read and compared. It changes nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};

use super::around::{BlockSum, blocks_of, read_at, sum_of};
use super::layer::Layer;
use super::ledger::{Entry, made};
use crate::map::Identity;
use crate::model::journal::PendingRun;
use crate::model::offer::{FileFate, LISTED};
use crate::os::stamp::{FileStamp, open_to_compare};

/// How much of a file is compared at once, in bytes.
const CHUNK_BYTES: usize = 1 << 20;

/// A file compared with what was edited of it.
#[derive(Debug)]
pub(super) struct Compared {
    /// In words.
    pub(super) standing: FileFate,
    /// What is there, where something is.
    pub(super) identity: Option<Identity>,
    /// The first places where it holds neither what stood there nor what was put there, and what it holds.
    pub(super) conflicts: Vec<(u64, u8)>,
}

impl Compared {
    fn without(standing: FileFate) -> Self {
        Self {
            standing,
            identity: None,
            conflicts: Vec::new(),
        }
    }
}

/// What was about to be stored in the file when the run ended may not have been: where the file is the same one, it says so.
/// What cannot be read counts as stored, but for what the file is too short for.
pub(super) fn look_for_open(entry: &mut Entry) {
    let Ok(mut file) = open_to_compare(&entry.path) else {
        return;
    };
    let is_same = FileStamp::of(&file).is_ok_and(|stamp| stamp.is_of_same_file(&entry.stamp));
    if let (true, Ok(end)) = (is_same, file.seek(SeekFrom::End(0))) {
        entry.settle_in_file(|change| {
            let now = read_at(&file, change.offset, change.old.len());
            let known = (change.offset..).zip(&now).collect::<BTreeMap<_, _>>();
            made(change, |offset, old| match known.get(&offset) {
                Some(now) => **now == old,
                None => offset >= end,
            })
        });
    }
}

/// Looks at the file of an entry.
pub(super) fn compare(entry: &Entry, unsaved: &[PendingRun], in_file: &[PendingRun]) -> Compared {
    let unreadable = |error: &io::Error| {
        let why = crate::map::describe_errno(crate::map::errno_of(error));
        Compared::without(FileFate::Unreadable(why))
    };
    let file = match open_to_compare(&entry.path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Compared::without(FileFate::Gone);
        }
        Err(error) => return unreadable(&error),
    };
    let stamp = match FileStamp::of(&file) {
        Ok(stamp) => stamp,
        Err(error) => return unreadable(&error),
    };
    let mut conflicts = Vec::new();
    let runs = unsaved.iter().chain(in_file);
    let n_other: u64 = runs.map(|run| others(&file, run, &mut conflicts)).sum();
    let n_around = n_around(&file, entry, unsaved, in_file);
    let standing = match (stamp.is_of_same_file(&entry.stamp), n_other, n_around) {
        (true, 0, 0) => FileFate::Same,
        (true, 0, around) => FileFate::Around(around),
        (true, n, _) => FileFate::Changed(n),
        (false, 0, around) if around > 0 => FileFate::ReplacedAround(around),
        (false, n, _) => FileFate::Replaced(n),
    };
    Compared {
        standing,
        identity: Some(Identity {
            dev: stamp.dev,
            ino: stamp.ino,
        }),
        conflicts,
    }
}

/// In how many blocks something else stands around what was edited.
fn n_around(file: &File, entry: &Entry, unsaved: &[PendingRun], in_file: &[PendingRun]) -> u64 {
    let spans = unsaved.iter().chain(in_file).filter_map(|run| {
        let len = run.value.len() as u64;
        crate::bytes::Span::at(run.offset, len)
    });
    let mut numbers: Vec<u64> = spans.flat_map(blocks_of).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let sums = numbers.iter().filter_map(|number| entry.blocks.get(number));
    let others = sums.filter(|sum| !stands(sum, file, &entry.in_file));
    others.count() as u64
}

/// In how many places of a run the file holds neither what stood there nor what was put there.
fn others(file: &File, run: &PendingRun, conflicts: &mut Vec<(u64, u8)>) -> u64 {
    let mut n_other = 0;
    let values = run.value.chunks(CHUNK_BYTES);
    let bases = run.base.chunks(CHUNK_BYTES);
    let mut at = run.offset;
    for (value, base) in values.zip(bases) {
        let now = read_at(file, at, value.len());
        let known = (at..).zip(now.iter().zip(value.iter().zip(base)));
        for (offset, (now, _)) in
            known.filter(|(_, (now, (value, base)))| now != value && now != base)
        {
            n_other += 1;
            if conflicts.len() < LISTED {
                conflicts.push((offset, *now));
            }
        }
        n_other += value.len() - now.len();
        at += value.len() as u64;
    }
    n_other as u64
}

/// Whether `file` holds what was summed, once what was put there by `in_file` is taken back.
fn stands(before: &BlockSum, file: &File, in_file: &Layer) -> bool {
    let Ok(len) = usize::try_from(before.len) else {
        return false;
    };
    let mut now = read_at(file, before.offset, len);
    for change in in_file.within(before.span()) {
        let at = usize::try_from(change.offset - before.offset).unwrap_or(usize::MAX);
        let bytes = now.iter_mut().skip(at);
        for (now, (old, new)) in bytes.zip(change.old.iter().zip(&change.new)) {
            if now == new {
                *now = *old;
            }
        }
    }
    now.len() == len && before.sum == sum_of(&now)
}
