//! A disk that takes its time: what waits for the journal waits for all of it.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mapscope::model::event::FileNews;
use mapscope::model::{FileRequest, Mode};
use mapscope::work::logbook::Disk;

use super::full::{Edited, is_stored};
use super::{Book, PATIENCE, journals};

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
            let _ = begins.send(());
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

/// What the worker of a file waits for the program does not: it ends, and the journal goes once the disk has answered.
#[test]
fn the_end_of_the_program_does_not_wait_for_a_disk_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let (state, path) = (folder.path().join("state"), folder.path().join("data.bin"));
    fs::write(&path, [b'0'; 64]).unwrap();
    let (hangs, may_go_on) = (Arc::new(AtomicBool::new(false)), Mutex::new(()));
    let may_go_on = Arc::new(may_go_on);
    let (begins, begun) = channel();
    let disk = {
        let (hangs, may_go_on) = (Arc::clone(&hangs), Arc::clone(&may_go_on));
        Disk::new(move |file| {
            if hangs.load(Ordering::SeqCst) {
                let _ = begins.send(());
                drop(may_go_on.lock().unwrap());
            }
            file.sync_data()
        })
    };
    let book = Book::begin_on(&state, 64 << 20, disk);
    assert_eq!(book.offers(), []);
    // in a shared view the worker waits for the disk itself
    let edited = Edited::open(&path, Mode::Shared, &book);
    let held = may_go_on.lock().unwrap();
    hangs.store(true, Ordering::SeqCst);
    thread::scope(|scope| {
        let stores = scope.spawn(move || edited.store(0, b"x"));
        begun.recv_timeout(PATIENCE).expect("the worker waits");
        book.inner.is_decided();
        let (ends, ended) = channel();
        let logbook = book.inner.clone();
        let quits = scope.spawn(move || {
            let left = logbook.finish();
            let _ = ends.send(());
            left
        });
        let has_ended = ended.recv_timeout(PATIENCE);
        drop(held);
        assert!(has_ended.is_ok(), "it does not wait");
        stores.join().unwrap();
        quits.join().unwrap().unwrap().join().unwrap();
    });
    assert!(journals(&state).is_empty());
}
