//! Views and generations: what belongs to one mapping stays with it, and the base of an edit is what was drawn.

use mapscope::model::event::DiscardError;
use mapscope::model::{Generation, Target, ViewId, WitnessId, WitnessState};

use super::storage::Storage;
use super::*;

/// A file with a private view and a shared one that may write.
fn two_views() -> (Storage, ViewId, ViewId) {
    let mut storage = Storage::new();
    let private = storage.open("/a", 1, 8);
    storage.act_in(private, M::AddView);
    storage.settle();
    let shared = storage.views()[1];
    let known = storage.view(shared).unwrap();
    assert_eq!(
        (known.mode, known.access),
        (Mode::Shared, Access::ReadOnly),
        "nobody has asked to write to the file yet"
    );
    storage.act_in(shared, M::ToggleAccess);
    storage.settle();
    (storage, private, shared)
}

#[test]
fn a_second_view_has_a_mapping_and_a_journal_of_its_own() {
    let (mut storage, private, shared) = two_views();
    storage.type_at(private, 0, b'P');
    storage.type_at(shared, 1, b'S');
    storage.settle();
    assert_eq!(storage.disk[&1], b"aSaaaaaa");
    let shown = storage.shown(storage.view(private).unwrap());
    assert_eq!(shown, b"PSaaaaaa");
    storage.act_in(private, E::Undo);
    storage.settle();
    assert_eq!(storage.disk[&1], b"aSaaaaaa", "its own edit is undone");
    assert_eq!(storage.shown(storage.view(private).unwrap()), b"aSaaaaaa");
    storage.act_in(shared, E::Undo);
    storage.settle();
    assert_eq!(storage.disk[&1], b"aaaaaaaa");
    // no third one
    storage.act_in(private, M::AddView);
    assert_eq!(storage.views().len(), 2);
    let doc = storage.app.doc().unwrap();
    assert!(doc.notices.get(Topic::Error).is_some());
    storage.assert_rest();
}

/// A shared edit is undone through any shared mapping of the file, a private one in its own only.
#[test]
fn undo_of_a_shared_edit_goes_through_another_shared_view() {
    let (mut storage, private, shared) = two_views();
    storage.type_at(shared, 1, b'S');
    storage.settle();
    storage.act_in(shared, M::ToggleMode);
    storage.act_in(private, M::ToggleMode);
    storage.settle();
    storage.act_in(shared, E::Undo);
    storage.settle();
    assert_eq!(storage.disk[&1], b"aaaaaaaa");
    storage.assert_rest();
}

/// The answer to a question about one view writes nothing of the other one to the file, nor drops it.
#[test]
fn a_switch_of_one_view_leaves_the_edits_of_the_other_alone() {
    for choice in [
        UnsavedChoice::Write,
        UnsavedChoice::Drop,
        UnsavedChoice::Keep,
    ] {
        let (mut storage, first, second) = two_views();
        storage.act_in(second, M::ToggleMode);
        storage.settle();
        storage.type_at(first, 0, b'P');
        storage.type_at(second, 1, b'S');
        storage.settle();
        storage.act_in(second, M::ToggleMode);
        let doc = storage.app.doc().unwrap();
        let asked = &doc.notices.get(Topic::Unsaved).unwrap().text;
        assert!(asked.starts_with("1 byte is edited"), "{asked}");
        storage.act_in(second, D::Unsaved(choice));
        storage.settle();
        assert_eq!(storage.view(second).unwrap().mode, Mode::Shared);
        let file = &storage.disk[&1];
        assert_eq!(file[0], b'a', "nobody asked for that");
        assert_eq!(file[1] == b'S', choice == UnsavedChoice::Write);
        let pending = storage.view(first).unwrap().journal.pending_at(0);
        assert_eq!(pending.map(|byte| byte.value), Some(b'P'), "{choice:?}");
        storage.assert_rest();
    }
}

#[test]
fn a_second_view_that_cannot_be_made_leaves_nothing_behind() {
    let fails: [fn(&mut Rig); 2] = [
        |rig| {
            let order = rig.order(|request| matches!(request, FileRequest::AddView { .. }));
            rig.refuse(&order, Refusal::QueueFull);
        },
        |rig| {
            let order = rig.order(|request| matches!(request, FileRequest::AddView { .. }));
            let FileRequest::AddView { mapping, .. } = order.request else {
                unreachable!()
            };
            let target = Target {
                mapping,
                generation: Generation::FIRST,
                ..order.target
            };
            let news = FileNews::RemapFailed("ENOMEM".to_owned());
            rig.say_of(target, Some(order.number), news);
        },
    ];
    for fail in fails {
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        rig.act(F::Close);
        rig.act(M::AddView);
        fail(&mut rig);
        assert!(!rig.says(Topic::Error).is_empty());
        assert_eq!(rig.doc().views.len(), 1);
        assert!(rig.is_asked(), "it has nothing to do with the question");
        rig.act(M::AddView);
        rig.view_added();
        assert_eq!(rig.doc().views.len(), 2);
    }
}

