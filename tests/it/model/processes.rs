//! How many processes there may be, which of the built-in pairs end, and what is kept of stores that they refuse.

use mapscope::model::process::ProcessKind;
use mapscope::model::process::{PeerEvent, PeerNews, PeerOrder};
use mapscope::model::{DocId, Generation, MappingId, Target, ViewId};

use super::*;

fn orders(effects: &[Effect]) -> Vec<&PeerOrder> {
    let orders = effects.iter().filter_map(|effect| match effect {
        Effect::Peers(order) => Some(order),
        _ => None,
    });
    orders.collect()
}

fn starts(effects: &[Effect], of_pair: bool) -> Vec<Target> {
    let starts = orders(effects).into_iter().filter_map(|order| match order {
        PeerOrder::Start {
            target, built_in, ..
        } => (*built_in == of_pair).then_some(*target),
        _ => None,
    });
    starts.collect()
}

fn ends(effects: &[Effect]) -> Vec<MappingId> {
    let ends = orders(effects).into_iter().filter_map(|order| match order {
        PeerOrder::End { target } => Some(target.mapping),
        _ => None,
    });
    ends.collect()
}

fn add(rig: &mut Rig) -> usize {
    starts(&rig.act(P::Add(ProcessKind::Shared)), false).len()
}

#[test]
fn a_file_has_twelve_at_most_and_the_refusal_names_it() {
    let mut rig = open(100);
    for _ in 0..12 {
        assert_eq!(add(&mut rig), 1);
    }
    assert_eq!(add(&mut rig), 0);
    rig.assert_says(Topic::Error, &["12 processes", "data.bin"]);
    let parent = rig.doc().processes.list().last().unwrap().mapping;
    assert!(
        orders(&rig.act(P::Fork(parent))).is_empty(),
        "a child is one too"
    );
    rig.act(P::Remove(parent));
    assert_eq!(add(&mut rig), 1);
}

#[test]
fn all_files_have_thirty_two_at_most_and_the_refusal_names_the_tab_that_has_most() {
    let mut rig = open(100);
    for (inode, n) in [(1, 9), (2, 12), (3, 11)] {
        if inode > 1 {
            rig.open(file(&format!("/folder/{inode}.bin"), inode, 100));
        }
        for _ in 0..n {
            assert_eq!(add(&mut rig), 1);
        }
    }
    rig.open(file("/folder/last.bin", 4, 100));
    assert_eq!(add(&mut rig), 0);
    rig.assert_says(Topic::Error, &["32 processes", "2.bin", "12"]);
    let second = rig.app.docs[1].view().id;
    let most = rig.app.docs[1].processes.list().last().unwrap().mapping;
    rig.act_in(Some(second), P::Remove(most));
    let last = rig.app.docs[3].view().id;
    let effects = rig.act_in(Some(last), P::Add(ProcessKind::Private));
    assert_eq!(starts(&effects, false).len(), 1);
}

/// Shows the witnesses of this file.
fn show(rig: &mut Rig, doc: DocId) -> Vec<Effect> {
    rig.act(A::FocusDoc(doc))
}

fn pair(rig: &Rig, doc: DocId) -> Vec<MappingId> {
    let doc = rig.app.doc_by(doc).unwrap();
    doc.processes
        .built_in()
        .map(|process| process.mapping)
        .collect()
}

/// Five files, whose witnesses were shown one after the other.
fn five() -> (Rig, Vec<DocId>) {
    let mut rig = open(100);
    for inode in 2..=4 {
        rig.open(file(&format!("/folder/{inode}.bin"), inode, 100));
    }
    let ids = rig.app.docs.iter().map(|doc| doc.id).collect();
    (rig, ids)
}

#[test]
fn a_pair_starts_when_its_panel_is_first_shown_and_not_again() {
    let mut rig = Rig::new();
    rig.act(A::TogglePanel);
    rig.open(file(PATH, 1, 100));
    assert_eq!(rig.doc().processes.built_in().count(), 0, "nobody looks");
    let effects = rig.act(A::TogglePanel);
    assert_eq!(starts(&effects, true).len(), 2);
    let watched = |effects: &[Effect]| {
        let orders = orders(effects).into_iter();
        let spans = orders.filter_map(|order| match order {
            PeerOrder::Watch { span, .. } => Some(*span),
            _ => None,
        });
        spans.collect::<Vec<_>>()
    };
    let effects = rig.act(A::TogglePanel);
    assert_eq!(watched(&effects), [None], "a hidden one is not read");
    let effects = rig.act(A::TogglePanel);
    assert_eq!(watched(&effects), [Some(span(0, 1))]);
    assert!(starts(&effects, true).is_empty(), "it still runs");
}

