//! Files that the lab is given from outside, and those it hands out: pipes, what never ends, a run that is interrupted.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::typed::Asked;
use super::{Lab, text};
use crate::processes::{program, signal};

const ONE: &str = "shared-seen-by-shared";

/// It ends by itself.
fn ends(lab: &mut Lab) -> Output {
    lab.command.stdin(Stdio::null());
    lab.command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = lab.command.spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() >= until {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

#[test]
fn results_that_never_end_or_come_from_a_pipe_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let good = Lab::new(&[ONE, "--json"]).output();
    fs::write(at("good.json"), &good.stdout).unwrap();
    let made = Command::new("mkfifo").arg(at("pipe")).status().unwrap();
    assert!(made.success());
    for (other, cause) in [
        (at("pipe"), "is no JSON: EOF"),
        ("/dev/zero".to_owned(), "file too large"),
        (folder.path().to_str().unwrap().to_owned(), "EISDIR"),
    ] {
        for both in [[&at("good.json"), &other], [&other, &at("good.json")]] {
            let mut lab = Lab::new(&["--compare", both[0], both[1]]);
            let output = ends(&mut lab);
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{told}");
            assert!(told.contains(cause) && told.contains(&other), "{told}");
            assert_eq!(told.lines().count(), 1, "{told}");
        }
    }
    // What somebody writes into a pipe is read to its end.
    let mut shell = Command::new("sh");
    shell.args([
        "-c",
        "cat \"$2\" | \"$1\" lab --compare /dev/stdin \"$2\"",
        "sh",
    ]);
    let output = shell.arg(program()).arg(at("good.json")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("1 experiment in both: none differs\n"));
}

/// A report that was never written leaves no empty file, and what stood there stays.
#[test]
fn a_run_that_is_interrupted_leaves_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let (new, old) = (folder.path().join("new.md"), folder.path().join("old.md"));
    fs::write(&old, "before\n").unwrap();
    for path in [&new, &old] {
        let arguments = [ONE, "--ask", "--report", path.to_str().unwrap()];
        let mut asked = Asked::first(folder.path(), &arguments);
        signal("TERM", asked.child.id());
        assert!(!asked.child.wait().unwrap().success());
    }
    assert!(!new.exists());
    assert_eq!(fs::read_to_string(&old).unwrap(), "before\n");
}
