//! What processes are about to store in the file is written down here, as what is typed is: before it is made.
//!
//! It owns what stood there as far as the worker can read it; a process says what it found itself, and where that is
//! something else by then it counts. It must not know processes.

use crate::bytes::Span;
use crate::map::{GapReason, Readout, StoreError};
use crate::work::logbook::ledger::made;
use crate::work::logbook::record::{ByteChange, EditPlace};
use crate::work::store_log::{KeptStore, NotKept, RecordAnswer, StoreFate, StoreWord};

use super::serve::Worker;

impl Worker {
    /// Does what the pool of processes asked for since. `is_open`: what is about to be stored may be.
    pub(super) fn hear_of_processes(&mut self, is_open: bool) {
        for word in self.process_stores.take() {
            match word {
                StoreWord::Ended(kept, fate) => self.process_stored(kept, fate),
                StoreWord::Ask(asking) if asking.is_given_up() => {}
                StoreWord::Ask(asking) => {
                    let answer = if is_open {
                        self.process_stores(asking.offset, &asking.bytes)
                    } else {
                        Err(NotKept::Gone)
                    };
                    if let Some(kept) = asking.answer(answer) {
                        self.process_stored(kept, StoreFate::NotMade);
                    }
                }
            }
        }
    }

    /// Writes down what a process is about to store.
    fn process_stores(&mut self, offset: u64, bytes: &[u8]) -> RecordAnswer {
        let Some(span) = Span::at(offset, bytes.len() as u64) else {
            return Ok(None); // nothing of the file is there, and the process says so
        };
        let now = self.file.pread(span);
        // past the end nothing stands, and should the file grow in between, zeros do
        let is_end = |reason: &GapReason| matches!(reason, GapReason::PastFileEnd { .. });
        if let Some(gap) = now.gaps.iter().find(|gap| !is_end(&gap.reason)) {
            let why = StoreError::of_gap(span, gap);
            return Err(NotKept::NotRecorded(why.to_string()));
        }
        let old = (span.start()..span.end()).map(|at| now.byte(at).unwrap_or(0));
        let change = ByteChange {
            offset,
            old: old.collect(),
            new: bytes.to_vec(),
        };
        let asked = self
            .journal
            .ask(&self.file, EditPlace::File, vec![change.clone()]);
        match asked {
            Ok(ticket) => Ok(ticket.map(|ticket| KeptStore { ticket, change })),
            Err(why) => Err(NotKept::NotRecorded(why.to_string())),
        }
    }

    /// Writes down what became of it.
    fn process_stored(&mut self, kept: KeptStore, fate: StoreFate) {
        let KeptStore { ticket, mut change } = kept;
        let done = match fate {
            StoreFate::NotMade => Vec::new(),
            StoreFate::Unknown => {
                let now = self.file.pread(change.span());
                made(&change, |offset, old| stands(&now, offset, old))
            }
            StoreFate::Over(mut old) => {
                old.truncate(change.new.len());
                change.old.truncate(old.len());
                change.new.truncate(old.len());
                if change.old != old {
                    change.old = old;
                    self.journal.outcome_over(ticket, change);
                    return;
                }
                vec![change.span()]
            }
        };
        self.journal.outcome(Some(ticket), done);
    }
}

/// Whether what stood at an offset before still does. What cannot be read counts as stored over, but for what the file is
/// too short for.
fn stands(now: &Readout, offset: u64, old: u8) -> bool {
    match now.byte(offset) {
        Some(byte) => byte == old,
        None => now
            .gap_at(offset)
            .is_some_and(|gap| matches!(gap.reason, GapReason::PastFileEnd { .. })),
    }
}
