//! Which private pages are one and the same: what the bits of the page tables prove, and no more.
//!
//! Since a fork, parent and child have one page until either stores. The kernel does not tell an unprivileged reader which
//! page that is, but it tells of each page table whether any other has the page too. Where the only others are the
//! processes of one line of forks, all of them ours, that leaves few possibilities; what all possibilities have in common
//! is proven. (Pages that the kernel merged by itself, KSM, are not looked for: no process here asks for that.)

use super::{CopyId, Read};
use crate::bytes::Span;

/// The processes that descend from one: a page of theirs is shared within the line or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Family(pub u64);

/// What is known of the private page of a row.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its line of forks.
    pub family: Family,
    /// Whether no other page table has it; `None` where that is not told, or is an old answer.
    pub is_exclusive: Option<bool>,
    /// Its frame, where the kernel tells it.
    pub frame: Option<u64>,
    /// What was read there, of that page and maybe of others; different bytes in it are different pages.
    pub read: Option<Read>,
}

/// The most pages that may be one of which every possibility is gone through: 877 of them.
const MOST_WEIGHED: usize = 7;

/// For each candidate the page that it is, where that is proven: equal numbers are one page. `None`: not known. `page` are
/// the offsets of the page that all of them are about.
#[must_use]
pub fn joined(candidates: &[Candidate], page: Span) -> Vec<Option<CopyId>> {
    let mut found: Vec<Option<CopyId>> = vec![None; candidates.len()];
    let mut open = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let others = candidates.iter().enumerate().filter(|it| it.0 != index);
        let has_mate = |frame| others.clone().any(|it| it.1.frame == Some(frame));
        match (candidate.frame, candidate.is_exclusive) {
            // The highest bit keeps frames apart from indices.
            (Some(frame), Some(true)) => found[index] = Some(CopyId(frame | 1 << 63)),
            (Some(frame), _) if has_mate(frame) => found[index] = Some(CopyId(frame | 1 << 63)),
            (None, Some(true)) => found[index] = Some(CopyId(index as u64)),
            // Also where the frame is told: whoever else has it was not told of.
            (_, Some(false) | None) => open.push(index),
        }
    }
    while let Some(first) = open.first().copied() {
        let weighed = Weighed { candidates, page };
        let cluster = weighed.take_cluster(&mut open, first);
        for (member, page) in weighed.one_page(&cluster) {
            found[member] = Some(CopyId(page as u64));
        }
    }
    found
}

/// Candidates among which possibilities are weighed.
struct Weighed<'a> {
    candidates: &'a [Candidate],
    page: Span,
}

impl Weighed<'_> {
    /// Takes out of `open` all that may have one page with `first`, or with one that may, and so on.
    fn take_cluster(&self, open: &mut Vec<usize>, first: usize) -> Vec<usize> {
        open.retain(|it| *it != first);
        let (mut cluster, mut next) = (vec![first], 0);
        while let Some(member) = cluster.get(next).copied() {
            next += 1;
            let may =
                |it: &mut usize| self.may_be_one(&self.candidates[member], &self.candidates[*it]);
            cluster.extend(open.extract_if(.., may));
        }
        cluster
    }

    /// Those of a cluster that are on one page in every way the pages can lie, with the first of them.
    fn one_page(&self, cluster: &[usize]) -> Vec<(usize, usize)> {
        if cluster.len() > MOST_WEIGHED {
            return Vec::new();
        }
        let mut ways = Vec::new();
        self.lay(cluster, &mut Vec::new(), &mut ways);
        let mut proven = Vec::new();
        for (at, member) in cluster.iter().enumerate() {
            let with =
                |other: &usize| !ways.is_empty() && ways.iter().all(|way| way[*other] == way[at]);
            // A single one is not told apart from one that shares with nobody here: of it nothing is claimed.
            let mates: Vec<usize> = (0..cluster.len()).filter(with).collect();
            if let [first, _, ..] = mates.as_slice() {
                proven.push((*member, cluster[*first]));
            }
        }
        proven
    }

    /// Lays the next member of the cluster on each page where it may be, or on one of its own; a whole way in which each that
    /// shares has a mate is kept. A way is the number of the page of each member.
    fn lay(&self, cluster: &[usize], way: &mut Vec<usize>, ways: &mut Vec<Vec<usize>>) {
        let Some(member) = cluster.get(way.len()) else {
            let n_mates = |page: usize| way.iter().filter(|it| **it == page).count();
            let mut each = cluster.iter().zip(way.iter());
            if each
                .all(|(it, page)| self.candidates[*it].is_exclusive.is_none() || n_mates(*page) > 1)
            {
                ways.push(way.clone());
            }
            return;
        };
        let n_pages = way.iter().max().map_or(0, |most| most + 1);
        for page in 0..=n_pages {
            let mut mates = cluster
                .iter()
                .zip(way.iter())
                .filter(|(_, it)| **it == page);
            if mates.all(|(mate, _)| {
                self.may_be_one(&self.candidates[*mate], &self.candidates[*member])
            }) {
                way.push(page);
                self.lay(cluster, way, ways);
                way.pop();
            }
        }
    }

    fn may_be_one(&self, left: &Candidate, right: &Candidate) -> bool {
        let are_other_frames = matches!((left.frame, right.frame), (Some(l), Some(r)) if l != r);
        left.family == right.family && !are_other_frames && !self.differ(left, right)
    }

    /// They are known to have read different bytes. What one could not read says nothing.
    fn differ(&self, left: &Candidate, right: &Candidate) -> bool {
        let told = left.is_exclusive.is_some() && right.is_exclusive.is_some();
        match (&left.read, &right.read) {
            (Some(left), Some(right)) if told && left.span == right.span => {
                let inside = left.span.intersect(self.page);
                let mut offsets = inside.map_or(0..0, |span| span.start()..span.end());
                offsets.any(
                    |at| matches!((left.byte(at), right.byte(at)), (Some(l), Some(r)) if l != r),
                )
            }
            _ => false,
        }
    }
}
