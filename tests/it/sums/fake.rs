//! Mixtures of bytes, holes and, rarely, what cannot be read.

use proptest::prelude::*;

use crate::searched::Cell;

/// Stretches of bytes, of holes, and rarely of what cannot be read.
pub(super) fn fakes() -> impl Strategy<Value = (u64, Vec<Cell>)> {
    let bytes = prop::collection::vec(any::<u8>().prop_map(Cell::Byte), 1..3000);
    let few = prop::collection::vec((0..3_u8).prop_map(Cell::Byte), 1..9000);
    let hole = (1..20_000_usize).prop_map(|len| vec![Cell::Hole; len]);
    let bad = (1..700_usize).prop_map(|len| vec![Cell::Bad; len]);
    let sound = prop_oneof![bytes.clone(), few.clone(), hole.clone()];
    let any = prop_oneof![3 => bytes, 3 => few, 3 => hole, 1 => bad];
    let cells = prop_oneof![
        prop::collection::vec(sound, 0..8),
        prop::collection::vec(any, 1..8)
    ];
    let cells = cells.prop_map(|stretches| stretches.concat());
    (prop_oneof![Just(0), 0..10_000_u64], cells)
}
