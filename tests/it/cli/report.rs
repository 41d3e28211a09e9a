//! `mapscope lab --report`: the file is looked at before anything runs.

use std::fs;

use super::{check_refused, err, mapscope, out};

const ONE: &str = "shared-seen-by-shared";

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().to_str().unwrap();
    let missing = dir.path().join("no").join("report.md");
    for path in [folder, missing.to_str().unwrap(), "/proc/no/report.md"] {
        let output = mapscope(&["lab", ONE, "--report", path]).output().unwrap();
        assert_eq!(out(&output), "", "nothing ran");
        check_refused(&output, 3, &["the report cannot be written", path]);
    }
    let output = mapscope(&["lab", "--report", folder]).output().unwrap();
    check_refused(&output, 2, &["--all"]);
}

#[test]
fn a_run_that_does_not_begin_leaves_the_reports_file_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report.md");
    let run = || {
        let mut command = mapscope(&["lab", ONE, "--dir", "/proc", "--report"]);
        let output = command.arg(&path).output().unwrap();
        check_refused(&output, 3, &["/proc"]);
    };
    run();
    assert!(!path.exists());
    fs::write(&path, b"the last report").unwrap();
    run();
    assert_eq!(fs::read(&path).unwrap(), b"the last report");
}

#[test]
fn a_longer_report_is_replaced_as_a_whole_and_a_pipe_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report.md");
    fs::write(&path, vec![b'x'; 1 << 20]).unwrap();
    let mut command = mapscope(&["lab", ONE, "--report"]);
    let output = command.arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let report = fs::read_to_string(&path).unwrap();
    assert!(report.contains("### shared-seen-by-shared") && !report.contains('\0'));
    assert!(!report.contains("xxxx"));
    let output = mapscope(&["lab", ONE, "--report", "/dev/stdout"])
        .output()
        .unwrap();
    assert!(out(&output).contains("### shared-seen-by-shared"));
    let output = mapscope(&["lab", ONE, "--report", "/dev/full"])
        .output()
        .unwrap();
    check_refused(&output, 3, &["the report", "(ENOSPC)", "/dev/full"]);
}
