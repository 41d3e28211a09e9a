//! A journal that cannot be written: the edit is refused before it is stored, and where it is bounded the oldest undo goes.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use mapscope::model::effect::{Purpose, Store, StoreBatch};
use mapscope::model::event::{Event, FileEvent, FileNews, StoreOutcome, StoreResult};
use mapscope::model::offer::JournalNews;
use mapscope::model::{
    DocId, FileOrder, FileRequest, Generation, MappingId, Mode, OpenRequest, OrderId, Target,
};
use mapscope::work::file::FileWorker;

use super::{Book, PATIENCE, journals, offered, value_at};
use crate::machine::Mounted;
use crate::processes::program;

/// A worker whose edits are written down.
pub(super) struct Edited {
    pub(super) worker: FileWorker,
    told: Receiver<Event>,
}

impl Edited {
    pub(super) fn open(path: &Path, mode: Mode, book: &Book) -> Self {
        let (tell, told) = channel();
        let report = Arc::new(move |event: Event| drop(tell.send(event)));
        let mut request = OpenRequest::private(Some(path.to_owned()));
        request.mode = mode;
        let worker = FileWorker::open_with(
            DocId(1),
            MappingId(2),
            request,
            program().to_owned(),
            &book.inner,
            report,
        );
        Self {
            worker: worker.unwrap(),
            told,
        }
    }

    /// Waits until the file is open.
    #[track_caller]
    pub(super) fn is_open(&self) {
        let event = self.told.recv_timeout(PATIENCE).expect("it is opened");
        assert!(matches!(event, Event::Opened(..)), "{event:?}");
    }

    #[track_caller]
    pub(super) fn ask(&self, request: FileRequest) -> FileNews {
        let target = Target {
            doc: DocId(1),
            mapping: MappingId(2),
            generation: Generation::FIRST,
        };
        let order = FileOrder {
            number: OrderId(3),
            target,
            request,
        };
        assert!(self.worker.send(order).is_ok());
        loop {
            let event = self.told.recv_timeout(PATIENCE).expect("it is answered");
            if let Event::File(FileEvent {
                number: Some(_),
                news,
                ..
            }) = event
            {
                return news;
            }
        }
    }

    #[track_caller]
    pub(super) fn store(&self, offset: u64, bytes: &[u8]) -> StoreResult {
        let store = Store {
            offset,
            bytes: bytes.to_vec(),
            expect: None,
        };
        let batch = StoreBatch {
            purpose: Purpose::Edit,
            stores: vec![store],
            beside: Vec::new(),
        };
        match self.ask(FileRequest::Store(batch)) {
            FileNews::Stored { mut results, .. } => results.remove(0),
            other => panic!("{other:?}"),
        }
    }
}

#[track_caller]
pub(super) fn is_stored(result: &StoreResult) {
    assert!(
        matches!(result.outcome, StoreOutcome::Stored(_)),
        "{result:?}"
    );
}

#[test]
fn a_full_disk_refuses_the_edit_before_it_is_stored() {
    let Some(mounted) = Mounted::or_skip("a full tmpfs", || Mounted::tmpfs(1 << 20)) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for mode in [Mode::Private, Mode::Shared] {
        let path = folder.path().join(format!("{mode}.bin"));
        fs::write(&path, vec![0; 1 << 20]).unwrap();
        let state = mounted.path().join(format!("{mode}"));
        let book = Book::begin(&state);
        let edited = Edited::open(&path, mode, &book);
        is_stored(&edited.store(0, b"first"));
        let filler = mounted.path().join("filler");
        fill(&filler);
        // what room was kept ahead is used up, then there is none
        let mut offset = 16;
        let refused = loop {
            let bytes: Vec<u8> = (0..1024)
                .map(|n| u8::try_from(n % 250 + 1).unwrap())
                .collect();
            match edited.store(offset, &bytes).outcome {
                StoreOutcome::Stored(_) => offset += 1024,
                StoreOutcome::Refused(why) => break why,
                other @ StoreOutcome::Changed(_) => panic!("{other:?}"),
            }
            assert!(offset < 1 << 19, "the disk is full");
        };
        assert!(refused.contains("cannot be recorded"), "{refused}");
        assert!(
            refused.contains("No space") || refused.contains("ENOSPC"),
            "{refused}"
        );
        assert!(refused.contains(state.to_str().unwrap()), "{refused}");
        let now = fs::read(&path).unwrap();
        assert!(
            now[usize::try_from(offset).unwrap()..]
                .iter()
                .all(|byte| *byte == 0)
        );
        // and with room again it goes on, with all that was written down
        fs::remove_file(filler).unwrap();
        is_stored(&edited.store(offset, b"room"));
        drop(edited);
        drop(book);
        let offers = offered(&state);
        let runs = match mode {
            Mode::Private => &offers[0].unsaved,
            Mode::Shared => &offers[0].in_file,
        };
        assert_eq!(value_at(runs, 0), Some(b'f'));
        assert_eq!(value_at(runs, offset + 3), Some(b'm'));
        assert_eq!(value_at(runs, offset + 4), None);
        assert_eq!(offers[0].cut, None, "half a record was taken off again");
    }
}

