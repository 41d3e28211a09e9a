//! What the worker of one file tells the journal, and what it waits for.
//!
//! It owns when the worker waits for the disk: before the first of a burst of stores that reach the file. It must not know
//! how records are kept.

use std::collections::BTreeSet;
use std::time::{Instant, SystemTime};

use super::around::{BLOCK_BYTES, BlockSum, blocks_of};
use super::record::{ByteChange, EditPlace, Record};
use super::{GROUP, Logbook, NotRecorded, State, Ticket};
use crate::bytes::Span;
use crate::map::OpenFile;
use crate::model::offer::{OfferId, OfferPart};
use crate::os::stamp::FileStamp;

/// What the worker of one file writes its edits down with.
#[derive(Debug)]
pub struct FileLog {
    book: Logbook,
    /// The file's number, once it was named, and in which volume of the journal.
    number: Option<(u64, u32)>,
    /// The numbers of the blocks that were summed before they were edited, or are edited by now.
    summed: BTreeSet<u64>,
}

impl FileLog {
    pub(super) fn new(book: Logbook) -> Self {
        Self {
            book,
            number: None,
            summed: BTreeSet::new(),
        }
    }

    /// Writes down what is about to be stored, before it is. `None` where edits are not written down, or there is nothing
    /// to write.
    ///
    /// # Errors
    /// The store must not happen: it could not be taken back.
    pub fn ask(
        &mut self,
        of: &OpenFile,
        place: EditPlace,
        changes: Vec<ByteChange>,
    ) -> Result<Option<Ticket>, NotRecorded> {
        if changes.is_empty() {
            return Ok(None);
        }
        let around = self.sums(of, &changes); // before the lock: storage may be slow, and other files do not wait for it
        let shared = self.book.shared();
        let mut state = shared.lock();
        match shared.book(&mut state).map(|book| book.is_some()) {
            Ok(true) => {} // and which volume it is is settled
            Ok(false) => return Ok(None),
            Err(cause) => return Err(not_recorded(&state, cause)),
        }
        let ticket = state.n_tickets;
        state.n_tickets += 1;
        let (file, name) = numbered(self.number, &mut state, of);
        let asked = Record::Asked {
            file,
            ticket,
            place,
            at: millis(SystemTime::now()),
            changes,
        };
        let (blocks, around) = as_record(file, around);
        let before = name.into_iter().chain(around);
        let records: Vec<Record> = before.chain([asked]).collect();
        let written = shared.append(&mut state, &records).and_then(|is_written| {
            let is_ahead = state.ahead.is_some_and(|ahead| ahead.elapsed() < GROUP);
            if is_written && place == EditPlace::File && !is_ahead {
                shared.sync(&mut state)?;
                state.ahead = Some(Instant::now());
            }
            Ok(is_written)
        });
        match written {
            Ok(true) => {
                self.number = Some((state.volume, file));
                self.summed.extend(blocks);
                Ok(Some(Ticket(ticket)))
            }
            Ok(false) => Ok(None),
            Err(cause) => Err(not_recorded(&state, cause)),
        }
    }

    /// What became of it: it was stored in these spans, and nowhere else. Where this cannot be written any more, it counts
    /// as stored, and is compared when it is offered.
    pub fn outcome(&mut self, ticket: Option<Ticket>, done: Vec<Span>) {
        if let (Some(Ticket(ticket)), Some((_, file))) = (ticket, self.number) {
            self.note(&[Record::Outcome { file, ticket, done }]);
        }
    }

    /// It was stored where something else stood by then than was written down: this is what was changed.
    pub fn outcome_over(&mut self, Ticket(ticket): Ticket, change: ByteChange) {
        if let Some((_, file)) = self.number {
            let is_none = Record::Outcome {
                file,
                ticket,
                done: Vec::new(),
            };
            let stands = Record::Stands {
                file,
                place: EditPlace::File,
                changes: vec![change],
            };
            self.note(&[is_none, stands]);
        }
    }

