//! The program dies while it makes its journal short: what is not in the file is offered, from the long one or the short one.
//!
//! The session is a process of its own, this very test program, whose disk kills it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use mapscope::model::Mode;
use mapscope::work::logbook::Disk;

use super::full::{Edited, is_stored};
use super::{Book, offered, value_at};

/// The folder that a session is to run in, and when it dies: `3 before`, `3 after` the third short journal is on the disk.
const FOLDER: &str = "MAPSCOPE_TEST_SHORT";
const DIES: &str = "MAPSCOPE_TEST_SHORT_DIES";
const PLACES: u64 = 8;
/// A session that does not die by then does not make its journal short.
const MOST: u64 = 4000;

/// The byte of edit number `n` of its kind, which stands at `n % PLACES`.
fn byte(n: u64) -> u8 {
    u8::try_from(n / PLACES % 250 + 1).unwrap()
}

fn is_short_one(file: &File) -> bool {
    let name = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()));
    name.is_ok_and(|name| name.extension().is_some_and(|ending| ending == "part"))
}

fn die() -> ! {
    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
    unreachable!("a killed process goes no further");
}

/// A disk that kills the program at short journal number `n`.
fn deadly(n: u64, is_after: bool) -> Disk {
    let n_short = AtomicU64::new(0);
    Disk::new(move |file| {
        let is_now = is_short_one(file) && n_short.fetch_add(1, Ordering::SeqCst) + 1 == n;
        if is_now && !is_after {
            die();
        }
        file.sync_data()?;
        if is_now { die() } else { Ok(()) }
    })
}

/// The session. Without a folder it is nothing.
#[test]
#[ignore = "it is the program that dies in another test"]
fn session() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let dies = std::env::var(DIES).unwrap();
    let (n, when) = dies.split_once(' ').unwrap();
    let disk = deadly(n.parse().unwrap(), when == "after");
    let book = Book::begin_on(&folder.join("state"), 1 << 10, disk);
    assert_eq!(book.offers(), []);
    let private = Edited::open(&folder.join("a.bin"), Mode::Private, &book);
    let shared = Edited::open(&folder.join("b.bin"), Mode::Shared, &book);
    let mut stored = File::create(folder.join("stored")).unwrap();
    for n in 0..MOST {
        for edited in [&private, &shared] {
            is_stored(&edited.store(n % PLACES, &[byte(n)]));
        }
        writeln!(stored, "{n}").unwrap();
    }
}

/// The byte at `place` is that of the last of `n` edits there, or of the one that was on its way.
fn is_last(place: u64, byte_there: Option<u8>, n: u64) -> bool {
    let edits = (0..=n).filter(|n| n % PLACES == place);
    let known: Vec<u8> = edits.map(byte).collect();
    let may_be = if n % PLACES == place { 2 } else { 1 };
    known
        .iter()
        .rev()
        .take(may_be)
        .any(|known| Some(*known) == byte_there)
}

fn check(dies: &str) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.bin", "b.bin"] {
        fs::write(folder.path().join(name), [0; 64]).unwrap();
    }
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "logbook::compacting::session", "--ignored"])
        .env(FOLDER, folder.path())
        .env(DIES, dies)
        .output()
        .unwrap();
    assert_eq!(ended.status.signal(), Some(9), "{dies}: {ended:?}");
    let stored = fs::read_to_string(folder.path().join("stored")).unwrap();
    let n = stored.lines().count() as u64;
    let state = folder.path().join("state");
    assert!(has_part(&state), "{dies}: it died in the middle");
    let offers = offered(&state);
    let of = |name: &str| offers.iter().find(|offer| offer.path.ends_with(name));
    let unsaved = &of("a.bin").expect("what is unsaved is offered").unsaved;
    let holds = fs::read(folder.path().join("b.bin")).unwrap();
    for place in 0..PLACES.min(n) {
        let kept = value_at(unsaved, place);
        assert!(
            is_last(place, kept, n),
            "{dies}: {kept:?} at {place} of {n}"
        );
        let index = usize::try_from(place).unwrap();
        assert!(is_last(place, Some(holds[index]), n), "{dies}: in the file");
        // the oldest may have gone; what is offered is what stands there
        let in_file = of("b.bin").and_then(|offer| value_at(&offer.in_file, place));
        let was_under_way = n % PLACES == place;
        assert!(
            was_under_way || in_file.is_none_or(|byte| byte == holds[index]),
            "{dies}: {in_file:?} at {place}"
        );
    }
    assert!(!has_part(&state), "what was half made goes");
}

fn has_part(state: &Path) -> bool {
    let mut entries = fs::read_dir(state).unwrap().flatten();
    entries.any(|entry| {
        entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "part")
    })
}

#[test]
fn an_end_while_it_is_made_short_loses_nothing() {
    for n in [1, 2, 5] {
        for when in ["before", "after"] {
            check(&format!("{n} {when}"));
        }
    }
}
