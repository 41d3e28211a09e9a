//! Names and rights of new files.

use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use mapscope::os::save::{Existing, NewFile, Rights, SaveCause, SaveError};
use mapscope::work::copy::{CopyError, CopyOptions, save_text};

use super::{Opened, folder_with, names, pattern};
use crate::machine::is_root;
use crate::skip::skip_part;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

/// The bits that this process takes from new files (`proc_pid_status(5)`).
fn umask() -> u32 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    u32::from_str_radix(line.unwrap().trim(), 8).unwrap()
}

#[test]
fn a_new_file_is_never_wider_than_its_source() {
    for source in [
        0o600, 0o640, 0o644, 0o604, 0o660, 0o666, 0o444, 0o400, 0o755, 0o4755,
    ] {
        let (folder, path) = folder_with(&pattern(9000));
        fs::set_permissions(&path, Permissions::from_mode(source)).unwrap();
        let opened = Opened::private(&path);
        let expected = source & 0o666 & !umask();
        let copy = folder.path().join("copy");
        opened
            .copy_as(&copy, CopyOptions::default(), |_| ControlFlow::Continue(()))
            .unwrap();
        assert_eq!(mode(&copy), expected, "copy of {source:o}");
        let list = folder.path().join("source.edits");
        let like = Rights::of_path(&path).unwrap();
        save_text("a list", &list, Existing::Keep, like).unwrap();
        assert_eq!(mode(&list), expected, "list of {source:o}");
        assert_eq!(fs::read_to_string(list).unwrap(), "a list");
    }
}

/// Of another group's file, group and others get only what both had: members of the one are others to the other.
#[test]
fn a_new_file_of_another_group_is_narrower() {
    if !is_root() {
        return skip_part("a source of another group", "it takes root");
    }
    for (source, expected) in [
        (0o640, 0o600),
        (0o644, 0o644),
        (0o660, 0o600),
        (0o604, 0o600),
    ] {
        let (folder, path) = folder_with(&pattern(100));
        fs::set_permissions(&path, Permissions::from_mode(source)).unwrap();
        chown(&path, None, Some(65534)).unwrap();
        let copy = folder.path().join("copy");
        Opened::private(&path).copy(&copy).unwrap();
        assert_eq!(mode(&copy), expected & !umask(), "copy of {source:o}");
    }
}

/// With a list of users the mode's middle digit is that list's mask, and no right of the group.
#[test]
fn a_list_of_users_is_not_taken_for_the_groups_rights() {
    let (folder, path) = folder_with(&pattern(100));
    let listed = Command::new("setfacl")
        .args(["-m", "u:65534:rw,g::---"])
        .arg(&path)
        .status();
    if !listed.is_ok_and(|status| status.success()) {
        return skip_part("a source with a list of users", "setfacl(1) does not do it");
    }
    let copy = folder.path().join("copy");
    Opened::private(&path).copy(&copy).unwrap();
    assert_eq!(mode(&copy) & 0o070, 0);
}

fn replace() -> CopyOptions {
    CopyOptions {
        existing: Existing::Replace,
        ..CopyOptions::default()
    }
}

fn cause(result: Result<mapscope::work::copy::CopyReport, CopyError>) -> SaveCause {
    match result {
        Err(CopyError::Save(SaveError { cause, .. })) => cause,
        other => panic!("{other:?}"),
    }
}

/// What exists is kept, unless it is to be replaced; then whoever has it open keeps the old one.
#[test]
fn what_exists_is_kept_or_replaced_at_once() {
    let bytes = pattern(70_000);
    let (folder, path) = folder_with(&bytes);
    let opened = Opened::private(&path);
    let target = folder.path().join("copy");
    fs::write(&target, b"old").unwrap();
    let kept = cause(opened.copy(&target));
    assert!(matches!(kept, SaveCause::Exists), "{kept:?}");
    assert_eq!(fs::read(&target).unwrap(), b"old");

    let mut reader = File::open(&target).unwrap();
    let look = |_| {
        assert_eq!(fs::read(&target).unwrap(), b"old");
        ControlFlow::Continue(())
    };
    opened.copy_as(&target, replace(), look).unwrap();
    assert!(fs::read(&target).unwrap() == bytes);
    let mut old = Vec::new();
    reader.read_to_end(&mut old).unwrap();
    assert_eq!(old, b"old");
    assert_eq!(names(folder.path()), ["copy", "source"]);
}

/// It appears while the copy is made.
#[test]
fn a_name_that_is_taken_meanwhile_is_kept() {
    let (folder, path) = folder_with(&pattern(70_000));
    let opened = Opened::private(&path);
    let target = folder.path().join("copy");
    let take = |_| {
        fs::write(&target, b"quicker").unwrap();
        ControlFlow::Continue(())
    };
    let kept = cause(opened.copy_as(&target, CopyOptions::default(), take));
    assert!(matches!(kept, SaveCause::Exists), "{kept:?}");
    assert_eq!(fs::read(&target).unwrap(), b"quicker");
    assert_eq!(names(folder.path()), ["copy", "source"]);
}

#[test]
fn what_is_no_regular_file_is_not_replaced() {
    let (folder, path) = folder_with(&pattern(100));
    let opened = Opened::private(&path);
    let other = folder.path().join("other");
    fs::write(&other, b"other").unwrap();
    let [dir, link, pipe] = ["dir", "link", "pipe"].map(|name| folder.path().join(name));
    fs::create_dir(&dir).unwrap();
    symlink(&other, &link).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let before = names(folder.path());
    for target in [dir, link, pipe] {
        let go_on = |_| ControlFlow::Continue(());
        let refused = cause(opened.copy_as(&target, replace(), go_on));
        assert!(matches!(refused, SaveCause::NotRegular), "{refused:?}");
    }
    assert_eq!(fs::read(&other).unwrap(), b"other");
    assert_eq!(names(folder.path()), before);
}

/// By its own name, another name, a link, and a detour.
#[test]
fn the_source_itself_is_refused() {
    let bytes = pattern(5000);
    let (folder, path) = folder_with(&bytes);
    let opened = Opened::private(&path);
    opened.store(7, b"edit");
    let [hard, soft] = ["hard", "soft"].map(|name| folder.path().join(name));
    fs::hard_link(&path, &hard).unwrap();
    symlink(&path, &soft).unwrap();
    let detour = folder.path().join(".").join("source");
    for target in [&path, &hard, &soft, &detour] {
        for options in [CopyOptions::default(), replace()] {
            let refused = opened.copy_as(target, options, |_| ControlFlow::Continue(()));
            let refused = cause(refused);
            assert!(matches!(refused, SaveCause::IsSource), "{refused:?}");
        }
    }
    assert!(fs::read(&path).unwrap() == bytes);
    assert_eq!(names(folder.path()), ["hard", "soft", "source"]);
}

/// A file that is dropped before it is published was never there.
#[test]
fn an_unpublished_file_leaves_nothing() {
    let (folder, path) = folder_with(b"x");
    let rights = Rights::of_path(&path).unwrap();
    let target = folder.path().join("new");
    let mut new = NewFile::create(&target, Existing::Keep, rights).unwrap();
    new.write_at(b"half", 0).unwrap();
    assert_eq!(names(folder.path()), ["source"]);
    drop(new);
    assert_eq!(names(folder.path()), ["source"]);
    let mut new = NewFile::create(&target, Existing::Keep, rights).unwrap();
    new.write_at(b"le", 2).unwrap();
    new.write_at(b"who", 0).unwrap();
    new.publish().unwrap();
    assert_eq!(fs::read(&target).unwrap(), b"whoe");
}
