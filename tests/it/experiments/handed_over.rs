//! What becomes of a run whose report is lost, whose answers cannot be kept, or of which nothing is left.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use super::{Lab, json, text};

const ONE: &str = "shared-seen-by-shared";

fn lab(home: &Path, arguments: &[&str], typed: &str) -> Output {
    let mut lab = Lab::new(arguments);
    lab.command.env("XDG_STATE_HOME", home);
    lab.command.stdin(Stdio::piped());
    lab.command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = lab.command.spawn().unwrap();
    // It need not read all of it.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn a_report_that_is_lost_takes_nothing_else_with_it() {
    let home = tempfile::tempdir().unwrap();
    let output = lab(home.path(), &[ONE, "--json", "--report", "/dev/full"], "");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(json(&output)["experiments"][0]["name"], ONE);
    let output = lab(home.path(), &[ONE, "--ask", "--report", "/dev/full"], "1\n");
    let (said, why) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(3));
    assert!(
        said.ends_with("\n1 experiment: 1 as predicted\nyour predictions: 1 of 1 right\n"),
        "{said}"
    );
    assert!(
        why.contains("(ENOSPC)") && why.lines().count() == 1,
        "{why}"
    );
}

#[test]
fn a_report_has_the_answers_of_its_run_though_they_cannot_be_kept() {
    let home = tempfile::tempdir().unwrap();
    let kept = home.path().join("mapscope/lab/answers.json");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::write(&kept, "not JSON").unwrap();
    let path = home.path().join("report.md");
    let at = path.to_str().unwrap();
    let output = lab(home.path(), &[ONE, "--ask", "--report", at], "2\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = fs::read_to_string(&path).unwrap();
    let line = "- **Own prediction**: The other process sees it after msync (wrong; given 20";
    assert!(report.contains(line), "{report}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "not JSON");
}

#[test]
fn where_all_is_left_out_nothing_is_run_nor_written() {
    let home = tempfile::tempdir().unwrap();
    let (report, programs) = (home.path().join("a.md"), home.path().join("programs"));
    let (report, programs) = (report.to_str().unwrap(), programs.to_str().unwrap());
    for more in [
        &["--report", report][..],
        &["--json"],
        &["--export-c", programs],
        &["--export-rust", programs],
    ] {
        let output = lab(
            home.path(),
            &[&[ONE, "--without", "sharing"], more].concat(),
            "",
        );
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {said}");
        assert!(
            said.contains("--without") && said.lines().count() == 1,
            "{said}"
        );
        assert!(output.stdout.is_empty(), "{more:?}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}
