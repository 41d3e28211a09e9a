//! A journal that is let go can be taken at once, also while processes are being started, which have its descriptor up to
//! their exec.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use mapscope::model::Mode;

use super::offered;
use super::offers::left;

#[test]
fn a_journal_that_is_let_go_is_offered_again_whatever_is_being_started() {
    let folder = tempfile::tempdir().unwrap();
    let (path, state) = (folder.path().join("data.bin"), folder.path().join("state"));
    fs::write(&path, b"0123456789").unwrap();
    left(&path, &state, Mode::Private, b"abc");
    let is_over = AtomicBool::new(false);
    let n_offers = std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    Command::new("true").status().unwrap();
                }
            });
        }
        // each takes it and lets it go
        let looks = (0..200).map(|_| offered(&state).len());
        let n_offers: Vec<usize> = looks.collect();
        is_over.store(true, Ordering::Relaxed);
        n_offers
    });
    let n_missed = n_offers.iter().filter(|n| **n != 1).count();
    assert_eq!(n_missed, 0, "of {}", n_offers.len());
}
