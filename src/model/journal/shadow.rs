//! What the person's edits come to, byte by byte, now: pending, waiting, in the file but not on the device.
//!
//! It owns the blocks and the sums over them. It must not know steps, undo or budgets.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::collections::btree_map;
use std::ops::Range;

use super::block::{BLOCK_BYTES, Block, Counts, Which, Worth};
use super::bytes::Bytes;
use super::layer::{PLAIN, Put};
use super::{PendingByte, PendingRun};
use crate::bytes::Span;

/// Bytes that gave way to an edit: where in it, base and value. Apart, as they may be many.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered {
    at: Vec<u32>,
    base: Vec<u8>,
    value: Vec<u8>,
}

impl Covered {
    pub(super) fn push(&mut self, at: u64, byte: PendingByte) {
        if let Ok(at) = u32::try_from(at) {
            self.at.push(at);
            self.base.push(byte.base);
            self.value.push(byte.value);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    pub(super) fn bytes(&self) -> impl Iterator<Item = (u64, PendingByte)> + '_ {
        let pairs = self.base.iter().zip(&self.value);
        let bytes = pairs.map(|(base, value)| PendingByte {
            base: *base,
            value: *value,
        });
        self.at.iter().map(|at| u64::from(*at)).zip(bytes)
    }

    /// Memory in bytes.
    pub(super) fn kept(&self) -> usize {
        let bytes = self.base.capacity() + self.value.capacity();
        size_of::<Self>() + self.at.capacity() * size_of::<u32>() + bytes
    }
}

const BLOCK: u64 = BLOCK_BYTES as u64;
/// Spans farther apart are not looked at together.
const GAP_BYTES: u64 = 64;

/// All blocks in which something is edited.
#[derive(Clone, Debug, Default)]
pub(super) struct Shadow {
    blocks: BTreeMap<u64, Block>,
    counts: Counts,
    kept: usize,
}

/// New values for neighboring bytes of the mapping.
pub(super) struct Change<'a> {
    pub(super) offset: u64,
    /// What stands there, for those that are not pending.
    pub(super) base: &'a Bytes,
    pub(super) value: &'a Bytes,
    /// The edit that stores them.
    pub(super) id: u64,
    /// It takes that edit back: those whose base it fixed are pending no more.
    pub(super) is_undo: bool,
    /// `base` is not what stands there: until the undo of this edit they are pending, whatever their value.
    pub(super) fixes: bool,
}

impl Shadow {
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Memory in bytes.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// The mapping holds new values.
    pub(super) fn put_pending(&mut self, change: &Change<'_>) {
        let own = tag_of(change.id);
        self.each_new(change.offset, change.value.len(), |block, at, inside| {
            let base = change.base.part(inside.clone());
            let value = change.value.part(inside);
            block.pending.put(&Put {
                at,
                base: &base,
                value: &value,
                tag: if change.fixes { own } else { PLAIN },
                retag: |tag| tag,
                ends: change.is_undo.then_some(own),
            });
        });
    }

    /// The file holds new values.
    pub(super) fn put_in_file(&mut self, offset: u64, base: &Bytes, value: &Bytes) {
        self.each_new(offset, value.len(), |block, at, inside| {
            block.put_in_file(at, &base.part(inside.clone()), &value.part(inside));
        });
    }

    /// Fewer spans with the same edited bytes: those with nothing between them become one. They are ascending and apart.
    pub(super) fn bridged(&self, spans: &[Span]) -> Vec<Span> {
        let mut out: Vec<Span> = Vec::new();
        for span in spans {
            match out.last_mut() {
                Some(last) if self.is_bare(last.end(), span.start()) => *last = last.hull(*span),
                _ => out.push(*span),
            }
        }
        out
    }

    /// There is little from `start` to `end`, and nothing of it is edited.
    fn is_bare(&self, start: u64, end: u64) -> bool {
        let gap = Span::new(start, end).filter(|gap| gap.len() <= GAP_BYTES);
        gap.is_some_and(|gap| {
            !self.known(gap).any(|(_, block, range)| {
                let layers = [&block.pending, &block.waiting, &block.in_file];
                layers.iter().any(|layer| layer.counts_in(&range))
            })
        })
    }

    /// What is pending or waits in `span` is in the file now.
    pub(super) fn written(&mut self, span: Span) {
        self.each_known(span, |_, block, range| block.written(range));
    }

    /// What is in the file is on the device, but for what a sync had failed with and was not written since.
    pub(super) fn synced(&mut self) {
        self.each_known(EVERYTHING, |_, block, range| {
            block.judge(range, |worth| match worth {
                Worth::Fresh | Worth::Again => None,
                Worth::Failed | Worth::Exported => Some(worth),
            });
        });
    }

