//! A block device in the window: the person is asked once, and the processes have the leave that the view has.

use super::process_rows::{SHARED, until_says, write_by};
use super::support::*;
use crate::machine::LoopDevice;
use std::fs;

use mapscope::map::{Access, Mode};
use mapscope::model::{Action, MappingAction, Topic};

const ALLOW: &str = "Allow writing to this device";

#[test]
fn a_process_follows_the_leave_that_the_person_gave() {
    let Some(device) = LoopDevice::or_skip(&[b'A'; 4096]) else {
        return;
    };
    let mut window = open(device.path());
    click(&mut window, SHARED);
    until_says(&mut window, 1, "41 'A'");
    write_by(&mut window, 1);
    until_says(&mut window, 1, "block device");
    assert_eq!(fs::read(device.path()).unwrap()[0], b'A');

    act(
        &mut window,
        Action::Mapping(MappingAction::SetMode(Mode::Shared)),
    );
    until(&mut window, "the person is asked", |window| {
        let mut told = notices(window).into_iter();
        told.any(|told| told.actions.iter().any(|(label, _)| label == ALLOW))
    });
    assert_eq!(doc(&window).view().access, Access::ReadOnly);
    click(&mut window, ALLOW);
    until(&mut window, "the view may write", |window| {
        let view = doc(window).view();
        (view.mode, view.access) == (Mode::Shared, Access::ReadWrite)
    });
    write_by(&mut window, 1);
    until_says(&mut window, 1, "21 '!'");
    assert_eq!(fs::read(device.path()).unwrap()[0], b'!');
    assert!(
        !notices(&window)
            .iter()
            .any(|notice| notice.topic == Topic::Error)
    );
}
