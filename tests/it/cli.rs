//! The command line as a person meets it: what it answers, where it complains, and how it ends.

#![cfg(unix)]

mod dump;
mod lookup;
mod output;
mod paths;
mod readme;
mod report;
mod surroundings;
mod who;

use std::process::{Command, Output, Stdio};

use crate::processes::program;

/// The program with these arguments, which reads nothing.
fn mapscope(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET");
    command
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// It ended with that code and one line on standard error that holds all of these words.
#[track_caller]
fn check_refused(output: &Output, code: i32, words: &[&str]) {
    let said = err(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    for word in words {
        assert!(said.contains(word), "{word:?} in {said}");
    }
}

/// A file of these bytes in a folder that goes with the value.
fn file(bytes: &[u8]) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bytes.bin");
    std::fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}
