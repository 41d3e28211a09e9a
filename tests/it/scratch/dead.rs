//! Which folders go and which are left alone: every kind that may lie there, before each of those who clean up.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mapscope::os::temp_folder::Folder;
use tempfile::TempDir;

use super::{Maker, PARENT};
use crate::machine::is_root;
use crate::processes::program;
use crate::skip::skip_part;

/// The folder of a killed program, with a mark and no lock.
fn dead(parent: &Path) -> PathBuf {
    let folder = Maker::start(parent, &[]).kill();
    assert!(folder.join("file").exists());
    folder
}

/// What the kinds of folders are made of, and whether they are to go.
struct Case {
    name: &'static str,
    folder: PathBuf,
    goes: bool,
    /// Files that must be there afterwards, whatever goes.
    stays: Vec<PathBuf>,
    /// As long as it lives, it is held.
    _maker: Option<Maker>,
}

impl Case {
    fn left(name: &'static str, folder: PathBuf) -> Self {
        let stays = vec![folder.join("file")];
        Self {
            name,
            folder,
            goes: false,
            stays,
            _maker: None,
        }
    }

    fn gone(name: &'static str, folder: PathBuf) -> Self {
        Self {
            goes: true,
            stays: Vec::new(),
            ..Self::left(name, folder)
        }
    }
}

/// A person's folder with a file in it.
fn person(parent: &Path, name: &str) -> PathBuf {
    let folder = parent.join(name);
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    fs::write(folder.join("file"), b"work of years").unwrap();
    folder
}

fn mark_of(folder: &Path) -> PathBuf {
    let marks = fs::read_dir(folder).unwrap().flatten();
    let mark = marks.into_iter().find(|entry| entry.file_name() != "file");
    mark.expect("a mark").path()
}

fn persons(parent: &Path) -> Vec<Case> {
    let mut cases: Vec<_> = [
        "mapscope-2024-notes",
        "mapscope-5-mydata",
        "mapscope-4194999-7",
        "mapscope-0123456789abcdef",
        "mapscope-",
    ]
    .into_iter()
    .map(|name| Case::left(name, person(parent, name)))
    .collect();
    let file = parent.join("mapscope-00000000000000ff");
    fs::write(&file, b"a file").unwrap();
    cases.push(Case {
        stays: vec![file.clone()],
        ..Case::left("a file", file)
    });
    cases
}

/// Folders that were scratch folders once, and of which something is not right.
fn altered(parent: &Path, elsewhere: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, mode) in [("0755", 0o755), ("0770", 0o770), ("0500", 0o500)] {
        let folder = dead(parent);
        fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
        cases.push(Case::left(name, folder));
    }
    let renamed = parent.join("mapscope-fedcba9876543210");
    fs::rename(dead(parent), &renamed).unwrap();
    cases.push(Case::left("renamed", renamed));

    let original = dead(elsewhere);
    let copied = parent.join(original.file_name().unwrap());
    let status = Command::new("cp")
        .arg("-a")
        .args([&original, &copied])
        .status();
    assert!(status.unwrap().success());
    cases.push(Case::left("copied", copied));

    let link = parent.join("mapscope-1111111111111111");
    symlink(&original, &link).unwrap();
    cases.push(Case::left("a link to a dead one", link));
    let link = parent.join("mapscope-2222222222222222");
    symlink(person(elsewhere, "notes"), &link).unwrap();
    cases.push(Case::left("a link to a person's", link));

    let folder = dead(parent);
    fs::write(mark_of(&folder), b"").unwrap();
    cases.push(Case::left("an empty mark", folder));
    let folder = dead(parent);
    let mark = mark_of(&folder);
    let moved = elsewhere.join("mark");
    fs::rename(&mark, &moved).unwrap();
    symlink(&moved, &mark).unwrap();
    cases.push(Case::left("a link for a mark", folder));
    let folder = dead(parent);
    let mark = mark_of(&folder);
    fs::remove_file(&mark).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&mark)
            .status()
            .unwrap()
            .success()
    );
    cases.push(Case::left("a pipe for a mark", folder));
    cases
}

/// Folders of living programs, here and in another namespace.
fn held(parent: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut hold = |name, wrapper: &[&str]| {
        let maker = Maker::start(parent, wrapper);
        let folder = maker.folder.clone();
        cases.push(Case {
            _maker: Some(maker),
            ..Case::left(name, folder)
        });
    };
    hold("held", &[]);
    if is_root() {
        hold(
            "held in another PID namespace",
            &["unshare", "--pid", "--fork", "--kill-child"],
        );
    } else {
        skip_part("a holder in another PID namespace", "it takes root");
    }
    cases
}

fn foreign(parent: &Path) -> Vec<Case> {
    if !is_root() {
        skip_part("folders of another user", "it takes root");
        return Vec::new();
    }
    let folder = dead(parent);
    std::os::unix::fs::chown(&folder, Some(65534), Some(65534)).unwrap();
    let marked = dead(parent);
    std::os::unix::fs::chown(mark_of(&marked), Some(65534), Some(65534)).unwrap();
    vec![
        Case::left("another user's", folder),
        Case::left("another user's mark", marked),
    ]
}

/// Folders that are to go, also with what may be dangerous in them.
fn to_go(parent: &Path, elsewhere: &Path) -> Vec<Case> {
    let precious = person(elsewhere, "precious");
    // A maker sweeps: both live until both are there.
    let makers = [(); 2].map(|()| Maker::start(parent, &[]));
    let [plain, folder] = makers.map(Maker::kill);
    symlink(&precious, folder.join("folder")).unwrap();
    symlink(precious.join("file"), folder.join("link")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    fs::create_dir_all(folder.join("1/deep")).unwrap();
    symlink(&precious, folder.join("1/deep/up")).unwrap();
    let read_only = folder.join("1/read-only");
    fs::write(&read_only, b"x").unwrap();
    fs::set_permissions(&read_only, Permissions::from_mode(0o0)).unwrap();
    vec![
        Case::gone("dead", plain),
        Case {
            stays: vec![precious.join("file")],
            ..Case::gone("dead, with links", folder)
        },
    ]
}

fn cases(parent: &Path, elsewhere: &Path) -> Vec<Case> {
    // Each maker sweeps: those that are to go come last.
    let mut cases = persons(parent);
    cases.extend(altered(parent, elsewhere));
    cases.extend(foreign(parent));
    cases.extend(held(parent));
    cases.extend(to_go(parent, elsewhere));
    cases
}

/// Fails where `case` is not what it must be after `act` had its way.
#[track_caller]
fn check(case: &Case, act: &str) {
    let is_there = fs::symlink_metadata(&case.folder).is_ok();
    assert_eq!(is_there, !case.goes, "{act}: {}", case.name);
    for file in &case.stays {
        assert!(file.exists(), "{act}: {}: {}", case.name, file.display());
    }
}

/// By the start of another program.
#[test]
fn only_dead_scratch_folders_go() {
    if let Some(parent) = std::env::var_os(PARENT) {
        Maker::be(Path::new(&parent));
    }
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let cases = cases(parent.path(), elsewhere.path());
    drop(Folder::new(parent.path()).unwrap());
    for case in &cases {
        check(case, "a new folder");
    }
}

/// By a keeper, whatever it is told to keep.
#[test]
fn a_keeper_removes_only_dead_scratch_folders() {
    let (parent, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for case in &cases(parent.path(), elsewhere.path()) {
        let status = Command::new(program())
            .arg("keep")
            .arg(&case.folder)
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.success(), case.goes, "keep: {}: {status}", case.name);
        check(case, "keep");
    }
}
