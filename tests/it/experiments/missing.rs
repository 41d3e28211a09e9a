//! What a system lacks is told as what it is: it is no failed observation, and no fault of the scratch folder.

use std::path::Path;
use std::process::Command;

use mapscope::lab::catalogue;
use serde_json::Value;

use super::{options, program, run};
use crate::skip::skip;

/// The verdict of `experiment` where this call fails, the exit code, or nothing where no call can be made to fail.
fn without(filter: &[&str], experiment: &str) -> Option<(Value, Option<i32>)> {
    let strace = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null"])
        .args(filter)
        .arg("--")
        .arg(program())
        .args(["lab", experiment, "--json"])
        .output();
    let Ok(output) = strace else {
        skip("there is no strace to make a call fail");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if output.stdout.is_empty() && said.contains("strace") {
        skip(&format!("strace cannot make a call fail here: {said}"));
        return None;
    }
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let verdict = report["experiments"][0]["verdict"].clone();
    Some((verdict, output.status.code()))
}

#[track_caller]
fn counts_neither_way(filter: &[&str], experiment: &str, reasons: [&str; 2]) {
    let Some((verdict, code)) = without(filter, experiment) else {
        return;
    };
    assert_eq!(verdict["is"], "not-available", "{verdict}");
    let why = verdict["because"].as_str().unwrap();
    assert!(reasons.iter().all(|reason| why.contains(reason)), "{why}");
    assert_eq!(code, Some(0));
}

#[test]
fn a_system_without_files_in_memory_counts_neither_way() {
    counts_neither_way(
        &["-e", "inject=memfd_create:error=ENOSYS"],
        "memfd-is-shared-memory",
        ["memfd_create", "ENOSYS"],
    );
}

#[test]
fn a_system_that_hides_what_backs_a_page_counts_neither_way() {
    counts_neither_way(
        &[
            "-P",
            "/proc/self/pagemap",
            "-e",
            "inject=openat:error=EACCES",
        ],
        "same-value-copies-too",
        ["/proc/self/pagemap", "EACCES"],
    );
}

#[test]
fn a_helper_that_cannot_be_started_is_not_laid_on_the_scratch_folder() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.program = Path::new("/no/such/program").to_owned();
    let all: Vec<_> = catalogue::all().take(1).collect();
    let (records, over) = run(&all, &options, |_| {});
    assert!(records.is_empty());
    let why = over.unwrap_err();
    assert!(
        why.contains("/no/such/program") && why.contains("ENOENT"),
        "{why}"
    );
    assert!(!why.contains("scratch"), "{why}");
    let left = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(left, 0, "the scratch folder goes");
}
