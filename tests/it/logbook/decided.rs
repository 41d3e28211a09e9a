//! What was decided of an earlier run's edits as the program ends: it is written down, whichever of the two comes first.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use mapscope::model::Mode;
use mapscope::model::offer::OfferPart;
use mapscope::work::logbook::Disk;

use super::offers::{is_free, left_abc};
use super::{Book, journals, offered};

#[test]
fn what_is_decided_while_the_program_ends_is_not_offered_again() {
    let (_folder, state, _) = left_abc(Mode::Private);
    let next = Book::begin(&state);
    let offer = next.offers().remove(0);
    // the thread that writes it down comes after the one that ends the journal of this run
    next.inner.is_decided();
    next.inner.finish().unwrap().join().unwrap();
    next.inner.retire(offer.id, OfferPart::All).unwrap();
    assert!(journals(&state).is_empty(), "with nothing to offer it goes");
    drop(next);
    assert_eq!(offered(&state), []);
}

/// Where something of an earlier run is still to be offered, what is decided is on the disk before it is said to be.
#[test]
fn what_is_decided_waits_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let paths = ["a.bin", "b.bin"].map(|name| folder.path().join(name));
    let book = Book::begin(&state);
    assert_eq!(book.offers(), []);
    for path in &paths {
        fs::write(path, b"0123456789").unwrap();
        super::full::Edited::open(path, Mode::Private, &book).store(0, b"abc");
    }
    drop(book);
    is_free(&state);
    let (hangs, is_synced) = (Arc::new(Mutex::new(())), Arc::new(AtomicBool::new(false)));
    let disk = {
        let (hangs, is_synced) = (Arc::clone(&hangs), Arc::clone(&is_synced));
        Disk::new(move |file| {
            drop(hangs.lock().unwrap());
            file.sync_data()?;
            is_synced.store(true, Ordering::SeqCst);
            Ok(())
        })
    };
    let next = Book::begin_on(&state, 64 << 20, disk);
    let offer = next.offers().remove(0);
    let held = hangs.lock().unwrap();
    thread::scope(|scope| {
        let logbook = next.inner.clone();
        let retired = scope.spawn(move || logbook.retire(offer.id, OfferPart::All));
        assert!(!retired.is_finished());
        assert!(!is_synced.load(Ordering::SeqCst));
        drop(held);
        retired.join().unwrap().unwrap();
        assert!(is_synced.load(Ordering::SeqCst), "it is on the disk");
    });
}
