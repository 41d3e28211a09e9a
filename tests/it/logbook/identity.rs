//! Whose edits they are: a file that only has the number of the one that was edited is another file.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;

use mapscope::model::Mode;
use mapscope::model::offer::FileFate;
use mapscope::os::stamp::FileStamp;

use super::offered;
use super::offers::left;
use crate::skip::skip;

#[test]
fn each_mark_tells_files_apart() {
    let stamp = FileStamp {
        fsid: 1,
        dev: 2,
        ino: 3,
        born: Some(4),
        size: 5,
        modified: 6,
    };
    let same = |change: &dyn Fn(&mut FileStamp)| {
        let mut now = stamp;
        change(&mut now);
        now.is_of_same_file(&stamp)
    };
    assert!(same(&|_| ()));
    assert!(same(&|now| now.dev = 9), "mounted again");
    assert!(same(&|now| (now.size, now.modified) = (9, 9)), "written to");
    assert!(!same(&|now| now.fsid = 9));
    assert!(!same(&|now| now.ino = 9));
    assert!(!same(&|now| now.born = Some(9)));
    assert!(!same(&|now| now.born = None));
    let without = FileStamp { fsid: 0, ..stamp };
    assert!(without.is_of_same_file(&stamp));
    let elsewhere = FileStamp { dev: 9, ..without };
    assert!(!elsewhere.is_of_same_file(&stamp), "nothing else tells");
}

/// The number of a file that was deleted is given to the next one at once on some file systems.
#[test]
fn a_new_file_that_got_the_number_of_the_edited_one_is_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let (path, state) = (folder.path().join("data.bin"), folder.path().join("state"));
    fs::write(&path, b"0123456789").unwrap();
    left(&path, &state, Mode::Private, b"abc");
    let before = fs::metadata(&path).unwrap();
    fs::remove_file(&path).unwrap();
    // made first, so that the number is not taken by another one
    let file = File::create_new(&path).unwrap();
    std::io::Write::write_all(&mut &file, b"0123456789").unwrap();
    let now = file.metadata().unwrap();
    if now.ino() != before.ino() {
        return skip("this file system does not give a number again at once");
    }
    if now.created().ok() == before.created().ok() {
        return skip("this file system does not tell when a file was made");
    }
    assert_eq!(offered(&state)[0].standing, FileFate::Replaced(0));
}
