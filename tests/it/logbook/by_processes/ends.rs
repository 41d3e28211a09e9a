//! How the record of a store ends that was not made as it was told: in part, past the end of the file, by somebody else, or by
//! nobody that could say so.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use mapscope::work::store_log::{Recording, StoreFate};

use super::*;
use crate::skip::skip;

/// The file gets as long, behind the back of whoever maps it.
fn set_len(panel: &Panel, len: u64) {
    let file = File::options().write(true).open(&panel.path).unwrap();
    file.set_len(len).unwrap();
}

/// The first bytes were stored, and what was to follow was not: these are an edit, and nothing else is.
#[test]
fn of_a_store_that_broke_off_what_was_stored_is_an_edit() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let whole = (10, b"000000".to_vec());
    // and what is found there may be something else than was written down
    for (offset, found) in [whole, (100, b"00?000".to_vec())] {
        let asked = is_allowed(&panel, offset, b"abcdefghijkl");
        panel.write(offset, b"abcdef");
        asked.ended(StoreFate::Over(found.clone()));
        is_heard(&panel);
        let ledger = panel.is_settled();
        let in_file = ledger.files.values().flat_map(|it| it.in_file.joined());
        let edits: Vec<_> = in_file.map(|it| (it.offset, it.old, it.new)).collect();
        let edit = (offset, found, b"abcdef".to_vec());
        assert_eq!(edits.last(), Some(&edit));
    }
}

/// Somebody stores there at the same moment, over and over, until a process finds that what it stored did not stay: it
/// stored it.
#[test]
fn what_a_process_stored_and_did_not_stay_is_an_edit() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, _) = panel.start(10, ProcessKind::Shared, false);
    let is_over = AtomicBool::new(false);
    let (path, over) = (panel.path.clone(), &is_over);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let file = File::options().write(true).open(path).unwrap();
            while !over.load(Ordering::Relaxed) {
                file.write_all_at(b"?", 100).unwrap();
            }
        });
        let _ends = Ends(over);
        let values = (b'a'..=b'z').cycle();
        let deadline = Instant::now() + PATIENCE;
        for value in values {
            panel.order(process, 0, &[value; FILE_BYTES], None);
            match panel.outcome(process) {
                Ok(_) => {}
                Err(Refusal::NotWhole { before, .. }) => {
                    assert_eq!(before.len(), FILE_BYTES);
                    is_heard(&panel);
                    assert!(panel.is_written_down(0, value));
                    break;
                }
                Err(why) => panic!("{why:?}"),
            }
            assert!(Instant::now() < deadline, "it always stayed");
        }
    });
}

/// The thread that looks at it ends, whatever becomes of the test.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The file may grow between the record and the store: what is past its end is written down as zeros, and not refused.
#[test]
fn what_is_past_the_end_is_stored_over_zeros_once_the_file_has_grown() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    set_len(&panel, 4096);
    signal("STOP", pid);
    panel.order(process, 4090, b"abcdefghijkl", None);
    panel.is_told(process);
    assert!(panel.is_written_down(4096, b'g'));
    set_len(&panel, FILE_BYTES as u64);
    signal("CONT", pid);
    assert_eq!(panel.outcome(process), Ok(b"000000\0\0\0\0\0\0".to_vec()));
    panel.is_settled();
    let offers = panel.left();
    assert_eq!(offered_at(&offers, 4096), Some(b'g'));
    assert_eq!(base_at(&offers, 4096), Some(0));
    assert_eq!(base_at(&offers, 4095), Some(b'0'));
}

/// What the file has become too short for was not stored by a process that is gone.
#[test]
fn past_the_end_nothing_was_stored_by_who_cannot_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    signal("STOP", pid);
    panel.order(process, 4090, b"abcdefghijkl", None);
    until("it is written down", || panel.is_written_down(4096, b'g'));
    panel.is_told(process);
    set_len(&panel, 4096);
    signal("KILL", pid);
    assert_eq!(panel.outcome(process), Err(Refusal::Unanswered));
    panel.is_settled();
    assert!(!panel.is_written_down(4096, b'g'), "it is past the end");
    assert!(!panel.is_written_down(4090, b'a'), "it stands as it did");
}

/// What a process refused it did not make, whatever somebody else made of the bytes meanwhile.
#[test]
fn what_somebody_else_stored_in_place_of_a_process_is_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    signal("STOP", pid);
    panel.order(process, 100, b"mine", Some(b"0000"));
    until("it is written down", || panel.is_written_down(100, b'm'));
    panel.write(102, b"?");
    signal("CONT", pid);
    let found = b"00?0".to_vec();
    assert_eq!(panel.outcome(process), Err(Refusal::Changed { found }));
    panel.is_settled();
    assert!(!panel.is_written_down(102, b'n'), "it is somebody else's");
}

/// These bytes are about to be stored, and may be.
#[track_caller]
fn is_allowed(panel: &Panel, offset: u64, bytes: &[u8]) -> Recording {
    let (tell, told) = channel();
    let log = panel.edited.worker.store_log();
    let asked = log.ask(offset, bytes.to_vec(), move || {
        let _ = tell.send(());
    });
    told.recv_timeout(PATIENCE).expect("it is answered");
    assert_eq!(asked.is_allowed(), Some(Ok(())));
    asked
}

