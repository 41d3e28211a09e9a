//! Where mappings go: what `MAP_FIXED` does to what is there, and what `mremap` moves, doubles and lengthens.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{
    Figure, Peer, Script, StepId, Words, anonymous, load, private, shared, store,
};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{AreaCall, Call, MapCall, Outcome, Placing, RemapHow, Spot};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "map-fixed-destroys",
            topic: LabTopic::Moving,
            title: "MAP_FIXED replaces the mapping that is there, without a word",
            choices: &[
                "It fails with EEXIST, as something is mapped there",
                "What was there is gone, and no call tells of it",
                "The new mapping goes elsewhere",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "MAP_FIXED means just here: the kernel unmaps whatever lies in the range and puts the new mapping in \
                  its place. The bytes of private memory are lost with it. An address without that flag is a hint: \
                  where something is mapped, Linux takes another place. MAP_FIXED_NOREPLACE, of Linux 4.17, fails \
                  with EEXIST instead. So MAP_FIXED is for ranges that the program itself has reserved.",
            source: "POSIX.1-2024 mmap(), MAP_FIXED: \u{201c}The mapping established by mmap() shall replace any \
                     previous mappings\u{201d}; mmap(2), MAP_FIXED and MAP_FIXED_NOREPLACE (Linux)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: map_fixed_destroys,
    },
    Experiment {
        claim: Claim {
            name: "mremap-moves",
            topic: LabTopic::Moving,
            title: "mremap moves a mapping with its bytes, and only where the program allows it",
            choices: &[
                "The mapping grows where it is: its neighbor makes room",
                "The pages are copied, and the old address can still be used",
                "In place it fails with ENOMEM; with MREMAP_MAYMOVE the bytes are at another address, and at the old one is nothing",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "A mapping can grow in place only where the addresses behind it are free. With MREMAP_MAYMOVE the \
                  kernel finds a larger place and moves the entries of the page table: no byte is copied, however large \
                  the mapping is. Pointers into the old place lead nowhere from then on. realloc() of large blocks \
                  works this way.",
            source: "mremap(2), MREMAP_MAYMOVE and ENOMEM",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: mremap_moves,
    },
    Experiment {
        claim: Claim {
            name: "mremap-old-size-zero",
            topic: LabTopic::Moving,
            title: "mremap of zero bytes makes a second mapping of shared pages",
            choices: &[
                "It fails with EINVAL: there is nothing to move",
                "The pages are at two addresses, and a store at one is seen at the other; of a private mapping it is EINVAL",
                "The pages are copied to a second address",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "With an old size of zero nothing is taken from the old place, so that it stays as well: one page is \
                  at two addresses. It needs no descriptor, only the mapping. A private mapping has pages of its own \
                  that cannot be in two places; since Linux 4.14 the call says EINVAL to it.",
            source: "mremap(2): \u{201c}If the value of old_size is zero, and old_address refers to a shareable \
                     mapping\u{201d}, and EINVAL",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: mremap_old_size_zero,
    },
    Experiment {
        claim: Claim {
            name: "grow-file-and-mapping",
            topic: LabTopic::Moving,
            title: "A file that grew is reached by a mapping that is made longer with mremap",
            choices: &[
                "The mapping grew with the file: mremap has nothing to do",
                "ftruncate lengthens the file, mremap the mapping, and both ways share the new page",
                "The new page is this process's own until the file is mapped anew",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The length of a mapping is fixed by mmap; that the file is longer changes nothing of it. mremap makes \
                  it longer, mostly at another address, and what it shows there are the next pages of the file. \
                  Elsewhere than on Linux the file is mapped again. Where a mapping is made longer first, the pages \
                  past the end of the file are SIGBUS.",
            source: "mremap(2); POSIX.1-2024 mmap(): \u{201c}If the size of the mapped file changes after the call to \
                     mmap()\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: grow_file_and_mapping,
    },
];

fn at_victim(call: MapCall, how: Placing) -> MapCall {
    let (map, at) = ("v".to_owned(), 0);
    call.placed(Spot::At { map, at, how })
}

/// The address where a mapping begins.
fn address(s: &mut Script, peer: Peer, map: &str) -> StepId {
    let call = Call::Area(AreaCall::Where {
        map: map.to_owned(),
        at: 0,
    });
    s.must(peer, format!("notes the address of {map}"), call)
}

fn remap(old_len: u64, len: u64, how: RemapHow, (map, result): (&str, &str)) -> Call {
    Call::Area(AreaCall::Remap {
        map: map.to_owned(),
        at: 0,
        old_len,
        len,
        how,
        result: result.to_owned(),
    })
}

/// Two addresses must differ.
fn expect_elsewhere(s: &mut Script, one: StepId, other: StepId) {
    let (one, other) = (one.get(Figure::Number), other.get(Figure::Number));
    s.check(
        "compares the addresses",
        Words::new("{} and {}", [one.clone(), other.clone()]),
        "two addresses",
        one.is_not(other),
    );
}

fn map_fixed_destroys(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    s.map(a, anonymous(page).named("v"));
    s.store_in(a, "v", 0, b"victim");
    let firmly = at_victim(shared("f", page).named("n"), Placing::FixedNoReplace);
    let refused = s.try_map(a, "maps f over v with MAP_FIXED_NOREPLACE", firmly);
    let old = "this kernel has no MAP_FIXED_NOREPLACE, which is of Linux 4.17";
    let errno = "EEXIST".to_owned();
    s.require(refused.is(Outcome::Failed { errno }), old);
    s.expect_failed(refused, "EEXIST");
    let hint = at_victim(shared("f", page).named("h"), Placing::Hint);
    let hinted = s.try_map(a, "maps f with the address of v as a hint", hint);
    s.expect_done(hinted);
    let (victim, elsewhere) = (address(s, a, "v"), address(s, a, "h"));
    expect_elsewhere(s, victim, elsewhere);
    let intact = s.load_of(a, "v", 0, 6);
    s.expect_bytes(intact, b"victim");
    let fixed = at_victim(shared("f", page).named("x"), Placing::Fixed);
    let fixed = s.try_map(a, "maps f over v with MAP_FIXED", fixed);
    s.expect_done(fixed);
    let destroyed = s.load_of(a, "v", 0, 6);
    s.expect_bytes(destroyed, b"AAAAAA");
}

fn mremap_moves(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    // A neighbor stands behind the first page for sure: both are one mapping.
    s.map(a, anonymous(2 * page));
    s.store(a, 0, b"own");
    let old = address(s, a, "m");
    let in_place = remap(page, 2 * page, RemapHow::InPlace, ("m", "n"));
    let what = "has mremap lengthen the first page of m where it is";
    let refused = s.attempt(a, what, in_place);
    s.expect_failed(refused, "ENOMEM");
    let kept = s.load(a, 0, 3);
    s.expect_bytes(kept, b"own");
    let moved = remap(page, 2 * page, RemapHow::MayMove, ("m", "n"));
    let what = "has mremap lengthen it with MREMAP_MAYMOVE, called n";
    let moved = s.attempt(a, what, moved);
    s.expect_done(moved);
    let new = address(s, a, "n");
    expect_elsewhere(s, old, new);
    let there = s.load_of(a, "n", 0, 3);
    s.expect_bytes(there, b"own");
    let here = s.load(a, 0, 1);
    s.expect_killed(here, "SIGSEGV", Some("SEGV_MAPERR"));
}

fn mremap_old_size_zero(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", page));
    s.map(a, private("f", page).named("p"));
    let double = |map, result| remap(0, page, RemapHow::MayMove, (map, result));
    let told = s.attempt(
        a,
        "has mremap move 0 bytes of p, which is private",
        double("p", "q"),
    );
    s.expect_failed(told, "EINVAL");
    let told = s.attempt(
        a,
        "has mremap move 0 bytes of m, called n",
        double("m", "n"),
    );
    s.expect_done(told);
    let (one, other) = (address(s, a, "m"), address(s, a, "n"));
    expect_elsewhere(s, one, other);
    s.store(a, 28, b"Z");
    let seen = s.load_of(a, "n", 28, 1);
    s.expect_bytes(seen, b"Z");
    s.must(a, "stores 'Y' at 29 of n", store("n", 29, b"Y"));
    let seen = s.attempt(a, "loads 2 bytes at 28", load("m", 28, 2));
    s.expect_bytes(seen, b"ZY");
}

fn grow_file_and_mapping(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open(b, "f");
    s.truncate(a, "f", 2 * page);
    let line = s.maps(a, "m");
    let len = line.get(Figure::End(0)) - line.get(Figure::Start(0));
    s.judge(
        line,
        format!("one line of {page} bytes"),
        line.n_lines(1).and(len.is(page)),
    );
    let longer = remap(page, 2 * page, RemapHow::MayMove, ("m", "m"));
    let told = s.attempt(a, "has mremap make m two pages long", longer);
    s.expect_done(told);
    s.write(b, "f", page + 28, b"Z");
    let seen = s.load(a, page + 28, 1);
    s.expect_bytes(seen, b"Z");
    s.store(a, page + 29, b"Y");
    let in_file = s.read(b, "f", page + 28, 2);
    s.expect_bytes(in_file, b"ZY");
}