    /// What is in the file may never reach the device.
    pub(super) fn sync_failed(&mut self) {
        self.each_known(EVERYTHING, |_, block, range| {
            block.judge(range, |worth| match worth {
                Worth::Exported => Some(worth),
                _ => Some(Worth::Failed),
            });
        });
    }

    /// What a failed sync may have lost is safe in another file.
    pub(super) fn exported(&mut self) {
        self.each_known(EVERYTHING, |_, block, range| {
            block.judge(range, |worth| match worth {
                Worth::Failed | Worth::Exported => Some(Worth::Exported),
                Worth::Again | Worth::Fresh => Some(Worth::Fresh),
            });
        });
    }

    /// What is pending in `span` waits. Returns how many bytes.
    pub(super) fn lose(&mut self, span: Span) -> usize {
        let mut n_bytes = 0;
        self.each_known(span, |_, block, range| n_bytes += block.lose(range));
        n_bytes
    }

    /// All that is pending waits. Returns how many bytes.
    pub(super) fn lose_all(&mut self) -> usize {
        self.lose(EVERYTHING)
    }

    /// Takes out what waits in `span` where nothing is pending: what was typed there is newer, although it is what stands
    /// there anyway.
    pub(super) fn cover(&mut self, span: Span) -> Covered {
        let mut covered = Covered::default();
        self.each_known(span, |index, block, range| {
            let bytes = block.bytes(Which::Waiting, range);
            block
                .waiting
                .take_each(bytes.iter().map(|(at, _)| *at..at + 1));
            for (at, byte) in bytes {
                covered.push(index * BLOCK + at as u64 - span.start(), byte);
            }
        });
        covered
    }

    /// Lets that wait again, but where something newer waits.
    pub(super) fn uncover(&mut self, start: u64, covered: &Covered) {
        for (at, byte) in covered.bytes() {
            let Some(span) = Span::at(start + at, 1).filter(|span| !self.is_waiting_in(*span))
            else {
                continue;
            };
            self.each_new(span.start(), 1, |block, at, _| block.wait(at, byte));
        }
    }

    /// Nothing waits in `span`, nor beneath what is pending there.
    pub(super) fn forget_waiting(&mut self, span: Span) {
        self.each_known(span, |_, block, range| {
            block.waiting.take(range);
        });
    }

    /// Nothing waits any more. Returns how many bytes did.
    pub(super) fn forget_all_waiting(&mut self) -> usize {
        let n_bytes = self.counts.waiting;
        self.forget_waiting(EVERYTHING);
        n_bytes
    }

    /// The last value of the person's own at `offset`, in the mapping or in the file.
    pub(super) fn own_value(&self, offset: u64) -> Option<u8> {
        let block = self.blocks.get(&(offset / BLOCK))?;
        let at = within(offset);
        [&block.pending, &block.in_file].iter().find_map(|layer| {
            let byte = layer.runs().iter().find_map(|run| run.byte(at))?;
            Some(byte.1)
        })
    }

    /// Some byte in `span` is pending.
    pub(super) fn is_pending_in(&self, span: Span) -> bool {
        self.known(span)
            .any(|(_, block, range)| block.pending.counts_in(&range))
    }

    /// Some byte in `span` is pending or waits, be it beneath a pending one.
    pub(super) fn is_private_in(&self, span: Span) -> bool {
        self.is_pending_in(span) || self.is_waiting_in(span)
    }

    /// Some byte in `span` waits, be it beneath a pending one.
    pub(super) fn is_waiting_in(&self, span: Span) -> bool {
        self.known(span)
            .any(|(_, block, range)| block.waiting.counts_in(&range))
    }

    /// Some byte in `span` may have been lost by a failed sync.
    pub(super) fn is_unsynced_in(&self, span: Span) -> bool {
        self.known(span)
            .any(|(_, block, range)| block.is_unsynced_in(&range))
    }

