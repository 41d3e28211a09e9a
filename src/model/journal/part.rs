//! Neighboring bytes of a step that share one fate.
//!
//! It owns the bytes themselves, and what storing them does to the shadow. It must not know the other parts of the step.

use std::borrow::Cow;

use super::bytes::Bytes;
use super::order::Way;
use super::shadow::{Change, Covered, Shadow};
use super::{Differing, Drawn, EditState, Stored, Swap};
use crate::bytes::Span;
use crate::map::Mode;

pub(super) use crate::bytes::span::{ascending, within};

/// Bytes between two that differ from what was drawn that are kept with them, rather than start anew.
const GAP_BYTES: usize = 32;

/// Neighboring bytes of a step with one fate.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) offset: u64,
    pub(super) len: u64,
    pub(super) state: EditState,
    pub(super) kept: Option<Kept>,
}

#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) old: Bytes,
    pub(super) new: Bytes,
    /// What was drawn, where it differs from `old`: index in the part, bytes.
    drawn: Vec<(usize, Vec<u8>)>,
    /// What waited there and gave way.
    covered: Option<Box<Covered>>,
    /// It was in the file once: what was drawn then is no base any more.
    settled: bool,
}

impl Part {
    /// `drawn`: what was drawn, where it differs.
    pub(super) fn new(stored: Stored, drawn: Vec<(usize, Vec<u8>)>) -> Self {
        let kept = Kept {
            old: stored.old.into(),
            new: stored.new.into(),
            drawn,
            covered: None,
            settled: false,
        };
        Self {
            offset: stored.offset,
            len: kept.new.len() as u64,
            state: EditState::Applied,
            kept: Some(kept),
        }
    }

    pub(super) fn span(&self) -> Span {
        Span::at(self.offset, self.len).unwrap_or(Span::empty(self.offset))
    }

    pub(super) fn kept(&self) -> usize {
        let Some(kept) = &self.kept else { return 0 };
        let drawn = kept.drawn.iter().map(|(_, bytes)| bytes.capacity());
        let list = kept.drawn.capacity() * size_of::<(usize, Vec<u8>)>();
        let covered = kept.covered.as_ref().map_or(0, |covered| covered.kept());
        kept.old.kept() + kept.new.kept() + list + drawn.sum::<usize>() + covered
    }

    pub(super) fn can(&self, way: Way) -> bool {
        self.kept.is_some()
            && match way {
                Way::Undo => self.state.is_shown(),
                Way::Redo => self.state == EditState::Undone,
            }
    }

