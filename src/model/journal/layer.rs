//! The edited bytes of one block of the file, as runs: what stood there and what is wanted there.
//!
//! It owns splitting and joining, and that a run is no dearer than its bytes: bytes that are not edited stand inside a
//! run where a split would cost more. It must not know what the tags of runs mean, nor blocks beside this one.

use std::ops::Range;

use super::bytes::Bytes;

/// The plainest tag.
pub(super) const PLAIN: u64 = 0;
/// Stands for the tag of bytes that go; no run has it.
const ENDED: u64 = u64::MAX;
/// This many bytes that do not count are not kept inside a run.
const GAP_BYTES: usize = 64;

/// In runs with this tag each byte counts; in all others only those where base and value differ.
pub(super) fn all_count(tag: u64) -> bool {
    tag % 2 == 1
}

/// Two runs as far apart as this are cheaper as one.
const CHEAP_GAP_BYTES: usize = size_of::<Run>() / 2;

/// Neighboring bytes with one tag.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Where in the block.
    pub(super) at: usize,
    pub(super) tag: u64,
    /// How many of its bytes count.
    pub(super) n: usize,
    pub(super) base: Bytes,
    pub(super) value: Bytes,
}

impl Run {
    fn new(at: usize, tag: u64, base: Bytes, value: Bytes) -> Self {
        let n = if all_count(tag) {
            value.len()
        } else {
            let (base, value) = (base.all(), value.all());
            let pairs = base.iter().zip(value.iter());
            pairs.filter(|(base, value)| base != value).count()
        };
        Self {
            at,
            tag,
            n,
            base,
            value,
        }
    }

    pub(super) fn end(&self) -> usize {
        self.at + self.value.len()
    }

    /// The part of it in `range` of the block; nothing where none of that counts.
    pub(super) fn part(&self, range: &Range<usize>) -> Option<Self> {
        let (start, end) = (self.at.max(range.start), self.end().min(range.end));
        if start >= end {
            return None;
        }
        let inside = start - self.at..end - self.at;
        let (base, value) = (self.base.cut(inside.clone()), self.value.cut(inside));
        let part = Self::new(start, self.tag, base, value);
        (part.n > 0).then_some(part)
    }

    /// Base and value of the byte there, if it counts.
    pub(super) fn byte(&self, at: usize) -> Option<(u8, u8)> {
        let index = at.checked_sub(self.at)?;
        let (base, value) = (self.base.get(index)?, self.value.get(index)?);
        (all_count(self.tag) || base != value).then_some((base, value))
    }

    /// Where in the block its bytes count, ascending, as long as can be.
    pub(super) fn counted(&self) -> Vec<Range<usize>> {
        if self.n == self.value.len() {
            return std::iter::once(self.at..self.end()).collect();
        }
        let (base, value) = (self.base.all(), self.value.all());
        let mut found: Vec<Range<usize>> = Vec::new();
        let places = self.at..;
        for (at, (base, value)) in places.zip(base.iter().zip(value.iter())) {
            if base == value {
                continue;
            }
            match found.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => found.push(at..at + 1),
            }
        }
        found
    }

    /// From its first to its last byte that counts; nothing where none does.
    fn trimmed(self) -> Option<Self> {
        if self.n == self.value.len() {
            return (self.n > 0).then_some(self);
        }
        let counted = self.counted();
        let hull = counted.first()?.start..counted.last()?.end;
        if hull == (self.at..self.end()) {
            return Some(self);
        }
        self.part(&hull)
    }

    /// The same where they are apart: between them are bytes that do not count, whatever they are.
    fn joined_over_gap(&self, next: &Self) -> Self {
        let gap = vec![0; next.at - self.end()];
        let over = |left: &Bytes, right: &Bytes| {
            Bytes::from([&*left.all(), gap.as_slice(), &*right.all()].concat())
        };
        Self {
            at: self.at,
            tag: self.tag,
            n: self.n + next.n,
            base: over(&self.base, &next.base),
            value: over(&self.value, &next.value),
        }
    }

    fn joined(&self, next: &Self) -> Self {
        Self {
            at: self.at,
            tag: self.tag,
            n: self.n + next.n,
            base: self.base.joined(&next.base),
            value: self.value.joined(&next.value),
        }
    }
}

/// New values for neighboring bytes.
pub(super) struct Put<'a> {
    /// Where in the block.
    pub(super) at: usize,
    /// What stands there, for bytes that do not count yet.
    pub(super) base: &'a [u8],
    /// As many new values.
    pub(super) value: &'a [u8],
    /// The tag of bytes that do not count yet.
    pub(super) tag: u64,
    /// The new tag of those that do.
    pub(super) retag: fn(u64) -> u64,
    /// Bytes with this tag go.
    pub(super) ends: Option<u64>,
}

impl Put<'_> {
    fn range(&self) -> Range<usize> {
        self.at..self.at + self.value.len()
    }
}

/// The runs of a block, ascending and apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer(Vec<Run>);

impl Layer {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn runs(&self) -> &[Run] {
        &self.0
    }

