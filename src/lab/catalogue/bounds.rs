//! Bounds of an address space: how much of it a process may have, in how many pieces, and where it may not begin.

use crate::bytes::size::counted;
use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{
    Figure, Peer, Rule, Script, StepId, Words, anonymous, anonymous_shared, store,
};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{
    AreaCall, Call, LimitKind, MapCall, MapFlag, Outcome, Placing, ProcessCall, Prot, Spot,
};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "address-limit",
            topic: LabTopic::Limits,
            title: "RLIMIT_AS counts addresses, also those that nobody may touch; RLIMIT_DATA private writable ones",
            choices: &[
                "Both count what is resident: a mapping that is not touched is free",
                "RLIMIT_AS refuses PROT_NONE too; RLIMIT_DATA refuses private memory when it is to be writable, and no shared memory",
                "RLIMIT_AS refuses writable mappings only, RLIMIT_DATA the heap only",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Limits are checked when addresses are given out, and not at a fault, when it is too late for an \
                  error. RLIMIT_AS counts every mapping, whatever it allows, so that programs that reserve large \
                  ranges (sanitizers, garbage collectors) do not start under it. RLIMIT_DATA was for the data of the \
                  program and its heap (brk); since Linux 4.7 it counts what is private and writable, and so mprotect \
                  can exceed it too. How much is resident no limit of a process bounds: that is what control groups \
                  are for.",
            source: "getrlimit(2), RLIMIT_AS: \u{201c}the maximum size of the process's virtual memory\u{201d}, and RLIMIT_DATA \
                     with mmap(2) since Linux 4.7; POSIX.1-2024 getrlimit() and mmap(), ENOMEM",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", OtherMode)],
        script: address_limit,
    },
    Experiment {
        claim: Claim {
            name: "overcommit-heuristic",
            topic: LabTopic::Limits,
            title: "More private memory than there is is refused where it may be stored into, unless MAP_NORESERVE is given",
            choices: &[
                "All mappings of that size are refused with ENOMEM",
                "Private writable memory is refused with ENOMEM; with MAP_NORESERVE, or read-only, it is granted",
                "All are granted: memory is taken when it is touched",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "With vm.overcommit_memory of 0 the kernel refuses what could never be had: one mapping of more \
                  private writable memory than the machine has, swap included. Shared memory without a file is \
                  counted likewise. Read-only memory takes nothing, and MAP_NORESERVE asks not to be counted. Many \
                  mappings that are small enough each may still add up to more than there is; then the out-of-memory \
                  killer decides. With 1 nothing is refused, with 2 all is counted, and this experiment is not \
                  available.",
            source: "Documentation/mm/overcommit-accounting.rst; mmap(2), MAP_NORESERVE; \
                     proc_sys_vm(5) (proc(5) in older manuals), overcommit_memory",
        },
        needs: &[Need::PageFacts, Need::HeuristicOvercommit],
        rests_on: &[("A", OtherMode)],
        script: overcommit_heuristic,
    },
    Experiment {
        claim: Claim {
            name: "map-count-limit",
            topic: LabTopic::Limits,
            title: "A process has a limit of mappings: when it is reached mprotect and mmap fail, and munmap of a middle too",
            choices: &[
                "There is no limit but memory",
                "mprotect ends in ENOMEM, and so do mmap and munmap of a piece in the middle; munmap of the whole succeeds",
                "mprotect ends in ENOMEM; munmap always succeeds, as it gives something back",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Each piece of the address space with a protection of its own is an area of the kernel, a line of \
                  /proc/PID/maps. A call that makes two pieces out of one makes an area more, and fails with ENOMEM \
                  beyond vm.max_map_count (65,530, on many systems more); taking a page out of the middle does so \
                  too, and so does mmap. Programs that map many files or protect many pages (memory-mapped indexes, \
                  guard pages of threads) come to it.",
            source: "mmap(2), munmap(2) and mprotect(2), ENOMEM; Documentation/admin-guide/sysctl/vm.rst, \
                     max_map_count; POSIX.1-2024 mmap() has EMFILE for too many mappings",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: map_count_limit,
    },
    Experiment {
        claim: Claim {
            name: "stack-guard-gap",
            topic: LabTopic::Limits,
            title: "Memory that grows down, as a stack does, keeps a gap to its neighbor below",
            choices: &[
                "It grows until it meets its neighbor",
                "It grows at a touch below it, and stops a fixed gap before the neighbor, with SIGSEGV",
                "It never grows: a touch below a mapping is SIGSEGV",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A stack is a mapping with MAP_GROWSDOWN: a touch below it makes it longer, up to RLIMIT_STACK. If \
                  it could grow up to a neighbor, a function with large local variables could step over its end into \
                  that one's memory unseen. So the kernel keeps 256 pages free, 1 MiB with pages of 4 KiB \
                  (stack_guard_gap on the kernel's command line changes it), unless nobody may access the neighbor. \
                  Here the gap below is more than that for one touch, and less for the next.",
            source: "mmap(2), MAP_GROWSDOWN; Documentation/admin-guide/kernel-parameters.txt, stack_guard_gap=; getrlimit(2), \
                     RLIMIT_STACK",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("D", SkipStores)],
        script: stack_guard_gap,
    },
    Experiment {
        claim: Claim {
            name: "page-zero",
            topic: LabTopic::Moving,
            title: "MAP_FIXED at address 0 is refused to users, so that NULL leads nowhere; root may do it",
            choices: &[
                "It is refused with EPERM, to a user without privilege",
                "It is granted, to root: a load of NULL finds a byte then",
                "It fails with EINVAL: 0 is no address",
            ],
            expected: Expected::Either(&[0, 1]),
            promise: Promise::Linux,
            why: "To the processor 0 is an address like others. That a NULL pointer ends a program is due to nothing \
                  being mapped there. A flaw of the kernel that makes it follow such a pointer would have it use, or \
                  run, what a user has put there; so nobody without CAP_SYS_RAWIO may map below vm.mmap_min_addr, 64 \
                  KiB mostly. Without MAP_FIXED an address of 0 asks for any place, and never gets that one.",
            source: "Documentation/admin-guide/sysctl/vm.rst, mmap_min_addr; mmap(2), MAP_FIXED; POSIX.1-2024 mmap(): without \
                     MAP_FIXED no mapping is placed at address 0",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: page_zero,
    },
];

const MIB: u64 = 1 << 20;
/// What the process may have, and what it asks for.
const LIMIT: u64 = 1024 * MIB;
const TOO_MUCH: u64 = 2048 * MIB;

/// Sets a limit of the process, setrlimit(2); `None` for as much as it may have. Where less was set for good, it cannot be.
pub(in crate::lab) fn limit(s: &mut Script, peer: Peer, limit: LimitKind, value: Option<u64>) {
    let page = s.page();
    let what = match (limit, value) {
        (LimitKind::AddressSpace, Some(value)) => {
            format!("sets its RLIMIT_AS to {} MiB", value / MIB)
        }
        (LimitKind::Data, Some(value)) => format!("sets its RLIMIT_DATA to {} MiB", value / MIB),
        (LimitKind::Memlock, Some(value)) => {
            format!(
                "limits what it may lock to {}",
                counted(value / page, "page")
            )
        }
        (_, Some(value)) => format!("sets a limit to {value}"),
        (_, None) => "sets the limit back to as much as it may".to_owned(),
    };
    let told = s.attempt(
        peer,
        what,
        Call::Process(ProcessCall::Limit { limit, value }),
    );
    let why = "the limit that this is about cannot be set here: a lower one is set for good";
    s.require(told.is(Outcome::Done), why);
}

/// Memory that nobody touches, so that none is taken.
fn untouched(map: MapCall) -> MapCall {
    map.with(MapFlag::NoReserve)
}

/// Unmaps a mapping that was there to show that it can be.
fn unmap_control(s: &mut Script, peer: Peer, len: u64) {
    let (map, at) = ("control".to_owned(), 0);
    s.must(peer, "unmaps it", Call::Unmap { map, at, len });
}

fn address_limit(s: &mut Script) {
    let a = s.peer("A");
    let nothing = |map| untouched(anonymous(TOO_MUCH).allowing(Prot::None).named(map));
    let control = s.try_map(a, "maps 2 GiB that nobody may touch", nothing("control"));
    s.require(
        control.is(Outcome::Done),
        "this process may have no 2 GiB of addresses to begin with",
    );
    unmap_control(s, a, TOO_MUCH);
    limit(s, a, LimitKind::AddressSpace, Some(LIMIT));
    let told = s.try_map(a, "maps 2 GiB that nobody may touch", nothing("n"));
    s.expect_failed(told, "ENOMEM");
    limit(s, a, LimitKind::AddressSpace, None);
    limit(s, a, LimitKind::Data, Some(LIMIT));
    let writable = untouched(anonymous(TOO_MUCH).named("w"));
    let told = s.try_map(a, "maps 2 GiB, private, read-write", writable);
    s.expect_failed(told, "ENOMEM");
    let readable = untouched(anonymous(TOO_MUCH).allowing(Prot::Read));
    let told = s.try_map(a, "maps 2 GiB, private, read-only", readable);
    s.expect_done(told);
    let told = s.protect(a, 0, TOO_MUCH, Prot::ReadWrite);
    s.expect_failed(told, "ENOMEM");
    let common = untouched(anonymous_shared(TOO_MUCH).named("s"));
    let told = s.try_map(a, "maps 2 GiB, shared, read-write", common);
    s.expect_done(told);
}

/// More than a machine has.
const OBVIOUSLY_TOO_MUCH: u64 = 16 << 40;

fn overcommit_heuristic(s: &mut Script) {
    let a = s.peer("A");
    let much = || anonymous(OBVIOUSLY_TOO_MUCH);
    let told = s.try_map(
        a,
        "maps 16 TiB, private, read-write, with MAP_NORESERVE",
        untouched(much().named("control")),
    );
    let why = "this process may have no 16 TiB of addresses at all";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    unmap_control(s, a, OBVIOUSLY_TOO_MUCH);
    let told = s.try_map(a, "maps 16 TiB, private, read-write", much());
    s.expect_failed(told, "ENOMEM");
    let told = s.try_map(
        a,
        "maps 16 TiB, private, read-only",
        much().allowing(Prot::Read),
    );
    s.expect_done(told);
}

/// More pages than areas are allowed where the limit is the usual one.
pub(in crate::lab) const PIECES: u64 = 140_000;

/// A mapping in so many pieces that the process may have no more: the process, and how often it was cut.
pub(in crate::lab) fn many_pieces(s: &mut Script) -> (Peer, StepId) {
    let page = s.page();
    let a = s.peer("A");
    s.map(a, untouched(anonymous(PIECES * page)));
    let map = "m".to_owned();
    let told = s.attempt(
        a,
        "has mprotect make every second page read-only, until that fails",
        Call::Area(AreaCall::ProtectEverySecond { map }),
    );
    s.require(
        told.get(Figure::Times).below(PIECES / 2),
        "this system allows many more mappings: see vm.max_map_count",
    );
    (a, told)
}

fn map_count_limit(s: &mut Script) {
    let (a, told) = many_pieces(s);
    let (page, times) = (s.page(), told.get(Figure::Times));
    let ended = Rule::Ended(told, "ENOMEM".to_owned());
    s.judge(
        told,
        "many times, then ENOMEM",
        ended.and(times.clone().above(0)),
    );
    let memory = s.memory(a);
    let areas = memory.get(Figure::Areas);
    s.check(
        "counts the lines of /proc/self/maps",
        Words::new("{}", [areas.clone()]),
        "about twice as many as calls succeeded",
        areas.near(times * 2, 200),
    );
    // Shared memory is never joined to a neighbor. The kernel allows mmap one mapping more than a call that splits.
    let one = |name| anonymous_shared(page).named(name);
    let _may_be_the_last = s.try_map(a, "maps a page of shared memory", one("n"));
    let told = s.try_map(a, "maps one more", one("o"));
    s.expect_failed(told, "ENOMEM");
    let middle = s.unmap(a, (PIECES - 10) * page, page);
    s.expect_failed(middle, "ENOMEM");
    let whole = s.unmap(a, 0, PIECES * page);
    s.expect_done(whole);
}

/// A range of pages that is free but for what the experiment puts there, and where in it what grows begins.
const RANGE: u64 = 1024;
pub(in crate::lab) const TOP: u64 = 800;

/// A mapping at a page of the free range.
pub(in crate::lab) fn in_range(s: &Script, at: u64, map: &str) -> MapCall {
    let spot = Spot::At {
        map: "free".to_owned(),
        at: at * s.page(),
        how: Placing::FixedNoReplace,
    };
    anonymous(s.page()).named(map).placed(spot)
}

pub(in crate::lab) fn store_below(s: &mut Script, peer: Peer, pages: u64) -> StepId {
    let at = (TOP - pages) * s.page();
    let call = store("free", at, b"x");
    s.attempt(peer, format!("stores 'x' {pages} pages below g"), call)
}

/// A process with memory that grows down into a free range, where it may grow by 100 pages.
pub(in crate::lab) fn growing(s: &mut Script) -> Peer {
    let page = s.page();
    let a = s.peer("A");
    s.map(
        a,
        untouched(anonymous(RANGE * page).named("free").allowing(Prot::None)),
    );
    let unmap = Call::Unmap {
        map: "free".to_owned(),
        at: 0,
        len: RANGE * page,
    };
    s.must(a, "unmaps it: the range is free", unmap);
    let growing = in_range(s, TOP, "g").with(MapFlag::GrowsDown);
    s.map(a, growing);
    let alone = s.fork(a, "B");
    let told = store_below(s, alone, 100);
    let why = "this process may have no stack of 101 pages: see ulimit -s";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    a
}

fn stack_guard_gap(s: &mut Script) {
    let a = growing(s);
    let neighbor = in_range(s, TOP - 300, "n");
    s.map(a, neighbor);
    let (c, d) = (s.fork(a, "C"), s.fork(a, "D"));
    let told = store_below(s, c, 40);
    s.expect_done(told);
    let told = store_below(s, d, 50);
    s.expect_killed(told, "SIGSEGV", None);
}

fn page_zero(s: &mut Script) {
    let a = s.peer("A");
    let spot = Spot::Nowhere {
        address: 0,
        how: Placing::Fixed,
    };
    let at_zero = anonymous(s.page()).placed(spot);
    s.map(a, anonymous(s.page()).named("n"));
    let (map, at) = ("n".to_owned(), 0);
    let call = Call::Area(AreaCall::Where { map, at });
    let address = s.must(a, "notes the address of n", call);
    let is_some = address.get(Figure::Number).above(0);
    s.judge(address, "another address than 0", is_some);
    let told = s.try_map(a, "maps a page at address 0 with MAP_FIXED", at_zero);
    let errno = "EPERM".to_owned();
    let refused = Outcome::Failed { errno };
    if s.environment().user != Some(0) {
        s.expect(told, refused);
        return;
    }
    // Not every root has the capability.
    let why = "root is not granted it here: it has no CAP_SYS_RAWIO";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    let seen = s.load(a, 0, 1);
    s.expect_bytes(seen, &[0]);
}
