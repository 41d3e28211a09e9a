//! What all pieces came to so far, in their order.
//!
//! It must not know who read them.

use crate::bytes::Span;
use crate::bytes::digest::{Sum, SumKind};
use crate::bytes::histogram::Histogram;
use crate::map::Gap;
use crate::model::sums::{EntropyLine, SumsReport};

use super::piece::Piece;

/// Stretches that could not be read and are listed one by one.
const LISTED_GAPS: usize = 1000;

/// What the pieces came to so far.
#[derive(Debug)]
pub(super) struct Totals {
    report: SumsReport,
    crc32: Sum,
    /// The block that may go on in the next piece.
    block: Option<(u64, Histogram)>,
}

impl Totals {
    pub(super) fn new(span: Span, block: u64) -> Self {
        Self {
            report: SumsReport {
                span,
                entropy: EntropyLine {
                    block,
                    bits: Vec::new(),
                },
                done: 0,
                histogram: Histogram::default(),
                digits: Vec::new(),
                unread: 0,
                gaps: Vec::new(),
                is_stopped: false,
            },
            crc32: Sum::new(SumKind::Crc32),
            block: None,
        }
    }

    /// Adds the next piece.
    pub(super) fn add(&mut self, piece: &Piece) {
        for (number, histogram) in &piece.blocks {
            match &mut self.block {
                Some((known, sum)) if known == number => sum.merge(histogram),
                open => {
                    if let Some((known, sum)) = open.replace((*number, histogram.clone())) {
                        close(&mut self.report, known, &sum);
                    }
                }
            }
        }
        if let Some(sum) = &piece.crc32 {
            self.crc32.append(sum);
        }
        for gap in &piece.gaps {
            self.add_gap(*gap);
        }
    }

    /// Whether all could be read so far.
    pub(super) fn is_whole(&self) -> bool {
        self.report.unread == 0
    }

    /// What there is so far, of which `done` bytes are behind.
    pub(super) fn so_far(&self, done: u64) -> SumsReport {
        let mut report = self.report.clone();
        if let Some((number, sum)) = &self.block {
            close(&mut report, *number, sum);
        }
        report.done = done;
        report
    }

    /// The CRC-32.
    pub(super) fn crc32(&self) -> Sum {
        self.crc32.clone()
    }

    fn add_gap(&mut self, gap: Gap) {
        let report = &mut self.report;
        report.unread = report.unread.saturating_add(gap.span.len());
        if let Some(last) = report.gaps.last_mut()
            && last.span.end() == gap.span.start()
            && last.reason == gap.reason
        {
            last.span = last.span.hull(gap.span);
        } else if report.gaps.len() < LISTED_GAPS {
            report.gaps.push(gap);
        }
    }
}

/// All that could be read of a block is counted.
fn close(report: &mut SumsReport, number: u64, sum: &Histogram) {
    report.histogram.merge(sum);
    let bits = &mut report.entropy.bits;
    // Nothing of the blocks between could be read.
    bits.resize(usize::try_from(number).unwrap_or(usize::MAX), None);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "bits a byte are drawn and told to two digits"
    )]
    let value = sum.entropy() as f32;
    bits.push(Some(value));
}
