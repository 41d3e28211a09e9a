//! In which pieces bytes are gone through.
//!
//! It owns where a piece ends and whether it has to be read. It must not know what becomes of it.

use crate::bytes::Span;
use crate::map::GapReason;
use crate::work::shown_bytes::{Part, Searched};

/// What is known of bytes is asked for again after so many of them: meanwhile a hole may have got bytes, or the file cut.
const ASK_AGAIN: u64 = 1 << 30;

/// The next bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// They have to be read, holes among them too.
    Data(Span),
    /// They are zeros.
    Zeros(Span),
    /// They cannot be read.
    Unreadable(Span, GapReason),
}

/// The bytes that are still ahead.
#[derive(Debug)]
pub(super) struct Course {
    left: Span,
    chunk: u64,
    /// What stands there, up to this offset.
    known: Option<(Part, u64)>,
}

impl Course {
    pub(super) fn new(span: Span, chunk: u64) -> Self {
        Self {
            left: span,
            chunk: chunk.max(1),
            known: None,
        }
    }

    /// The next bytes, never none. All but what cannot be read end at a multiple of the chunk, or at the end of all.
    pub(super) fn take<S: Searched>(&mut self, source: &S) -> Option<Stretch> {
        let at = self.left.start();
        if self.left.is_empty() {
            return None;
        }
        let known = self.known.filter(|(_, to)| *to > at);
        let (part, to) = known.unwrap_or_else(|| {
            let part = source.part(at);
            let to = part.end().min(at.saturating_add(ASK_AGAIN));
            (part, to.max(at + 1))
        });
        self.known = Some((part, to));
        let end = (at - at % self.chunk).saturating_add(self.chunk);
        let end = end.min(self.left.end());
        let stretch = match part {
            Part::Unreadable(end, reason) => {
                let end = end.clamp(at + 1, self.left.end());
                Stretch::Unreadable(Span::new(at, end)?, reason)
            }
            Part::Zeros(_) if to >= end => Stretch::Zeros(Span::new(at, end)?),
            // A hole that is smaller than a piece is told as zeros by whoever reads it.
            Part::Zeros(_) | Part::Data(_) => Stretch::Data(Span::new(at, end)?),
        };
        let (Stretch::Data(span) | Stretch::Zeros(span) | Stretch::Unreadable(span, _)) = stretch;
        self.left = Span::new(span.end(), self.left.end())?;
        Some(stretch)
    }
}
