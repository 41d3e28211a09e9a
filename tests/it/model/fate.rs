//! What becomes of private edits when their mapping, their file or the window is about to go.

use super::*;

/// One byte typed at 5, and what is asked then.
fn asked(action: Action) -> Model {
    let mut model = open(100);
    typed(&mut model, 5, b'a', b'Z');
    let effects = model.act(action);
    assert!(
        requests(&effects).is_empty(),
        "not before it is answered: {effects:?}"
    );
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Open(_) | Effect::Quit))
    );
    let notice = model.notices.get(Topic::Unsaved).unwrap();
    assert!(!notice.dismissable, "it must be answered");
    assert_says(
        &model,
        Topic::Unsaved,
        &["1 byte is edited privately in data.bin"],
    );
    let answers: Vec<_> = notice
        .actions
        .iter()
        .map(|(_, action)| action.clone())
        .collect();
    let all = [
        UnsavedChoice::Write,
        UnsavedChoice::Keep,
        UnsavedChoice::Drop,
        UnsavedChoice::Stay,
    ]
    .map(Action::Unsaved);
    assert_eq!(answers, all);
    model
}

#[track_caller]
fn assert_edits(model: &Model, pending: usize, patch: usize) {
    let journal = &model.doc.as_ref().unwrap().journal;
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
    let mut model = asked(Action::ToggleMode);
    let effects = model.act(Action::Unsaved(UnsavedChoice::Write));
    assert_eq!(requests(&effects), [&write_back()]);
    assert_edits(&model, 1, 0);
    assert_eq!(requests(&wrote(&mut model)), [&to_shared()]);
    model.hear(remapped(Mode::Shared, Access::ReadWrite, 100));
    assert_edits(&model, 0, 0);
    assert!(model.doc.as_ref().unwrap().writes_through());
    assert_eq!(says(&model, Topic::Patch), "");
}

#[test]
fn to_shared_keep_them() {
    let mut model = asked(Action::SetMode(Mode::Shared));
    let effects = model.act(Action::Unsaved(UnsavedChoice::Keep));
    assert_eq!(requests(&effects), [&to_shared()]);
    model.hear(remapped(Mode::Shared, Access::ReadWrite, 100));
    assert_edits(&model, 0, 1);
    assert_says(&model, Topic::Patch, &["1 edited byte"]);
    // in shared mode they cannot be reapplied, which is said in words
    assert!(stores(&model.act(Action::Reapply)).is_empty());
    assert_says(&model, Topic::Error, &["private mode"]);
    model.hear(remapped(Mode::Private, Access::ReadWrite, 100));
    let expected = Store {
        offset: 5,
        bytes: b"Z".to_vec(),
        expect: None,
    };
    assert_eq!(stores(&model.act(Action::Reapply)), [expected]);
}

#[test]
fn to_shared_drop_them() {
    let mut model = asked(Action::ToggleMode);
    let effects = model.act(Action::Unsaved(UnsavedChoice::Drop));
    assert_eq!(requests(&effects), [&to_shared()]);
    model.hear(remapped(Mode::Shared, Access::ReadWrite, 100));
    assert_edits(&model, 0, 0);
    assert_eq!(says(&model, Topic::Patch), "");
}

#[test]
fn to_shared_stay() {
    let mut model = asked(Action::ToggleMode);
    let effects = model.act(Action::Unsaved(UnsavedChoice::Stay));
    assert!(requests(&effects).is_empty());
    assert_edits(&model, 1, 0);
    assert_eq!(model.doc.as_ref().unwrap().mode, Mode::Private);
    assert_eq!(says(&model, Topic::Unsaved), "");
    // a write-back of later has nothing to do with it
    assert!(requests(&wrote(&mut model)).is_empty());
}

#[test]
fn a_read_only_private_view_asks_too() {
    let mut model = asked(Action::ToggleAccess);
    let effects = model.act(Action::Unsaved(UnsavedChoice::Keep));
    let expected = FileRequest::Remap {
        mode: Mode::Private,
        access: Access::ReadOnly,
        span: None,
    };
    assert_eq!(requests(&effects), [&expected]);
    model.hear(remapped(Mode::Private, Access::ReadOnly, 100));
    assert_edits(&model, 0, 1);
    assert_says(&model, Topic::Patch, &["1 edited byte"]);
    assert!(stores(&model.act(Action::Reapply)).is_empty());
    assert_says(&model, Topic::Error, &["read-only"]);
}