/// Takes all the room that there is.
pub(super) fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [4096, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

#[test]
fn without_a_right_to_the_folder_edits_go_on_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.bin");
    fs::write(&path, [0; 16]).unwrap();
    // a file stands where the folder would
    let book = Book::begin(&path.join("state"));
    assert_eq!(book.offers(), []);
    let edited = Edited::open(&path, Mode::Private, &book);
    is_stored(&edited.store(0, b"x"));
    match book.hear() {
        JournalNews::Unavailable(why) => assert!(why.contains("data.bin"), "{why}"),
        other => panic!("{other:?}"),
    }
    is_stored(&edited.store(1, b"y"));
}

#[test]
fn at_the_bound_it_is_made_short_and_what_undo_goes_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (path, private) = (
        folder.path().join("data.bin"),
        folder.path().join("private.bin"),
    );
    fs::write(&path, vec![0; 1 << 20]).unwrap();
    fs::write(&private, vec![0; 1 << 20]).unwrap();
    let state = folder.path().join("state");
    let bound = 64 << 10;
    let book = Book::begin_with(&state, bound);
    assert_eq!(book.offers(), []);
    let unsaved = Edited::open(&private, Mode::Private, &book);
    is_stored(&unsaved.store(7, b"stays"));
    let edited = Edited::open(&path, Mode::Shared, &book);
    let bytes: Vec<u8> = (0..1000_u32)
        .map(|n| u8::try_from(n % 250 + 1).unwrap())
        .collect();
    let n_stores = 200;
    for n in 0..n_stores {
        is_stored(&edited.store(n * 1000, &bytes));
    }
    let JournalNews::Forgot(n_forgotten) = book.hear() else {
        panic!("it is said");
    };
    assert!(n_forgotten > 0);
    let files = journals(&state);
    assert_eq!(files.len(), 1, "{files:?}");
    let len = fs::metadata(&files[0]).unwrap().len();
    assert!(len <= 2 * bound, "{len} bytes");
    drop((edited, unsaved, book));
    let offers = offered(&state);
    let of = |path: &Path| offers.iter().find(|offer| offer.path == path).unwrap();
    assert_eq!(
        value_at(&of(&private).unsaved, 7),
        Some(b's'),
        "what is unsaved stays"
    );
    let runs = &of(&path).in_file;
    assert_eq!(
        value_at(runs, n_stores * 1000 - 1),
        Some(bytes[999]),
        "the youngest"
    );
    assert_eq!(value_at(runs, 0), None, "the oldest");
}

#[test]
fn the_folder_and_the_journal_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.bin");
    fs::write(&path, [0; 16]).unwrap();
    let state = folder.path().join("state");
    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).unwrap();
    let book = Book::begin(&state);
    let edited = Edited::open(&path, Mode::Private, &book);
    assert!(journals(&state).is_empty(), "none without an edit");
    is_stored(&edited.store(0, b"x"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&journals(&state)[0]), 0o600);
}
