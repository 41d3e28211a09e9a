//! One step of the person's: what stood where, what was put there, what became of it.
//!
//! It owns what undo and redo of a step are, and gives its bytes up when neither can need them any more. It must not
//! know the order of steps.

use std::time::SystemTime;

use super::bytes::Bytes;
use super::order::Way;
use super::part::{Part, overlaps};
use super::shadow::Shadow;
use super::{Compensation, Differing, EditState, Gone, Next};
use crate::bytes::Span;
use crate::map::Mode;
use crate::model::identity::Target;

/// The most parts of an edit that are told apart once their bytes are given up.
const MAX_FATES: usize = 8;

/// One step of the person's. Once no undo can need its bytes, only the plain facts are left.
#[derive(Clone, Debug)]
pub struct Edit {
    id: u64,
    mode: Mode,
    target: Target,
    at: SystemTime,
    span: Span,
    n_bytes: u64,
    pub(super) parts: Vec<Part>,
}

/// A part of an edit, as it is listed.
#[derive(Clone, Copy, Debug)]
pub struct EditPart<'a> {
    /// File offset of the first byte.
    pub offset: u64,
    /// How many bytes.
    pub len: u64,
    /// What became of it.
    pub state: EditState,
    /// What stood there and what was stored, while undo or redo can need them.
    pub bytes: Option<(&'a Bytes, &'a Bytes)>,
}

impl Edit {
    /// `None` where nothing was stored.
    pub(super) fn new(
        id: u64,
        parts: Vec<Part>,
        mode: Mode,
        target: Target,
        at: SystemTime,
    ) -> Option<Self> {
        let mut parts: Vec<Part> = parts.into_iter().filter(|part| part.len > 0).collect();
        parts.sort_by_key(|part| part.offset);
        parts.shrink_to_fit();
        let hull = |hull: Span, part: &Part| hull.hull(part.span());
        Some(Self {
            id,
            mode,
            target,
            at,
            span: parts.iter().fold(parts.first()?.span(), hull),
            n_bytes: parts.iter().map(|part| part.len).sum(),
            parts,
        })
    }

    /// Number in the order of typing, from 1.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The mode of the mapping it was stored through.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The mapping it was stored through.
    #[must_use]
    pub fn target(&self) -> Target {
        self.target
    }

    /// When it was typed.
    #[must_use]
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// From its first to its last byte.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// How many bytes it changed.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// What became of it; where its parts differ, the most pressing.
    #[must_use]
    pub fn state(&self) -> EditState {
        let states = self.parts.iter().map(|part| part.state);
        states
            .min_by_key(|state| state.rank())
            .unwrap_or(EditState::Retired)
    }

    /// Its parts, ascending: more than one where it was stored in pieces, or they fared differently.
    pub fn parts(&self) -> impl Iterator<Item = EditPart<'_>> + '_ {
        self.parts.iter().map(|part| EditPart {
            offset: part.offset,
            len: part.len,
            state: part.state,
            bytes: part.kept.as_ref().map(|kept| (&kept.old, &kept.new)),
        })
    }

    /// Memory in bytes.
    pub(super) fn kept(&self) -> usize {
        let parts = self.parts.iter().map(Part::kept);
        let list = self.parts.capacity() * size_of::<Part>();
        size_of::<Self>() + list + parts.sum::<usize>()
    }

    /// Memory that goes when it can no longer be undone, in bytes.
    pub(super) fn bytes_to_undo(&self) -> usize {
        let parts = self.parts.iter().filter(|part| part.can(Way::Undo));
        parts.map(Part::kept).sum()
    }

    /// Memory that goes when it can no longer be redone, in bytes.
    pub(super) fn bytes_to_redo(&self) -> usize {
        let parts = self.parts.iter().filter(|part| part.can(Way::Redo));
        parts.map(Part::kept).sum()
    }

