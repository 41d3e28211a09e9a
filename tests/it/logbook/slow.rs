//! A disk that takes its time: what waits for the journal waits for all of it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use mapscope::model::event::FileNews;
use mapscope::model::{FileRequest, Mode};
use mapscope::work::logbook::Disk;

use super::full::{Edited, is_stored};
use super::{Book, PATIENCE};

/// What the journal's thread is at counts as well: msync comes after it.
#[test]
fn msync_waits_for_records_that_are_on_their_way_to_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.bin");
    fs::write(&path, [b'0'; 64]).unwrap();
    let is_there = Arc::new(AtomicBool::new(false));
    let (begins, begun) = channel();
    let disk = {
        let is_there = Arc::clone(&is_there);
        Disk::new(move |file| {
            if thread::current().name() != Some("journal") {
                return file.sync_data();
            }
            drop(begins.send(()));
            thread::sleep(Duration::from_millis(500)); // the disk is slow
            file.sync_data()?;
            is_there.store(true, Ordering::SeqCst);
            Ok(())
        })
    };
    let book = Book::begin_on(&folder.path().join("state"), 64 << 20, disk);
    assert_eq!(book.offers(), []);
    let edited = Edited::open(&path, Mode::Private, &book);
    is_stored(&edited.store(0, b"x"));
    begun.recv_timeout(PATIENCE).expect("the thread has begun");
    let answer = edited.ask(FileRequest::Flush);
    assert!(matches!(answer, FileNews::Flushed(Ok(_))), "{answer:?}");
    assert!(is_there.load(Ordering::SeqCst), "its record is on the disk");
}
