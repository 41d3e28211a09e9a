//! A hole of a file on a full tmpfs: the mapping cannot show it, pread can, and the window says by which it is shown.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use mapscope::model::{Action, AppAction, ReadBy, Tab, Topic};

use super::support::*;
use crate::machine::Mounted;

/// The status line says that the mapping is not what is shown.
fn says_so(window: &Window) -> bool {
    status(window).iter().any(|words| words == "shown by pread")
}

#[test]
fn a_hole_of_a_full_tmpfs_is_shown_by_pread_where_that_is_asked_for() {
    let Some(mounted) = Mounted::or_skip("a full tmpfs", || Mounted::tmpfs(1 << 20)) else {
        return;
    };
    let path = mounted.path().join("data.bin");
    let sparse = File::create(&path).unwrap();
    sparse.set_len(3 * 4096).unwrap();
    sparse.write_all_at(&[b'A'; 4096], 0).unwrap();
    let filler = File::create(mounted.path().join("filler")).unwrap();
    let mut at = 0;
    while filler.write_all_at(&[b'F'; 4096], at).is_ok() {
        at += 4096;
    }
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    go_to_gap(&mut window, 4096);
    until(&mut window, "it is told and offered", |window| {
        row(window, 4096).contains(" ?? ?? ")
            && is_told(window, &["hole", "full", "ENOSPC", "pread"])
    });
    click(&mut window, "Show them by pread");
    until(&mut window, "the zeros of the hole are shown", |window| {
        row(window, 4096).starts_with("00001000 00 00 ")
            && is_told(window, &["as pread reads it", "private copies"])
    });
    assert_eq!(doc(&window).view().read_by, ReadBy::Pread);
    assert!(says_so(&window), "{}", state(&window));
    // the copy that this view has is in no file, and is shown
    go_to(&mut window, 0);
    until(&mut window, "the edit is shown", |window| {
        row(window, 0).starts_with("00000000 5a 41 ")
    });
    assert_eq!(fs::read(&path).unwrap()[0], b'A');
    // what another program writes is seen
    sparse.write_all_at(b"B", 1).unwrap();
    let blocks = || std::os::unix::fs::MetadataExt::blocks(&sparse.metadata().unwrap());
    let before = blocks();
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Mapping)));
    until(&mut window, "the facts say so", |window| {
        let facts = doc(window).facts.as_ref();
        facts.is_some_and(|facts| {
            let mut lines = facts.lines.iter();
            lines.any(|(name, value)| name == "Bytes shown by" && value.contains("pread"))
        })
    });
    assert_eq!(blocks(), before, "looking took no block");
    click(&mut window, "Show the mapping again");
    go_to_gap(&mut window, 4096);
    until(&mut window, "the mapping is shown again", |window| {
        row(window, 4096).contains(" ?? ?? ")
            && !notice(window, Topic::Pread).is_empty()
            && !says_so(window)
    });
    // and once there is room the mapping shows it, and nothing is offered any more
    fs::remove_file(mounted.path().join("filler")).unwrap();
    drop(filler);
    until(&mut window, "the mapping gives the bytes", |window| {
        row(window, 4096).starts_with("00001000 00 00 ") && notice(window, Topic::Pread).is_empty()
    });
}
