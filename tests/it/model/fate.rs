//! What becomes of private edits when their mapping, their file or the window is about to go.

use mapscope::model::effect::{Export, IfExists};

use super::rig::Done;
use super::*;

/// One byte typed at 5, and what is asked then.
fn asked(done: impl Done) -> Rig {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    let effects = rig.act(done);
    assert!(
        requests(&effects).is_empty(),
        "not before it is answered: {effects:?}"
    );
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Open(..) | Effect::Close(_) | Effect::Quit))
    );
    assert!(rig.is_asked());
    rig
}

/// The same, where the question is the file's own.
fn asked_of_file(done: impl Done) -> Rig {
    let rig = asked(done);
    rig.assert_says(Topic::Unsaved, &["1 byte is edited privately in data.bin"]);
    let notice = rig.doc().notices.get(Topic::Unsaved).unwrap();
    assert!(!notice.dismissable, "it must be answered");
    assert_eq!(
        answers(notice),
        CHOICES.map(|choice| Action::Doc(D::Unsaved(choice)))
    );
    rig
}

const CHOICES: [UnsavedChoice; 4] = [
    UnsavedChoice::Write,
    UnsavedChoice::Keep,
    UnsavedChoice::Drop,
    UnsavedChoice::Stay,
];

fn answers(notice: &Notice) -> Vec<Action> {
    let actions = notice.actions.iter();
    actions.map(|(_, action)| action.clone()).collect()
}

#[track_caller]
fn assert_edits(rig: &Rig, pending: usize, patch: usize) {
    let journal = rig.journal();
    assert_eq!(
        (journal.pending_bytes(), journal.patch_bytes()),
        (pending, patch)
    );
    assert_eq!(journal.edits().len(), 1, "the edit stays listed");
}

/// The remap to shared that the switch is about.
fn to_shared() -> FileRequest {
    FileRequest::Remap {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: None,
    }
}

fn write_back() -> FileRequest {
    FileRequest::WriteBack(vec![mapscope::model::journal::PendingRun {
        offset: 5,
        base: b"a".to_vec(),
        value: b"Z".to_vec(),
    }])
}

#[test]
fn to_shared_write_them() {
    let mut rig = asked_of_file(M::ToggleMode);
    let effects = rig.act(D::Unsaved(UnsavedChoice::Write));
    assert_eq!(requests(&effects), [&write_back()]);
    assert_edits(&rig, 1, 0);
    let effects = rig.wrote();
    assert!(requests(&effects).contains(&&to_shared()), "{effects:?}");
    rig.remapped(Mode::Shared, Access::ReadWrite);
    assert_edits(&rig, 0, 0);
    assert!(rig.view().writes_through());
    assert_eq!(rig.says(Topic::Patch), "");
}

#[test]
fn to_shared_keep_them() {
    let mut rig = asked_of_file(M::SetMode(Mode::Shared));
    let effects = rig.act(D::Unsaved(UnsavedChoice::Keep));
    assert_eq!(requests(&effects), [&to_shared()]);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    assert_edits(&rig, 0, 1);
    rig.assert_says(Topic::Patch, &["1 edited byte"]);
    rig.remapped(Mode::Private, Access::ReadWrite);
    let expected = Store {
        offset: 5,
        bytes: b"Z".to_vec(),
        expect: None,
    };
    assert_eq!(stores(&rig.act(E::Reapply)), [expected]);
}

#[test]
fn to_shared_drop_them() {
    let mut rig = asked_of_file(M::ToggleMode);
    let effects = rig.act(D::Unsaved(UnsavedChoice::Drop));
    assert_eq!(requests(&effects), [&to_shared()]);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    assert_edits(&rig, 0, 0);
    assert_eq!(rig.says(Topic::Patch), "");
}

#[test]
fn to_shared_stay() {
    let mut rig = asked_of_file(M::ToggleMode);
    let effects = rig.act(D::Unsaved(UnsavedChoice::Stay));
    assert!(requests(&effects).is_empty());
    assert_edits(&rig, 1, 0);
    assert_eq!(rig.view().mode, Mode::Private);
    assert_eq!(rig.says(Topic::Unsaved), "");
    // a write-back of later has nothing to do with it
    rig.act(E::WriteBack);
    assert!(
        requests(&rig.wrote())
            .iter()
            .all(|request| matches!(request, FileRequest::GiveBack(_)))
    );
}

#[test]
fn a_read_only_private_view_asks_too() {
    let mut rig = asked_of_file(M::ToggleAccess);
    let effects = rig.act(D::Unsaved(UnsavedChoice::Keep));
    let expected = FileRequest::Remap {
        mode: Mode::Private,
        access: Access::ReadOnly,
        span: None,
    };
    assert_eq!(requests(&effects), [&expected]);
    rig.remapped(Mode::Private, Access::ReadOnly);
    assert_edits(&rig, 0, 1);
    rig.assert_says(Topic::Patch, &["1 edited byte"]);
    assert!(stores(&rig.act(E::Reapply)).is_empty());
    rig.assert_says(Topic::Error, &["read-only"]);
}