/// Waits until the worker has heard all that was said before.
#[track_caller]
fn is_heard(panel: &Panel) {
    is_allowed(panel, 7000, b"last").ended(StoreFate::NotMade);
}

fn journal_has(panel: &Panel, bytes: &[u8]) -> bool {
    let journals = journals(&panel.state).into_iter();
    let mut journals = journals.map(|path| fs::read(path).unwrap());
    journals.any(|journal| journal.windows(bytes.len()).any(|it| it == bytes))
}

/// The worker is held in its answer to one while another is asked for and given up.
#[test]
fn what_is_given_up_before_its_turn_is_not_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let log = panel.edited.worker.store_log();
    let (stands, is_standing) = channel();
    let (let_go, is_let_go) = channel::<()>();
    let first = log.ask(0, b"first".to_vec(), move || {
        let _ = stands.send(());
        let _ = is_let_go.recv(); // until the other side goes
    });
    is_standing.recv_timeout(PATIENCE).expect("it is answered");
    let second = log.ask(100, b"second".to_vec(), || ());
    assert_eq!(second.is_allowed(), None);
    second.ended(StoreFate::NotMade);
    drop(let_go);
    first.ended(StoreFate::NotMade);
    is_heard(&panel);
    assert!(journal_has(&panel, b"first"));
    assert!(!journal_has(&panel, b"second"));
}

/// The worker has come to it, which the journal shows that it begins, and has not answered yet.
#[test]
fn what_is_given_up_while_it_is_written_down_is_no_edit() {
    let bytes: Vec<u8> = (0..1_u32 << 20).map(|at| (at % 251) as u8 | 1).collect();
    for _ in 0..100 {
        let folder = tempfile::tempdir().unwrap();
        let panel = Panel::open(folder.path(), Mode::Private);
        let log = panel.edited.worker.store_log();
        let asked = log.ask(0, bytes.clone(), || ());
        while journals(&panel.state).is_empty() && asked.is_allowed().is_none() {
            std::thread::yield_now();
        }
        let is_under_way = asked.is_allowed().is_none();
        asked.ended(StoreFate::NotMade);
        is_heard(&panel);
        assert!(!panel.is_written_down(0, bytes[0]));
        panel.is_settled();
        if is_under_way && journal_has(&panel, &bytes[..100]) {
            return;
        }
    }
    panic!("it was always answered first");
}

/// Somebody who traces a process, and does nothing: what is killed then does not go.
struct Tracer(Child);

impl Tracer {
    fn of(pid: u32) -> Option<Self> {
        let strace = Command::new("strace")
            .args(["-qq", "-e", "trace=none", "-p", &pid.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut strace) = strace else {
            skip("strace is not installed");
            return None;
        };
        let status = format!("/proc/{pid}/status");
        let mut is_over = false;
        until("it is traced", || {
            is_over = strace.try_wait().unwrap().is_some();
            let status = fs::read_to_string(&status).unwrap();
            is_over || !status.contains("TracerPid:\t0\n")
        });
        if is_over {
            skip("this system does not let strace trace");
            return None;
        }
        signal("STOP", strace.id());
        Some(Self(strace))
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whoever was told may do it as long as it is there: the record of it stays open.
#[test]
fn what_a_process_that_does_not_go_was_told_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, pid) = panel.start(10, ProcessKind::Shared, false);
    signal("STOP", pid);
    let Some(tracer) = Tracer::of(pid) else {
        return;
    };
    panel.order(process, 100, b"never", None);
    until("it is written down", || panel.is_written_down(100, b'n'));
    panel.is_told(process);
    panel
        .pool
        .order(PeerOrder::End { target: process })
        .unwrap();
    assert_eq!(panel.outcome(process), Err(Refusal::Unanswered));
    is_heard(&panel);
    assert!(panel.is_written_down(100, b'n'), "nobody can tell");
    drop(tracer);
    let offers = panel.left();
    assert_eq!(offered_at(&offers, 100), None, "it is compared");
}

/// The file is closed between the order and its record: nothing is stored, and the order comes back.
#[test]
fn of_a_file_that_is_closed_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let panel = Panel::open(folder.path(), Mode::Private);
    let (process, _) = panel.start(10, ProcessKind::Shared, false);
    panel.stores(process, 0, b"first");
    panel.is_settled();
    panel.edited.worker.close();
    panel.order(process, 100, b"late", None);
    assert_eq!(panel.outcome(process), Err(Refusal::Gone));
    assert_eq!(panel.byte(100), b'0');
    // and one whose thread is gone
    let log = panel.edited.worker.store_log();
    let Panel {
        edited,
        pool,
        told,
        path,
        ..
    } = panel;
    drop(edited);
    let asked = log.ask(0, vec![1], || ());
    assert!(matches!(asked.is_allowed(), Some(Err(_))), "{asked:?}");
    let store = PeerOrder::Store {
        number: OrderId(10),
        target: process,
        offset: 100,
        bytes: b"late".to_vec(),
        expect: None,
    };
    pool.order(store).unwrap();
    let refused = loop {
        let event = told.recv_timeout(PATIENCE).unwrap();
        if let PeerNews::Refused { number, why, .. } = event.news {
            assert_eq!(number, OrderId(10));
            break why;
        }
    };
    assert_eq!(refused, Refusal::Gone);
    assert_eq!(fs::read(path).unwrap()[100], b'0');
}
