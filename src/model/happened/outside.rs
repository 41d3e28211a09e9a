//! Writes by others: bytes of the file that are others than they were read before, though no store of ours explains it.
//!
//! It owns what is known of the file's bytes, and what explains a change. What may still be explained, as a store of ours
//! that holds just these bytes is not answered yet, waits.

use crate::bytes::Span;
use crate::map::Readout;
use crate::model::moment::Moment;

use super::under_way::Since;

/// A store of ours explains what is read until so many readings came after its answer: those before may have been on their
/// way when it was carried out.
const READINGS: u32 = 3;
/// How many stores of ours are remembered.
const MOST_OWN: usize = 256;

/// What is known of the file's bytes, by reading them.
#[derive(Clone, Debug, Default)]
pub(super) struct FileKnown {
    span: Option<Span>,
    bytes: Vec<Option<u8>>,
    own: Vec<Own>,
    /// Bytes that changed, and for which an answer is waited.
    suspects: Vec<Changed>,
    /// When it was read last.
    read_at: Since,
}

/// A store of ours that reached the file.
#[derive(Clone, Debug)]
struct Own {
    offset: u64,
    /// `None` where a reading has shown it.
    bytes: Vec<Option<u8>>,
    n_readings: u32,
}

/// A byte of the file that is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Changed {
    offset: u64,
    old: u8,
    new: u8,
    at: Moment,
    /// When it was read before that.
    since: Since,
}

/// A stretch of the file that somebody else changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) offset: u64,
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
    pub(super) at: Moment,
    /// It happened after this.
    pub(super) since: Since,
}

impl FileKnown {
    /// A store of ours reached the file: it explains what was read before its answer, and the next readings.
    pub(super) fn own(&mut self, offset: u64, bytes: &[u8]) {
        let mut own = Own::of(offset, bytes);
        // Also what was read at a place that is not looked at any more.
        self.suspects.retain(|it| !own.explains(it.offset, it.new));
        let whole = Span::at(offset, bytes.len() as u64);
        let part = whole.zip(self.span);
        let Some(part) = part.and_then(|(whole, span)| whole.intersect(span)) else {
            return; // nothing is known there that it could explain
        };
        let index = |at: u64| usize::try_from(at - offset).unwrap_or(usize::MAX);
        own.bytes.truncate(index(part.end()));
        own.bytes.drain(..index(part.start()).min(own.bytes.len()));
        own.offset = part.start();
        if self.own.len() >= MOST_OWN {
            self.own.remove(0);
        }
        self.own.push(own);
    }

    /// The file was read.
    pub(super) fn read(&mut self, readout: &Readout, now: Since) {
        let before = std::mem::take(&mut self.bytes);
        let is_known = self.span == Some(readout.span);
        let offsets = readout.span.start()..readout.span.end();
        self.bytes = offsets.map(|offset| readout.byte(offset)).collect();
        self.span = Some(readout.span);
        if is_known {
            let pairs = before.iter().zip(&self.bytes);
            for ((old, new), offset) in pairs.zip(readout.span.start()..) {
                let Some((old, new)) = old.zip(*new) else {
                    continue; // the file was shorter, or could not be read: its length is told otherwise
                };
                // All of them are asked: what a reading shows is explained once.
                let explained = self.own.iter_mut().filter_map(|own| {
                    let explains = own.explains(offset, new);
                    explains.then_some(())
                });
                if explained.count() == 0 && old != new {
                    self.suspects.push(Changed {
                        offset,
                        old,
                        new,
                        at: now.at,
                        since: self.read_at,
                    });
                }
            }
        }
        for own in &mut self.own {
            own.n_readings += 1;
        }
        self.own.retain(|own| own.n_readings < READINGS);
        self.read_at = now;
    }

    /// The moments that a write by others may turn out to have come after.
    pub(super) fn known_at(&self) -> impl Iterator<Item = Moment> + Clone {
        let suspected = self.suspects.iter().map(|it| it.since.at);
        suspected.chain([self.read_at.at])
    }

    /// What nothing of ours explains. `is_coming` says whether a store of this byte there is not answered yet.
    pub(super) fn found(&mut self, is_coming: impl Fn(u64, u8) -> bool) -> Vec<Found> {
        let (wait, found): (Vec<_>, Vec<_>) = std::mem::take(&mut self.suspects)
            .into_iter()
            .partition(|it| is_coming(it.offset, it.new));
        self.suspects = wait;
        let mut stretches: Vec<Found> = Vec::new();
        for changed in found {
            let end = |it: &Found| it.offset + it.new.len() as u64;
            match stretches.last_mut() {
                Some(last) if last.at == changed.at && end(last) == changed.offset => {
                    last.old.push(changed.old);
                    last.new.push(changed.new);
                }
                _ => stretches.push(Found {
                    offset: changed.offset,
                    old: vec![changed.old],
                    new: vec![changed.new],
                    at: changed.at,
                    since: changed.since,
                }),
            }
        }
        stretches
    }
}

impl Own {
    fn of(offset: u64, bytes: &[u8]) -> Self {
        Self {
            offset,
            bytes: bytes.iter().copied().map(Some).collect(),
            n_readings: 0,
        }
    }

    /// It explains that this byte stands there; once shown, it does not explain it again.
    fn explains(&mut self, offset: u64, byte: u8) -> bool {
        let index = offset.checked_sub(self.offset);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let own = index.and_then(|index| self.bytes.get_mut(index));
        own.is_some_and(|own| own.take_if(|own| *own == byte).is_some())
    }
}
