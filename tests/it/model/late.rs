//! What comes late of bytes that are not looked at any more: it is dropped by file, mapping and generation.

use mapscope::model::{FileAction, Target};

use super::*;

fn shown(rig: &Rig) -> Option<u8> {
    rig.view().window.as_ref()?.byte(5)
}

/// Nothing changes by it, wherever it stands.
#[track_caller]
fn check_dropped(rig: &mut Rig, late: Target) {
    let before = format!("{:?}", rig.app.docs);
    let effects = rig.say_of(late, None, look(span(0, 100), b'q'));
    assert!(effects.is_empty(), "{effects:?}");
    assert_eq!(before, format!("{:?}", rig.app.docs));
}

#[test]
fn a_late_look_at_the_same_place_of_an_earlier_generation_is_dropped() {
    let mut rig = open(100);
    rig.say(look(span(0, 100), b'a'));
    let before = rig.target();
    rig.act(M::Remap);
    rig.remapped(Mode::Private, Access::ReadWrite);
    check_dropped(&mut rig, before); // the bytes of now are not there yet
    assert_eq!(shown(&rig), Some(b'a'));
    rig.say(look(span(0, 100), b'b'));
    check_dropped(&mut rig, before);
    assert_eq!(shown(&rig), Some(b'b'));
}

#[test]
fn a_late_look_at_the_same_place_of_another_file_is_not_shown_for_this_one() {
    let mut rig = open(100);
    rig.say(look(span(0, 100), b'a'));
    let first = rig.target();
    rig.open(file("/folder/other.bin", 2, 100));
    rig.say(look(span(0, 100), b'b'));
    // of the other file, which is open too: it is that one's
    rig.say_of(first, None, look(span(0, 100), b'q'));
    assert_eq!(shown(&rig), Some(b'b'));
    // under a mixed name, as no worker would say it
    let second = rig.target();
    for mixed in [
        Target {
            doc: second.doc,
            ..first
        },
        Target {
            mapping: second.mapping,
            ..first
        },
    ] {
        check_dropped(&mut rig, mixed);
    }
    // of a file that is closed by now
    rig.act(FileAction::CloseDoc(first.doc));
    check_dropped(&mut rig, first);
    assert_eq!(shown(&rig), Some(b'b'));
}
