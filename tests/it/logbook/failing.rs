//! A disk that cannot put the journal on it: it goes on in a new file and that is said, or the edit is refused; and journals
//! that cannot be read are named.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use mapscope::model::Mode;
use mapscope::model::event::StoreOutcome;
use mapscope::model::offer::JournalNews;
use mapscope::work::logbook::Disk;

use super::full::{Edited, is_stored};
use super::offers::{is_free, left};
use super::{Book, PATIENCE, journals, offered, value_at};

/// A disk, and how many of its next syncs fail.
fn failing() -> (Disk, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(0));
    let fails = Arc::clone(&left);
    let disk = Disk::new(move |file| {
        let one_less = |n: usize| n.checked_sub(1);
        match fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less) {
            Ok(_) => Err(std::io::Error::from_raw_os_error(libc::EIO)),
            Err(_) => file.sync_data(),
        }
    });
    (disk, left)
}

/// A run on such a disk, with one edit in a file, and its journal.
struct Run {
    folder: tempfile::TempDir,
    path: PathBuf,
    book: Book,
    edited: Edited,
    fails: Arc<AtomicUsize>,
}

impl Run {
    fn begin(mode: Mode) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.bin");
        fs::write(&path, [b'0'; 64]).unwrap();
        let (disk, fails) = failing();
        let book = Book::begin_on(&folder.path().join("state"), 64 << 20, disk);
        assert_eq!(book.offers(), []);
        let edited = Edited::open(&path, mode, &book);
        is_stored(&edited.store(0, b"first"));
        Self {
            folder,
            path,
            book,
            edited,
            fails,
        }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    #[track_caller]
    fn journal(&self) -> PathBuf {
        let mut files = journals(&self.state());
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0)
    }

    #[track_caller]
    fn hear_failure(&self) -> String {
        match self.book.hear() {
            JournalNews::SyncFailed(why) => why,
            other => panic!("{other:?}"),
        }
    }
}

#[track_caller]
fn refused(edited: &Edited, offset: u64, bytes: &[u8]) -> String {
    match edited.store(offset, bytes).outcome {
        StoreOutcome::Refused(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sync_that_fails_is_said_and_it_goes_on_in_a_new_file() {
    for mode in [Mode::Private, Mode::Shared] {
        let run = Run::begin(mode);
        let first = run.journal();
        run.fails.store(1, Ordering::SeqCst);
        // in a shared view the worker waits for the disk itself, else the journal's thread does
        let begin = Instant::now();
        while run.fails.load(Ordering::SeqCst) > 0 {
            assert!(begin.elapsed() < PATIENCE, "it is synced by itself");
            is_stored(&run.edited.store(10, b"second"));
        }
        let why = run.hear_failure();
        assert!(why.contains("EIO") && why.contains("new file"), "{why}");
        assert!(why.contains(first.to_str().unwrap()), "{why}");
        is_stored(&run.edited.store(20, b"third"));
        assert_ne!(run.journal(), first, "{mode}");
        let state = run.state();
        drop((run.edited, run.book));
        is_free(&state);
        let offers = offered(&state);
        assert_eq!(offers.len(), 1, "once, not of two files");
        let runs = match mode {
            Mode::Private => &offers[0].unsaved,
            Mode::Shared => &offers[0].in_file,
        };
        for (offset, byte) in [(0, b'f'), (10, b's'), (20, b't')] {
            assert_eq!(value_at(runs, offset), Some(byte), "{mode} at {offset}");
        }
    }
}

#[test]
fn a_disk_that_goes_on_failing_refuses_the_edit_and_loses_none() {
    let run = Run::begin(Mode::Shared);
    run.fails.store(usize::MAX, Ordering::SeqCst);
    let mut offset = 10;
    let why = loop {
        // of a burst the first alone waits for the disk
        match run.edited.store(offset, b"x").outcome {
            StoreOutcome::Stored(_) => offset += 1,
            StoreOutcome::Refused(why) => break why,
            other @ StoreOutcome::Changed(_) => panic!("{other:?}"),
        }
        if offset == 60 {
            offset = 10;
        }
    };
    assert!(why.contains("cannot be recorded"), "{why}");
    assert!(why.contains("EIO"), "{why}");
    let holds = fs::read(&run.path).unwrap();
    refused(&run.edited, 62, b"yy");
    assert_eq!(fs::read(&run.path).unwrap(), holds, "it was not stored");
    assert!(run.hear_failure().contains("EIO"));
    run.journal(); // one, however often it was tried
    run.fails.store(0, Ordering::SeqCst);
    is_stored(&run.edited.store(63, b"z"));
    let state = run.state();
    drop((run.edited, run.book));
    is_free(&state);
    let offers = offered(&state);
    assert_eq!(offers.len(), 1);
    assert_eq!(value_at(&offers[0].in_file, 0), Some(b'f'));
    assert_eq!(value_at(&offers[0].in_file, 63), Some(b'z'));
    assert_eq!(value_at(&offers[0].in_file, 62), None, "it was refused");
}

/// What a failed sync leaves of a file is not known. Where it reads otherwise than it was written, what is left of it is
/// kept, and edits go on.
#[test]
fn a_journal_that_reads_otherwise_is_kept_and_edits_go_on() {
    let run = Run::begin(Mode::Shared);
    let first = run.journal();
    let n_whole = fs::metadata(&first).unwrap().len();
    is_stored(&run.edited.store(10, b"second"));
    let file = fs::File::options().write(true).open(&first).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xee; 4], n_whole + 1).unwrap();
    drop(file);
    run.fails.store(1, Ordering::SeqCst);
    // until the sync fails: at once in a burst that begins
    let mut n_refused = 0;
    while run.fails.load(Ordering::SeqCst) > 0 {
        let outcome = run.edited.store(20, b"third").outcome;
        n_refused += usize::from(matches!(outcome, StoreOutcome::Refused(_)));
    }
    assert!(n_refused <= 1, "the one that was in it alone");
    assert!(run.hear_failure().contains("EIO"));
    is_stored(&run.edited.store(30, b"fourth"));
    // nobody else takes what is ours
    assert_eq!(offered(&run.state()), []);
    let state = run.state();
    drop((run.edited, run.book));
    is_free(&state);
    let offers = offered(&state);
    let has = |offset, byte| {
        let mut offers = offers.iter();
        offers.any(|offer| value_at(&offer.in_file, offset) == Some(byte))
    };
    assert!(has(0, b'f'), "before the damage");
    assert!(has(30, b'f'), "after it, and of its file");
    assert!(offers.iter().all(|offer| offer.path == run.path));
}

#[test]
fn a_file_without_edits_is_still_known_when_the_journal_was_made_short() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let paths = ["a.bin", "b.bin"].map(|name| folder.path().join(name));
    for path in &paths {
        fs::write(path, [b'0'; 4096]).unwrap();
    }
    let book = Book::begin_with(&state, 1 << 10);
    assert_eq!(book.offers(), []);
    let undone = Edited::open(&paths[0], Mode::Private, &book);
    is_stored(&undone.store(0, b"x"));
    is_stored(&undone.store(0, b"0"));
    let other = Edited::open(&paths[1], Mode::Private, &book);
    for n in 0..100_u8 {
        is_stored(&other.store(0, &[n + 1]));
    }
    let len = fs::metadata(&journals(&state)[0]).unwrap().len();
    assert!(len < 4 << 10, "it was made short: {len} bytes");
    is_stored(&undone.store(7, b"again"));
    drop((undone, other, book));
    is_free(&state);
    let offers = offered(&state);
    let offer = offers.iter().find(|offer| offer.path == paths[0]);
    let offer = offer.expect("what was typed after it is offered");
    assert_eq!(value_at(&offer.unsaved, 7), Some(b'a'));
}

