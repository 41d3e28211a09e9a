//! A file that was written anew in its place, or replaced by another one, is told truly, whatever its times, its length and
//! its inode say; and one that only this program edited is the same.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use mapscope::model::offer::{EditsOffer, FileFate};
use mapscope::model::{FileRequest, Mode};

use super::full::{Edited, is_stored};
use super::offers::is_free;
use super::{Book, offered};

const PAGE: usize = 4096;
/// Nothing of it is zero, and no page is as another one.
fn contents() -> Vec<u8> {
    let bytes = (0..3 * PAGE).map(|n| u8::try_from(n * n % 251 + 1).unwrap());
    bytes.collect()
}

/// What is offered of a file where `edit` and then an end of the program left something, once `change` was done to it.
fn after(edit: &dyn Fn(&Edited), mode: Mode, bound: u64, change: &dyn Fn(&Path)) -> EditsOffer {
    let folder = tempfile::tempdir().unwrap();
    let (path, state) = (folder.path().join("data.bin"), folder.path().join("state"));
    fs::write(&path, contents()).unwrap();
    let book = Book::begin_with(&state, bound);
    assert_eq!(book.offers(), []);
    let edited = Edited::open(&path, mode, &book);
    edit(&edited);
    drop((edited, book));
    is_free(&state);
    change(&path);
    offered(&state).remove(0)
}

fn edit_one(edited: &Edited) {
    is_stored(&edited.store(100, b"\0"));
}

/// Writes this in place; length, inode and time stay as they are.
fn rewrite(path: &Path, bytes: &[u8], at: u64) {
    let file = File::options().write(true).open(path).unwrap();
    let before = file.metadata().unwrap();
    file.write_all_at(bytes, at).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    let now = file.metadata().unwrap();
    assert_eq!(now.modified().unwrap(), before.modified().unwrap());
    assert_eq!(now.len(), before.len());
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Every byte is another one, but for those at 100 to 103.
fn rewrite_around(path: &Path) {
    let mut other: Vec<u8> = contents().iter().map(|byte| !byte).collect();
    let now = fs::read(path).unwrap();
    other[100..104].copy_from_slice(&now[100..104]);
    rewrite(path, &other, 0);
}

#[test]
fn a_file_written_anew_in_place_is_told_though_the_edited_byte_is_the_same() {
    for mode in [Mode::Private, Mode::Shared] {
        let offer = after(&edit_one, mode, 64 << 20, &rewrite_around);
        assert_eq!(offer.standing, FileFate::Around(1), "{mode}");
        let words = offer.words();
        assert!(words.contains("in 1 block of 4 KiB"), "{words}");
    }
    // one bit, at the far end of the block
    let flip = |path: &Path| rewrite(path, &[contents()[PAGE - 1] ^ 1], PAGE as u64 - 1);
    let offer = after(&edit_one, Mode::Private, 64 << 20, &flip);
    assert_eq!(offer.standing, FileFate::Around(1));
    // the next block is another one, of which nothing is known
    let beyond = |path: &Path| rewrite(path, &[contents()[PAGE] ^ 1], PAGE as u64);
    let offer = after(&edit_one, Mode::Private, 64 << 20, &beyond);
    assert_eq!(offer.standing, FileFate::Same);
}

#[test]
fn an_edit_whose_old_bytes_differ_is_listed_as_a_conflict_first() {
    let edit = |edited: &Edited| is_stored(&edited.store(100, &[0; 20]));
    let offer = after(&edit, Mode::Private, 64 << 20, &|path| {
        rewrite(path, &[0xfe, 0xfd], 104);
    });
    assert_eq!(offer.standing, FileFate::Changed(2));
    assert_eq!(offer.conflicts, [(104, 0xfe), (105, 0xfd)]);
    let words = offer.words();
    assert!(words.contains(": fe at 0x68, fd at 0x69"), "{words}");
    let offer = after(&edit, Mode::Private, 64 << 20, &|path| {
        rewrite(path, &[0xff; 20], 100);
    });
    assert_eq!(offer.standing, FileFate::Changed(20));
    assert_eq!(offer.conflicts.len(), 8);
    assert!(offer.words().contains(" and 12 more"), "{}", offer.words());
}

#[test]
fn another_file_in_its_place_is_told_from_an_equal_copy() {
    let replace = |contents: &dyn Fn(&Path) -> Vec<u8>| {
        after(&edit_one, Mode::Shared, 64 << 20, &|path| {
            let before = fs::metadata(path).unwrap().modified().unwrap();
            fs::write(beside(path), contents(path)).unwrap();
            let file = File::options().write(true).open(beside(path)).unwrap();
            file.set_modified(before).unwrap();
            fs::rename(beside(path), path).unwrap();
        })
        .standing
    };
    let equal = replace(&|path| fs::read(path).unwrap());
    assert_eq!(equal, FileFate::Replaced(0));
    let around = replace(&|path| {
        let mut bytes = fs::read(path).unwrap();
        bytes[7] ^= 1;
        bytes
    });
    assert_eq!(around, FileFate::ReplacedAround(1));
}

/// Edits of both kinds in all pages, some undone, some over others, and some saved.
fn edit_much(edited: &Edited) {
    for n in 0..40_u8 {
        let at = u64::from(n) * 307 % (3 * PAGE as u64 - 16);
        is_stored(&edited.store(at, &[n; 9]));
        if n % 3 == 0 {
            let before = &contents()[usize::try_from(at).unwrap()..][..4];
            is_stored(&edited.store(at, before));
        }
    }
}

#[test]
fn what_only_this_program_edited_is_the_same() {
    for mode in [Mode::Private, Mode::Shared] {
        // also where the journal is made short again and again
        for bound in [64 << 20, 1 << 10] {
            let offer = after(&edit_much, mode, bound, &|_| ());
            assert_eq!(offer.standing, FileFate::Same, "{mode}, {bound}");
        }
        // a log that others add to is the same as far as it was one
        let offer = after(&edit_much, mode, 64 << 20, &|path| {
            let mut bytes = fs::read(path).unwrap();
            bytes.extend(b"one more line");
            rewrite_longer(path, &bytes);
        });
        assert_eq!(offer.standing, FileFate::Same, "{mode}, longer");
    }
}

fn rewrite_longer(path: &Path, bytes: &[u8]) {
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(bytes, 0).unwrap();
}

#[test]
fn sums_outlast_a_journal_that_is_made_short() {
    let offer = after(&edit_much, Mode::Private, 1 << 10, &|path| {
        rewrite(path, &[contents()[PAGE - 1] ^ 1], PAGE as u64 - 1);
    });
    let is_told = |fate: &FileFate| matches!(fate, FileFate::Around(1) | FileFate::Changed(1));
    assert!(is_told(&offer.standing), "{:?}", offer.standing);
}

#[test]
fn what_was_saved_is_in_the_file_and_the_file_the_same() {
    let save = |edited: &Edited| {
        edit_one(edited);
        let run = mapscope::model::journal::PendingRun {
            offset: 100,
            base: contents()[100..101].to_vec(),
            value: vec![0],
        };
        edited.ask(FileRequest::WriteBack(vec![run]));
        is_stored(&edited.store(200, b"\0"));
    };
    let offer = after(&save, Mode::Private, 64 << 20, &|_| ());
    assert_eq!(offer.standing, FileFate::Same);
    assert_eq!((offer.unsaved.len(), offer.in_file.len()), (1, 1));
}
