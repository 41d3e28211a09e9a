//! Banners about the file: one a topic, the last word counts, and it goes when its cause goes.

use super::*;

#[track_caller]
fn check(news: &[FileNews], topic: Topic, parts: &[&str], first_action: impl Into<Option<Action>>) {
    let first_action = first_action.into();
    let mut rig = open(5000);
    for news in news {
        match news {
            FileNews::Remapped(remapped) => rig.remapped_as(remapped.clone()),
            news => rig.say(news.clone()),
        };
        let mut topics: Vec<_> = rig
            .doc()
            .notices
            .iter()
            .map(|notice| notice.topic)
            .collect();
        let sorted = topics.clone();
        topics.dedup();
        assert_eq!(topics, sorted, "one banner a topic, in order");
        assert!(topics.is_sorted());
    }
    if parts.is_empty() {
        assert_eq!(rig.says(topic), "", "after {news:?}");
        return;
    }
    rig.assert_says(topic, parts);
    let notice: &Notice = rig.doc().notices.get(topic).unwrap();
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
    let (path, open, export) = (
        Topic::Path,
        Action::File(F::OpenReplacement),
        Action::Doc(D::SaveCopy),
    );
    let new = |len| [len, "data.bin", "was replaced", "old one"];
    check(&[replaced(1234)], path, &new("1234"), Some(open.clone()));
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
    // what a system cannot tell is no alarm: it stands among the facts
    check(&[unknown()], path, &[], None);
    check(&[replaced(77), unknown()], path, &[], None);
}

#[test]
fn shrunk_and_grown() {
    let len = |len| file_state(len, PathNow::Same);
    let remap = Some(Action::Mapping(M::Remap));
    let go = |offset| {
        Some(Action::View(V::Point {
            offset,
            extend: false,
            column: Column::Hex,
        }))
    };
    let grown = |len| FileNews::Grown(span(0, len));
    let size = Topic::Size;
    check(
        &[len(0)],
        size,
        &["shrank to 0 bytes", "5000"],
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
        &["to 9000 bytes", "shows all of it"],
        go(5000),
    );
    check(
        &[grown(9000), len(9000), grown(9500)],
        size,
        &["to 9500"],
        go(9000),
    );
    check(
        &[grown(9000), len(9000), len(100)],
        size,
        &["shrank to 100", "9000"],
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
        &["to 9000 bytes", "5000 bytes are mapped"],
        remap,
    );
    check(
        &[
            len(0),
            FileNews::Remapped(mapped(Mode::Private, Access::ReadWrite, 100)),
        ],
        size,
        &[],
        None,
    );
}

#[test]
fn growing_keeps_edits_cursor_and_place() {
    let mut rig = open(5000);
    rig.typed(4000, b'a', b'Z');
    rig.point(4000);
    let before = rig.view().viewport.clone();
    rig.say(FileNews::Grown(span(0, 5000 + (1 << 30))));
    let doc = rig.doc();
    assert_eq!(
        (doc.view().viewport.cursor, doc.view().viewport.top),
        (before.cursor, before.top)
    );
    assert_eq!(
        (rig.journal().pending_bytes(), rig.journal().patch_bytes()),
        (1, 0)
    );
    assert_eq!(doc.file_len, 5000 + (1 << 30));
}

#[test]
fn storage_that_waits_and_answers() {
    let mut rig = open(5000);
    let id = rig.doc().id;
    rig.hear(Event::Waiting(id, Some(5)));
    rig.assert_says(Topic::Storage, &["data.bin has not answered for 5 s"]);
    let notice = rig.doc().notices.get(Topic::Storage).unwrap();
    assert_eq!(notice.actions[0].1, Action::File(F::CloseDoc(id)));
    // it is of its own file, whichever has the focus
    rig.open(file("/other", 2, 100));
    assert_eq!(rig.says(Topic::Storage), "");
    rig.hear(Event::Waiting(id, None));
    let doc = rig.app.doc_by(id).unwrap();
    assert!(doc.notices.get(Topic::Storage).is_none());
}

#[test]
fn a_file_that_does_not_open_leaves_the_open_one() {
    let mut rig = open(5000);
    rig.typed(5, b'a', b'Z');
    rig.act(F::Open(PathBuf::from("/nothing")));
    let (doc, ..) = rig.opening.pop().unwrap();
    let why = "No such file (ENOENT): /nothing";
    rig.hear(Event::OpenFailed(doc, why.to_owned()));
    assert_eq!(rig.app.notices.get(Topic::Error).unwrap().text, why);
    assert_eq!(rig.doc().path, Path::new(PATH));
    assert_eq!(rig.journal().pending_bytes(), 1);
    assert!(rig.app.incoming.is_empty());
}

#[test]
fn the_first_file_that_does_not_open_is_told_beside_the_sample() {
    let mut rig = Rig::new();
    rig.act(F::Open(PathBuf::from("/nothing")));
    let (doc, ..) = rig.opening.pop().unwrap();
    rig.hear(Event::OpenFailed(doc, "ENOENT: /nothing".to_owned()));
    let (sample, _, request) = rig.opening.pop().unwrap();
    assert_eq!(request, OpenRequest::private(None));
    let error = |rig: &Rig| rig.app.notices.get(Topic::Error).unwrap().text.clone();
    assert!(error(&rig).contains("ENOENT"));
    // but a sample that does not open is not tried for ever
    rig.hear(Event::OpenFailed(sample, "two".to_owned()));
    assert!(rig.opening.is_empty());
    assert_eq!(error(&rig), "two");
}

#[test]
fn done_and_error_take_turns() {
    let mut rig = open(100);
    let flush = |rig: &mut Rig, result| {
        rig.act(M::Flush);
        let order = rig.order(|request| *request == FileRequest::Flush);
        rig.answer(&order, FileNews::Flushed(result));
    };
    flush(&mut rig, Ok(Flushed::Written(span(0, 100))));
    rig.assert_says(Topic::Done, &["data.bin", "msync"]);
    assert_eq!(rig.says(Topic::Error), "");
    flush(&mut rig, Err("EIO".to_owned()));
    rig.assert_says(Topic::Error, &["EIO"]);
    assert_eq!(rig.says(Topic::Done), "");
    rig.act(V::Escape);
    assert_eq!(rig.says(Topic::Error), "");
}

#[test]
fn the_title_names_file_mode_and_edits() {
    let mut rig = open(100);
    assert_eq!(
        rig.app.title(),
        "data.bin \u{2014} PRIVATE read-write \u{2014} mapscope"
    );
    rig.typed(5, b'a', b'Z');
    assert!(rig.app.title().starts_with("* data.bin"));
    rig.act(E::WriteBack);
    rig.wrote();
    rig.remapped(Mode::Shared, Access::ReadWrite);
    assert_eq!(
        rig.app.title(),
        "data.bin \u{2014} SHARED read-write \u{2014} mapscope"
    );
}

#[test]
fn a_mode_switch_keeps_read_only_as_it_is() {
    let mut rig = open(100);
    rig.remapped(Mode::Private, Access::ReadOnly);
    let effects = rig.act(M::ToggleMode);
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
