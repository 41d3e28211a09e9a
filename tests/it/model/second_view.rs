//! A second view of a file goes as it came: by itself, after what is under way on it, with a question about its edits.

use mapscope::model::saving::What;
use mapscope::model::{ViewId, WitnessId};

use super::storage::Storage;
use super::*;

/// A file with a private view and a second, private one.
fn two_private() -> (Storage, ViewId, ViewId) {
    let mut storage = Storage::new();
    let first = storage.open("/a", 1, 8);
    storage.act_in(first, M::AddView);
    storage.settle();
    let second = storage.views()[1];
    for action in [M::ToggleMode, M::ToggleAccess] {
        storage.act_in(second, action);
        storage.settle();
    }
    (storage, first, second)
}

fn picture(storage: &Storage, view: ViewId) -> String {
    let known = storage.view(view).unwrap();
    format!(
        "{:?} {:?} {:?}",
        known.journal, known.pending, known.viewport
    )
}

#[test]
fn a_view_goes_by_itself_and_the_last_one_with_its_file() {
    let (mut storage, first, second) = two_private();
    storage.type_at(first, 0, b'P');
    storage.settle();
    let before = picture(&storage, first);
    storage.act_in(second, F::CloseView);
    assert_eq!(storage.views(), [first]);
    assert!(storage.questions().1.is_empty(), "nothing of it is lost");
    assert_eq!(
        storage.app.view().unwrap().id,
        first,
        "it has the focus now"
    );
    storage.settle();
    assert_eq!(picture(&storage, first), before);
    storage.assert_rest();
    // and another one may come
    storage.act_in(first, M::AddView);
    storage.settle();
    assert_eq!(storage.views().len(), 2);
    let third = storage.views()[1];
    storage.act_in(third, F::CloseView);
    storage.settle();
    storage.act_in(first, F::CloseView);
    assert_eq!(
        storage.questions().1,
        [first],
        "asked as when the file is closed"
    );
    storage.act_in(first, D::Unsaved(UnsavedChoice::Drop));
    storage.settle();
    assert!(storage.views().is_empty());
    assert_eq!(storage.disk[&1], b"aaaaaaaa");
}

/// Its edits are asked about, and no answer touches those of the other view, nor what is being saved of the file.
#[test]
fn the_edits_of_a_view_that_is_closed_are_asked_about() {
    for choice in [
        UnsavedChoice::Write,
        UnsavedChoice::Keep,
        UnsavedChoice::Drop,
        UnsavedChoice::Stay,
    ] {
        let (mut storage, first, second) = two_private();
        storage.type_at(first, 0, b'P');
        storage.type_at(second, 1, b'S');
        storage.settle();
        storage.act_in(first, D::SaveCopy);
        storage.act_in(first, D::DestinationSubmitted);
        storage.act_in(second, F::CloseView);
        let doc = storage.app.doc().unwrap();
        let asked = &doc.notices.get(Topic::Unsaved).unwrap().text;
        assert!(asked.starts_with("1 byte is edited"), "{asked}");
        assert!(asked.contains("The view is about to be closed"), "{asked}");
        assert_eq!(storage.views().len(), 2, "it waits for the answer");
        storage.act_in(second, D::Unsaved(choice));
        let jobs = &storage.app.doc().unwrap().jobs;
        let copies = jobs.iter().any(|job| job.what == What::View);
        assert!(copies, "{choice:?}: the copy is not stopped");
        storage.settle();
        let stays = choice == UnsavedChoice::Stay;
        assert_eq!(storage.views().len(), 1 + usize::from(stays), "{choice:?}");
        let file = &storage.disk[&1];
        assert_eq!(file[0], b'a', "nobody asked for that");
        assert_eq!(file[1] == b'S', choice == UnsavedChoice::Write);
        let listed = storage
            .exports
            .iter()
            .any(|(_, edits)| edits.get(&1) == Some(&b'S'));
        assert_eq!(listed, choice == UnsavedChoice::Keep);
        let pending = storage.view(first).unwrap().journal.pending_at(0);
        assert_eq!(pending.map(|byte| byte.value), Some(b'P'), "{choice:?}");
        storage.assert_rest();
    }
}

