//! What a file must hold, from what was ordered and answered, and what it may hold where somebody else was at it.

use super::*;

/// A byte that somebody ordered.
#[derive(Clone, Copy, Debug)]
pub(in crate::astray) struct Meant {
    pub(in crate::astray) byte: u8,
    /// The place that it was given, in the order of places.
    pub(in crate::astray) place: u64,
}

/// What a file must hold.
#[derive(Clone, Debug)]
pub(in crate::astray) struct Truth {
    pub(super) letter: u8,
    holds: BTreeMap<u64, u8>,
    /// Every byte that it may have held there.
    held: BTreeMap<u64, BTreeSet<u8>>,
    /// Bytes of which only that is known.
    loose: BTreeSet<u64>,
    /// From here on it was cut off once.
    pub(super) cut: u64,
    pub(super) meant: BTreeMap<u64, Vec<Meant>>,
    /// Places up to this one may be written from a private view to the file: the person asked for it.
    pub(in crate::astray) may_write: u64,
    /// Places up to this one may be gone: the person dropped edits.
    pub(in crate::astray) may_drop: u64,
}

impl Truth {
    pub(super) fn new(letter: u8, len: u64) -> Self {
        Self {
            letter,
            holds: BTreeMap::new(),
            held: BTreeMap::new(),
            loose: BTreeSet::new(),
            cut: len,
            meant: BTreeMap::new(),
            may_write: 0,
            may_drop: 0,
        }
    }

    pub(super) fn put(&mut self, offset: u64, byte: u8) {
        self.holds.insert(offset, byte);
        self.held.entry(offset).or_default().insert(byte);
    }

    /// Somebody else writes there, or it is not known whether a store was carried out.
    pub(in crate::astray) fn perhaps(&mut self, offset: u64, byte: u8) {
        self.held.entry(offset).or_default().insert(byte);
        self.loose.insert(offset);
    }

    pub(in crate::astray) fn is_cut(&mut self, at: u64) {
        self.cut = self.cut.min(at);
    }

    /// It is cut off somewhere: what is there is known only roughly.
    pub(in crate::astray) fn may_hold(&self, offset: u64, found: u8) -> bool {
        let expected = self.holds.get(&offset).copied().unwrap_or(self.letter);
        let is_loose = offset >= self.cut || self.loose.contains(&offset);
        found == expected
            || (is_loose
                && (found == self.letter
                    || (found == 0 && offset >= self.cut)
                    || self.has_held(offset, found)))
    }

    pub(in crate::astray) fn has_held(&self, offset: u64, byte: u8) -> bool {
        byte == self.letter || self.held.get(&offset).is_some_and(|it| it.contains(&byte))
    }

    pub(super) fn is_meant(&self, offset: u64, byte: u8) -> Option<u64> {
        let all = self.meant.get(&offset)?;
        all.iter().find(|it| it.byte == byte).map(|it| it.place)
    }
}
