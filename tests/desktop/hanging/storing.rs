//! A store into a page that is being written to storage that hangs waits for it, and nothing else of the program does; an order that
//! hangs is told in a frame that nothing else asks for.

use std::fs::File;
use std::thread;
use std::time::{Duration, Instant};

use egui::Key;
use memmap2::MmapMut;
use tempfile::TempDir;

use super::{open_both, share, turn, until_waits};
use crate::indoors::*;
use crate::rig::hanging::{Hanging, Hangs};
use crate::rig::{PATIENCE, until as until_so};

/// Another thread is held up at most so long when it maps memory.
const MOST: Duration = Duration::from_millis(100);
/// Between two frames at most while something is waited for.
const SOON: Duration = Duration::from_secs(1);

#[test]
fn a_store_into_a_page_that_is_being_written_keeps_nobody_from_mapping_memory() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut window = open_both(&storage, folder.path());
    share(&mut window);
    // now: opened later it would itself wait for what is not written yet
    let file = File::open(storage.path()).unwrap();
    type_text(&mut window, "5a");
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "it is stored", |window| {
        has(window, "00000000 5a 41 ")
    });
    storage.hang(Hangs::Writes);
    let writes = thread::spawn(move || file.sync_all());
    until_so("the page is being written", || {
        (storage.n_waiting() > 0).then_some(())
    });
    let mut most = Duration::ZERO;
    let mut map = || {
        let start = Clock::now();
        drop(MmapMut::map_anon(1 << 20).unwrap());
        most = most.max(Clock::now().blocked_since(start));
    };
    type_text(&mut window, "5b");
    map();
    until(&mut window, "it waits", |window| {
        map();
        has(window, "Waiting for storage: f has not answered for ")
    });
    map();
    assert!(most < MOST, "mapping memory took {most:?}");
    until_waits(&mut window);
    storage.go_on();
    until(&mut window, "it is stored at last", |window| {
        has(window, "00000000 5b 41 ")
    });
    writes.join().unwrap().unwrap();
}

#[test]
fn a_frame_is_asked_for_that_says_that_an_order_hangs() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut window = open_both(&storage, folder.path());
    share(&mut window);
    type_text(&mut window, "5a");
    until(&mut window, "it is stored", |window| {
        has(window, "00000000 5a 41 ")
    });
    storage.hang(Hangs::Writes);
    press(&mut window, CTRL, Key::M);
    let deadline = Instant::now() + PATIENCE;
    while !has(&window, "Waiting for storage: f has not answered for 2 s") {
        let asked = window.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert!(asked <= SOON, "the next frame comes in {asked:?}");
        assert!(Instant::now() < deadline, "{:#?}", labels(&window));
        thread::sleep(asked); // as a window does
        window.step();
    }
    storage.go_on();
    until(&mut window, "it answers again", |window| {
        doc(window).waiting_seconds.is_none()
    });
}
