//! Changed bytes of one place: what stood where before, what stands there now, and how long ago that was done.
//!
//! It owns the arithmetic of runs that overlap. It must not know files or records. Runs, not bytes, are kept, so that it
//! takes no more room than what was changed.

use std::collections::BTreeMap;

use super::record::ByteChange;
use crate::bytes::Span;

/// What a run takes in a journal beside its bytes, in bytes.
const RUN_BYTES: u64 = 48;

/// Neighbors that were changed at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    base: Vec<u8>,
    value: Vec<u8>,
    /// The larger, the later.
    age: u64,
}

/// Changed bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    runs: BTreeMap<u64, Run>,
}

impl Layer {
    /// Nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// How many bytes are changed.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.runs.values().map(|run| run.value.len() as u64).sum()
    }

    /// What it takes in a journal, in bytes, at most.
    #[must_use]
    pub fn written_bytes(&self) -> u64 {
        2 * self.n_bytes() + RUN_BYTES * self.runs.len() as u64
    }

    /// Bytes were changed. Where they were changed before, and what that left still stood there, the older base holds;
    /// where somebody else came between, what they left is the base. What is back at its base is not changed any more.
    /// What is younger than `age` came after it, and stays on top.
    pub fn put(&mut self, change: &ByteChange, age: u64) {
        let span = change.span();
        if span.is_empty() {
            return;
        }
        let mut base = change.old.clone();
        let taken = self.take_out(span).into_iter();
        let (later, before): (Vec<_>, Vec<_>) = taken.partition(|(_, run)| run.age > age);
        for (offset, run) in before {
            let at = index(offset - span.start());
            for ((base, old), (earlier, left)) in base
                .iter_mut()
                .skip(at)
                .zip(change.old.iter().skip(at))
                .zip(run.base.iter().zip(&run.value))
            {
                if left == old {
                    *base = *earlier;
                }
            }
        }
        let mut start = 0;
        let differs: Vec<bool> = base.iter().zip(&change.new).map(|(b, n)| b != n).collect();
        for part in differs.chunk_by(|left, right| left == right) {
            let end = start + part.len();
            if part.first() == Some(&true)
                && let (Some(base), Some(value)) =
                    (base.get(start..end), change.new.get(start..end))
            {
                let run = Run {
                    base: base.to_vec(),
                    value: value.to_vec(),
                    age,
                };
                self.runs.insert(span.start() + start as u64, run);
            }
            start = end;
        }
        for (offset, run) in later {
            let change = ByteChange {
                offset,
                old: run.base,
                new: run.value,
            };
            self.put(&change, run.age);
        }
    }

    /// What is changed in `span` is of no interest any more.
    pub fn remove(&mut self, span: Span) {
        self.take_out(span);
    }

    /// The runs inside `span`, cut at its ends; they are gone from here.
    fn take_out(&mut self, span: Span) -> Vec<(u64, Run)> {
        let before = self.runs.range(..span.start()).next_back();
        let first = before.filter(|(start, run)| *start + run.value.len() as u64 > span.start());
        let first = first.map(|(start, _)| *start);
        let inside = self.runs.range(span.start()..span.end());
        let starts: Vec<u64> = first
            .into_iter()
            .chain(inside.map(|(start, _)| *start))
            .collect();
        let mut taken = Vec::new();
        for start in starts {
            let Some(run) = self.runs.remove(&start) else {
                continue;
            };
            let head = index(span.start().saturating_sub(start)).min(run.value.len());
            let tail = index(span.end().saturating_sub(start)).min(run.value.len());
            let part = |from: usize, to: usize| {
                let part = Run {
                    base: run.base.get(from..to)?.to_vec(),
                    value: run.value.get(from..to)?.to_vec(),
                    age: run.age,
                };
                (from < to).then_some((start + from as u64, part))
            };
            let (left, middle, right) =
                (part(0, head), part(head, tail), part(tail, run.value.len()));
            self.runs.extend(left.into_iter().chain(right));
            taken.extend(middle);
        }
        taken
    }

    /// All of it, each run with its age, ascending by offset. Neighbors of one age are not put together.
    pub fn runs(&self) -> impl Iterator<Item = (u64, ByteChange)> + '_ {
        self.runs.iter().map(|(offset, run)| {
            let change = ByteChange {
                offset: *offset,
                old: run.base.clone(),
                new: run.value.clone(),
            };
            (run.age, change)
        })
    }

    /// What of it lies in `span`, cut at its ends, ascending.
    pub(super) fn within(&self, span: Span) -> impl Iterator<Item = ByteChange> + '_ {
        let before = self.runs.range(..span.start()).next_back();
        let inside = self.runs.range(span.start()..span.end());
        before
            .into_iter()
            .chain(inside)
            .filter_map(move |(at, run)| {
                let whole = Span::at(*at, run.value.len() as u64)?;
                let both = whole.intersect(span).filter(|both| !both.is_empty())?;
                let part = index(both.start() - at)..index(both.end() - at);
                Some(ByteChange {
                    offset: both.start(),
                    old: run.base.get(part.clone())?.to_vec(),
                    new: run.value.get(part)?.to_vec(),
                })
            })
    }

    /// All of it, neighbors as one, ascending.
    #[must_use]
    pub fn joined(&self) -> Vec<ByteChange> {
        let mut all: Vec<ByteChange> = Vec::new();
        for (_, change) in self.runs() {
            match all.last_mut() {
                Some(last) if last.offset + last.new.len() as u64 == change.offset => {
                    last.old.extend(change.old);
                    last.new.extend(change.new);
                }
                _ => all.push(change),
            }
        }
        all
    }

    /// The ages of its runs and what each takes in a journal, in bytes.
    pub(super) fn ages(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let takes = |run: &Run| 2 * run.value.len() as u64 + RUN_BYTES;
        self.runs.values().map(move |run| (run.age, takes(run)))
    }

    /// What was changed at `age` or before.
    pub(super) fn spans_until(&self, age: u64) -> impl Iterator<Item = Span> + '_ {
        let old = self.runs.iter().filter(move |(_, run)| run.age <= age);
        old.filter_map(|(at, run)| Span::at(*at, run.value.len() as u64))
    }

    /// Forgets what was changed at `age` or before. Returns how many bytes that were.
    pub(super) fn forget_until(&mut self, age: u64) -> u64 {
        let before = self.n_bytes();
        self.runs.retain(|_, run| run.age > age);
        before - self.n_bytes()
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
