//! What is written down of stores that are under way.
//!
//! It owns that none is made before: what a store finds otherwise than it was written down, or finds at all where it could
//! not be read then, is written down between its look and the store itself. It must not know how either is done.

use std::collections::VecDeque;

use crate::bytes::Span;
use crate::map::{OpenFile, StoreError};
use crate::work::logbook::record::{ByteChange, EditPlace};
use crate::work::logbook::{FileLog, Ticket};

/// Why nothing was stored.
#[derive(Debug)]
pub(super) enum NotStored {
    /// The mapping refused it.
    Refused(StoreError),
    /// It could not be written down, in words.
    NotRecorded(String),
}

impl From<StoreError> for NotStored {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl std::fmt::Display for NotStored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::NotRecorded(why) => f.write_str(why),
        }
    }
}

/// What is written down of stores that are under way.
pub(super) struct Asked {
    ticket: Option<Ticket>,
    place: EditPlace,
    /// What is about to be stored, in the order in which that will be.
    changes: VecDeque<ByteChange>,
    /// Where it was.
    done: Vec<Span>,
}

impl Asked {
    /// One of which nothing is written down so far.
    pub(super) fn nothing(place: EditPlace) -> Self {
        Self {
            ticket: None,
            place,
            changes: VecDeque::new(),
            done: Vec::new(),
        }
    }

    /// One of a batch that is written down.
    pub(super) fn batch(
        ticket: Option<Ticket>,
        place: EditPlace,
        changes: Vec<ByteChange>,
    ) -> Self {
        Self {
            ticket,
            changes: changes.into(),
            ..Self::nothing(place)
        }
    }

    /// `new` is about to be stored where `old` was read just now: where something else is written down, or nothing, this is.
    ///
    /// # Errors
    /// It must not be stored, as it cannot be written down.
    pub(super) fn before(
        &mut self,
        log: &mut FileLog,
        of: &OpenFile,
        (offset, old, new): (u64, &[u8], &[u8]),
    ) -> Result<(), NotStored> {
        let next = self.changes.front();
        if next.is_some_and(|next| next.offset == offset && next.old == old && next.new == new) {
            self.changes.pop_front();
            return Ok(());
        }
        // One record at a time is open, so what it still names is written down one by one.
        self.end(log);
        let change = ByteChange {
            offset,
            old: old.to_vec(),
            new: new.to_vec(),
        };
        let asked = log.ask(of, self.place, vec![change]);
        self.ticket = asked.map_err(|error| NotStored::NotRecorded(error.to_string()))?;
        Ok(())
    }

    /// What became of a store to `span`, which may have been stored in part.
    pub(super) fn ended<T>(&mut self, stored: &Result<T, NotStored>, span: Span) {
        let n_stored = match stored {
            Ok(_) | Err(NotStored::Refused(StoreError::NotKept { .. })) => span.len(),
            Err(NotStored::Refused(StoreError::Refused { stored, .. })) => *stored as u64,
            Err(_) => 0,
        };
        let done = Span::at(span.start(), n_stored).filter(|done| !done.is_empty());
        self.done.extend(done);
    }

    /// Writes down what became of it.
    pub(super) fn end(&mut self, log: &mut FileLog) {
        let done = std::mem::take(&mut self.done);
        log.outcome(self.ticket.take(), done);
        self.changes.clear();
    }
}