    /// How many bytes count.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|run| run.n).sum()
    }

    /// Some byte in `range` counts.
    pub(super) fn counts_in(&self, range: &Range<usize>) -> bool {
        self.0.iter().any(|run| {
            let inside = run.at >= range.start && run.end() <= range.end;
            inside || run.part(range).is_some()
        })
    }

    /// Memory in bytes, beside the value itself.
    pub(super) fn kept(&self) -> usize {
        let bytes = self.0.iter().map(|run| run.base.kept() + run.value.kept());
        bytes.sum::<usize>() + self.0.capacity() * size_of::<Run>()
    }

    /// Takes what counts in `range` out; what does not count may stand in it.
    pub(super) fn take(&mut self, range: &Range<usize>) -> Vec<Run> {
        self.take_each(std::iter::once(range.clone()))
    }

    /// Takes what counts in each of `ranges`, which are ascending.
    ///
    /// What is left between and beside them stays one run where that is cheaper: many small pieces out of a long run would
    /// leave many small ones, each dearer than its bytes.
    pub(super) fn take_each(&mut self, ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<Run> {
        let mut taken = Vec::new();
        let mut hull: Option<Range<usize>> = None;
        for range in ranges {
            let there = self.carve(&range);
            if !there.is_empty() {
                taken.extend(there);
                hull = Some(hull.map_or(range.start, |hull| hull.start)..range.end);
            }
        }
        if let Some(hull) = hull {
            self.join_around(&hull);
        }
        taken
    }

    /// Makes one run of neighbors in `hull` and right beside it where that is cheaper.
    fn join_around(&mut self, hull: &Range<usize>) {
        let first = self.0.partition_point(|run| run.end() <= hull.start);
        let last = self.0.partition_point(|run| run.at < hull.end);
        let (first, last) = (first.saturating_sub(1), (last + 1).min(self.0.len()));
        let near = self.0.drain(first..last);
        let near = joined(near.filter_map(Run::trimmed).collect());
        self.0.splice(first..first, near);
        self.0.shrink_to(self.0.len() * 2);
    }

    /// The same, with no run left across `range`.
    fn carve(&mut self, range: &Range<usize>) -> Vec<Run> {
        let first = self.0.partition_point(|run| run.end() <= range.start);
        let last = self.0.partition_point(|run| run.at < range.end);
        if first >= last {
            return Vec::new();
        }
        let there: Vec<Run> = self.0.drain(first..last).collect();
        let (before, after) = (0..range.start, range.end..usize::MAX);
        let left = there.iter().filter_map(|run| run.part(&before));
        let right = there.iter().filter_map(|run| run.part(&after));
        let stays: Vec<Run> = left.chain(right).collect();
        self.0.splice(first..first, stays);
        self.0.shrink_to(self.0.len() * 2);
        there
            .into_iter()
            .filter_map(|run| {
                if range.start <= run.at && run.end() <= range.end {
                    Some(run)
                } else {
                    run.part(range)
                }
            })
            .collect()
    }

    /// Puts what counts of `run` in place of what stands there.
    pub(super) fn replace(&mut self, run: Run) {
        let whole = run.at..run.end();
        if self.counts_in(&whole) {
            let counted = run.counted();
            self.take_each(counted.iter().cloned());
            for part in counted.iter().filter_map(|range| run.part(range)) {
                self.insert(part);
            }
        } else {
            self.insert(run);
        }
    }

    /// Adds a run where nothing counts.
    pub(super) fn insert(&mut self, run: Run) {
        self.carve(&(run.at..run.end()));
        let index = self.0.partition_point(|other| other.at < run.at);
        let first = index.saturating_sub(1);
        let last = (index + 1).min(self.0.len());
        let mut near: Vec<Run> = self.0.drain(first..last).collect();
        near.insert(index - first, run);
        self.0.splice(first..first, joined(near));
    }

    /// Gives bytes new values; those that count keep their base.
    pub(super) fn put(&mut self, put: &Put<'_>) {
        let range = put.range();
        let first = self.0.partition_point(|run| run.end() < range.start);
        let last = self.0.partition_point(|run| run.at <= range.end);
        let there: Vec<Run> = self.0.drain(first..last).collect();
        let (mut base, tags) = laid(&there, put);
        let mut runs: Vec<Run> = Vec::new();
        runs.extend(there.iter().filter_map(|run| run.part(&(0..range.start))));
        if tags.is_whole(put.tag, range.end) && worth_keeping(&base, put.value) {
            let base = Bytes::from(std::mem::take(&mut base));
            runs.push(Run::new(put.at, put.tag, base, Bytes::copy(put.value)));
        }
        for (part, tag) in tags.parts().filter(|_| !base.is_empty()) {
            let inside = part.start - put.at..part.end - put.at;
            let (base, value) = (&base[inside.clone()], &put.value[inside]);
            if tag == ENDED {
                continue;
            }
            if all_count(tag) {
                let (base, value) = (Bytes::copy(base), Bytes::copy(value));
                runs.push(Run::new(part.start, tag, base, value));
            } else {
                runs.extend(plain_runs(part.start, tag, base, value));
            }
        }
        let after = range.end..usize::MAX;
        runs.extend(there.iter().filter_map(|run| run.part(&after)));
        self.0.splice(first..first, joined(runs));
        self.0.shrink_to(self.0.len() * 2);
    }

    /// Gives the runs in `range` new tags; `None` removes them.
    pub(super) fn retag(&mut self, range: &Range<usize>, new: impl Fn(u64) -> Option<u64>) {
        for mut run in self.take(range) {
            if let Some(tag) = new(run.tag) {
                run.tag = tag;
                self.insert(run);
            }
        }
    }
}

