//! What a step in many tiny parts costs: what is said to have room stays within the budget.

use std::time::SystemTime;

use mapscope::model::Mode;
use mapscope::model::journal::{Drawn, Journal, Room, Stored};

use super::TARGET;

const BUDGET: usize = 1 << 20;

/// One step of `n` parts of `len` bytes, `apart` from each other; none of their bytes is like another.
fn step(n: u64, len: usize, apart: u64) -> Vec<Stored> {
    let bytes = |from: u8| (0..=255).cycle().skip(from.into()).take(len).collect();
    let part = |index: u64| Stored {
        offset: index * apart,
        old: bytes(1),
        new: bytes(100),
    };
    (0..n).map(part).collect()
}

#[test]
fn what_has_room_takes_no_more_than_the_budget() {
    for (len, apart) in [
        (1, 2),
        (1, 3),
        (2, 40),
        (1, 100),
        (3, 200),
        (1, 2048),
        (1, 4096),
        (3, 5000),
        (2, 1 << 20),
        (64, 65),
        (4096, 8191),
    ] {
        let mut most = 0;
        for mode in [Mode::Private, Mode::Shared] {
            for power in 0..16 {
                let stores = step(1 << power, len, apart);
                let places: Vec<(u64, usize)> = stores
                    .iter()
                    .map(|part| (part.offset, part.new.len()))
                    .collect();
                let mut journal = Journal::with_budget(BUDGET);
                let room = journal.room_for_parts(&places);
                let (drawn, at) = (Drawn::nothing(), SystemTime::UNIX_EPOCH);
                journal.record(stores, &drawn, mode, TARGET, at).unwrap();
                let kept = journal.bytes_kept();
                if room == Room::Enough {
                    assert!(kept <= BUDGET, "{len} bytes {apart} apart: {kept} bytes");
                    most = most.max(kept);
                }
            }
        }
        // nor is much refused that would have had room
        assert!(
            most > BUDGET / 16,
            "{len} bytes {apart} apart: only {most} bytes"
        );
    }
}
