//! What is offered of journals that were left behind, and that two runs do not take each other's.

use std::fs;
use std::path::{Path, PathBuf};

use mapscope::bytes::Span;
use mapscope::model::event::{EditsNews, FileNews};
use mapscope::model::journal::PendingRun;
use mapscope::model::offer::{FileFate, OfferPart};
use mapscope::model::{FileRequest, Mode};
use tempfile::TempDir;

use super::full::Edited;
use super::{Book, journals, offered, value_at};
use crate::processes::until;

/// A run that stored these bytes at 0 in `path` and ended without being asked to.
pub(super) fn left(path: &Path, state: &Path, mode: Mode, bytes: &[u8]) {
    let book = Book::begin(state);
    book.offers(); // it looked: later it might look at this one, and have its lock while somebody else looks
    let edited = Edited::open(path, mode, &book);
    edited.store(0, bytes);
    drop(edited);
    drop(book);
    is_free(state);
}

/// A file of ten digits in which such a run stored `abc`: the folder that all is in, the folder of the journals, and the file.
pub(super) fn left_abc(mode: Mode) -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (state, path) = (folder.path().join("state"), folder.path().join("data.bin"));
    fs::write(&path, b"0123456789").unwrap();
    left(&path, &state, mode, b"abc");
    (folder, state, path)
}

/// A thread that puts a journal on the disk may have it open a moment longer than its owner.
pub(super) fn is_free(state: &Path) {
    until("the lock is gone", || {
        journals(state).iter().all(|path| {
            let file = fs::File::open(path).unwrap();
            // Else a process that another test is starting just now may keep it: it has this descriptor too.
            file.try_lock().is_ok() && file.unlock().is_ok()
        })
    });
}

#[test]
fn each_file_is_named_with_what_stands_there_now() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let check = |name: &str, change: &dyn Fn(&Path), expected: &FileFate| {
        let path = folder.path().join(name);
        fs::write(&path, b"0123456789").unwrap();
        left(&path, &state, Mode::Private, b"abc");
        change(&path);
        let offers = offered(&state);
        let offer = offers.iter().find(|offer| offer.path == path).unwrap();
        assert_eq!(offer.standing, *expected, "{name}");
        assert_eq!(value_at(&offer.unsaved, 2), Some(b'c'), "{name}");
        assert_eq!(offer.unsaved[0].base, b"012", "{name}");
    };
    check("same", &|_| (), &FileFate::Same);
    check(
        "elsewhere",
        &|path| fs::write(path, b"012345678X").unwrap(),
        &FileFate::Around(1),
    );
    check(
        "changed",
        &|path| fs::write(path, b"0X23456789").unwrap(),
        &FileFate::Changed(1),
    );
    check(
        "shorter",
        &|path| fs::write(path, b"0").unwrap(),
        &FileFate::Changed(2),
    );
    let replace = |path: &Path| {
        let new = path.with_extension("new");
        fs::write(&new, b"01Z3456789").unwrap();
        fs::rename(new, path).unwrap();
    };
    check("replaced", &replace, &FileFate::Replaced(1));
    check(
        "gone",
        &|path| fs::remove_file(path).unwrap(),
        &FileFate::Gone,
    );
    // changed, and the clock set back so that its times are what they were
    let jump = |path: &Path| {
        let times = fs::metadata(path).unwrap().modified().unwrap();
        fs::write(path, b"01X3456789").unwrap();
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(times).unwrap();
    };
    check("clock", &jump, &FileFate::Changed(1));
}

#[test]
fn a_run_that_goes_on_is_not_offered_to_another_one() {
    let (_folder, state, path) = left_abc(Mode::Private);
    let lives = Book::begin(&state);
    assert_eq!(lives.offers().len(), 1);
    let edited = Edited::open(&path, Mode::Private, &lives);
    edited.store(5, b"x");
    // what the first offers, and what it writes: neither is the second's
    let second = Book::begin(&state);
    assert_eq!(second.offers(), []);
    assert_eq!(journals(&state).len(), 2, "and nothing of it is removed");
    drop((second, edited, lives));
    is_free(&state);
    assert_eq!(offered(&state).len(), 2, "once it is gone they are");
}

