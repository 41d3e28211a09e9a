//! Programs that are written into a folder: all of them, or nothing, and nothing else is touched.

use mapscope::lab::export::ExportedFile;
use mapscope::work::programs::{NoPrograms, write_programs};

use super::*;
use crate::machine::Mounted;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

fn files() -> Vec<ExportedFile> {
    let paths = ["Makefile", "lab.c", "src/lab.rs", "src/bin/session.rs"];
    let file = |path: &&str| ExportedFile {
        path: (*path).to_owned(),
        text: format!("{path}\n").repeat(1000),
    };
    paths.iter().map(file).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name());
    let mut names: Vec<_> = names.map(|it| it.into_string().unwrap()).collect();
    names.sort();
    names
}

#[track_caller]
fn refused(folder: &Path, words: &[&str]) {
    let why = write_programs(folder, &files(), || GO_ON).unwrap_err();
    says(&why, folder, words);
}

#[track_caller]
fn says(why: &NoPrograms, folder: &Path, words: &[&str]) {
    let NoPrograms::Failed(said) = why else {
        panic!("{why:?}");
    };
    for word in words.iter().copied().chain([folder.to_str().unwrap()]) {
        assert!(said.contains(word), "{word:?} in {said}");
    }
}

#[test]
fn whoever_stops_it_finds_nothing_of_it() {
    for n_written in 0..files().len() {
        for is_there in [false, true] {
            let place = tempfile::tempdir().unwrap();
            let folder = place.path().join("programs");
            if is_there {
                fs::create_dir(&folder).unwrap();
            }
            let mut n_asked = 0;
            let stopped = write_programs(&folder, &files(), || {
                n_asked += 1;
                if n_asked > n_written {
                    ControlFlow::Break(())
                } else {
                    GO_ON
                }
            });
            assert_eq!(stopped, Err(NoPrograms::Stopped));
            assert_eq!(folder.exists(), is_there, "{n_written}");
            if is_there {
                assert!(names(&folder).is_empty(), "{n_written}");
            }
            // It can be begun anew.
            let all: u64 = files().iter().map(|file| file.text.len() as u64).sum();
            assert_eq!(write_programs(&folder, &files(), || GO_ON), Ok(all));
            assert_eq!(names(&folder), ["Makefile", "lab.c", "src"]);
        }
    }
}

#[test]
fn nothing_has_the_name_before_all_is_there() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    let mut n_asked = 0;
    let written = write_programs(&folder, &files(), || {
        n_asked += 1;
        assert!(!folder.exists(), "a program that is killed now leaves it");
        assert_eq!(names(place.path()).len(), 1);
        GO_ON
    });
    assert!(written.is_ok() && n_asked == files().len());
    assert_eq!(names(place.path()), ["programs"]);
}

#[test]
fn what_comes_meanwhile_stays_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    let theirs = folder.join("src/bin/session.rs");
    let come = || {
        fs::create_dir_all(theirs.parent().unwrap()).unwrap();
        fs::write(&theirs, "theirs").unwrap();
        GO_ON
    };
    let check = |words: &str| {
        let why = write_programs(&folder, &files(), come).unwrap_err();
        says(&why, &folder, &[words]);
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "theirs");
        assert_eq!(names(place.path()), ["programs"]);
        assert_eq!(names(&folder), ["src"]);
        assert_eq!(names(&folder.join("src")), ["bin"]);
        fs::remove_dir_all(&folder).unwrap();
    };
    check("(ENOTEMPTY)");
    // In a folder that was there, and empty.
    fs::create_dir(&folder).unwrap();
    check("(EEXIST)");
    let why = write_programs(&folder, &files(), || {
        fs::write(&folder, "theirs").unwrap();
        GO_ON
    });
    says(&why.unwrap_err(), &folder, &["(ENOTDIR)"]);
    assert_eq!(names(place.path()), ["programs"]);
    assert_eq!(fs::read_to_string(&folder).unwrap(), "theirs");
}

#[test]
fn a_folder_that_goes_meanwhile_is_told() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("programs");
    fs::create_dir(&folder).unwrap();
    let mut is_first = true;
    let why = write_programs(&folder, &files(), || {
        if std::mem::take(&mut is_first) {
            fs::remove_dir(&folder).unwrap();
        }
        GO_ON
    });
    says(&why.unwrap_err(), &folder, &["(ENOENT)"]);
    assert!(names(place.path()).is_empty());
}

#[test]
fn what_is_there_already_stays_as_it_is() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "mine").unwrap();
    refused(&file, &["(ENOTDIR)"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    let hidden = place.path().join("folder");
    fs::create_dir(&hidden).unwrap();
    fs::write(hidden.join(".hidden"), "mine").unwrap();
    refused(&hidden, &["none is overwritten"]);
    assert_eq!(names(&hidden), [".hidden"]);
    let dangling = place.path().join("dangling");
    std::os::unix::fs::symlink(place.path().join("nowhere"), &dangling).unwrap();
    refused(&dangling, &["(ENOENT)"]);
    assert!(!place.path().join("nowhere").exists());
    assert_eq!(names(place.path()), ["dangling", "file", "folder"]);
}

#[test]
fn a_full_and_a_read_only_folder_are_told_and_stay_empty() {
    for (options, words) in [("size=16k", "(ENOSPC)"), ("ro", "(EROFS)")] {
        let mount = || Mounted::tmpfs_with(options);
        let Some(mounted) = Mounted::or_skip("programs in a folder that takes none", mount) else {
            return;
        };
        let folder = mounted.path().join("programs");
        refused(&folder, &[words]);
        assert!(names(mounted.path()).is_empty(), "{options}");
    }
}
