//! Stretches of the address space: moved, locked, looked at, run.

use super::*;
use mapscope::peer::calls::{LockHow, RETURNS_42, RemapHow};

fn remap(how: RemapHow, old_len: u64, len: u64, result: &str) -> Call {
    Call::Area(AreaCall::Remap {
        map: text("m"),
        at: 0,
        old_len,
        len,
        how,
        result: text(result),
    })
}

fn lock(map: &str, how: LockHow) -> Call {
    Call::Area(AreaCall::Lock {
        map: text(map),
        at: 0,
        len: 2 * page(),
        how,
    })
}

fn execute(map: &str) -> Call {
    let (map, at) = (text(map), 0);
    Call::Area(AreaCall::Execute { map, at })
}

#[test]
fn a_mapping_moves_with_its_bytes() {
    let scratch = Scratch::new(3);
    let mut peer = Peer::mapping(&scratch, private("f", page()));
    peer.done(store("m", 0, b"own"));
    let old = peer.address("m", 0);
    // It grows into the file, elsewhere or not; what was its own is its own still.
    let told = peer.done(remap_to(3 * page()));
    let new = peer.address("m", 0);
    assert_eq!(
        told,
        [format!(
            "mremap({old:#x}, {}, {}, MREMAP_MAYMOVE) = {new:#x}",
            page(),
            3 * page()
        )]
    );
    assert_eq!(peer.bytes(load("m", 0, 4)), b"ownA");
    assert_eq!(peer.bytes(load("m", 2 * page(), 1)), b"C");
    assert_eq!(scratch.bytes()[0], b'A');
    // Over another one, whose name then leads to it.
    peer.done(Call::Map(anonymous(page()).named("v")));
    peer.done(store("v", 0, b"victim"));
    let victim = peer.address("v", 0);
    let over = RemapHow::Over {
        map: text("v"),
        at: 0,
    };
    peer.done(remap(over, page(), page(), "n"));
    assert_eq!(peer.address("n", 0), victim);
    assert_eq!(peer.bytes(load("v", 0, 3)), b"own");
    peer.dies(load("m", 0, 1), "SIGSEGV");
}

#[test]
fn a_mapping_in_the_way_is_not_moved() {
    let mut peer = Peer::start();
    // A neighbor stands behind it for sure: they are one mapping first.
    peer.done(Call::Map(anonymous(2 * page())));
    peer.fails(remap(RemapHow::InPlace, page(), 2 * page(), "m"), "ENOMEM");
    peer.done(store("m", 0, b"x"));
    peer.done(remap(RemapHow::KeepOld, page(), page(), "n"));
    assert_eq!(peer.bytes(load("n", 0, 1)), b"x");
    assert_eq!(peer.bytes(load("m", 0, 1)), [0]);
}

#[test]
fn nothing_remapped_is_a_second_mapping() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", page()));
    peer.done(remap(RemapHow::MayMove, 0, page(), "n"));
    assert_ne!(peer.address("m", 0), peer.address("n", 0));
    peer.done(store("m", 5, b"z"));
    assert_eq!(peer.bytes(load("n", 5, 1)), b"z");
    peer.done(Call::Map(private("f", page())));
    peer.fails(remap(RemapHow::MayMove, 0, page(), "n"), "EINVAL");
}

