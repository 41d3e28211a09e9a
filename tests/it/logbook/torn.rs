//! A journal that ends in the middle of something: all before that is kept.

use std::path::PathBuf;

use mapscope::bytes::Span;
use mapscope::os::stamp::FileStamp;
use mapscope::work::logbook::ledger::{Ledger, recover};
use mapscope::work::logbook::record::{
    ByteChange, EditPlace, HEADER_BYTES, Record, header, read_record, write_record,
};
use proptest::prelude::*;

use crate::random::cases;

const ID: [u8; 16] = *b"0123456789abcdef";

fn change() -> impl Strategy<Value = ByteChange> {
    let bytes = (1_usize..40, any::<bool>(), any::<u8>()).prop_flat_map(|(len, fill, byte)| {
        let mixed = prop::collection::vec(any::<u8>(), len);
        let new = mixed.prop_map(move |mixed| if fill { vec![byte; mixed.len()] } else { mixed });
        (prop::collection::vec(any::<u8>(), len), new)
    });
    (0_u64..200, bytes).prop_map(|(offset, (old, new))| ByteChange { offset, old, new })
}

fn record() -> impl Strategy<Value = Record> {
    let place = prop_oneof![
        Just(EditPlace::File),
        (0_u64..3).prop_map(EditPlace::Private)
    ];
    let spans = prop::collection::vec((0_u64..200, 1_u64..40), 0..3);
    let spans = spans.prop_map(|all| {
        let spans = all
            .into_iter()
            .map(|(start, len)| Span::at(start, len).unwrap());
        spans.collect::<Vec<_>>()
    });
    let changes = || prop::collection::vec(change(), 1..3);
    prop_oneof![
        (
            0_u32..3,
            "[a-z/\u{e9}]{1,20}",
            any::<u64>(),
            any::<Option<i64>>()
        )
            .prop_map(|(file, path, ino, born)| Record::File {
                file,
                stamp: FileStamp {
                    ino,
                    born: born.map(i128::from),
                    ..FileStamp::default()
                },
                path: PathBuf::from(path),
            }),
        (0_u32..3, 0_u64..5, place.clone(), any::<u64>(), changes()).prop_map(
            |(file, ticket, place, at, changes)| Record::Asked {
                file,
                ticket,
                place,
                at,
                changes
            }
        ),
        (0_u32..3, 0_u64..5, spans.clone()).prop_map(|(file, ticket, done)| Record::Outcome {
            file,
            ticket,
            done
        }),
        (0_u32..3, 0_u64..3, spans).prop_map(|(file, mapping, spans)| Record::Saved {
            file,
            mapping,
            spans
        }),
        (0_u32..3, place.clone(), changes()).prop_map(|(file, place, changes)| Record::Stands {
            file,
            place,
            changes
        }),
        (0_u32..3, prop::option::of(place))
            .prop_map(|(file, place)| Record::Retired { file, place }),
    ]
}

/// A journal of these records, and where each ends.
fn written(records: &[Record]) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = header(&ID);
    let mut ends = vec![bytes.len()];
    for (seq, record) in records.iter().enumerate() {
        write_record(&mut bytes, &ID, seq as u64, record);
        ends.push(bytes.len());
    }
    (bytes, ends)
}

fn ledger_of(records: &[Record]) -> Ledger {
    let mut ledger = Ledger::default();
    for record in records {
        ledger.take(record.clone());
    }
    ledger
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn what_is_written_is_read(records in prop::collection::vec(record(), 0..12)) {
        let (bytes, ends) = written(&records);
        for (seq, record) in records.iter().enumerate() {
            let read = read_record(&bytes[ends[seq]..], &ID);
            prop_assert_eq!(read, Some((seq as u64, record.clone(), ends[seq + 1] - ends[seq])));
        }
        let read = recover(&bytes).unwrap();
        prop_assert_eq!(read.cut, None);
        prop_assert_eq!(read.seq, records.len() as u64);
        prop_assert_eq!(read.ledger, ledger_of(&records));
    }

    /// TornEnd at each byte there is, with nothing, zeros, or other bytes after it.
    #[test]
    fn a_torn_end_keeps_all_before_it(records in prop::collection::vec(record(), 1..6)) {
        let (bytes, ends) = written(&records);
        let ledgers: Vec<Ledger> = (0..=records.len()).map(|n| ledger_of(&records[..n])).collect();
        for at in 0..bytes.len() {
            for tail in [&[][..], &[0; 50], b"some of another file's bytes"] {
                let torn = [&bytes[..at], tail].concat();
                // zeros may be what stood there
                let same = torn.iter().zip(&bytes).take_while(|(left, right)| left == right).count();
                let n_whole = ends.iter().filter(|end| **end <= same).count();
                let read = recover(&torn);
                if at < HEADER_BYTES {
                    // of a header in the right place the rest may follow by chance; of these none does
                    prop_assert!(read.is_err());
                    continue;
                }
                let read = read.unwrap();
                prop_assert_eq!(read.len, ends[n_whole - 1] as u64, "cut at {}", at);
                prop_assert_eq!(&read.ledger, &ledgers[n_whole - 1]);
                let rest = torn.len() as u64 - read.len;
                prop_assert_eq!(read.cut.map_or(0, |cut| cut.bytes), rest);
            }
        }
    }

    /// One bit is another one: nothing after it is believed, and nothing before it is lost.
    #[test]
    fn a_flipped_bit_ends_it(records in prop::collection::vec(record(), 1..5), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (mut bytes, ends) = written(&records);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let read = recover(&bytes);
        if at < HEADER_BYTES {
            prop_assert!(read.is_err());
        } else {
            let n_whole = ends.iter().filter(|end| **end <= at).count() - 1;
            prop_assert_eq!(read.unwrap().ledger, ledger_of(&records[..n_whole]));
        }
    }
}

#[test]
fn records_of_another_journal_or_out_of_order_are_none() {
    let record = Record::Retired {
        file: 1,
        place: None,
    };
    let (whole, ends) = written(&[record.clone(), record.clone(), record.clone()]);
    // of a file that stood there before: its own id is another one
    let mut mixed = whole[..ends[1]].to_vec();
    write_record(&mut mixed, b"fedcba9876543210", 1, &record);
    assert_eq!(recover(&mixed).unwrap().seq, 1);
    // one is missing
    let gap = [&whole[..ends[1]], &whole[ends[2]..]].concat();
    assert_eq!(recover(&gap).unwrap().seq, 1);
    assert!(recover(&gap).unwrap().cut.is_some());
}

#[test]
fn a_fill_is_a_short_record() {
    let change = ByteChange {
        offset: 0,
        old: vec![0; 1 << 20],
        new: vec![0x5a; 1 << 20],
    };
    let fill = Record::Stands {
        file: 0,
        place: EditPlace::File,
        changes: vec![change],
    };
    assert!(written(&[fill]).0.len() < 200);
}
