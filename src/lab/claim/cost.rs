//! What the cost group measured, and times in words.
//!
//! It must not know how it was measured.

use serde::Serialize;

/// One measurement of the cost group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostPoint {
    /// Size of the file in bytes.
    pub bytes: u64,
    /// How many bytes were taken from it.
    pub taken: u64,
    /// Median seconds of `read` into a buffer.
    pub read_seconds: f64,
    /// Median seconds of mapping, loading and unmapping.
    pub load_seconds: f64,
    /// Page faults of a pass by `read`, minor and major.
    pub read_faults: (u64, u64),
    /// Page faults of a pass by loads, minor and major.
    pub load_faults: (u64, u64),
    /// Median seconds of loading alone, from a mapping that was made before and stays; not where the file is cold, which
    /// it cannot be while it is mapped.
    pub kept_seconds: Option<f64>,
}

/// Two times within this factor of each other are no difference.
pub const EVEN: f64 = 1.1;

impl CostPoint {
    /// How many times as long loads took as `read` did.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.load_seconds / self.read_seconds
    }

    /// Who wins, in words; a tenth is no difference. Where the mapping is made once and kept, that may be another.
    #[must_use]
    pub fn winner(&self) -> String {
        let words = Self::winner_at(self.ratio());
        let kept = self.kept_seconds.map(|kept| kept / self.read_seconds);
        match kept.map(Self::winner_at) {
            Some(kept) => format!("{words}; where the mapping is kept, {kept}"),
            None => words,
        }
    }

    fn winner_at(ratio: f64) -> String {
        if ratio > EVEN {
            format!("read is {ratio:.1} times faster")
        } else if ratio < 1.0 / EVEN {
            format!("mmap is {:.1} times faster", 1.0 / ratio)
        } else {
            "no winner".to_owned()
        }
    }
}

/// A time in the unit that suits it: `62 ns`, `1.2 µs`, `3.40 ms`, `1.25 s`.
#[must_use]
pub fn time_words(seconds: f64) -> String {
    if seconds < 1e-6 {
        format!("{:.0} ns", seconds * 1e9)
    } else if seconds < 1e-3 {
        format!("{:.1} \u{b5}s", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.2} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}
