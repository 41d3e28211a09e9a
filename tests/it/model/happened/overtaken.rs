//! Two stores to one place in quick succession: what a row shows may be of the second before that is answered, and says then
//! nothing of the first.

use super::*;

/// What a row was seen to see of the first store: `early` is read before the second is sent, `late` before it is answered.
fn of_first(second: u8, early: Option<u8>, late: Option<u8>) -> Saw {
    let mut scene = Scene::new(28);
    scene.pass(1000);
    let first = scene.store_told(SHARED, b'#', b'2');
    if let Some(byte) = early {
        scene.process_reads(PRIVATE, &with(28, byte), PageState::FilePage);
    }
    scene.pass(1);
    let number = scene.ask_process(SHARED, &format!("{second:02x}"));
    scene.pass(1);
    if let Some(byte) = late {
        scene.process_reads(PRIVATE, &with(28, byte), PageState::FilePage);
    }
    scene.pass(1);
    scene.stored_by(SHARED, number, second, b'#');
    let who = Who::Process(scene.mapping(PRIVATE));
    let entries = scene.entries();
    let entry = entries.iter().find(|it| it.number == first).unwrap();
    let row = entry.saw.iter().find(|row| row.who == who);
    row.unwrap().saw
}

#[test]
fn a_reading_that_may_be_of_the_second_store_says_nothing_of_the_first() {
    assert_eq!(of_first(b'$', None, Some(b'$')), Saw::Unclear);
    assert_eq!(of_first(b'#', None, Some(b'#')), Saw::Unclear);
}

#[test]
fn what_can_only_be_of_the_first_store_is_claimed() {
    let seen = |millis| Saw::Seen(Duration::from_millis(millis));
    assert_eq!(of_first(b'$', Some(b'#'), Some(b'$')), seen(1));
    assert_eq!(of_first(b'#', Some(b'#'), Some(b'#')), seen(1));
    assert_eq!(of_first(b'$', None, Some(b'#')), seen(3));
    assert_eq!(of_first(b'$', Some(b'Z'), Some(b'$')), Saw::Not);
    assert_eq!(of_first(b'$', Some(b'Z'), None), Saw::Not);
}
