//! An experiment tried by hand: what ticks the list and what does not, by the answers and observations that a test gives.

mod middle;

use std::sync::Arc;

use mapscope::lab::claim::{
    Claim, Contents, Expected, HandActor, HandDeed, HandItem, HandKind, HandPlan, HandWanted,
    LabTopic, Promise,
};
use mapscope::model::event::Opened;
use mapscope::model::hand::{Hand, HandOutcome, HandStanding};
use mapscope::model::lab::Pace;
use mapscope::model::process::{EndHow, PeerEvent, PeerNews, PeerOrder, ProcessEnd, ProcessKind};
use mapscope::model::{
    DocId, MappingId, OrderId, Process, ScratchFile, Target, WitnessId, WitnessState,
};

use super::*;

static CLAIM: Claim = Claim {
    name: "two-see-it",
    topic: LabTopic::Sharing,
    title: "B sees what A stores",
    choices: &["yes", "no"],
    expected: Expected::Always(0),
    promise: Promise::Posix,
    why: "Because.",
    source: "mmap(2)",
};

fn item(deed: HandDeed) -> HandItem {
    HandItem {
        what: format!("{deed:?}"),
        how: String::new(),
        deed,
    }
}

fn add(name: &str, kind: HandKind) -> HandItem {
    let name = name.to_owned();
    item(HandDeed::Add { name, kind })
}

fn by(name: &str) -> HandActor {
    HandActor::Process(name.to_owned())
}

fn store(name: &str, at: u64, bytes: &[u8]) -> HandItem {
    let bytes = bytes.to_vec();
    item(HandDeed::Store {
        by: by(name),
        at,
        bytes,
    })
}

fn look(by: HandActor, at: u64, wanted: &[u8]) -> HandItem {
    item(HandDeed::Look {
        by,
        at,
        len: wanted.len() as u64,
        wanted: HandWanted::Bytes(vec![wanted.to_vec()]),
    })
}

/// A and B are added, A stores Z at 28, B has it, and so has the file.
fn plan() -> HandPlan {
    HandPlan {
        contents: Contents::Letters {
            first: 'A',
            pages: 1,
        },
        is_shared: false,
        items: vec![
            add("A", HandKind::Shared),
            add("B", HandKind::Private),
            store("A", 28, b"Z"),
            look(by("B"), 28, b"Z"),
            look(HandActor::Calls, 28, b"Z"),
        ],
        n_checks: 2,
        n_left_out: 0,
    }
}

/// A model with the experiment in its list, and its plan.
fn bench(plan: Result<HandPlan, String>) -> Rig {
    let mut rig = super::open(64);
    rig.hear(Event::LabCatalogue(vec![(&CLAIM, Ok(()))]));
    let plans = vec![(CLAIM.name, plan.map(Arc::new))];
    rig.hear(Event::LabByHand(plans));
    rig
}

fn scratch(inode: u64, len: u64) -> Opened {
    Opened {
        scratch: Some(ScratchFile::Made(Arc::new(plan().contents))),
        ..file("/scratch/f", inode, len)
    }
}

/// The experiment is tried in a tab that is in front, and the row at 28 is looked at.
fn tried(rig: &mut Rig, inode: u64) -> DocId {
    rig.act(LabAction::ByHand(CLAIM.name.to_owned()));
    rig.opened(scratch(inode, 4096));
    rig.point(28);
    rig.doc().id
}

fn hand(rig: &Rig, doc: DocId) -> &Hand {
    rig.app.doc_by(doc).unwrap().hand.as_ref().unwrap()
}

fn n_done(rig: &Rig, doc: DocId) -> usize {
    hand(rig, doc).n_done()
}

/// The processes that were added, in order.
fn added(rig: &Rig, doc: DocId) -> Vec<&Process> {
    let list = rig.app.doc_by(doc).unwrap().processes.list();
    list.iter()
        .filter(|process| !process.is_built_in())
        .collect()
}

fn target(rig: &Rig, doc: DocId, index: usize) -> Target {
    let process = added(rig, doc)[index];
    Target {
        doc,
        mapping: process.mapping,
        generation: process.generation,
    }
}

fn peer(rig: &mut Rig, target: Target, news: PeerNews) -> Vec<Effect> {
    rig.hear(Event::Peer(PeerEvent { target, news }))
}

