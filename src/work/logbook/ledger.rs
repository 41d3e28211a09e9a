//! What the records of a journal come to: for each file, what is edited privately and what of the edits is in it.
//!
//! It owns the meaning of the records, in the order in which they stand. A record says what was about to happen: where no
//! outcome follows, the program ended in between. Whoever can look at the file says what was made of it; the rest counts as
//! done. Several may be open at once, as processes store while the worker does. It must not touch a file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::around::{BLOCK_BYTES, BlockSum, blocks_of};
use super::layer::Layer;
use super::record::{
    BookId, ByteChange, EditPlace, FRAME_BYTES, HEADER_BYTES, NoHeader, Record, read_header,
    read_record,
};
use crate::bytes::Span;
use crate::bytes::span::{ascending, within};
use crate::model::offer::TornEnd;
use crate::os::stamp::FileStamp;

/// Changes of one record of a short journal; a record is written and read as a whole.
const RECORD_BYTES: u64 = 256 << 10;

/// What is known of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Where it was opened.
    pub path: PathBuf,
    /// What identified it when it was first edited.
    pub stamp: FileStamp,
    /// When it was last edited, in milliseconds since 1970.
    pub at: u64,
    /// What stands in the file.
    pub in_file: Layer,
    /// What stands in private mappings, one a mapping.
    pub private: BTreeMap<u64, Layer>,
    /// What stood around edits before the first of them, by the numbers of blocks.
    pub blocks: BTreeMap<u64, BlockSum>,
    /// What was about to be stored, oldest first.
    open: Vec<Open>,
}

/// What was about to be stored, and of which no outcome is known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    age: u64,
    ticket: u64,
    place: EditPlace,
    changes: Vec<ByteChange>,
}

impl Entry {
    /// What was about to be stored in places that are `wanted` was, as far as is known.
    fn settle(&mut self, wanted: impl Fn(EditPlace) -> bool) {
        let open: Vec<Open> = self.open.extract_if(.., |it| wanted(it.place)).collect();
        for it in open {
            self.put(it.age, it.place, &it.changes);
        }
    }

    /// Whoever can read the file says what was made of each change that was about to be stored in it.
    pub(super) fn settle_in_file(&mut self, made: impl Fn(&ByteChange) -> Vec<Span>) {
        let open = self.open.iter().filter(|it| it.place == EditPlace::File);
        let done = open.map(|it| (it.ticket, it.changes.iter().flat_map(&made).collect()));
        for (ticket, done) in done.collect::<Vec<(u64, Vec<Span>)>>() {
            self.outcome(ticket, &done);
        }
    }

    fn put(&mut self, age: u64, place: EditPlace, changes: &[ByteChange]) {
        let layer = match place {
            EditPlace::File => &mut self.in_file,
            EditPlace::Private(mapping) => self.private.entry(mapping).or_default(),
        };
        for change in changes {
            layer.put(change, age);
        }
        self.private.retain(|_, layer| !layer.is_empty());
    }

    fn outcome(&mut self, ticket: u64, done: &[Span]) {
        let Some(at) = self.open.iter().position(|open| open.ticket == ticket) else {
            return;
        };
        let Open {
            age,
            place,
            changes,
            ..
        } = self.open.remove(at);
        let part_in = |change: &ByteChange, both: Span| {
            let part = |offset: u64| usize::try_from(offset - change.offset).ok();
            let range = part(both.start())?..part(both.end())?;
            Some(ByteChange {
                offset: both.start(),
                old: change.old.get(range.clone())?.to_vec(),
                new: change.new.get(range)?.to_vec(),
            })
        };
        let done = ascending(done);
        let stored: Vec<ByteChange> = changes
            .iter()
            .flat_map(|change| {
                let inside = within(&done, change.span());
                inside.filter_map(move |both| part_in(change, both))
            })
            .collect();
        self.put(age, place, &stored);
    }

    /// What stood in the file before the edits of `age` and earlier is given up, so what stood around them cannot be told.
    fn forget_until(&mut self, age: u64) -> u64 {
        for number in self.in_file.spans_until(age).flat_map(blocks_of) {
            self.blocks.remove(&number);
        }
        self.in_file.forget_until(age)
    }

    fn retire(&mut self, place: Option<EditPlace>) {
        self.open
            .retain(|open| place.is_some_and(|place| place != open.place));
        match place {
            Some(EditPlace::Private(mapping)) => drop(self.private.remove(&mapping)),
            Some(EditPlace::File) => drop(self.forget_until(u64::MAX)),
            None => {
                self.private.clear();
                self.in_file = Layer::default();
                self.blocks.clear();
            }
        }
    }

