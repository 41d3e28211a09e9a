//! What others write through mappings of their own shows, marked, and not more often than the eye can follow.

use super::support::*;
use std::path::Path;
use std::time::{Duration, Instant};

use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile};

/// Names the file that the second process stores into.
const STORE_INTO: &str = "MAPSCOPE_TEST_STORE_INTO";

/// Runs in the second process only: ten thousand stores a second through a shared mapping, until it is ended.
#[test]
fn stores_without_rest() {
    let Some(path) = std::env::var_os(STORE_INTO) else {
        return;
    };
    end_with_parent();
    let log = CallLog::new();
    let file = OpenFile::open(Path::new(&path), &log).unwrap();
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: None,
    };
    let mapping = Mapping::create(&file, request, &log).unwrap();
    let started = Instant::now();
    let mut count = 0_u64;
    while started.elapsed() < Duration::from_secs(30) {
        count += 1;
        mapping.store(0, &count.to_le_bytes(), &file).unwrap();
        while started.elapsed() < Duration::from_micros(100) * u32::try_from(count).unwrap() {
            std::hint::spin_loop();
        }
    }
}

#[test]
fn ten_thousand_stores_a_second_are_shown_ten_times_a_second() {
    let (_folder, path) = file(&[0; 4096]);
    let mut window = open(&path);
    let _writer = other_process("window::live::stores_without_rest", STORE_INTO, &path);
    let counted = |window: &Window| -> Option<u64> {
        let shown = model(window).window.as_ref()?;
        let bytes: Option<Vec<u8>> = (0..8).map(|at| shown.byte(at)).collect();
        Some(u64::from_le_bytes(bytes?.try_into().ok()?))
    };
    until(&mut window, "the first stores are shown", |window| {
        counted(window) > Some(0)
    });
    let started = Instant::now();
    let first = counted(&window).unwrap();
    let (mut changes, mut marked, mut last) = (0_u32, false, first);
    while started.elapsed() < Duration::from_secs(2) {
        window.step();
        let now = counted(&window).unwrap();
        if now != last {
            changes += 1;
            last = now;
        }
        let cell = model(&window)
            .window
            .as_ref()
            .and_then(|shown| shown.cell(0))
            .unwrap();
        marked |= cell.flash() > 0;
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(
        last - first > 2_000,
        "the other process made {} stores",
        last - first
    );
    assert!(marked, "a byte that changed is not marked");
    assert!(
        (6..=24).contains(&changes),
        "{changes} changes shown in two seconds"
    );
    // and what did not change is not marked
    let shown = model(&window).window.as_ref().unwrap();
    assert!((8..500).all(|at| shown.cell(at).is_some_and(|cell| cell.flash() == 0)));
}

#[test]
fn a_change_fades_and_then_nothing_is_drawn_any_more() {
    let (_folder, path) = file(&[b'A'; 4096]);
    let mut window = open(&path);
    let at = |window: &Window, offset| {
        let shown = model(window).window.as_ref().unwrap();
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
    act(&mut window, mapscope::model::Action::ScrollRows(10));
    act(&mut window, mapscope::model::Action::ScrollRows(-10));
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
