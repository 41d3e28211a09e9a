//! Close and Quit ask what is under way, wait for what was chosen and for nothing else, and happen once.

use mapscope::model::effect::Export;

use super::storage::Storage;
use super::*;

/// A store that is not answered is an edit: leaving asks.
#[test]
fn a_store_on_its_way_is_asked_about() {
    for done in [Action::App(A::Quit), Action::File(F::Close)] {
        let mut rig = open(100);
        rig.type_byte(0x5a);
        let effects = rig.act(done.clone());
        assert!(rig.is_asked(), "{done:?}");
        assert!(!effects.contains(&Effect::Quit));
        assert_eq!(rig.app.docs.len(), 1);
    }
}

/// Presses of undo that wait are work that is not done: of shared edits nothing else would tell.
#[test]
fn an_undo_that_waits_is_asked_about() {
    for done in [Action::App(A::Quit), Action::File(F::Close)] {
        let mut rig = shared(100);
        rig.typed(5, b'a', b'Z');
        rig.typed(6, b'a', b'Z');
        rig.act(E::Undo);
        rig.act(E::Undo);
        let effects = rig.act(done.clone());
        assert!(rig.is_asked(), "{done:?}");
        assert!(!effects.contains(&Effect::Quit));
        let answer = match done {
            Action::App(_) => Action::App(A::Unsaved(UnsavedChoice::Write)),
            _ => Action::Doc(D::Unsaved(UnsavedChoice::Write)),
        };
        rig.act(answer);
        assert!(!rig.is_asked());
        let leaves = |effects: &[Effect]| {
            let leave = |effect: &Effect| matches!(effect, Effect::Quit | Effect::Close(_));
            effects.iter().any(leave)
        };
        let first = rig.stored(|_| StoreOutcome::Stored(b"Z".to_vec()));
        assert!(!leaves(&first), "one is undone, one is not");
        assert!(leaves(&rig.stored(|_| StoreOutcome::Stored(b"Z".to_vec()))));
    }
}

/// Quit waits for the write-back, not for the end of a copy that is being saved; nor is that end taken for the other's.
#[test]
fn the_end_of_a_copy_is_not_taken_for_that_of_the_write_back() {
    let both = || {
        let mut rig = open(100);
        rig.act(D::SaveCopy);
        rig.act(D::DestinationSubmitted);
        rig.typed(5, b'a', b'Z');
        rig.act(A::Quit);
        rig.act(A::Unsaved(UnsavedChoice::Write));
        rig
    };
    let mut rig = both();
    assert!(!rig.exported().contains(&Effect::Quit), "the copy's end");
    assert!(rig.wrote().contains(&Effect::Quit));
    // the other way about: the copy is waited for
    let mut rig = both();
    assert!(
        !rig.wrote().contains(&Effect::Quit),
        "a copy is being saved"
    );
    assert!(rig.exported().contains(&Effect::Quit));
}

/// The list of edits that is exported before a file goes holds those too that were on their way.
#[test]
fn an_export_waits_for_what_is_on_its_way() {
    let mut rig = open(100);
    rig.point(5);
    rig.type_byte(b'Z');
    rig.act(F::Close);
    let effects = rig.act(D::Unsaved(UnsavedChoice::Keep));
    assert!(requests(&effects).is_empty(), "the list would lack it");
    let effects = rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    let [
        FileRequest::Export {
            what: Export::Text(text),
            ..
        },
    ] = requests(&effects)[..]
    else {
        panic!("{effects:?}");
    };
    assert!(text.contains("\n0x5\t61\t5a\n"), "{text}");
    let leave = Effect::Close(rig.doc().id);
    assert!(rig.exported().contains(&leave));
}

/// What was typed after an answer was given keeps the file, and the answer is not waited for any longer: nothing closes by
/// surprise later.
#[test]
fn what_is_typed_after_the_answer_keeps_the_file() {
    for choice in [UnsavedChoice::Write, UnsavedChoice::Keep] {
        for done in [Action::App(A::Quit), Action::File(F::Close)] {
            let mut rig = open(100);
            rig.typed(5, b'a', b'Z');
            rig.act(done.clone());
            rig.act(match done {
                Action::App(_) => Action::App(A::Unsaved(choice)),
                _ => Action::Doc(D::Unsaved(choice)),
            });
            rig.point(6);
            rig.type_byte(b'Y');
            let leaves = |effects: &[Effect]| {
                let leave = |effect: &Effect| matches!(effect, Effect::Quit | Effect::Close(_));
                effects.iter().any(leave)
            };
            let end = match choice {
                UnsavedChoice::Write => rig.wrote(),
                _ => rig.exported(),
            };
            assert!(!leaves(&end), "{choice:?}");
            let end = rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
            assert!(!leaves(&end), "{choice:?}: Y is nowhere but here");
            assert!(!rig.app.is_settling(), "{choice:?} {done:?}");
            rig.assert_says(Topic::Error, &["data.bin", "stays open"]);
            rig.act(E::WriteBack);
            assert!(!leaves(&rig.wrote()), "by surprise");
        }
    }
}

