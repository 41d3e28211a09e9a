//! The loop that finds patterns with wildcards: many starts at once, by the three bytes that tell most.
//!
//! It owns that choice and the loop, which is written so that the compiler makes vector code of it. It must not know what the
//! pattern was made from.

use std::array;
use std::ops::Range;

use super::fixed::Fixed;

/// Starts that are tested at once.
const BLOCK: usize = 256;

/// How often each byte occurs in a sample of what is searched.
pub(super) type Histogram = [u32; 256];

/// Counts the bytes of a sample.
pub(super) fn histogram(sample: &[u8]) -> Histogram {
    let mut counts = [0; 256];
    for byte in sample {
        counts[usize::from(*byte)] += 1;
    }
    counts
}

/// A byte of the pattern by which starts are told.
#[derive(Clone, Copy, Debug)]
struct Pivot {
    at: usize,
    value: u8,
    mask: u8,
}

impl Pivot {
    /// Zero where the byte fits.
    const fn wrong(self, byte: u8) -> u8 {
        (byte & self.mask) ^ self.value
    }
}

/// The three bytes of a pattern that the fewest starts pass, as a sample has it; the same more than once where it is shorter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pivots([Pivot; 3]);

impl Pivots {
    /// Those of a pattern, which has at least one byte.
    pub(super) fn new(pattern: &Fixed, sample: &Histogram) -> Self {
        let pivots = pattern.values.iter().zip(&pattern.masks).enumerate();
        let mut pivots: Vec<(u64, Pivot)> = pivots
            .map(|(at, (&value, &mask))| {
                let pivot = Pivot { at, value, mask };
                let passing = (0..=u8::MAX).filter(|byte| pivot.wrong(*byte) == 0);
                // No byte is so rare that it tells nothing when there are two alike.
                let cost = passing.map(|byte| u64::from(sample[usize::from(byte)]) + 1);
                (cost.sum(), pivot)
            })
            .collect();
        pivots.sort_by_key(|(cost, _)| *cost);
        let any = Pivot {
            at: 0,
            value: 0,
            mask: 0,
        };
        let best = |index: usize| {
            let index = index.min(pivots.len().saturating_sub(1));
            pivots.get(index).map_or(any, |(_, pivot)| *pivot)
        };
        Self(array::from_fn(best))
    }

    /// Hands to `check` each start in `starts` at which the three bytes fit; ends where it answers false. All bytes of a
    /// pattern of `len` bytes that begins at a start are in `bytes`.
    pub(super) fn candidates(
        &self,
        bytes: &[u8],
        starts: Range<usize>,
        check: &mut impl FnMut(usize) -> bool,
    ) {
        let mut at = starts.start;
        while at + BLOCK <= starts.end {
            if let Some(blocks) = self.blocks(bytes, at)
                && self.is_any(blocks)
                && !self.walk(blocks, at, check)
            {
                return;
            }
            at += BLOCK;
        }
        for start in at..starts.end {
            let fits = self.0.iter().all(|pivot| {
                let byte = bytes.get(start + pivot.at);
                byte.is_some_and(|byte| pivot.wrong(*byte) == 0)
            });
            if fits && !check(start) {
                return;
            }
        }
    }

    /// For each of the three, the bytes where it would have to stand for the starts from `at` on.
    fn blocks<'a>(&self, bytes: &'a [u8], at: usize) -> Option<[&'a [u8; BLOCK]; 3]> {
        let block = |pivot: Pivot| bytes.get(at + pivot.at..)?.first_chunk::<BLOCK>();
        let [first, second, third] = self.0;
        Some([block(first)?, block(second)?, block(third)?])
    }

    /// Whether the three bytes fit at any start of a block.
    fn is_any(&self, [first, second, third]: [&[u8; BLOCK]; 3]) -> bool {
        let [p, q, r] = self.0;
        let mut any = 0;
        for index in 0..BLOCK {
            let wrong = p.wrong(first[index]) | q.wrong(second[index]) | r.wrong(third[index]);
            any |= u8::from(wrong == 0);
        }
        any != 0
    }

    /// Checks the starts of a block at which the three bytes fit. Whether to go on.
    fn walk(
        &self,
        [first, second, third]: [&[u8; BLOCK]; 3],
        at: usize,
        check: &mut impl FnMut(usize) -> bool,
    ) -> bool {
        let [p, q, r] = self.0;
        let mut flags = [0_u8; BLOCK];
        for index in 0..BLOCK {
            let wrong = p.wrong(first[index]) | q.wrong(second[index]) | r.wrong(third[index]);
            flags[index] = u8::from(wrong == 0);
        }
        each_flag(&flags, |index| check(at + index))
    }
}

/// Hands on the index of each flag that is 1, ascending; ends where `each` answers false. Whether to go on.
#[inline]
pub(super) fn each_flag(flags: &[u8], mut each: impl FnMut(usize) -> bool) -> bool {
    let (words, _) = flags.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let mut bits = u64::from_le_bytes(*word);
        while bits != 0 {
            let index = number * 8 + bits.trailing_zeros() as usize / 8;
            if !each(index) {
                return false;
            }
            bits &= bits - 1;
        }
    }
    true
}
