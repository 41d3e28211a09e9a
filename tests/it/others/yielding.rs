//! Who stores goes first, and is waited for only so long.

use super::*;

#[test]
fn who_looks_waits_for_who_stores() {
    // A machine that is held up for a quarter of a second ends the wait by itself: then it is tried again.
    loop {
        let begin = Instant::now();
        let way = Arc::<RightOfWay>::default();
        let held = way.hold();
        let (sender, looks) = channel();
        let looker = std::thread::spawn({
            let way = Arc::clone(&way);
            move || {
                sender.send("comes").unwrap();
                way.wait();
                sender.send("looks").unwrap();
            }
        });
        assert_eq!(looks.recv_timeout(LONG), Ok("comes"));
        let soon = looks.recv_timeout(Duration::from_millis(20));
        let is_in_time = begin.elapsed() < Duration::from_millis(200);
        drop(held);
        if is_in_time {
            assert_eq!(soon, Err(RecvTimeoutError::Timeout));
            assert_eq!(looks.recv_timeout(LONG), Ok("looks"));
        }
        looker.join().unwrap();
        if is_in_time {
            return;
        }
    }
}

#[test]
fn a_store_that_waits_for_its_storage_holds_nobody_up() {
    let (_dir, path) = file(1);
    let watched = Watched::new(&path, 0);
    let _never_over = watched.way.hold();
    let mut program = Program::start();
    program.map(&path, "shared");
    watched.with(program.pid, 1);
}
