//! Who sees what in an experiment: what the picture claims of each process, from what steps told and no more.

use std::collections::BTreeMap;

use mapscope::lab::claim::{Doing, Holding, KnownMapping, PeerCard, Progress, RunStep, ScratchKey};
use mapscope::model::Picture;
use mapscope::model::picture::{Compared, RowMemory, Sees};
use mapscope::peer::calls::{Call, MapCall, MapExtra, Outcome, Prot, Source};
use mapscope::peer::wire::PeerPage;

use super::super::*;
use super::{ask, bench, step, tell};

const PAGE: u64 = 4096;

fn mapped(shared: bool, key: Option<ScratchKey>, pages: &[PeerPage]) -> Holding {
    let call = MapCall {
        map: "m".to_owned(),
        source: Source::File("f".to_owned()),
        shared,
        prot: Prot::ReadWrite,
        offset: 0,
        len: pages.len() as u64 * PAGE,
        extra: MapExtra::default(),
    };
    Holding {
        files: key.map(|key| ("f".to_owned(), key)).into_iter().collect(),
        mapping: Some(KnownMapping {
            call,
            file: key,
            pages: Some(pages.to_vec()),
        }),
    }
}

fn card(name: &str, parent: Option<&str>, holding: Holding) -> PeerCard {
    PeerCard {
        name: name.to_owned(),
        pid: 7,
        parent: parent.map(str::to_owned),
        holding,
        ..PeerCard::default()
    }
}

fn did(peer: &str, call: Call, told: Outcome) -> RunStep {
    RunStep {
        peer: Some(peer.to_owned()),
        doing: Doing::Ask {
            call,
            sets_up: false,
        },
        told: Some(told),
        ..step(0, "told")
    }
}

fn loads(peer: &str, at: u64, bytes: &[u8]) -> RunStep {
    let call = Call::Load {
        map: "m".to_owned(),
        at,
        len: bytes.len() as u64,
    };
    let bytes = bytes.to_vec();
    did(peer, call, Outcome::Bytes { bytes })
}

fn stores(peer: &str, at: u64, bytes: &[u8]) -> RunStep {
    let call = Call::Store {
        map: "m".to_owned(),
        at,
        bytes: bytes.to_vec(),
    };
    did(peer, call, Outcome::Done)
}

/// The picture of an experiment that is running.
fn picture(cards: &[PeerCard], steps: &[RunStep]) -> Option<Picture> {
    let mut rig = bench();
    ask(&mut rig, LabAction::Run(super::names(&["one"])));
    tell(&mut rig, Progress::Started("one".to_owned()));
    for (index, step) in steps.iter().enumerate() {
        let number = index + 1;
        let step = RunStep {
            number,
            ..step.clone()
        };
        tell(&mut rig, Progress::Step(Box::new(step)));
    }
    tell(&mut rig, Progress::Peers(cards.to_vec()));
    rig.app.lab.entry("one").unwrap().picture(PAGE)
}

const KEY: Option<ScratchKey> = Some((1, 2));
const OTHER: Option<ScratchKey> = Some((1, 3));

fn memories(picture: &Picture) -> Vec<&RowMemory> {
    picture.rows.iter().map(|row| &row.memory).collect()
}

#[test]
fn two_rows_are_on_the_files_page_only_where_both_are_known_to_be_of_one_file() {
    let pages = [PeerPage::FilePage];
    for (key, expected) in [(KEY, true), (OTHER, false), (None, false)] {
        let cards = [
            card("A", None, mapped(true, KEY, &pages)),
            card("B", None, mapped(true, key, &pages)),
        ];
        let picture = picture(&cards, &[loads("A", 28, b"Z")]).unwrap();
        assert_eq!(memories(&picture)[0], &RowMemory::FilePage);
        let is_file = *memories(&picture)[1] == RowMemory::FilePage;
        assert_eq!(is_file, expected, "{key:?}");
    }
}

