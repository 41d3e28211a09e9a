//! By which name a process has the file: as its own mount namespace has it, raw, and whether it still leads there.

use std::ffi::OsString;

use super::*;

#[test]
fn a_name_is_told_byte_by_byte_and_shown_without_acting() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a\nb\u{1b}[31m c");
    fs::write(&path, vec![b'x'; 2 * PAGE]).unwrap();
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    program.map(&path, "shared");
    program.ask(&json!(["open", text(&path), "read"]));
    let pid = program.pid;
    let others = watched.until("both are seen", |others| {
        of(others, pid).is_some_and(|it| it.n_open == 1 && it.mappings.len() == 1)
    });
    let process = of(&others, pid).unwrap();
    assert_eq!(process.open[0].path, path.as_os_str());
    let escaped = text(&path).replace('\n', "\\012");
    assert_eq!(process.mappings[0].path, OsString::from(escaped));
    assert!(!process.mappings[0].is_deleted && !process.open[0].is_deleted);
    program.ask(&json!(["unmap", 0]));
    for arguments in [vec!["who"], vec!["who", "--json"]] {
        let output = Command::new(mapscope())
            .args(arguments)
            .arg(&path)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(&format!("{pid}")), "{said}");
        assert!(!said.contains('\u{1b}') && said.is_ascii(), "{said:?}");
    }
}

/// Whether it is told as deleted, mapped and opened by `name`, after `then`.
#[track_caller]
fn check_deleted(name: &str, then: impl Fn(&Path, &Path), deleted: bool) {
    let dir = tempfile::tempdir().unwrap();
    let kept = dir.path().join("kept");
    fs::write(&kept, vec![b'x'; 2 * PAGE]).unwrap();
    let path = dir.path().join(name);
    fs::hard_link(&kept, &path).unwrap();
    let watched = Watched::new(&kept, 0);
    let mut program = Program::start();
    program.map(&path, "shared");
    program.ask(&json!(["open", text(&path), "read"]));
    then(&kept, &path);
    // Each full look tells it as it is then.
    let pid = program.pid;
    let others = watched.until("it is told", |others| {
        of(others, pid).is_some_and(|it| {
            it.n_open == 1
                && it.mappings.len() == 1
                && it.mappings[0].is_deleted == deleted
                && it.open[0].is_deleted == deleted
        })
    });
    let process = of(&others, pid).unwrap();
    assert_eq!(process.mappings[0].path, path.as_os_str());
    assert_eq!(process.open[0].path, path.as_os_str());
}

#[test]
fn a_name_that_is_gone_is_told_and_one_that_only_says_so_is_not() {
    check_deleted("plain", |_, _| {}, false);
    check_deleted("gone", |_, path| fs::remove_file(path).unwrap(), true);
    let both = |kept: &Path, path: &Path| {
        fs::remove_file(kept).unwrap();
        fs::remove_file(path).unwrap();
    };
    check_deleted("both gone", both, true);
    check_deleted("alive (deleted)", |_, _| {}, false);
    check_deleted("line\\012end (deleted)", |_, _| {}, false);
    check_deleted(
        "gone (deleted)",
        |_, path| fs::remove_file(path).unwrap(),
        true,
    );
    let replaced = |_: &Path, path: &Path| {
        fs::remove_file(path).unwrap();
        fs::write(path, b"another one").unwrap();
        let other = path.with_file_name("replaced (deleted)");
        fs::write(other, b"another one").unwrap();
    };
    check_deleted("replaced", replaced, true);
}

#[test]
fn a_path_of_another_mount_namespace_is_told_as_such() {
    let (dir, path) = file(2);
    let elsewhere = dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let mut runner = Command::new("unshare");
    runner.args(if is_root() {
        ["-m"].as_slice()
    } else {
        &["-r", "-m"]
    });
    let is_possible = Command::new("unshare")
        .args(runner.get_args())
        .arg("true")
        .status()
        .is_ok_and(|status| status.success());
    if !is_possible {
        crate::skip::skip("this system gives no mount namespace");
        return;
    }
    runner.arg(python());
    let mut program = Program::run(runner, &[]);
    program.ask(&json!(["mount", text(dir.path()), text(&elsewhere)]));
    let there = elsewhere.join("bytes.bin");
    program.map(&there, "shared");
    let watched = Watched::new(&path, 0);
    let process = watched.with(program.pid, 1);
    assert_eq!(process.is_elsewhere, Some(true));
    assert_eq!(process.mappings[0].path, there.as_os_str());
    assert!(!process.mappings[0].is_deleted);
    let mut here = Program::start();
    here.map(&path, "shared");
    assert_eq!(watched.with(here.pid, 1).is_elsewhere, Some(false));
}
