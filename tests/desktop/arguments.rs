//! What the command line asks of the window. Places are told by what is written there.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::rig::{Program, Stage};

#[test]
fn file_mode_and_place() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut wanted: Vec<u8> = (0..=255).collect();
    let path = stage.file("bytes.bin", &wanted);
    let mut program = start(&stage, &path, &["--mode", "shared", "--at", "0x28"]);
    program.until_title("bytes.bin \u{2014} SHARED read-write \u{2014} mapscope");
    program.learn_grid(); // only waits: the cursor is not on the first byte here
    stage.types("99");
    wanted[0x28] = 0x99;
    until_file(&program, &path, &wanted);
}

#[test]
fn read_only_takes_no_byte() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let path = stage.file("bytes.bin", b"0123");
    let mut program = start(&stage, &path, &["--mode", "shared", "--read-only"]);
    program.until_title("bytes.bin \u{2014} SHARED read-only \u{2014} mapscope");
    program.learn_grid();
    stage.types("99");
    let error = mapscope::ui::Theme::dark().notice_error;
    program.until("refusal in a banner", |_| {
        stage.picture().bounds(error).map(drop)
    });
    assert_eq!(fs::read(&path).unwrap(), b"0123");
}

#[test]
fn part_of_a_file() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut wanted = vec![b'.'; 3 * 65_536];
    let path = stage.file("bytes.bin", &wanted);
    let part = ["--mode", "shared", "--offset", "64Ki", "--length", "100"];
    let mut program = start(&stage, &path, &part);
    program.until_title("bytes.bin \u{2014} SHARED read-write \u{2014} mapscope");
    program.learn_grid();
    program.until_cursor(0);
    stage.types("99");
    wanted[65_536] = 0x99;
    until_file(&program, &path, &wanted);
    stage.keys(&["ctrl+End"]);
    program.until_cursor(99);
    stage.types("98");
    wanted[65_536 + 99] = 0x98;
    until_file(&program, &path, &wanted);
}

/// The mode is for all files, the place for the first.
#[test]
fn several_files() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let path = stage.file("first.bin", b"0123");
    let other = stage.file("second.bin", b"4567");
    let other = other.to_str().unwrap();
    let mut program = start(&stage, &path, &[other, "--mode", "shared", "--at", "2"]);
    program.until_title("first.bin \u{2014} SHARED read-write \u{2014} mapscope");
    program.learn_grid();
    stage.types("99");
    until_file(&program, &path, b"01\x993");
    assert_eq!(fs::read(other).unwrap(), b"4567");
}

#[test]
fn a_missing_file_opens_the_sample() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let path = stage.folder().join("home").join("nowhere.bin");
    let mut program = start(&stage, &path, &[]);
    program.until_title("alphabet.txt \u{2014} PRIVATE read-write \u{2014} mapscope");
    let error = mapscope::ui::Theme::dark().notice_error;
    program.until("error in a banner", |_| {
        stage.picture().bounds(error).map(drop)
    });
    assert!(program.is_running());
    assert!(!path.exists(), "it is not made either");
}

fn start<'a>(stage: &'a Stage, path: &Path, arguments: &[&str]) -> Program<'a> {
    let mut all: Vec<OsString> = vec![path.into()];
    all.extend(arguments.iter().map(OsString::from));
    Program::start(stage, &all)
}

#[track_caller]
fn until_file(program: &Program<'_>, path: &Path, wanted: &[u8]) {
    program.until("typed byte in the file, and nothing else", |_| {
        (fs::read(path).unwrap() == wanted).then_some(())
    });
}
