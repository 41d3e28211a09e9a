//! What concerns a peer's process as a whole: limits, user faults, a child that shares its memory, execve.

use super::*;
use mapscope::peer::calls::{LimitKind, LockHow};

fn limit(limit: LimitKind, value: Option<u64>) -> Call {
    Call::Process(ProcessCall::Limit { limit, value })
}

#[test]
fn a_limit_is_the_peers_own() {
    let mut peer = Peer::start();
    let line = |pid: u32, name: &str| {
        let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        limits
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    let own = line(std::process::id(), "Max data size");
    let hard = line(peer.pid(), "Max data size")
        .split_whitespace()
        .nth(4)
        .unwrap()
        .to_owned();
    let told = peer.done(limit(LimitKind::Data, Some(4 << 20)));
    if hard == "unlimited" {
        let call =
            "prlimit64(0, RLIMIT_DATA, {rlim_cur=4096*1024, rlim_max=RLIM64_INFINITY}, NULL) = 0";
        assert_eq!(told, [call]);
    }
    assert!(line(peer.pid(), "Max data size").contains(" 4194304 "));
    assert_eq!(line(std::process::id(), "Max data size"), own);
    let len = 8 << 20;
    peer.fails(Call::Map(anonymous(len)), "ENOMEM");
    peer.done(Call::Map(anonymous_shared(len).named("s")));
    peer.done(Call::Map(anonymous(len).allowing(Prot::Read)));
    let write = Call::Protect {
        map: text("m"),
        at: 0,
        len,
        prot: Prot::ReadWrite,
    };
    peer.fails(write, "ENOMEM");
    peer.done(limit(LimitKind::Data, None));
    peer.done(Call::Map(anonymous(len)));

    let size = peer.memory().address_space * 1024;
    peer.done(limit(LimitKind::AddressSpace, Some(size + (64 << 20))));
    let room = anonymous(128 << 20).allowing(Prot::None);
    peer.fails(Call::Map(room.clone().with(MapFlag::NoReserve)), "ENOMEM");
    peer.done(limit(LimitKind::AddressSpace, None));
    peer.done(Call::Map(room));
    peer.done(limit(LimitKind::Descriptors, Some(3)));
    peer.fails(pipe(), "EMFILE");
    peer.done(limit(LimitKind::Descriptors, None));
    peer.done(pipe());
}

#[test]
fn only_so_much_is_locked() {
    let mut peer = Peer::start();
    peer.done(limit(LimitKind::Memlock, Some(page())));
    peer.done(Call::Map(anonymous(4 * page())));
    let lock = Call::Area(AreaCall::Lock {
        map: text("m"),
        at: 0,
        len: 4 * page(),
        how: LockHow::Now,
    });
    let locked = Call::Map(anonymous(4 * page()).with(MapFlag::Locked));
    if is_root() {
        peer.done(lock);
        peer.done(locked);
    } else {
        peer.fails(lock, "ENOMEM");
        peer.fails(locked, "EAGAIN");
    }
}

#[test]
fn a_file_grows_to_its_limit() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    peer.done(limit(LimitKind::FileSize, Some(2 * page())));
    peer.fails(truncate("f", 3 * page()), "EFBIG");
    peer.done(truncate("f", 2 * page()));
}

#[test]
fn a_missing_page_is_made_by_a_thread() {
    let mut peer = Peer::start();
    peer.done(Call::Map(anonymous(2 * page())));
    let fault = Call::Process(ProcessCall::Userfault {
        map: text("m"),
        at: 0,
        len: 2 * page(),
        bytes: b"made by the program ".to_vec(),
    });
    if let Outcome::Failed { errno } = peer.outcome(fault) {
        eprintln!("skipped: userfaultfd: {errno}");
        return;
    }
    peer.done(pipe());
    // The kernel itself is not served.
    let write = Call::Transfer(TransferCall::WriteFrom {
        file: text("w"),
        offset: None,
        map: text("m"),
        at: 0,
        len: 4,
    });
    peer.fails(write.clone(), "EFAULT");
    assert_eq!(peer.bytes(load("m", 0, 4)), b"made");
    assert_eq!(peer.number(write), 4);
    let second = peer.bytes(load("m", page() + 5, 15));
    assert_eq!(second, b"by the program ");
}

#[test]
fn a_vforked_child_stores_for_its_parent() {
    let mut peer = Peer::start();
    peer.done(Call::Map(anonymous(page())));
    let vfork = |at, bytes: &[u8]| {
        let (map, bytes) = (text("m"), bytes.to_vec());
        Call::Process(ProcessCall::Vfork { map, at, bytes })
    };
    let told = peer.done(vfork(3, b"child"));
    assert!(
        told[0].contains("CLONE_VM|CLONE_VFORK|SIGCHLD) = "),
        "{told:?}"
    );
    assert_eq!(peer.bytes(load("m", 2, 7)), b"\0child\0");
    let (mut child, _) = peer.fork("child");
    child.done(store("m", 3, b"CHILD"));
    assert_eq!(peer.bytes(load("m", 3, 5)), b"child");
    // What ends the child does not end its parent.
    peer.done(unmap("m", page()));
    peer.refuses(vfork(0, b"x"));
    peer.done(Call::Map(anonymous(page())));
}

#[test]
fn execve_drops_mappings_and_keeps_a_descriptor() {
    let mut peer = Peer::start();
    let memfd = Call::Memfd {
        file: text("kept"),
        len: page(),
    };
    peer.done(memfd);
    peer.done(Call::Map(shared("kept", page())));
    peer.done(store("m", 0, b"bytes"));
    let (mut child, _) = peer.fork("child");
    let exec = Call::Process(ProcessCall::Exec { keep: text("kept") });
    assert!(child.refuses(exec.clone()).contains("forked child"));
    drop(child);
    let pid = peer.pid();
    let own = |pid: u32| fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    assert!(own(pid).contains("memfd:kept"));
    peer.done(exec);
    assert!(!own(pid).contains("memfd:kept"));
    assert!(peer.refuses(load("m", 0, 1)).contains("no mapping"));
    peer.done(Call::Map(shared("kept", page())));
    assert_eq!(peer.bytes(load("m", 0, 5)), b"bytes");
    let (mut child, _) = peer.fork("child");
    assert_eq!(child.bytes(load("m", 0, 5)), b"bytes");
    drop(child);
    drop(peer);
    until("it has ended", || is_over(pid));
}
