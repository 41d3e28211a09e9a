//! Lessons about limits: how much of an address space a process may have, and of which memory.

use crate::lab::catalogue::bounds::{
    PIECES, TOP, growing, in_range, limit, many_pieces, store_below,
};
use crate::lab::catalogue::tables::{huge_page, require_no_huge_page};
use crate::lab::script::{anonymous, anonymous_shared};
use crate::peer::calls::{AreaCall, Call, LimitKind, LockHow, MapFlag, Outcome, Prot};

use super::{ExerciseChange, Heading, Lesson, switched};

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("memlock-limit", "hugetlb-needs-reserve").exercise(
        "The limit is four pages. The process locks four, and then two others: what does the second mlock do?",
        &["It locks them", "It fails with ENOMEM", "It unlocks the first ones"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let a = s.peer("A");
            limit(s, a, LimitKind::Memlock, Some(4 * page));
            s.map(a, anonymous(8 * page));
            let lock = |at: u64, pages: u64| {
                let (map, len) = ("m".to_owned(), pages * page);
                let how = LockHow::Now;
                Call::Area(AreaCall::Lock { map, at, len, how })
            };
            s.must(a, "calls mlock for the first four pages", lock(0, 4));
            let told = s.attempt(a, "calls mlock for two more", lock(4 * page, 2));
            s.expect_failed(told, "ENOMEM");
        }),
    ),
    Heading::new("hugetlb-needs-reserve", "address-limit").exercise(
        "MAP_NORESERVE is given as well, while there is still no huge page: what happens?",
        &["mmap fails with ENOMEM too", "mmap succeeds, and the first store is SIGBUS", "mmap succeeds, and ordinary pages come instead"],
        1,
        switched(|s, changed| {
            let a = s.peer("A");
            require_no_huge_page(s, a);
            let huge = if changed {
                huge_page(s).with(MapFlag::NoReserve)
            } else {
                huge_page(s)
            };
            let told = s.try_map(a, "maps a huge page with MAP_HUGETLB", huge);
            s.expect_done(told);
            let stored = s.try_store(a, 0, b"x");
            s.expect_killed(stored, "SIGBUS", None);
        }),
    ),
    Heading::new("address-limit", "overcommit-heuristic").exercise(
        "RLIMIT_AS is 1 GiB, and 2 GiB of shared memory are mapped that are never touched: what does mmap do?",
        &["It succeeds: shared memory is not counted", "It fails with ENOMEM"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            limit(s, a, LimitKind::AddressSpace, Some(1 << 30));
            let much = anonymous_shared(2 << 30).with(MapFlag::NoReserve);
            let told = s.try_map(a, "maps 2 GiB, shared, read-write", much);
            s.expect_failed(told, "ENOMEM");
        }),
    ),
    Heading::new("overcommit-heuristic", "map-count-limit").exercise(
        "The 16 TiB are shared memory without a file instead of private: are they granted?",
        &["They are: shared memory is never counted", "They are not: mmap fails with ENOMEM"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            let spare = anonymous(16 << 40).with(MapFlag::NoReserve).named("n");
            let told = s.try_map(a, "maps 16 TiB with MAP_NORESERVE", spare);
            let why = "this process may have no 16 TiB of addresses at all";
            s.require(told.is(Outcome::Done), why);
            let (map, at, len) = ("n".to_owned(), 0, 16 << 40);
            s.must(a, "unmaps them", Call::Unmap { map, at, len });
            let much = anonymous_shared(16 << 40);
            let told = s.try_map(a, "maps 16 TiB, shared, read-write", much);
            s.expect_failed(told, "ENOMEM");
        }),
    ),
    Heading::new("map-count-limit", "stack-guard-gap").exercise(
        "At the limit munmap is asked for the last page of the mapping instead of one in the middle: what does it do?",
        &["It fails with ENOMEM too", "It is done: no piece is cut in two"],
        1,
        switched(|s, changed| {
            let page = s.page();
            let (a, _) = many_pieces(s);
            let from_end = if changed { 1 } else { 10 };
            let told = s.unmap(a, (PIECES - from_end) * page, page);
            s.expect_done(told);
        }),
    ),
    Heading::new("stack-guard-gap", "vfork-shares").exercise(
        "The neighbor below is one that nobody may touch, PROT_NONE: what does the store do that comes too near to it?",
        &["It is SIGSEGV all the same", "It is done: what nobody may touch is a guard by itself"],
        1,
        switched(|s, changed| {
            let a = growing(s);
            let neighbor = in_range(s, TOP - 300, "n");
            let prot = if changed { Prot::None } else { Prot::ReadWrite };
            s.map(a, neighbor.allowing(prot));
            let told = store_below(s, a, 50);
            s.expect_done(told);
        }),
    ),
];
