//! What is pasted is said to be once it is stored, and not before.

use mapscope::bytes::clip::Pasted;
use mapscope::model::event::EditsNews;

use super::*;

/// Has this file read, to be pasted.
fn ask(rig: &mut Rig, path: &str) -> Vec<Effect> {
    rig.act(D::PasteFile);
    rig.act(D::DestinationEdited(path.to_owned()));
    rig.act(D::DestinationSubmitted)
}

fn is_read(request: &FileRequest) -> bool {
    matches!(request, FileRequest::ReadWhole(_))
}

/// A file of these bytes was read, and goes to offset 5.
fn file_read(bytes: &[u8]) -> Rig {
    let mut rig = open(100);
    rig.point(5);
    ask(&mut rig, "/folder/part.bin");
    let order = rig.order(is_read);
    let read = EditsNews::WholeRead(Ok(bytes.to_vec()));
    rig.answer(&order, FileNews::Edits(read));
    rig
}

#[test]
fn a_file_is_said_to_be_pasted_once_it_is_stored() {
    let mut rig = file_read(b"abc");
    assert_eq!(rig.says(Topic::Done), "", "it is on its way");
    rig.stored(|_| StoreOutcome::Stored(b"...".to_vec()));
    rig.assert_says(Topic::Done, &["3 bytes of", "part.bin pasted at 0x5"]);
}

#[test]
fn a_file_that_could_not_be_stored_is_not_said_to_be_pasted() {
    let mut rig = file_read(b"abc");
    rig.stored(|_| StoreOutcome::Refused("there is no room".to_owned()));
    assert_eq!(rig.says(Topic::Done), "");
    rig.assert_says(Topic::Error, &["there is no room"]);
    // and what is stored there next is no paste
    rig.point(5);
    for byte in [1, 2, 3] {
        rig.type_byte(byte);
        rig.stored(|_| StoreOutcome::Stored(b".".to_vec()));
    }
    assert_eq!(rig.says(Topic::Done), "");
}

#[test]
fn what_was_left_out_of_a_dump_is_said_once_it_is_stored() {
    let mut rig = open(100);
    rig.act(E::Paste(Pasted::from("00401000: 41 42".to_owned())));
    assert_eq!(rig.says(Topic::Done), "", "it is on its way");
    rig.stored(|_| StoreOutcome::Stored(b"..".to_vec()));
    rig.assert_says(Topic::Done, &["2 bytes pasted", "addresses were left out"]);
}

#[test]
fn of_two_files_that_are_to_be_pasted_the_later_one_is_and_that_is_said() {
    let mut rig = open(100);
    ask(&mut rig, "/hangs/first.bin");
    let first = rig.order(is_read);
    let effects = ask(&mut rig, "/folder/second.bin");
    assert!(effects.contains(&Effect::CancelJob(first.target.doc, first.number)));
    rig.assert_says(Topic::Done, &["first.bin is not pasted"]);
    let second = rig.order(is_read);
    for (order, bytes) in [(&first, b"abc"), (&second, b"xyz")] {
        let read = EditsNews::WholeRead(Ok(bytes.to_vec()));
        rig.answer(order, FileNews::Edits(read));
    }
    rig.stored(|store| {
        assert_eq!(store.bytes, b"xyz");
        StoreOutcome::Stored(b"...".to_vec())
    });
    assert!(rig.orders.is_empty());
}

/// Nothing is said of a paste that was refused once as much is stored there by other means.
#[test]
fn a_refused_paste_is_not_said_of_what_is_stored_there_later() {
    let mut rig = file_read(b"a");
    rig.stored(|_| StoreOutcome::Refused("there is no room".to_owned()));
    rig.typed(5, b'.', b'b');
    assert_eq!(rig.journal().pending_bytes(), 1);
    assert_eq!(rig.says(Topic::Done), "", "that one was typed");
}

/// What is on its way elsewhere says nothing of a paste that is not stored yet.
#[test]
fn an_answer_to_another_store_is_none_to_a_paste() {
    let mut rig = open(100);
    rig.point(50);
    rig.type_byte(1);
    let is_store = |request: &FileRequest| matches!(request, FileRequest::Store(_));
    let typed = rig.order(is_store);
    rig.point(5);
    rig.act(E::Paste(Pasted::from("00401000: 41 42".to_owned())));
    let news = rig.store_news(&typed, |_| StoreOutcome::Stored(b".".to_vec()));
    rig.answer(&typed, news);
    assert_eq!(rig.says(Topic::Done), "", "the paste is on its way");
    rig.stored(|_| StoreOutcome::Stored(b"..".to_vec()));
    rig.assert_says(Topic::Done, &["2 bytes pasted"]);
}
