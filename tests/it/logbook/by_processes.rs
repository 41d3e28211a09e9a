//! What a process of the panel stores in the file is written down before it is told to, by the pool, the worker and the
//! processes that the window runs; and what it did not do is no edit, whoever goes in between.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use mapscope::bytes::Span;
use mapscope::model::Mode;
use mapscope::model::identity::{DocId, Generation, MappingId, OrderId, Target};
use mapscope::model::offer::EditsOffer;
use mapscope::model::process::{PeerEvent, PeerNews, PeerOrder, ProcessKind, Refusal};
use mapscope::work::logbook::ledger::{Ledger, recover};
use mapscope::work::peers::PeerPool;

use super::full::{Edited, fill, is_stored};
use super::offers::is_free;
use super::order::{FOLDER, traced};
use super::{Book, PATIENCE, journals, offered, value_at};
use crate::machine::Mounted;
use crate::processes::{program, signal, until};

mod ends;

/// The name that the worker of [`Edited`] has its file under.
const DOC: DocId = DocId(1);
/// Two pages.
const FILE_BYTES: usize = 8192;

/// An open file, its journal, and processes that map it.
struct Panel {
    path: PathBuf,
    state: PathBuf,
    book: Book,
    edited: Edited,
    pool: PeerPool,
    told: Receiver<PeerEvent>,
}

impl Panel {
    /// In `folder`, which has to be empty.
    fn open(folder: &Path, mode: Mode) -> Self {
        Self::with_state(folder, &folder.join("state"), mode)
    }

    fn with_state(folder: &Path, state: &Path, mode: Mode) -> Self {
        let path = folder.join("data.bin");
        fs::write(&path, [b'0'; FILE_BYTES]).unwrap();
        let book = Book::begin(state);
        assert_eq!(book.offers(), []);
        let edited = Edited::open(&path, mode, &book);
        edited.is_open();
        let (tell, told) = channel();
        let pool = PeerPool::spawn(program(), move |event| drop(tell.send(event))).unwrap();
        pool.keep(DOC, edited.worker.store_log());
        let file = edited.worker.peer_file().unwrap();
        pool.order(PeerOrder::File { doc: DOC, file }).unwrap();
        Self {
            path,
            state: state.to_owned(),
            book,
            edited,
            pool,
            told,
        }
    }

    /// A process with its mapping made, and its number.
    fn start(&self, mapping: u64, kind: ProcessKind, built_in: bool) -> (Target, u32) {
        let target = target(mapping);
        let start = PeerOrder::Start {
            target,
            kind,
            built_in,
        };
        self.pool.order(start).unwrap();
        let pid = self.runs(target);
        // it answers after the file is mapped
        self.pool.order(PeerOrder::Facts { target }).unwrap();
        self.hear(target, |news| {
            matches!(news, PeerNews::Facts(_)).then_some(())
        });
        (target, pid)
    }

    fn runs(&self, target: Target) -> u32 {
        self.hear(target, |news| match news {
            PeerNews::Runs { pid } => Some(*pid),
            _ => None,
        })
    }

    #[track_caller]
    fn hear<T>(&self, target: Target, wanted: impl Fn(&PeerNews) -> Option<T>) -> T {
        loop {
            let event = self.told.recv_timeout(PATIENCE).expect("it is told");
            if event.target == target
                && let Some(it) = wanted(&event.news)
            {
                return it;
            }
        }
    }

    fn order(&self, target: Target, offset: u64, bytes: &[u8], expect: Option<&[u8]>) {
        let store = PeerOrder::Store {
            number: OrderId(9),
            target,
            offset,
            bytes: bytes.to_vec(),
            expect: expect.map(<[u8]>::to_vec),
        };
        self.pool.order(store).unwrap();
    }

    #[track_caller]
    fn outcome(&self, target: Target) -> Result<Vec<u8>, Refusal> {
        self.hear(target, |news| match news {
            PeerNews::Stored { old, .. } => Some(Ok(old.clone())),
            PeerNews::Refused { why, .. } => Some(Err(why.clone())),
            _ => None,
        })
    }