#[test]
fn locked_pages_come_in_and_are_counted() {
    let kib = page() / 1024;
    let mut peer = Peer::start();
    let before = peer.memory().locked;
    peer.done(Call::Map(anonymous(2 * page())));
    peer.done(lock("m", LockHow::OnFault));
    assert_eq!(
        peer.pages("m", 0, 2 * page()),
        [PeerPage::NotPresent, PeerPage::NotPresent]
    );
    peer.done(lock("m", LockHow::Unlock));
    peer.done(lock("m", LockHow::Now));
    assert_eq!(
        peer.pages("m", 0, 2 * page()),
        [PeerPage::PrivateCopy, PeerPage::PrivateCopy]
    );
    assert_eq!(peer.memory().locked - before, 2 * kib);
    assert_eq!(peer.sums("m").locked, 2 * kib);
    peer.fails(advise("m", Advice::DontNeed), "EINVAL");
    // A child has none of it.
    let (mut child, _) = peer.fork("child");
    assert_eq!(child.memory().locked, 0);
    peer.done(unmap("m", 2 * page()));
    assert_eq!(peer.memory().locked, before);
    peer.fails(lock("m", LockHow::Now), "ENOMEM");

    let all = |current, future| {
        Call::Area(AreaCall::LockAll {
            current,
            future,
            on_fault: false,
        })
    };
    peer.fails(all(false, false), "EINVAL");
    peer.done(all(false, true));
    peer.done(Call::Map(anonymous(page())));
    assert_eq!(peer.pages("m", 0, page()), [PeerPage::PrivateCopy]);
    peer.done(Call::Area(AreaCall::UnlockAll));
    assert_eq!(peer.memory().locked, 0);
}

#[test]
fn what_is_resident_and_where_is_told() {
    let scratch = Scratch::new(3);
    let mut peer = Peer::mapping(&scratch, shared("f", 3 * page()));
    peer.done(Call::Touch {
        map: text("m"),
        at: 0,
        len: 3 * page(),
        write: false,
    });
    let resident = Call::Area(AreaCall::Resident {
        map: text("m"),
        at: 0,
        len: 3 * page(),
    });
    let pages = vec![true; 3];
    assert_eq!(peer.outcome(resident), Outcome::Resident { pages });
    let base = peer.address("m", 0);
    assert_eq!(peer.address("m", 7), base + 7);
    assert!(maps_line(peer.pid(), base).unwrap().ends_with("/f"));

    let frames = |map: &str| {
        Call::Area(AreaCall::Frames {
            map: text(map),
            at: 0,
            len: 2 * page(),
        })
    };
    if !is_root() {
        assert!(peer.refuses(frames("m")).contains("root"));
        return;
    }
    let mut other = Peer::mapping(&scratch, shared("f", 3 * page()));
    other.done(Call::Touch {
        map: text("m"),
        at: 0,
        len: 3 * page(),
        write: false,
    });
    let same = peer.outcome(frames("m"));
    assert_eq!(other.outcome(frames("m")), same, "one frame for both");
    let Outcome::Frames { frames: known } = same else {
        panic!("frames");
    };
    assert!(known.iter().all(Option::is_some) && known[0] != known[1]);
    peer.done(Call::Map(anonymous(2 * page()).named("a")));
    peer.done(store("a", 0, b"x"));
    let Outcome::Frames { frames: own } = peer.outcome(frames("a")) else {
        panic!("frames");
    };
    assert!(own[0].is_some() && own[1].is_none() && !known.contains(&own[0]));
}

#[test]
fn places_far_apart_take_page_tables() {
    let mut peer = Peer::start();
    let (step, count) = (2 << 20, 64);
    let far = anonymous_shared(count * step).with(MapFlag::NoReserve);
    peer.done(Call::Map(far));
    let before = peer.memory().page_tables;
    let told = peer.done(Call::Area(AreaCall::TouchEvery {
        map: text("m"),
        at: 0,
        len: count * step,
        step,
        write: false,
    }));
    assert!(
        told[0].ends_with(", 1 every 2097152 bytes, 64 times)"),
        "{told:?}"
    );
    assert_eq!(peer.sums("m").rss, count * page() / 1024);
    let grown = peer.memory().page_tables - before;
    assert!(grown >= count * page() / 1024, "{grown}");
    let endless = Call::Area(AreaCall::TouchEvery {
        map: text("m"),
        at: 0,
        len: 1,
        step: 0,
        write: false,
    });
    assert!(peer.refuses(endless).contains("nowhere"));
}

#[test]
fn every_second_page_is_an_area_of_its_own() {
    let mut peer = Peer::start();
    peer.done(Call::Map(anonymous(10 * page())));
    let before = peer.memory().areas;
    let all = Call::Area(AreaCall::ProtectEverySecond { map: text("m") });
    let outcome = peer.outcome(all.clone());
    let errno = None;
    assert_eq!(outcome, Outcome::Repeated { times: 5, errno });
    let areas = peer.memory().areas - before;
    assert!((9..=10).contains(&areas), "{areas}");
    peer.done(unmap("m", page()));
    let errno = Some(text("ENOMEM"));
    assert_eq!(peer.outcome(all), Outcome::Repeated { times: 0, errno });
}

