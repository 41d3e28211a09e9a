//! A block device in the window: the person is asked once, and the processes have the leave that the view has.

use super::support::*;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use mapscope::map::{Access, Mode};
use mapscope::model::{Action, MappingAction, Topic};

/// A loop device of one page full of `A`, and its backing file; given back when it is dropped.
struct Device(
    PathBuf,
    #[expect(dead_code, reason = "it lives as long")] tempfile::NamedTempFile,
);

impl Device {
    fn or_skip() -> Option<Self> {
        let backing = tempfile::NamedTempFile::new().unwrap();
        fs::write(backing.path(), [b'A'; 4096]).unwrap();
        let made = Command::new("losetup")
            .args(["--show", "-f"])
            .arg(backing.path())
            .output();
        let Some(output) = made.ok().filter(|output| output.status.success()) else {
            crate::skip::skip("losetup makes no loop device here");
            return None;
        };
        let path = String::from_utf8(output.stdout).unwrap();
        Some(Self(path.trim().into(), backing))
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = Command::new("losetup").arg("-d").arg(&self.0).status();
    }
}

const SHARED: &str = "Start a process that maps the file shared";

#[test]
fn a_process_follows_the_leave_that_the_person_gave() {
    let Some(device) = Device::or_skip() else {
        return;
    };
    let mut window = open(&device.0);
    let says = |window: &Window, words: &str| {
        let rows = witness_rows(window);
        let mut rows = rows.iter().filter(|row| row.starts_with("Process 1 "));
        rows.any(|row| row.contains(words))
    };
    click(&mut window, SHARED);
    until(&mut window, "it has answered", |window| {
        says(window, "41 'A'")
    });
    click(&mut window, "Write to file: process 1");
    until(&mut window, "it is refused", |window| {
        says(window, "block device")
    });
    assert_eq!(fs::read(&device.0).unwrap()[0], b'A');

    act(
        &mut window,
        Action::Mapping(MappingAction::SetMode(Mode::Shared)),
    );
    until(&mut window, "the person is asked", |window| {
        is_named(window, "Allow writing to this device")
    });
    assert_eq!(doc(&window).view().access, Access::ReadOnly);
    click(&mut window, "Allow writing to this device");
    until(&mut window, "the view may write", |window| {
        let view = doc(window).view();
        (view.mode, view.access) == (Mode::Shared, Access::ReadWrite)
    });
    click(&mut window, "Write to file: process 1");
    until(&mut window, "it is written", |window| {
        says(window, "21 '!'")
    });
    assert_eq!(fs::read(&device.0).unwrap()[0], b'!');
    assert!(
        !notices(&window)
            .iter()
            .any(|notice| notice.topic == Topic::Error)
    );
}
