//! What is not said: nothing twice, and nothing while nobody watches.

use super::*;

#[test]
fn what_has_not_changed_is_not_said_again() {
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 28);
    let mut program = Program::start();
    program.map(&path, "shared");
    program.ask(&json!(["read", 0, 28]));
    let pid = program.pid;
    let last = watched.until("it is read", |others| {
        others.is_whole && of(others, pid).is_some_and(|it| byte(&it.mappings[0]) == Some(28))
    });
    // Some rounds and many reads later the next thing said is what changed, once.
    let rest = watched.events.recv_timeout(Duration::from_millis(2500));
    match rest {
        Err(RecvTimeoutError::Timeout) => {}
        // A process of another user came or went.
        Ok(event) => {
            let OthersNews::Seen(seen) = &event.news else {
                panic!("{event:?}");
            };
            assert_ne!(seen.found.hidden, last.hidden, "{event:?}");
        }
        Err(error) => panic!("{error}"),
    }
    program.ask(&json!(["store", 0, 28, 1]));
    watched.until("it is seen", |others| {
        of(others, pid).is_some_and(|it| byte(&it.mappings[0]) == Some(1))
    });
}

#[test]
fn nothing_is_said_while_nobody_watches() {
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    program.map(&path, "shared");
    watched.with(program.pid, 1);
    watched.watcher.borrow().watch(None);
    // What was under way may still be said.
    while watched
        .events
        .recv_timeout(Duration::from_millis(500))
        .is_ok()
    {}
    let pid = program.pid;
    program.end();
    let said = watched.events.recv_timeout(Duration::from_millis(2500));
    assert_eq!(
        said.map(|event| event.target),
        Err(RecvTimeoutError::Timeout)
    );
    // Watched again, it is found anew.
    let mut next = Program::start();
    next.map(&path, "shared");
    watched.watch(0);
    watched.with(next.pid, 1);
    watched.without(pid);
}

#[test]
fn another_byte_is_answered_for_itself() {
    let (_dir, path) = file(3);
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    program.map(&path, "shared");
    for page in 0..3 {
        program.ask(&json!(["read", 0, page * PAGE]));
    }
    watched.with(program.pid, 1);
    for at in [1, 5000, 8193] {
        watched.watch(at);
        let event = watched.events.recv_timeout(LONG).unwrap();
        let OthersNews::Seen(seen) = event.news else {
            panic!("{:?}", event.news);
        };
        if seen.span.start() != at {
            continue; // it was under way
        }
        let mapping = &of(&seen.found, program.pid).unwrap().mappings[0];
        assert_eq!(byte(mapping), Some(u8::try_from(at % 256).unwrap()));
    }
}
