//! Who would see a store: the rule on memory, and the prediction held against what rows show.

use mapscope::bytes::Span;
use mapscope::map::{Access, Mode};
use mapscope::model::MappingId;
use mapscope::model::Picture;
use mapscope::model::picture::{
    Below, Cells, Compared, CopyId, Group, Maps, PageCache, Row, RowMemory, Sees, Who, WriteAs,
};

const PRIVATE: Maps = Maps::As(Mode::Private, Access::ReadWrite);
const SHARED: Maps = Maps::As(Mode::Shared, Access::ReadWrite);

fn process(number: u64) -> Who {
    Who::Process(MappingId(number))
}

fn row(who: Who, maps: Maps, memory: RowMemory, write: WriteAs, byte: u8) -> Row {
    Row {
        who,
        group: Group::Ours,
        depth: 0,
        name: format!("{who:?}"),
        maps,
        sees: Sees::Bytes(Cells {
            bytes: vec![Some(byte)],
            gap: None,
        }),
        compared: Compared::NotKnown,
        memory,
        frame: None,
        write,
        note: None,
        waits: false,
    }
}

/// The byte at 28, which the file has as `2`.
fn picture(rows: Vec<Row>) -> Picture {
    let at = Span::at(28, 1).unwrap();
    Picture {
        subject: at,
        is_cut: false,
        shown: at,
        page: 0,
        page_bytes: 4096,
        file: "data.bin".to_owned(),
        views: (mapscope::model::MappingId(1), None),
        own_pid: 4100,
        rows,
        differing: None,
        page_cache: PageCache::Clean,
        storage: Below::NothingLeft,
        file_bytes: None,
    }
}

/// One row of every kind of memory.
fn crowd() -> Picture {
    use RowMemory::{Copy, CopyOfSeveral, FilePage, Gone, NotKnown, NotPresent, Swapped};
    use WriteAs::{NotNow, NotOurs, ReachesFile, StaysOwn};
    let other = Who::Other {
        pid: 812,
        address: 0x7000,
    };
    picture(vec![
        row(Who::View, PRIVATE, Copy(CopyId(1)), StaysOwn, b'Z'),
        row(Who::OtherMode, SHARED, FilePage, ReachesFile, b'2'),
        row(process(1), PRIVATE, FilePage, StaysOwn, b'2'),
        row(process(2), PRIVATE, Copy(CopyId(2)), StaysOwn, b'#'),
        row(process(3), PRIVATE, Copy(CopyId(2)), StaysOwn, b'#'),
        row(process(4), PRIVATE, CopyOfSeveral, StaysOwn, b'#'),
        row(process(5), PRIVATE, Swapped, StaysOwn, b'#'),
        row(process(6), PRIVATE, Gone, NotNow, b'2'),
        row(process(7), PRIVATE, NotPresent, StaysOwn, b'2'),
        row(other, SHARED, NotKnown("EPERM".to_owned()), NotOurs, b'2'),
        row(Who::Calls, Maps::Calls, FilePage, ReachesFile, b'2'),
    ])
}

#[test]
fn what_reaches_the_file_is_seen_by_all_that_its_page_answers() {
    let other = Who::Other {
        pid: 812,
        address: 0x7000,
    };
    for writer in [Who::OtherMode, Who::Calls] {
        let prediction = crowd().predict(writer);
        let seen = [Who::OtherMode, process(1), process(7), Who::Calls];
        assert_eq!(prediction.seen, seen, "{writer:?}");
        assert_eq!(prediction.not_known, [other], "{writer:?}");
    }
}

#[test]
fn what_stays_in_a_copy_is_seen_by_its_writer_alone() {
    let alone = [
        Who::View,
        process(1),
        process(2),
        process(4),
        process(5),
        process(7),
    ];
    for writer in alone {
        let prediction = crowd().predict(writer);
        assert_eq!(prediction.seen, [writer]);
        assert_eq!(prediction.not_known, []);
    }
}

#[test]
fn nobody_sees_what_is_not_stored() {
    let mut crowd = crowd();
    let other = Who::Other {
        pid: 812,
        address: 0x7000,
    };
    crowd.rows[1].write = WriteAs::ReadOnly;
    for writer in [Who::OtherMode, other, process(6), process(99)] {
        assert_eq!(crowd.predict(writer).seen, [], "{writer:?}");
    }
    // Past the end a store is a SIGBUS; pwrite makes the file longer.
    crowd.rows[2].memory = RowMemory::PastEnd;
    assert_eq!(crowd.predict(process(1)).seen, []);
    assert!(crowd.predict(Who::Calls).seen.contains(&Who::Calls));
    // A mapping that ends before it sees nothing there, whoever writes.
    crowd.rows[2].memory = RowMemory::NotMapped;
    assert_eq!(crowd.predict(process(1)).seen, []);
    let prediction = crowd.predict(Who::Calls);
    assert!(!prediction.seen.contains(&process(1)));
    assert!(!prediction.not_known.contains(&process(1)));
}

/// Rows show the page of the first difference, which may be another than the one that is written.
#[test]
fn of_another_page_than_the_rows_show_nothing_is_foretold_but_of_the_writer() {
    let mut crowd = crowd();
    crowd.page = 3;
    let prediction = crowd.predict(Who::OtherMode);
    assert_eq!(prediction.seen, [Who::OtherMode, Who::Calls]);
    assert!(prediction.not_known.contains(&process(1)));
    assert!(!prediction.not_known.contains(&process(6)), "it ended");
}

fn show(picture: &mut Picture, who: &[Who], byte: u8) {
    for row in &mut picture.rows {
        if who.contains(&row.who) {
            row.sees = Sees::Bytes(Cells {
                bytes: vec![Some(byte)],
                gap: None,
            });
        }
    }
}

#[test]
fn what_rows_show_confirms_or_contradicts_it() {
    let before = crowd();
    let prediction = before.predict(Who::OtherMode);
    let had = before.showing(28, b"!");
    assert_eq!(had, []);
    let mut after = before.clone();
    show(&mut after, &prediction.seen, b'!');
    let surprise = after.surprise(&prediction, &had, 28, b"!");
    assert!(surprise.is_none(), "{surprise:?}");
    assert_eq!(after.surprise_words(&surprise), "as predicted");

    show(&mut after, &[process(1)], b'2');
    show(&mut after, &[process(2)], b'!');
    let surprise = after.surprise(&prediction, &had, 28, b"!");
    assert_eq!(
        (surprise.also.as_slice(), surprise.missing.as_slice()),
        (&[process(2)][..], &[process(1)][..])
    );
    let words = after.surprise_words(&surprise);
    assert!(words.starts_with("other than predicted: "), "{words}");
    assert!(words.contains("sees it too") && words.contains("does not see it"));
}

/// Whoever showed the same byte before is no witness; whoever tells nothing is none either.
#[test]
fn rows_that_can_prove_nothing_do_not_contradict() {
    let before = crowd();
    let prediction = before.predict(process(3));
    let had = before.showing(28, b"#");
    assert_eq!(had, [process(2), process(3), process(4), process(5)]);
    let surprise = before.surprise(&prediction, &had, 28, b"#");
    assert!(surprise.is_none(), "{surprise:?}");
    let prediction = before.predict(Who::Calls);
    let mut after = before.clone();
    for row in &mut after.rows {
        row.sees = Sees::NotAsked;
    }
    assert!(after.surprise(&prediction, &[], 28, b"!").is_none());
}
