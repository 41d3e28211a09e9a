//! Memory without a file: when it is there, and when it is given back.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Script, StepId, Words, anonymous};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Call;
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::wire::PeerPage::NotPresent;

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "anonymous-starts-as-zeros",
            topic: LabTopic::Anonymous,
            title: "Anonymous memory begins as zeros",
            choices: &[
                "All of it is zero",
                "It holds whatever was in that memory before",
                "A load of a byte that was never stored ends the process",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "A page that the kernel hands out may have belonged to another process a moment ago; without clearing \
                  it, secrets would leak. So the kernel clears every page before a process sees it. (Memory from \
                  malloc is only as clean as the last user of the same process left it.)",
            source: "POSIX.1-2024 mmap(): \u{201c}Anonymous memory objects shall be initialized to all bits \
                     zero\u{201d}; mmap(2), MAP_ANONYMOUS",
        },
        needs: &[],
        rests_on: &[("A", SkipStores)],
        script: anonymous_starts_as_zeros,
    },
    Experiment {
        claim: Claim {
            name: "memory-comes-with-the-touch",
            topic: LabTopic::Anonymous,
            title: "mmap takes address space; memory is taken when a page is first touched",
            choices: &[
                "mmap takes the memory at once, or fails",
                "Memory is taken page by page, at the first store into each",
                "The first store into any page takes the memory of all",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "mmap only writes down that the addresses may be used. The first access to a page faults, and the \
                  kernel finds a page then (demand paging). So a process can be much larger than what it uses: VmSize \
                  counts the one, Rss the other. With transparent huge pages always on, one touch can bring 2 MiB at \
                  once; MADV_NOHUGEPAGE asks for none here.",
            source: "proc_pid_status(5), VmSize; proc_pid_smaps(5), Rss; proc_pid_pagemap(5) (proc(5) in older \
                     manuals)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: memory_comes_with_the_touch,
    },
    Experiment {
        claim: Claim {
            name: "reading-takes-no-memory",
            topic: LabTopic::Anonymous,
            title: "Reading untouched private anonymous memory takes none, where the kernel uses its zero page",
            choices: &[
                "It takes a page of zeros for each page read",
                "It takes nothing: every page read is the same page of zeros",
                "It takes one page for the whole mapping, counted as this process's",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A load of a page that was never stored into needs nothing but zeros, and the kernel has one page of \
                  zeros for all; what it takes are page tables alone. It is mapped read-only; the first store makes a \
                  page of the process\u{2019}s own. The zero page is not counted as resident. (With transparent huge \
                  pages always on, and use_zero_page off, a load would take a huge page instead, which \
                  MADV_NOHUGEPAGE asks not to get; some virtual machines of s390 have no zero page either.) Shared \
                  anonymous memory is a file without a name and does take a page for each page read.",
            source: "proc_pid_smaps(5) (proc(5) in older manuals), Rss; the kernel's mm/memory.c, do_anonymous_page",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: reading_takes_no_memory,
    },
    Experiment {
        claim: Claim {
            name: "leaked-mappings-stay",
            topic: LabTopic::Anonymous,
            title: "A mapping stays until it is unmapped: eight leaks of 2 MiB take 16 MiB",
            choices: &[
                "Address space and memory grow with every leak, and come back with munmap only",
                "The kernel takes a mapping back when nothing points to it any more",
                "Address space grows; the memory is used again for the next mapping",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "The kernel does not know what pointers a program has; a mapping goes by munmap, by being replaced, \
                  by execve or with the process. A program that maps again and again and forgets the address grows \
                  until it meets a limit. Rust frees what its owner drops; a mapping made by a raw call has no owner \
                  unless a type is given one. Here each is unmapped at the end, and all comes back.",
            source: "mmap(2): \u{201c}The region is also automatically unmapped when the process is terminated\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: leaked_mappings_stay,
    },
    Experiment {
        claim: Claim {
            name: "munmap-gives-both-back",
            topic: LabTopic::Anonymous,
            title: "munmap gives back address space and memory at once",
            choices: &[
                "It gives back both",
                "It gives back the address space; the memory stays until the process ends",
                "It gives back the memory; the addresses stay taken",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "munmap takes the range out of the list of mappings and its pages out of the page tables; a private \
                  anonymous page that nobody else maps is free then. That is unlike free(), which mostly keeps small \
                  blocks for the next malloc.",
            source: "munmap(2); proc_pid_status(5), VmSize; proc_pid_smaps(5) (proc(5) in older manuals), Rss",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: munmap_gives_both_back,
    },
    Experiment {
        claim: Claim {
            name: "dontneed-gives-zeros",
            topic: LabTopic::Anonymous,
            title: "After MADV_DONTNEED private anonymous memory is still mapped, and reads as zeros",
            choices: &[
                "The bytes are still there: it is only a hint",
                "The memory is unmapped, and a load ends the process",
                "It reads as zeros",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "MADV_DONTNEED frees the pages at once and keeps the mapping. The next load finds no page and gets \
                  zeros, as at the beginning. Allocators give memory back this way without giving up the addresses. \
                  Shared memory keeps its bytes: only the page tables forget them. Other systems take it for a mere \
                  hint.",
            source: "madvise(2), MADV_DONTNEED: \u{201c}zero-fill-on-demand pages for anonymous private mappings\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: dontneed_gives_zeros,
    },
];

/// How much the experiments about the size of the process map.
const MUCH: u64 = 16 << 20;
/// The size of a process is not all the script's doing: its answers take memory too, and the loader brings in its code as
/// it runs. That is a few hundred KiB; this is far more than that, and far less than [`MUCH`].
const SLACK_KIB: u64 = 4 << 10;

fn anonymous_starts_as_zeros(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    s.map(a, anonymous(2 * page));
    let first = s.load(a, 0, page);
    s.expect_bytes(first, &s.filled(1, 0));
    s.store(a, page + 28, b"Z");
    let around = s.load(a, page + 27, 3);
    s.expect_bytes(around, &[0, b'Z', 0]);
}

fn memory_comes_with_the_touch(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    let start = size(s, a);
    s.map(a, anonymous(MUCH));
    let mapped = s.memory(a);
    expect_growth(s, mapped, start, (MUCH, 0));
    s.no_huge_pages(a, MUCH);
    s.touch(a, MUCH / 2, page, true);
    let pages = s.pages(a, 0, MUCH);
    let there = pages.get(Figure::PagesThere);
    let wanted = "the touched page is there, and no other";
    s.judge(pages, wanted, there.is(1));
    s.touch(a, 0, MUCH, true);
    let touched = s.memory(a);
    expect_growth(s, touched, start, (MUCH, MUCH));
}

fn reading_takes_no_memory(s: &mut Script) {
    let a = s.peer("A");
    s.map(a, anonymous(MUCH));
    s.no_huge_pages(a, MUCH);
    let start = size(s, a);
    let before = s.sums(a);
    let rss = before.get(Figure::Rss);
    s.touch(a, 0, MUCH, false);
    let after = s.sums(a);
    // Of the mapping alone, to the page: the process as a whole changes by more.
    let same = after.get(Figure::Rss).is(rss.clone());
    s.judge(after, "as much resident as before", same);
    let read = s.memory(a);
    expect_growth(s, read, start, (0, 0));
    s.touch(a, 0, MUCH, true);
    let stored = s.sums(a);
    // What is short of memory may have swapped some of it out by now.
    let there = stored.get(Figure::Rss) + stored.get(Figure::Swapped);
    let more = MUCH / 1024;
    let wanted = format!("{more} KiB more resident than before");
    s.judge(stored, wanted, there.is(rss + more));
    let stored = s.memory(a);
    expect_growth(s, stored, start, (0, MUCH));
}

fn leaked_mappings_stay(s: &mut Script) {
    const NAMES: [&str; 8] = [
        "leak 1", "leak 2", "leak 3", "leak 4", "leak 5", "leak 6", "leak 7", "leak 8",
    ];
    let a = s.peer("A");
    let start = size(s, a);
    for name in NAMES {
        s.map(a, anonymous(MUCH / 8).named(name));
        s.fill(a, name, MUCH / 8);
    }
    let leaked = s.memory(a);
    expect_growth(s, leaked, start, (MUCH, MUCH));
    // All that was missing were the addresses.
    for name in NAMES {
        let unmap = Call::Unmap {
            map: name.to_owned(),
            at: 0,
            len: MUCH / 8,
        };
        s.must(a, format!("unmaps {name}"), unmap);
    }
    let freed = s.memory(a);
    expect_growth(s, freed, start, (0, 0));
}

fn munmap_gives_both_back(s: &mut Script) {
    let a = s.peer("A");
    let start = size(s, a);
    s.map(a, anonymous(MUCH));
    s.touch(a, 0, MUCH, true);
    let full = s.memory(a);
    expect_growth(s, full, start, (MUCH, MUCH));
    let unmapped = s.unmap(a, 0, MUCH);
    s.expect_done(unmapped);
    let after = s.memory(a);
    expect_growth(s, after, start, (0, 0));
}

fn dontneed_gives_zeros(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    s.map(a, anonymous(page));
    s.store_and_see(a, 28, b"Z");
    s.drop_pages(a, page);
    let pages = s.pages(a, 0, page);
    s.expect_pages(pages, &[NotPresent]);
    let after = s.load(a, 28, 1);
    s.expect_bytes(after, &[0]);
}

/// The size of a peer's process. Asked twice: what the first question takes of memory itself is there the second time.
fn size(s: &mut Script, peer: Peer) -> StepId {
    let _warm_up = s.memory(peer);
    s.memory(peer)
}

/// The process must have grown by so many bytes of address space and of memory since `start`, give or take
/// [`SLACK_KIB`].
fn expect_growth(s: &mut Script, now: StepId, start: StepId, by: (u64, u64)) {
    let space = start.get(Figure::AddressSpace) + by.0 / 1024;
    // What is short of memory may have swapped some of it out by now.
    let there = |told: StepId| told.get(Figure::Resident) + told.get(Figure::Swapped);
    let resident = there(start) + by.1 / 1024;
    let near = now.get(Figure::AddressSpace).near(space.clone(), SLACK_KIB);
    let near = near.and(there(now).near(resident.clone(), SLACK_KIB));
    let words = "address space near {} KiB, resident near {}";
    s.judge(now, Words::new(words, [space, resident]), near);
}