#[test]
fn a_peer_lives_on_where_it_may_have_no_mapping_more() {
    let limit = fs::read_to_string("/proc/sys/vm/max_map_count");
    let limit: u64 = limit.unwrap().trim().parse().unwrap();
    if limit > 100_000 {
        eprintln!("skipped: {limit} mappings take too long to make");
        return;
    }
    let mut peer = Peer::start();
    let pages = 2 * limit;
    peer.done(Call::Map(
        anonymous(pages * page()).with(MapFlag::NoReserve),
    ));
    let all = Call::Area(AreaCall::ProtectEverySecond { map: text("m") });
    let Outcome::Repeated { times, errno } = peer.outcome(all) else {
        panic!("repeated");
    };
    assert_eq!(errno.as_deref(), Some("ENOMEM"));
    assert!((limit / 2 - 200..=limit / 2).contains(&times), "{times}");
    assert!(peer.memory().areas > limit - 5);
    // One or two may still fit, as mprotect needs room for more than one.
    let none_fits = (0..3).any(|index| {
        let further = anonymous_shared(page()).named(&format!("n{index}"));
        let errno = text("ENOMEM");
        peer.outcome(Call::Map(further)) == Outcome::Failed { errno }
    });
    assert!(none_fits);
    let middle = Call::Unmap {
        map: text("m"),
        at: (pages - 10) * page(),
        len: page(),
    };
    peer.fails(middle, "ENOMEM");
}

#[test]
fn a_pointer_is_followed_where_it_leads() {
    let scratch = Scratch::new(1);
    let mut peer = Peer::mapping(&scratch, shared("f", page()));
    peer.done(store("m", 100, b"data"));
    let target = peer.address("m", 100);
    peer.done(store("m", 0, &target.to_ne_bytes()));
    let follow = Call::Area(AreaCall::Follow {
        map: text("m"),
        at: 0,
    });
    assert_eq!(peer.bytes(follow.clone()), b"d");
    let (mut child, _) = peer.fork("child");
    assert_eq!(child.bytes(follow.clone()), b"d");
    // Nobody has anything there.
    peer.done(store("m", 0, &16_u64.to_ne_bytes()));
    peer.dies(follow, "SIGSEGV");
}

#[test]
fn code_is_run_where_that_is_allowed() {
    if RETURNS_42.is_empty() {
        return;
    }
    let mut peer = Peer::start();
    peer.done(Call::Map(anonymous(page())));
    peer.done(store("m", 0, RETURNS_42));
    let (child, _) = peer.fork("child");
    child.dies(execute("m"), "SIGSEGV");
    peer.done(Call::Protect {
        map: text("m"),
        at: 0,
        len: page(),
        prot: Prot::ReadExecute,
    });
    assert_eq!(peer.number(execute("m")), 42);
    peer.dies(store("m", 0, b"x"), "SIGSEGV");
}

#[test]
fn a_hole_that_is_mended_kills_nobody_and_no_file_has_it() {
    let scratch = Scratch::new(2);
    let mut peer = Peer::mapping(&scratch, shared("f", 2 * page()));
    peer.done(Call::Map(shared("f", 2 * page()).named("other")));
    peer.done(Call::Area(AreaCall::Mend { map: text("m") }));
    peer.done(truncate("f", page()));
    let told = peer.done(store("m", page(), b"s"));
    let place = peer.address("m", page());
    let mapped = format!(
        "mmap({place:#x}, {}, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = {place:#x}",
        page()
    );
    assert_eq!(told[1..], [mapped]);
    assert_eq!(peer.bytes(load("m", page(), 1)), b"s");
    peer.done(truncate("f", 2 * page()));
    assert_eq!(scratch.bytes()[page_size()], 0);
    peer.done(truncate("f", page()));
    peer.dies(load("other", page(), 1), "SIGBUS");
}
