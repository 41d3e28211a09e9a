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

/// What `n` parts take once they are recorded, in bytes; `None` where there is said to be no room.
fn taken(n: u64, (len, apart): (usize, u64), mode: Mode) -> Option<usize> {
    let mut journal = Journal::with_budget(BUDGET);
    let places: Vec<(u64, usize)> = (0..n).map(|index| (index * apart, len)).collect();
    if journal.room_for_parts(&places) != Room::Enough {
        return None;
    }
    let (drawn, at) = (Drawn::nothing(), SystemTime::UNIX_EPOCH);
    journal.record(step(n, len, apart), &drawn, mode, TARGET, at)?;
    Some(journal.bytes_kept())
}

/// The most parts that there is said to be room for.
fn most(parts: (usize, u64)) -> u64 {
    let has_room = |n: u64| {
        let (len, apart) = parts;
        let places: Vec<(u64, usize)> = (0..n).map(|index| (index * apart, len)).collect();
        Journal::with_budget(BUDGET).room_for_parts(&places) == Room::Enough
    };
    let (mut room, mut none) = (0, BUDGET as u64 / 16); // each takes more than 16 bytes
    while room + 1 < none {
        let n = u64::midpoint(room, none);
        if has_room(n) {
            room = n;
        } else {
            none = n;
        }
    }
    room
}

#[test]
fn what_has_room_takes_no_more_than_the_budget() {
    for parts in [
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
        let (len, apart) = parts;
        let most = most(parts);
        // a list that grows by doubling has the most to spare right after it did
        let doubled = most.next_power_of_two() / 2 + 1;
        for n in [most, most - 1, doubled.min(most)] {
            for mode in [Mode::Private, Mode::Shared] {
                let kept = taken(n, parts, mode).expect("there is room");
                assert!(
                    kept <= BUDGET,
                    "{n} of {len} bytes {apart} apart: {kept} bytes"
                );
                // nor is much refused that would have had room
                let is_told = n < most || kept > BUDGET / 16;
                assert!(
                    is_told,
                    "{n} of {len} bytes {apart} apart: only {kept} bytes"
                );
            }
        }
    }
}