    /// Waits until it is known that a process that stands still was told.
    #[track_caller]
    fn is_told(&self, target: Target) {
        self.hear(target, |news| {
            matches!(news, PeerNews::Late { .. }).then_some(())
        });
    }

    #[track_caller]
    fn stores(&self, target: Target, offset: u64, bytes: &[u8]) -> Vec<u8> {
        self.order(target, offset, bytes, None);
        self.outcome(target).expect("it is stored")
    }

    /// Waits until the journal has `n` asks and their outcomes, as this is told after the store was.
    #[track_caller]
    fn is_settled(&self) -> Ledger {
        let mut ledger = Ledger::default();
        until("all outcomes are written down", || {
            ledger = self.ledger();
            // what is open is put by the end alone
            let mut ended = ledger.clone();
            ended.end();
            ended == ledger
        });
        ledger
    }

    fn ledger(&self) -> Ledger {
        let journal = journals(&self.state).pop();
        let bytes = journal.map_or_else(Vec::new, |path| fs::read(path).unwrap());
        recover(&bytes).map_or_else(|_| Ledger::default(), |read| read.ledger)
    }

    /// Whether it is written down that `byte` is to stand at `offset`, done or not.
    fn is_written_down(&self, offset: u64, byte: u8) -> bool {
        let mut ledger = self.ledger();
        ledger.end();
        let at = Span::at(offset, 1).unwrap();
        let changes = ledger.files.values().flat_map(|it| it.in_file.joined());
        changes.into_iter().any(|change| {
            change.span().contains_span(at)
                && change.new[usize::try_from(offset - change.offset).unwrap()] == byte
        })
    }

    fn byte(&self, offset: u64) -> u8 {
        fs::read(&self.path).unwrap()[usize::try_from(offset).unwrap()]
    }

    /// What somebody else stores.
    fn write(&self, offset: u64, bytes: &[u8]) {
        let file = File::options().write(true).open(&self.path).unwrap();
        file.write_all_at(bytes, offset).unwrap();
    }

    /// The run ends as one that is killed, and this is offered by the next.
    fn left(self) -> Vec<EditsOffer> {
        let Self {
            state,
            book,
            edited,
            pool,
            ..
        } = self;
        drop((pool, edited, book));
        is_free(&state);
        offered(&state)
    }
}

fn target(mapping: u64) -> Target {
    Target {
        doc: DOC,
        mapping: MappingId(mapping),
        generation: Generation::FIRST,
    }
}

/// The byte that stood at an offset before, by an offer.
fn base_at(offers: &[EditsOffer], offset: u64) -> Option<u8> {
    offers.iter().flat_map(|it| &it.in_file).find_map(|run| {
        let at = usize::try_from(offset.checked_sub(run.offset)?).ok()?;
        run.base.get(at).copied()
    })
}

fn offered_at(offers: &[EditsOffer], offset: u64) -> Option<u8> {
    let mut offers = offers.iter();
    offers.find_map(|offer| value_at(&offer.in_file, offset))
}

const TEXTS: [&str; 4] = ["built-in", "addedone", "forkedby", "expected"];

/// The session. Without a folder it is nothing.
#[test]
#[ignore = "it is the program that another test traces"]
fn session() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let panel = Panel::open(&folder, Mode::Private);
    let [built_in, added, forked, expected] = TEXTS.map(str::as_bytes);
    let (pair, _) = panel.start(10, ProcessKind::Shared, true);
    assert_eq!(panel.stores(pair, 0, built_in), [b'0'; 8]);
    let (own, _) = panel.start(11, ProcessKind::Shared, false);
    panel.stores(own, 16, added);
    let child = MappingId(12);
    panel
        .pool
        .order(PeerOrder::Fork { parent: own, child })
        .unwrap();
    panel.runs(target(12));
    panel.stores(target(12), 32, forked);
    panel.order(own, 48, expected, Some(&[b'0'; 8]));
    panel.outcome(own).unwrap();
    panel.is_settled();
    let offers = panel.left();
    for (offset, text) in [0, 16, 32, 48].into_iter().zip(TEXTS) {
        assert_eq!(offered_at(&offers, offset), Some(text.as_bytes()[0]));
        assert_eq!(base_at(&offers, offset), Some(b'0'));
    }
}

