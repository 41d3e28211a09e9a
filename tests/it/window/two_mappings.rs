//! Of two views each is the other one's second mapping: *Who sees it* makes no third.

use super::support::*;
use std::path::Path;

use egui::{Key, Modifiers};
use mapscope::model::WitnessId;

const CTRL_SHIFT: Modifiers = CTRL.plus(Modifiers::SHIFT);

/// How many mappings of the file this process has, as the kernel lists them.
fn n_mappings(path: &Path) -> usize {
    let path = path.canonicalize().unwrap();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let of_file = |line: &&str| line.ends_with(path.to_str().unwrap());
    maps.lines().filter(of_file).count()
}

/// What both mappings of this program read is told of these bytes.
fn are_read(window: &Window, at: u64) -> bool {
    [WitnessId::View, WitnessId::OtherMode].iter().all(|id| {
        let read = doc(window).witnesses.row(*id).state.readout();
        read.is_some_and(|it| it.span.contains(at))
    })
}

#[test]
fn who_sees_it_makes_a_second_mapping_for_one_view_and_none_for_two() {
    let (_folder, path) = file(&[b'a'; 300]);
    let mut window = open(&path);
    until(&mut window, "one view is compared", |window| {
        are_read(window, 0)
    });
    assert_eq!(n_mappings(&path), 2, "the view, and one to compare it with");
    press(&mut window, CTRL_SHIFT, Key::Num2);
    until(&mut window, "there are two views", |window| {
        doc(window).views.len() == 2
    });
    // Each of them is the one that is looked at, once.
    for at in [5, 6, 7, 8] {
        press(&mut window, CTRL, Key::F6);
        press(&mut window, PLAIN, Key::ArrowRight);
        let cursor = doc(&window).view().viewport.cursor;
        until(&mut window, "both are read", |window| {
            are_read(window, cursor)
        });
        assert_eq!(n_mappings(&path), 2, "the two views, at {at}");
    }
    press(&mut window, CTRL_SHIFT, Key::W);
    until(&mut window, "one is closed, the other compared", |window| {
        let cursor = doc(window).view().viewport.cursor;
        doc(window).views.len() == 1 && are_read(window, cursor)
    });
    assert_eq!(n_mappings(&path), 2, "the view that is left, and another");
}
