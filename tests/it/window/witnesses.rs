//! Who sees a write: every way to write, every witness, in both modes, with two real other processes.

use super::support::*;
use std::fs;
use std::time::Duration;

use egui::Key;
use mapscope::model::Mode;

/// All witnesses; of the file itself the third.
const ALL: [&str; 5] = [VIEW, SECOND, CALLS, SHARED_PEER, PRIVATE_PEER];

/// A window in `mode` on 64 bytes `A`, with every witness heard.
fn witnessed(mode: Mode) -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    if mode == Mode::Shared {
        press(&mut window, CTRL, Key::T);
        until(&mut window, "it is shared", |window| {
            doc(window).view().writes_through()
        });
    }
    until(&mut window, "every witness was heard", |window| {
        ALL.iter()
            .all(|title| witness(window, title).starts_with("41 'A'"))
    });
    (folder, path, window)
}

/// The witness says this byte and how it compares with the file.
fn says(window: &Window, title: &str, byte: u8, same: bool) -> bool {
    let said = witness(window, title);
    let compared = match (title, same) {
        (CALLS, _) => "",
        (_, true) => ", as the file has it",
        (_, false) => ", which differs from the file",
    };
    said.starts_with(&format!("{byte:02x} '{}'{compared}", char::from(byte)))
}

/// Writes `!` through `writer`; then exactly these witnesses see it, and the file has it or not.
#[track_caller]
fn check(mode: Mode, writer: &str, seen_by: [bool; 5]) {
    let (_folder, path, mut window) = witnessed(mode);
    let in_file = seen_by[2];
    write_as(&mut window, writer);
    let byte = |sees: bool| if sees { b'!' } else { b'A' };
    let all_say = |window: &Window| {
        ALL.iter()
            .zip(seen_by)
            .all(|(title, sees)| says(window, title, byte(sees), sees == in_file))
    };
    until(
        &mut window,
        &format!("{writer} in {mode} mode: {seen_by:?}"),
        all_say,
    );
    throughout(
        &mut window,
        Duration::from_millis(300),
        "it stays so",
        all_say,
    );
    assert_eq!(fs::read(&path).unwrap()[0], byte(in_file));
    let shown = format!("00000000 {:02x} 41 ", byte(seen_by[0]));
    assert!(row(&window, 0).starts_with(&shown), "{}", state(&window));
}

#[test]
fn from_the_private_view() {
    check(Mode::Private, VIEW, [true, false, false, false, false]);
}

#[test]
fn from_the_shared_mapping_beside_it() {
    check(Mode::Private, SECOND, [true; 5]);
}

#[test]
fn from_the_file_and_from_a_shared_process() {
    check(Mode::Private, CALLS, [true; 5]);
    check(Mode::Private, SHARED_PEER, [true; 5]);
}

#[test]
fn from_a_private_process() {
    check(
        Mode::Private,
        PRIVATE_PEER,
        [false, false, false, false, true],
    );
}

#[test]
fn from_the_shared_view() {
    check(Mode::Shared, VIEW, [true; 5]);
    check(Mode::Shared, SECOND, [false, true, false, false, false]);
}

#[test]
fn around_the_shared_view() {
    check(Mode::Shared, CALLS, [true; 5]);
    check(Mode::Shared, SHARED_PEER, [true; 5]);
    check(
        Mode::Shared,
        PRIVATE_PEER,
        [false, false, false, false, true],
    );
}

#[test]
fn a_copied_page_no_longer_sees_others() {
    let (_folder, path, mut window) = witnessed(Mode::Private);
    write_as(&mut window, VIEW);
    until(&mut window, "the view has a copy", |window| {
        says(window, VIEW, b'!', false) && witness(window, VIEW).contains("through a copy")
    });
    write_as(&mut window, PRIVATE_PEER);
    until(&mut window, "the private process has one too", |window| {
        says(window, PRIVATE_PEER, b'!', false)
    });
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"xyz"))
        .unwrap();
    let split = |window: &Window| {
        [SECOND, CALLS, SHARED_PEER]
            .iter()
            .all(|title| says(window, title, b'x', true))
            && says(window, VIEW, b'!', false)
            && says(window, PRIVATE_PEER, b'!', false)
    };
    until(
        &mut window,
        "the shared ones see what was written, the copies do not",
        split,
    );
    throughout(
        &mut window,
        Duration::from_millis(400),
        "and so it stays",
        split,
    );
    assert!(
        row(&window, 0).starts_with("00000000 21 41 41 "),
        "{}",
        state(&window)
    );
}

#[test]
fn more_bytes_are_watched_with_a_selection() {
    let (_folder, _path, mut window) = witnessed(Mode::Private);
    for _ in 0..3 {
        press(&mut window, egui::Modifiers::SHIFT, Key::ArrowRight);
    }
    until(&mut window, "four bytes from each", |window| {
        ALL.iter()
            .all(|title| witness(window, title).starts_with("41 41 41 41 \"AAAA\""))
    });
    press(&mut window, CTRL, Key::A);
    let sixteen = format!("{}\"{}\"", "41 ".repeat(16), "A".repeat(16));
    until(&mut window, "sixteen bytes from each", |window| {
        ALL.iter()
            .all(|title| witness(window, title).starts_with(&sixteen))
    });
}

#[test]
fn the_byte_to_write_is_what_was_typed() {
    let (_folder, path, mut window) = witnessed(Mode::Private);
    field(&window, "Byte to write").focus();
    window.step();
    press(&mut window, CTRL, Key::A);
    type_text(&mut window, "zz");
    write_as(&mut window, CALLS);
    until(&mut window, "nonsense is refused in words", |window| {
        witness(window, CALLS).contains("Not written")
    });
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
    field(&window, "Byte to write").focus();
    window.step();
    press(&mut window, CTRL, Key::A);
    type_text(&mut window, "'hi");
    write_as(&mut window, CALLS);
    until(&mut window, "both characters are in the file", |_| {
        fs::read(&path).unwrap()[..3] == *b"hiA"
    });
}

#[test]
fn hidden_witnesses_cost_nothing_and_come_back() {
    let (_folder, _path, mut window) = witnessed(Mode::Private);
    press(&mut window, PLAIN, Key::F9);
    until(&mut window, "nothing is watched", |window| {
        doc(window).witnesses.span.is_none()
    });
    press(&mut window, PLAIN, Key::F9);
    until(&mut window, "every witness was heard", |window| {
        ALL.iter().all(|title| says(window, title, b'A', true))
    });
}

#[test]
fn of_a_byte_that_nobody_can_read_nothing_is_claimed() {
    let (_folder, path) = file(b"ABCDEFGH");
    let mut window = open(&path);
    until(&mut window, "the file's byte is the same", |window| {
        witness(window, SECOND).contains("as the file has it")
    });
    fs::write(&path, b"").unwrap();
    until(&mut window, "neither is claimed to be the same", |window| {
        let second = witness(window, SECOND);
        second.contains("??") && !second.contains("the file has") && !second.contains("differs")
    });
}
