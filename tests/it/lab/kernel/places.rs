//! Where a mapping is asked to go, its further flags, protections and advice.

use super::*;
use mapscope::peer::calls::{Placing, Spot};

fn at(map: &str, at: u64, how: Placing) -> Spot {
    let map = text(map);
    Spot::At { map, at, how }
}

#[test]
fn a_place_is_taken_kept_or_replaced_as_asked() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    peer.done(Call::Map(anonymous(page()).named("victim")));
    peer.done(store("victim", 0, b"victim"));
    let place = peer.address("victim", 0);
    let over = |how| Call::Map(shared("f", page()).placed(at("victim", 0, how)));
    let told = peer.fails(over(Placing::FixedNoReplace), "EEXIST");
    let call = format!(
        "mmap({place:#x}, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED_NOREPLACE, 3, 0) = -1 EEXIST (File exists)"
    );
    if page() == 4096 {
        assert_eq!(told, [call]);
    }
    peer.done(over(Placing::Hint));
    assert_ne!(peer.address("m", 0), place);
    assert_eq!(peer.bytes(load("victim", 0, 6)), b"victim");
    peer.done(over(Placing::Fixed));
    assert_eq!(peer.address("m", 0), place);
    assert_eq!(peer.bytes(load("victim", 0, 6)), b"AAAAAA");
    let odd = Call::Map(anonymous(page()).placed(at("victim", 1, Placing::Fixed)));
    peer.fails(odd, "EINVAL");
    let nowhere = |address, how| {
        let spot = Spot::Nowhere { address, how };
        Call::Map(anonymous(page()).placed(spot))
    };
    peer.fails(nowhere(1 << 63, Placing::Fixed), "ENOMEM");
    let refused = peer.refuses(nowhere(place, Placing::Fixed));
    assert!(refused.contains("there may be something"), "{refused}");
}

#[test]
fn page_zero_is_given_to_root_alone() {
    let mut peer = Peer::start();
    let spot = Spot::Nowhere {
        address: 0,
        how: Placing::Fixed,
    };
    let call = Call::Map(anonymous(page()).placed(spot));
    if is_root() {
        let told = peer.done(call);
        assert!(told[0].ends_with(", -1, 0) = 0"), "{told:?}");
        assert_eq!(peer.bytes(load("m", 0, 1)), [0]);
    } else {
        peer.fails(call, "EPERM");
    }
}

#[test]
fn flags_do_what_they_say() {
    let scratch = Scratch::new(4);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    let four = 4 * page();
    peer.done(Call::Map(private("f", four).with(MapFlag::Populate)));
    assert_eq!(peer.pages("m", 0, four), vec![PeerPage::PrivateCopy; 4]);
    peer.done(Call::Map(shared("f", four).with(MapFlag::Populate)));
    assert_eq!(peer.pages("m", 0, four), vec![PeerPage::FilePage; 4]);
    peer.done(Call::Map(anonymous(page()).with(MapFlag::Locked)));
    assert_eq!(peer.pages("m", 0, page()), [PeerPage::PrivateCopy]);
    assert_eq!(peer.sums("m").locked, page() / 1024);
    peer.fails(
        Call::Map(anonymous(page()).with(MapFlag::NeitherKind)),
        "EINVAL",
    );
    peer.fails(
        Call::Map(anonymous(page()).with(MapFlag::BothKinds)),
        "EINVAL",
    );
    let heuristic = fs::read_to_string("/proc/sys/vm/overcommit_memory");
    if heuristic.is_ok_and(|mode| mode.trim() == "0") {
        let huge = anonymous(1 << 44);
        peer.fails(Call::Map(huge.clone()), "ENOMEM");
        peer.done(Call::Map(huge.with(MapFlag::NoReserve)));
    }
    let reserved = fs::read_to_string("/proc/sys/vm/nr_hugepages");
    if reserved.is_ok_and(|count| count.trim() == "0") {
        let huge = anonymous(2 << 20).with(MapFlag::HugeTlb);
        peer.fails(Call::Map(huge), "ENOMEM");
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_mapping_grows_down_to_where_it_is_touched() {
    let mut peer = Peer::start();
    // A free stretch, found by asking for it.
    let all = 1024 * page();
    peer.done(Call::Map(anonymous(all).named("free").allowing(Prot::None)));
    peer.done(unmap("free", all));
    let place = at("free", 1000 * page(), Placing::FixedNoReplace);
    let grows = anonymous(4 * page()).with(MapFlag::GrowsDown);
    peer.done(Call::Map(grows.placed(place)));
    peer.done(store("free", 960 * page(), b"x"));
    assert_eq!(peer.bytes(load("free", 960 * page(), 1)), b"x");
    peer.done(unmap("free", all));
    peer.dies(store("free", 960 * page(), b"x"), "SIGSEGV");
}

#[test]
fn protections_hold_for_each_kind_of_use() {
    let map = |prot| Call::Map(anonymous(page()).allowing(prot));
    for (prot, perms) in [
        (Prot::Write, "-w-p"),
        (Prot::Execute, "--xp"),
        (Prot::ReadExecute, "r-xp"),
        (Prot::All, "rwxp"),
    ] {
        let mut peer = Peer::start();
        peer.done(map(prot));
        let place = peer.address("m", 0);
        let line = maps_line(peer.pid(), place).unwrap();
        assert_eq!(line.split(' ').nth(1).unwrap(), perms);
        match prot {
            Prot::Write | Prot::All => drop(peer.done(store("m", 0, b"x"))),
            _ => peer.dies(store("m", 0, b"x"), "SIGSEGV"),
        }
    }
}

#[test]
fn advice_does_what_it_says() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", page()));
    peer.done(Call::Map(anonymous(page()).named("a")));
    peer.done(store("a", 0, b"hello"));
    peer.done(advise("a", Advice::NoHugePage));
    peer.done(advise("a", Advice::Free));
    assert_eq!(peer.bytes(load("a", 0, 5)), b"hello");
    // The kernel counts it when it comes to it.
    let place = peer.address("a", 0);
    until("both tell the same", || {
        smaps_kib(peer.pid(), place, "LazyFree") == peer.sums("a").lazy_free
    });
    peer.fails(advise("m", Advice::Free), "EINVAL");
    peer.fails(advise("m", Advice::WipeOnFork), "EINVAL");
    peer.done(advise("a", Advice::WipeOnFork));
    peer.done(store("a", 0, b"hello"));
    let (mut child, _) = peer.fork("child");
    assert_eq!(child.bytes(load("a", 0, 1)), [0]);
    peer.done(Call::Map(anonymous(page()).named("b")));
    peer.done(store("b", 0, b"x"));
    peer.done(advise("b", Advice::DontFork));
    let (child, _) = peer.fork("child");
    child.dies(load("b", 0, 1), "SIGSEGV");
    for advice in [
        Advice::Normal,
        Advice::Random,
        Advice::Sequential,
        Advice::Cold,
        Advice::PageOut,
    ] {
        peer.done(advise("b", advice));
    }
    peer.done(Call::Map(private("f", page()).named("p")));
    peer.done(advise("p", Advice::PopulateWrite));
    assert_eq!(peer.pages("p", 0, page()), [PeerPage::PrivateCopy]);
    peer.fails(advise("p", Advice::Remove), "EACCES");
    assert_eq!(scratch.bytes()[0], b'A');
    // Where the file system knows holes.
    if let Outcome::Done = peer.outcome(advise("m", Advice::Remove)) {
        assert_eq!(scratch.bytes()[0], 0);
    }
}