/// What was loaded before a store is no longer what is seen.
#[test]
fn what_was_seen_before_something_was_stored_is_shown_as_that() {
    let cards = [
        card("A", None, mapped(false, KEY, &[PeerPage::PrivateCopy])),
        card("B", None, mapped(true, KEY, &[PeerPage::FilePage])),
    ];
    let sees = |steps: &[RunStep]| {
        let picture = picture(&cards, steps).unwrap();
        let sees = picture.rows.iter().map(|row| row.sees.clone());
        (sees.collect::<Vec<_>>(), picture)
    };
    let (before, _) = sees(&[loads("B", 28, b"A")]);
    assert!(matches!(&before[0], Sees::Hidden(_)), "{before:?}");
    assert!(matches!(&before[1], Sees::Bytes(_)), "{before:?}");
    let steps = [loads("B", 28, b"A"), stores("A", 28, b"Z")];
    let (stored, picture) = sees(&steps);
    assert!(matches!(&stored[1], Sees::Earlier(_)), "{stored:?}");
    assert_eq!(picture.file_bytes, None, "it was not asked since");
    let mut steps = steps.to_vec();
    steps.extend([loads("A", 28, b"Z"), loads("B", 28, b"A")]);
    let (loaded, picture) = sees(&steps);
    assert!(loaded.iter().all(|it| matches!(it, Sees::Bytes(_))));
    assert_eq!(picture.rows[1].compared, Compared::Same);
    let differs = Compared::Differs {
        n_bytes: 1,
        first: 28,
    };
    assert_eq!(picture.rows[0].compared, differs);
    assert_eq!(picture.page_bytes, PAGE);
}

/// Since a fork, parent and child may have one copy: that is not told.
#[test]
fn a_copy_is_nobody_elses_only_where_nobody_forked() {
    let copy = || mapped(false, KEY, &[PeerPage::PrivateCopy]);
    let cards = [
        card("A", None, copy()),
        card("B", None, copy()),
        card("C", Some("B"), copy()),
        card("D", Some("B"), copy()),
    ];
    let picture = picture(&cards, &[loads("A", 28, b"Z")]).unwrap();
    let rows: Vec<_> = picture
        .rows
        .iter()
        .map(|row| (row.name.as_str(), row.depth))
        .collect();
    let expected = [
        ("A, process 7", 0),
        ("B, process 7", 0),
        ("D, process 7", 1), // the newest child first
        ("C, process 7", 1),
    ];
    assert_eq!(rows, expected);
    assert!(matches!(memories(&picture)[0], RowMemory::Copy(_)));
    for memory in &memories(&picture)[1..] {
        assert_eq!(*memory, &RowMemory::CopyOfSeveral);
    }
}

fn mapping(card: &mut PeerCard) -> &mut KnownMapping {
    card.holding.mapping.as_mut().unwrap()
}

#[test]
fn each_page_state_and_each_way_of_not_knowing_is_its_own() {
    let check = |change: fn(&mut PeerCard), expected: RowMemory| {
        let mut cards = [
            card("A", None, mapped(true, KEY, &[PeerPage::FilePage])),
            card("B", None, mapped(true, KEY, &[PeerPage::FilePage])),
        ];
        change(&mut cards[1]);
        let picture = picture(&cards, &[loads("A", 28, b"Z")]).unwrap();
        assert_eq!(picture.rows[1].memory, expected);
    };
    let not_known = |why: &str| RowMemory::NotKnown(why.to_owned());
    check(|_| {}, RowMemory::FilePage);
    check(
        |card| mapping(card).pages = Some(vec![PeerPage::NotPresent]),
        RowMemory::NotPresent,
    );
    check(
        |card| mapping(card).pages = Some(vec![PeerPage::Swapped]),
        RowMemory::Swapped,
    );
    check(
        |card| mapping(card).pages = None,
        not_known("what backs its pages was not told"),
    );
    check(
        |card| mapping(card).call.offset = PAGE,
        RowMemory::NotMapped,
    );
    check(
        |card| mapping(card).call.source = Source::Anonymous,
        not_known("its memory is of no file"),
    );
    check(
        |card| card.ended = Some("killed".to_owned()),
        RowMemory::Gone,
    );
    check(|card| card.holding.mapping = None, RowMemory::FilePage); // it reads
    check(
        |card| card.holding = Holding::default(),
        not_known("it has no mapping yet"),
    );
    check(
        |card| {
            let mapping = mapping(card);
            mapping.call.len = 9 * PAGE;
            mapping.pages = Some(Vec::new());
        },
        not_known("only its first 0 pages were looked at"),
    );
}

#[test]
fn without_a_file_there_is_no_picture() {
    let mut anonymous = mapped(true, None, &[PeerPage::FilePage]);
    anonymous.files = BTreeMap::new();
    let cards = [card("A", None, anonymous)];
    assert_eq!(picture(&cards, &[loads("A", 28, b"Z")]), None);
    assert_eq!(picture(&[], &[]), None);
}
