//! What a row showed before a store was sent, though it was read many times until the answer came, or is not remembered.

use super::*;

/// Both at once: the row of the view comes to show the byte, that of a process had it before.
#[test]
fn what_a_row_showed_when_a_store_was_sent_is_remembered_until_its_answer() {
    let mut scene = Scene::new(0);
    scene.rig.select(7, true, Column::Hex);
    scene.rig.act(P::Pin);
    scene.read_all(&sample());
    let changed = |last: u8| {
        let mut bytes = with(0, b'#');
        bytes[7] = last;
        bytes
    };
    scene.process_reads(PRIVATE, &changed(b'H'), PageState::PrivateCopy);
    scene.pass(1);
    let number = scene.ask_process(SHARED, "23");
    for last in b'a'..=b'z' {
        scene.pass(1);
        scene.here(WitnessId::View, &changed(last), PageState::PrivateCopy);
        scene.process_reads(PRIVATE, &changed(last), PageState::PrivateCopy);
    }
    scene.stored_by(SHARED, number, b'#', b'A');
    assert_eq!(scene.saw(Who::View), Saw::Seen(Duration::ZERO));
    let private = Who::Process(scene.mapping(PRIVATE));
    assert_eq!(scene.saw(private), Saw::Before);
}

#[test]
fn that_a_row_had_the_same_before_is_not_claimed_where_it_was_not_read_then() {
    let mut scene = Scene::new(3);
    let number = scene.ask_process(SHARED, "23");
    scene.rig.point(9);
    scene.pass(1);
    scene.read_all(&sample());
    scene.rig.point(3);
    scene.pass(1);
    scene.here(WitnessId::View, &with(3, b'#'), PageState::FilePage);
    scene.stored_by(SHARED, number, b'#', b'D');
    assert_eq!(scene.saw(Who::View), Saw::Waiting);
    scene.pass(1);
    scene.here(WitnessId::View, &with(3, b'#'), PageState::FilePage);
    assert_eq!(scene.saw(Who::View), Saw::Seen(Duration::from_millis(1)));
}
