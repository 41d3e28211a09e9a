//! Places by their addresses: a pointer in memory, a write at an address, a place of another peer, a wake that is tried again.

use super::*;
use mapscope::peer::calls::FutexCall;

fn point(at: u64, to: u64) -> Call {
    let map = text("m");
    Call::Area(AreaCall::Point { map, at, to })
}

fn follow() -> Call {
    let (map, at) = (text("m"), 0);
    Call::Area(AreaCall::Follow { map, at })
}

#[test]
fn a_pointer_is_the_address_of_the_place() {
    let mut peer = Peer::start();
    peer.done(Call::Map(anonymous(page())));
    peer.done(store("m", 300, b"Z"));
    peer.done(point(0, 300));
    let stored = peer.bytes(load("m", 0, 8));
    let address = u64::from_ne_bytes(stored.try_into().unwrap());
    assert_eq!(address, peer.address("m", 300));
    assert_eq!(peer.bytes(follow()), b"Z");
    assert!(peer.refuses(point(page() - 4, 0)).contains("reach"));
    assert!(peer.refuses(point(0, page())).contains("reach"));
    peer.done(Call::Sabotage(Sabotage::SkipStores));
    peer.done(point(0, 301));
    assert_eq!(peer.bytes(follow()), b"Z");
}

#[test]
fn what_is_overwritten_is_at_the_address_of_the_place() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, private("f", page()).allowing(Prot::Read));
    peer.done(Call::Open {
        file: text("mem"),
        path: "/proc/self/mem".into(),
        access: FileAccess::ReadWrite,
    });
    let overwrite = |at, bytes: &[u8]| {
        Call::Transfer(TransferCall::Overwrite {
            file: text("mem"),
            map: text("m"),
            at,
            bytes: bytes.to_vec(),
        })
    };
    let did = peer.did(overwrite(28, b"YZ"));
    let address = peer.address("m", 28);
    let text = &did.calls[0].text;
    assert!(text.starts_with("pwrite64("), "{text}");
    if did.outcome != (Outcome::Number { value: 2 }) {
        eprintln!("skipped: nobody may write past a protection here: {did:?}");
        return;
    }
    assert!(
        text.ends_with(&format!(", \"YZ\", 2, {address}) = 2")),
        "{text}"
    );
    assert_eq!(peer.bytes(load("m", 27, 4)), b"AYZA");
    assert_eq!(scratch.bytes()[28], b'A');
    assert!(peer.refuses(overwrite(page(), b"x")).contains("past"));
    peer.done(Call::Sabotage(Sabotage::SkipStores));
    assert_eq!(peer.number(overwrite(28, b"x")), 1);
    assert_eq!(peer.bytes(load("m", 28, 1)), b"Y");
}

#[test]
fn a_peer_does_not_know_the_names_of_others() {
    let mut peer = Peer::start();
    let there = Remote::Peer {
        peer: text("B"),
        map: text("m"),
        at: 0,
    };
    let peek = Call::Transfer(TransferCall::Peek { there, len: 1 });
    assert!(peer.refuses(peek).contains("does not know who B is"));
}

/// Without a word between the two: whoever wakes comes as often as it takes.
#[test]
fn a_wake_is_tried_until_somebody_woke() {
    let mut left = Peer::start();
    left.done(Call::Map(anonymous_shared(page())));
    let (mut right, _) = left.fork("child");
    let wake = |milliseconds| {
        Call::Futex(FutexCall::Wake {
            map: text("m"),
            at: 0,
            count: 1,
            private: false,
            milliseconds,
        })
    };
    let once = right.did(wake(0));
    assert_eq!(once.outcome, Outcome::Number { value: 0 });
    assert_eq!(once.calls.len(), 1);
    let tried = right.did(wake(50));
    assert_eq!(tried.outcome, Outcome::Number { value: 0 });
    let lines: Vec<&str> = tried.calls.iter().map(|call| call.text.as_str()).collect();
    assert!(
        lines.len() == 3 && lines[1].starts_with("futex(...): "),
        "{lines:?}"
    );
    let waking = right.0.send(&Request::Do(wake(10_000))).unwrap();
    let wait = Call::Futex(FutexCall::Wait {
        map: text("m"),
        at: 0,
        value: 0,
        private: false,
        milliseconds: 10_000,
    });
    left.done(wait);
    match right.0.wait(&waking, LONG) {
        Ok(Some(Answer::Did(did))) => assert_eq!(did.outcome, Outcome::Number { value: 1 }),
        other => panic!("{other:?}"),
    }
}