/// Adds a process, it runs and reads.
fn runs(rig: &mut Rig, doc: DocId, kind: ProcessKind) -> Target {
    rig.act(P::Add(kind));
    let target = target(rig, doc, added(rig, doc).len() - 1);
    let pid = 1000 + u32::try_from(target.mapping.0).unwrap();
    peer(rig, target, PeerNews::Runs { pid });
    reads(rig, target, b'A');
    target
}

/// A process stores what the person asked it for.
fn stores(rig: &mut Rig, who: Target, byte: u8) -> Vec<Effect> {
    rig.act(P::ByteEdited(format!("{byte:02x}")));
    let effects = rig.act(P::Store(who.mapping));
    let (number, offset) = sent(&effects, who.mapping);
    let (bytes, old) = (vec![byte], vec![b'A']);
    let news = PeerNews::Stored {
        number,
        offset,
        bytes,
        old,
    };
    peer(rig, who, news)
}

fn sent(effects: &[Effect], mapping: MappingId) -> (OrderId, u64) {
    let orders = effects.iter().find_map(|effect| match effect {
        Effect::Peers(PeerOrder::Store {
            number,
            target,
            offset,
            ..
        }) if target.mapping == mapping => Some((*number, *offset)),
        _ => None,
    });
    orders.expect("it is told to store")
}

/// A process reads this byte at the place that is watched.
fn reads(rig: &mut Rig, who: Target, byte: u8) -> Vec<Effect> {
    let readout = read(rig, who.doc, byte);
    let pages = Vec::new();
    peer(rig, who, PeerNews::Reads { readout, pages })
}

fn read(rig: &Rig, doc: DocId, byte: u8) -> Arc<Readout> {
    let span = rig.app.doc_by(doc).unwrap().witnesses.span.unwrap();
    Arc::new(Readout {
        span,
        bytes: vec![byte; usize::try_from(span.len()).unwrap()],
        gaps: Vec::new(),
    })
}

/// All are to be read anew.
fn asks_anew(effects: &[Effect]) -> bool {
    let is_watch = |effect: &Effect| {
        matches!(
            effect,
            Effect::Peers(PeerOrder::Watch { span: Some(_), .. })
        )
    };
    effects.iter().any(is_watch)
}

#[test]
fn what_is_observed_in_turn_is_ticked_and_what_was_seen_stands_beside() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    assert_eq!(rig.app.settings.tab, Tab::Witnesses);
    assert_eq!(
        rig.doc().scratch,
        Some(ScratchFile::Made(Arc::new(plan().contents)))
    );
    assert_eq!(added(&rig, doc).len(), 0, "the person adds them");
    // ordered is not observed
    rig.act(P::Add(ProcessKind::Shared));
    assert_eq!(n_done(&rig, doc), 0);
    let a = target(&rig, doc, 0);
    peer(&mut rig, a, PeerNews::Runs { pid: 7 });
    assert_eq!(
        n_done(&rig, doc),
        0,
        "it runs, and need not map the file yet"
    );
    reads(&mut rig, a, b'A');
    assert_eq!(n_done(&rig, doc), 1);
    assert_eq!(added(&rig, doc)[0].name(), "A, process 7");
    let b = runs(&mut rig, doc, ProcessKind::Private);
    assert_eq!(added(&rig, doc)[1].letter, Some('B'));
    let effects = stores(&mut rig, a, b'Z');
    assert_eq!(n_done(&rig, doc), 3);
    assert!(asks_anew(&effects), "B is to be read after it");
    // the first reading may have been on its way when A stored
    let effects = reads(&mut rig, b, b'A');
    assert_eq!(n_done(&rig, doc), 3);
    assert!(asks_anew(&effects));
    reads(&mut rig, b, b'Z');
    assert_eq!(n_done(&rig, doc), 4);
    let seen = hand(&rig, doc).seen(3).unwrap();
    assert_eq!((seen.words.as_str(), seen.agrees), ("5a 'Z'", Some(true)));
    assert_eq!(hand(&rig, doc).outcome(), HandOutcome::Open);
    for _ in 0..2 {
        let row = (WitnessId::File, read(&rig, doc, b'A'));
        witness(&mut rig, row);
    }
    assert_eq!(n_done(&rig, doc), 5);
    let seen = hand(&rig, doc).seen(4).unwrap();
    assert_eq!((seen.words.as_str(), seen.agrees), ("41 'A'", Some(false)));
    assert_eq!(hand(&rig, doc).outcome(), HandOutcome::Differs(1));
    let told = rig.doc().happened.newest_first().map(|it| it.by.subject());
    assert!(told.into_iter().any(|by| by == "A, process 7"));
}

