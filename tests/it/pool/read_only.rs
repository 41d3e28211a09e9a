//! A store into a read-only mapping, which ends the process that makes it; and what a process says it has mapped.

use super::*;
use mapscope::model::process::{Death, MappedFacts};

impl Rig {
    fn store_anyway(&self, target: Target, offset: u64, bytes: &[u8]) -> OrderId {
        let number = OrderId(self.fresh());
        self.order(PeerOrder::StoreAnyway {
            number,
            target,
            offset,
            bytes: bytes.to_vec(),
        });
        number
    }

    /// What `target` says it has mapped, or why it does not.
    #[track_caller]
    fn facts(&self, target: Target) -> Result<MappedFacts, Refusal> {
        self.order(PeerOrder::Facts { target });
        self.wait(target, "it says what it has mapped", |news| match news {
            PeerNews::Facts(facts) => Some(Ok(facts.clone())),
            PeerNews::NoFacts { why } => Some(Err(why.clone())),
            _ => None,
        })
    }

    /// What the process died of by that order.
    #[track_caller]
    fn death(&self, target: Target, order: OrderId) -> Death {
        self.wait(target, "it died of it", |news| match news {
            PeerNews::Faulted { number, death, .. } if *number == order => Some(death.clone()),
            PeerNews::Ended(end) => panic!("{end:?} before the order was answered"),
            _ => None,
        })
    }
}

#[test]
fn a_store_into_a_read_only_mapping_ends_that_process_alone_and_says_of_what() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    let (parent, _) = rig.start(doc, ProcessKind::ReadOnly);
    let (bystander, _) = rig.start(doc, ProcessKind::ReadOnly);
    let child = rig.fork(parent);
    let child_pid = rig.runs(child);
    for (target, offset) in [(child, 5000), (parent, 3)] {
        let address = rig.facts(target).unwrap().address;
        let order = rig.store_anyway(target, offset, b"Z!");
        let death = rig.death(target, order);
        assert_eq!(death.signal, "SIGSEGV");
        assert_eq!(death.code.as_deref(), Some("SEGV_ACCERR"));
        assert_eq!(death.address, Some(address + offset));
        assert_eq!(rig.ended(target).how, EndHow::Faulted(death));
        if target == child {
            until("its parent reaped it", || !exists(child_pid));
        }
    }
    assert_eq!((a.byte(3), a.byte(5000)), (b'A', b'A'));
    rig.watch(doc, Some(span(0, 1)));
    rig.reads(bystander, b"A");
}

#[test]
fn a_store_that_would_not_be_refused_by_the_processor_or_finds_nobody_is_not_tried() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    for kind in [ProcessKind::Shared, ProcessKind::Private] {
        let (target, _) = rig.start(doc, kind);
        let order = rig.store_anyway(target, 0, b"Z");
        let why = rig.outcome(target, order).unwrap_err();
        let words = "This process's mapping allows stores";
        assert!(matches!(&why, Refusal::Failed(why) if why.message.starts_with(words)));
        rig.watch(doc, Some(span(0, 1)));
        rig.reads(target, b"A");
    }
    let (target, _) = rig.start(doc, ProcessKind::ReadOnly);
    let end = a.extent().end();
    // Right after the mapping another one may begin that can be written.
    for (offset, bytes) in [(end, &b"Z"[..]), (end - 1, b"ZZ"), (0, b"")] {
        let order = rig.store_anyway(target, offset, bytes);
        let why = rig.outcome(target, order).unwrap_err();
        assert!(matches!(why, Refusal::Failed(_)), "{offset}: {why:?}");
    }
    let mut later = target;
    later.generation = later.generation.next();
    let order = rig.store_anyway(later, 0, b"Z");
    assert_eq!(rig.outcome(later, order), Err(Refusal::Gone));
    assert_eq!(rig.facts(later), Err(Refusal::Gone));
    rig.signal(target, ProcessSignal::Kill);
    rig.ended(target);
    let order = rig.store_anyway(target, 0, b"Z");
    assert_eq!(rig.outcome(target, order), Err(Refusal::Gone));
}

#[test]
fn a_process_that_stands_still_stores_when_it_goes_on_and_one_that_is_killed_never_does() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    for ends_by in [ProcessSignal::Continue, ProcessSignal::Kill] {
        let (target, _) = rig.start(doc, ProcessKind::ReadOnly);
        rig.facts(target).unwrap();
        rig.signal(target, ProcessSignal::Stop);
        let order = rig.store_anyway(target, 0, b"Z");
        rig.signal(target, ends_by);
        if ends_by == ProcessSignal::Continue {
            assert_eq!(rig.death(target, order).signal, "SIGSEGV");
        } else {
            let why = rig.outcome(target, order);
            let is_known = matches!(why, Err(Refusal::Unanswered | Refusal::Ended));
            assert!(is_known, "{why:?}");
            assert_eq!(rig.ended(target).how, EndHow::Killed(9));
        }
    }
    assert_eq!(a.byte(0), b'A');
}

#[test]
fn what_a_process_says_it_has_mapped_is_what_the_kernel_says_of_it() {
    let a = Sample::new(b'A');
    let rig = Rig::new();
    let doc = rig.open(&a);
    let inode = a.file.metadata().unwrap().ino().to_string();
    for (kind, letters) in [
        (ProcessKind::ReadOnly, "r--s"),
        (ProcessKind::Shared, "r--s"),
        (ProcessKind::Private, "rw-p"),
    ] {
        let (target, pid) = rig.start(doc, kind);
        let facts = rig.facts(target).unwrap();
        // By another way: all lines of the file, by its inode.
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
        let of_file = |line: &&str| line.split_whitespace().nth(4) == Some(&inode);
        let lines: Vec<_> = maps.lines().filter(of_file).collect();
        assert_eq!(facts.lines, lines);
        assert!(lines[0].contains(letters), "{lines:?}");
        assert!(lines[0].starts_with(&format!("{:x}-", facts.address)));
        assert_eq!((facts.start, facts.end), (0, a.extent().end()));
        assert_eq!(facts.is_writable, kind == ProcessKind::Private);
        if kind == ProcessKind::Shared {
            let order = rig.store(target, 0, b"A");
            rig.outcome(target, order).unwrap();
            let facts = rig.facts(target).unwrap();
            assert!(facts.is_writable && facts.lines[0].contains("rw-s"));
        }
    }
}
