//! What tests of searches and of sums go through: bytes that can be anything, real files, and sources that never end or
//! die; and the bound by which whoever goes on for ever fails instead of hanging.

mod fake;
#[cfg(target_os = "linux")]
mod files;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::map::Gap;
use mapscope::work::shown_bytes::{Part, Searched};

pub(crate) use fake::{Cell, Fake, REASON};
#[cfg(target_os = "linux")]
pub(crate) use files::{Cutting, Opened};

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Bytes that can be gone through for a minute. Then it is asked to stop, and whoever still asks for more dies of it: by the
/// first ends what never comes to an end, by the second what cannot be stopped.
pub(crate) struct Watched<'a, S> {
    source: &'a S,
    deadline: Instant,
}

impl<'a, S: Searched> Watched<'a, S> {
    pub(crate) fn new(source: &'a S) -> Self {
        Self {
            source,
            deadline: Instant::now() + PATIENCE,
        }
    }

    /// The answer to how far it is, `go_on` as long as there is time.
    pub(crate) fn go_on(&self, go_on: impl FnOnce() -> ControlFlow<()>) -> ControlFlow<()> {
        if Instant::now() < self.deadline {
            go_on()
        } else {
            ControlFlow::Break(())
        }
    }

    /// It ended by itself.
    #[track_caller]
    pub(crate) fn check(&self) {
        let is_in_time = Instant::now() < self.deadline;
        assert!(is_in_time, "it had not ended after {PATIENCE:?}");
    }

    fn asked(&self, at: u64) {
        // Somewhat later, as it may be about to stop.
        let is_in_time = Instant::now() < self.deadline + PATIENCE / 10;
        assert!(is_in_time, "it was to stop, and still asks for {at:#x}");
    }
}

impl<S: Searched> Searched for Watched<'_, S> {
    fn span(&self) -> Span {
        self.source.span()
    }

    fn part(&self, at: u64) -> Part {
        self.asked(at);
        self.source.part(at)
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        self.asked(at);
        self.source.read(at, into)
    }
}

/// The same bytes again and again, and no end in practice.
pub(crate) struct Endless(pub(crate) Vec<u8>);

impl Searched for Endless {
    fn span(&self) -> Span {
        Span::new(0, 1 << 60).unwrap()
    }

    fn part(&self, _: u64) -> Part {
        Part::Data(1 << 60)
    }

    fn read(&self, _: u64, into: &mut [u8]) -> Vec<Gap> {
        for part in into.chunks_mut(self.0.len()) {
            part.copy_from_slice(&self.0[..part.len()]);
        }
        Vec::new()
    }
}

/// Whoever reads from this offset on dies.
pub(crate) struct Dying(pub(crate) u64);

impl Searched for Dying {
    fn span(&self) -> Span {
        Span::new(0, 1 << 40).unwrap()
    }

    fn part(&self, _: u64) -> Part {
        Part::Data(1 << 40)
    }

    fn read(&self, at: u64, _: &mut [u8]) -> Vec<Gap> {
        assert!(at < self.0, "a test lets a thread die at {at}");
        Vec::new()
    }
}