    /// Some part of it can go this way.
    pub(super) fn can(&self, way: Way) -> bool {
        self.parts.iter().any(|part| part.can(way))
    }

    /// Undo and redo may still need its bytes.
    pub(super) fn has_bytes(&self) -> bool {
        self.parts.iter().any(|part| part.kept.is_some())
    }

    /// All that its bytes are kept for is the undo of what is in the file.
    pub(super) fn is_in_file(&self) -> bool {
        let mut held = self.parts.iter().filter(|part| part.kept.is_some());
        held.all(|part| match part.state {
            EditState::InFile => true,
            EditState::Applied => self.mode == Mode::Shared,
            _ => false,
        })
    }

    /// Gives up the bytes of the parts that `which` picks.
    pub(super) fn give_up(&mut self, which: impl Fn(&Part) -> bool) {
        for part in self.parts.iter_mut().filter(|part| which(part)) {
            part.kept = None;
        }
        let state = self.state();
        let alike = self.parts.iter().all(|part| part.state == state);
        if !self.has_bytes() && (alike || self.parts.len() > MAX_FATES) && self.parts.len() > 1 {
            let whole = Part {
                offset: self.span.start(),
                len: self.span.len(),
                state,
                kept: None,
            };
            self.parts = vec![whole];
        }
    }

    /// Cuts the parts that `which` picks at the ends of `spans`, which are ascending and apart.
    pub(super) fn split(&mut self, spans: &[Span], which: impl Fn(&Part) -> bool) {
        let splits = |part: &Part| {
            which(part)
                && overlaps(spans, part.span())
                && !spans.iter().any(|span| span.contains_span(part.span()))
        };
        if !self.parts.iter().any(splits) {
            return;
        }
        let mut parts = Vec::new();
        for part in self.parts.drain(..) {
            if splits(&part) {
                parts.extend(part.split(spans));
            } else {
                parts.push(part);
            }
        }
        self.parts = parts;
    }

    /// Carries out that the parts within `spans` went this way.
    pub(super) fn went(&mut self, way: Way, spans: &[Span], shadow: &mut Shadow) {
        self.split(spans, |part| part.can(way));
        for part in &mut self.parts {
            if part.can(way) && overlaps(spans, part.span()) {
                part.apply(way, self.mode, self.id, shadow);
                part.state = match way {
                    Way::Undo => EditState::Undone,
                    Way::Redo => EditState::Applied,
                };
            }
        }
    }

    /// Where something else stood than was drawn.
    pub(super) fn differing(&self) -> Vec<Differing> {
        self.parts.iter().flat_map(Part::differing).collect()
    }

    /// What undo or redo has to store, or why it cannot.
    pub(super) fn next(&self, way: Way) -> Next {
        let (can, cannot): (Vec<&Part>, Vec<&Part>) =
            self.parts.iter().partition(|part| part.can(way));
        if can.is_empty() {
            return Next::Gone {
                id: self.id,
                span: self.span,
                mode: self.mode,
                why: self.gone(),
            };
        }
        let differing = match way {
            Way::Undo => can.iter().flat_map(|part| part.differing()).collect(),
            Way::Redo => Vec::new(),
        };
        Next::Store(Compensation {
            id: self.id,
            mode: self.mode,
            target: (self.mode == Mode::Private).then_some(self.target),
            stores: can.iter().filter_map(|part| part.swap(way)).collect(),
            differing,
            stays: cannot
                .iter()
                .map(|part| (part.span(), part.state))
                .collect(),
        })
    }

    fn gone(&self) -> Gone {
        match self.state() {
            EditState::Discarded => Gone::Discarded,
            EditState::Lost => Gone::Lost,
            EditState::Dropped => Gone::Dropped,
            EditState::Retired => Gone::Retired,
            EditState::SetAside
            | EditState::Applied
            | EditState::Undone
            | EditState::InFile
            | EditState::WrittenNotSynced => Gone::Mapping,
        }
    }
}
