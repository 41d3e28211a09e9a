//! Experiments as stand-alone programs: that they build, observe and say what mapscope does, wherever they are run, and that
//! an export touches nothing of others.

mod elsewhere;
mod ending;
mod folders;
mod layout;
mod observed;
mod refused;
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

/// Where cargo leaves what it builds.
const BUILT_IN_RUST: &str = "target/debug";

/// Whether cargo is still there.
fn has_cargo() -> bool {
    let has = Path::new(env!("CARGO")).exists();
    if !has {
        skip("cargo is not where it was");
    }
    has
}

/// Builds all programs of a folder in Rust; every warning is an error. The folder that they are in then.
#[track_caller]
fn build_in_rust(folder: &Path) -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("RUSTFLAGS", "-D warnings")
        .output()
        .unwrap();
    let said = text(&built.stderr);
    assert!(built.status.success() && said.is_empty(), "{said}");
    folder.join(BUILT_IN_RUST)
}

/// Puts something else in the place of what stands in a text, where it does first.
#[track_caller]
fn replace_in(path: &Path, [from, to]: [&str; 2]) {
    let before = fs::read_to_string(path).unwrap();
    let after = before.replacen(from, to, 1);
    assert_ne!(before, after, "{from:?} is not in {}", path.display());
    fs::write(path, after).unwrap();
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
