//! What a window left that was killed, or lost its display, is shown by the next one: read as a screen reader does, nothing
//! of it applied, and reapplied when that is pressed.

use std::fs;
use std::path::Path;

use crate::bare::Bare;
use crate::left::{edited_by_a_killed_window, is_recorded};
use crate::rig::reader::{Reader, stage_with_python};
use crate::rig::{Program, Stage};

const OFFERED: &str =
    "An earlier run ended without being asked to: 1 edited byte is not in the file";

/// Starts the next window on `path` and takes the offer up.
#[track_caller]
fn take_up(stage: &Stage, python: &str, path: &Path) {
    let mut reader = Reader::start(stage, python);
    let program = Program::start(stage, &[path]);
    let shows = |names: &[String], row: &str| names.iter().any(|name| name.starts_with(row));
    reader.until("offer, and bytes that are the file's", |names| {
        let is_offered = names.iter().any(|name| name.contains(OFFERED));
        (is_offered && shows(names, "00000000 30 31")).then_some(())
    });
    assert!(!program.title().starts_with('*'), "nothing is applied");
    reader.press("Reapply");
    reader.until("edit that is reapplied", |names| {
        let is_offered = names.iter().any(|name| name.contains(OFFERED));
        (!is_offered && shows(names, "00000000 5a 31")).then_some(())
    });
    assert_eq!(fs::read(path).unwrap(), b"0123", "it is private as it was");
    stage.keys(&["ctrl+z"]);
    reader.until("edit that is undone", |names| {
        shows(names, "00000000 30 31").then_some(())
    });
}

#[test]
fn the_next_window_shows_what_a_killed_one_left_and_reapplies_it() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let path = edited_by_a_killed_window(&stage);
    assert_eq!(fs::read(&path).unwrap(), b"0123");
    take_up(&stage, python, &path);
}

#[test]
fn the_end_of_the_display_leaves_edits_to_the_next_window() {
    let Some((mut stage, python)) = stage_with_python() else {
        return;
    };
    let _bus = stage.start_bus();
    let path = stage.file("left.bin", b"0123");
    let mut bare = Bare::set(&stage, &["-screen", "0", "1280x800x24"]);
    let mut run = bare.run("", &[path.to_str().unwrap()]);
    bare.type_in(&mut run, "left.bin", "5a");
    is_recorded(&stage, 1);
    bare.server.0.kill().unwrap();
    assert_eq!(run.until_end().code(), Some(2), "{}", run.said());
    take_up(&stage, python, &path);
}
