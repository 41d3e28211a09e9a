//! `TMPDIR` as it should not be: a sentence that names it and the folder, for the lab, standard input and the sample.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Output, Stdio};

use mapscope::work::scratch::{SAMPLE, Scratch};
use tempfile::TempDir;

use super::*;

/// Set in a process that makes the sample.
const INSIDE: &str = "MAPSCOPE_TEST_SAMPLE_OF_TMPDIR";

/// What uses the folder.
#[derive(Clone, Copy, Debug)]
enum User {
    Lab,
    StandardInput,
    Sample,
}

const USERS: [User; 3] = [User::Lab, User::StandardInput, User::Sample];

/// Runs it in `working`, with `value` for `TMPDIR`.
fn run(user: User, value: &str, working: &Path) -> Output {
    let mut command = match user {
        User::Lab => {
            let mut lab = Command::new(program());
            lab.args(["lab", "shared-seen-by-shared"]);
            lab
        }
        User::StandardInput => {
            let mut lookup = Command::new(program());
            lookup.args(["lookup", "-", "0"]);
            lookup
        }
        User::Sample => {
            let mut sample = Command::new(std::env::current_exe().unwrap());
            let test = "ownership::temp_dir::the_sample_is_made_where_it_can_be";
            sample
                .args([test, "--exact", "--nocapture"])
                .env(INSIDE, "yes");
            sample
        }
    };
    let mut child = command
        .env("TMPDIR", value)
        .current_dir(working)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(b"A"); // it may have ended
    child.wait_with_output().unwrap()
}

/// What was said on standard error, without what the harness of the tests says.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.trim_end().to_owned()
}

/// Makes the sample where [`run`] has it made; says why not on standard error.
#[test]
fn the_sample_is_made_where_it_can_be() {
    if std::env::var_os(INSIDE).is_none() {
        let scratch = Scratch::new().unwrap();
        assert_eq!(fs::read(scratch.sample().unwrap()).unwrap(), SAMPLE);
        return;
    }
    let made = Scratch::new().and_then(|scratch| scratch.sample().map(|path| (path, scratch)));
    match made {
        Ok((path, scratch)) => {
            writeln!(std::io::stdout(), "\nmade {}", path.display()).unwrap();
            drop(scratch);
            std::process::exit(0);
        }
        Err(why) => {
            writeln!(std::io::stderr(), "mapscope: {why}").unwrap();
            std::process::exit(3);
        }
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_told_in_one_sentence() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(dir.path().join("file"), b"x").unwrap();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let closed = at("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o500)).unwrap();
    // Nothing is closed to root but what no file system takes.
    let unwritable = if is_root { "/sys/kernel" } else { &closed };
    let cases = [
        (at("missing"), at("missing"), "(ENOENT)"),
        ("missing".to_owned(), at("missing"), "(ENOENT)"),
        (at("file"), at("file"), "not a directory"),
        (at("file") + "/below", at("file") + "/below", "(ENOTDIR)"),
        (unwritable.to_owned(), unwritable.to_owned(), "may write"),
        ("x".repeat(300), at(&"x".repeat(300)), "(ENAMETOOLONG)"),
        (at("a\u{1b}[31mb"), at("a\\u{1b}[31mb"), "(ENOENT)"),
    ];
    for user in USERS {
        for (value, path, cause) in &cases {
            let output = run(user, value, dir.path());
            let said = said(&output);
            assert_eq!(output.status.code(), Some(3), "{user:?} {value:?}: {said}");
            let named = format!("TMPDIR names {path}");
            for word in ["mapscope: ", &named, cause, "choose another directory"] {
                assert!(
                    said.contains(word),
                    "{user:?} {value:?}: no {word:?} in {said}"
                );
            }
            assert_eq!(said.lines().count(), 1, "{user:?}: {said}");
            assert!(
                !said.contains("--dir") && !said.contains("panicked"),
                "{said}"
            );
        }
    }
}

/// A relative one is a folder of where the program was started, and stays that one.
#[test]
fn a_relative_folder_is_one_of_where_it_began() {
    for user in USERS {
        let working = TempDir::new().unwrap();
        fs::create_dir(working.path().join("own")).unwrap();
        let output = run(user, "own", working.path());
        assert_eq!(output.status.code(), Some(0), "{user:?}: {}", said(&output));
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let own = working.path().join("own");
        let is_shown = out.contains(own.to_str().unwrap());
        assert!(
            is_shown || matches!(user, User::StandardInput),
            "{user:?}: {out}"
        );
        assert!(folders(&own).is_empty(), "{user:?}: something is left");
    }
}

/// An empty one counts as none, and that is said.
#[test]
fn an_empty_variable_counts_as_none_and_is_told() {
    let working = TempDir::new().unwrap();
    for user in [User::Lab, User::StandardInput] {
        let output = run(user, "", working.path());
        let said = said(&output);
        assert_eq!(output.status.code(), Some(0), "{user:?}: {said}");
        assert!(
            said.contains("TMPDIR is empty") && said.contains("/tmp"),
            "{user:?}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{user:?}: {said}");
    }
    let output = run(User::Sample, "", working.path());
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(out.contains("made /tmp/mapscope-"), "{out}");
    assert!(folders(working.path()).is_empty());
    // Where an argument names the folder the variable does not matter.
    let output = Command::new(program())
        .args(["lab", "shared-seen-by-shared", "--dir", "."])
        .env("TMPDIR", "")
        .current_dir(working.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(said(&output), "");
}
