//! Mixtures of bytes from a small alphabet, holes and what cannot be read, in which there is something to be found.

use proptest::prelude::*;

use crate::searched::Cell;

/// Stretches of bytes from a small alphabet, of holes and of what cannot be read.
pub(super) fn fakes() -> impl Strategy<Value = (u64, Vec<Cell>)> {
    let byte = prop_oneof![
        3 => prop::sample::select(&b"ab"[..]),
        1 => prop::sample::select(&b"\0cAB \n\xe3"[..]),
    ];
    let stretch = prop_oneof![
        6 => prop::collection::vec(byte.prop_map(Cell::Byte), 1..40),
        2 => (1..30_usize).prop_map(|len| vec![Cell::Byte(0); len]),
        2 => (1..90_usize).prop_map(|len| vec![Cell::Hole; len]),
        1 => (1..20_usize).prop_map(|len| vec![Cell::Bad; len]),
    ];
    let cells = prop::collection::vec(stretch, 1..9).prop_map(|stretches| stretches.concat());
    (prop_oneof![Just(0), 0..100_u64], cells)
}
