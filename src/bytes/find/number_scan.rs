//! The loops that find numbers of a range at every offset.
//!
//! It owns one loop a type and order, each written so that the compiler makes vector code of it. It must not know text.

use std::ops::Range;

use super::masked::each_flag;
use super::number::{Bounds, NumberRange};
use super::number_type::{ByteOrder, NumberType};

/// Numbers that are compared at once.
const BLOCK: usize = 128;

/// Declares a function that hands on each start in `starts` at which a number is one that `$fits` takes; ends where `found`
/// answers false. All bytes of a number that begins at a start are in `bytes`.
macro_rules! scan_numbers {
    ($name:ident, $type:ty, $read:ident) => {
        fn $name(
            bytes: &[u8],
            starts: Range<usize>,
            fits: impl Fn($type) -> bool + Copy,
            found: &mut impl FnMut(usize) -> bool,
        ) {
            const LEN: usize = size_of::<$type>();
            let mut at = starts.start;
            // Each number of a block begins `LEN` bytes behind the one before; `LEN` blocks, each a byte further, have
            // every start.
            while at + BLOCK * LEN <= starts.end {
                let Some(block) = bytes.get(at..at + BLOCK * LEN + LEN - 1) else {
                    break;
                };
                let mut flags = [[0_u8; BLOCK]; LEN];
                let mut any = 0;
                for (shift, flags) in flags.iter_mut().enumerate() {
                    let (numbers, _) = block[shift..].as_chunks::<LEN>();
                    for (flag, number) in flags.iter_mut().zip(numbers) {
                        *flag = u8::from(fits(<$type>::$read(*number)));
                        any |= *flag;
                    }
                }
                if any != 0 && !each_start(&flags, |start| found(at + start)) {
                    return;
                }
                at += BLOCK * LEN;
            }
            for start in at..starts.end {
                let number = bytes.get(start..).and_then(|rest| rest.first_chunk());
                let fits = number.is_some_and(|number| fits(<$type>::$read(*number)));
                if fits && !found(start) {
                    return;
                }
            }
        }
    };
}

scan_numbers!(scan_u8, u8, from_le_bytes);
scan_numbers!(scan_u16_le, u16, from_le_bytes);
scan_numbers!(scan_u16_be, u16, from_be_bytes);
scan_numbers!(scan_u32_le, u32, from_le_bytes);
scan_numbers!(scan_u32_be, u32, from_be_bytes);
scan_numbers!(scan_u64_le, u64, from_le_bytes);
scan_numbers!(scan_u64_be, u64, from_be_bytes);
scan_numbers!(scan_f32_le, f32, from_le_bytes);
scan_numbers!(scan_f32_be, f32, from_be_bytes);
scan_numbers!(scan_f64_le, f64, from_le_bytes);
scan_numbers!(scan_f64_be, f64, from_be_bytes);

/// Hands on the start of each flag that is set, ascending: flag `index` of row `shift` is that of `index * LEN + shift`.
#[inline(never)]
fn each_start<const LEN: usize>(
    flags: &[[u8; BLOCK]; LEN],
    mut each: impl FnMut(usize) -> bool,
) -> bool {
    let mut ordered = [0_u8; BLOCK * 8];
    for (shift, flags) in flags.iter().enumerate() {
        for (index, flag) in flags.iter().enumerate() {
            ordered[index * LEN + shift] = *flag;
        }
    }
    each_flag(&ordered[..BLOCK * LEN], &mut each)
}

/// Hands to `found` each start in `starts` of a number in `range`; ends where it answers false. All bytes of a number that
/// begins at a start are in `bytes`.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a branch the compiler makes vector code of it"
)]
pub(super) fn scan(
    range: &NumberRange,
    bytes: &[u8],
    starts: Range<usize>,
    found: &mut impl FnMut(usize) -> bool,
) {
    let is_little = range.order == ByteOrder::Little;
    match range.bounds {
        Bounds::Whole { low, width } => whole(range, (low, width), bytes, starts, found),
        Bounds::Single { low, high } => {
            let fits = |number: f32| (low <= number) & (number <= high);
            if is_little {
                scan_f32_le(bytes, starts, fits, found);
            } else {
                scan_f32_be(bytes, starts, fits, found);
            }
        }
        Bounds::Double { low, high } => {
            let fits = |number: f64| (low <= number) & (number <= high);
            if is_little {
                scan_f64_le(bytes, starts, fits, found);
            } else {
                scan_f64_be(bytes, starts, fits, found);
            }
        }
    }
}

/// Whole numbers with and without sign alike: how far the bits are above the lowest one's, round the end, is what counts.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the bounds are those of the type"
)]
fn whole(
    range: &NumberRange,
    (low, width): (u64, u64),
    bytes: &[u8],
    starts: Range<usize>,
    found: &mut impl FnMut(usize) -> bool,
) {
    let is_little = range.order == ByteOrder::Little;
    match range.number {
        NumberType::U8 | NumberType::I8 => {
            let (low, width) = (low as u8, width as u8);
            let fits = |number: u8| number.wrapping_sub(low) <= width;
            scan_u8(bytes, starts, fits, found);
        }
        NumberType::U16 | NumberType::I16 => {
            let (low, width) = (low as u16, width as u16);
            let fits = |number: u16| number.wrapping_sub(low) <= width;
            if is_little {
                scan_u16_le(bytes, starts, fits, found);
            } else {
                scan_u16_be(bytes, starts, fits, found);
            }
        }
        NumberType::U32 | NumberType::I32 | NumberType::F32 => {
            let (low, width) = (low as u32, width as u32);
            let fits = |number: u32| number.wrapping_sub(low) <= width;
            if is_little {
                scan_u32_le(bytes, starts, fits, found);
            } else {
                scan_u32_be(bytes, starts, fits, found);
            }
        }
        NumberType::U64 | NumberType::I64 | NumberType::F64 => {
            let fits = |number: u64| number.wrapping_sub(low) <= width;
            if is_little {
                scan_u64_le(bytes, starts, fits, found);
            } else {
                scan_u64_be(bytes, starts, fits, found);
            }
        }
    }
}