#[test]
fn the_record_is_written_before_the_process_is_told() {
    let Some(calls) = traced("logbook::by_processes::session") else {
        return;
    };
    for text in TEXTS {
        let hex = text
            .bytes()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let place = |wanted: &dyn Fn(&str) -> bool| {
            let mut calls = calls.iter();
            calls.position(|(_, call)| call.starts_with("write(") && wanted(call))
        };
        let record = place(&|call| call.contains(".journal>") && call.contains(text));
        let order = place(&|call| call.contains("pipe:") && call.contains(&hex));
        let record = record.expect("it is written down");
        let order = order.expect("the process is told");
        assert!(record < order, "{text}: {:#?}", &calls[order..=record]);
    }
}

#[test]
fn a_full_disk_refuses_what_a_process_is_to_store() {
    let Some(mounted) = Mounted::or_skip("a full tmpfs", || Mounted::tmpfs(1 << 20)) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let state = mounted.path().join("state");
    let panel = Panel::with_state(folder.path(), &state, Mode::Private);
    let (process, _) = panel.start(10, ProcessKind::Shared, false);
    panel.stores(process, 0, b"first");
    let filler = mounted.path().join("filler");
    fill(&filler);
    // what room was kept ahead is used up, then there is none
    let bytes = |n: u32| -> Vec<u8> {
        let bytes = (0..FILE_BYTES).map(|at| u8::try_from((at + n as usize) % 199 + 1).unwrap());
        bytes.collect()
    };
    let (mut n, mut holds) = (0, fs::read(&panel.path).unwrap());
    let why = loop {
        panel.order(process, 0, &bytes(n), None);
        match panel.outcome(process) {
            Ok(_) => holds = bytes(n),
            Err(why) => break why,
        }
        n += 1;
        assert!(n < 1000, "the disk is full");
    };
    let Refusal::Failed(why) = why else {
        panic!("{why:?}");
    };
    let why = why.message;
    assert!(why.contains("cannot be recorded"), "{why}");
    assert!(why.contains("ENOSPC") || why.contains("No space"), "{why}");
    assert!(why.contains(state.to_str().unwrap()), "{why}");
    assert_eq!(fs::read(&panel.path).unwrap(), holds, "it was not stored");
    // and with room again it goes on
    fs::remove_file(filler).unwrap();
    panel.stores(process, 0, b"room");
    panel.is_settled();
    let offers = panel.left();
    assert_eq!(offered_at(&offers, 3), Some(b'm'));
    assert_eq!(offered_at(&offers, 4), Some(holds[4]));
    assert_eq!(base_at(&offers, 4), Some(b'0'));
}

/// A process that stands still was told, and is killed before it does it.
#[test]
fn a_process_that_is_killed_before_it_stores_leaves_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    panel.stores(process, 0, b"first");
    signal("STOP", pid);
    panel.order(process, 100, b"never", None);
    until("it is written down", || panel.is_written_down(100, b'n'));
    panel.is_told(process);
    signal("KILL", pid);
    assert_eq!(panel.outcome(process), Err(Refusal::Unanswered));
    panel.is_settled();
    assert!(!panel.is_written_down(100, b'n'), "taken back");
    let offers = panel.left();
    assert_eq!(offered_at(&offers, 0), Some(b'f'));
    assert_eq!(offered_at(&offers, 100), None);
}

/// One that did it, and was killed before it could say so: as far as it is there it can be taken back.
#[test]
fn a_process_that_is_killed_before_it_answers_leaves_what_it_stored() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    signal("STOP", pid);
    panel.order(process, 100, b"done", None);
    until("it is written down", || panel.is_written_down(100, b'd'));
    panel.is_told(process);
    panel.write(100, b"do");
    signal("KILL", pid);
    assert_eq!(panel.outcome(process), Err(Refusal::Unanswered));
    panel.is_settled();
    let offers = panel.left();
    assert_eq!(offered_at(&offers, 101), Some(b'o'));
    assert_eq!(base_at(&offers, 101), Some(b'0'));
    assert_eq!(offered_at(&offers, 102), None);
}