/// The question stands while what it asks about is settled otherwise: its answer still lets the window go.
#[test]
fn a_question_that_has_become_void_still_answers() {
    for choice in [
        UnsavedChoice::Write,
        UnsavedChoice::Keep,
        UnsavedChoice::Drop,
    ] {
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        rig.act(E::WriteBack);
        rig.act(A::Quit);
        assert!(rig.is_asked());
        rig.wrote();
        let effects = rig.act(A::Unsaved(choice));
        assert!(effects.contains(&Effect::Quit), "{choice:?}");
    }
}

/// A file that is closed while the window waits for it is not waited for any longer.
#[test]
fn a_file_closed_meanwhile_is_not_waited_for() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    let hangs = rig.view().id;
    rig.open(file("/other", 2, 100));
    rig.typed(5, b'a', b'Y');
    rig.act(A::Quit);
    rig.act(A::Unsaved(UnsavedChoice::Write));
    rig.act_in(Some(hangs), F::Close);
    let effects = rig.act_in(Some(hangs), D::Unsaved(UnsavedChoice::Drop));
    assert!(
        !effects.contains(&Effect::Quit),
        "the other one is not written"
    );
    rig.orders.remove(0);
    assert!(rig.wrote().contains(&Effect::Quit));
}

/// Another question about a file that the window waits for, and Cancel, call the quit off: nothing waits for ever, and the
/// window does not go by surprise.
#[test]
fn another_question_calls_the_quit_off() {
    let answers: [fn(&mut Rig); 2] = [
        |rig| {
            rig.act(M::ToggleMode);
        },
        |rig| {
            rig.act(F::Close);
            rig.act(D::Unsaved(UnsavedChoice::Stay));
        },
    ];
    for answer in answers {
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        rig.act(A::Quit);
        rig.act(A::Unsaved(UnsavedChoice::Write));
        answer(&mut rig);
        assert!(!rig.app.is_settling());
        assert!(!rig.wrote().contains(&Effect::Quit));
        assert!(
            !rig.act(D::Unsaved(UnsavedChoice::Stay))
                .contains(&Effect::Quit)
        );
        assert!(rig.act(A::Quit).contains(&Effect::Quit), "asked for again");
    }
}

/// A file that stays open stops the quit that waits for it; another one's question is left alone.
#[test]
fn what_fails_in_one_file_leaves_the_question_about_all_alone() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig.act(F::Close);
    rig.act(D::Unsaved(UnsavedChoice::Write));
    rig.act(A::Quit);
    let order = rig.order(|request| matches!(request, FileRequest::WriteBack(_)));
    rig.refuse(&order, Refusal::QueueFull);
    assert!(rig.app.notices.get(Topic::Unsaved).is_some());
    let effects = rig.act(A::Unsaved(UnsavedChoice::Drop));
    assert!(
        effects.contains(&Effect::Quit),
        "its buttons do what they say"
    );
}

/// A sync that failed leaves the edits unsaved, whichever way it was asked for, until one succeeds or they are exported.
#[test]
fn edits_stay_unsaved_until_a_write_and_a_sync_succeeded() {
    let not_synced = |rig: &mut Rig| {
        rig.act(E::WriteBack);
        let order = rig.order(|request| matches!(request, FileRequest::WriteBack(_)));
        let wrote = WroteBack {
            written: vec![span(5, 6)],
            synced: false,
            conflicts: Vec::new(),
            error: Some("the device refused it".to_owned()),
        };
        rig.answer(&order, FileNews::WroteBack(wrote));
    };
    let flushed = |rig: &mut Rig, result| {
        rig.act(M::Flush);
        let order = rig.order(|request| *request == FileRequest::Flush);
        rig.answer(&order, FileNews::Flushed(result));
    };
    let asks = |rig: &mut Rig| {
        let effects = rig.act(A::Quit);
        let asks = rig.is_asked();
        assert_ne!(asks, effects.contains(&Effect::Quit));
        rig.act(A::Unsaved(UnsavedChoice::Stay));
        asks
    };
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    not_synced(&mut rig);
    assert!(asks(&mut rig));
    rig.assert_says(Topic::Error, &["refused"]);
    rig.act(E::WriteBack);
    rig.wrote();
    assert!(!asks(&mut rig), "written once more, and synced");
    for result in [
        Err("EIO".to_owned()),
        Ok(Flushed::EarlierFailure("EIO".to_owned())),
    ] {
        let mut rig = shared(100);
        rig.typed(5, b'a', b'Z');
        assert!(!asks(&mut rig), "it is in the file");
        flushed(&mut rig, result);
        assert!(asks(&mut rig));
        rig.act(D::ExportEdits);
        rig.act(D::DestinationSubmitted);
        rig.exported();
        assert!(!asks(&mut rig), "it is listed elsewhere");
    }
}

/// Two files, one settled at once, the other late: the window goes once, after both.
#[test]
fn the_window_goes_once_when_the_last_file_is_settled() {
    let mut storage = Storage::new();
    let views = [storage.open("/a", 1, 8), storage.open("/b", 2, 8)];
    let docs = storage.workers();
    for view in views {
        storage.type_at(view, 0, b'Z');
    }
    storage.act(None, A::Quit);
    storage.answer(UnsavedChoice::Write);
    for _ in 0..2 {
        storage.carry_out(docs[0]);
        storage.hear(docs[0]);
    }
    assert_eq!((storage.quits, storage.disk[&1][0]), (0, b'Z'));
    storage.settle();
    assert_eq!((storage.quits, storage.disk[&2][0]), (1, b'Z'));
}