/// In shared mode reapplying reaches the file: it is worded so, and compares as writing back does.
#[test]
fn to_shared_keep_them_and_reapply_to_the_file() {
    let mut rig = asked_of_file(M::ToggleMode);
    rig.act(D::Unsaved(UnsavedChoice::Keep));
    rig.remapped(Mode::Shared, Access::ReadWrite);
    let (label, action) = rig.doc().notices.get(Topic::Patch).unwrap().actions[0].clone();
    assert_eq!(
        (label.as_str(), &action),
        ("Reapply to the file", &Action::Edit(E::Reapply))
    );
    let effects = rig.act(action);
    assert_eq!(
        requests(&effects),
        [&write_back()],
        "what somebody else wrote there meanwhile is compared with, not written over"
    );
    rig.wrote();
    assert_edits(&rig, 0, 0);
    assert_eq!(rig.says(Topic::Patch), "");
    assert!(!rig.doc().has_unsaved());
}

/// What waits for reapplication is asked about as well as what the mapping holds (it came back to a private label).
#[test]
fn the_switch_to_shared_asks_about_edits_that_wait() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig.say(FileNews::CopiesLost(vec![span(0, 4096)]));
    let label = |rig: &Rig| {
        rig.doc().notices.get(Topic::Patch).unwrap().actions[0]
            .0
            .clone()
    };
    assert_eq!(label(&rig), "Reapply");
    assert!(requests(&rig.act(M::ToggleMode)).is_empty());
    rig.assert_says(Topic::Unsaved, &["1 byte is edited privately in data.bin"]);
    rig.act(D::Unsaved(UnsavedChoice::Keep));
    rig.remapped(Mode::Shared, Access::ReadWrite);
    assert_eq!(label(&rig), "Reapply to the file");
    rig.act(M::ToggleMode);
    rig.remapped(Mode::Private, Access::ReadWrite);
    assert_eq!(label(&rig), "Reapply");
}

/// The ways to leave a file with one byte edited, how each is answered, and what leaving looks like.
struct Leaving {
    rig: Rig,
    leave: Effect,
    answer: fn(UnsavedChoice) -> Action,
}

fn leaving() -> [Leaving; 2] {
    let quit = asked(A::Quit);
    let notice = quit.app.notices.get(Topic::Unsaved).unwrap();
    assert!(!notice.dismissable, "it must be answered");
    assert!(
        notice.text.contains("data.bin: 1 edited byte"),
        "{}",
        notice.text
    );
    assert_eq!(
        answers(notice),
        CHOICES.map(|choice| Action::App(A::Unsaved(choice)))
    );
    let close = asked_of_file(F::Close);
    let id = close.doc().id;
    [
        Leaving {
            rig: quit,
            leave: Effect::Quit,
            answer: |choice| Action::App(A::Unsaved(choice)),
        },
        Leaving {
            rig: close,
            leave: Effect::Close(id),
            answer: |choice| Action::Doc(D::Unsaved(choice)),
        },
    ]
}

#[test]
fn leaving_writes_first() {
    for Leaving {
        mut rig,
        leave,
        answer,
    } in leaving()
    {
        let effects = rig.act(answer(UnsavedChoice::Write));
        assert_eq!(requests(&effects), [&write_back()]);
        assert!(!effects.contains(&leave));
        assert!(rig.wrote().contains(&leave), "{leave:?}");
    }
}

#[test]
fn leaving_exports_first() {
    for Leaving {
        mut rig,
        leave,
        answer,
    } in leaving()
    {
        let effects = rig.act(answer(UnsavedChoice::Keep));
        let [
            FileRequest::Export {
                what: Export::Text(text),
                if_exists: IfExists::Number,
                ..
            },
        ] = requests(&effects)[..]
        else {
            panic!("{effects:?}");
        };
        assert!(text.contains("0x5\t61\t5a"), "{text}");
        assert_edits(&rig, 1, 0);
        assert!(rig.exported().contains(&leave), "{leave:?}");
    }
}

#[test]
fn leaving_drops() {
    for Leaving {
        mut rig,
        leave,
        answer,
    } in leaving()
    {
        let effects = rig.act(answer(UnsavedChoice::Drop));
        assert!(effects.contains(&leave), "{leave:?}");
    }
}

#[test]
fn leaving_stays() {
    for Leaving {
        mut rig,
        leave,
        answer,
    } in leaving()
    {
        let effects = rig.act(answer(UnsavedChoice::Stay));
        assert!(!effects.contains(&leave));
        assert!(!rig.is_asked());
        assert_edits(&rig, 1, 0);
    }
}

