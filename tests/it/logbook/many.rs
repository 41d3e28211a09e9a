//! A record of very many changes, as of all matches that are replaced at once, and what became of each: were each compared
//! with each, it would take minutes to read.

use std::path::PathBuf;

use mapscope::bytes::Span;
use mapscope::os::stamp::FileStamp;
use mapscope::work::logbook::ledger::Ledger;
use mapscope::work::logbook::record::{ByteChange, EditPlace, Record};

/// So many bytes are changed, two apart.
const N: u64 = 200_000;

#[test]
fn an_outcome_of_many_stores_is_read_in_a_moment() {
    let place = EditPlace::Private(1);
    let change = |index: u64| ByteChange {
        offset: 2 * index,
        old: vec![b'a'],
        new: vec![b'Z'],
    };
    let mut ledger = Ledger::default();
    ledger.take(Record::File {
        file: 0,
        stamp: FileStamp::default(),
        path: PathBuf::from("/a"),
    });
    ledger.take(Record::Asked {
        file: 0,
        ticket: 7,
        place,
        at: 0,
        changes: (0..N).map(change).collect(),
    });
    // in no order, and all but the last
    let done = (0..N - 1).rev();
    ledger.take(Record::Outcome {
        file: 0,
        ticket: 7,
        done: done.map(|index| Span::at(2 * index, 1).unwrap()).collect(),
    });
    assert_eq!(ledger.unsaved_bytes(), N - 1);
    let unsaved = ledger.files[&0].unsaved();
    assert_eq!(unsaved.first(), Some(&change(0)));
    assert_eq!(unsaved.last(), Some(&change(N - 2)));
}
