//! No process and no scratch file is left, also when mapscope itself is killed.

use std::fs;
use std::process::Stdio;

use super::{Lab, is_empty, until};

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
    // No process has this number: it is above the largest that Linux gives, 2^22.
    let left = dir.path().join("mapscope-4194999-7");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("f"), b"left").unwrap();
    let other = dir.path().join("mapscope-notes");
    fs::create_dir(&other).unwrap();
    let at = dir.path().to_str().unwrap();
    let output = Lab::new(&["shared-seen-by-shared", "--dir", at]).output();
    assert!(output.status.success());
    assert!(!left.exists());
    assert!(other.exists(), "only what is ours");
}
