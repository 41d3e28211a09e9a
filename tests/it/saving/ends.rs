//! Copies that do not come to their end: stopped, killed, without room.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};

use mapscope::os::save::{Existing, SaveCause, SaveError, SaveStep};
use mapscope::work::copy::{CopyError, CopyOptions, save_text};

use super::{Opened, PAGE, folder_with, names, pattern};
use crate::machine::Mounted;

/// Stopped at each question there is, it leaves nothing.
#[test]
fn a_stopped_copy_leaves_nothing() {
    let (folder, path) = folder_with(&pattern(3 << 20));
    let opened = Opened::private(&path);
    for page in (0..700).step_by(3) {
        opened.store(page * PAGE, b"edit");
    }
    let target = folder.path().join("copy");
    let mut n_questions = 0;
    for stop_at in 0.. {
        let mut asked = 0;
        let outcome = opened.copy_as(&target, CopyOptions::default(), |_| {
            assert_eq!(names(folder.path()), ["source"], "no name before its end");
            asked += 1;
            if asked > stop_at {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        match outcome {
            Err(CopyError::Stopped) => assert_eq!(names(folder.path()), ["source"]),
            Ok(_) => break,
            Err(error) => panic!("{error}"),
        }
        n_questions += 1;
    }
    assert!(n_questions > 5, "only {n_questions} questions");
    assert_eq!(names(folder.path()), ["copy", "source"]);
}

/// Killed at some step or other: under the final name there is the whole copy or nothing, and here no other name.
#[test]
fn a_killed_copy_is_whole_or_not_there() {
    const FOLDER: &str = "MAPSCOPE_TEST_KILLED_COPY";
    if let Some(folder) = std::env::var_os(FOLDER) {
        return copy_aloud(Path::new(&folder));
    }
    let source = pattern(16 << 20);
    let mut shown = source.clone();
    for page in edited_pages() {
        shown[page * 4096..][..EDIT.len()].copy_from_slice(&EDIT);
    }
    let (mut n_killed, mut n_whole) = (0, 0);
    for stop_at in (1..).step_by(5) {
        let (folder, path) = folder_with(&source);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "saving::ends::a_killed_copy_is_whole_or_not_there",
                "--exact",
            ])
            .arg("--nocapture")
            .env(FOLDER, folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut go_on = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // One step at a time: it waits in the last one for its end.
        for _ in 0..stop_at {
            let step = lines
                .by_ref()
                .map_while(Result::ok)
                .find(|line| line == "step");
            if step.is_none() || go_on.write_all(b"!").is_err() {
                break;
            }
        }
        let _ = child.kill();
        let is_whole = child.wait().unwrap().success();
        assert!(fs::read(path).unwrap() == source);
        if is_whole {
            assert_eq!(names(folder.path()), ["copy", "source"]);
            assert!(fs::read(folder.path().join("copy")).unwrap() == shown);
            n_whole += 1;
            break;
        }
        // It may have got as far as to its name before the signal came.
        let names = names(folder.path());
        if names != ["source"] {
            assert_eq!(names, ["copy", "source"]);
            assert!(fs::read(folder.path().join("copy")).unwrap() == shown);
        }
        n_killed += 1;
    }
    assert!(n_killed > 5 && n_whole == 1, "{n_killed} were killed");
}

/// Longer than what the kernel's steps bridge.
static EDIT: [u8; 17 * 4096] = [b'!'; 17 * 4096];

/// Pages where an edit begins, so that the steps are small.
fn edited_pages() -> impl Iterator<Item = usize> {
    (0..4096).step_by(64)
}

fn copy_aloud(folder: &Path) {
    let opened = Opened::private(&folder.join("source"));
    for page in edited_pages() {
        opened.store(page as u64 * PAGE, &EDIT);
    }
    let tell = |_| {
        let mut out = std::io::stdout();
        writeln!(out, "\nstep").unwrap();
        let _ = std::io::stdin().read_exact(&mut [0]);
        ControlFlow::Continue(())
    };
    let to = folder.join("copy");
    opened.copy_as(&to, CopyOptions::default(), tell).unwrap();
}

/// No room: nothing is left, all room is given back, and the sentence names file, error and what to do.
#[test]
fn a_full_disk_leaves_nothing_and_is_told() {
    let Some(small) = Mounted::or_skip("a copy to a full disk", || Mounted::tmpfs(1 << 20)) else {
        return;
    };
    let (_folder, path) = folder_with(&pattern(4 << 20));
    let opened = Opened::private(&path);
    let target = small.path().join("copy");
    let check = |error: CopyError| {
        let said = error.to_string();
        let CopyError::Save(SaveError { path, cause }) = error else {
            panic!("{said}");
        };
        let SaveCause::System { step, error } = cause else {
            panic!("{said}");
        };
        assert_eq!(
            (step, error.kind()),
            (SaveStep::Write, ErrorKind::StorageFull)
        );
        assert_eq!(path, target);
        assert!(
            said.contains("(ENOSPC)") && said.contains("free some space"),
            "{said}"
        );
        assert!(said.ends_with(target.to_str().unwrap()), "{said}");
        assert!(names(small.path()).is_empty());
    };
    check(opened.copy(&target).unwrap_err());
    let text = "x".repeat(2 << 20);
    let rights = mapscope::os::save::Rights::OWNER_ONLY;
    check(save_text(&text, &target, Existing::Keep, rights).unwrap_err());
    // The room is back.
    fs::write(small.path().join("other"), vec![1; 900 << 10]).unwrap();
}

/// A folder that is not there, or may not be written: the path, the error's name, what to do.
#[test]
fn an_unusable_folder_is_told() {
    let (folder, path) = folder_with(&pattern(100));
    let opened = Opened::private(&path);
    for (target, errno) in [
        (folder.path().join("no/copy"), "(ENOENT)"),
        (path.join("copy"), "(ENOTDIR)"),
        (Path::new("/proc/copy").to_owned(), "(E"),
    ] {
        let said = opened.copy(&target).unwrap_err().to_string();
        assert!(
            said.contains(errno) && said.contains("Nothing was written"),
            "{said}"
        );
        assert!(said.ends_with(target.to_str().unwrap()), "{said}");
    }
    let said = opened.copy(Path::new("/")).unwrap_err().to_string();
    assert!(said.contains("file name"), "{said}");
    assert_eq!(names(folder.path()), ["source"]);
}
