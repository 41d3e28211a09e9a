//! What goes to the file is in it, and nothing else of the view changes; what does not is named.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mapscope::bytes::Span;
use mapscope::model::event::{EditsNews, FileNews, WroteBack};
use mapscope::model::journal::PendingRun;
use mapscope::model::{FileRequest, Mode};
use mapscope::work::logbook::Disk;

use super::Book;
use super::full::{Edited, is_stored};
use super::offers::left_abc;

fn run(offset: u64, base: &[u8], value: &[u8]) -> PendingRun {
    PendingRun {
        offset,
        base: base.to_vec(),
        value: value.to_vec(),
    }
}

fn shown(edited: &Edited, len: u64) -> Vec<u8> {
    match edited.ask(FileRequest::Peek(Span::at(0, len).unwrap())) {
        FileNews::Peeked(readout) => readout.bytes,
        other => panic!("{other:?}"),
    }
}

/// The file's bytes are taken back beneath an edit of the person's own, which stays in the view.
#[test]
fn what_is_taken_back_in_the_file_takes_no_edit_of_a_private_view() {
    let (_folder, state, path) = left_abc(Mode::Shared);
    let next = Book::begin(&state);
    let offer = next.offers().remove(0);
    let edited = Edited::open(&path, Mode::Private, &next);
    is_stored(&edited.store(1, b"Z"));
    assert_eq!(shown(&edited, 4), b"aZc3");
    let runs = offer.in_file.iter();
    let answer = edited.ask(FileRequest::PutBack {
        offer: offer.id,
        runs: runs.map(|it| run(it.offset, &it.value, &it.base)).collect(),
    });
    let FileNews::Edits(EditsNews::PutBack(_, wrote)) = answer else {
        panic!("{answer:?}");
    };
    assert!(wrote.is_whole(), "{wrote:?}");
    assert_eq!(fs::read(&path).unwrap(), b"0123456789");
    assert_eq!(shown(&edited, 4), b"0Z23", "beside it the view follows");
}

fn write_back(edited: &Edited, runs: Vec<PendingRun>) -> WroteBack {
    match edited.ask(FileRequest::WriteBack(runs)) {
        FileNews::WroteBack(wrote) => wrote,
        other => panic!("{other:?}"),
    }
}

fn open(folder: &Path, is_failing: &Arc<AtomicBool>) -> (Book, Edited) {
    let path = folder.join("data.bin");
    fs::write(&path, [b'0'; 64]).unwrap();
    let fails = Arc::clone(is_failing);
    let disk = Disk::new(move |file| {
        if fails.load(Ordering::SeqCst) {
            return Err(std::io::Error::from_raw_os_error(libc::EIO));
        }
        file.sync_data()
    });
    let book = Book::begin_on(&folder.join("state"), 64 << 20, disk);
    assert_eq!(book.offers(), []);
    let edited = Edited::open(&path, Mode::Private, &book);
    (book, edited)
}

#[test]
fn of_edits_that_are_not_written_the_first_is_named_and_all_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let is_failing = Arc::new(AtomicBool::new(false));
    let (_book, edited) = open(folder.path(), &is_failing);
    is_failing.store(true, Ordering::SeqCst);
    let wrote = write_back(
        &edited,
        vec![run(0x10, b"00", b"ab"), run(0x30, b"0", b"c")],
    );
    assert_eq!(wrote.written, []);
    let why = wrote.error.unwrap();
    let expected = "3 edited bytes are not written, the first at 0x10: ";
    assert!(why.starts_with(expected) && why.contains("EIO"), "{why}");
    assert!(!why.contains("make room"), "that would not help: {why}");
    assert_eq!(
        fs::read(folder.path().join("data.bin")).unwrap(),
        [b'0'; 64]
    );
}
