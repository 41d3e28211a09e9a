//! A file that grows: mappings grow with it, private copies stay, and what is lost is said.

use super::*;

#[test]
fn growth_keeps_private_copies_of_all() {
    let a = Sample::pages(b'A', 1);
    let rig = Rig::new();
    let doc = rig.open(&a);
    let built_in = rig.begin(doc, ProcessKind::Private, true);
    let (added, pid) = rig.start(doc, ProcessKind::Private);
    let (shared, _) = rig.start(doc, ProcessKind::Shared);
    rig.watch(doc, Some(span(0, 2)));
    for target in [built_in, added] {
        let order = rig.store(target, 0, b"!");
        assert_eq!(rig.outcome(target, order), Ok(b"A".to_vec()));
    }
    let child = rig.fork(added);
    rig.reads(child, b"!A");
    // Growth within the page, and past it, also while one of them stands still.
    for len in [6, 5000, 1 << 20] {
        a.append(len);
        signal("STOP", pid);
        rig.grow(doc, &a);
        signal("CONT", pid);
        let end = a.extent().end();
        for target in [built_in, added, child, shared] {
            let extent = rig.wait(target, "it grew", |news| match news {
                PeerNews::Grown { extent } => Some(*extent),
                PeerNews::NotGrown { why } => panic!("{why:?}"),
                _ => None,
            });
            assert_eq!(extent, a.extent());
        }
        rig.watch(doc, Some(span(end - 1, end)));
        for target in [built_in, added, child, shared] {
            rig.reads(target, b"A");
        }
        rig.forget();
        rig.watch(doc, Some(span(0, 2)));
        for target in [built_in, added, child] {
            assert_eq!(rig.reads(target, b"!A"), [PageState::PrivateCopy]);
        }
        rig.reads(shared, b"AA");
        let order = rig.store(shared, end - 1, b"A");
        assert!(rig.outcome(shared, order).is_ok());
    }
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap();
    let ours = maps.split_once("sample").unwrap().1;
    let flags = ours.lines().find(|it| it.starts_with("VmFlags:")).unwrap();
    assert!(flags.split(' ').any(|it| it == "nh"), "{flags}");
    let events = rig.all_after_drop();
    let is_loss = |it: &&PeerEvent| {
        matches!(it.news, PeerNews::CopiesLost { .. })
            || matches!(&it.news, PeerNews::Ended(end) if end.next.is_some())
    };
    assert_eq!(events.iter().find(is_loss), None);
}

#[test]
fn copies_that_a_shorter_file_took_are_said_to_be_lost() {
    let a = Sample::pages(b'A', 3);
    let rig = Rig::new();
    let doc = rig.open(&a);
    let (target, _) = rig.start(doc, ProcessKind::Private);
    for at in [0, 4096, 8192] {
        let order = rig.store(target, at, b"!");
        assert!(rig.outcome(target, order).is_ok());
    }
    let lost = |what: &str| {
        rig.wait(target, what, |news| match news {
            PeerNews::CopiesLost { spans } => Some(spans.clone()),
            _ => None,
        })
    };
    // Seen by whoever looks there.
    a.file.set_len(8192).unwrap();
    rig.watch(doc, Some(span(8192, 8193)));
    assert_eq!(lost("a look tells"), [span(8192, 12288)]);
    let file_len = 8192;
    let nothing = rig.wait(target, "the end", |news| match news {
        PeerNews::Reads { readout, .. } => Some(cells(readout)),
        _ => None,
    });
    assert_eq!(nothing, [Err(GapReason::PastFileEnd { file_len })]);
    // And without a look, when it grows again.
    a.file.set_len(100).unwrap();
    a.append(20_000);
    rig.grow(doc, &a);
    assert_eq!(lost("growth tells"), [span(4096, 8192)]);
    rig.watch(doc, Some(span(0, 1)));
    assert_eq!(rig.reads(target, b"!"), [PageState::PrivateCopy]);
}

#[test]
fn a_window_does_not_grow_and_says_so() {
    let a = Sample::pages(b'A', 2);
    let rig = Rig::new();
    let doc = DocId(1000);
    let file = PeerFile {
        extent: span(0, 4096),
        is_whole: false,
        ..a.peer_file()
    };
    rig.order(PeerOrder::File { doc, file });
    let (target, _) = rig.start(doc, ProcessKind::Private);
    rig.watch(doc, Some(span(4095, 4097)));
    let is_end = |news: &PeerNews| match news {
        PeerNews::Reads { readout, .. } => Some(cells(readout)),
        _ => None,
    };
    let outside = Err(GapReason::OutsideMapping);
    let read = rig.wait(target, "the end of the window", is_end);
    assert_eq!(read, [Ok(b'A'), outside]);
    let order = rig.store(target, 4095, b"!");
    assert!(rig.outcome(target, order).is_ok());
    rig.grow(doc, &a);
    rig.wait(target, "it does not grow", |news| {
        matches!(news, PeerNews::NotGrown { .. }).then_some(())
    });
    let read = rig.wait(target, "the copy is there", |news| {
        is_end(news).filter(|it| it[0] == Ok(b'!'))
    });
    assert_eq!(read, [Ok(b'!'), outside]);
}

#[test]
fn a_file_that_cannot_be_mapped_yet_is_mapped_when_it_grows() {
    let a = Sample::pages(b'A', 1);
    let rig = Rig::new();
    let doc = rig.open(&a);
    a.file.set_len(0).unwrap();
    let (target, _) = rig.start(doc, ProcessKind::Shared);
    rig.wait(target, "it cannot", |news| {
        matches!(news, PeerNews::NotMapped { .. }).then_some(())
    });
    let order = rig.store(target, 0, b"!");
    let why = rig.outcome(target, order);
    assert!(matches!(why, Err(Refusal::Failed(_))), "{why:?}");
    a.append(10);
    rig.grow(doc, &a);
    let order = rig.store(target, 0, b"!");
    assert_eq!(rig.outcome(target, order), Ok(b"A".to_vec()));
    assert_eq!(a.byte(0), b'!');
}
