//! What others write through mappings of their own shows, marked, and not more often than the eye can follow.

use super::support::*;
use std::path::Path;
use std::time::{Duration, Instant};

use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile};

/// Names the file that the second process stores into.
const STORE_INTO: &str = "MAPSCOPE_TEST_STORE_INTO";

/// What the second process does: ten thousand stores a second through a shared mapping, until it is ended.
fn store_without_rest(path: &Path) {
    end_with_parent();
    let log = CallLog::new();
    let file = OpenFile::open(path, &log).unwrap();
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: None,
    };
    let mapping = Mapping::create(&file, request, &log).unwrap();
    let started = Instant::now();
    for count in 1_u32.. {
        let number = u64::from(count).to_le_bytes();
        mapping.store(0, &number, &file).unwrap();
        while started.elapsed() < Duration::from_micros(100) * count {
            std::hint::spin_loop();
        }
    }
}

#[test]
fn ten_thousand_stores_a_second_are_shown_ten_times_a_second() {
    const CHANGES: u32 = 20;
    if let Some(path) = std::env::var_os(STORE_INTO) {
        return store_without_rest(Path::new(&path));
    }
    let (_folder, path) = file(&[0; 4096]);
    let mut window = open(&path);
    let test = "window::live::ten_thousand_stores_a_second_are_shown_ten_times_a_second";
    let _writer = other_process(test, STORE_INTO, &path);
    let counted = |window: &Window| -> Option<u64> {
        let shown = doc(window).view().window.as_ref()?;
        let bytes: Option<Vec<u8>> = (0..8).map(|at| shown.byte(at)).collect();
        Some(u64::from_le_bytes(bytes?.try_into().ok()?))
    };
    until(&mut window, "the first stores are shown", |window| {
        counted(window) > Some(0)
    });
    let started = Instant::now();
    let first = counted(&window).unwrap();
    let (mut changes, mut marked, mut last) = (0, false, first);
    until(
        &mut window,
        "changes are shown, again and again",
        |window| {
            let now = counted(window).unwrap();
            changes += u32::from(now != last);
            last = now;
            let shown = doc(window).view().window.as_ref().unwrap();
            marked |= shown.cell(0).unwrap().flash() > 0;
            changes == CHANGES
        },
    );
    // A slow machine shows fewer of them a second, and none more: ten times, and a fifth for the coarseness of clocks.
    let seconds = started.elapsed().as_secs_f64();
    assert!(
        f64::from(changes) < 12.0 * seconds + 2.0,
        "{changes} changes shown in {seconds} seconds"
    );
    let stores = last - first;
    assert!(
        stores > 10 * u64::from(changes),
        "all {stores} stores are shown, one by one"
    );
    assert!(marked, "a byte that changed is not marked");
    // and what did not change is not marked
    let shown = doc(&window).view().window.as_ref().unwrap();
    assert!((8..500).all(|at| shown.cell(at).is_some_and(|cell| cell.flash() == 0)));
}

#[test]
fn a_change_fades_and_then_nothing_is_drawn_any_more() {
    let (_folder, path) = file(&[b'A'; 4096]);
    let mut window = open(&path);
    let at = |window: &Window, offset| {
        let shown = doc(window).view().window.as_ref().unwrap();
        shown.cell(offset).unwrap()
    };
    std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"x"))
        .unwrap();
    until(&mut window, "the change is marked", |window| {
        at(window, 0).flash() > 0
    });
    assert_eq!(at(&window, 1).flash(), 0);
    until(&mut window, "it has faded", |window| {
        !model(window).is_flashing()
    });
    // scrolling away and back is no change
    act(
        &mut window,
        mapscope::model::Action::View(mapscope::model::ViewAction::ScrollRows(10)),
    );
    act(
        &mut window,
        mapscope::model::Action::View(mapscope::model::ViewAction::ScrollRows(-10)),
    );
    throughout(
        &mut window,
        Duration::from_millis(300),
        "nothing is marked",
        |window| !model(window).is_flashing(),
    );
    let idle = window.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert!(
        idle > Duration::from_millis(50),
        "an idle window asks for a frame in {idle:?}"
    );
}
