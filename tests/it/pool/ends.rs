//! How processes end, what is said of it, and that nothing is left of them.

use std::io::Read as _;

use super::*;

#[test]
fn a_killed_process_is_reaped_and_its_children_end_with_it() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    let (parent, parent_pid) = rig.start(doc, ProcessKind::Private);
    let child = rig.fork(parent);
    let grandchild = rig.fork(child);
    let pids = [rig.runs(child), rig.runs(grandchild)];
    rig.signal(grandchild, ProcessSignal::Kill);
    assert_eq!(rig.ended(grandchild).how, EndHow::Unknown);
    let how = rig.wait(grandchild, "its parent tells", |news| match news {
        PeerNews::EndLearned { how } => Some(how.clone()),
        _ => None,
    });
    assert_eq!(how, EndHow::Killed(9));
    until("its parent reaped it", || !exists(pids[1]));

    rig.signal(parent, ProcessSignal::Kill);
    assert_eq!(rig.ended(parent).how, EndHow::Killed(9));
    assert_eq!(rig.ended(child).how, EndHow::WithParent);
    until("all are gone", || !exists(parent_pid) && !exists(pids[0]));
}

#[test]
fn what_somebody_ends_is_not_started_again_and_takes_its_children_along() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    rig.watch(doc, Some(span(0, 1)));
    let ended = rig.begin(doc, ProcessKind::Shared, true);
    let killed = rig.begin(doc, ProcessKind::Private, true);
    let (pid, _) = (rig.runs(ended), rig.runs(killed));
    let child = rig.fork(ended);
    rig.runs(child);
    rig.order(PeerOrder::End { target: ended });
    let end = rig.ended(ended);
    // On a busy machine it does not go soon enough by itself.
    assert!(matches!(end.how, EndHow::Exited(0) | EndHow::Killed(9)));
    assert_eq!(end.next, None);
    assert_eq!(rig.ended(child).next, None);
    rig.signal(killed, ProcessSignal::Kill);
    let end = rig.ended(killed);
    assert_eq!((end.how, end.next), (EndHow::Killed(9), None));
    assert!(!exists(pid));
    let late = rig.store(killed, 0, b"!");
    assert_eq!(rig.outcome(killed, late), Err(Refusal::Gone));
}

#[test]
fn a_built_in_process_that_always_dies_is_started_once_a_second_at_most() {
    let a = Sample::new(b'A');
    let rig = Rig::running(Path::new("/bin/true"));
    let doc = rig.open(&a);
    rig.watch(doc, Some(span(0, 1)));
    let mut target = rig.begin(doc, ProcessKind::Shared, true);
    let mut at = Vec::new();
    for _ in 0..3 {
        rig.runs(target);
        at.push(Instant::now());
        let end = rig.ended(target);
        assert_eq!(end.how, EndHow::Exited(0));
        target.generation = end.next.unwrap();
    }
    let pauses: Vec<_> = at.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(
        pauses.iter().all(|it| *it > Duration::from_millis(800)),
        "{pauses:?}"
    );
}

#[test]
fn a_program_that_is_missing_or_no_peer_is_said() {
    let a = Sample::new(b'A');
    let rig = Rig::running(Path::new("/nowhere/mapscope"));
    let doc = rig.open(&a);
    let target = rig.begin(doc, ProcessKind::Shared, true);
    let why = rig.wait(target, "it is not started", |news| match news {
        PeerNews::NotStarted { why } => Some(why.clone()),
        _ => None,
    });
    let Refusal::Failed(why) = why else {
        panic!("{why:?}");
    };
    assert_eq!(why.errno.as_deref(), Some("ENOENT"));
    let late = rig.store(target, 0, b"!");
    assert_eq!(rig.outcome(target, late), Err(Refusal::Gone));

    for (program, is_how) in [("/bin/echo", false), ("/bin/ls", true)] {
        let rig = Rig::running(Path::new(program));
        let doc = rig.open(&a);
        let target = rig.begin(doc, ProcessKind::Shared, false);
        rig.runs(target);
        let order = rig.store(target, 0, b"!");
        let why = rig.outcome(target, order);
        assert!(
            matches!(why, Err(Refusal::Ended | Refusal::Gone)),
            "{why:?}"
        );
        let end = rig.ended(target);
        if is_how {
            assert_eq!(end.how, EndHow::Exited(2));
            assert!(end.complaint.unwrap().starts_with("/bin/ls: "));
        } else {
            // As the case may be, it is asked before it is gone.
            let is_known = matches!(end.how, EndHow::NotUnderstood(_) | EndHow::Exited(0));
            assert!(is_known, "{end:?}");
        }
    }
}

#[test]
fn nothing_is_left_and_nothing_unanswered_when_the_pool_is_dropped() {
    let a = Sample::new(b'A');
    for stopped in [false, true] {
        let rig = Rig::new();
        let doc = rig.open(&a);
        let (shared, pid) = rig.start(doc, ProcessKind::Shared);
        let (private, _) = rig.start(doc, ProcessKind::Private);
        let child = rig.fork(private);
        let pids = [pid, rig.runs(child)];
        rig.watch(doc, Some(span(0, 1)));
        rig.reads(shared, &[a.byte(0)]);
        if stopped {
            for pid in pids {
                signal("STOP", pid);
            }
        }
        let orders: Vec<_> = (0..20).map(|_| rig.store(shared, 0, b"!")).collect();
        let forks: Vec<_> = (0..3).map(|_| rig.fork(child)).collect();
        let begin = Instant::now();
        let events = rig.all_after_drop();
        assert!(begin.elapsed() < LONG);
        assert_eq!(pids.map(exists), [false, false]);
        for order in orders {
            let is_answer = |it: &&PeerEvent| match &it.news {
                PeerNews::Stored { number, .. } | PeerNews::Refused { number, .. } => {
                    *number == order
                }
                _ => false,
            };
            assert_eq!(events.iter().filter(is_answer).count(), 1, "{order:?}");
        }
        let of = |target: Target, is: fn(&PeerNews) -> bool| {
            let is = |it: &&PeerEvent| it.target == target && is(&it.news);
            events.iter().filter(is).count()
        };
        for fork in forks {
            let runs = of(fork, |news| matches!(news, PeerNews::Runs { .. }));
            let not = of(fork, |news| matches!(news, PeerNews::NotStarted { .. }));
            let ended = of(fork, |news| matches!(news, PeerNews::Ended(_)));
            assert_eq!((runs + not, ended), (1, runs), "{fork}");
        }
        for target in [shared, private, child] {
            assert_eq!(of(target, |news| matches!(news, PeerNews::Ended(_))), 1);
        }
    }
}

/// What the killed process of the next test does, in a process of its own; nothing in the test run itself.
#[test]
fn as_a_parent_of_a_pool() {
    let Some(path) = std::env::var_os("MAPSCOPE_TEST_PARENT_OF_POOL") else {
        return;
    };
    mapscope::map::die_with_parent();
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    let (parent, pid) = rig.start(doc, ProcessKind::Private);
    let child = rig.fork(parent);
    fs::write(&path, format!("{pid} {}\n", rig.runs(child))).unwrap();
    // Until it is killed.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn processes_of_a_pool_do_not_outlive_a_program_that_is_killed() {
    let test = concat!(module_path!(), "::as_a_parent_of_a_pool");
    check_none_outlives(test, "MAPSCOPE_TEST_PARENT_OF_POOL", 2);
}