/// What is under way on it is asked about too, and done before it goes.
#[test]
fn a_view_that_is_closed_waits_for_what_is_under_way_on_it() {
    let (mut storage, first, second) = two_private();
    storage.type_at(second, 1, b'S');
    storage.act_in(second, F::CloseView);
    assert_eq!(
        storage.questions().1,
        [second],
        "a store on its way is an edit"
    );
    storage.act_in(second, D::Unsaved(UnsavedChoice::Write));
    assert_eq!(storage.views().len(), 2);
    storage.settle();
    assert_eq!(storage.views(), [first]);
    assert_eq!(storage.disk[&1], b"aSaaaaaa");
    storage.assert_rest();
}

/// Whatever is said of a view that is gone changes nothing, and a store that comes back stands in the tray.
#[test]
fn late_answers_for_a_dropped_view_are_ignored() {
    let mut rig = open(100);
    let first = rig.view().id;
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act_in(Some(second), F::Open("/other".into())); // its tab comes forward later
    rig.act_in(Some(second), M::ToggleMode);
    let remap = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    let mut target = remap.target;
    target.generation = target.generation.next();
    let whole = mapped(Mode::Private, Access::ReadWrite, 100);
    rig.say_of(
        target,
        Some(remap.number),
        FileNews::Remapped(whole.clone()),
    );
    rig.act_in(Some(second), V::SelectAll);
    rig.act_in(Some(second), E::HexDigit(5));
    rig.act_in(Some(second), E::HexDigit(10));
    let store = rig.order(|request| matches!(request, FileRequest::Store(_)));
    rig.act_in(Some(second), P::StoreAs(WitnessId::File));
    let witness = rig.order(|request| matches!(request, FileRequest::WitnessStore { .. }));
    rig.act_in(Some(second), F::CloseView);
    assert!(rig.is_asked());
    rig.act_in(Some(second), D::Unsaved(UnsavedChoice::Drop));
    let drop = rig.order(|request| *request == FileRequest::DropView);
    assert_eq!(drop.target, store.target);
    assert_eq!(rig.view().id, first);
    let stored = FileNews::Stored {
        purpose: Purpose::Edit,
        mode: Mode::Private,
        at: std::time::SystemTime::UNIX_EPOCH,
        results: Vec::new(),
        lost: vec![span(0, 100)],
    };
    let mut next = target;
    next.generation = next.generation.next();
    let late = [
        (target, None, look(span(0, 100), b'q')),
        (target, None, FileNews::CopiesLost(vec![span(0, 100)])),
        (target, None, FileNews::Grown(span(0, 900))),
        (target, Some(store.number), stored),
        (next, None, FileNews::Remapped(whole)),
        (target, None, FileNews::Facts(Box::default())),
    ];
    let picture = |rig: &Rig| format!("{:?} {:?}", rig.app.docs, rig.app.tray);
    for (target, number, news) in late {
        let (was, text) = (picture(&rig), format!("{news:?}"));
        let effects = rig.say_of(target, number, news);
        assert_eq!(was, picture(&rig), "{text}");
        assert!(requests(&effects).is_empty(), "{text}: {effects:?}");
    }
    rig.refuse(&witness, Refusal::Gone);
    let tray = rig.app.tray.orders();
    assert_eq!(tray.len(), 1);
    assert_eq!(
        (tray[0].number, &tray[0].parts[0].bytes[..]),
        (witness.number, &b"!"[..])
    );
    rig.answer(&drop, FileNews::Dropped);
    assert!(requests(&rig.say(look(span(0, 100), b'a'))).is_empty());
}

