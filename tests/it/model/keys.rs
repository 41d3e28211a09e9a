//! What has the keys is where they land: half digits, selections, pastes, Enter, and undo that is pressed faster than the
//! storage answers.

use mapscope::model::ViewId;

use super::storage::Storage;
use super::*;

/// What a key does.
type Press = fn(&mut Rig) -> Vec<Effect>;

#[test]
fn a_half_digit_is_the_first_step_of_undo() {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Z');
    rig.act(E::HexDigit(1));
    let effects = rig.act(E::Undo);
    assert!(requests(&effects).is_empty(), "an older edit is undone");
    assert_eq!(rig.view().viewport.nibble, None);
    assert!(stores(&rig.act(E::HexDigit(2))).is_empty(), "12 is stored");
    assert_eq!(rig.view().viewport.nibble, Some(2));
    rig.act(V::Escape);
    assert_eq!(stores(&rig.act(E::Undo)).len(), 1, "then the edit");
}

#[test]
fn typing_and_pasting_begin_at_the_start_of_the_selection() {
    let keys: [(Column, Press, u64); 3] = [
        (Column::Hex, |rig| rig.type_byte(0x58), 1),
        (Column::Text, |rig| rig.act(E::Character('X')), 1),
        (
            Column::Hex,
            |rig| rig.act(E::Paste("58 59".to_owned().into())),
            2,
        ),
    ];
    for (column, press, len) in keys {
        for (anchor, cursor) in [(10, 14), (14, 10)] {
            let mut rig = open(100);
            rig.select(anchor, false, column);
            rig.select(cursor, true, column);
            let effects = press(&mut rig);
            let store = &stores(&effects)[0];
            assert_eq!((store.offset, store.bytes[0]), (10, b'X'), "{column:?}");
            assert_eq!(rig.cursor(), 10 + len, "behind what was written");
            assert_eq!(rig.view().viewport.anchor, None);
        }
    }
}

/// The first digit already moves to where the byte will land.
#[test]
fn the_first_half_of_a_byte_shows_where_it_goes() {
    let mut rig = open(10_000);
    rig.select(9000, false, Column::Hex);
    rig.select(16, true, Column::Hex);
    rig.act(V::ScrollTo(500));
    rig.act(E::HexDigit(5));
    assert_eq!((rig.cursor(), rig.view().viewport.anchor), (16, None));
    assert!(rig.top() <= 1, "it is in sight");
    assert_eq!(stores(&rig.act(E::HexDigit(8)))[0].offset, 16);
}

#[test]
fn a_second_paste_goes_on_behind_the_first() {
    for column in [Column::Hex, Column::Text] {
        let mut rig = open(100);
        rig.select(7, false, column);
        let mut paste = || stores(&rig.act(E::Paste("5858".to_owned().into())))[0].clone();
        let (first, second) = (paste(), paste());
        assert_eq!(second.offset, first.offset + first.bytes.len() as u64);
    }
}

fn typed_thirty(mode: Mode) -> (Storage, ViewId) {
    let mut storage = Storage::new();
    let view = storage.open("/a", 1, 64);
    if mode == Mode::Shared {
        storage.act_in(view, M::ToggleMode);
        storage.settle();
    }
    for at in 0..30 {
        storage.type_at(view, at, b'A' + u8::try_from(at).unwrap());
        storage.settle();
    }
    (storage, view)
}