/// The ways to leave a file, and what leaving it looks like.
fn leaving() -> [(Action, Effect); 4] {
    let other = OpenRequest::private(Some(PathBuf::from("/other")));
    [
        (Action::Quit, Effect::Quit),
        (Action::Open(PathBuf::from("/other")), Effect::Open(other)),
        (Action::CloseFile, Effect::Open(OpenRequest::private(None))),
        (
            Action::OpenReplacement,
            Effect::Open(OpenRequest::private(Some(PathBuf::from(PATH)))),
        ),
    ]
}

#[test]
fn leaving_writes_first() {
    for (action, leave) in leaving() {
        let mut model = asked(action);
        let effects = model.act(Action::Unsaved(UnsavedChoice::Write));
        assert_eq!(requests(&effects), [&write_back()]);
        assert!(!effects.contains(&leave));
        assert!(wrote(&mut model).contains(&leave), "{leave:?}");
    }
}

#[test]
fn leaving_exports_first() {
    for (action, leave) in leaving() {
        let mut model = asked(action);
        let effects = model.act(Action::Unsaved(UnsavedChoice::Keep));
        let [FileRequest::ExportText { text, .. }] = requests(&effects)[..] else {
            panic!("{effects:?}");
        };
        assert!(text.contains("0x5\t61\t5a"), "{text}");
        assert_edits(&model, 1, 0);
        let effects = model.hear(Event::Exported(Ok("listed".to_owned())));
        assert!(effects.contains(&leave), "{leave:?}");
    }
}

#[test]
fn leaving_drops() {
    for (action, leave) in leaving() {
        let mut model = asked(action);
        assert!(
            model
                .act(Action::Unsaved(UnsavedChoice::Drop))
                .contains(&leave),
            "{leave:?}"
        );
    }
}

#[test]
fn leaving_stays() {
    for (action, leave) in leaving() {
        let mut model = asked(action);
        assert!(
            !model
                .act(Action::Unsaved(UnsavedChoice::Stay))
                .contains(&leave)
        );
        assert_edits(&model, 1, 0);
    }
}

#[test]
fn nothing_is_left_behind_unsafe_edits() {
    let conflict = Event::WroteBack {
        written: Vec::new(),
        conflicts: vec![(5, b'x')],
        error: None,
    };
    let refused = Event::WroteBack {
        written: Vec::new(),
        conflicts: Vec::new(),
        error: Some("the device refused it".to_owned()),
    };
    let no_export = Event::Exported(Err("no space".to_owned()));
    for (action, leave) in leaving() {
        for (fate, failure) in [
            (UnsavedChoice::Write, &conflict),
            (UnsavedChoice::Write, &refused),
            (UnsavedChoice::Keep, &no_export),
        ] {
            let mut model = asked(action.clone());
            model.act(Action::Unsaved(fate));
            assert!(!model.hear(failure.clone()).contains(&leave), "{failure:?}");
            assert_edits(&model, 1, 0);
            // nor does it happen later, when something else succeeds
            assert!(
                !model
                    .hear(Event::Exported(Ok(String::new())))
                    .contains(&leave)
            );
            assert!(!wrote(&mut model).contains(&leave));
        }
    }
}

#[test]
fn edits_that_only_wait_are_asked_about_too() {
    for (action, leave) in leaving() {
        let mut model = open(100);
        typed(&mut model, 5, b'a', b'Z');
        model.hear(Event::CopiesLost(vec![span(0, 4096)]));
        assert!(!model.act(action).contains(&leave));
        assert_says(&model, Topic::Unsaved, &["1 byte is edited"]);
    }
}

#[test]
fn without_edits_nothing_is_asked() {
    for (action, leave) in leaving() {
        let mut model = open(100);
        assert!(model.act(action).contains(&leave));
        assert_eq!(says(&model, Topic::Unsaved), "");
    }
    let mut model = open(100);
    assert_eq!(requests(&model.act(Action::ToggleMode)), [&to_shared()]);
}

#[test]
fn shared_edits_are_in_the_file_and_never_asked_about() {
    for (action, leave) in leaving() {
        let mut model = shared(100);
        typed(&mut model, 5, b'a', b'Z');
        assert!(model.act(action).contains(&leave));
    }
}

#[test]
fn a_file_that_comes_while_edits_were_typed_does_not_take_them_away() {
    let mut model = open(100);
    model.act(Action::Open(PathBuf::from("/slow/storage")));
    assert_ne!(model.opening, Opening::Nothing);
    typed(&mut model, 5, b'a', b'Z'); // the storage takes its time; the open file is in use meanwhile
    model.hear(opened("/slow/storage", 100));
    let doc = model.doc.as_ref().unwrap();
    assert!(
        doc.path == Path::new(PATH) && doc.journal.pending_bytes() == 1,
        "the edit typed while {} was being opened is gone, and nobody was asked",
        doc.path.display()
    );
}