/// A full queue is an answer: the mapping is dropped once there is room, or it would stay for ever.
#[test]
fn a_drop_that_a_full_queue_did_not_take_is_asked_for_again() {
    let mut rig = open(100);
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act_in(Some(second), F::CloseView);
    let drop = rig.order(|request| *request == FileRequest::DropView);
    rig.refuse(&drop, Refusal::QueueFull);
    assert!(rig.orders.is_empty());
    rig.say(look(span(0, 100), b'a'));
    let again = rig.order(|request| *request == FileRequest::DropView);
    assert_eq!(again.target, drop.target);
    // where it is gone already there is nothing left to ask for
    rig.refuse(&again, Refusal::Gone);
    rig.say(look(span(0, 100), b'a'));
    assert!(rig.orders.is_empty());
}

/// The mapping of a view that is closed is given back to the system, and what is ordered for it later comes back.
#[cfg(target_os = "linux")]
#[test]
fn the_mapping_of_a_dropped_view_is_gone() {
    use crate::worker::{FIRST, Worker};
    use mapscope::model::MappingId;
    use mapscope::model::event::FileEvent;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two-views.bin");
    std::fs::write(&path, [b'A'; 8192]).unwrap();
    let n_mapped = || {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let path = path.to_str().unwrap();
        maps.lines().filter(|line| line.ends_with(path)).count()
    };
    let worker = Worker::open(path.clone(), |event| event);
    let (first, second) = (FIRST, MappingId(FIRST.0 + 1));
    // sends an order, and hears what comes of it
    let ask = |mapping: MappingId, request: FileRequest| {
        let number = worker.send_to(mapping, request);
        loop {
            if let Event::File(FileEvent {
                number: Some(answered),
                news,
                ..
            }) = worker.hear()
                && answered == number
            {
                return news;
            }
        }
    };
    let store = |byte: u8| {
        FileRequest::Store(StoreBatch {
            purpose: Purpose::Edit,
            stores: vec![Store {
                offset: 0,
                bytes: vec![byte],
                expect: None,
            }],
            beside: Vec::new(),
        })
    };
    ask(first, store(b'P'));
    let add = FileRequest::AddView {
        mapping: second,
        mode: Mode::Private,
        access: Access::ReadWrite,
    };
    ask(first, add);
    ask(second, store(b'S'));
    let before = n_mapped();
    assert!(before >= 2, "{before}");
    assert!(matches!(
        ask(second, FileRequest::DropView),
        FileNews::Dropped
    ));
    assert_eq!(n_mapped(), before - 1);
    match ask(second, store(b'T')) {
        FileNews::Refused(request, why) => {
            assert_eq!((*request, why), (store(b'T'), Refusal::Gone));
        }
        other => panic!("{other:?}"),
    }
    match ask(first, FileRequest::Peek(span(0, 2))) {
        FileNews::Peeked(readout) => assert_eq!(readout.bytes, b"PA"),
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(&path).unwrap(), [b'A'; 8192]);
    // the last one goes with its file
    assert!(matches!(
        ask(first, FileRequest::DropView),
        FileNews::Refused(..)
    ));
    assert_eq!(n_mapped(), before - 1);
}

/// Typing what stands there already changes nothing, so it is no edit, also where another view writes over it later: the
/// base of an edit is what stood there, and is never another one.
#[test]
fn what_the_file_held_when_it_was_typed_is_no_edit() {
    let mut storage = Storage::new();
    let private = storage.open("/a", 1, 8);
    storage.act_in(private, M::AddView);
    storage.settle();
    let shared = storage.views()[1];
    storage.act_in(shared, M::ToggleAccess);
    storage.settle();
    storage.type_at(shared, 4, b'Y');
    storage.settle();
    storage.type_at(private, 4, b'Y');
    storage.settle();
    storage.act_in(shared, E::Undo);
    storage.settle();
    assert_eq!(storage.disk[&1], b"aaaaaaaa");
    assert!(!storage.view(private).unwrap().has_unsaved());
    assert!(storage.newest.is_empty(), "somebody wrote over it");
    // where the person saw something else, it is one
    storage.type_at(private, 5, b'Y');
    storage.settle();
    assert!(storage.view(private).unwrap().has_unsaved());
}
