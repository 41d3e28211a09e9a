//! Orders and answers know their file: none is carried out elsewhere, whatever is opened or closed meanwhile.

use super::*;

/// A process that maps the file shared and has read `at`, which is full of the file's letter; with the file and its number.
fn reader(rig: &Rig, sample: &Sample, at: Span) -> (DocId, Target, u32) {
    let doc = rig.open(sample);
    let (target, pid) = rig.start(doc, ProcessKind::Shared);
    rig.watch(doc, Some(at));
    let letters = vec![sample.letter; usize::try_from(at.len()).unwrap()];
    rig.reads(target, &letters);
    (doc, target, pid)
}

#[test]
fn a_store_that_waits_at_a_stopped_process_stays_with_its_file() {
    let (a, b) = (Sample::new(b'A'), Sample::new(b'B'));
    let rig = Rig::new();
    let (_, target, pid) = reader(&rig, &a, span(0, 1));
    rig.signal(target, ProcessSignal::Stop);
    until("it stands still", || state_of(pid) == Some('T'));
    let orders: Vec<_> = (8..12).map(|at| rig.store(target, at, b"!")).collect();

    reader(&rig, &b, span(8, 12));
    rig.signal(target, ProcessSignal::Continue);
    for order in orders {
        assert_eq!(rig.outcome(target, order), Ok(b"A".to_vec()));
    }
    assert_eq!([a.byte(8), a.byte(11)], *b"!!");
    assert_eq!([b.byte(8), b.byte(11)], *b"BB");
}

#[test]
fn a_store_that_waits_comes_back_when_its_file_is_closed() {
    let (a, b) = (Sample::new(b'A'), Sample::new(b'B'));
    let rig = Rig::new();
    let (doc_a, target, pid) = reader(&rig, &a, span(0, 1));
    signal("STOP", pid);
    let orders: Vec<_> = (8..12).map(|at| rig.store(target, at, b"!")).collect();
    rig.order(PeerOrder::Close { doc: doc_a });
    reader(&rig, &b, span(8, 12));

    // Of one it is not known, as it was handed over; it was killed before it could.
    let whys: Vec<_> = orders.iter().map(|it| rig.outcome(target, *it)).collect();
    let n_unknown = whys
        .iter()
        .filter(|it| **it == Err(Refusal::Unanswered))
        .count();
    let n_gone = whys.iter().filter(|it| **it == Err(Refusal::Gone)).count();
    assert!(n_unknown <= 1 && n_unknown + n_gone == 4, "{whys:?}");
    assert_eq!(rig.ended(target).how, EndHow::Killed(9));
    assert!(!exists(pid));
    let late = rig.store(target, 8, b"!");
    assert_eq!(rig.outcome(target, late), Err(Refusal::Gone));
    for at in 8..12 {
        assert_eq!([a.byte(at), b.byte(at)], *b"AB");
    }
}

/// One of the pair, of a file that is full of `A`, which has read the first two bytes; and its process.
fn built_in(rig: &Rig, sample: &Sample, kind: ProcessKind) -> (Target, u32) {
    let doc = rig.open(sample);
    let target = rig.begin(doc, kind, true);
    let pid = rig.runs(target);
    rig.watch(doc, Some(span(0, 2)));
    rig.reads(target, b"AA");
    (target, pid)
}

#[test]
fn a_built_in_process_that_is_stopped_is_neither_ended_nor_moved() {
    let (a, b) = (Sample::new(b'A'), Sample::new(b'B'));
    let rig = Rig::new();
    let (target, pid) = built_in(&rig, &a, ProcessKind::Shared);
    signal("STOP", pid);
    let order = rig.store(target, 8, b"!");
    let doc_b = rig.open(&b);
    let other = rig.begin(doc_b, ProcessKind::Shared, true);
    rig.watch(doc_b, Some(span(8, 9)));
    rig.reads(other, b"B");
    rig.wait(target, "it is late", |news| {
        matches!(news, PeerNews::Late { .. }).then_some(())
    });
    signal("CONT", pid);
    rig.wait(target, "it answers", |news| {
        (*news == PeerNews::Answers).then_some(())
    });
    assert_eq!(rig.outcome(target, order), Ok(b"A".to_vec()));
    assert_eq!([a.byte(8), b.byte(8)], *b"!B");
    assert!(exists(pid));
}

