//! The window is killed, ended by a signal, or loses its display: the next one offers what was edited, of the file that it
//! was edited in, and has applied nothing.

use std::fs;
use std::path::PathBuf;

use mapscope::work::logbook::ledger::recover;

use crate::bare::Bare;
use crate::rig::{Program, Stage, until};

const SCREEN: [&str; 3] = ["-screen", "0", "1280x800x24"];

/// The journals that there are.
pub(crate) fn journals(stage: &Stage) -> Vec<PathBuf> {
    let entries = fs::read_dir(stage.folder().join("state/mapscope"));
    let entries = entries.into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "journal"))
        .collect()
}

/// Waits until there are `n` journals, each with an edit in it.
#[track_caller]
pub(crate) fn is_recorded(stage: &Stage, n: usize) {
    until("record of the edit", || {
        let journals = journals(stage);
        let is_long = |path: &PathBuf| fs::metadata(path).is_ok_and(|meta| meta.len() > 100);
        (journals.len() == n && journals.iter().all(is_long)).then_some(())
    });
}

/// A file of digits, the first of which a window changed that was killed then.
#[track_caller]
pub(crate) fn edited_by_a_killed_window(stage: &Stage) -> PathBuf {
    let path = stage.file("left.bin", b"0123");
    let mut program = Program::start(stage, &[&path]);
    stage.types("5a");
    is_recorded(stage, 1);
    program.kill();
    path
}

/// How the windows end, one after the other, and again from the first on.
const ENDS: [&str; 10] = [
    "-KILL", "-TERM", "-KILL", "-HUP", "-KILL", "-INT", "-KILL", "-KILL", "-KILL", "-KILL",
];
/// How many windows end where nothing else is asked for.
const N_ENDS: usize = 10;

/// How many are to end: `MAPSCOPE_KILLED_WINDOWS`.
fn n_ends() -> usize {
    let asked = std::env::var("MAPSCOPE_KILLED_WINDOWS");
    asked.map_or(N_ENDS, |n| n.parse().expect("a number of windows"))
}

/// The digits that are typed in one of them, and the byte that they are.
fn typed(n: usize) -> (String, u8) {
    let byte = u8::try_from(n % 200).unwrap() + 0x37;
    (format!("{byte:02x}"), byte)
}

#[test]
fn a_window_that_is_killed_leaves_its_edits_to_the_next() {
    let Some(stage) = Stage::set(320, 200, &[]) else {
        return;
    };
    let bare = Bare::set(&stage, &SCREEN);
    let name = |n: usize| format!("left{n}.bin");
    let n_ends = n_ends();
    for (n, end) in ENDS.into_iter().cycle().take(n_ends).enumerate() {
        let path = stage.file(&name(n), b"0123");
        let mut run = bare.run("", &[path.to_str().unwrap()]);
        bare.type_in(&mut run, &name(n), &typed(n).0);
        is_recorded(&stage, n + 1);
        run.signal(end);
        run.until_end();
        assert_eq!(fs::read(path).unwrap(), b"0123", "{end}: it was private");
    }
    let mut left: Vec<(String, u8)> = Vec::new();
    for path in journals(&stage) {
        let mut ledger = recover(&fs::read(path).unwrap()).unwrap().ledger;
        ledger.end();
        for entry in ledger.files.values() {
            let name = entry.path.file_name().unwrap().to_str().unwrap();
            for change in entry.unsaved() {
                assert_eq!((change.offset, &change.old[..]), (0, &b"0"[..]));
                left.push((name.to_owned(), change.new[0]));
            }
        }
    }
    left.sort();
    let mut expected: Vec<(String, u8)> = (0..n_ends).map(|n| (name(n), typed(n).1)).collect();
    expected.sort();
    assert_eq!(left, expected, "each edit, of its own file");
    // The next one has them before it, and applies none.
    let path = stage.file("next.bin", b"0123");
    let mut run = bare.run("", &[path.to_str().unwrap()]);
    bare.type_in(&mut run, "next.bin", "5a");
    run.signal("-KILL");
    run.until_end();
    for n in 0..n_ends {
        let path = stage.folder().join("home").join(name(n));
        assert_eq!(fs::read(path).unwrap(), b"0123");
    }
    assert_eq!(journals(&stage).len(), n_ends + 1, "nothing was decided");
}
