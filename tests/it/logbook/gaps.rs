//! A journal in which a record is missing, or stands twice or elsewhere: what stands before that place is kept, and nothing
//! behind it is believed.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use mapscope::model::Mode;
use mapscope::os::stamp::FileStamp;
use mapscope::work::logbook::ledger::{Ledger, recover};
use mapscope::work::logbook::record::{
    ByteChange, EditPlace, HEADER_BYTES, Record, header, read_header, read_record, write_record,
};
use proptest::prelude::*;

use super::full::{Edited, is_stored};
use super::offers::is_free;
use super::{Book, journals, offered, value_at};
use crate::random::cases;

const ID: [u8; 16] = *b"0123456789abcdef";

/// Edit number `n` of a private mapping or of the file.
fn edit(n: u64) -> Record {
    let place = if n.is_multiple_of(2) {
        EditPlace::Private(1)
    } else {
        EditPlace::File
    };
    Record::Stands {
        file: 0,
        place,
        changes: vec![ByteChange {
            offset: n,
            old: vec![0],
            new: vec![u8::try_from(n + 1).unwrap()],
        }],
    }
}

/// The records of a journal with `n` edits.
fn records(n: u64) -> Vec<Record> {
    let name = Record::File {
        file: 0,
        stamp: FileStamp::default(),
        path: PathBuf::from("/a"),
    };
    [name].into_iter().chain((0..n).map(edit)).collect()
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn what_stands_before_a_gap_is_kept(
        n in 2_u64..20,
        at in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        how in 0_u8..3,
    ) {
        let records = records(n);
        let at = 1 + at.index(records.len() - 1);
        let mut order: Vec<usize> = (0..records.len()).collect();
        let n_whole = match how {
            0 => {
                order.remove(at);
                // without the last one nothing is missing
                at
            }
            1 => {
                order.insert(at, at - 1);
                at
            }
            _ => {
                let other = 1 + other.index(records.len() - 1);
                order.swap(at, other);
                if at == other { records.len() } else { at.min(other) }
            }
        };
        let mut bytes = header(&ID);
        for seq in order {
            write_record(&mut bytes, &ID, seq as u64, &records[seq]);
        }
        let read = recover(&bytes).unwrap();
        let mut expected = Ledger::default();
        for record in &records[..n_whole] {
            expected.take(record.clone());
        }
        prop_assert_eq!(&read.ledger, &expected);
        prop_assert_eq!(read.seq, n_whole as u64);
        prop_assert_eq!(read.cut.map_or(0, |cut| cut.bytes), bytes.len() as u64 - read.len);
    }
}

/// Where the records of a journal that a run wrote stand, and each.
fn placed(bytes: &[u8]) -> Vec<(Range<usize>, Record)> {
    let id = read_header(bytes).unwrap();
    let (mut at, mut placed) = (HEADER_BYTES, Vec::new());
    while let Some((_, record, len)) = read_record(&bytes[at..], &id) {
        placed.push((at..at + len, record));
        at += len;
    }
    placed
}

#[test]
fn of_a_journal_with_a_gap_what_stands_before_it_is_offered_and_the_gap_said() {
    for mode in [Mode::Private, Mode::Shared] {
        let folder = tempfile::tempdir().unwrap();
        let (path, state) = (folder.path().join("data.bin"), folder.path().join("state"));
        fs::write(&path, [b'0'; 64]).unwrap();
        let book = Book::begin(&state);
        assert_eq!(book.offers(), []);
        let edited = Edited::open(&path, mode, &book);
        for (offset, byte) in [(0, b"a"), (1, b"b"), (2, b"c")] {
            is_stored(&edited.store(offset, byte));
        }
        drop((edited, book));
        is_free(&state);
        let journal = journals(&state).remove(0);
        let mut bytes = fs::read(&journal).unwrap();
        // the one that says that the second one is about to be stored
        let gap = placed(&bytes).into_iter().find_map(|(range, record)| {
            let Record::Asked { changes, .. } = record else {
                return None;
            };
            (changes[0].offset == 1).then_some(range)
        });
        let gap = gap.unwrap();
        let start = gap.start;
        bytes.drain(gap);
        fs::write(&journal, bytes).unwrap();
        let offers = offered(&state);
        assert_eq!(offers.len(), 1, "{mode}");
        let runs = match mode {
            Mode::Private => &offers[0].unsaved,
            Mode::Shared => &offers[0].in_file,
        };
        assert_eq!(value_at(runs, 0), Some(b'a'), "{mode}: before it");
        assert_eq!(value_at(runs, 1), None, "{mode}");
        assert_eq!(value_at(runs, 2), None, "{mode}: behind it");
        assert_eq!(offers[0].cut.unwrap().at, start as u64, "{mode}");
    }
}