/// The worker of the file in front says what a row of this program reads.
fn witness(rig: &mut Rig, (id, readout): (WitnessId, Arc<Readout>)) {
    let pages = Vec::new();
    rig.say(FileNews::Witness(
        id,
        WitnessState::Reads { readout, pages },
    ));
}

#[test]
fn what_is_done_before_its_turn_does_not_count_and_says_so() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    let a = runs(&mut rig, doc, ProcessKind::Shared);
    stores(&mut rig, a, b'Z');
    assert_eq!(n_done(&rig, doc), 1);
    assert_eq!(
        hand(&rig, doc).standing(2),
        HandStanding::ToDo { early: true }
    );
    runs(&mut rig, doc, ProcessKind::Private);
    assert_eq!(n_done(&rig, doc), 2, "the store from before does not count");
    assert_eq!(hand(&rig, doc).standing(2), HandStanding::Current);
    assert!(hand(&rig, doc).is_early(2));
    stores(&mut rig, a, b'Z');
    assert_eq!(n_done(&rig, doc), 3);
    assert!(!hand(&rig, doc).is_early(2));
}

#[test]
fn other_bytes_other_places_other_processes_and_refusals_tick_nothing() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    // of another kind than the list has it
    let other = runs(&mut rig, doc, ProcessKind::ReadOnly);
    assert_eq!((n_done(&rig, doc), added(&rig, doc)[0].letter), (0, None));
    let a = runs(&mut rig, doc, ProcessKind::Shared);
    let b = runs(&mut rig, doc, ProcessKind::Private);
    assert_eq!(n_done(&rig, doc), 2);
    stores(&mut rig, a, b'Y');
    stores(&mut rig, b, b'Z');
    stores(&mut rig, other, b'Z');
    rig.point(29);
    stores(&mut rig, a, b'Z');
    rig.point(28);
    rig.act(P::ByteEdited("5a".to_owned()));
    let effects = rig.act(P::Store(a.mapping));
    let (number, offset) = sent(&effects, a.mapping);
    let refused = PeerNews::Refused {
        number,
        offset,
        bytes: vec![b'Z'],
        why: Refusal::Ended,
    };
    peer(&mut rig, a, refused);
    assert_eq!(n_done(&rig, doc), 2);
    stores(&mut rig, a, b'Z');
    assert_eq!(n_done(&rig, doc), 3);
    // readings of others, and of other bytes
    for _ in 0..3 {
        reads(&mut rig, a, b'Z');
    }
    rig.point(100);
    for _ in 0..3 {
        reads(&mut rig, b, b'A');
    }
    assert_eq!(n_done(&rig, doc), 3);
}

#[test]
fn two_tabs_tick_each_its_own() {
    let mut rig = bench(Ok(plan()));
    let first = tried(&mut rig, 9);
    let second = tried(&mut rig, 10);
    let a = runs(&mut rig, second, ProcessKind::Shared);
    assert_eq!((n_done(&rig, first), n_done(&rig, second)), (0, 1));
    rig.act(A::FocusDoc(first));
    rig.point(28);
    let own = runs(&mut rig, first, ProcessKind::Shared);
    runs(&mut rig, first, ProcessKind::Private);
    assert_eq!((n_done(&rig, first), n_done(&rig, second)), (2, 1));
    assert_ne!(own.mapping, a.mapping);
    stores(&mut rig, own, b'Z');
    assert_eq!((n_done(&rig, first), n_done(&rig, second)), (3, 1));
}

#[test]
fn a_process_that_ends_in_the_middle_leaves_its_letter_and_is_missed() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    let a = runs(&mut rig, doc, ProcessKind::Shared);
    runs(&mut rig, doc, ProcessKind::Private);
    assert_eq!(rig.doc().hand_blocked(), None);
    let end = ProcessEnd {
        how: EndHow::Killed(9),
        complaint: None,
        lost_copies: false,
        next: None,
    };
    peer(&mut rig, a, PeerNews::Ended(end));
    assert_eq!(n_done(&rig, doc), 2, "what was observed stays");
    assert!(rig.doc().hand_blocked().unwrap().contains("A has ended"));
    // one that is added now is none of the list's: what A did is gone with it
    runs(&mut rig, doc, ProcessKind::Shared);
    assert_eq!(added(&rig, doc)[2].letter, None);
}

