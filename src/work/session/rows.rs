//! Who has to see a store: whoever was seen to see it.
//!
//! It owns what is expected of each row, and where nothing is: what was not proven is not judged.

use crate::bytes::Span;
use crate::bytes::said::bytes_said;
use crate::bytes::size::counted;
use crate::lab::script::{Peer, Rule, StepId, load};
use crate::map::Mode;
use crate::model::happened::{Happening, KeptBytes, RowSaw, Saw};
use crate::model::witness::Who;
use crate::model::{Generation, MappingId};
use crate::peer::calls::Call;

use super::player::{FILE, PeerKey, Player, Through, through_process};

impl Player<'_> {
    /// Has those look who were read after a store.
    pub(super) fn rows(&mut self, entry: &Happening, new: &KeptBytes) {
        let Some((span, bytes)) = looked_at(entry, new) else {
            return;
        };
        if span.end() > self.len {
            return;
        }
        let is_crossed = self.crossed.has(entry.number);
        let is_there = |known: &Span| known.intersect(span).is_some();
        let is_doubtful =
            self.doubtful.iter().any(is_there) || self.crossed.spans().iter().any(is_there);
        let is_told = |row: &&RowSaw| !matches!(row.saw, Saw::Waiting | Saw::Unclear);
        for row in entry.saw.iter().filter(is_told) {
            let Some((told, is_sure)) = self.looks(entry, row, span) else {
                continue;
            };
            let is_sure = is_sure && !is_crossed;
            match row.saw {
                Saw::Seen(_) if is_sure => self.script.expect_bytes(told, bytes),
                // Bytes that nobody knows are zeros here: that they are others could not be seen.
                Saw::Not if is_sure && !is_doubtful && bytes.iter().any(|byte| *byte != 0) => {
                    let wanted = format!("not {}", bytes_said(bytes, bytes.len() as u64));
                    let rule = Rule::OtherBytes(told, bytes.to_vec());
                    self.script.judge(told, wanted, rule);
                }
                _ => {}
            }
        }
    }

    /// A row reads these bytes: the step, and whether what it shows follows from the entries.
    fn looks(&mut self, entry: &Happening, row: &RowSaw, span: Span) -> Option<(StepId, bool)> {
        let (at, len) = (span.start(), span.len());
        let through = match row.who {
            Who::Other { .. } => return None,
            Who::Calls => {
                let what = format!(
                    "reads {} at {at} of {FILE} by pread, entry {}",
                    counted(len, "byte"),
                    entry.number
                );
                let call = Call::Read {
                    file: FILE.to_owned(),
                    at,
                    len,
                };
                return Some((self.script.attempt(self.mapscope, what, call), true));
            }
            Who::View => {
                let (target, mode) = entry.own_rows.view;
                self.view(target, mode)
            }
            Who::OtherMode => match entry.own_rows.beside {
                Some((target, mode)) => self.view(target, mode),
                None => self.second(&entry.own_rows),
            },
            Who::Process(mapping) => {
                let key = self.living(mapping)?;
                through_process(key)
            }
        };
        let peer = self.there(&through)?;
        let is_sure = !self
            .unsure
            .iter()
            .any(|(known, pages)| *known == through && pages.intersect(span).is_some());
        let what = format!(
            "loads {} at {at} of {}, entry {}",
            counted(len, "byte"),
            through.map,
            entry.number
        );
        Some((
            self.script.attempt(peer, what, load(&through.map, at, len)),
            is_sure,
        ))
    }

    /// The process of that mapping, in its last generation so far; one that was there before the first entry is started.
    fn living(&mut self, mapping: MappingId) -> Option<(MappingId, Generation)> {
        let mut keys = self.actors.keys().rev();
        if let Some(key) = keys.find(|key| key.0 == mapping) {
            return Some(*key);
        }
        let mut known = self.session.processes.iter().rev();
        let name = *known.find(|name| name.mapping == mapping)?;
        self.process(&name)?;
        Some((name.mapping, name.generation))
    }

    /// Whoever goes through a mapping, where it is not gone.
    fn there(&self, through: &Through) -> Option<Peer> {
        match through.peer {
            PeerKey::Mapscope => Some(self.mapscope),
            PeerKey::Process(mapping, generation) => {
                let actor = self.actors.get(&(mapping, generation))?;
                (!actor.is_gone).then_some(actor.peer)
            }
        }
    }

    pub(super) fn is_private(&self, through: &Through) -> bool {
        match through.peer {
            PeerKey::Mapscope => self.mode_of(&through.map) == Some(Mode::Private),
            PeerKey::Process(mapping, generation) => {
                let actor = self.actors.get(&(mapping, generation));
                actor.is_some_and(|actor| actor.is_private)
            }
        }
    }
}

/// The part of a store that rows were compared with, as far as it was kept.
fn looked_at<'a>(entry: &Happening, new: &'a KeptBytes) -> Option<(Span, &'a [u8])> {
    let (start, span) = (entry.span()?.start(), entry.compared?);
    let first = usize::try_from(span.start().checked_sub(start)?).ok()?;
    let len = usize::try_from(span.len()).ok()?;
    let bytes = new.bytes.get(first..first.checked_add(len)?)?;
    (!bytes.is_empty()).then_some((span, bytes))
}
