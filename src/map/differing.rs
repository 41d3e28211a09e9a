//! Where two readouts of the same bytes differ.
//!
//! It owns the one rule of what counts as a difference between a view and its file. It must not know who read them, nor
//! by which call.

use crate::bytes::Span;

use super::readout::Readout;

/// Bytes that are compared at once before they are looked at one by one.
const BLOCK_BYTES: usize = 64;

impl Readout {
    /// The runs of neighboring bytes that this readout shows and of which `file` holds something else: another byte, or
    /// none. Ascending, apart from each other. What only one of the two was asked for is left out, and so is what this one
    /// does not show.
    #[must_use]
    pub fn differing_from(&self, file: &Self) -> Vec<Span> {
        let mut runs = Runs::default();
        let Some(both) = self.span.intersect(file.span) else {
            return runs.0;
        };
        let (Some(own), Some(other)) = (self.part(both), file.part(both)) else {
            return runs.0;
        };
        let gaps = self.gaps.iter().chain(&file.gaps);
        let mut cuts: Vec<u64> = gaps
            .flat_map(|gap| [gap.span.start(), gap.span.end()])
            .filter(|cut| both.contains(*cut))
            .collect();
        cuts.extend([both.start(), both.end()]);
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let &[start, end] = pair else { continue };
            let index = |at: u64| usize::try_from(at - both.start()).unwrap_or(usize::MAX);
            if self.gap_at(start).is_some() {
                continue;
            }
            if file.gap_at(start).is_some() {
                runs.push(start, end);
                continue;
            }
            let parts = (
                own.get(index(start)..index(end)),
                other.get(index(start)..index(end)),
            );
            if let (Some(own), Some(other)) = parts {
                compare(start, own, other, &mut runs);
            }
        }
        runs.0
    }

    /// The bytes at `span`, which was asked for.
    fn part(&self, span: Span) -> Option<&[u8]> {
        let from = usize::try_from(span.start().checked_sub(self.span.start())?).ok()?;
        let len = usize::try_from(span.len()).ok()?;
        self.bytes.get(from..from.checked_add(len)?)
    }
}

fn compare(start: u64, own: &[u8], other: &[u8], runs: &mut Runs) {
    let mut at = start;
    for (own, other) in own.chunks(BLOCK_BYTES).zip(other.chunks(BLOCK_BYTES)) {
        if own != other {
            for (offset, (own, other)) in (at..).zip(own.iter().zip(other)) {
                if own != other {
                    runs.push(offset, offset + 1);
                }
            }
        }
        at += own.len() as u64;
    }
}

/// Runs in order, neighbors as one.
#[derive(Default)]
struct Runs(Vec<Span>);

impl Runs {
    fn push(&mut self, start: u64, end: u64) {
        let Some(run) = Span::new(start, end) else {
            return;
        };
        match self.0.last_mut() {
            Some(last) if last.end() == start => *last = last.hull(run),
            _ => self.0.push(run),
        }
    }
}
