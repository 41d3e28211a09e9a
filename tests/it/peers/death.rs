//! What becomes of peers that are killed, stopped or not there, and of peers whose program is killed.

use super::*;

#[test]
fn a_killed_peer_is_reported_and_replaced() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let [shared, private] = it.wait_both(b"A");
    for (id, pid, label) in [
        (WitnessId::SharedPeer, shared, "shared"),
        (WitnessId::PrivatePeer, private, "private"),
    ] {
        signal("KILL", pid);
        let died = it.wait_state(id, "its end", died);
        let message = format!("The {label} peer (process {pid}) ended: signal 9 (SIGKILL)");
        let restarting = true;
        assert_eq!(
            died,
            WitnessState::Died {
                message,
                restarting
            }
        );
        assert!(!exists(pid), "{pid} is reaped");
        assert_ne!(it.wait_reading(id, b"A").0, pid);
    }
    // Also while nobody looks, and then no other is started.
    it.worker.watch(None);
    it.worker.watch(Span::new(4096, 4097));
    let [shared, _] = it.wait_both(b"B");
    it.look_away();
    it.unread.borrow_mut().clear();
    signal("KILL", shared);
    let died = it.wait_state(WitnessId::SharedPeer, "its end", died);
    assert!(matches!(
        died,
        WitnessState::Died {
            restarting: false,
            ..
        }
    ));
    assert!(!exists(shared));
    it.silent(SECOND / 2);
}

#[test]
fn a_peer_that_always_dies_is_started_ever_more_rarely() {
    let sample = Sample::new();
    let it = Witnesses::running(Path::new("/bin/true"));
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let mut at = Vec::new();
    for _ in 0..4 {
        let state = it.wait_state(WitnessId::SharedPeer, "its end", died);
        at.push(Instant::now());
        let WitnessState::Died { message, .. } = state else {
            unreachable!();
        };
        assert!(message.ends_with("ended: exit code 0"), "{message}");
    }
    let pauses: Vec<_> = at.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(pauses[0] < SECOND / 2, "{pauses:?}");
    assert!(
        pauses[1] >= SECOND * 9 / 10 && pauses[1] < SECOND * 2,
        "{pauses:?}"
    );
    assert!(
        pauses[2] >= SECOND * 19 / 10 && pauses[2] < SECOND * 3,
        "{pauses:?}"
    );
}

#[test]
fn a_program_that_is_missing_or_no_peer_is_told_in_words() {
    let sample = Sample::new();
    let it = Witnesses::running(Path::new("/nowhere/mapscope"));
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let state = it.wait_state(WitnessId::PrivatePeer, "why not", |state| {
        *state != WitnessState::Starting
    });
    let message = "The private peer cannot be started: No such file or directory (os error 2)";
    let message = message.to_owned();
    assert_eq!(state, WitnessState::Unavailable { message });

    let mut parrot = PeerProcess::spawn(Path::new("/bin/echo"), "parrot").unwrap();
    let pid = parrot.pid();
    let heard = parrot
        .request(&Request::Exit, LONG)
        .unwrap_err()
        .to_string();
    assert!(
        heard.starts_with(&format!("The parrot (process {pid}) is not understood: ")),
        "{heard}"
    );

    let mut loud = PeerProcess::spawn(Path::new("/bin/ls"), "ls").unwrap();
    let pid = loud.pid();
    let heard = loud.request(&Request::Exit, LONG).unwrap_err().to_string();
    let start = format!("The ls (process {pid}) ended: exit code 2: /bin/ls: ");
    assert!(heard.starts_with(&start), "{heard}");
}

#[test]
fn a_stopped_peer_is_given_up_in_time_and_replaced() {
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let [shared, _] = it.wait_both(b"A");
    signal("STOP", shared);
    let begin = Instant::now();
    // The other one is asked on.
    sample.store_shared(0, b'x');
    it.wait_reading(WitnessId::PrivatePeer, b"x");
    assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    let state = it.wait_state(WitnessId::SharedPeer, "its end", died);
    // 2.1 s where the machine has nothing else to do.
    assert!(begin.elapsed() < SECOND * 3, "{:?}", begin.elapsed());
    let message = format!(
        "The shared peer (process {shared}) did not answer \u{201c}read\u{201d} within 2.0 s; it was ended"
    );
    let restarting = true;
    assert_eq!(
        state,
        WitnessState::Died {
            message,
            restarting
        }
    );
    assert!(!exists(shared), "it is killed and reaped");
    assert_ne!(it.wait_reading(WitnessId::SharedPeer, b"x").0, shared);
}

#[test]
fn nothing_is_left_when_the_worker_is_dropped() {
    let sample = Sample::new();
    for stopped in [false, true] {
        let it = Witnesses::start();
        it.worker.attach(sample.target());
        it.worker.watch(Span::new(0, 1));
        let pids = it.wait_both(b"A");
        if stopped {
            for pid in pids {
                signal("STOP", pid);
            }
        }
        let begin = Instant::now();
        drop(it);
        assert!(begin.elapsed() < SECOND * 2, "{:?}", begin.elapsed());
        assert_eq!(pids.map(exists), [false, false]);
    }
}

/// Names the file in which the process that is killed lists its peers.
const PARENT: &str = "MAPSCOPE_TEST_PARENT_OF_PEERS";

/// What the killed process of the next test does.
fn be_parent_of_peers(path: &Path) {
    die_with_parent();
    let sample = Sample::new();
    let it = Witnesses::start();
    it.worker.attach(sample.target());
    it.worker.watch(Span::new(0, 1));
    let [shared, private] = it.wait_both(b"A");
    fs::write(path, format!("{shared} {private}\n")).unwrap();
    // Until it is killed.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn peers_do_not_outlive_a_program_that_is_killed() {
    if let Some(path) = std::env::var_os(PARENT) {
        return be_parent_of_peers(Path::new(&path));
    }
    let test = concat!(
        module_path!(),
        "::peers_do_not_outlive_a_program_that_is_killed"
    );
    check_none_outlives(test, PARENT, 2);
}

#[test]
fn a_thousand_peers_start_while_other_threads_hold_locks() {
    /// Ends the other threads, also where this one fails.
    struct Ends<'a>(&'a AtomicBool);

    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    static LOCK: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let done = AtomicBool::new(false);
    let begin = Instant::now();
    thread::scope(|scope| {
        let _ends = Ends(&done);
        for _ in 0..8 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    // The lock of the list, the allocator's, that of standard error and that of the environment.
                    let mut held = LOCK.lock().unwrap();
                    held.push(format!("{:?}", std::env::var_os("PATH")));
                    let _stderr = std::io::stderr().lock();
                    if held.len() > 100 {
                        held.clear();
                    }
                    drop(held);
                    thread::yield_now();
                }
            });
        }
        for _ in 0..1000 {
            let mut peer = PeerProcess::spawn(program(), "peer").unwrap();
            assert_eq!(peer.request(&Request::Exit, LONG), Ok(Answer::Leaving));
            let pid = peer.pid();
            drop(peer);
            assert!(!exists(pid));
        }
    });
    assert!(begin.elapsed() < SECOND * 120, "{:?}", begin.elapsed());
}