/// What was written back with a base is what was drawn, not what the worker found, nor what stands there after a remap.
#[test]
fn the_base_of_an_edit_is_what_was_drawn_through_every_remap() {
    let mut rig = open(100);
    rig.say(look(span(0, 100), b'a'));
    rig.point(5);
    rig.type_byte(b'Z');
    rig.stored(|_| StoreOutcome::Stored(b"q".to_vec()));
    rig.assert_says(Topic::Error, &["61", "71", "0x5"]);
    let base = |rig: &mut Rig| {
        rig.act(E::WriteBack);
        let order = rig.order(|request| matches!(request, FileRequest::WriteBack(_)));
        let FileRequest::WriteBack(runs) = &order.request else {
            unreachable!()
        };
        let run = runs[0].clone();
        let wrote = WroteBack {
            conflicts: vec![(5, b'q')],
            ..WroteBack::default()
        };
        rig.answer(&order, FileNews::WroteBack(wrote));
        (run.offset, run.base[0], run.value[0])
    };
    assert_eq!(base(&mut rig), (5, b'a', b'Z'));
    // somebody writes, and the file is mapped anew
    for found in [b"r", b"s"] {
        rig.act(M::Remap);
        rig.remapped(Mode::Private, Access::ReadWrite);
        rig.say(look(span(0, 100), b'r'));
        rig.stored(|_| StoreOutcome::Stored(found.to_vec()));
        rig.assert_says(Topic::Error, &["61"]);
        assert_eq!(base(&mut rig), (5, b'a', b'Z'));
    }
    // and a second edit of the byte does not make the first the base
    rig.say(look(span(0, 100), b'Z'));
    rig.point(5);
    rig.type_byte(b'Y');
    rig.stored(|_| StoreOutcome::Stored(b"Z".to_vec()));
    assert_eq!(base(&mut rig), (5, b'a', b'Y'));
}

/// What is drawn counts at the time of the key, though the store is sent only later.
#[test]
fn the_base_is_what_was_drawn_when_the_key_came() {
    let mut rig = open(100);
    rig.say(look(span(0, 100), b'a'));
    rig.typed(9, b'a', b'b');
    rig.act(E::Undo);
    rig.point(5);
    rig.type_byte(b'Z'); // waits for the undo
    rig.say(look(span(0, 100), b'q'));
    rig.stored(|_| StoreOutcome::Stored(b"b".to_vec()));
    rig.stored(|_| StoreOutcome::Stored(b"q".to_vec()));
    let pending = rig.journal().pending_at(5).unwrap();
    assert_eq!((pending.base, pending.value), (b'a', b'Z'));
}

#[test]
fn undo_of_what_one_discarded_oneself_says_so() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig.act(M::DiscardAll);
    let order = rig.order(|request| matches!(request, FileRequest::Discard(_)));
    rig.answer(&order, FileNews::Discarded(Ok((span(0, 4096), Some(1)))));
    assert!(stores(&rig.act(E::Undo)).is_empty());
    rig.assert_says(Topic::Error, &["you discarded", "0x5"]);
    assert!(!rig.says(Topic::Error).contains("somebody"));
    // a discard that is refused is over
    rig.act(M::DiscardAll);
    let order = rig.order(|request| matches!(request, FileRequest::Discard(_)));
    rig.answer(&order, FileNews::Discarded(Err(DiscardError::Shared)));
    assert!(rig.view().pending.is_empty());
}

/// What was said of an earlier mmap is not shown for the one in its place.
#[test]
fn late_news_of_an_earlier_generation_changes_nothing() {
    let mut rig = open(100);
    rig.say(look(span(0, 100), b'a'));
    rig.typed(5, b'a', b'Z');
    let before = rig.target();
    rig.act(M::Remap);
    rig.remapped(Mode::Private, Access::ReadWrite);
    rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    rig.act(A::ShowTab(Tab::Witnesses));
    let reads = WitnessState::Unavailable("as it was before".to_owned());
    let late = [
        look(span(0, 100), b'q'),
        FileNews::CopiesLost(vec![span(0, 100)]),
        FileNews::Grown(span(0, 900)),
        FileNews::Remapped(mapped(Mode::Shared, Access::ReadOnly, 7)),
        FileNews::Witness(WitnessId::View, reads),
        FileNews::Facts(Box::default()),
    ];
    for news in late {
        let picture = |rig: &Rig| format!("{:?}", rig.app.docs);
        let (was, text) = (picture(&rig), format!("{news:?}"));
        let effects = rig.say_of(before, None, news);
        assert_eq!(was, picture(&rig), "{text}");
        assert!(effects.is_empty(), "{text}: {effects:?}");
    }
}

/// A remap starts after the stores that are out, and a switch asks about those as well.
#[test]
fn a_remap_waits_for_the_stores_of_its_view() {
    let mut rig = open(100);
    rig.type_byte(0x5a);
    rig.type_byte(0x5b);
    assert!(requests(&rig.act(M::Remap)).is_empty());
    rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    let effects = rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    assert!(matches!(
        requests(&effects)[..],
        [FileRequest::Remap { .. }]
    ));
    let mut rig = open(100);
    rig.type_byte(0x5a);
    rig.act(M::ToggleMode);
    assert!(rig.is_asked(), "a store on its way is an edit");
}

/// More than may wait is refused, and an undo that is refused is not counted.
#[test]
fn a_full_queue_is_an_answer() {
    let mut rig = open(1000);
    rig.typed(5, b'a', b'Z');
    rig.act(E::Undo);
    for _ in 0..300 {
        rig.act(E::Undo);
    }
    rig.assert_says(Topic::Error, &["waits for the storage", "not done"]);
    assert_eq!(rig.view().pending.waiting().count(), 256);
    // what is typed then is said with its bytes
    rig.type_byte(0x5a);
    rig.assert_says(Topic::Error, &["5a"]);
}
