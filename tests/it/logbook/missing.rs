//! A journal that cannot be made for now: edits are made without it, that is said once, and the next edit finds it made.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use mapscope::model::journal::PendingRun;
use mapscope::model::offer::JournalNews;
use mapscope::model::{FileRequest, Mode};
use mapscope::work::logbook::Disk;

use super::full::{Edited, is_stored};
use super::offers::is_free;
use super::{Book, journals, offered, value_at};

/// A run whose journal cannot be made for as long as this error stands; 0 is none.
struct Run {
    _folder: tempfile::TempDir,
    state: PathBuf,
    path: PathBuf,
    book: Book,
    error: Arc<AtomicI32>,
}

impl Run {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (state, path) = (folder.path().join("state"), folder.path().join("data.bin"));
        fs::write(&path, [b'0'; 64]).unwrap();
        let error = Arc::new(AtomicI32::new(0));
        let fails = Arc::clone(&error);
        let disk = Disk::new(move |file| match fails.load(Ordering::SeqCst) {
            0 => file.sync_data(),
            error => Err(std::io::Error::from_raw_os_error(error)),
        });
        let book = Book::begin_on(&state, 64 << 20, disk);
        assert_eq!(book.offers(), []);
        Self {
            _folder: folder,
            state,
            path,
            book,
            error,
        }
    }

    #[track_caller]
    fn is_said_to_be_off(&self, name: &str) {
        let JournalNews::Unavailable(why) = self.book.hear() else {
            panic!("it is said");
        };
        assert!(why.contains(name), "{why}");
        assert!(why.contains(self.state.to_str().unwrap()), "{why}");
        assert!(why.contains("tries again"), "{why}");
    }

    /// The run ends without being asked to: what of these bytes the next one is offered.
    fn left(self, offsets: &[u64]) -> Vec<Option<u8>> {
        let Self {
            _folder,
            state,
            book,
            ..
        } = self;
        drop(book);
        is_free(&state);
        let offers = offered(&state);
        let value = |at: &u64| offers.first().and_then(|it| value_at(&it.unsaved, *at));
        offsets.iter().map(value).collect()
    }
}

fn private(path: &Path, book: &Book) -> Edited {
    Edited::open(path, Mode::Private, book)
}

#[test]
fn an_error_that_passes_turns_the_journal_off_only_for_as_long() {
    for (error, name) in [
        (libc::EMFILE, "EMFILE"),
        (libc::ENFILE, "ENFILE"),
        (libc::EINTR, "EINTR"),
        (libc::ENOMEM, "ENOMEM"),
        (libc::EAGAIN, "EAGAIN"),
        (libc::EACCES, "EACCES"),
    ] {
        let run = Run::begin();
        let edited = private(&run.path, &run.book);
        run.error.store(error, Ordering::SeqCst);
        is_stored(&edited.store(0, b"ab"));
        run.is_said_to_be_off(name);
        assert!(
            journals(&run.state).is_empty(),
            "{name}: none is left half made"
        );
        is_stored(&edited.store(4, b"c"));
        run.error.store(0, Ordering::SeqCst);
        is_stored(&edited.store(8, b"d"));
        // of the second edit nothing was said, as nothing was new
        assert!(matches!(run.book.hear(), JournalNews::Available), "{name}");
        drop(edited);
        assert_eq!(run.left(&[0, 4, 8]), [None, None, Some(b'd')], "{name}");
    }
}

#[test]
fn another_reason_is_said_as_well() {
    let run = Run::begin();
    let edited = private(&run.path, &run.book);
    for (error, name) in [(libc::EMFILE, "EMFILE"), (libc::EROFS, "EROFS")] {
        run.error.store(error, Ordering::SeqCst);
        is_stored(&edited.store(0, name.as_bytes()));
        run.is_said_to_be_off(name);
    }
}

/// Once there is a journal, what was edited meanwhile gets into it: as far as it stands, or waits to be reapplied.
#[test]
fn what_was_edited_meanwhile_is_written_down_once_it_can_be() {
    let run = Run::begin();
    let edited = private(&run.path, &run.book);
    run.error.store(libc::EMFILE, Ordering::SeqCst);
    is_stored(&edited.store(0, b"a"));
    is_stored(&edited.store(4, b"b"));
    is_stored(&edited.store(4, b"0")); // taken back by an order that was on its way
    run.error.store(0, Ordering::SeqCst);
    is_stored(&edited.store(8, b"d"));
    let was = |offset: u64, value: u8| PendingRun {
        offset,
        base: b"0".to_vec(),
        value: vec![value],
    };
    edited.ask(FileRequest::WriteDown {
        held: vec![was(0, b'a'), was(4, b'b')],
        waiting: vec![was(20, b'w')],
    });
    drop(edited);
    let left = run.left(&[0, 4, 8, 20]);
    assert_eq!(left, [Some(b'a'), None, Some(b'd'), Some(b'w')]);
}