#[test]
fn a_built_in_process_that_died_maps_its_own_file_again_as_a_new_generation() {
    let (a, b) = (Sample::new(b'A'), Sample::new(b'B'));
    let rig = Rig::new();
    let (first, pid) = built_in(&rig, &a, ProcessKind::Private);
    let order = rig.store(first, 0, b"p");
    assert_eq!(rig.outcome(first, order), Ok(b"A".to_vec()));
    signal("STOP", pid);
    let waiting: Vec<_> = (0..3).map(|_| rig.store(first, 1, b"!")).collect();
    rig.open(&b);
    signal("KILL", pid);
    for order in waiting {
        let why = rig.outcome(first, order);
        assert!(
            matches!(why, Err(Refusal::Ended | Refusal::Unanswered)),
            "{why:?}"
        );
    }
    let next = Generation::FIRST.next();
    assert_eq!(
        rig.ended(first),
        ProcessEnd {
            how: EndHow::Killed(9),
            complaint: None,
            lost_copies: true,
            next: Some(next),
        }
    );
    let second = Target {
        generation: next,
        ..first
    };
    assert_ne!(rig.runs(second), pid);
    assert_eq!(rig.reads(second, b"AA"), [PageState::FilePage]);
    let late = rig.store(first, 1, b"!");
    assert_eq!(rig.outcome(first, late), Err(Refusal::Gone));
    let order = rig.store(second, 1, b"q");
    assert_eq!(rig.outcome(second, order), Ok(b"A".to_vec()));
    rig.reads(second, b"Aq");
    assert_eq!([a.byte(1), b.byte(1)], *b"AB");
}

#[test]
fn a_process_that_has_not_mapped_yet_maps_what_it_was_started_for() {
    let (a, c) = (Sample::new(b'A'), Sample::new(b'C'));
    let program = slow_program(a.dir.path());
    let rig = Rig::running(&program);
    let doc_a = rig.open(&a);
    let target = rig.begin(doc_a, ProcessKind::Shared, false);
    rig.runs(target);
    rig.watch(doc_a, Some(span(0, 2)));
    let doc_c = rig.open(&c);
    let other = rig.begin(doc_c, ProcessKind::Shared, false);
    rig.runs(other);
    rig.watch(doc_c, Some(span(0, 2)));
    let order = rig.store(target, 1, b"!");
    fs::write(a.dir.path().join("go"), "").unwrap();
    assert_eq!(rig.outcome(target, order), Ok(b"A".to_vec()));
    rig.reads(target, b"A!");
    rig.reads(other, b"CC");
    assert_eq!([a.byte(1), c.byte(1)], *b"!C");
    for event in rig.all_after_drop() {
        if let PeerNews::Reads { readout, .. } = event.news {
            let letter = if event.target.doc == doc_a {
                b'A'
            } else {
                b'C'
            };
            assert_eq!(cells(&readout)[0], Ok(letter));
        }
    }
}

