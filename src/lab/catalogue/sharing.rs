//! Who sees a store: shared and private mappings of one file in several processes.

use crate::lab::Experiment;
use crate::lab::calls::Sabotage::{OtherMode, SkipStores};
use crate::lab::stage::{Stage, Stop, shared};
use crate::model::experiment::{Claim, Expected, HandKind, Promise, Topic};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[Experiment {
    claim: Claim {
        name: "shared-seen-by-shared",
        topic: Topic::Sharing,
        title: "A store through a shared mapping is seen by another process's shared mapping",
        choices: &[
            "The other process sees the new byte at once",
            "The other process sees it after msync",
            "The other process never sees it",
        ],
        expected: Expected::Always(0),
        promise: Promise::Posix,
        why: "Both processes map the same pages of the page cache, so there is only one byte: what one process stores, \
              the other one loads, with no system call between them. msync has nothing to do with it: that is about \
              the storage below.",
        source: "mmap(2), MAP_SHARED: \u{201c}updates to the mapping are visible to other processes mapping the same \
                 region\u{201d}; POSIX.1-2024 mmap()",
        by_hand: &[HandKind::Shared, HandKind::Shared],
    },
    needs: &[],
    // Not on B's mode: an untouched page of a private mapping shows the store as well.
    rests_on: &[("A", SkipStores), ("A", OtherMode)],
    script: shared_seen_by_shared,
}];

fn shared_seen_by_shared(s: &mut Stage<'_>) -> Result<(), Stop> {
    let page = s.page();
    let letters = s.letters(1);
    s.file("f", &letters)?;
    let (a, b) = (s.peer("A")?, s.peer("B")?);
    s.open_and_map(a, shared("f", page))?;
    s.open_and_map(b, shared("f", page))?;
    let before = s.load(b, 28, 1)?;
    s.expect_bytes(&before, b"A");
    s.store(a, 28, b"Z")?;
    let after = s.load(b, 28, 1)?;
    s.expect_bytes(&after, b"Z");
    Ok(())
}
