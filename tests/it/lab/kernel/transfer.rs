//! Bytes that the kernel moves from or to a mapping.

use super::*;

fn write_from(file: &str, offset: Option<u64>, map: &str, at: u64, len: u64) -> Call {
    Call::Transfer(TransferCall::WriteFrom {
        file: text(file),
        offset,
        map: text(map),
        at,
        len,
    })
}

fn read_into(file: &str, offset: Option<u64>, map: &str, at: u64, len: u64) -> Call {
    Call::Transfer(TransferCall::ReadInto {
        file: text(file),
        offset,
        map: text(map),
        at,
        len,
    })
}

#[test]
fn what_cannot_be_reached_is_an_error_and_no_signal() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", 2 * page()));
    peer.done(pipe());
    let told = peer.fails(write_from("w", None, "m", page(), 10), "EFAULT");
    let past = peer.address("m", page());
    assert_eq!(
        told,
        [format!("write(5, {past:#x}, 10) = -1 EFAULT (Bad address)")]
    );
    assert_eq!(peer.number(write_from("w", None, "m", page() - 3, 3)), 3);
    assert_eq!(peer.bytes(take("r", 10)), b"AAA");
    peer.fails(take("r", 10), "EAGAIN");
    peer.done(Call::Map(
        private("f", page()).named("r-").allowing(Prot::Read),
    ));
    peer.fails(read_into("f", Some(0), "r-", 0, 10), "EFAULT");
    peer.done(Call::Map(anonymous(page()).named("a")));
    assert_eq!(peer.number(read_into("f", Some(1), "a", 5, 3)), 3);
    assert_eq!(peer.bytes(load("a", 4, 5)), b"\0AAA\0");
    peer.done(store("a", 0, b"new"));
    assert_eq!(peer.number(write_from("f", Some(7), "a", 0, 3)), 3);
    assert_eq!(&scratch.bytes()[6..11], b"AnewA");
    let refused = peer.refuses(read_into("f", Some(0), "a", page(), 1));
    assert!(refused.contains("past the last page"), "{refused}");
}

#[test]
fn a_pipe_may_hold_the_page_itself() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", page()));
    peer.done(pipe());
    peer.done(Call::Map(anonymous(page()).named("a")));
    let seen = |peer: &mut Peer, map: &str, call: Call| {
        peer.done(store(map, 0, b"1"));
        assert_eq!(peer.number(call), 1);
        peer.done(store(map, 0, b"2"));
        peer.bytes(take("r", 1))
    };
    let splice = Call::Transfer(TransferCall::Splice {
        from: text("f"),
        offset: Some(0),
        to: text("w"),
        len: 1,
    });
    assert_eq!(seen(&mut peer, "m", splice), b"2");
    let lend = Call::Transfer(TransferCall::Vmsplice {
        to: text("w"),
        map: text("a"),
        at: 0,
        len: 1,
    });
    assert_eq!(seen(&mut peer, "a", lend), b"2");
    assert_eq!(seen(&mut peer, "a", write_from("w", None, "a", 0, 1)), b"1");
}

#[test]
fn the_page_cache_is_passed_by_and_stays_true() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", page()));
    let direct = peer.outcome(scratch.open_as("d", FileAccess::Direct));
    if direct != Outcome::Done {
        eprintln!("skipped: no O_DIRECT here");
        return;
    }
    peer.done(Call::Map(anonymous(page()).named("buffer")));
    peer.done(store("m", 0, b"M"));
    let len = page();
    assert_eq!(peer.number(read_into("d", Some(0), "buffer", 0, len)), len);
    assert_eq!(peer.bytes(load("buffer", 0, 2)), b"MA");
    peer.done(store("buffer", 0, b"D"));
    assert_eq!(peer.number(write_from("d", Some(0), "buffer", 0, len)), len);
    assert_eq!(peer.bytes(load("m", 0, 2)), b"DA");
}

#[test]
fn memory_of_another_process_is_read_and_poked() {
    let scratch = Scratch::new(1);
    let code = private("f", page()).allowing(Prot::ReadExecute);
    let mut peer = Peer::mapping(&scratch, code);
    peer.done(Call::Map(private("f", page()).named("own")));
    peer.done(store("own", 0, b"S"));
    let own = peer.address("own", 0);
    let look_at = |pid, address| {
        let (there, len) = (Remote::Process { pid, address }, 2);
        Call::Transfer(TransferCall::Peek { there, len })
    };
    let mut other = Peer::start();
    let pid = peer.pid();
    assert_eq!(other.bytes(look_at(pid, own)), b"SA");
    other.fails(look_at(pid, 16), "EFAULT");

    peer.bytes(load("m", 0, 1));
    let (mut child, _) = peer.fork("child");
    child.bytes(load("m", 0, 1));
    assert_eq!(child.pages("m", 0, 1), [PeerPage::FilePage]);
    let address = peer.address("m", 0);
    let breakpoint = |pid| {
        let (there, byte) = (Remote::Process { pid, address }, 0xcc);
        Call::Transfer(TransferCall::Poke { there, byte })
    };
    let told = peer.did(breakpoint(child.pid()));
    if told.outcome != Outcome::Done {
        eprintln!("skipped: this system lets nobody trace: {told:?}");
        return;
    }
    assert_eq!(child.pages("m", 0, 1), [PeerPage::PrivateCopy]);
    assert_eq!(child.bytes(load("m", 0, 2)), b"\xccA");
    assert_eq!(peer.bytes(load("m", 0, 2)), b"AA");
    assert_eq!(peer.pages("m", 0, 1), [PeerPage::FilePage]);
    assert!(other.refuses(breakpoint(pid)).contains("no child"));
}

#[test]
fn a_write_by_proc_goes_past_the_protection() {
    let scratch = Scratch::new(1);
    let map = private("f", page()).allowing(Prot::Read);
    let mut peer = Peer::mapping(&scratch, map);
    peer.done(Call::Open {
        file: text("mem"),
        path: "/proc/self/mem".into(),
        access: FileAccess::ReadWrite,
    });
    let at = peer.address("m", 0);
    let bytes = b"Z".to_vec();
    let file = text("mem");
    if peer.outcome(Call::Write { file, at, bytes }) == Outcome::Done {
        assert_eq!(peer.bytes(load("m", 0, 2)), b"ZA");
        assert_eq!(peer.pages("m", 0, 1), [PeerPage::PrivateCopy]);
    }
    assert_eq!(scratch.bytes()[0], b'A');
}
