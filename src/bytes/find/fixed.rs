//! Patterns of bytes: a value and a mask each, and places where one of several stretches may stand.
//!
//! It owns their form and the check of one start. It must not know how starts are found that are worth a check.

/// A pattern of a fixed length. A byte fits where it equals the value in the bits of the mask.
#[derive(Clone, Debug)]
pub(super) struct Fixed {
    /// Zero in the bits outside the mask.
    pub(super) values: Vec<u8>,
    pub(super) masks: Vec<u8>,
    choices: Vec<Choice>,
}

/// A place where one of several stretches of bytes has to stand; value and mask there let more through.
#[derive(Clone, Debug)]
struct Choice {
    at: usize,
    /// Of one length.
    variants: Vec<Vec<u8>>,
}

impl Fixed {
    /// Exactly these bytes.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        let mut pattern = FixedBuilder::default();
        pattern.push_bytes(bytes);
        pattern.build()
    }

    /// Bytes of a match.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The bytes, where exactly these are looked for.
    pub(super) fn literal(&self) -> Option<&[u8]> {
        let is_literal = self.choices.is_empty() && self.masks.iter().all(|mask| *mask == 0xFF);
        is_literal.then_some(self.values.as_slice())
    }

    /// Whether zeros alone fit.
    pub(super) fn fits_zeros(&self) -> bool {
        self.choices.is_empty() && self.values.iter().all(|value| *value == 0)
    }

    /// Whether the first bytes of `bytes` fit; not where there are too few.
    pub(super) fn fits(&self, bytes: &[u8]) -> bool {
        /// Compared at once, without a branch.
        const STRIDE: usize = 32;
        let Some(bytes) = bytes.get(..self.len()) else {
            return false;
        };
        let mut strides = bytes
            .chunks(STRIDE)
            .zip(self.values.chunks(STRIDE))
            .zip(self.masks.chunks(STRIDE));
        let fits = strides.all(|((bytes, values), masks)| {
            let each = bytes.iter().zip(values).zip(masks);
            each.fold(0, |wrong, ((byte, value), mask)| {
                wrong | ((byte ^ value) & mask)
            }) == 0
        });
        fits && self.choices.iter().all(|choice| choice.fits(bytes))
    }

    /// The longest stretch of bytes that are given in full: where it begins and ends.
    pub(super) fn longest_full(&self) -> std::ops::Range<usize> {
        let (mut longest, mut start) = (0..0, 0);
        for (index, mask) in self.masks.iter().enumerate() {
            if *mask != 0xFF {
                start = index + 1;
            } else if index + 1 - start > longest.len() {
                longest = start..index + 1;
            }
        }
        longest
    }
}

impl Choice {
    fn fits(&self, bytes: &[u8]) -> bool {
        let rest = bytes.get(self.at..).unwrap_or_default();
        self.variants
            .iter()
            .any(|variant| rest.starts_with(variant))
    }
}

/// A pattern in the making.
#[derive(Debug, Default)]
pub(super) struct FixedBuilder {
    values: Vec<u8>,
    masks: Vec<u8>,
    choices: Vec<Choice>,
}

impl FixedBuilder {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A byte that fits where it equals `value` in the bits of `mask`.
    pub(super) fn push(&mut self, value: u8, mask: u8) {
        self.values.push(value & mask);
        self.masks.push(mask);
    }

    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push(*byte, 0xFF);
        }
    }

    /// One of `variants`, which are different and of one length.
    pub(super) fn push_one_of(&mut self, variants: Vec<Vec<u8>>) {
        let Some(first) = variants.first() else {
            return;
        };
        let at = self.values.len();
        let mut n_let_through = 1_usize;
        let mut bytes = Vec::with_capacity(first.len());
        for (index, byte) in first.iter().enumerate() {
            let others = variants.iter().filter_map(|variant| variant.get(index));
            let free = others.fold(0, |free, other| free | (byte ^ other));
            n_let_through = n_let_through.saturating_mul(1 << free.count_ones());
            bytes.push((*byte, !free));
        }
        for (value, mask) in bytes {
            self.push(value, mask);
        }
        if n_let_through > variants.len() {
            self.choices.push(Choice { at, variants });
        }
    }

    pub(super) fn build(self) -> Fixed {
        Fixed {
            values: self.values,
            masks: self.masks,
            choices: self.choices,
        }
    }
}
