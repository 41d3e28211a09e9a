//! A program that maps the file a thousand times, with a name that would act on a terminal: few rows, the rest in words, and
//! a window that goes on.

use super::support::*;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::map::MOST_ROWS;

use crate::others::{Program, python};

/// Mappings of the file by the one program.
const N_MAPPINGS: usize = 1000;
/// Rows of the window's own, the pair among them.
const N_OWN: usize = 5;
/// A line end, and a code that makes a terminal write in red.
const NAME: &str = "a\nb\u{1b}[31m";
/// What a frame may take at most on a machine that is busy with other work.
const MOST: Duration = Duration::from_secs(1);

/// Some text on the screen has these words in it.
fn reads(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[test]
fn a_thousand_mappings_of_one_program_are_few_rows_and_hold_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{NAME}.bin"));
    fs::write(&path, [b'A'; 64]).unwrap();
    let runner = folder.path().join(NAME);
    let python = Command::new(python())
        .args(["-c", "import sys; print(sys.executable)"])
        .output();
    let python = String::from_utf8(python.unwrap().stdout).unwrap();
    std::os::unix::fs::symlink(python.trim_end(), &runner).unwrap();

    let mut window = open(&path);
    until(&mut window, "its own rows are heard", |window| {
        let rows = witness_rows(window);
        rows.len() == N_OWN && rows.iter().all(|row| row.contains("sees 41 'A'"))
    });
    let mut program = Program::run(Command::new(runner), &[]);
    program.ask(&serde_json::json!(["map_many", path, N_MAPPINGS]));
    let head = format!("a\\u{{a}}b\\u{{1b}}[31m {} at 0x", program.pid());
    until(&mut window, "as many rows as there is room for", |window| {
        let rows = witness_rows(window);
        rows.len() == N_OWN + MOST_ROWS
            && rows.iter().filter(|row| row.starts_with(&head)).count() == MOST_ROWS
    });
    // A screen reader tells them apart.
    let mut rows = witness_rows(&window);
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), N_OWN + MOST_ROWS);
    let more = format!("{} more mappings", N_MAPPINGS - MOST_ROWS);
    until(&mut window, "how many more there are", |window| {
        reads(window, &more)
    });
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        let label = node.label().unwrap_or_default();
        assert!(!label.contains(char::is_control), "{label:?}");
        let more = node.data().description().unwrap_or_default();
        assert!(!more.contains('\u{1b}'), "{more:?}");
    }

    // And it goes on: each key is answered in the next frames.
    let mut longest = Duration::ZERO;
    for round in 1..=32_u64 {
        press(&mut window, PLAIN, Key::ArrowRight);
        for _ in 0..3 {
            let start = Instant::now();
            window.step();
            longest = longest.max(start.elapsed());
        }
        assert_eq!(doc(&window).view().viewport.cursor, round);
    }
    assert!(longest < MOST, "a frame took {longest:?}");
    program.end();
    until(&mut window, "its rows go with it", |window| {
        witness_rows(window).len() == N_OWN && !reads(window, &more)
    });
}