/// The program is killed while a process stands still with an order: that dies too, and what it was told is no edit. What
/// was stored there since, by the view, is one.
#[test]
fn an_order_that_stands_when_the_program_ends_is_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Shared);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    panel.stores(process, 200, b"both");
    signal("STOP", pid);
    panel.order(process, 200, b"XX", None);
    until("it is written down", || panel.is_written_down(200, b'X'));
    is_stored(&panel.edited.store(201, b"view"));
    is_stored(&panel.edited.store(300, b"other"));
    // as the journal stands at this moment: a program that is killed now leaves it
    let journal = journals(&panel.state).pop().unwrap();
    let left = folder.path().join("left");
    fs::create_dir(&left).unwrap();
    fs::copy(journal, left.join("left.journal")).unwrap();
    let offers = offered(&left);
    let values: Vec<_> = (200..206).map(|at| offered_at(&offers, at)).collect();
    let expected = [b'b', b'v', b'i', b'e', b'w'].map(Some);
    assert_eq!(values, [&expected[..], &[None]].concat());
    assert!((200..205).all(|at| base_at(&offers, at) == Some(b'0')));
    assert_eq!(offered_at(&offers, 300), Some(b'o'));
    assert!(offers[0].conflicts.is_empty(), "{:?}", offers[0].conflicts);
    // and one that goes on after that did it last
    signal("CONT", pid);
    assert_eq!(panel.outcome(process), Ok(b"bv".to_vec()));
    panel.is_settled();
    let offers = panel.left();
    assert_eq!(offered_at(&offers, 201), Some(b'X'));
    assert_eq!(base_at(&offers, 201), Some(b'0'));
    assert_eq!(offered_at(&offers, 202), Some(b'i'));
}

/// Of another file at the path nothing says what was made of it: it counts as stored, and is compared.
#[test]
fn of_a_file_that_was_replaced_an_order_that_stood_counts_as_stored() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    signal("STOP", pid);
    panel.order(process, 200, b"X", None);
    until("it is written down", || panel.is_written_down(200, b'X'));
    let left = folder.path().join("left");
    fs::create_dir(&left).unwrap();
    fs::copy(
        journals(&panel.state).pop().unwrap(),
        left.join("a.journal"),
    )
    .unwrap();
    assert_eq!(offered(&left), [], "it is the file, and nothing was stored");
    fs::copy(
        journals(&panel.state).pop().unwrap(),
        left.join("a.journal"),
    )
    .unwrap();
    let new = folder.path().join("new");
    fs::copy(&panel.path, &new).unwrap();
    fs::rename(new, &panel.path).unwrap();
    assert_eq!(offered_at(&offered(&left), 200), Some(b'X'));
}

/// What the process finds counts, where it is not what was read before it was told.
#[test]
fn what_another_program_stored_in_between_is_what_stood_there() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    signal("STOP", pid);
    panel.order(process, 100, b"mine", None);
    until("it is written down", || panel.is_written_down(100, b'm'));
    panel.write(102, b"?");
    signal("CONT", pid);
    assert_eq!(panel.outcome(process), Ok(b"00?0".to_vec()));
    panel.is_settled();
    let offers = panel.left();
    let bases: Vec<_> = (100..104).map(|at| base_at(&offers, at)).collect();
    assert_eq!(bases, [b'0', b'0', b'?', b'0'].map(Some));
}

#[test]
fn what_a_process_finds_changed_is_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, _) = panel.start(10, ProcessKind::Shared, false);
    panel.stores(process, 0, b"first");
    panel.order(process, 100, b"x", Some(b"?"));
    let found = vec![b'0'];
    assert_eq!(panel.outcome(process), Err(Refusal::Changed { found }));
    panel.is_settled();
    assert_eq!(offered_at(&panel.left(), 100), None);
}

/// What is private is in no file, and stands in no journal.
#[test]
fn what_a_private_process_stores_stands_in_no_journal() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, _) = panel.start(10, ProcessKind::Private, false);
    panel.stores(process, 0, b"own");
    assert!(journals(&panel.state).is_empty());
    assert_eq!(panel.byte(0), b'0');
}