#[test]
fn a_press_gives_the_order_of_its_own_thing_and_of_no_other() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    assert!(
        rig.act(P::DoByHand(2))
            .iter()
            .all(|it| !matches!(it, Effect::Peers(PeerOrder::Store { .. })))
    );
    rig.act(P::DoByHand(0));
    assert_eq!(added(&rig, doc).len(), 1);
    let a = target(&rig, doc, 0);
    peer(&mut rig, a, PeerNews::Runs { pid: 7 });
    reads(&mut rig, a, b'A');
    // pressed twice: the second press was for what is done
    rig.act(P::DoByHand(0));
    assert_eq!(added(&rig, doc).len(), 1);
    rig.act(P::DoByHand(1));
    let b = target(&rig, doc, 1);
    peer(&mut rig, b, PeerNews::Runs { pid: 8 });
    reads(&mut rig, b, b'A');
    rig.point(500);
    let effects = rig.act(P::DoByHand(2));
    let (number, offset) = sent(&effects, a.mapping);
    assert_eq!(offset, 28, "wherever the cursor is");
    assert_eq!(n_done(&rig, doc), 2, "ordered is not observed");
    let news = PeerNews::Stored {
        number,
        offset,
        bytes: vec![b'Z'],
        old: vec![b'A'],
    };
    peer(&mut rig, a, news);
    assert_eq!(n_done(&rig, doc), 3);
    rig.act(P::DoByHand(3));
    assert_eq!(rig.doc().about(), Span::at(28, 1));
}

#[test]
fn what_cannot_be_tried_opens_nothing() {
    let mut rig = bench(Err("A calls mremap".to_owned()));
    let effects = rig.act(LabAction::ByHand(CLAIM.name.to_owned()));
    assert!(rig.opening.is_empty());
    // its own processes can be told
    let is_run =
        |effect: &Effect| matches!(effect, Effect::LabRun { pace, .. } if *pace == Pace::ByHand);
    assert!(effects.iter().any(is_run), "{effects:?}");
    assert!(rig.app.lab.entry(CLAIM.name).unwrap().by_hand.is_err());
}

#[test]
fn from_the_start_a_new_scratch_file_takes_the_place_of_the_old_one() {
    let mut rig = bench(Ok(plan()));
    let doc = tried(&mut rig, 9);
    runs(&mut rig, doc, ProcessKind::Shared);
    rig.act(LabAction::StartOver(doc));
    assert!(rig.app.doc_by(doc).is_none());
    rig.opened(scratch(10, 4096));
    let fresh = rig.doc().id;
    assert_ne!(fresh, doc);
    assert_eq!(n_done(&rig, fresh), 0);
    // once more for one that is gone: nothing
    rig.act(LabAction::StartOver(doc));
    assert!(rig.opening.is_empty());
}

#[test]
fn closed_while_it_is_made_it_is_closed_again() {
    let mut rig = bench(Ok(plan()));
    rig.act(LabAction::ByHand(CLAIM.name.to_owned()));
    let (doc, ..) = rig.opening[0].clone();
    rig.act(F::CloseDoc(doc));
    let effects = rig.opened(scratch(9, 4096));
    assert!(effects.contains(&Effect::Close(doc)));
    assert!(rig.app.doc_by(doc).is_none());
}

#[test]
fn a_file_that_is_shorter_or_deleted_ticks_what_says_so() {
    let items = vec![
        item(HandDeed::Length {
            from: 4096,
            to: 100,
        }),
        item(HandDeed::Length {
            from: 100,
            to: 4096,
        }),
        item(HandDeed::Delete),
    ];
    let mut rig = bench(Ok(HandPlan { items, ..plan() }));
    let doc = tried(&mut rig, 9);
    let state = |file_len, path| FileNews::State(FileState { file_len, path });
    rig.say(state(99, PathNow::Same));
    assert_eq!(n_done(&rig, doc), 0, "another length");
    rig.say(state(4096, PathNow::Same));
    rig.say(state(100, PathNow::Same));
    assert_eq!(n_done(&rig, doc), 1);
    rig.say(state(4096, PathNow::Same));
    assert_eq!(n_done(&rig, doc), 2);
    rig.say(state(4096, PathNow::Deleted));
    assert_eq!(n_done(&rig, doc), 3);
    assert_eq!(hand(&rig, doc).outcome(), HandOutcome::Agrees);
}