#[test]
fn full_queues_give_orders_back_and_lose_no_state() {
    let (a, b) = (Sample::new(b'A'), Sample::new(b'B'));
    let rig = Rig::new();
    let (doc_a, doc_b) = (rig.open(&a), rig.open(&b));
    let (stuck, pid) = rig.start(doc_a, ProcessKind::Private);
    let (other, _) = rig.start(doc_b, ProcessKind::Shared);
    rig.watch(doc_a, Some(span(0, 1)));
    rig.reads(stuck, b"A");
    signal("STOP", pid);
    let child = rig.fork(stuck);
    // More than any queue holds, in one go, with what changes the state in between.
    let (mut taken, mut back) = (Vec::new(), 0);
    for round in 0..4000_u64 {
        if round == 3000 {
            b.append(4096);
            rig.grow(doc_b, &b);
            rig.watch(doc_b, Some(span(3 * 4096, 3 * 4096 + 2)));
        }
        let number = OrderId(rig.fresh());
        let order = PeerOrder::Store {
            number,
            target: stuck,
            offset: 4096,
            bytes: b"!".to_vec(),
            expect: None,
        };
        match rig.pool.order(order.clone()) {
            Ok(()) => taken.push(number),
            Err(same) => {
                assert_eq!(same, order);
                back += 1;
            }
        }
    }
    // The other one is asked on, sees the growth, and is asked what is watched.
    rig.reads(other, b"BB");
    signal("CONT", pid);
    rig.runs(child);
    let outcomes: Vec<_> = taken.iter().map(|it| rig.outcome(stuck, *it)).collect();
    let n_full = outcomes
        .iter()
        .filter(|it| matches!(it, Err(Refusal::QueueFull | Refusal::NotAnswering)))
        .count();
    let n_done = outcomes.iter().filter(|it| it.is_ok()).count();
    eprintln!("given back {back}, refused as full {n_full}, done {n_done}");
    assert!(n_full > 0 && n_done >= 30 && n_full + n_done == taken.len());
    // What was forked before the stores has none of them.
    rig.watch(doc_a, Some(span(4096, 4097)));
    rig.reads(stuck, b"!");
    rig.reads(child, b"A");
}

#[test]
fn a_fork_of_a_stopped_process_holds_up_nobody() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    let (parent, pid) = rig.start(doc, ProcessKind::Private);
    let (other, _) = rig.start(doc, ProcessKind::Shared);
    rig.watch(doc, Some(span(0, 1)));
    rig.reads(parent, b"A");
    rig.reads(other, b"A");
    signal("STOP", pid);
    let child = rig.fork(parent);
    let early = rig.store(child, 0, b"c");
    let order = rig.store(other, 0, b"s");
    assert_eq!(rig.outcome(other, order), Ok(b"A".to_vec()));
    rig.reads(other, b"s");
    assert!(
        !rig.unread.borrow().iter().any(|it| it.target == child),
        "the fork is not answered yet"
    );
    signal("CONT", pid);
    let child_pid = rig.runs(child);
    let stat = fs::read_to_string(format!("/proc/{child_pid}/stat")).unwrap();
    let parent_of = stat.rsplit_once(") ").unwrap().1.split(' ').nth(1);
    assert_eq!(parent_of, Some(pid.to_string().as_str()), "a real child");
    assert_eq!(rig.outcome(child, early), Ok(b"s".to_vec()));
    assert_eq!(rig.reads(child, b"c"), [PageState::PrivateCopy]);
    rig.reads(parent, b"s");

    // A fork that is not to be any more leaves nothing, also where it was asked for already.
    rig.watch(doc, None);
    let order = rig.store(parent, 2, b"x");
    assert!(rig.outcome(parent, order).is_ok());
    signal("STOP", pid);
    let unwanted = rig.fork(parent);
    rig.order(PeerOrder::End { target: unwanted });
    let why = rig.wait(unwanted, "it is not started", |news| match news {
        PeerNews::NotStarted { why } => Some(why.clone()),
        _ => None,
    });
    assert_eq!(why, Refusal::Ended);
    signal("CONT", pid);
    let children = || {
        let path = format!("/proc/{pid}/task/{pid}/children");
        fs::read_to_string(path).unwrap_or_default()
    };
    let order = rig.store(parent, 1, b"x");
    assert!(rig.outcome(parent, order).is_ok());
    until("only the first child is left", || {
        children().split_whitespace().eq([child_pid.to_string()])
    });
}
