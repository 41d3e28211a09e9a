//! What was under way at the same time: of two stores that several carried out, the one that is told of first may have come
//! later.
//!
//! It owns when the order of two entries is known, and what readings prove where it is not. It must not know what rows read.

use super::{By, Happened, Happening, MOST_SENT, Occurrence, Saw};
use crate::bytes::Span;
use crate::model::Generation;
use crate::model::identity::MappingId;
use crate::model::moment::Moment;

/// When something could first happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Since {
    /// After this moment.
    pub(super) at: Moment,
    /// After this many entries had been made.
    pub(super) n_made: u64,
}

/// Bytes that were stored, or may have been.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored<'a> {
    /// Where.
    pub(super) span: Span,
    /// The first of them; none where they are not told one by one.
    bytes: &'a [u8],
}

impl<'a> Stored<'a> {
    pub(super) fn of(offset: u64, bytes: &'a [u8]) -> Self {
        let span = Span::at(offset, bytes.len() as u64);
        Self {
            span: span.unwrap_or(Span::empty(offset)),
            bytes,
        }
    }

    /// Some of the bytes of `hull`.
    pub(super) const fn more(hull: Span) -> Self {
        Self {
            span: hull,
            bytes: &[],
        }
    }

    /// Whether these bytes of `span` may be what it left there, wherever both are.
    pub(super) fn may_be(&self, span: Span, bytes: &[u8]) -> bool {
        let mut watched = (span.start()..).zip(bytes);
        watched.all(|(at, byte)| {
            let index = at.checked_sub(self.span.start());
            let index = index.and_then(|it| usize::try_from(it).ok());
            let other = index.and_then(|index| self.bytes.get(index));
            other.is_none_or(|other| other == byte)
        })
    }
}

/// Stores at the same place that may have been carried out after the one that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rivals {
    /// None.
    None,
    /// They stored other bytes: whoever shows the ones that are asked about has seen them.
    Differ,
    /// At least one may have stored the same.
    Same,
}

impl Rivals {
    /// What is left of what a reading says.
    pub(super) const fn leave(self, saw: Saw) -> Saw {
        match (self, saw) {
            (Self::Differ | Self::Same, Saw::Not) | (Self::Same, Saw::Seen(_)) => Saw::Unclear,
            _ => saw,
        }
    }
}

/// Who does one thing after another, and tells of it in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doer {
    /// The worker of the open file.
    Mapscope,
    /// That process.
    Process(MappingId, Generation),
}

impl Happening {
    /// Of two entries, the one that is told of first may have happened later.
    #[must_use]
    pub fn crosses(&self, other: &Self) -> bool {
        let (first, second) = if self.number < other.number {
            (self, other)
        } else {
            (other, self)
        };
        let is_by_one = first.doer().is_some() && first.doer() == second.doer();
        first.number > second.after && first.number < second.number && !is_by_one
    }

    /// `None` where that is not known; of a fork the child tells.
    fn doer(&self) -> Option<Doer> {
        if let Occurrence::Forked { .. } = self.what {
            return None;
        }
        match &self.by {
            By::View { .. } | By::SecondMapping { .. } | By::Calls { .. } => Some(Doer::Mapscope),
            By::Process(name) => Some(Doer::Process(name.mapping, name.generation)),
            By::Somebody => None,
        }
    }

    /// What it stored, or may have.
    fn stored(&self) -> Option<Stored<'_>> {
        let bytes = match &self.what {
            Occurrence::Wrote { new, .. } => new.bytes.as_slice(),
            _ => &[],
        };
        let span = self.span().filter(|_| self.is_store())?;
        Some(Stored { span, bytes })
    }
}

impl Happening {
    /// It stored there, or may have, and it may have been these bytes.
    pub(super) fn may_leave(&self, span: Span, bytes: &[u8]) -> bool {
        let stored = self.stored();
        stored.is_some_and(|it| it.span.intersect(span).is_some() && it.may_be(span, bytes))
    }
}

impl Happened {
    /// What can happen from now on.
    pub(super) fn since(&self) -> Since {
        Since {
            at: self.now,
            n_made: self.n_made,
        }
    }

    /// Whoever may have stored in `span`, where these bytes were stored, after `entry`, though it was told of before.
    pub(super) fn rivals(&self, entry: &Happening, span: Span, bytes: &[u8]) -> Rivals {
        let crossing = self.after(entry.after).filter(|it| it.crosses(entry));
        let stored = crossing.filter_map(Happening::stored);
        let there = stored.filter(|it| it.span.intersect(span).is_some());
        there.fold(Rivals::None, |rivals, it| {
            if rivals == Rivals::Same || it.may_be(span, bytes) {
                Rivals::Same
            } else {
                Rivals::Differ
            }
        })
    }

    /// A process was told to fork that child.
    pub(in crate::model) fn fork_sent(&mut self, child: MappingId) {
        if self.forks.len() >= MOST_SENT {
            self.forks.pop_front();
        }
        let since = self.since();
        self.forks.push_back((child, since));
    }

    /// The child runs, or does not: when it was ordered.
    pub(super) fn fork_told(&mut self, child: MappingId) -> Since {
        let at = self.forks.iter().position(|(known, _)| *known == child);
        let fork = at.and_then(|at| self.forks.remove(at));
        fork.map_or(self.since(), |(_, since)| since)
    }
}
