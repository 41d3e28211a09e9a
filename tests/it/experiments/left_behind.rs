//! No process and no scratch file is left, also when mapscope itself is killed.

use std::fs;
use std::process::Stdio;

use super::{Lab, is_empty, until};
use crate::processes::signal;

/// Kills it as soon as it has made scratch files and has peers; of a longer run several times, at different moments.
#[test]
fn a_killed_lab_leaves_no_process_and_no_file() {
    for steps in [1, 40, 200] {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().to_str().unwrap();
        let mut lab = Lab::new(&["--all", "--without", "cost", "--dir", at]);
        lab.command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = lab.command.spawn().unwrap();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        for _ in 0..steps {
            let mut line = Vec::new();
            std::io::BufRead::read_until(&mut out, b'\n', &mut line).unwrap();
        }
        until("there are peers and a scratch folder", || {
            lab.processes().len() > 2 && !is_empty(dir.path())
        });
        child.kill().unwrap();
        child.wait().unwrap();
        lab.until_no_process();
        until("the scratch folder is gone", || is_empty(dir.path()));
    }
}

/// A folder that was left because the keeper was killed too goes with the next run.
#[test]
fn the_next_run_clears_what_was_left() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let mut lab = Lab::new(&["--all", "--without", "cost", "--dir", at]);
    lab.command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = lab.command.spawn().unwrap();
    let keeper = || {
        let mut processes = lab.processes().into_iter();
        processes.find(|pid| is_keeper(*pid))
    };
    until("there is a keeper", || keeper().is_some());
    // The keeper first, so that it does not do its work.
    for pid in [keeper().unwrap(), child.id()] {
        signal("KILL", pid);
    }
    child.wait().unwrap();
    lab.until_no_process();
    assert!(!is_empty(dir.path()), "it is left");
    let other = dir.path().join("mapscope-4194999-7"); // no process has that number
    fs::create_dir(&other).unwrap();
    let output = Lab::new(&["shared-seen-by-shared", "--dir", at]).output();
    assert!(output.status.success());
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(other.exists(), "only what is ours");
}

fn is_keeper(pid: u32) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0).nth(1) == Some(b"keep")
}
