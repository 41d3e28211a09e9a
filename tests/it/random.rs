//! What tests of random sequences share: numbers drawn from a seed, settings from outside, and counts of what happened. It
//! knows nothing of what is tested, nor of what must be true of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::test_runner::Config as ProptestConfig;

/// The number that an environment variable holds.
pub(crate) fn number_of(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// This many cases of a property; one that failed is printed, not written beside the sources. It is made smaller for a
/// minute at most, as each of those that fail because something hangs takes that long.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_time: 60_000, // milliseconds
        ..ProptestConfig::default()
    }
}

/// Plays what each seed makes, several at once, and hands on what each comes to. How many seeds, and from which on, is said
/// by the environment variable of that name, and by the one with `_SEED` behind it; `usual` many from 1 on. Returns how many
/// were played. One that fails names itself.
pub(crate) fn play_all<T: Send>(
    variable: &str,
    usual: u64,
    at_once: u64,
    play: impl Fn(u64) -> T + Sync + std::panic::RefUnwindSafe,
    take: impl FnMut(&T) + Send,
) -> u64 {
    let (first, n_played) = (
        number_of(&format!("{variable}_SEED"), 1),
        number_of(variable, usual),
    );
    let (next, take) = (AtomicU64::new(first), Mutex::new(take));
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + n_played {
                        return;
                    }
                    let Ok(played) = std::panic::catch_unwind(|| play(seed)) else {
                        next.store(u64::MAX / 2, Ordering::Relaxed);
                        panic!("{variable}=1 {variable}_SEED={seed} plays this again");
                    };
                    (take.lock().unwrap())(&played);
                }
            });
        }
    });
    n_played
}

/// xorshift64*.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let len = u64::try_from(all.len()).unwrap();
        (len > 0).then(|| all[usize::try_from(self.next(len)).unwrap()])
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.next(n) == 0
    }
}

/// Declares `Counts`: how often each of these happened, and the sum of two.
macro_rules! counts {
    ($($what:ident)*) => {
        /// How often what happened.
        #[derive(Clone, Debug, Default)]
        pub(super) struct Counts {
            $(pub(super) $what: u64,)*
        }

        impl Counts {
            pub(super) fn add(&mut self, other: &Self) {
                $(self.$what += other.$what;)*
            }
        }
    };
}
pub(crate) use counts;