    /// Private edits of a mapping are in the file and on its device.
    pub fn saved(&mut self, mapping: u64, spans: Vec<Span>) {
        if let Some((_, file)) = self.number {
            self.note(&[Record::Saved {
                file,
                mapping,
                spans,
            }]);
        }
    }

    /// This stands in a private mapping, by whatever way it came about. Returns whether it is written down.
    pub fn stands(&mut self, of: &OpenFile, mapping: u64, changes: Vec<ByteChange>) -> bool {
        let place = EditPlace::Private(mapping);
        let around = self.sums(of, &changes);
        let shared = self.book.shared();
        let mut state = shared.lock();
        if !matches!(shared.book(&mut state), Ok(Some(_))) {
            return false;
        }
        let (file, name) = numbered(self.number, &mut state, of);
        let (blocks, around) = as_record(file, around);
        let stands = Record::Stands {
            file,
            place,
            changes,
        };
        let before = name.into_iter().chain(around);
        let records: Vec<Record> = before.chain([stands]).collect();
        let is_written = matches!(shared.append(&mut state, &records), Ok(true));
        if is_written {
            self.number = Some((state.volume, file));
            self.summed.extend(blocks);
        }
        is_written
    }

    /// The person decided what becomes of the edits at `place`; `None`: of all of the file.
    pub fn retired(&mut self, place: Option<EditPlace>) {
        if let Some((_, file)) = self.number {
            self.note(&[Record::Retired { file, place }]);
        }
    }

    /// What is offered of an earlier run is decided.
    pub fn retire(&self, offer: OfferId, part: OfferPart) {
        // it would be offered once more, and does no harm
        let _ = self.book.retire(offer, part);
    }

    /// All that was written down is on the disk when this returns: what it takes back is about to get there.
    pub fn sync(&self) {
        self.book.shared().sync_all();
    }

    /// What stands around bytes that are about to be edited, where nothing there was edited before.
    fn sums(&self, of: &OpenFile, changes: &[ByteChange]) -> Vec<BlockSum> {
        let new = touched(changes).filter(|number| !self.summed.contains(number));
        let new: BTreeSet<u64> = new.collect();
        let sums = new.into_iter();
        sums.filter_map(|number| BlockSum::of(of.file(), number))
            .collect()
    }

    fn note(&self, records: &[Record]) {
        let shared = self.book.shared();
        // An edit was made by now. What cannot be written down is compared when it is offered.
        let _ = shared.append(&mut shared.lock(), records);
    }
}

/// The numbers of the blocks that are changed.
fn touched(changes: &[ByteChange]) -> impl Iterator<Item = u64> + '_ {
    changes.iter().flat_map(|change| blocks_of(change.span()))
}

/// The numbers of these blocks, and the record of them where there are any.
fn as_record(file: u32, blocks: Vec<BlockSum>) -> (Vec<u64>, Option<Record>) {
    let numbers = blocks.iter().map(|block| block.offset / BLOCK_BYTES);
    let numbers = numbers.collect();
    let is_any = !blocks.is_empty();
    (numbers, is_any.then_some(Record::Blocks { file, blocks }))
}

/// The number of a file, and the record that names it where none did so far.
fn numbered(number: Option<(u64, u32)>, state: &mut State, of: &OpenFile) -> (u32, Option<Record>) {
    if let Some((_, file)) = number.filter(|(volume, _)| *volume == state.volume) {
        return (file, None);
    }
    let file = state.n_files;
    state.n_files += 1;
    let name = Record::File {
        file,
        stamp: FileStamp::of(of.file()).unwrap_or_default(),
        path: of.path().to_owned(),
    };
    (file, Some(name))
}

fn not_recorded(state: &State, cause: std::io::Error) -> NotRecorded {
    NotRecorded {
        folder: state.folder.clone().unwrap_or_default(),
        cause,
    }
}

fn millis(at: SystemTime) -> u64 {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
