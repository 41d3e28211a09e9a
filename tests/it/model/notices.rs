//! Banners about the file: one a topic, the last word counts, and it goes when its cause goes.

use super::*;

#[track_caller]
fn check(events: &[Event], topic: Topic, parts: &[&str], first_action: impl Into<Option<Action>>) {
    let first_action = first_action.into();
    let mut model = open(5000);
    for event in events {
        model.hear(event.clone());
        let mut topics: Vec<_> = model.notices.iter().map(|notice| notice.topic).collect();
        let sorted = topics.clone();
        topics.dedup();
        assert_eq!(topics, sorted, "one banner a topic, in order");
        assert!(topics.is_sorted());
    }
    if parts.is_empty() {
        assert_eq!(says(&model, topic), "", "after {events:?}");
        return;
    }
    assert_says(&model, topic, parts);
    let notice: &Notice = model.notices.get(topic).unwrap();
    assert_eq!(
        notice.actions.first().map(|(_, action)| action.clone()),
        first_action
    );
}

#[test]
fn replaced_deleted_and_back() {
    let replaced = |len| file_state(5000, PathNow::Replaced(len));
    let deleted = || file_state(5000, PathNow::Deleted);
    let same = || file_state(5000, PathNow::Same);
    let unknown = || file_state(5000, PathNow::Unknown("EACCES".to_owned()));
    let (path, open, export) = (Topic::Path, Action::OpenReplacement, Action::ExportView);
    let new = |len| [len, "data.bin", "was replaced", "old one"];
    check(&[replaced(1234)], path, &new("1,234"), Some(open.clone()));
    check(
        &[replaced(1234), replaced(77)],
        path,
        &new("77"),
        Some(open.clone()),
    );
    check(
        &[replaced(77), replaced(77)],
        path,
        &new("77"),
        Some(open.clone()),
    );
    check(
        &[deleted()],
        path,
        &["data.bin", "deleted", "still holds"],
        Some(export),
    );
    check(&[deleted(), replaced(77)], path, &new("77"), Some(open));
    check(&[deleted(), same()], path, &[], None);
    check(&[replaced(77), same()], path, &[], None);
    check(
        &[unknown()],
        path,
        &["cannot be checked", "EACCES"],
        Some(Action::KeepOld),
    );
}

#[test]
fn shrunk_and_grown() {
    let len = |len| file_state(len, PathNow::Same);
    let remap = Some(Action::Remap);
    let go = |offset| {
        Some(Action::Point {
            offset,
            extend: false,
            column: Column::Hex,
        })
    };
    let grown = |len| Event::Grown(span(0, len));
    let size = Topic::Size;
    check(
        &[len(0)],
        size,
        &["shrank to 0 bytes", "5,000"],
        remap.clone(),
    );
    check(
        &[len(0), len(100)],
        size,
        &["shrank to 100 bytes"],
        remap.clone(),
    );
    check(&[len(100), len(5000)], size, &[], None);
    check(
        &[grown(9000), len(9000)],
        size,
        &["grew from 5,000 to 9,000"],
        go(5000),
    );
    check(
        &[grown(9000), len(9000), grown(9500)],
        size,
        &["to 9,500"],
        go(9000),
    );
    check(
        &[grown(9000), len(9000), len(100)],
        size,
        &["shrank to 100", "9,000"],
        remap.clone(),
    );
    check(
        &[len(100), grown(9000), len(9000)],
        size,
        &["grew"],
        go(5000),
    );
    // where the mapping could not be extended
    check(
        &[len(9000)],
        size,
        &["grew to 9,000 bytes", "5,000 are mapped"],
        remap,
    );
    check(
        &[len(0), remapped(Mode::Private, Access::ReadWrite, 100)],
        size,
        &[],
        None,
    );
}

#[test]
fn growing_keeps_edits_cursor_and_place() {
    let mut model = open(5000);
    typed(&mut model, 4000, b'a', b'Z');
    point(&mut model, 4000);
    let before = model.doc.as_ref().unwrap().view.clone();
    model.hear(Event::Grown(span(0, 5000 + (1 << 30))));
    let doc = model.doc.as_ref().unwrap();
    assert_eq!((doc.view.cursor, doc.view.top), (before.cursor, before.top));
    assert_eq!(
        (doc.journal.pending_bytes(), doc.journal.patch_bytes()),
        (1, 0)
    );
    assert_eq!(doc.file_len, 5000 + (1 << 30));
}

#[test]
fn storage_that_waits_and_answers() {
    check(
        &[Event::Waiting(Some(5))],
        Topic::Storage,
        &["has not answered for 5 s"],
        Some(Action::CloseFile),
    );
    check(
        &[Event::Waiting(Some(5)), Event::Waiting(None)],
        Topic::Storage,
        &[],
        None,
    );
}

#[test]
fn a_file_that_does_not_open_leaves_the_open_one() {
    let mut model = open(5000);
    typed(&mut model, 5, b'a', b'Z');
    model.hear(Event::OpenFailed(
        "No such file (ENOENT): /nothing".to_owned(),
    ));
    assert_says(&model, Topic::Error, &["ENOENT", "/nothing"]);
    let doc = model.doc.as_ref().unwrap();
    assert_eq!(
        (doc.path.as_path(), doc.journal.pending_bytes()),
        (Path::new(PATH), 1)
    );
    assert_eq!(model.opening, Opening::Nothing);
}

#[test]
fn the_first_file_that_does_not_open_is_told_beside_the_sample() {
    let mut model = Model::new(Settings::default());
    let effects = model.hear(Event::OpenFailed("ENOENT: /nothing".to_owned()));
    assert_eq!(effects, [Effect::Open(OpenRequest::private(None))]);
    model.hear(opened("/tmp/sample", 62));
    assert_says(&model, Topic::Error, &["ENOENT"]);
    // but a sample that does not open is not tried for ever
    let mut model = Model::new(Settings::default());
    model.hear(Event::OpenFailed("one".to_owned()));
    let effects = model.hear(Event::OpenFailed("two".to_owned()));
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Open(_)))
    );
}

#[test]
fn done_and_error_take_turns() {
    let mut model = open(100);
    model.hear(Event::Flushed(Ok("wrote".to_owned())));
    assert_eq!(
        (says(&model, Topic::Done), says(&model, Topic::Error)),
        ("wrote", "")
    );
    model.hear(Event::Flushed(Err("EIO".to_owned())));
    assert_eq!(
        (says(&model, Topic::Done), says(&model, Topic::Error)),
        ("", "EIO")
    );
    model.act(Action::Escape);
    assert_eq!(says(&model, Topic::Error), "");
}

#[test]
fn the_title_names_file_mode_and_edits() {
    let mut model = open(100);
    assert_eq!(
        model.title(),
        "data.bin \u{2014} PRIVATE read-write \u{2014} mapscope"
    );
    typed(&mut model, 5, b'a', b'Z');
    assert!(model.title().starts_with("* data.bin"));
    wrote(&mut model);
    model.hear(remapped(Mode::Shared, Access::ReadWrite, 100));
    assert_eq!(
        model.title(),
        "data.bin \u{2014} SHARED read-write \u{2014} mapscope"
    );
}

#[test]
fn a_mode_switch_keeps_read_only_as_it_is() {
    let mut model = open(100);
    model.hear(remapped(Mode::Private, Access::ReadOnly, 100));
    let effects = model.act(Action::ToggleMode);
    let [
        FileRequest::Remap {
            mode: Mode::Shared,
            access,
            ..
        },
    ] = requests(&effects)[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!(
        *access,
        Access::ReadOnly,
        "the person chose read-only, and one key makes the file writable"
    );
}