#[test]
fn what_is_decided_is_not_offered_again() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let paths = ["a.bin", "b.bin"].map(|name| folder.path().join(name));
    let book = Book::begin(&state);
    assert_eq!(book.offers(), []);
    for path in &paths {
        fs::write(path, b"0123456789").unwrap();
        Edited::open(path, Mode::Private, &book).store(0, b"abc");
    }
    drop(book);
    is_free(&state);
    let next = Book::begin(&state);
    let offers = next.offers();
    assert_eq!(offers.len(), 2);
    next.inner.retire(offers[0].id, OfferPart::All).unwrap();
    drop(next);
    is_free(&state);
    let next = Book::begin(&state);
    let left = next.offers();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].path, offers[1].path);
    next.inner.retire(left[0].id, OfferPart::Unsaved).unwrap();
    assert!(journals(&state).is_empty(), "with nothing to offer it goes");
}

#[test]
fn an_end_in_good_order_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (state, path) = (folder.path().join("state"), folder.path().join("data.bin"));
    fs::write(&path, b"0123456789").unwrap();
    let book = Book::begin(&state);
    let edited = Edited::open(&path, Mode::Private, &book);
    edited.store(0, b"abc");
    drop(edited);
    assert!(book.inner.finish().is_none());
    assert_eq!(journals(&state).len(), 1, "nobody has decided anything yet");
    book.inner.is_decided();
    book.inner.finish().unwrap().join().unwrap();
    assert!(journals(&state).is_empty());
}

#[test]
fn what_was_saved_given_up_or_undone_is_not_offered() {
    let folder = tempfile::tempdir().unwrap();
    let (state, path) = (folder.path().join("state"), folder.path().join("data.bin"));
    fs::write(&path, b"0123456789").unwrap();
    let book = Book::begin(&state);
    assert_eq!(book.offers(), []);
    let edited = Edited::open(&path, Mode::Private, &book);
    edited.store(0, b"ab");
    edited.store(4, b"cd");
    edited.store(8, b"ef");
    edited.store(8, b"89"); // as undo does
    let run = PendingRun {
        offset: 0,
        base: b"01".to_vec(),
        value: b"ab".to_vec(),
    };
    let FileNews::WroteBack(wrote) = edited.ask(FileRequest::WriteBack(vec![run])) else {
        panic!("it is written");
    };
    assert!(wrote.synced);
    edited.ask(FileRequest::Forget(vec![Span::at(5, 1).unwrap()]));
    drop((edited, book));
    is_free(&state);
    let offers = offered(&state);
    assert_eq!(offers.len(), 1);
    let run = |offset: u64, base: &[u8], value: &[u8]| PendingRun {
        offset,
        base: base.to_vec(),
        value: value.to_vec(),
    };
    assert_eq!(offers[0].unsaved, [run(4, b"4", b"c")]);
    assert_eq!(
        offers[0].in_file,
        [run(0, b"01", b"ab")],
        "it can be taken back"
    );
}

#[test]
fn what_is_in_the_file_is_taken_back_only_where_it_still_stands() {
    let (_folder, state, path) = left_abc(Mode::Shared);
    assert_eq!(fs::read(&path).unwrap(), b"abc3456789");
    fs::write(&path, b"aXc3456789").unwrap(); // somebody else
    let next = Book::begin(&state);
    let offer = next.offers().remove(0);
    let edited = Edited::open(&path, Mode::Private, &next);
    let turned = offer.in_file.into_iter().map(|run| PendingRun {
        offset: run.offset,
        base: run.value,
        value: run.base,
    });
    let answer = edited.ask(FileRequest::PutBack {
        offer: offer.id,
        runs: turned.collect(),
    });
    let FileNews::Edits(EditsNews::PutBack(_, wrote)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(wrote.conflicts, [(1, b'X')]);
    assert_eq!(fs::read(&path).unwrap(), b"0X23456789");
}

#[test]
fn what_is_taken_over_stands_in_the_journal_of_this_run() {
    let (_folder, state, path) = left_abc(Mode::Private);
    let next = Book::begin(&state);
    let offer = next.offers().remove(0);
    let edited = Edited::open(&path, Mode::Private, &next);
    edited.ask(FileRequest::TakeOver {
        offer: offer.id,
        runs: offer.unsaved.clone(),
    });
    assert_eq!(journals(&state).len(), 1, "the old one is gone");
    drop((edited, next));
    is_free(&state);
    let again = offered(&state);
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].unsaved, offer.unsaved, "and it is offered again");
}

#[test]
fn files_that_are_no_journals_stay_and_harm_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path();
    fs::write(state.join("x.journal"), [0; 4096]).unwrap();
    fs::write(state.join("notes.txt"), "mine").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", state.join("y.journal")).unwrap();
    fs::create_dir(state.join("z.journal")).unwrap();
    assert_eq!(offered(state), []);
    assert_eq!(fs::read_dir(state).unwrap().count(), 4);
}
