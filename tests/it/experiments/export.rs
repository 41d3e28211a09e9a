//! Experiments as stand-alone programs: that they build, observe and say what mapscope does, wherever they are run, and that
//! an export touches nothing of others.

mod elsewhere;
mod ending;
mod folders;
mod layout;
mod observed;
mod same;
mod words;

use std::process::Stdio;

use super::*;

/// Whether there is a compiler, and make.
fn has_compiler() -> bool {
    let has = ["cc", "make"].iter().all(|tool| {
        let found = Command::new(tool).arg("--version").output();
        found.is_ok_and(|found| found.status.success())
    });
    if !has {
        skip("there is no C compiler, or no make");
    }
    has
}

/// Exports these into a folder below `dir`.
#[track_caller]
fn export(names: &[&str], language: &str, dir: &Path) -> (PathBuf, String) {
    let folder = dir.join("programs");
    let mut arguments = names.to_vec();
    let at = folder.to_str().unwrap();
    arguments.extend([language, at, "--dir", dir.to_str().unwrap()]);
    let output = Lab::new(&arguments).output();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (folder, text(&output.stdout))
}

/// Builds all programs of a folder; every warning is an error.
#[track_caller]
fn build(folder: &Path) {
    let made = Command::new("make")
        .args(["-k", "-j2", "CFLAGS=-O2 -Wall -Wextra -Werror", "-C"])
        .arg(folder)
        .output()
        .unwrap();
    let said = text(&made.stderr);
    assert!(made.status.success() && said.is_empty(), "{said}");
}

/// Runs a program with its scratch files below `dir`, which is empty afterwards.
#[track_caller]
fn run_program(program: &Path, dir: &Path) -> Output {
    let output = Command::new(program)
        .arg(dir)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(is_empty(dir), "{} left something", program.display());
    output
}
