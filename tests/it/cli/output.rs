//! Output that cannot be written, and output that a terminal would obey.

use std::fs::File;
use std::io::Write as _;
use std::process::{Output, Stdio};

use super::{check_refused, err, file, mapscope, out};

const ONE: &str = "shared-seen-by-shared";

/// Runs it with its output on a full device.
fn on_full_device(arguments: &[&str]) -> Output {
    let full = File::options().write(true).open("/dev/full").unwrap();
    mapscope(arguments).stdout(full).output().unwrap()
}

/// Runs it with its output on a pipe that nobody reads.
fn on_broken_pipe(arguments: &[&str]) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    mapscope(arguments).stdout(writer).output().unwrap()
}

#[test]
fn output_that_is_lost_is_exit_code_3() {
    let (_dir, path) = file(b"0123");
    let runs: [&[&str]; 7] = [
        &["lookup", &path, "0"],
        &["lookup", &path, "9"],
        &["lookup", &path],
        &["lab"],
        &["lab", ONE],
        &["lab", ONE, "--json"],
        &["--help"],
    ];
    for arguments in runs {
        let output = on_full_device(arguments);
        check_refused(&output, 3, &["standard output", "(ENOSPC)"]);
        // A reader who went away knows it.
        let output = on_broken_pipe(arguments);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert_eq!(err(&output), "", "{arguments:?}");
    }
}

#[test]
fn a_run_that_nobody_reads_ends_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let report = dir.path().join("report.md");
    let mut command = mapscope(&["lab", "--all", "--dir", at, "--report"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.arg(&report).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(!report.exists(), "there is no report of a run cut short");
}

#[test]
fn the_end_of_what_is_read_is_no_failure() {
    let (_dir, path) = file(b"0123");
    let mut child = mapscope(&["lookup", &path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"3").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(out(&output).contains("Received char at 3 is 3\n"));
}

/// What a terminal would obey, or what would turn the line round, in everything that is taken and said again.
#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let evil = "a\u{1b}[31m\u{7}\u{9b}31m\u{202e}\r\nb";
    let (dir, path) = file(b"0123");
    let strange = dir.path().join(evil);
    std::fs::create_dir(&strange).unwrap();
    let strange = strange.to_str().unwrap();
    let runs: [&[&str]; 12] = [
        &["lookup", evil, "0"],
        &["lookup", strange, "0"],
        &["lookup", &path, evil],
        &["lookup", "--offset", evil, &path],
        &["lookup", "--length", evil, &path],
        &["lookup", &format!("file://{evil}/x"), "0"],
        &["lab", evil],
        &["lab", ONE, "--dir", evil],
        &["lab", ONE, "--dir", strange],
        &["lab", ONE, "--json", "--dir", strange],
        &["lab", ONE, "--report", strange],
        &["--mode", evil],
    ];
    for arguments in runs {
        let output = mapscope(arguments).output().unwrap();
        let said = out(&output) + &err(&output);
        assert!(said.contains("[31m"), "{arguments:?} is said again: {said}");
        let obeyed: Vec<char> = said
            .chars()
            .filter(|c| *c != '\n' && (c.is_control() || *c == '\u{202e}'))
            .collect();
        assert!(obeyed.is_empty(), "{obeyed:?} in {said:?}");
    }
    let output = mapscope(&["lab", ONE, "--json", "--dir", strange])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report.is_object(), "it is JSON still");
}
