//! How often each byte stands in bytes, and how much each tells: Shannon's entropy.
//!
//! It must not know where the bytes come from.

/// How often each of the 256 bytes stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; 256],
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 256] }
    }
}

impl Histogram {
    /// Adds `bytes`.
    pub fn add(&mut self, bytes: &[u8]) {
        // Four tables, so that equal bytes in a row do not wait for one another. None is counted further than it can be.
        for part in bytes.chunks(1 << 30) {
            let mut tables = [[0_u32; 256]; 4];
            let (words, rest) = part.as_chunks::<4>();
            let [first, second, third, fourth] = &mut tables;
            for [a, b, c, d] in words {
                first[usize::from(*a)] += 1;
                second[usize::from(*b)] += 1;
                third[usize::from(*c)] += 1;
                fourth[usize::from(*d)] += 1;
            }
            for byte in rest {
                first[usize::from(*byte)] += 1;
            }
            for table in &tables {
                for (count, n) in self.counts.iter_mut().zip(table) {
                    *count += u64::from(*n);
                }
            }
        }
    }

    /// Adds so many zeros.
    pub fn add_zeros(&mut self, n: u64) {
        self.counts[0] = self.counts[0].saturating_add(n);
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (count, n) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*n);
        }
    }

    /// How often each byte stands there, by its value.
    #[must_use]
    pub const fn counts(&self) -> &[u64; 256] {
        &self.counts
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Bits a byte, from 0 (all are equal) to 8 (each as often as any other). Of no bytes 0.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count over 2^53 is rounded, which no bit of the result shows"
    )]
    pub fn entropy(&self) -> f64 {
        let total = self.total() as f64;
        if total == 0.0 {
            return 0.0;
        }
        // log2(total) - sum(n log2 n) / total: one division in all.
        let sum: f64 = self
            .counts
            .iter()
            .filter(|n| **n > 1)
            .map(|n| *n as f64 * (*n as f64).log2())
            .sum();
        (total.log2() - sum / total).clamp(0.0, 8.0)
    }
}
