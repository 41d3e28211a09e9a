//! munmap: what it takes, what it leaves, and what it says.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Rule, Script, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{Prot, SyncHow};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "unmap-middle-splits",
            topic: LabTopic::Protection,
            title: "Unmapping the middle of a mapping splits it in two, with a deadly hole between",
            choices: &[
                "munmap fails: only a whole mapping can be unmapped",
                "All from there to the end is unmapped",
                "Two mappings are left; a load between them ends the process",
            ],
            expected: Expected::Always(2),
            promise: Promise::Posix,
            why: "munmap takes a range of addresses, not a mapping. The kernel keeps the list of mappings by ranges, \
                  and cuts the one in two; each half still shows its part of the file. In between nothing is mapped, \
                  so a load there is SIGSEGV (SEGV_MAPERR). A store that was made there before is in the file all the \
                  same: B maps it too.",
            source: "munmap(2); POSIX.1-2024 munmap(): \u{201c}shall remove any mappings for those entire \
                     pages\u{201d}; proc_pid_maps(5) (proc(5) in older manuals)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: unmap_middle_splits,
    },
    Experiment {
        claim: Claim {
            name: "unmap-end-shrinks",
            topic: LabTopic::Protection,
            title: "Unmapping the end of a mapping makes it shorter",
            choices: &[
                "The mapping is shorter, and its rest works as before",
                "The file is cut to the same length",
                "munmap fails with EINVAL: the length is not that of the mapping",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "The pages at the end are taken out and the mapping ends earlier, still in one piece. The file keeps \
                  its length: munmap is about addresses of this process only.",
            source: "munmap(2); POSIX.1-2024 munmap()",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: unmap_end_shrinks,
    },
    Experiment {
        claim: Claim {
            name: "unmap-takes-whole-pages",
            topic: LabTopic::Protection,
            title: "munmap of 100 bytes takes the whole page",
            choices: &[
                "The page goes, with all its bytes",
                "100 bytes go; the rest of the page can still be read",
                "munmap fails with EINVAL: the length is no multiple of the page size",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "The processor protects and translates pages, nothing smaller. munmap rounds the length up: every page \
                  that the range touches goes. The address is another matter: that has to be at the start of a page.",
            source: "munmap(2): \u{201c}All pages containing a part of the indicated range are unmapped\u{201d}; \
                     POSIX.1-2024 munmap()",
        },
        needs: &[],
        rests_on: &[],
        script: unmap_takes_whole_pages,
    },
    Experiment {
        claim: Claim {
            name: "unmap-a-hole-succeeds",
            topic: LabTopic::Protection,
            title: "munmap of what is not mapped succeeds, and does nothing",
            choices: &[
                "It fails with EINVAL",
                "It ends the process with SIGSEGV",
                "It returns 0",
            ],
            expected: Expected::Always(2),
            promise: Promise::Posix,
            why: "munmap promises that afterwards nothing is mapped there, and so it is; only a range that goes \
                  beyond all addresses of a process is EINVAL. That makes unmapping twice a silent mistake, and a \
                  dangerous one: between the two calls another part of the program may have been given the same \
                  addresses, and loses its mapping.",
            source: "munmap(2): \u{201c}It is not an error if the indicated range does not contain any mapped \
                     pages\u{201d}; POSIX.1-2024 munmap()",
        },
        needs: &[],
        rests_on: &[],
        script: unmap_a_hole_succeeds,
    },
    Experiment {
        claim: Claim {
            name: "hole-fails-msync-and-mprotect",
            topic: LabTopic::Protection,
            title: "Unlike munmap, msync and mprotect of a range with a hole fail with ENOMEM",
            choices: &[
                "They fail with ENOMEM",
                "They skip the hole and return 0, as munmap does",
                "They end the process with SIGSEGV",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "msync and mprotect promise something about every page of the range, and for the hole they cannot keep \
                  it. The name of the error misleads: it does not mean that memory ran out, but that some of the memory \
                  named is not there. What lies around the hole may have been done all the same.",
            source: "msync(2) and mprotect(2), ERRORS, ENOMEM; POSIX.1-2024 msync() and mprotect()",
        },
        needs: &[],
        rests_on: &[],
        script: hole_fails_msync_and_mprotect,
    },
    Experiment {
        claim: Claim {
            name: "unmap-unaligned-fails",
            topic: LabTopic::Protection,
            title: "munmap of an address within a page fails with EINVAL",
            choices: &[
                "EINVAL, and all stays mapped",
                "The address is rounded down, and the page goes",
                "EINVAL, and all but the first page is unmapped",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "munmap rounds a length, but not an address: an address within a page is more likely a mistake than \
                  a wish. mprotect, msync and madvise refuse it too; mlock rounds it down, and so does mmap with a \
                  hint. munmap checks this before it does anything. POSIX lets a system demand it, and does not \
                  oblige it to.",
            source: "munmap(2): the address \u{201c}must be a multiple of the page size (but length need not be)\u{201d}",
        },
        needs: &[],
        rests_on: &[],
        script: unmap_unaligned_fails,
    },
    Experiment {
        claim: Claim {
            name: "unmap-loses-no-store",
            topic: LabTopic::Protection,
            title: "What was stored through a shared mapping stays when it is unmapped without msync",
            choices: &[
                "It is in the file for everybody who maps it",
                "It is lost: only msync carries it to the file",
                "It is in the file once the process ends",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "The store went to the page of the page cache, which is what everybody means by the file\u{2019}s \
                  contents. The mapping was a way to reach that page; without it the page is the same. What munmap does \
                  not do is put it on the storage: for that there is msync or fsync.",
            source: "mmap(2), MAP_SHARED; POSIX.1-2024 mmap(): \u{201c}write references shall change the underlying \
                     object\u{201d}",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: unmap_loses_no_store,
    },
    Experiment {
        claim: Claim {
            name: "close-leaves-the-mapping",
            topic: LabTopic::Protection,
            title: "A mapping works on after its descriptor is closed",
            choices: &[
                "It works on as before",
                "The next access ends the process with SIGBUS",
                "The bytes can be read, but stores no longer reach the file",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "mmap takes a reference to the file of its own. The descriptor is only needed for the call; many \
                  programs close it at once. (close never unmaps.)",
            source: "mmap(2): fd \u{201c}can be closed immediately without invalidating the mapping\u{201d}; \
                     POSIX.1-2024 mmap()",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: close_leaves_the_mapping,
    },
];

fn unmap_middle_splits(s: &mut Script) {
    let page = s.page();
    s.letters("f", 4);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", 4 * page));
    s.open_and_map(b, shared("f", 4 * page));
    s.store(a, page + 28, b"Z");
    let whole = s.maps(a, "m");
    s.judge(whole, "one line", whole.n_lines(1));
    let unmapped = s.unmap(a, page, page);
    s.expect_done(unmapped);
    let halves = s.maps(a, "m");
    let start = whole.get(Figure::Start(0));
    let rule = Rule::all([
        halves.n_lines(2),
        halves.get(Figure::Start(0)).is(start.clone()),
        halves.get(Figure::End(0)).is(start.clone() + page),
        halves.get(Figure::Offset(0)).is(0),
        halves.get(Figure::Start(1)).is(start + 2 * page),
        halves.get(Figure::End(1)).is(whole.get(Figure::End(0))),
        halves.get(Figure::Offset(1)).is(2 * page),
    ]);
    s.judge(halves, "two lines with a page between them", rule);
    for (at, byte) in [(page - 1, b"A"), (2 * page, b"C")] {
        let beside = s.load(a, at, 1);
        s.expect_bytes(beside, byte);
    }
    let seen = s.load(b, page + 28, 1);
    s.expect_bytes(seen, b"Z");
    let hole = s.load(a, page + 28, 1);
    s.expect_killed(hole, "SIGSEGV", Some("SEGV_MAPERR"));
}

fn unmap_end_shrinks(s: &mut Script) {
    let page = s.page();
    s.letters("f", 3);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", 3 * page));
    let before = s.maps(a, "m");
    s.judge(before, "one line", before.n_lines(1));
    let last = s.load(a, 2 * page, 1);
    s.expect_bytes(last, b"C");
    let unmapped = s.unmap(a, 2 * page, page);
    s.expect_done(unmapped);
    let after = s.maps(a, "m");
    let start = before.get(Figure::Start(0));
    let rule = Rule::all([
        after.n_lines(1),
        after.get(Figure::Start(0)).is(start.clone()),
        after.get(Figure::End(0)).is(start + 2 * page),
    ]);
    s.judge(after, "one line, a page shorter at its end", rule);
    s.expect_length(a, "f", 3 * page);
    let kept = s.load(a, 2 * page - 1, 1);
    s.expect_bytes(kept, b"B");
    let gone = s.load(a, 2 * page, 1);
    s.expect_killed(gone, "SIGSEGV", Some("SEGV_MAPERR"));
}

fn unmap_takes_whole_pages(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", 2 * page));
    let before = s.load(a, page - 1, 1);
    s.expect_bytes(before, b"A");
    let unmapped = s.unmap(a, 0, 100);
    s.expect_done(unmapped);
    let next = s.load(a, page, 1);
    s.expect_bytes(next, b"B");
    let gone = s.load(a, page - 1, 1);
    s.expect_killed(gone, "SIGSEGV", Some("SEGV_MAPERR"));
}

fn unmap_a_hole_succeeds(s: &mut Script) {
    let page = s.page();
    s.letters("f", 3);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", 3 * page));
    for _ in 0..2 {
        let hole = s.unmap(a, page, page);
        s.expect_done(hole);
    }
    for (at, byte) in [(0, b"A"), (2 * page, b"C")] {
        let beside = s.load(a, at, 1);
        s.expect_bytes(beside, byte);
    }
    for _ in 0..2 {
        let all = s.unmap(a, 0, 3 * page);
        s.expect_done(all);
    }
    let told = s.unmap(a, 0, 1 << 62);
    s.expect_failed(told, "EINVAL");
    let gone = s.load(a, 0, 1);
    s.expect_killed(gone, "SIGSEGV", Some("SEGV_MAPERR"));
}

fn hole_fails_msync_and_mprotect(s: &mut Script) {
    let page = s.page();
    s.letters("f", 3);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", 3 * page));
    let whole = s.sync(a, 3 * page, SyncHow::Sync);
    s.expect_done(whole);
    let whole = s.protect(a, 0, 3 * page, Prot::Read);
    s.expect_done(whole);
    let hole = s.unmap(a, page, page);
    s.expect_done(hole);
    let synced = s.sync(a, 3 * page, SyncHow::Sync);
    s.expect_failed(synced, "ENOMEM");
    let protected = s.protect(a, 0, 3 * page, Prot::Read);
    s.expect_failed(protected, "ENOMEM");
    let unmapped = s.unmap(a, 0, 3 * page);
    s.expect_done(unmapped);
}

fn unmap_unaligned_fails(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", 2 * page));
    let refused = s.unmap(a, 1, page);
    s.expect_failed(refused, "EINVAL");
    for (at, byte) in [(0, b"A"), (page, b"B")] {
        let still = s.load(a, at, 1);
        s.expect_bytes(still, byte);
    }
}

fn unmap_loses_no_store(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.store(a, 28, b"Z");
    let unmapped = s.unmap(a, 0, page);
    s.expect_done(unmapped);
    // Mapped only now.
    s.open_and_map(b, shared("f", page));
    let mapped = s.load(b, 27, 3);
    s.expect_bytes(mapped, b"AZA");
}

fn close_leaves_the_mapping(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open_and_map(b, shared("f", page));
    s.close(a, "f");
    let still = s.load(a, 28, 1);
    s.expect_bytes(still, b"A");
    s.store(a, 28, b"Z");
    let seen = s.load(b, 28, 1);
    s.expect_bytes(seen, b"Z");
}
