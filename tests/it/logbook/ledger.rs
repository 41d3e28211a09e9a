//! What records come to, against a list of bytes; and that a short journal comes to the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mapscope::os::stamp::FileStamp;
use mapscope::work::logbook::layer::Layer;
use mapscope::work::logbook::ledger::Ledger;
use mapscope::work::logbook::record::{ByteChange, EditPlace, Record};
use proptest::prelude::*;

use crate::random::cases;

/// What stood there and what stands there, byte by byte.
type Bytes = BTreeMap<u64, (u8, u8)>;

fn put(bytes: &mut Bytes, change: &ByteChange) {
    for (offset, (old, new)) in (change.offset..).zip(change.old.iter().zip(&change.new)) {
        let base = match bytes.get(&offset) {
            Some((base, value)) if value == old => *base,
            _ => *old,
        };
        if base == *new {
            bytes.remove(&offset);
        } else {
            bytes.insert(offset, (base, *new));
        }
    }
}

fn bytes_of(changes: &[ByteChange]) -> Bytes {
    let mut bytes = Bytes::new();
    for change in changes {
        for (offset, both) in
            (change.offset..).zip(change.old.iter().copied().zip(change.new.iter().copied()))
        {
            assert!(bytes.insert(offset, both).is_none(), "twice at {offset}");
        }
    }
    bytes
}

/// Few values, so that bytes come back to what they were.
fn change() -> impl Strategy<Value = ByteChange> {
    (0_u64..24, 1_usize..9).prop_flat_map(|(offset, len)| {
        let bytes = || prop::collection::vec(0_u8..3, len);
        (bytes(), bytes()).prop_map(move |(old, new)| ByteChange { offset, old, new })
    })
}

fn file() -> Record {
    Record::File {
        file: 0,
        stamp: FileStamp::default(),
        path: PathBuf::from("/a"),
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_layer_is_a_list_of_bytes(changes in prop::collection::vec((change(), any::<bool>()), 0..24)) {
        let (mut layer, mut bytes) = (Layer::default(), Bytes::new());
        for (age, (change, removes)) in changes.into_iter().enumerate() {
            if removes {
                layer.remove(change.span());
                bytes.retain(|offset, _| !change.span().contains(*offset));
            } else {
                layer.put(&change, age as u64);
                put(&mut bytes, &change);
            }
            prop_assert_eq!(bytes_of(&layer.joined()), bytes.clone());
            prop_assert_eq!(layer.n_bytes(), bytes.len() as u64);
        }
    }

    /// Asked, and stored in part or not at all or with an end in between; saved; written short in between.
    #[test]
    fn a_short_journal_comes_to_the_same(steps in prop::collection::vec((change(), 0_u64..3, 0_u8..5), 0..20)) {
        let mut ledger = Ledger::default();
        ledger.take(file());
        let mut bytes: BTreeMap<EditPlace, Bytes> = BTreeMap::new();
        for (ticket, (change, place, step)) in (0..).zip(steps) {
            let place = if place == 0 { EditPlace::File } else { EditPlace::Private(place) };
            let asked = Record::Asked { file: 0, ticket, place, at: 7, changes: vec![change.clone()] };
            match step {
                // nothing is heard of it any more; in the file it stays open, see `open`
                0 if place != EditPlace::File => {
                    ledger.take(asked);
                    ledger = again(&ledger);
                    put(bytes.entry(place).or_default(), &change);
                }
                1 => {
                    ledger.take(asked);
                    ledger = again(&ledger);
                    ledger.take(Record::Outcome { file: 0, ticket, done: Vec::new() });
                }
                2 => {
                    ledger.take(asked);
                    let first = mapscope::bytes::Span::at(change.offset, 1).unwrap();
                    ledger.take(Record::Outcome { file: 0, ticket, done: vec![first] });
                    let part = ByteChange { offset: change.offset, old: change.old[..1].to_vec(), new: change.new[..1].to_vec() };
                    put(bytes.entry(place).or_default(), &part);
                }
                3 => {
                    if let EditPlace::Private(mapping) = place {
                        ledger.take(Record::Saved { file: 0, mapping, spans: vec![change.span()] });
                        bytes.entry(place).or_default().retain(|offset, _| !change.span().contains(*offset));
                    }
                }
                _ => {
                    ledger.take(asked);
                    ledger.take(Record::Outcome { file: 0, ticket, done: vec![change.span()] });
                    put(bytes.entry(place).or_default(), &change);
                    ledger = again(&ledger);
                }
            }
        }
        ledger.end();
        bytes.retain(|_, bytes| !bytes.is_empty());
        let mut found: BTreeMap<EditPlace, Bytes> = BTreeMap::new();
        for entry in ledger.files.values() {
            found.insert(EditPlace::File, bytes_of(&entry.in_file.joined()));
            for (mapping, layer) in &entry.private {
                found.insert(EditPlace::Private(*mapping), bytes_of(&layer.joined()));
            }
        }
        found.retain(|_, bytes| !bytes.is_empty());
        prop_assert_eq!(found, bytes);
    }
}

/// The same, as it stands in a short journal.
fn again(ledger: &Ledger) -> Ledger {
    let mut again = Ledger::default();
    again.take(file()); // one that comes to nothing is not in it
    for record in ledger.records() {
        again.take(record);
    }
    again
}

#[test]
fn at_the_bound_the_oldest_undo_goes_and_nothing_unsaved() {
    let mut ledger = Ledger::default();
    ledger.take(file());
    let one = |offset, place| Record::Stands {
        file: 0,
        place,
        changes: vec![ByteChange {
            offset,
            old: vec![0; 100],
            new: (1..=100).collect(),
        }],
    };
    for n in 0..20 {
        ledger.take(one(n * 200, EditPlace::File));
        ledger.take(one(n * 200, EditPlace::Private(1)));
    }
    let unsaved = ledger.unsaved_bytes();
    assert_eq!(unsaved, 2000);
    // room for what is unsaved and five of the others
    let private = ledger.files[&0].private[&1].written_bytes();
    let each = ledger.files[&0].in_file.written_bytes() / 20;
    let n_gone = ledger.shrink(private + 5 * each);
    assert_eq!(n_gone, 1500);
    assert_eq!(ledger.unsaved_bytes(), unsaved);
    let left = ledger.files[&0].in_file.joined();
    let offsets: Vec<u64> = left.iter().map(|change| change.offset).collect();
    assert_eq!(offsets, [3000, 3200, 3400, 3600, 3800], "the youngest");
    // and where not even the unsaved fits, all others go
    assert_eq!(ledger.shrink(1), 500);
    assert_eq!(ledger.unsaved_bytes(), unsaved);
}
