//! The calls on memory, against what is seen from outside: the file, `/proc` of the peer, another peer.

mod refused;
mod sabotaged;

use super::*;

fn unmap(map: &str, at: u64, len: u64) -> Call {
    let map = map.to_owned();
    Call::Unmap { map, at, len }
}

fn protect(map: &str, at: u64, len: u64, prot: Prot) -> Call {
    let map = map.to_owned();
    Call::Protect { map, at, len, prot }
}

fn advise(map: &str, at: u64, len: u64, advice: Advice) -> Call {
    let map = map.to_owned();
    Call::Advise {
        map,
        at,
        len,
        advice,
    }
}

fn touch(map: &str, at: u64, len: u64, write: bool) -> Call {
    let map = map.to_owned();
    Call::Touch {
        map,
        at,
        len,
        write,
    }
}

fn count(map: &str, at: u64, times: u64) -> Call {
    let map = map.to_owned();
    Call::Count { map, at, times }
}

/// Permissions and offset of the line of the peer's maps that holds `address`.
fn perms(peer: &Peer, address: u64) -> Option<(String, u64)> {
    let line = maps_line(peer.pid(), address)?;
    let mut fields = line.split(' ').skip(1);
    let perms = fields.next().unwrap().to_owned();
    let offset = u64::from_str_radix(fields.next().unwrap(), 16).unwrap();
    Some((perms, offset))
}

fn shared_of(file: &str) -> Call {
    Call::Map(shared(file, 1))
}

#[test]
fn a_mapping_is_made_as_asked() {
    let scratch = Scratch::new(3);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    let rw = "PROT_READ|PROT_WRITE";
    let none = Prot::None;
    let anonymous_mode = "MAP_PRIVATE|MAP_ANONYMOUS";
    let two = 2 * page();
    for (call, prot, mode, fd, perm) in [
        (shared("f", two), rw, "MAP_SHARED", 3, "rw-s"),
        (private("f", two), rw, "MAP_PRIVATE", 3, "rw-p"),
        (
            shared("f", 100).allowing(Prot::Read),
            "PROT_READ",
            "MAP_SHARED",
            3,
            "r--s",
        ),
        (
            private("f", two).allowing(none),
            "PROT_NONE",
            "MAP_PRIVATE",
            3,
            "---p",
        ),
        (
            shared("f", page()).from(page()),
            rw,
            "MAP_SHARED",
            3,
            "rw-s",
        ),
        (anonymous(two), rw, anonymous_mode, -1, "rw-p"),
        (
            anonymous_shared(two),
            rw,
            "MAP_SHARED|MAP_ANONYMOUS",
            -1,
            "rw-s",
        ),
    ] {
        let (len, offset) = (call.len, call.offset);
        let text = peer.done(Call::Map(call));
        let address = address_in(&text[0]);
        let shown = if offset == 0 { "0" } else { "0x1000" };
        let expected = format!("mmap(NULL, {len}, {prot}, {mode}, {fd}, {shown}) = {address:#x}");
        assert_eq!(text, [expected]);
        assert_eq!(perms(&peer, address), Some((perm.to_owned(), offset)));
        let own = maps_line(peer.pid(), address).unwrap();
        assert_eq!(own.ends_with("/f"), fd == 3, "{own}");
        assert_eq!(peer.lines("m"), [own]);
        // The kernel is to judge whether there is memory for it: no MAP_NORESERVE.
        let smaps = fs::read_to_string(format!("/proc/{}/smaps", peer.pid())).unwrap();
        let of_it = &smaps[smaps.find(&peer.lines("m")[0]).unwrap()..];
        let flags = of_it
            .lines()
            .find(|line| line.starts_with("VmFlags"))
            .unwrap();
        assert!(!flags.contains(" nr"), "{flags}");
    }
}

#[test]
fn loads_and_stores_reach_what_the_mapping_shows() {
    let scratch = Scratch::new(2);
    let mut sharer = Peer::mapping(&scratch, shared("f", 2 * page()));
    let mut owner = Peer::mapping(&scratch, private("f", 2 * page()));
    let did = sharer.did(load("m", page() - 2, 4));
    assert_eq!(
        did.outcome,
        Outcome::Bytes {
            bytes: b"AABB".to_vec()
        }
    );
    assert!(
        did.calls[0].text.starts_with("load(0x")
            && did.calls[0].text.ends_with("ffe, 4) = \"AABB\""),
        "{did:?}"
    );
    let text = sharer.done(store("m", 28, b"Z\n\x001"));
    assert!(
        text[0].starts_with("store(0x") && text[0].ends_with("01c, \"Z\\n\\0001\")"),
        "{text:?}"
    );
    assert_eq!(scratch.bytes()[27..33], *b"AZ\n\x001A");
    assert_eq!(owner.bytes(load("m", 28, 1)), b"Z");
    owner.done(store("m", 29, b"private"));
    assert_eq!(owner.bytes(load("m", 28, 8)), b"Zprivate");
    assert_eq!(scratch.bytes()[27..33], *b"AZ\n\x001A");
    assert_eq!(sharer.bytes(load("m", 28, 4)), b"Z\n\x001");
    // Long ones are cut in the text and whole in the answer.
    let did = sharer.did(load("m", 0, 2 * page()));
    assert_eq!(
        did.outcome,
        Outcome::Bytes {
            bytes: scratch.bytes()
        }
    );
    assert!(did.calls[0].text.ends_with("\"..."), "{did:?}");
}

