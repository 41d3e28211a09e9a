//! One piece that was read: its bytes for the checksums that go in order, and what can be told of it alone.
//!
//! It owns how zeros are summed that are not there, and how bytes fall into blocks.

use std::ops::Range;

use crate::bytes::Span;
use crate::bytes::digest::{Sum, SumKind};
use crate::bytes::histogram::Histogram;
use crate::map::{AlignedBuffer, Gap};

/// What is summed in place of a hole.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// What is taken of each piece by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Its CRC-32.
    pub(super) crc32: bool,
    /// Its histograms.
    pub(super) counts: bool,
    /// Bytes in a block.
    pub(super) block: u64,
    /// The first byte of all.
    pub(super) start: u64,
}

/// A piece that was read.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) span: Span,
    /// Its bytes, from the first on; `None`: zeros.
    pub(super) bytes: Option<AlignedBuffer>,
    /// What could not be read of it.
    pub(super) gaps: Vec<Gap>,
    pub(super) crc32: Option<Sum>,
    /// How often each byte stands in each block that it touches, in order.
    pub(super) blocks: Vec<(u64, Histogram)>,
}

impl Piece {
    /// Zeros.
    pub(super) fn of_zeros(span: Span, wanted: Wanted) -> Self {
        let mut piece = Self::empty(span, None);
        for (block, part) in blocks(span, wanted) {
            let mut histogram = Histogram::default();
            histogram.add_zeros(part.end - part.start);
            piece.blocks.push((block, histogram));
        }
        piece.take_crc32(wanted);
        piece
    }

    /// Bytes that were read but for `gaps`.
    pub(super) fn of_bytes(
        span: Span,
        bytes: AlignedBuffer,
        gaps: Vec<Gap>,
        wanted: Wanted,
    ) -> Self {
        let index = |offset: u64| usize::try_from(offset - span.start()).unwrap_or(usize::MAX);
        let mut piece = Self::empty(span, None);
        let mut at = span.start();
        let end = Span::empty(span.end());
        for gap in gaps.iter().map(|gap| gap.span).chain([end]) {
            let run = Span::new(at, gap.start()).unwrap_or(Span::empty(at));
            for (block, part) in blocks(run, wanted) {
                let mut histogram = Histogram::default();
                histogram.add(&bytes[index(part.start)..index(part.end)]);
                piece.blocks.push((block, histogram));
            }
            at = gap.end();
        }
        piece.bytes = Some(bytes);
        piece.gaps = gaps;
        piece.take_crc32(wanted);
        piece
    }

    /// Nothing that could be read.
    pub(super) fn of_gap(gap: Gap) -> Self {
        let mut piece = Self::empty(gap.span, None);
        piece.gaps.push(gap);
        piece
    }

    fn empty(span: Span, bytes: Option<AlignedBuffer>) -> Self {
        Self {
            span,
            bytes,
            gaps: Vec::new(),
            crc32: None,
            blocks: Vec::new(),
        }
    }

    fn take_crc32(&mut self, wanted: Wanted) {
        if wanted.crc32 && self.gaps.is_empty() {
            let mut sum = Sum::new(SumKind::Crc32);
            self.add_to(&mut sum);
            self.crc32 = Some(sum);
        }
    }

    /// Adds its bytes to a checksum.
    pub(super) fn add_to(&self, sum: &mut Sum) {
        let len = usize::try_from(self.span.len()).unwrap_or(usize::MAX);
        if let Some(bytes) = &self.bytes {
            return sum.add(bytes.get(..len).unwrap_or(bytes));
        }
        let mut left = len;
        while left > 0 {
            let n = left.min(ZEROS.len());
            sum.add(&ZEROS[..n]);
            left -= n;
        }
    }
}

/// The parts of `span` in each block, in order; none where nothing is counted.
fn blocks(span: Span, wanted: Wanted) -> impl Iterator<Item = (u64, Range<u64>)> {
    let Wanted { block, start, .. } = wanted;
    let end = if wanted.counts { span.end() } else { 0 };
    let mut at = span.start();
    std::iter::from_fn(move || {
        let number = (at - start) / block;
        let next = start.saturating_add((number + 1).saturating_mul(block));
        let part = at..next.min(end);
        (part.start < part.end).then(|| {
            at = part.end;
            (number, part)
        })
    })
}
