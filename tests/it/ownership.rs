//! What is ours and what is not: scratch folders that processes use, folders and processes that only have the name or the
//! number of one of ours, and the folder that the environment names for them.

mod peers;
#[cfg(feature = "gui")]
mod stand_in;
mod temp_dir;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(30);

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_mapscope"))
}

#[track_caller]
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < LONG, "{what} within {LONG:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The folders in `parent`.
fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).unwrap().flatten();
    entries.map(|entry| entry.path()).collect()
}