#[test]
fn two_peers_count_on_two_bytes_of_a_page_without_a_loss() {
    let scratch = Scratch::new(1);
    fs::write(&scratch.path, vec![0; page_size()]).unwrap();
    let mut peers = [(); 2].map(|()| Peer::mapping(&scratch, shared("f", page())));
    let pending = [0, 1].map(|at: usize| {
        let call = Request::Do(count("m", at as u64, 1_000_003));
        peers[at].0.send(&call).unwrap()
    });
    for (peer, pending) in peers.iter_mut().zip(&pending) {
        let answer = peer.0.wait(pending, LONG).unwrap();
        assert!(matches!(answer, Some(Answer::Did(_))), "{answer:?}");
    }
    // 1,000,003 is 67 modulo 256.
    assert_eq!(scratch.bytes()[..3], [67, 67, 0]);
}

#[test]
fn pages_are_told_and_not_touched() {
    use PeerPage::{FilePage, NotPresent, PrivateCopy};

    let scratch = Scratch::new(4);
    let mut peer = Peer::mapping(&scratch, private("f", 4 * page()));
    let all = 4 * page();
    assert_eq!(peer.pages("m", 0, all), vec![NotPresent; 4]);
    assert_eq!(peer.pages("m", 0, all), vec![NotPresent; 4]);
    peer.done(touch("m", page(), 1, true));
    assert_eq!(peer.pages("m", page(), 1), [PrivateCopy]);
    peer.done(touch("m", 0, all, false));
    let expected = [FilePage, PrivateCopy, FilePage, FilePage];
    assert_eq!(peer.pages("m", 0, all), expected);
    // A range that only touches two pages is told of both.
    assert_eq!(peer.pages("m", page() - 1, 2), expected[..2]);
    assert_eq!(peer.pages("m", 5, 0), [FilePage]);
    let text = peer.done(advise("m", page(), page(), Advice::DontNeed));
    assert!(text[0].ends_with(", 4096, MADV_DONTNEED) = 0"), "{text:?}");
    assert_eq!(peer.pages("m", page(), page()), [NotPresent]);
    assert_eq!(peer.bytes(load("m", page(), 1)), b"B");
    peer.done(advise("m", 0, all, Advice::WillNeed));

    peer.done(Call::Map(anonymous(3 * page()).named("a")));
    let text = peer.done(touch("a", page() + 1, page() + 1, true));
    assert!(text[0].ends_with(", 1 on each of 2 pages)"), "{text:?}");
    assert_eq!(
        peer.pages("a", 0, 3 * page()),
        [NotPresent, PrivateCopy, PrivateCopy]
    );
    let ones = [
        peer.bytes(load("a", page(), 2)),
        peer.bytes(load("a", 2 * page(), 2)),
    ];
    assert_eq!(ones, [[0, 1], [1, 0]]);
}

#[test]
fn a_hole_and_a_protection_split_a_mapping() {
    let scratch = Scratch::new(4);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    let text = peer.done(Call::Map(shared("f", 4 * page())));
    let base = address_in(&text[0]);
    let text = peer.done(protect("m", page(), page(), Prot::Read));
    let at = base + page();
    assert_eq!(text, [format!("mprotect({at:#x}, 4096, PROT_READ) = 0")]);
    assert_eq!(perms(&peer, at).unwrap(), ("r--s".to_owned(), page()));
    assert_eq!(peer.lines("m").len(), 3);
    // Less than a page takes the whole page away.
    let text = peer.done(unmap("m", page(), 100));
    assert_eq!(text, [format!("munmap({at:#x}, 100) = 0")]);
    assert_eq!(perms(&peer, at), None);
    assert_eq!(peer.bytes(load("m", 2 * page(), 1)), b"C");
    let own: Vec<String> = [base, base + 2 * page()]
        .map(|address| maps_line(peer.pid(), address).unwrap())
        .into();
    assert_eq!(peer.lines("m"), own);
    // Once more: nothing there, no error.
    peer.done(unmap("m", page(), page()));
    for (at, len) in [(1, 1), (0, 0), (0, u64::MAX)] {
        peer.fails(unmap("m", at, len), "EINVAL");
    }
    peer.fails(protect("m", page(), page(), Prot::Read), "ENOMEM");
    let sync = |how| Call::Sync {
        map: "m".to_owned(),
        at: 0,
        len: page(),
        how,
    };
    assert_eq!(
        peer.done(sync(SyncHow::Sync)),
        [format!("msync({base:#x}, 4096, MS_SYNC) = 0")]
    );
    assert_eq!(
        peer.done(sync(SyncHow::Async)),
        [format!("msync({base:#x}, 4096, MS_ASYNC) = 0")]
    );
    peer.done(unmap("m", 0, 4 * page()));
    assert_eq!(peer.lines("m"), [""; 0]);
    assert_eq!(maps_line(peer.pid(), base), None);
}

