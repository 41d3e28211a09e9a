//! One step of the person's: what stood where, what was put there, what became of it.
//!
//! It owns what undo and redo of a step are, and gives its bytes up when neither can need them any more. It must not
//! know the order of steps.

use std::time::SystemTime;

use super::bytes::Bytes;
use super::order::Way;
use super::part::{Part, ascending, overlaps, within};
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
    /// It takes another one back: they share their bytes, and the shadow knows those of the other.
    takes_back: bool,
    /// It was taken back alone, once.
    was_taken: bool,
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
            takes_back: false,
            was_taken: false,
            parts,
        })
    }

    /// The same, as what takes another one back.
    pub(super) fn taking_back(mut self) -> Self {
        self.takes_back = true;
        self
    }

    /// It is no edit of bytes by itself, but takes another one back.
    #[must_use]
    pub fn takes_back(&self) -> bool {
        self.takes_back
    }

    /// It is not in the file, or a part of it: the mapping holds it, or it waits to be reapplied.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        let mut states = self.parts.iter().map(|part| part.state);
        let is_pending = |state: EditState| state == EditState::Applied || state.waits();
        self.mode == Mode::Private && !self.takes_back() && states.any(is_pending)
    }

    /// The parts that the mapping holds and the file does not.
    pub(super) fn held(&self) -> impl Iterator<Item = &Part> {
        let mut parts = self.parts.iter();
        std::iter::from_fn(move || {
            parts.find(|part| part.state == EditState::Applied && part.can(Way::Undo))
        })
    }

    /// What takes its held parts back.
    pub(super) fn taken_back_alone(&self) -> Compensation {
        let held = |part: &&Part| part.state == EditState::Applied && part.can(Way::Undo);
        let stays = self.parts.iter().filter(|part| !held(part));
        Compensation {
            id: self.id,
            mode: self.mode,
            target: Some(self.target),
            stores: self
                .held()
                .filter_map(|part| part.swap(Way::Undo))
                .collect(),
            differing: self.held().flat_map(Part::differing).collect(),
            stays: stays.map(|part| (part.span(), part.state)).collect(),
        }
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

    /// It is taken back alone now.
    pub(super) fn is_taken(&mut self) {
        self.was_taken = true;
    }

    /// It was taken back alone, and is not there.
    pub(super) fn stays_taken(&self) -> bool {
        self.was_taken && self.state() == EditState::Undone
    }

    /// It took another one back, and neither can go any way now.
    pub(super) fn takes_nothing(&self) -> bool {
        self.takes_back() && !self.has_bytes()
    }

    /// Where its bytes were given up.
    pub(super) fn without_bytes(&self) -> Vec<Span> {
        let parts = self.parts.iter().filter(|part| part.kept.is_none());
        ascending(&parts.map(Part::span).collect::<Vec<_>>())
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
            let whole = part.span();
            let inside = within(spans, whole).next();
            which(part) && inside.is_some_and(|inside| inside != whole)
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
                if !self.takes_back {
                    part.apply(way, self.mode, self.id, shadow);
                }
                part.state = match way {
                    Way::Undo => EditState::Undone,
                    Way::Redo => EditState::Applied,
                };
            }
        }
    }

    /// The parts within `spans` that can go this way.
    pub(super) fn going(&self, way: Way, spans: &[Span]) -> Vec<Span> {
        let parts = self.parts.iter().filter(|part| part.can(way));
        let inside = parts.flat_map(|part| within(spans, part.span()));
        ascending(&inside.collect::<Vec<_>>())
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
