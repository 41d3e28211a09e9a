//! Sums of what a view shows: checksums, how often each byte stands there, and how much each tells along it.
//!
//! It owns what is asked for and what is known of it. It must not know how sums are taken, nor what ends them.

use crate::bytes::Span;
use crate::bytes::digest::SumKind;
use crate::bytes::histogram::Histogram;
use crate::bytes::size::human_size;
use crate::map::Gap;

use super::differing::differing;
use super::identity::{OrderId, Target};
use super::moment::Moment;
use super::window::Window;

/// Entropy along bytes: of one block after another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntropyLine {
    /// Bytes in a block; the last may have fewer.
    pub block: u64,
    /// Bits a byte, 0 to 8, from the first block on; `None` where nothing of a block could be read.
    pub bits: Vec<Option<f32>>,
}

/// What was summed so far.
#[derive(Clone, Debug, PartialEq)]
pub struct SumsReport {
    /// The bytes, by their offsets in the file.
    pub span: Span,
    /// How many of them are behind, holes and what could not be read too.
    pub done: u64,
    /// How often each byte stands there, of those that were read: at least of those behind.
    pub histogram: Histogram,
    /// Entropy along them, as far as they were read.
    pub entropy: EntropyLine,
    /// Each checksum, once all bytes were read. Where not all could be, there are none.
    pub digits: Vec<(SumKind, String)>,
    /// Bytes that could not be read.
    pub unread: u64,
    /// Where and why: the first 1000 stretches.
    pub gaps: Vec<Gap>,
    /// It was stopped before it came to an end.
    pub is_stopped: bool,
}

/// Which bytes are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumsOf {
    /// Those that were selected.
    Selection,
    /// All that the view shows.
    View,
}

/// Sums that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SumsOrder {
    /// The number of the order.
    pub number: OrderId,
    /// The mapping.
    pub target: Target,
    /// Which bytes.
    pub of: SumsOf,
    /// The same, by their offsets in the file.
    pub span: Span,
    /// When it was asked for: all bytes were read later.
    pub at: Moment,
    /// What had happened with the file by then: the number of the last entry.
    pub(super) happened: u64,
}

/// Whether bytes are still those that were summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumsAge {
    /// Nothing is known that changed them.
    NoChangeSeen,
    /// They changed at about that moment.
    Changed(Moment),
    /// So much happened since that it is not listed any more.
    NotKnown,
    /// The view was mapped anew since.
    MappedAnew,
}

/// What is known of the sums of a view.
#[derive(Clone, Debug, Default)]
pub struct ViewSums {
    /// Those being taken, with what they came to so far.
    pub(super) running: Option<(SumsOrder, Option<Box<SumsReport>>)>,
    /// Those taken last.
    pub(super) last: Option<(SumsOrder, Box<SumsReport>)>,
    /// Why the last ones were not taken, in words.
    pub(super) failure: Option<String>,
    /// When other bytes than before came in sight in those being taken, and in those taken last.
    pub(super) flashed: [Option<Moment>; 2],
}

impl ViewSums {
    /// Those being taken, and what they came to so far.
    #[must_use]
    pub fn running(&self) -> Option<(&SumsOrder, Option<&SumsReport>)> {
        let (order, report) = self.running.as_ref()?;
        Some((order, report.as_deref()))
    }

    /// Those taken last.
    #[must_use]
    pub fn last(&self) -> Option<(&SumsOrder, &SumsReport)> {
        let (order, report) = self.last.as_ref()?;
        Some((order, report))
    }

    /// Why the last ones asked for were not taken, in one sentence.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// How far those being taken are, in words and from 0 to 1, and their number.
    #[must_use]
    pub fn progress(&self) -> Option<(OrderId, String, f32)> {
        let (order, report) = self.running()?;
        let (done, total) = (report.map_or(0, |report| report.done), order.span.len());
        let (of, all) = (human_size(done), human_size(total));
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share of a bar needs no more than an f32 holds"
        )]
        let share = done as f32 / total.max(1) as f32;
        Some((order.number, format!("Summing: {of} of {all}"), share))
    }
}

impl ViewSums {
    /// `after` is in sight from now on, in place of `before`: where it shows other bytes, those that were summed are no longer
    /// there.
    pub(super) fn see(&mut self, before: &Window, after: &Window, now: Moment) {
        let spans = [
            self.running.as_ref().map(|(order, _)| order.span),
            self.last.as_ref().map(|(order, _)| order.span),
        ];
        for (flashed, span) in self.flashed.iter_mut().zip(spans) {
            if let (None, Some(span)) = (&flashed, span)
                && differing(before, after, span).next().is_some()
            {
                *flashed = Some(now);
            }
        }
    }
}
