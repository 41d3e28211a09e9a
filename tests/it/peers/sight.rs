//! What the two peers see, and when that is reported.

use super::*;

#[test]
fn both_peers_see_a_shared_store_by_another_process() {
    let sample = Sample::named(OsString::from_vec(b"not \xff unicode\n ".to_vec()));
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(4094, 4098));
    it.wait_both(b"AABB");
    sample.store_shared(4095, b'x');
    let pids = it.wait_both(b"AxBB");
    // A store of the shared peer is seen by the private one, whose page is still the file's.
    assert!(it.worker.store(WitnessId::SharedPeer, 4096, b"y"));
    let stored = it.wait_state(WitnessId::SharedPeer, "a store", |state| {
        matches!(state, WitnessState::Stored { .. })
    });
    let (offset, len) = (4096, 1);
    assert_eq!(stored, WitnessState::Stored { offset, len });
    assert_eq!(it.wait_both(b"AxyB"), pids);
    assert_eq!(sample.byte(4096), b'y');
}

#[test]
fn a_private_store_is_seen_by_its_peer_alone() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 2));
    it.wait_reading(WitnessId::SharedPeer, b"AA");
    let (pid, pages) = it.wait_reading(WitnessId::PrivatePeer, b"AA");
    assert_eq!(pages, [PeerPage::FilePage]);

    assert!(it.worker.store(WitnessId::PrivatePeer, 0, b"p"));
    it.wait_state(WitnessId::PrivatePeer, "a store", |state| {
        matches!(state, WitnessState::Stored { offset: 0, len: 1 })
    });
    let seen = it.wait_reading(WitnessId::PrivatePeer, b"pA");
    assert_eq!(seen, (pid, vec![PeerPage::PrivateCopy]));
    assert_eq!(sample.byte(0), b'A');
    // Its whole page is frozen; the shared peer goes on seeing the file.
    sample.store_shared(1, b'z');
    it.wait_reading(WitnessId::SharedPeer, b"Az");
    it.silent(SECOND / 2);
    // It keeps its copy while nobody looks.
    it.worker.watch(None);
    it.worker.watch(Span::new(0, 1));
    assert_eq!(it.wait_reading(WitnessId::PrivatePeer, b"p").0, pid);
    it.wait_reading(WitnessId::SharedPeer, b"A");
    // Mapped anew, the copy is gone.
    it.worker.attach(sample.target());
    let seen = it.wait_reading(WitnessId::PrivatePeer, b"A");
    assert_eq!(seen, (pid, vec![PeerPage::FilePage]));
}

#[test]
fn a_window_that_does_not_change_is_reported_once() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    // Nobody looks: no process is started.
    it.silent(SECOND / 4);
    it.worker.watch(Span::new(0, 500));
    for id in WitnessId::ALL {
        it.wait_state(id, "the start", |state| *state == WitnessState::Starting);
    }
    // At most 16 bytes.
    it.wait_both(&[b'A'; 16]);
    it.silent(SECOND / 2);
    it.look_away();
    sample.store_shared(0, b'x');
    it.silent(SECOND / 2);
    // Past the end of the mapping there is nothing to see, and that is said.
    it.worker.watch(Span::new(12_287, 12_289));
    for id in WitnessId::ALL {
        it.wait_state(id, "the end", |state| match state {
            WitnessState::Reading { cells, .. } => {
                let outside = Cell::Unreadable("outside the mapping".into());
                *cells == [Cell::Byte(b'C'), outside]
            }
            _ => false,
        });
    }
    it.worker.detach();
    it.silent(SECOND / 4);
}

#[test]
fn a_shared_peer_of_a_file_that_may_not_be_written_refuses_in_words() {
    let sample = Sample::new();
    let it = Witnesses::start();
    let target = sample.target();
    it.worker.attach(WitnessTarget {
        writable: false,
        ..target
    });
    // Also with nothing watched.
    assert!(it.worker.store(WitnessId::SharedPeer, 0, b"x"));
    let refused = it.wait_state(WitnessId::SharedPeer, "a refusal", |state| {
        matches!(state, WitnessState::StoreRefused { .. })
    });
    let message = "This peer's mapping is read-only".to_owned();
    assert_eq!(refused, WitnessState::StoreRefused { message });
    assert_eq!(sample.byte(0), b'A');
    it.worker.detach();
    assert!(it.worker.store(WitnessId::PrivatePeer, 0, b"x"));
    let message = "No file is open that a peer could map".to_owned();
    it.wait_state(WitnessId::PrivatePeer, "a refusal", |state| {
        *state
            == WitnessState::StoreRefused {
                message: message.clone(),
            }
    });
}

#[test]
fn a_peer_that_is_stopped_takes_some_stores_and_each_has_its_outcome() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let [shared, _] = it.wait_both(b"A");
    signal("STOP", shared);
    let store = |_: &u64| it.worker.store(WitnessId::SharedPeer, 1, b"x");
    let taken = (0..10_000).take_while(store).count();
    // Those that the thread has begun with, and those that wait.
    assert!((64..=128).contains(&taken), "{taken}");
    for n in 0..taken {
        it.wait_state(WitnessId::SharedPeer, &format!("outcome {n}"), |state| {
            matches!(
                state,
                WitnessState::Stored { .. } | WitnessState::StoreRefused { .. }
            )
        });
    }
    assert!(it.unread.borrow().iter().any(|report| died(&report.state)));
}
