//! Stores in the file of which no outcome is written down, several at once: what was confirmed since stays on top of them,
//! in a short journal too, against a list of bytes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mapscope::bytes::Span;
use mapscope::os::stamp::FileStamp;
use mapscope::work::logbook::ledger::Ledger;
use mapscope::work::logbook::record::{ByteChange, EditPlace, Record};
use proptest::prelude::*;

use crate::random::cases;

/// What stood at a byte before, what stands there now, and in which step that was asked for.
type Bytes = BTreeMap<u64, (u8, u8, usize)>;

fn put(bytes: &mut Bytes, change: &ByteChange, step: usize) {
    for (offset, (old, new)) in (change.offset..).zip(change.old.iter().zip(&change.new)) {
        let (base, value, at) = match bytes.get(&offset) {
            // it was asked for before: what stands there now was put on it
            Some((base, value, at)) if *at > step => {
                let first = if base == new { old } else { base };
                (*first, *value, *at)
            }
            Some((base, value, _)) if value == old => (*base, *new, step),
            _ => (*old, *new, step),
        };
        bytes.remove(&offset);
        if base != value {
            bytes.insert(offset, (base, value, at));
        }
    }
}

fn change() -> impl Strategy<Value = ByteChange> {
    (0_u64..12, 1_usize..6).prop_flat_map(|(offset, len)| {
        let bytes = || prop::collection::vec(0_u8..3, len);
        (bytes(), bytes()).prop_map(move |(old, new)| ByteChange { offset, old, new })
    })
}

fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.take(Record::File {
        file: 0,
        stamp: FileStamp::default(),
        path: PathBuf::from("/a"),
    });
    ledger
}

fn asked(step: usize, change: &ByteChange) -> Record {
    Record::Asked {
        file: 0,
        ticket: step as u64,
        place: EditPlace::File,
        at: 7,
        changes: vec![change.clone()],
    }
}

/// When the outcome of a store is heard.
#[derive(Clone, Copy, Debug)]
enum Heard {
    AtOnce,
    Later(prop::sample::Index),
    Never,
    NotMade(prop::sample::Index),
}

fn heard() -> impl Strategy<Value = Heard> {
    prop_oneof![
        Just(Heard::AtOnce),
        any::<prop::sample::Index>().prop_map(Heard::Later),
        Just(Heard::Never),
        any::<prop::sample::Index>().prop_map(Heard::NotMade),
    ]
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn what_is_open_stays_below_what_came_after_it(
        steps in prop::collection::vec((change(), heard(), any::<bool>()), 1..12),
    ) {
        let (mut ledger, mut bytes) = (ledger(), Bytes::new());
        // by the step after which it is heard, and which are not
        let mut due: BTreeMap<usize, Vec<(usize, bool)>> = BTreeMap::new();
        let mut never = Vec::new();
        for (step, (change, heard, is_short)) in steps.iter().enumerate() {
            ledger.take(asked(step, change));
            let after = |index: prop::sample::Index| step + index.index(steps.len() - step);
            match heard {
                Heard::AtOnce => due.entry(step).or_default().push((step, true)),
                Heard::Later(index) => due.entry(after(*index)).or_default().push((step, true)),
                Heard::NotMade(index) => due.entry(after(*index)).or_default().push((step, false)),
                Heard::Never => never.push(step),
            }
            for (of, is_made) in due.remove(&step).unwrap_or_default() {
                let change = &steps[of].0;
                let done = is_made.then(|| change.span());
                ledger.take(Record::Outcome { file: 0, ticket: of as u64, done: done.into_iter().collect() });
                if is_made {
                    put(&mut bytes, change, of);
                }
            }
            if *is_short {
                let mut again = self::ledger(); // one that comes to nothing is not in it
                ledger.records().into_iter().for_each(|record| again.take(record));
                ledger = again;
            }
        }
        ledger.end();
        for step in never {
            put(&mut bytes, &steps[step].0, step);
        }
        let mut found = BTreeMap::new();
        for change in ledger.files[&0].in_file.joined() {
            let both = change.old.iter().copied().zip(change.new.iter().copied());
            found.extend((change.offset..).zip(both));
        }
        let expected: BTreeMap<u64, (u8, u8)> =
            bytes.into_iter().map(|(offset, (base, value, _))| (offset, (base, value))).collect();
        prop_assert_eq!(found, expected);
    }
}

/// The person decided about the file: what is open goes with the rest, and what is heard of it later is nothing.
#[test]
fn what_is_open_goes_with_what_is_decided() {
    let change = ByteChange {
        offset: 3,
        old: vec![0],
        new: vec![1],
    };
    let mut ledger = ledger();
    ledger.take(asked(5, &change));
    assert!(!ledger.is_empty());
    ledger.take(Record::Retired {
        file: 0,
        place: None,
    });
    assert!(ledger.is_empty());
    ledger.take(Record::Outcome {
        file: 0,
        ticket: 5,
        done: vec![Span::at(3, 1).unwrap()],
    });
    ledger.end();
    assert!(ledger.is_empty());
}
