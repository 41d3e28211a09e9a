//! Many peers, started while the program does other things.

use super::*;

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
