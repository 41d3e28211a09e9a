//! The page faults that are told beside each load and store.

use super::{Call, FaultCount, Peer, anonymous, load, page, store};

fn faults(peer: &mut Peer, call: Call) -> FaultCount {
    let did = peer.did(call);
    did.calls[0].faults.expect("a load or a store counts them")
}

/// Nothing but the page itself: neither what counts, nor the buffer that a load fills.
#[test]
fn a_first_touch_faults_once_and_a_second_not_at_all() {
    let mut peer = Peer::start();
    peer.done(Call::Map(anonymous(32 * page())));
    let once = FaultCount { minor: 1, major: 0 };
    for at in [0, page()] {
        assert_eq!(faults(&mut peer, store("m", at, b"Z")), once);
        assert_eq!(
            faults(&mut peer, store("m", at, b"Y")),
            FaultCount::default()
        );
        assert_eq!(faults(&mut peer, load("m", at, 1)), FaultCount::default());
    }
    // A buffer of many pages.
    let touch = |write| Call::Touch {
        map: "m".to_owned(),
        at: 16 * page(),
        len: 16 * page(),
        write,
    };
    peer.done(Call::Advise {
        map: "m".to_owned(),
        at: 0,
        len: 2 * page(),
        advice: super::Advice::DontNeed,
    });
    assert_eq!(faults(&mut peer, load("m", 0, 1)), once);
    assert!(faults(&mut peer, touch(true)).minor >= 1);
    assert_eq!(faults(&mut peer, touch(false)), FaultCount::default());
    assert_eq!(
        faults(&mut peer, load("m", 16 * page(), 16 * page())),
        FaultCount::default()
    );
}

#[test]
fn system_calls_count_none() {
    let mut peer = Peer::start();
    let did = peer.did(Call::Map(anonymous(page())));
    assert_eq!(did.calls[0].faults, None);
}