#[test]
fn nothing_is_left_behind_unsafe_edits() {
    let wrote = |wrote: WroteBack| FileNews::WroteBack(wrote);
    let failures = [
        (
            UnsavedChoice::Write,
            wrote(WroteBack {
                conflicts: vec![(5, b'x')],
                ..WroteBack::default()
            }),
        ),
        (
            UnsavedChoice::Write,
            wrote(WroteBack {
                error: Some("the device refused it".to_owned()),
                ..WroteBack::default()
            }),
        ),
        (
            UnsavedChoice::Keep,
            FileNews::Exported(ExportOutcome::Failed("no space".to_owned())),
        ),
        (
            UnsavedChoice::Keep,
            FileNews::Exported(ExportOutcome::Cancelled),
        ),
    ];
    for index in 0..leaving().len() {
        for (choice, failure) in &failures {
            let Leaving {
                mut rig,
                leave,
                answer,
            } = leaving().into_iter().nth(index).unwrap();
            rig.act(answer(*choice));
            let order = rig.orders.remove(0);
            let effects = rig.answer(&order, failure.clone());
            assert!(!effects.contains(&leave), "{failure:?}");
            assert_edits(&rig, 1, 0);
            // nor does it happen later, when something else succeeds
            rig.act(D::ExportEdits);
            rig.act(D::DestinationSubmitted);
            assert!(!rig.exported().contains(&leave));
            rig.act(E::WriteBack);
            assert!(!rig.wrote().contains(&leave));
        }
    }
}

#[test]
fn edits_that_only_wait_are_asked_about_too() {
    for done in [Action::App(A::Quit), Action::File(F::Close)] {
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        rig.say(FileNews::CopiesLost(vec![span(0, 4096)]));
        let effects = rig.act(done);
        assert!(!effects.contains(&Effect::Quit));
        assert!(rig.is_asked());
        assert_eq!(rig.app.docs.len(), 1);
    }
}

#[test]
fn without_edits_nothing_is_asked() {
    let mut rig = open(100);
    assert_eq!(requests(&rig.act(M::ToggleMode)), [&to_shared()]);
    assert!(open(100).act(A::Quit).contains(&Effect::Quit));
    let mut rig = open(100);
    let leave = Effect::Close(rig.doc().id);
    assert!(rig.act(F::Close).contains(&leave));
    assert!(!rig.is_asked());
}

#[test]
fn shared_edits_are_in_the_file_and_never_asked_about() {
    let mut rig = shared(100);
    rig.typed(5, b'a', b'Z');
    assert!(rig.act(A::Quit).contains(&Effect::Quit));
    let leave = Effect::Close(rig.doc().id);
    assert!(rig.act(F::Close).contains(&leave));
}

/// Opening another file used to take the open one's place, and asked; now it has a tab of its own.
#[test]
fn opening_another_file_asks_nothing_and_takes_nothing_away() {
    for done in [F::Open(PathBuf::from("/other")), F::OpenReplacement] {
        let mut rig = open(100);
        let first = rig.doc().id;
        rig.typed(5, b'a', b'Z');
        rig.act(done);
        rig.typed(6, b'a', b'Y'); // the storage takes its time; the open file is in use meanwhile
        assert!(!rig.is_asked());
        rig.opened(file("/other", 2, 100));
        assert_eq!(rig.doc().path, Path::new("/other"));
        let doc = rig.app.doc_by(first).unwrap();
        assert_eq!(doc.view().journal.pending_bytes(), 2);
        assert!(!rig.is_asked());
    }
}

/// Where the edits cannot be listed beside the file, as on a read-only mount, the person says where else.
#[test]
fn edits_that_cannot_be_listed_beside_the_file_are_asked_about() {
    for Leaving {
        mut rig,
        leave,
        answer,
    } in leaving()
    {
        rig.act(answer(UnsavedChoice::Keep));
        let order = rig.order(|request| matches!(request, FileRequest::Export { .. }));
        let failed = ExportOutcome::Failed("Read-only file system (EROFS)".to_owned());
        let effects = rig.answer(&order, FileNews::Exported(failed));
        assert!(!effects.contains(&leave), "{leave:?}");
        rig.assert_says(Topic::Error, &["EROFS"]);
        assert!(
            rig.doc().saving.is_some(),
            "{leave:?}: a place is asked for"
        );
        rig.act(D::DestinationEdited("/elsewhere/list.txt".to_owned()));
        rig.act(D::DestinationSubmitted);
        rig.exported();
        let again = match leave {
            Effect::Quit => rig.act(A::Quit),
            _ => rig.act(F::Close),
        };
        assert!(again.contains(&leave), "{leave:?}: nothing is left to ask");
    }
}
