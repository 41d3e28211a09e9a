//! A write of a record that the system takes a part of and then refuses: what was confirmed stays, the edit is refused, the
//! part is taken off, and what comes later is kept.
//!
//! The session is a process of its own, this very test program, that may make no file longer than [`LIMIT`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mapscope::bytes::Span;
use mapscope::model::event::{FileNews, StoreOutcome};
use mapscope::model::{FileRequest, Mode};

use super::full::{Edited, is_stored};
use super::offers::is_free;
use super::order::FOLDER;
use super::{Book, journals, offered, value_at};

/// `RLIMIT_FSIZE` of the session, in bytes.
const LIMIT: u64 = 32 << 10;
/// In the blocks that the shell counts in (POSIX).
const BLOCKS: u64 = LIMIT / 512;
/// A record of so many bytes is too long for what is left, and some of it is not.
const LONG: u64 = 3000;

/// Bytes of which no run is one with a count.
fn bytes(len: u64) -> Vec<u8> {
    let byte = |n: u64| u8::try_from(n % 250 + 1).unwrap();
    (0..len).map(byte).collect()
}

/// The session. Without a folder it is nothing.
#[test]
#[ignore = "it is the program that another test runs with a limit"]
fn session() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    for mode in [Mode::Private, Mode::Shared] {
        breaks_off(&folder.join(format!("{mode}")), mode);
    }
}

fn breaks_off(folder: &Path, mode: Mode) {
    let (path, state) = (folder.join("data.bin"), folder.join("state"));
    fs::create_dir(folder).unwrap();
    fs::write(&path, vec![0; usize::try_from(LIMIT).unwrap()]).unwrap();
    let book = Book::begin(&state);
    assert_eq!(book.offers(), []);
    let edited = Edited::open(&path, mode, &book);
    let len = || fs::metadata(journals(&state).pop().unwrap()).unwrap().len();
    let mut at = 0;
    loop {
        is_stored(&edited.store(at, &bytes(500)));
        at += 500;
        if LIMIT - len() < 2000 {
            break;
        }
    }
    let before = len();
    assert!(LIMIT - before > 400, "there is room for a part, and more");
    let StoreOutcome::Refused(why) = edited.store(at, &bytes(LONG)).outcome else {
        panic!("there is no room for all of it");
    };
    assert!(why.contains("cannot be recorded"), "{why}");
    assert!(why.contains("EFBIG"), "{why}");
    assert!(why.contains(state.to_str().unwrap()), "{why}");
    assert_eq!(len(), before, "the part is taken off");
    let FileNews::Peeked(now) = edited.ask(FileRequest::Peek(Span::at(at, LONG).unwrap())) else {
        panic!("it is read");
    };
    assert!(now.bytes.iter().all(|byte| *byte == 0), "it was not stored");
    is_stored(&edited.store(at + LONG, b"after"));
    drop((edited, book));
    is_free(&state);
    let offers = offered(&state);
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].cut, None);
    let runs = match mode {
        Mode::Private => &offers[0].unsaved,
        Mode::Shared => &offers[0].in_file,
    };
    for offset in 0..at {
        let expected = bytes(500)[usize::try_from(offset % 500).unwrap()];
        assert_eq!(value_at(runs, offset), Some(expected), "at {offset}");
    }
    let mut refused = at..at + LONG;
    assert!(refused.all(|offset| value_at(runs, offset).is_none()));
    assert_eq!(value_at(runs, at + LONG), Some(b'a'), "what comes later");
}

#[test]
fn a_record_that_is_written_in_part_is_taken_off_and_later_ones_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let limited = format!("trap '' XFSZ; ulimit -f {BLOCKS}; exec \"$0\" \"$@\"");
    let ended = Command::new("sh")
        .args(["-c", &limited])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "logbook::short::session", "--ignored"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