    /// Nothing is left of it that could be offered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut layers = self.private.values().chain([&self.in_file]);
        self.open.is_empty() && layers.all(Layer::is_empty)
    }

    /// All that is edited privately, one run where neighbors touch. Where two mappings hold one byte otherwise, the one
    /// that was made later counts.
    #[must_use]
    pub fn unsaved(&self) -> Vec<ByteChange> {
        let mut all = Layer::default();
        for layer in self.private.values() {
            for (age, change) in layer.runs() {
                all.remove(change.span());
                all.put(&change, age);
            }
        }
        all.joined()
    }
}

/// What a journal comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The files, by their numbers.
    pub files: BTreeMap<u32, Entry>,
    n_records: u64,
}

impl Ledger {
    /// Takes the next record.
    pub fn take(&mut self, record: Record) {
        let age = self.n_records;
        self.n_records += 1;
        match record {
            Record::File { file, stamp, path } => {
                let entry = self.files.entry(file).or_default();
                entry.stamp = stamp;
                entry.path = path;
            }
            Record::Asked {
                file,
                ticket,
                place,
                at,
                changes,
            } => self.with(file, |entry| {
                entry.at = at;
                // a private mapping is stored to by its worker alone, one store after the other
                entry.settle(|of| of == place && of != EditPlace::File);
                // a short journal tells the time of the last edit by one that changes nothing
                if !changes.is_empty() {
                    entry.open.push(Open {
                        age,
                        ticket,
                        place,
                        changes,
                    });
                }
            }),
            Record::Outcome { file, ticket, done } => {
                self.with(file, |entry| entry.outcome(ticket, &done));
            }
            Record::Saved {
                file,
                mapping,
                spans,
            } => self.with(file, |entry| {
                entry.settle(|place| place == EditPlace::Private(mapping));
                if let Some(layer) = entry.private.get_mut(&mapping) {
                    for span in spans {
                        layer.remove(span);
                    }
                }
                entry.private.retain(|_, layer| !layer.is_empty());
            }),
            Record::Stands {
                file,
                place,
                changes,
            } => self.with(file, |entry| entry.put(age, place, &changes)),
            Record::Retired { file, place } => self.with(file, |entry| entry.retire(place)),
            Record::Blocks { file, blocks } => self.with(file, |entry| {
                for block in blocks {
                    let number = block.offset / BLOCK_BYTES;
                    entry.blocks.entry(number).or_insert(block);
                }
            }),
        }
    }

    fn with(&mut self, file: u32, change: impl FnOnce(&mut Entry)) {
        // of a file that no record names nothing can be offered
        if let Some(entry) = self.files.get_mut(&file) {
            change(entry);
        }
    }

    /// The journal has ended: what was about to be stored was, as far as is known.
    pub fn end(&mut self) {
        let entries = self.files.values_mut();
        entries.for_each(|entry| entry.settle(|_| true));
    }