    /// It is in the file: what was drawn is history.
    pub(super) fn settle(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.settled = true;
        }
        self.forget_covered();
    }

    /// What gave way to it never comes back.
    pub(super) fn forget_covered(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.covered = None;
        }
    }

    /// Tells the shadow what was stored.
    pub(super) fn apply(&mut self, way: Way, mode: Mode, id: u64, shadow: &mut Shadow) {
        self.apply_bytes(way, mode, id, shadow);
        let span = self.span();
        let Some(kept) = self.kept.as_mut().filter(|_| mode == Mode::Private) else {
            return;
        };
        if let Some(covered) = kept.covered.take() {
            shadow.uncover(span.start(), &covered);
        }
        if way == Way::Redo {
            let covered = shadow.cover(span);
            kept.covered = (!covered.is_empty()).then(|| Box::new(covered));
        }
    }

    fn apply_bytes(&self, way: Way, mode: Mode, id: u64, shadow: &mut Shadow) {
        let Some(kept) = &self.kept else { return };
        let (base, value) = match way {
            Way::Undo => (&kept.new, &kept.old),
            Way::Redo => (&kept.old, &kept.new),
        };
        if mode == Mode::Shared {
            shadow.put_in_file(self.offset, base, value);
            return;
        }
        let mut put = |offset, base: &Bytes, value: &Bytes, fixes| {
            shadow.put_pending(&Change {
                offset,
                base,
                value,
                id,
                is_undo: way == Way::Undo,
                fixes,
            });
        };
        if way == Way::Undo || kept.settled || kept.drawn.is_empty() {
            put(self.offset, base, value, false);
            return;
        }
        let mut done = 0;
        for Differing {
            offset,
            drawn,
            stood,
        } in self.differing()
        {
            let at = usize::try_from(offset - self.offset).unwrap_or(usize::MAX);
            put(
                self.offset + done as u64,
                &base.cut(done..at),
                &value.cut(done..at),
                false,
            );
            done = at + stood.len();
            put(offset, &Bytes::from(drawn), &value.cut(at..done), true);
        }
        let rest = done..value.len();
        let (base, value) = (base.cut(rest.clone()), value.cut(rest));
        put(self.offset + done as u64, &base, &value, false);
    }

    pub(super) fn differing(&self) -> Vec<Differing> {
        let Some(kept) = &self.kept else {
            return Vec::new();
        };
        let mut found: Vec<Differing> = Vec::new();
        for (start, drawn) in &kept.drawn {
            let old = kept.old.part(*start..start + drawn.len());
            let places = self.offset + *start as u64..;
            for (offset, (drawn, old)) in places.zip(drawn.iter().zip(old.iter())) {
                if drawn == old {
                    continue;
                }
                match found.last_mut() {
                    Some(last) if last.offset + last.drawn.len() as u64 == offset => {
                        last.drawn.push(*drawn);
                        last.stood.push(*old);
                    }
                    _ => found.push(Differing {
                        offset,
                        drawn: vec![*drawn],
                        stood: vec![*old],
                    }),
                }
            }
        }
        found
    }

    pub(super) fn swap(&self, way: Way) -> Option<Swap> {
        let kept = self.kept.as_ref()?;
        let (old, new) = (kept.old.all(), kept.new.all());
        let (expect, write) = match way {
            Way::Undo => (new, old),
            Way::Redo => (old, new),
        };
        Some(Swap {
            offset: self.offset,
            expect: Cow::into_owned(expect),
            write: Cow::into_owned(write),
        })
    }

    /// Its pieces, each wholly inside or outside of `spans`.
    pub(super) fn split(self, spans: &[Span]) -> Vec<Self> {
        let whole = self.span();
        let inside = within(spans, whole);
        let mut cuts: Vec<u64> = inside.flat_map(|span| [span.start(), span.end()]).collect();
        cuts.push(whole.end());
        let mut pieces = Vec::new();
        let mut start = whole.start();
        for end in cuts {
            if start < end {
                pieces.push(self.piece(start, end));
                start = end;
            }
        }
        pieces
    }

    fn piece(&self, start: u64, end: u64) -> Self {
        let index = |at: u64| usize::try_from(at - self.offset).unwrap_or(usize::MAX);
        let range = index(start)..index(end);
        let kept = self.kept.as_ref().map(|kept| {
            let mut drawn = Vec::new();
            for (at, bytes) in &kept.drawn {
                let (from, to) = ((*at).max(range.start), (at + bytes.len()).min(range.end));
                if from < to {
                    let inside = bytes.get(from - at..to - at).unwrap_or_default();
                    drawn.push((from - range.start, inside.to_vec()));
                }
            }
            let mut covered = Covered::default();
            for (at, byte) in kept.covered.iter().flat_map(|covered| covered.bytes()) {
                let at = at + self.offset;
                if start <= at && at < end {
                    covered.push(at - start, byte);
                }
            }
            Kept {
                old: kept.old.cut(range.clone()),
                new: kept.new.cut(range.clone()),
                drawn,
                covered: (!covered.is_empty()).then(|| Box::new(covered)),
                settled: kept.settled,
            }
        });
        Self {
            offset: start,
            len: end - start,
            state: self.state,
            kept,
        }
    }
}

/// What was drawn where `stored` went, if it differs from what stood there and is not the person's own doing.
pub(super) fn differing_from(
    stored: &Stored,
    drawn: &Drawn,
    own: impl Fn(u64) -> Option<u8>,
) -> Vec<(usize, Vec<u8>)> {
    let mut found: Vec<(usize, Vec<u8>)> = Vec::new();
    let span = Span::at(stored.offset, stored.old.len() as u64);
    let span = span.unwrap_or(Span::empty(stored.offset));
    for (offset, drawn) in drawn.bytes_in(span) {
        let index = usize::try_from(offset - span.start()).unwrap_or(usize::MAX);
        let Some(old) = stored.old.get(index).filter(|old| **old != drawn) else {
            continue;
        };
        if own(offset) == Some(*old) {
            continue; // drawn before an edit of the person's own was
        }
        match found.last_mut() {
            Some((start, bytes)) if index.saturating_sub(*start + bytes.len()) < GAP_BYTES => {
                let between = stored.old.get(*start + bytes.len()..index);
                bytes.extend_from_slice(between.unwrap_or_default());
                bytes.push(drawn);
            }
            _ => found.push((index, vec![drawn])),
        }
    }
    found
}

/// One of `spans`, which are ascending and apart, has a byte of `span`.
pub(super) fn overlaps(spans: &[Span], span: Span) -> bool {
    within(spans, span).next().is_some()
}
