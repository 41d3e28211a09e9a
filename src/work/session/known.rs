//! What the file held before anybody of the session stored there, as far as entries say it.
//!
//! It owns the rule: what the first store at a place replaced stood there before. Bytes that came with a growth of the file are
//! known in the same way. It must not know what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::bytes::size::counted;
use crate::model::happened::{Fate, Happening, Occurrence};

/// The bytes that are known, by their offset.
pub(super) type Bytes = BTreeMap<u64, u8>;

/// Bytes by when they came to be there.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// At first, then with each growth, in order.
    births: Vec<Bytes>,
    /// Bytes from here on came with that growth.
    grown: Vec<(u64, usize)>,
    /// Places that an entry was about since they came.
    met: BTreeSet<u64>,
}

impl Known {
    /// What these entries say, the oldest first.
    pub(super) fn of(entries: &[Happening]) -> Vec<Bytes> {
        let mut known = Self {
            births: vec![Bytes::new()],
            ..Self::default()
        };
        for entry in entries.iter().filter(|entry| entry.fate == Fate::Done) {
            match &entry.what {
                Occurrence::Wrote {
                    offset, old, new, ..
                } => {
                    let old = old.as_ref().map_or(&[][..], |old| &old.bytes);
                    known.meet(*offset, old, new.bytes.len());
                }
                Occurrence::Grew { from, .. } => {
                    known.births.push(Bytes::new());
                    known.grown.push((*from, known.births.len() - 1));
                }
                Occurrence::Shrank { to, .. } => {
                    drop(known.met.split_off(to));
                    known.grown.retain(|(from, _)| from < to);
                }
                _ => {}
            }
        }
        known.births
    }

    fn meet(&mut self, offset: u64, old: &[u8], len: usize) {
        for (index, at) in (0..len).zip(offset..) {
            if !self.met.insert(at) {
                continue;
            }
            let birth = self.grown.iter().rev().find(|(from, _)| *from <= at);
            let birth = birth.map_or(0, |(_, birth)| *birth);
            if let (Some(byte), Some(bytes)) = (old.get(index), self.births.get_mut(birth)) {
                bytes.insert(at, *byte);
            }
        }
    }
}

/// The bytes in runs without a gap, each with the offset of its first one; none longer than `most`.
pub(super) fn runs(bytes: &Bytes, most: usize) -> Vec<(u64, Vec<u8>)> {
    let mut runs: Vec<(u64, Vec<u8>)> = Vec::new();
    for (at, byte) in bytes {
        match runs.last_mut() {
            Some((start, run)) if *start + run.len() as u64 == *at && run.len() < most => {
                run.push(*byte);
            }
            _ => runs.push((*at, vec![*byte])),
        }
    }
    runs
}

/// What is known of the bytes that the file had at first, in sentences.
pub(super) fn known_words(n_known: u64, len: u64) -> String {
    let bytes = counted(len, "byte");
    match n_known {
        _ if len == 0 => "It was empty at first.".to_owned(),
        0 => format!("What its {bytes} were at first no entry says: they are zeros here."),
        known if known >= len => format!("Its {bytes} are those that stood there by the entries."),
        known => format!(
            "Of its {bytes} the entries say what stood there at first for {known}, which somebody writes; the others are zeros \
             here, whatever they were."
        ),
    }
}