#[test]
fn thirty_presses_are_thirty_edits_undone_one_in_flight() {
    for mode in [Mode::Private, Mode::Shared] {
        let (mut storage, view) = typed_thirty(mode);
        let doc = storage.app.doc().unwrap().id;
        for _ in 0..30 {
            storage.act_in(view, E::Undo);
            let known = storage.view(view).unwrap();
            assert_eq!(known.pending.operations().len(), 1, "one is in flight");
        }
        for undone in 1..=30 {
            assert!(storage.carry_out(doc));
            assert!(!storage.carry_out(doc), "the next one was sent already");
            storage.hear(doc);
            let shown = storage.shown(storage.view(view).unwrap());
            let left = shown.iter().filter(|byte| **byte != b'a').count();
            assert_eq!(left, 30 - undone);
        }
        storage.assert_rest();
        let known = storage.app.doc().unwrap();
        assert!(known.notices.get(Topic::Error).is_none());
        for _ in 0..30 {
            storage.act_in(view, E::Redo);
        }
        storage.settle();
        let shown = storage.shown(storage.view(view).unwrap());
        let expected: Vec<u8> = (b'A'..b'A' + 30).collect();
        assert_eq!(shown[..30], expected, "nothing of redo is lost");
        storage.assert_rest();
    }
}

/// An answer that comes late does not take the keys elsewhere.
#[test]
fn a_late_answer_to_undo_does_not_move_what_is_typed_next() {
    let mut rig = shared(100);
    rig.typed(5, b'a', b'Z');
    rig.act(E::Undo);
    rig.point(40);
    rig.act(E::HexDigit(5));
    rig.stored(|_| StoreOutcome::Stored(b"Z".to_vec()));
    assert_eq!(rig.cursor(), 40, "the person has gone on");
    let effects = rig.act(E::HexDigit(0xa));
    let store = &stores(&effects)[0];
    assert_eq!((store.offset, store.bytes.as_slice()), (40, &[0x5a][..]));
    // where nobody has moved it shows what changed
    let mut rig = open(100_000);
    rig.typed(5, b'a', b'Z');
    rig.point(50_000);
    rig.act(E::Undo);
    rig.stored(|_| StoreOutcome::Stored(b"Z".to_vec()));
    assert_eq!(rig.cursor(), 5);
}

#[test]
fn what_is_typed_during_a_remap_is_said_once_with_its_bytes_and_stays_said() {
    let mut rig = open(100);
    rig.type_byte(0x41);
    rig.act(M::Remap);
    assert!(requests(&rig.type_byte(0x5a)).is_empty());
    assert!(requests(&rig.type_byte(0x5b)).is_empty());
    rig.assert_says(Topic::Error, &["data.bin", "5a5b", "not written"]);
    rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    rig.assert_says(Topic::Error, &["5a5b"]);
    rig.remapped(Mode::Private, Access::ReadWrite);
    rig.assert_says(Topic::Error, &["5a5b", "not written"]);
    rig.stored(|_| StoreOutcome::Stored(b"a".to_vec()));
    // and it is not said again of the next one
    rig.act(M::Remap);
    rig.type_byte(0x66);
    let said = rig.says(Topic::Error);
    assert!(said.contains("66") && !said.contains("5a"), "{said}");
}

/// A remap that the worker refused is over: what was typed before is not told of the next one.
#[test]
fn a_refused_remap_is_over() {
    let mut rig = open(100);
    rig.act(M::Remap);
    rig.type_byte(0x5a);
    let order = rig.order(|request| matches!(request, FileRequest::Remap { .. }));
    rig.refuse(&order, Refusal::QueueFull);
    rig.assert_says(Topic::Error, &["not mapped anew", "5a"]);
    assert!(rig.view().pending.is_empty());
    rig.act(M::Remap);
    rig.type_byte(0x66);
    let said = rig.says(Topic::Error);
    assert!(said.contains("66") && !said.contains("5a"), "{said}");
}

#[test]
fn a_copy_that_is_refused_is_said_and_not_waited_for() {
    let mut rig = open(100);
    rig.act(E::Copy);
    let order = rig.order(|request| matches!(request, FileRequest::Peek(_)));
    rig.refuse(&order, Refusal::QueueFull);
    rig.assert_says(Topic::Error, &["Nothing was copied"]);
    let late = rig.answer(&order, FileNews::Peeked(readout(span(0, 1), b'x')));
    assert!(
        !late
            .iter()
            .any(|effect| matches!(effect, Effect::CopyText(_)))
    );
}
