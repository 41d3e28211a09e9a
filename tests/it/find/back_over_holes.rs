//! Backwards over holes: which zeros are found is a matter of blocks there as elsewhere, and what finds none passes them.

use mapscope::bytes::find::PatternKind;
use mapscope::model::find::FindGoal;
use mapscope::work::find::FindOptions;

use super::expressions::expression;
use super::{found, nearest, pattern};
use crate::searched::{Cell, Fake};

const BLOCK: u64 = 16;

/// The last match before `cursor` in a hole of a thousand zeros behind a byte.
#[track_caller]
fn check(pattern: &mapscope::bytes::find::Pattern, cursor: u64, start: u64, len: u64) {
    let mut cells = vec![Cell::Hole; 1000];
    cells[0] = Cell::Byte(b'x');
    let fake = Fake::new(0, cells);
    for threads in [1, 3] {
        let options = FindOptions {
            threads,
            chunk: BLOCK,
            block: BLOCK,
            lead: 0,
            is_nice: false,
            ..FindOptions::default()
        };
        for wraps in [false, true] {
            let goal = FindGoal::Previous {
                before: cursor,
                wraps,
            };
            let place = nearest(&found(&fake, pattern, goal, &options));
            let place = place.map(|it| (it.span.start(), it.span.len(), it.wrapped));
            assert_eq!(place, Some((start, len, false)), "{threads} threads");
        }
    }
}

#[test]
fn zeros_of_a_hole_are_found_block_by_block() {
    // Threes from the start of the cursor's block on: 992, 995, and none at 998, where two bytes are left.
    check(&expression(r"\x00{3}"), 1000, 995, 3);
    // The whole block is one match, as much of it as is searched.
    check(&expression(r"\x00{2,}"), 1000, 992, 8);
    // A match may reach out of the block: the block from 496 on begins with one.
    check(&expression(r"\x00{7}"), 500, 496, 7);
    // Every start of a pattern of a fixed length counts.
    check(&pattern("00 00", PatternKind::Bytes), 500, 499, 2);
}

#[test]
fn what_is_no_zero_is_found_beyond_a_hole() {
    check(&expression("x"), 1000, 0, 1);
    check(&expression(r"x\x00{3}"), 1000, 0, 4);
    check(&pattern("78 00", PatternKind::Bytes), 1000, 0, 2);
}
