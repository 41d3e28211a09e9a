//! What the pool costs: nothing where nobody looks, and who is looked at.

use std::sync::{Arc, Mutex};

use super::*;

/// Nanoseconds on a processor so far, of the thread whose folder below `/proc` this is.
fn cpu(thread: &Path) -> u64 {
    let stat = fs::read_to_string(Path::new("/proc").join(thread).join("schedstat")).unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_pool_whose_processes_nobody_looks_at_sleeps() {
    const WHILE: Duration = Duration::from_secs(1);
    let (a, b) = (Sample::new(b'A'), Sample::new(b'B'));
    let thread = Arc::new(Mutex::new(PathBuf::new()));
    let (report, events) = channel();
    let own = Arc::clone(&thread);
    let pool = PeerPool::spawn(program(), move |it| {
        *own.lock().unwrap() = fs::read_link("/proc/thread-self").unwrap();
        report.send(it).ok();
    });
    let rig = Rig {
        pool: pool.unwrap(),
        events,
        unread: RefCell::default(),
        last: Cell::new(0),
    };
    let (doc, hidden) = (rig.open(&a), rig.open(&b));
    let (seen, _) = rig.start(doc, ProcessKind::Shared);
    let (late, pid) = rig.start(hidden, ProcessKind::Shared);
    let order = rig.store(seen, 0, b"s");
    assert!(rig.outcome(seen, order).is_ok());
    // One of them does not answer, which is waited for without looking.
    signal("STOP", pid);
    rig.store(late, 0, b"l");
    rig.wait(late, "it is late", |news| {
        matches!(news, PeerNews::Late { .. }).then_some(())
    });
    let thread = thread.lock().unwrap().clone();
    let measured = || {
        let before = cpu(&thread);
        std::thread::sleep(WHILE); // the time that is measured
        cpu(&thread) - before
    };
    let idle = measured();
    rig.watch(doc, Some(span(0, 1)));
    rig.reads(seen, b"s");
    let watched = measured();
    rig.watch(doc, None);
    let order = rig.store(seen, 1, b"s");
    assert!(rig.outcome(seen, order).is_ok());
    let hidden_again = measured();
    eprintln!("idle {idle} ns, watched {watched} ns, hidden again {hidden_again} ns");
    assert!(idle * 5 < watched, "{idle} {watched}");
    assert!(hidden_again * 5 < watched, "{hidden_again} {watched}");
    assert!(watched * 5 < 1_000_000_000, "{watched}");
}

#[test]
fn only_files_that_are_looked_at_are_read_and_only_news_is_told() {
    let (a, b) = (Sample::pages(b'A', 20), Sample::new(b'B'));
    let rig = Rig::new();
    let (doc_a, doc_b) = (rig.open(&a), rig.open(&b));
    let (seen, _) = rig.start(doc_a, ProcessKind::Shared);
    let (private, _) = rig.start(doc_a, ProcessKind::Private);
    let (hidden, _) = rig.start(doc_b, ProcessKind::Shared);
    // At most 64 KiB.
    rig.watch(doc_a, Some(span(0, 80_000)));
    rig.reads(seen, &vec![b'A'; 65_536]);
    rig.reads(private, &vec![b'A'; 65_536]);
    // A store by somebody else is seen by both; one by the shared one too. Only now, so that it is news of two bytes alone.
    rig.watch(doc_a, Some(span(0, 2)));
    rig.reads(seen, b"AA");
    rig.reads(private, b"AA");
    a.write(0, b"x");
    rig.reads(seen, b"xA");
    rig.reads(private, b"xA");
    a.write(1, b"y");
    rig.reads(seen, b"xy");
    rig.reads(private, b"xy");
    let order = rig.store(seen, 0, b"z");
    assert_eq!(rig.outcome(seen, order), Ok(b"x".to_vec()));
    rig.reads(seen, b"zy");
    rig.reads(private, b"zy");
    // A store of the private one is its own.
    let order = rig.store(private, 0, b"p");
    assert_eq!(rig.outcome(private, order), Ok(b"z".to_vec()));
    assert_eq!(rig.reads(private, b"py"), [PageState::PrivateCopy]);
    a.write(1, b"w");
    rig.reads(seen, b"zw");
    assert_eq!(a.byte(0), b'z');
    // Each reading was told once, of the file that is looked at alone; and once more where a process was late meanwhile, as
    // then it is not known whether somebody still has what was told.
    let order = rig.store(hidden, 0, b"h");
    assert!(rig.outcome(hidden, order).is_ok());
    let unread = rig.all_after_drop();
    let count = |wanted: fn(&PeerNews) -> bool| unread.iter().filter(|it| wanted(&it.news)).count();
    let readings = count(|it| matches!(it, PeerNews::Reads { .. }));
    let late = count(|it| matches!(it, PeerNews::Answers));
    assert!(readings <= late, "{unread:#?}");
}

#[test]
fn a_read_only_process_refuses_in_words() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    let (target, _) = rig.start(doc, ProcessKind::ReadOnly);
    let order = rig.store(target, 0, b"!");
    let Err(Refusal::Failed(why)) = rig.outcome(target, order) else {
        panic!("it is refused");
    };
    assert_eq!(why.message, "This process's mapping is read-only");
    assert_eq!(a.byte(0), b'A');
}
