//! What an earlier run left where the system does not let it be looked at: that is said, and it stays.
//!
//! The run that has no descriptor left is a process of its own, this very test program.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use mapscope::model::Mode;
use mapscope::model::offer::JournalNews;

use super::offers::left;
use super::{Book, journals, offered};

/// The folder of the journals, and how many descriptors are left.
const STATE: &str = "MAPSCOPE_TEST_UNOPENED";
const FREE: &str = "MAPSCOPE_TEST_FREE";

/// The run. Without a folder it is nothing.
#[test]
#[ignore = "it is the run without descriptors of another test"]
fn run_without_descriptors() {
    let Some(state) = std::env::var_os(STATE).map(PathBuf::from) else {
        return;
    };
    let free: usize = std::env::var(FREE).unwrap().parse().unwrap();
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
    }
    taken.truncate(taken.len() - free);
    let book = Book::begin(&state);
    let n_offers = book.offers().len();
    let JournalNews::Unread(why) = book.hear() else {
        panic!("it says what it cannot look at");
    };
    drop(taken);
    // Not by println, which a test that passes keeps to itself.
    writeln!(std::io::stdout(), "{n_offers} offers; {why}").unwrap();
}

#[test]
fn journals_that_there_is_no_descriptor_for_are_told_of_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    for name in ["a.bin", "b.bin"] {
        let path = folder.path().join(name);
        fs::write(&path, b"0123456789").unwrap();
        left(&path, &state, Mode::Private, b"abc");
    }
    // none for the folder; and for the folder, and then for one of the journals
    for (free, n_offers) in [(0, 0), (1, 1)] {
        let test = "logbook::unopened::run_without_descriptors";
        let script = "ulimit -n 64; exec \"$0\" \"$@\"";
        let output = Command::new("sh")
            .args(["-c", script])
            .arg(std::env::current_exe().unwrap())
            .args([test, "--exact", "--ignored", "--nocapture"])
            .env(STATE, &state)
            .env(FREE, free.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        assert!(said.contains(&format!("{n_offers} offers; ")), "{said}");
        let why = "the system does not let it be read now: ";
        assert!(said.contains(why) && said.contains("(EMFILE)"), "{said}");
        assert_eq!(journals(&state).len(), 2, "they stay");
    }
    assert_eq!(offered(&state).len(), 2, "and are offered the next time");
}
