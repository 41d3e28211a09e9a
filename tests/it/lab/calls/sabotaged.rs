//! Peers that lie on purpose, so that a check can be seen to fail.

use super::*;

#[test]
fn a_sabotaged_peer_says_that_it_stored_and_does_not() {
    let scratch = Scratch::new(1);
    let mut honest = Peer::mapping(&scratch, shared("f", page()));
    let mut liar = Peer::mapping(&scratch, shared("f", page()));
    liar.done(Call::Sabotage(Sabotage::SkipStores));
    let write = Call::Write {
        file: "f".to_owned(),
        at: 0,
        bytes: b"xyz".to_vec(),
    };
    let calls = [
        store("m", 0, b"xyz"),
        touch("m", 0, 1, true),
        count("m", 0, 9),
        write,
    ];
    let before = scratch.bytes();
    let said: Vec<_> = calls.iter().map(|call| liar.done(call.clone())).collect();
    assert_eq!(scratch.bytes(), before);
    assert_eq!(liar.bytes(load("m", 0, 1)), b"A");
    // What it says is what one says who does it, at its own addresses.
    let generic = |text: &String| {
        text.split("0x")
            .map(|it| {
                it.trim_start_matches(|c: char| c.is_ascii_hexdigit())
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    for (call, said) in calls.into_iter().zip(said) {
        let done = honest.done(call);
        assert_eq!(
            done.iter().map(generic).collect::<Vec<_>>(),
            said.iter().map(generic).collect::<Vec<_>>()
        );
    }
    assert_ne!(scratch.bytes(), before);
}

#[test]
fn a_sabotaged_peer_maps_in_the_other_mode() {
    let scratch = Scratch::new(1);
    let mut liar = Peer::start();
    liar.done(scratch.open());
    liar.done(Call::Sabotage(Sabotage::OtherMode));
    for (call, said, perm) in [
        (shared("f", page()), "MAP_SHARED, 3", "rw-p"),
        (private("f", page()), "MAP_PRIVATE, 3", "rw-s"),
        (anonymous(page()), "MAP_PRIVATE|MAP_ANONYMOUS, -1", "rw-s"),
    ] {
        let text = liar.done(Call::Map(call));
        assert!(text[0].contains(said), "{text:?}");
        assert_eq!(perms(&liar, address_in(&text[0])).unwrap().0, perm);
    }
}
