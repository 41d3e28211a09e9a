//! Peers that die of a load or store, and peers that are killed: what is told of it, and what is left.

use super::*;

#[test]
fn a_load_without_a_page_tells_signal_code_and_address() {
    let scratch = Scratch::new(2);
    let mut peer = Peer::mapping(&scratch, shared("f", 4 * page()));
    let error = peer.ask(load("m", 3 * page() + 5, 1)).unwrap_err();
    let PeerError::Died { how, death, .. } = error else {
        panic!("{error:?}");
    };
    let death = death.unwrap();
    assert_eq!(how, "signal 7 (SIGBUS)");
    assert_eq!(death.signal, "SIGBUS");
    assert_eq!(death.code.as_deref(), Some("BUS_ADRERR"));
}