    /// The blocks in which some byte may have been lost by a failed sync.
    pub(super) fn unsynced(&self) -> impl Iterator<Item = Span> + '_ {
        let all = self.known(EVERYTHING);
        let lost = all.filter(|(_, block, range)| block.is_unsynced_in(range));
        lost.filter_map(|(start, ..)| Span::at(start, BLOCK))
    }

    /// The bytes of `which` in `span`, ascending.
    pub(super) fn bytes_in(
        &self,
        which: Which,
        span: Span,
    ) -> impl Iterator<Item = (u64, PendingByte)> + '_ {
        self.known(span).flat_map(move |(start, block, range)| {
            let bytes = block.bytes(which, &range).into_iter();
            bytes.map(move |(at, byte)| (start + at as u64, byte))
        })
    }

    /// The same as runs, as long as can be; made one after the other.
    pub(super) fn runs_in(&self, which: Which, span: Span) -> Runs<'_> {
        let first = span.start() / BLOCK;
        let end = span.pages(BLOCK).end;
        Runs {
            blocks: self.blocks.range(first..end.max(first)),
            which,
            span,
            ready: VecDeque::new(),
        }
    }

    /// The blocks that `span` touches: where each begins, and what of it is in `span`.
    fn known(&self, span: Span) -> impl Iterator<Item = (u64, &Block, Range<usize>)> + '_ {
        let pages = span.pages(BLOCK);
        self.blocks
            .range(pages)
            .map(move |(index, block)| (index * BLOCK, block, inside(*index, span)))
    }

    /// Changes those blocks that there are: the number of each, and what of it is in `span`.
    fn each_known(&mut self, span: Span, mut change: impl FnMut(u64, &mut Block, &Range<usize>)) {
        let pages = span.pages(BLOCK);
        let mut emptied = Vec::new();
        for (index, block) in self.blocks.range_mut(pages) {
            let before = (block.counts(), block.kept());
            change(*index, block, &inside(*index, span));
            let mut kept = block.kept();
            if block.is_empty() {
                emptied.push(*index);
                kept = 0;
            }
            self.counts = self.counts.minus(before.0).plus(block.counts());
            self.kept = (self.kept + kept).saturating_sub(before.1);
        }
        for index in emptied {
            self.blocks.remove(&index);
        }
    }

    /// Changes each block that `len` bytes from `offset` touch: where in it, and which of the bytes.
    fn each_new(
        &mut self,
        offset: u64,
        len: usize,
        mut change: impl FnMut(&mut Block, usize, Range<usize>),
    ) {
        let mut done = 0;
        while done < len {
            let Some(at) = offset.checked_add(done as u64) else {
                return;
            };
            let (index, start) = (at / BLOCK, within(at));
            let n = (BLOCK_BYTES - start).min(len - done);
            let known = self.blocks.contains_key(&index);
            let block = self.blocks.entry(index).or_default();
            let before = if known { block.kept() } else { 0 };
            let counts = block.counts();
            change(block, start, done..done + n);
            self.counts = self.counts.minus(counts).plus(block.counts());
            self.kept = self.kept.saturating_sub(before);
            if block.is_empty() {
                self.blocks.remove(&index);
            } else {
                self.kept += block.kept();
            }
            done += n;
        }
    }
}

/// Every byte that a file can have.
pub(super) const EVERYTHING: Span = match Span::new(0, u64::MAX) {
    Some(span) => span,
    None => Span::empty(0),
};

/// The tag of bytes whose base that edit fixed. It is odd: each byte counts.
fn tag_of(id: u64) -> u64 {
    id.wrapping_mul(2) | 1
}

fn within(offset: u64) -> usize {
    usize::try_from(offset % BLOCK).unwrap_or(0)
}

/// What of the block is in `span`.
fn inside(index: u64, span: Span) -> Range<usize> {
    let start = index * BLOCK;
    let from = span.start().saturating_sub(start).min(BLOCK);
    let to = span.end().saturating_sub(start).min(BLOCK);
    let as_index = |at| usize::try_from(at).unwrap_or(BLOCK_BYTES);
    as_index(from)..as_index(to)
}

/// Runs of edited bytes, made while they are asked for.
#[derive(Debug)]
pub(super) struct Runs<'a> {
    blocks: btree_map::Range<'a, u64, Block>,
    which: Which,
    span: Span,
    /// Runs that were made; the last may go on in the next block.
    ready: VecDeque<PendingRun>,
}

impl Iterator for Runs<'_> {
    type Item = PendingRun;

    fn next(&mut self) -> Option<PendingRun> {
        while self.ready.len() < 2 {
            let Some((index, block)) = self.blocks.next() else {
                break;
            };
            for (at, byte) in block.bytes(self.which, &inside(*index, self.span)) {
                let offset = index * BLOCK + at as u64;
                match self.ready.back_mut() {
                    Some(run) if run.offset + run.value.len() as u64 == offset => {
                        run.base.push(byte.base);
                        run.value.push(byte.value);
                    }
                    _ => self.ready.push_back(PendingRun {
                        offset,
                        base: vec![byte.base],
                        value: vec![byte.value],
                    }),
                }
            }
        }
        self.ready.pop_front()
    }
}