#[test]
fn beyond_four_pairs_the_one_shown_longest_ago_ends() {
    let (mut rig, ids) = five();
    show(&mut rig, ids[0]);
    show(&mut rig, ids[3]);
    let oldest = pair(&rig, ids[1]);
    rig.act(F::Open(PathBuf::from("/folder/5.bin")));
    let effects = rig.opened(file("/folder/5.bin", 5, 100));
    assert_eq!(ends(&effects), oldest);
    assert!(pair(&rig, ids[1]).is_empty());
    // shown again it has another one, and the next oldest ends
    let next = pair(&rig, ids[2]);
    let effects = show(&mut rig, ids[1]);
    assert_eq!(starts(&effects, true).len(), 2);
    assert_eq!(ends(&effects), next);
}

fn say(rig: &mut Rig, doc: DocId, mapping: MappingId, news: PeerNews) {
    let target = Target {
        doc,
        mapping,
        generation: Generation::FIRST,
    };
    rig.hear(Event::Peer(PeerEvent { target, news }));
}

#[test]
fn a_pair_that_holds_a_copy_or_an_order_does_not_end() {
    let (mut rig, ids) = five();
    // the private one of the first holds a copy, the shared one of the second has an order
    let (with_copy, with_order) = (pair(&rig, ids[0])[1], pair(&rig, ids[1])[0]);
    let view = |rig: &Rig, doc: DocId| -> ViewId { rig.app.doc_by(doc).unwrap().view().id };
    let number = |effects: &[Effect]| match orders(effects)[..] {
        [PeerOrder::Store { number, .. }, ..] => *number,
        _ => panic!("{effects:?}"),
    };
    let first = view(&rig, ids[0]);
    let stored = number(&rig.act_in(Some(first), P::Store(with_copy)));
    let done = PeerNews::Stored {
        number: stored,
        offset: 0,
        bytes: vec![0x21],
        old: vec![b'a'],
    };
    say(&mut rig, ids[0], with_copy, done);
    let second = view(&rig, ids[1]);
    let waits = number(&rig.act_in(Some(second), P::Store(with_order)));
    let oldest = pair(&rig, ids[2]);
    rig.act(F::Open(PathBuf::from("/folder/5.bin")));
    let effects = rig.opened(file("/folder/5.bin", 5, 100));
    assert_eq!(ends(&effects), oldest);
    // answered, the second's may end with the next
    let refused = PeerNews::Refused {
        number: waits,
        offset: 0,
        bytes: vec![0x21],
        why: Refusal::Ended,
    };
    say(&mut rig, ids[1], with_order, refused);
    let of_second = pair(&rig, ids[1]);
    rig.act(F::Open(PathBuf::from("/folder/6.bin")));
    let effects = rig.opened(file("/folder/6.bin", 6, 100));
    assert_eq!(ends(&effects), of_second);
    assert_eq!(pair(&rig, ids[0]).len(), 2);
    // and what was refused stands in the tray, once, with its bytes
    let [order] = rig.app.tray.orders() else {
        panic!("{:?}", rig.app.tray);
    };
    assert_eq!(
        (order.number, order.parts[0].bytes.as_slice()),
        (waits, &[0x21][..])
    );
    assert!(order.words().contains("21 was not written at 0x0 of 2.bin"));
    assert!(!order.words().contains("process 0"), "{}", order.words());
}

#[test]
fn news_of_an_earlier_process_is_not_of_the_one_in_its_place() {
    let mut rig = open(100);
    let doc = rig.doc().id;
    let mapping = pair(&rig, doc)[0];
    let target = |generation| Target {
        doc,
        mapping,
        generation: Generation(generation),
    };
    let news = |pid| PeerNews::Runs { pid };
    rig.hear(Event::Peer(PeerEvent {
        target: target(2),
        news: news(22),
    }));
    rig.hear(Event::Peer(PeerEvent {
        target: target(1),
        news: news(11),
    }));
    assert_eq!(rig.doc().processes.get(mapping).unwrap().pid, Some(22));
    let other = Target {
        doc: DocId(doc.0 + 100),
        ..target(3)
    };
    rig.hear(Event::Peer(PeerEvent {
        target: other,
        news: news(33),
    }));
    assert_eq!(rig.doc().processes.get(mapping).unwrap().pid, Some(22));
}