/// The bases and tags after `put`, where these runs are.
fn laid(there: &[Run], put: &Put<'_>) -> (Vec<u8>, Tags) {
    let range = put.range();
    let mut bases = put.base.to_vec();
    let mut tags = Tags::new(put.at);
    for run in there {
        let (start, end) = (run.at.max(range.start), run.end().min(range.end));
        if start >= end {
            continue;
        }
        tags.fill(start, put.tag);
        let inside = start - run.at..end - run.at;
        let (base, value) = (run.base.part(inside.clone()), run.value.part(inside));
        let into = &mut bases[start - put.at..end - put.at];
        let ended = put.ends == Some(run.tag);
        let tag = if ended { ENDED } else { (put.retag)(run.tag) };
        if all_count(run.tag) {
            into.copy_from_slice(&base);
            tags.fill(end, tag);
            continue;
        }
        for (into, (base, value)) in into.iter_mut().zip(base.iter().zip(value.iter())) {
            *into = if base == value { *into } else { *base };
        }
        if tag == put.tag {
            tags.fill(end, tag);
            continue;
        }
        for (at, (base, value)) in (start..).zip(base.iter().zip(value.iter())) {
            tags.fill(at + 1, if base == value { put.tag } else { tag });
        }
    }
    tags.fill(range.end, put.tag);
    (bases, tags)
}

/// Which tag neighboring bytes get.
struct Tags {
    start: usize,
    /// Ends of the parts, and their tags.
    ends: Vec<(usize, u64)>,
}

impl Tags {
    fn new(start: usize) -> Self {
        let ends = Vec::new();
        Self { start, ends }
    }

    /// Those up to `end` that have none yet get `tag`.
    fn fill(&mut self, end: usize, tag: u64) {
        match self.ends.last_mut() {
            Some(last) if last.0 >= end => {}
            Some(last) if last.1 == tag => last.0 = end,
            None if end <= self.start => {}
            _ => self.ends.push((end, tag)),
        }
    }

    /// All of them, up to `end`, have `tag`.
    fn is_whole(&self, tag: u64, end: usize) -> bool {
        self.ends == [(end, tag)]
    }

    fn parts(&self) -> impl Iterator<Item = (Range<usize>, u64)> + '_ {
        let starts = std::iter::once(self.start).chain(self.ends.iter().map(|end| end.0));
        starts
            .zip(&self.ends)
            .map(|(start, (end, tag))| (start..*end, *tag))
    }
}

/// First and last byte differ, and in no long stretch between no byte does.
fn worth_keeping(base: &[u8], value: &[u8]) -> bool {
    base.first() != value.first()
        && base.last() != value.last()
        && base
            .chunks(GAP_BYTES)
            .zip(value.chunks(GAP_BYTES))
            .all(|(base, value)| base != value)
}

/// Runs without long stretches that do not count.
fn plain_runs(at: usize, tag: u64, base: &[u8], value: &[u8]) -> Vec<Run> {
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let chunks = base.chunks(GAP_BYTES).zip(value.chunks(GAP_BYTES));
    for (index, (base, value)) in chunks.enumerate() {
        let start = index * GAP_BYTES;
        if base == value {
            continue;
        }
        match stretches.last_mut() {
            Some(last) if last.end == start => last.end += value.len(),
            _ => stretches.push(start..start + value.len()),
        }
    }
    let mut runs = Vec::new();
    for stretch in stretches {
        let (base, value) = (&base[stretch.clone()], &value[stretch.clone()]);
        let differs = |(base, value): (&u8, &u8)| base != value;
        let Some(first) = base.iter().zip(value).position(differs) else {
            continue;
        };
        let last = base.iter().zip(value).rposition(differs).unwrap_or(first);
        let (base, value) = (&base[first..=last], &value[first..=last]);
        let at = at + stretch.start + first;
        runs.push(Run::new(at, tag, Bytes::copy(base), Bytes::copy(value)));
    }
    runs
}

/// Neighbors with one tag become one, over a short stretch that does not count, too.
fn joined(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match out.last_mut() {
            Some(last) if last.tag == run.tag && last.end() == run.at => *last = last.joined(&run),
            Some(last)
                if last.tag == run.tag
                    && !all_count(run.tag)
                    && run.at.saturating_sub(last.end()) <= CHEAP_GAP_BYTES =>
            {
                *last = last.joined_over_gap(&run);
            }
            _ => out.push(run),
        }
    }
    out
}