    /// Nothing is left that could be offered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.values().all(Entry::is_empty)
    }

    /// How many bytes are edited and not in their file.
    #[must_use]
    pub fn unsaved_bytes(&self) -> u64 {
        let layers = self.files.values().flat_map(|entry| entry.private.values());
        layers.map(Layer::n_bytes).sum()
    }

    /// Forgets the oldest of what is in files until what is left takes at most `room` bytes in a journal. What is not in
    /// its file never goes. Returns how many bytes can no longer be taken back.
    pub fn shrink(&mut self, room: u64) -> u64 {
        let layers = |entry: &Entry| {
            let private = entry.private.values().map(Layer::written_bytes);
            private.sum::<u64>() + entry.in_file.written_bytes()
        };
        let takes: u64 = self.files.values().map(layers).sum();
        let mut over = takes.saturating_sub(room);
        let files = self.files.values();
        let mut ages: Vec<(u64, u64)> = files.flat_map(|entry| entry.in_file.ages()).collect();
        ages.sort_unstable();
        let mut until = None;
        for (age, takes) in ages {
            if over == 0 {
                break;
            }
            until = Some(age);
            over = over.saturating_sub(takes);
        }
        let Some(until) = until else {
            return 0;
        };
        let files = self.files.values_mut();
        files.map(|entry| entry.forget_until(until)).sum()
    }

    /// Records of the files, and of what stood around edits. All files, as whoever writes of one that has no edits now has
    /// named it before.
    fn names(&self) -> Vec<Record> {
        let names = self.files.iter().map(|(file, entry)| Record::File {
            file: *file,
            stamp: entry.stamp,
            path: entry.path.clone(),
        });
        let around = self.files.iter();
        let around = around.filter(|(_, entry)| !entry.blocks.is_empty());
        let around = around.map(|(file, entry)| Record::Blocks {
            file: *file,
            blocks: entry.blocks.values().copied().collect(),
        });
        names.chain(around).collect()
    }

    /// Records that come to the same, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let live = || self.files.iter().filter(|(_, entry)| !entry.is_empty());
        let mut records = self.names();
        let mut runs: Vec<(u64, u32, EditPlace, ByteChange)> = Vec::new();
        let mut open: Vec<(u32, &Open)> = Vec::new();
        for (file, entry) in live() {
            let private = entry.private.iter();
            let private = private.map(|(mapping, layer)| (EditPlace::Private(*mapping), layer));
            for (place, layer) in private.chain([(EditPlace::File, &entry.in_file)]) {
                let of = |(age, change)| (age, *file, place, change);
                runs.extend(layer.runs().map(of));
            }
            open.extend(entry.open.iter().map(|it| (*file, it)));
        }
        runs.sort_by_key(|(age, file, place, change)| (*age, *file, *place, change.offset));
        open.sort_by_key(|(_, it)| it.age);
        let mut open = open.into_iter().peekable();
        let mut room = 0;
        for (age, of, at, change) in runs {
            while let Some((file, it)) = open.next_if(|(_, it)| it.age < age) {
                records.push(self.asked(file, it));
            }
            let len = 2 * change.new.len() as u64;
            match records.last_mut() {
                Some(Record::Stands {
                    file,
                    place,
                    changes,
                }) if (*file, *place) == (of, at) && len <= room => {
                    room -= len;
                    changes.push(change);
                }
                _ => {
                    room = RECORD_BYTES.saturating_sub(len);
                    records.push(Record::Stands {
                        file: of,
                        place: at,
                        changes: vec![change],
                    });
                }
            }
        }
        records.extend(open.map(|(file, it)| self.asked(file, it)));
        // the time of the last edit, of one that changes nothing
        records.extend(live().map(|(file, entry)| Record::Asked {
            file: *file,
            ticket: u64::MAX,
            place: EditPlace::File,
            at: entry.at,
            changes: Vec::new(),
        }));
        records
    }

    /// The record of what has no outcome yet.
    fn asked(&self, file: u32, open: &Open) -> Record {
        Record::Asked {
            file,
            ticket: open.ticket,
            place: open.place,
            at: self.files.get(&file).map_or(0, |entry| entry.at),
            changes: open.changes.clone(),
        }
    }
}

/// Where a change was made: where what stood there before does not any more, or nothing else was to.
pub(in crate::work) fn made(change: &ByteChange, stands: impl Fn(u64, u8) -> bool) -> Vec<Span> {
    let bytes = (change.offset..).zip(change.old.iter().zip(&change.new));
    let made = bytes.filter(|(offset, (old, new))| old == new || !stands(*offset, **old));
    let mut spans: Vec<Span> = Vec::new();
    for (offset, _) in made {
        let Some(byte) = Span::at(offset, 1) else {
            continue;
        };
        match spans.last_mut() {
            Some(last) if last.end() == offset => *last = last.hull(byte),
            _ => spans.push(byte),
        }
    }
    spans
}

/// What was read of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Its id.
    pub id: BookId,
    /// What its records come to.
    pub ledger: Ledger,
    /// The number of the next record.
    pub seq: u64,
    /// Where it ends, in bytes.
    pub len: u64,
    /// What follows that cannot be read.
    pub cut: Option<TornEnd>,
}

/// Reads a journal as far as its records are whole and none is missing.
///
/// # Errors
/// It is none, or of another version.
pub fn recover(bytes: &[u8]) -> Result<Recovered, NoHeader> {
    let id = read_header(bytes)?;
    let mut ledger = Ledger::default();
    let (mut at, mut seq) = (HEADER_BYTES, 0);
    while let Some((number, record, len)) = bytes.get(at..).and_then(|rest| read_record(rest, &id))
    {
        if number != seq {
            break;
        }
        ledger.take(record);
        seq += 1;
        at += len.max(FRAME_BYTES);
    }
    let (at, end) = (at as u64, bytes.len() as u64);
    Ok(Recovered {
        id,
        ledger,
        seq,
        len: at,
        cut: (at < end).then_some(TornEnd {
            at,
            bytes: end - at,
        }),
    })
}