#[test]
fn memory_is_counted_as_proc_counts_it() {
    let scratch = Scratch::new(4);
    let mut peer = Peer::start();
    peer.done(scratch.open());
    let text = peer.done(Call::Map(private("f", 4 * page())));
    let base = address_in(&text[0]);
    peer.done(touch("m", 0, 2 * page(), true));
    peer.done(touch("m", 0, 4 * page(), false));
    let map = "m".to_owned();
    let Outcome::Sums(sums) = peer.outcome(Call::Sums { map }) else {
        panic!("sums");
    };
    let kib = page() / 1024;
    assert_eq!((sums.rss, sums.anonymous), (4 * kib, 2 * kib));
    let pid = peer.pid();
    for (name, sum) in [
        ("Rss", sums.rss),
        ("Pss", sums.pss),
        ("Shared_Clean", sums.shared_clean),
        ("Shared_Dirty", sums.shared_dirty),
        ("Private_Clean", sums.private_clean),
        ("Private_Dirty", sums.private_dirty),
        ("Anonymous", sums.anonymous),
    ] {
        assert_eq!(smaps_kib(pid, base, name), sum, "{name}");
    }

    let memory = |peer: &mut Peer| match peer.outcome(Call::Memory) {
        Outcome::Memory(memory) => memory,
        other => panic!("{other:?}"),
    };
    // For what it does first it may need memory, and pages of the program come in.
    peer.done(Call::Map(anonymous(page()).named("first")));
    memory(&mut peer);
    let before = memory(&mut peer);
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let (_, size) = status.split_once("VmSize:").unwrap();
    let size = size.split_once(" kB").unwrap().0.trim().parse();
    assert_eq!(size, Ok(before.address_space));
    let pages = 256;
    peer.done(Call::Map(anonymous(pages * page()).named("a")));
    let mapped = memory(&mut peer);
    assert_eq!(mapped.address_space - before.address_space, pages * kib);
    assert!(
        mapped.resident - before.resident < 256,
        "{mapped:?} {before:?}"
    );
    let faults = |peer: &mut Peer| match peer.outcome(Call::Faults) {
        Outcome::Faults { minor, .. } => minor,
        other => panic!("{other:?}"),
    };
    let n_before = faults(&mut peer);
    peer.done(touch("a", 0, pages * page(), true));
    let n_faults = faults(&mut peer) - n_before;
    assert!((pages..pages + 100).contains(&n_faults), "{n_faults}");
    let touched = memory(&mut peer);
    assert_eq!(touched.address_space, mapped.address_space);
    let grown = touched.resident - mapped.resident;
    assert!((pages * kib..pages * kib + 256).contains(&grown), "{grown}");
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let minor: u64 = fields.split(' ').nth(7).unwrap().parse().unwrap();
    let told = faults(&mut peer);
    assert!((minor..minor + 20).contains(&told), "{minor} {told}");
}

#[test]
fn malloc_takes_large_blocks_from_mmap() {
    let mut peer = Peer::start();
    let malloc = |map: &str, len| Call::Malloc {
        map: map.to_owned(),
        len,
    };
    let free = |map: &str| Call::Free {
        map: map.to_owned(),
    };
    // A free moves the size from which glibc takes a mapping up to that of the block, but never past 32 MiB.
    for len in [1 << 20, 64 << 20, 64 << 20] {
        let text = peer.done(malloc("h", len));
        let address = address_in(&text[0]);
        assert_eq!(text, [format!("malloc({len}) = {address:#x}")]);
        assert_eq!(address % page(), 16, "a block of its own mapping");
        assert_eq!(peer.lines("h"), [maps_line(peer.pid(), address).unwrap()]);
        let pages = peer.pages("h", 0, len);
        let (head, rest) = pages.split_first().unwrap();
        assert_eq!(
            *head,
            PeerPage::PrivateCopy,
            "glibc writes the size before the block"
        );
        // A huge page would bring in the beginning of a larger one.
        let beginning = usize::try_from((2 << 20) / page()).unwrap();
        assert!(
            rest.iter()
                .skip(if len > 1 << 20 { beginning } else { 0 })
                .all(|page| *page == PeerPage::NotPresent),
            "{rest:?}"
        );
        peer.done(store("h", len / 2, b"x"));
        assert_eq!(peer.bytes(load("h", len / 2, 1)), b"x");
        assert_eq!(peer.done(free("h")), [format!("free({address:#x})")]);
        assert_eq!(peer.lines("h"), [""; 0]);
        assert!(peer.refuses(free("h")).contains("freed already"));
    }
    peer.done(malloc("small", 100));
    let lines = peer.lines("small");
    assert!(
        lines.len() == 1 && lines[0].ends_with("[heap]"),
        "{lines:?}"
    );
    let text = peer.fails(malloc("huge", 1 << 50), "ENOMEM");
    assert_eq!(text, ["malloc(1125899906842624) = NULL"]);
    peer.done(Call::Map(anonymous(page())));
    assert!(peer.refuses(free("m")).contains("not made by malloc"));
}
