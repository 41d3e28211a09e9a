//! Answers that several programs give in the same moment, and files in the place of the answers that are no such file.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use mapscope::lab::catalogue;
use mapscope::lab::claim::Expected;
use mapscope::lab::learning::{AnswerStore, OwnAnswer};

use super::{Lab, text};

fn begin(home: &Path, arguments: &[&str]) -> Child {
    let mut lab = Lab::new(arguments);
    lab.command.env("XDG_STATE_HOME", home);
    lab.command.stdin(Stdio::piped());
    lab.command.stdout(Stdio::piped()).stderr(Stdio::piped());
    lab.command.spawn().unwrap()
}

/// It ends by itself, and soon.
fn lab(home: &Path, arguments: &[&str]) -> Output {
    let mut child = begin(home, arguments);
    drop(child.stdin.take());
    let until = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() >= until {
            child.kill().unwrap();
            panic!("{arguments:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap()
}

fn folder(home: &Path) -> PathBuf {
    home.join("mapscope/lab")
}

/// Several programs that each keep an answer of their own: none of the answers is lost.
#[test]
fn answers_in_the_same_moment_are_all_kept() {
    let home = tempfile::tempdir().unwrap();
    let store = AnswerStore::at(folder(home.path()).join("answers.json"));
    let asked = catalogue::all().filter(|it| it.claim.expected != Expected::Measured);
    let names: Vec<&str> = asked.map(|it| it.claim.name).take(60).collect();
    for name in &names {
        let answer = OwnAnswer {
            choice: catalogue::find(name).unwrap().claim.choices[0].to_owned(),
            right: Some(true),
            at: "2026-11-26 03:04:05 UTC".to_owned(),
        };
        store.change(|all| all.note(name, answer)).unwrap();
    }
    // Six at a time each take one away: of all those changes none undoes another one.
    for (round, pair) in names.chunks(6).enumerate() {
        let children: Vec<Child> = pair
            .iter()
            .map(|name| begin(home.path(), &["--forget", name]))
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
            assert_eq!(text(&output.stdout), "forgot 1 answer\n");
        }
        let kept = store.load().unwrap();
        let left = |name: &&&str| kept.of(&catalogue::find(name).unwrap().claim).is_some();
        let left: Vec<_> = names.iter().filter(left).collect();
        assert_eq!(left.len(), names.len() - 6 * (round + 1), "{left:?}");
    }
}

/// Whoever holds the lock and does not go on holds nobody else up for long.
#[test]
fn a_lock_that_is_never_given_back_is_told() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder(home.path())).unwrap();
    let lock = File::create(folder(home.path()).join("answers.lock")).unwrap();
    lock.lock().unwrap();
    let output = lab(home.path(), &["--forget", "--all"]);
    assert_eq!(output.status.code(), Some(3));
    let told = text(&output.stderr);
    assert!(told.contains("another program has them locked"), "{told}");
    // What only reads waits for nobody.
    let scores = lab(home.path(), &["--scores"]);
    assert_eq!(scores.status.code(), Some(0), "{}", text(&scores.stderr));
}

/// What stands in the place of the answers and is none is told, and stays as it is; nothing waits for it.
#[test]
fn what_is_no_file_of_answers_is_told_and_stays() {
    type Make = fn(&Path);
    let pipe: Make = |path| {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    let folder_: Make = |path| fs::create_dir(path).unwrap();
    let huge: Make = |path| {
        let file = File::create(path).unwrap();
        file.set_len(1 << 40).unwrap();
    };
    let bytes: Make = |path| fs::write(path, b"\xff\xfe\0{").unwrap();
    let newer: Make = |path| {
        let text = r#"{"format":"mapscope-lab-answers","version":2,"answers":[]}"#;
        fs::write(path, text).unwrap();
    };
    for (make, cause) in [
        (pipe, "no regular file"),
        (folder_, "directory"),
        (huge, "too large"),
        (bytes, "UTF-8"),
        (newer, "another version"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let path = folder(home.path()).join("answers.json");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        make(&path);
        let before = fs::symlink_metadata(&path).unwrap();
        for arguments in [&["--scores"][..], &["--forget", "--all"]] {
            let output = lab(home.path(), arguments);
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{arguments:?}: {told}");
            assert!(told.contains(cause), "{told}");
            assert!(told.contains(path.to_str().unwrap()), "{told}");
            assert_eq!(told.trim_end().lines().count(), 1, "{told}");
        }
        let after = fs::symlink_metadata(&path).unwrap();
        assert_eq!(before.len(), after.len());
        assert_eq!(before.file_type(), after.file_type());
    }
}

/// An answer to a question that was asked in the terminal is kept beside what a window keeps at the same time.
#[test]
fn an_answer_waits_for_another_that_is_being_kept() {
    let home = tempfile::tempdir().unwrap();
    let store = AnswerStore::at(folder(home.path()).join("answers.json"));
    store.change(|_| ()).unwrap();
    let lock = File::create(folder(home.path()).join("answers.lock")).unwrap();
    lock.lock().unwrap();
    let one = "shared-seen-by-shared";
    let mut child = begin(home.path(), &[one, "--ask"]);
    child.stdin.take().unwrap().write_all(b"1\n").unwrap();
    let mut said = String::new();
    let mut output = child.stdout.take().unwrap();
    while !said.contains("Right: 1") {
        let mut part = [0; 256];
        let n = std::io::Read::read(&mut output, &mut part).unwrap();
        assert_ne!(n, 0, "{said}");
        said.push_str(&text(&part[..n]));
    }
    drop(lock);
    std::io::Read::read_to_end(&mut output, &mut Vec::new()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let kept = store.load().unwrap();
    assert!(kept.of(&catalogue::find(one).unwrap().claim).is_some());
}
