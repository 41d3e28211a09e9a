//! The page of an edit goes between the look and the store: what was not stored is told, and is no edit after an end of the
//! program either.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use mapscope::model::Mode;
use mapscope::model::event::StoreOutcome;

use super::full::Edited;
use super::offers::is_free;
use super::{Book, PATIENCE, offered, value_at};

const LEN: u64 = 64 * 4096;

/// Stores at one place after the other until both ways of ending were met often; where it was stored, and where not.
fn store_all(edited: &Edited) -> (Vec<u64>, Vec<u64>) {
    let deadline = Instant::now() + PATIENCE;
    let (mut stored, mut refused) = (Vec::new(), Vec::new());
    for offset in 0.. {
        if stored.len() > 50 && refused.len() > 50 {
            break;
        }
        assert!(Instant::now() < deadline && offset < LEN);
        match edited.store(offset, &[0x5a]).outcome {
            StoreOutcome::Stored(_) => stored.push(offset),
            StoreOutcome::Refused(why) => {
                assert!(!why.is_empty());
                refused.push(offset);
            }
            other @ StoreOutcome::Changed(_) => panic!("{other:?}"),
        }
    }
    (stored, refused)
}

#[test]
fn what_was_not_stored_as_its_page_went_is_no_edit() {
    for mode in [Mode::Private, Mode::Shared] {
        let folder = tempfile::tempdir().unwrap();
        let (path, state) = (folder.path().join("data.bin"), folder.path().join("state"));
        fs::write(&path, vec![0; usize::try_from(LEN).unwrap()]).unwrap();
        let book = Book::begin(&state);
        assert_eq!(book.offers(), []);
        let edited = Edited::open(&path, mode, &book);
        // It has begun: an empty file is not opened.
        edited.store(LEN - 1, &[0x5a]);
        let is_over = AtomicBool::new(false);
        let (stored, refused) = std::thread::scope(|scope| {
            let trouble = scope.spawn(|| {
                let file = File::options().write(true).open(&path).unwrap();
                while !is_over.load(Ordering::Relaxed) {
                    file.set_len(0).unwrap();
                    file.set_len(LEN).unwrap();
                }
            });
            let met = catch_unwind(AssertUnwindSafe(|| store_all(&edited)));
            is_over.store(true, Ordering::Relaxed);
            trouble.join().unwrap();
            met.unwrap()
        });
        drop((edited, book));
        is_free(&state);
        let offers = offered(&state);
        let runs = match mode {
            Mode::Private => &offers[0].unsaved,
            Mode::Shared => &offers[0].in_file,
        };
        for offset in stored {
            assert_eq!(value_at(runs, offset), Some(0x5a), "{mode} at {offset}");
        }
        for offset in refused {
            assert_eq!(value_at(runs, offset), None, "{mode} at {offset}");
        }
    }
}
