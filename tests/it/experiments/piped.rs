//! A report to what is no regular file: a pipe that nobody reads holds nothing up, one that is read gets all of it, and what
//! was printed before a report to the same place stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Lab, text};
use crate::processes::{program, until};

const ONE: &str = "shared-seen-by-shared";

fn pipe(dir: &Path) -> PathBuf {
    let pipe = dir.join("pipe.md");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    pipe
}

#[test]
fn a_pipe_that_nobody_reads_is_refused_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = pipe(dir.path());
    let mut lab = Lab::new(&[ONE, "--report", pipe.to_str().unwrap()]);
    lab.command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = lab.command.spawn().unwrap();
    let mut is_over = false;
    // it is looked at afterwards, so that none is left where it waits
    let waited = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        until("it ends", || {
            is_over = child.try_wait().unwrap().is_some();
            is_over
        });
    }));
    child.kill().ok();
    let output = child.wait_with_output().unwrap();
    assert!(waited.is_ok() && is_over, "it waits for a reader");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(output.stdout.is_empty());
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["nobody reads this pipe", "(ENXIO)", "pipe.md"] {
        assert!(said.contains(part), "{said}");
    }
    assert!(fs::symlink_metadata(&pipe).is_ok(), "the pipe stays");
}

#[test]
fn a_pipe_that_is_read_gets_the_report() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = pipe(dir.path());
    let script =
        "cat \"$3\" > \"$3.read\" & \"$1\" lab \"$2\" --report \"$3\"; code=$?; wait; exit $code";
    // `cat` may open it later than the program does, which is refused then; both are there when it holds it open for both.
    let script = format!(
        "exec 9<>\"$3\"; {}",
        script.replace("cat \"$3\"", "head -n 1 \"$3\"")
    );
    let output = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(program())
        .arg(ONE)
        .arg(&pipe)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let read = fs::read_to_string(dir.path().join("pipe.md.read")).unwrap();
    assert_eq!(read, "# Experiments about memory mappings\n");
}

#[test]
fn a_report_to_standard_output_stands_between_what_is_printed_before_and_after() {
    let dir = tempfile::tempdir().unwrap();
    for to in ["> \"$3\"", "| cat > \"$3\""] {
        let path = dir.path().join("printed");
        let script = format!("\"$1\" lab \"$2\" --report /dev/stdout {to}");
        let output = Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(program())
            .arg(ONE)
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let printed = fs::read_to_string(&path).unwrap();
        let places = [
            "predicted ",
            "# Experiments about",
            "1 experiment: 1 as predicted",
        ];
        let places = places.map(|part| {
            printed
                .find(part)
                .unwrap_or_else(|| panic!("{part}: {printed}"))
        });
        assert!(places.is_sorted(), "{to}: {places:?} {printed}");
        assert!(!printed.contains('\0'), "{to}: {printed}");
    }
}
