//! A write of a record that the system takes a part of and then refuses: what was confirmed stays, the edit is refused, the
//! part is taken off, and what comes later is kept.
//!
//! The session is a process of its own, this very test program, that may make no file longer than [`LIMIT`].

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use mapscope::bytes::Span;
use mapscope::model::event::{FileNews, StoreOutcome};
use mapscope::model::{FileRequest, Mode};

use super::full::{Edited, is_stored};
use super::offers::is_free;
use super::order::FOLDER;
use super::{Book, journals, offered, value_at};
use crate::skip::skip;

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
    stays_torn(&folder.join("torn"));
}

/// A file that is edited, and its journal, with room for some of a long record.
struct Nearly {
    path: PathBuf,
    state: PathBuf,
    book: Book,
    edited: Edited,
    /// All before it is edited.
    at: u64,
}

impl Nearly {
    fn full(folder: &Path, mode: Mode) -> Self {
        let (path, state) = (folder.join("data.bin"), folder.join("state"));
        fs::create_dir(folder).unwrap();
        fs::write(&path, vec![0; usize::try_from(LIMIT).unwrap()]).unwrap();
        let book = Book::begin(&state);
        assert_eq!(book.offers(), []);
        let edited = Edited::open(&path, mode, &book);
        let mut nearly = Self {
            path,
            state,
            book,
            edited,
            at: 0,
        };
        loop {
            is_stored(&nearly.edited.store(nearly.at, &bytes(500)));
            nearly.at += 500;
            if LIMIT - nearly.len() < 2000 {
                break;
            }
        }
        assert!(LIMIT - nearly.len() > 400, "room for a part, and more");
        nearly
    }

    fn journal(&self) -> PathBuf {
        journals(&self.state).pop().unwrap()
    }

    fn len(&self) -> u64 {
        fs::metadata(self.journal()).unwrap().len()
    }

    /// Stores what there is no room for.
    #[track_caller]
    fn refuses(&self) -> String {
        let StoreOutcome::Refused(why) = self.edited.store(self.at, &bytes(LONG)).outcome else {
            panic!("there is no room for all of it");
        };
        assert!(why.contains("cannot be recorded"), "{why}");
        assert!(why.contains(self.state.to_str().unwrap()), "{why}");
        let read = FileRequest::Peek(Span::at(self.at, LONG).unwrap());
        let FileNews::Peeked(now) = self.edited.ask(read) else {
            panic!("it is read");
        };
        assert!(now.bytes.iter().all(|byte| *byte == 0), "it was not stored");
        why
    }

    /// What is offered: all that was confirmed, and `after` behind what was refused.
    fn check_left(self, mode: Mode, after: &[u8]) {
        let Self {
            state,
            book,
            edited,
            at,
            path,
        } = self;
        drop((edited, book));
        is_free(&state);
        let offers = offered(&state);
        assert_eq!((offers.len(), &offers[0].path), (1, &path));
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
        for (offset, byte) in (at + LONG..).zip(after) {
            assert_eq!(value_at(runs, offset), Some(*byte), "what comes later");
        }
    }
}

fn breaks_off(folder: &Path, mode: Mode) {
    let nearly = Nearly::full(folder, mode);
    let before = nearly.len();
    let why = nearly.refuses();
    assert!(why.contains("EFBIG"), "{why}");
    assert_eq!(nearly.len(), before, "the part is taken off");
    is_stored(&nearly.edited.store(nearly.at + LONG, b"after"));
    nearly.check_left(mode, b"after");
}

/// The part cannot be taken off at once: nothing is written behind it.
fn stays_torn(folder: &Path) {
    let nearly = Nearly::full(folder, Mode::Shared);
    let before = nearly.len();
    let journal = nearly.journal();
    let append_only = |sign: &str| {
        let done = Command::new("chattr")
            .args([sign, "--"])
            .arg(&journal)
            .output();
        done.is_ok_and(|done| done.status.success())
    };
    if !append_only("+a") {
        return skip("this file system has no files that only grow, or this is not root");
    }
    nearly.refuses();
    assert_eq!(nearly.len(), LIMIT, "the part stands");
    let StoreOutcome::Refused(why) = nearly.edited.store(nearly.at + LONG, b"after").outcome else {
        panic!("it would stand behind a torn record");
    };
    assert!(why.contains("EPERM"), "{why}");
    assert_eq!(nearly.len(), LIMIT);
    assert!(append_only("-a"));
    is_stored(&nearly.edited.store(nearly.at + LONG, b"after"));
    assert!((before..LIMIT).contains(&nearly.len()));
    nearly.check_left(Mode::Shared, b"after");
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
    // a part that cannot run here says so
    let _ = std::io::stderr().write_all(&ended.stderr);
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
