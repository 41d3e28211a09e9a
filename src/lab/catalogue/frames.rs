//! Frames: when the pages of several mappings are one page in memory, and what gives a process pages of its own before it
//! stores anything.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Script, StepId, Words, anonymous, private, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{Advice, AreaCall, Call, LockHow, MapFlag, Outcome, Prot};
use crate::peer::wire::PeerPage::{FilePage, NotPresent, PrivateCopy};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "same-frame",
            topic: LabTopic::Frames,
            title: "Mappings of a file in several processes are the same memory, counted once",
            choices: &[
                "Four processes that map the file take four times the memory of one",
                "Each of four accounts for a quarter of the same memory, until one stores into pages of its own",
                "Only shared mappings share memory; a private one has its own from the start",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A file has one page in the page cache for each part of it, and every mapping refers to that page, \
                  private mappings included, until they store. The resident size (Rss) counts it in every process, so \
                  that the sum over processes is far too large. Pss divides each page by the number of mappings that \
                  have it: with four it is a quarter. As root one can look up in /proc/PID/pagemap that the frame \
                  numbers are the same.",
            source: "proc_pid_smaps(5) (proc(5) in older manuals), Rss and Pss; \
                     Documentation/filesystems/proc.rst",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("D", SkipStores), ("D", OtherMode)],
        script: same_frame,
    },
    Experiment {
        claim: Claim {
            name: "populate-copies-private-pages",
            topic: LabTopic::Frames,
            title: "MAP_POPULATE of a writable private mapping copies every page at once",
            choices: &[
                "It brings the pages of the file in, and copies nothing before a store",
                "Every page is a private copy, so that later writes to the file are not seen",
                "Every page is a private copy also where the mapping is read-only or shared",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "MAP_POPULATE makes the faults that the program would have later. For a writable private mapping the \
                  kernel takes them as stores, so that no fault is left at all: each page is copied, and takes memory. \
                  A read-only or a shared mapping gets the pages of the file. So a flag that is meant for speed \
                  decides which bytes are seen, and how much memory it takes.",
            source: "mmap(2), MAP_POPULATE, names the prefaulting only; proc_pid_pagemap(5) (proc(5) in older manuals), \
                     bit 61; mm/gup.c, populate_vma_page_range()",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", OtherMode), ("B", SkipStores)],
        script: populate_copies,
    },
    Experiment {
        claim: Claim {
            name: "mlock-copies-private-pages",
            topic: LabTopic::Frames,
            title: "mlock of a writable private mapping copies every page at once",
            choices: &[
                "It pins the pages of the file, and copies nothing before a store",
                "Nothing is resident before the first access; then the page is pinned",
                "Every page is a private copy that stays in memory; a child has no locks",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "mlock promises that no later access waits for memory, also no store. So it makes the copy that a \
                  store would make, for each page of the range. mlock2 with MLOCK_ONFAULT locks each page when it \
                  comes in, and copies nothing. Locked pages cannot be dropped with MADV_DONTNEED (EINVAL). Locks end \
                  with munmap, and a child does not inherit them. Where a page of the range is not mapped, mlock \
                  fails with ENOMEM; POSIX says that no lock is changed then, but Linux keeps the locks of the pages \
                  before it.",
            source: "mlock(2): \u{201c}Memory locks are not inherited by a child created via fork(2)\u{201d}; \
                     POSIX.1-2024 mlock(); madvise(2), EINVAL",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", OtherMode)],
        script: mlock_copies,
    },
];

/// How many pages are compared: enough for sums in KiB to be exact where they are divided by four.
const PAGES: u64 = 64;

fn pages_of(s: &mut Script, peer: Peer, map: &str, len: u64) -> StepId {
    let call = Call::Pages {
        map: map.to_owned(),
        at: 0,
        len,
    };
    s.attempt(
        peer,
        format!("looks up what backs the pages of {map}"),
        call,
    )
}

/// `peer`'s share of its pages must be this: of so many mappings.
fn expect_share(s: &mut Script, peer: Peer, mappings: u64) {
    let kib = PAGES * s.page() / 1024;
    let sums = s.sums(peer);
    let (rss, pss) = (sums.get(Figure::Rss), sums.get(Figure::Pss));
    // Shares are cut to whole KiB.
    let wanted = format!("Rss {kib} KiB, Pss {} KiB", kib / mappings);
    s.judge(
        sums,
        wanted,
        rss.is(kib).and((pss * mappings).near(kib, mappings)),
    );
}

fn same_frame(s: &mut Script) {
    let len = PAGES * s.page();
    s.letters("f", PAGES);
    let a = s.peer("A");
    let others = [s.peer("B"), s.peer("C")];
    let d = s.peer("D");
    // All of it is opened before anything is loaded: on many a FUSE file system an open drops what is cached.
    for peer in [a].into_iter().chain(others) {
        s.open_and_map(peer, shared("f", len));
    }
    s.open_and_map(d, private("f", len));
    s.touch(a, 0, len, false);
    expect_share(s, a, 1);
    for peer in others.into_iter().chain([d]) {
        s.touch(peer, 0, len, false);
    }
    expect_share(s, a, 4);
    expect_share(s, d, 4);
    s.touch(d, 0, len, true);
    expect_share(s, d, 1);
    expect_share(s, a, 3);
}

fn populate_copies(s: &mut Script) {
    let (page, len) = (s.page(), 4 * s.page());
    s.letters("f", 4);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open(a, "f");
    s.open(b, "f");
    s.map(a, private("f", len).with(MapFlag::Populate));
    let copies = s.pages(a, 0, len);
    s.expect_pages(copies, &[const { PrivateCopy }; 4]);
    let read_only = private("f", len).allowing(Prot::Read).named("r");
    s.map(a, read_only.with(MapFlag::Populate));
    s.map(a, shared("f", len).named("s").with(MapFlag::Populate));
    for map in ["r", "s"] {
        let of_file = pages_of(s, a, map, len);
        s.expect_pages(of_file, &[const { FilePage }; 4]);
    }
    s.write(b, "f", page + 28, b"Z");
    let frozen = s.load(a, page + 28, 1);
    s.expect_bytes(frozen, b"B");
    let follows = s.load_of(a, "r", page + 28, 1);
    s.expect_bytes(follows, b"Z");
}

fn lock(map: &str, len: u64, how: LockHow) -> Call {
    let (map, at) = (map.to_owned(), 0);
    Call::Area(AreaCall::Lock { map, at, len, how })
}

/// So much of a process is locked.
fn expect_locked(s: &mut Script, peer: Peer, kib: u64) {
    let memory = s.memory(peer);
    let locked = memory.get(Figure::Locked);
    s.check(
        "looks at VmLck of that",
        Words::new("{} KiB", [locked.clone()]),
        format!("{kib} KiB"),
        locked.is(kib),
    );
}

/// mlock of four pages of which the third one is not mapped: POSIX says that no lock is changed then.
fn lock_with_hole(s: &mut Script, a: Peer) {
    let page = s.page();
    s.map(a, anonymous(4 * page).named("h"));
    let unmap = |at, pages: u64| {
        let (map, len) = ("h".to_owned(), pages * page);
        Call::Unmap { map, at, len }
    };
    s.must(a, "unmaps the third page of h", unmap(2 * page, 1));
    let told = s.attempt(a, "calls mlock for h", lock("h", 4 * page, LockHow::Now));
    s.expect_failed(told, "ENOMEM");
    expect_locked(s, a, 2 * page / 1024);
    s.must(a, "unmaps h", unmap(0, 4));
}

fn mlock_copies(s: &mut Script) {
    let (page, len) = (s.page(), 4 * s.page());
    s.letters("f", 4);
    let a = s.peer("A");
    s.open_and_map(a, private("f", len));
    s.map(a, private("f", len).named("n"));
    let before = s.pages(a, 0, len);
    s.expect_pages(before, &[const { NotPresent }; 4]);
    let told = s.attempt(a, "calls mlock for m", lock("m", len, LockHow::Now));
    let why = "this user may not lock four pages (RLIMIT_MEMLOCK)";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    let copies = s.pages(a, 0, len);
    s.expect_pages(copies, &[const { PrivateCopy }; 4]);
    expect_locked(s, a, len / 1024);
    let dropped = Call::Advise {
        map: "m".to_owned(),
        at: 0,
        len: page,
        advice: Advice::DontNeed,
    };
    let told = s.attempt(a, "says MADV_DONTNEED of a locked page", dropped);
    s.expect_failed(told, "EINVAL");
    let c = s.fork(a, "C");
    expect_locked(s, c, 0);
    let gone = s.unmap(a, 0, len);
    s.expect_done(gone);
    expect_locked(s, a, 0);
    lock_with_hole(s, a);
    let on_fault = lock("n", len, LockHow::OnFault);
    let told = s.attempt(a, "calls mlock2 with MLOCK_ONFAULT for n", on_fault);
    s.expect_done(told);
    let untouched = pages_of(s, a, "n", len);
    s.expect_pages(untouched, &[const { NotPresent }; 4]);
}