/// What is done to a journal.
type Change<'a> = &'a dyn Fn(&mut Vec<u8>);

/// A journal that a run left, changed by `change`.
fn changed(state: &Path, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let path = state.parent().unwrap().join("data.bin");
    fs::write(&path, b"0123456789").unwrap();
    left(&path, state, Mode::Private, b"abc");
    let journal = journals(state).remove(0);
    let mut bytes = fs::read(&journal).unwrap();
    change(&mut bytes);
    fs::write(&journal, bytes).unwrap();
    journal
}

#[test]
fn a_journal_that_cannot_be_read_is_named_with_the_place_and_stays() {
    let of_next_version = |bytes: &mut Vec<u8>| {
        bytes[8] = 2;
        let sum = crc32fast::hash(&bytes[..28]).to_le_bytes();
        bytes[28..32].copy_from_slice(&sum);
    };
    let no_journal = |bytes: &mut Vec<u8>| bytes[0] = b'm';
    let damaged = |bytes: &mut Vec<u8>| bytes[20] ^= 1;
    let cases: [(Change<'_>, &str); 3] = [
        (
            &of_next_version,
            "at byte 8 stands version 2, and this program reads version 1",
        ),
        (&no_journal, "at byte 0 stands no MAPSJRNL"),
        (&damaged, "at byte 28 stands another checksum"),
    ];
    for (change, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let journal = changed(&state, change);
        let book = Book::begin(&state);
        assert_eq!(book.offers(), []);
        let JournalNews::Unread(said) = book.hear() else {
            panic!("it is said");
        };
        assert!(said.contains(expected), "{said}");
        assert!(said.contains(journal.to_str().unwrap()), "{said}");
        assert!(journal.exists(), "nothing is lost");
    }
}

#[test]
fn a_torn_end_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut at = 0;
    changed(&state, |bytes| {
        at = bytes.len();
        bytes.extend([0xee; 5]);
    });
    let offers = offered(&state);
    let expected = format!(
        "the journal's last 5 bytes cannot be read: at its byte {at} no whole record stands"
    );
    assert!(
        offers[0].words().contains(&expected),
        "{}",
        offers[0].words()
    );
    assert_eq!(value_at(&offers[0].unsaved, 2), Some(b'c'), "all before it");
}
