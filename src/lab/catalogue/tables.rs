//! What a fault brings in and what it costs: neighbors, huge pages, page tables, and pages that are merged again.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{
    Figure, Peer, Rule, Script, StepId, Value, Words, anonymous, anonymous_shared, shared,
};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{
    Advice, AreaCall, Call, FileAccess, FileLock, FutexCall, Knob, MapCall, MapFlag, ObjectCall,
    Outcome, ProcessCall, Prot,
};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "one-load-many-pages",
            topic: LabTopic::Frames,
            title: "One load of a file can bring its neighbors in as well, so that they fault no more",
            choices: &[
                "The page that is loaded from, and no other",
                "Several pages around it that are in the page cache already",
                "All pages of the mapping",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "A fault costs more than the entry that it makes in the page table. So at a read fault the kernel maps \
                  what it has in the page cache around the address too (fault-around, 64 KiB by default), and when it has \
                  to read from storage it reads ahead. A program cannot rely on either: where no neighbor came along, \
                  nothing is said of it. MADV_RANDOM asks for no reading ahead.",
            source: "madvise(2), MADV_RANDOM: \u{201c}Hence, read ahead may be less useful than normally\u{201d}; mincore(2); \
                     mm/memory.c, do_fault_around()",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: one_load_many_pages,
    },
    Experiment {
        claim: Claim {
            name: "huge-page-faults",
            topic: LabTopic::Anonymous,
            title: "With huge pages one fault brings 512 pages; without them there is one for each",
            choices: &[
                "Both take a fault for each page that is stored into",
                "MADV_HUGEPAGE takes few faults and 2 MiB at the first; MADV_NOHUGEPAGE one fault for each page",
                "Both take one fault for all: the kernel sees what is coming",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Where a range of 2 MiB that begins at a multiple of 2 MiB lies in a mapping, the kernel can put one \
                  huge page there, with one entry in the page table: 511 faults less, and fewer misses when addresses \
                  are translated. The other side: one byte stored takes 2 MiB. Whether that is done without asking is \
                  set in /sys/kernel/mm/transparent_hugepage/enabled: always, madvise or never. Memory may also be \
                  too scattered for a huge page; then this experiment says nothing.",
            source: "madvise(2), MADV_HUGEPAGE and MADV_NOHUGEPAGE; Documentation/admin-guide/mm/transhuge.rst; \
                     proc_pid_smaps(5) (proc(5) in older manuals), AnonHugePages",
        },
        needs: &[Need::PageFacts, Need::HugePages],
        rests_on: &[("A", SkipStores), ("B", SkipStores)],
        script: huge_page_faults,
    },
    Experiment {
        claim: Claim {
            name: "page-tables-cost",
            topic: LabTopic::Anonymous,
            title: "Pages far apart take as much memory for page tables as for themselves",
            choices: &[
                "A page table is small beside the pages that it leads to",
                "Of 512 pages, each in a range of its own, the page tables take as much as the pages",
                "Page tables are the kernel's, and not counted",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The lowest level of a page table is a page of 512 entries where pages have 4 KiB, for 2 MiB of \
                  addresses. Of a dense mapping that is one page for 512; where only one of them is used, it is one \
                  page for one. Large, thinly used mappings, such as hash tables, pay twice for each page, and \
                  processes that share pages do not share the tables. Rss does not count them; VmPTE does.",
            source: "proc_pid_status(5) (proc(5) in older manuals), VmPTE; Documentation/mm/page_tables.rst",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", OtherMode)],
        script: page_tables_cost,
    },
    Experiment {
        claim: Claim {
            name: "hugetlb-needs-reserve",
            topic: LabTopic::Limits,
            title: "MAP_HUGETLB takes huge pages from a reserve, and fails with ENOMEM where there is none",
            choices: &[
                "The kernel makes huge pages when they are asked for",
                "It fails with ENOMEM; where one is reserved, it is unmapped as a whole only",
                "The mapping is made of ordinary pages instead",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "MAP_HUGETLB is older than transparent huge pages: the administrator sets pages aside \
                  (vm.nr_hugepages), which are for nothing else, and mmap takes from them or fails. What is mapped is \
                  sure: the process that mapped it meets no fault that fails for lack of a huge page. Such a mapping \
                  cannot be cut within a huge page: munmap of 4 KiB is EINVAL. As root this experiment reserves one \
                  page and gives it back.",
            source: "mmap(2), MAP_HUGETLB, and munmap(2), EINVAL, in their notes on huge pages; \
                     Documentation/admin-guide/mm/hugetlbpage.rst",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: hugetlb_needs_reserve,
    },
    Experiment {
        claim: Claim {
            name: "same-pages-merge",
            topic: LabTopic::Frames,
            title: "With MADV_MERGEABLE the kernel makes one page of equal ones; a store parts them again",
            choices: &[
                "Private pages are never shared",
                "64 equal pages become one in memory; the one that is stored into is a page of its own again",
                "They become one, and a store is seen in all of them",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Kernel same-page merging (KSM) looks through memory that was marked, and puts one write-protected page \
                  in place of equal ones. A store faults and copies, as after fork. It is for virtual machines that run \
                  the same system. It costs time, and tells secrets: how long a store takes shows whether somebody has \
                  the same page. This experiment switches it on and sets it back as it was.",
            source: "madvise(2), MADV_MERGEABLE: \u{201c}looking for pages with identical content\u{201d}; \
                     Documentation/admin-guide/mm/ksm.rst",
        },
        needs: &[Need::PageFacts, Need::Root],
        rests_on: &[("A", SkipStores)],
        script: same_pages_merge,
    },
];

fn advise(s: &mut Script, peer: Peer, len: u64, advice: Advice) -> StepId {
    let word = match advice {
        Advice::Random => "MADV_RANDOM",
        Advice::HugePage => "MADV_HUGEPAGE",
        Advice::NoHugePage => "MADV_NOHUGEPAGE",
        Advice::Mergeable => "MADV_MERGEABLE",
        _ => "advice",
    };
    let call = Call::Advise {
        map: "m".to_owned(),
        at: 0,
        len,
        advice,
    };
    s.attempt(peer, format!("says {word} of its pages"), call)
}

/// How many pages the file has that is loaded from once.
const PAGES: u64 = 256;

fn in_memory(s: &mut Script, peer: Peer, len: u64) -> StepId {
    let call = Call::Area(AreaCall::Resident {
        map: "m".to_owned(),
        at: 0,
        len,
    });
    s.must(peer, "asks mincore which pages are in memory", call)
}

fn one_load_many_pages(s: &mut Script) {
    let len = PAGES * s.page();
    s.letters("f", PAGES);
    let a = s.peer("A");
    let map = || shared("f", len).allowing(Prot::Read);
    s.open_and_map(a, map());
    s.fsync(a, "f");
    let first = s.load(a, 28, 1);
    s.expect_bytes(first, b"A");
    let pages = s.pages(a, 0, len);
    let there = pages.get(Figure::PagesThere);
    if !s.on_tmpfs() {
        cold_loads(s, a, &map());
    }
    let some = there.clone().above(1).and(there.below(PAGES));
    let why = "one load brought in no neighbor, or all of the file: that can be, and shows nothing";
    s.require(some.clone(), why);
    s.judge(pages, "more than one page, and not all", some);
}

/// How many pages one load reads from storage: nobody promises anything, so it is no check.
fn cold_loads(s: &mut Script, a: Peer, map: &MapCall) {
    let len = map.len;
    let mut counts = Vec::new();
    for is_random in [false, true] {
        let gone = s.unmap(a, 0, len);
        s.expect_done(gone);
        let file = "f".to_owned();
        s.must(a, "has f leave the page cache", Call::Cool { file });
        s.map(a, map.clone());
        if is_random {
            let told = advise(s, a, len, Advice::Random);
            s.expect_done(told);
        }
        let before = in_memory(s, a, len);
        let first = s.load(a, 28, 1);
        s.expect_bytes(first, b"A");
        let after = in_memory(s, a, len);
        counts.extend([before, after].map(|told| told.get(Figure::InMemory)));
    }
    s.note(
        "counts the pages in memory",
        Words::new(
            "cold {}, after one load {}; with MADV_RANDOM cold {}, after one load {}",
            counts,
        ),
    );
}

/// Two huge pages of the usual size: one of them begins in it at a multiple of its size, wherever it lies.
const TWO_HUGE: u64 = 4 << 20;

/// Stores into each page: how many faults it took, and what the mapping has.
fn store_all(s: &mut Script, peer: Peer, advice: Advice) -> (Value, StepId) {
    s.map(peer, anonymous(TWO_HUGE));
    let told = advise(s, peer, TWO_HUGE, advice);
    s.require(
        told.is(Outcome::Done),
        "this kernel has no transparent huge pages",
    );
    let before = s.faults(peer);
    s.touch(peer, 0, TWO_HUGE, true);
    let after = s.faults(peer);
    let sums = s.sums(peer);
    let all = TWO_HUGE / 1024;
    let there = (sums.get(Figure::Rss) + sums.get(Figure::Swapped)).at_least(all);
    s.judge(sums, format!("{all} KiB there"), there);
    (after.get(Figure::Minor) - before.get(Figure::Minor), sums)
}

fn huge_page_faults(s: &mut Script) {
    let page = s.page();
    if page != 4096 {
        s.not_available(format!(
            "a huge page has many MiB where a page has {page} bytes"
        ));
        return;
    }
    let (a, b) = (s.peer("A"), s.peer("B"));
    let pages = TWO_HUGE / page;
    let (faults, sums) = store_all(s, b, Advice::NoHugePage);
    s.judge(sums, "no huge page", sums.get(Figure::Huge).is(0));
    s.check(
        "counts the faults of B",
        Words::new("{}", [faults.clone()]),
        format!("at least {pages}"),
        faults.at_least(pages),
    );
    let (faults, sums) = store_all(s, a, Advice::HugePage);
    let is_huge = sums.get(Figure::Huge).above(0);
    s.require(is_huge.clone(), "no huge page was to be had");
    s.judge(sums, "a huge page", is_huge);
    let few = pages / 2 + 64;
    s.check(
        "counts the faults of A",
        Words::new("{}", [faults.clone()]),
        format!("at most {few}"),
        faults.at_most(few),
    );
}

/// How many pages are loaded from.
const APART: u64 = 512;

fn page_tables_cost(s: &mut Script) {
    let page = s.page();
    // What the lowest table leads to: entries have 8 bytes.
    let step = page / 8 * page;
    let a = s.peer("A");
    s.map(a, anonymous_shared(APART * step).with(MapFlag::NoReserve));
    s.no_huge_pages(a, APART * step);
    let before = s.memory(a);
    let touch = Call::Area(AreaCall::TouchEvery {
        map: "m".to_owned(),
        at: 0,
        len: APART * step,
        step,
        write: false,
    });
    let what = format!("loads {APART} bytes, one every {step} bytes");
    s.must(a, what, touch);
    let after = s.memory(a);
    let sums = s.sums(a);
    let all = APART * page / 1024;
    let there = sums.get(Figure::Rss) + sums.get(Figure::Swapped);
    s.judge(sums, format!("{all} KiB there"), there.is(all));
    let grown = after.get(Figure::PageTables) - before.get(Figure::PageTables);
    s.check(
        "compares the page tables (VmPTE)",
        Words::new("{} KiB more", [grown.clone()]),
        format!("at least {all} KiB more"),
        grown.at_least(all),
    );
}

fn lock(s: &mut Script, peer: Peer, file: &str, how: FileLock) -> StepId {
    let what = match how {
        FileLock::Whole | FileLock::Range => format!("locks {file}"),
        FileLock::UnlockWhole | FileLock::UnlockRange => format!("unlocks {file}"),
    };
    let file = file.to_owned();
    s.attempt(peer, what, Call::Object(ObjectCall::Lock { file, how }))
}

/// A number that the kernel tells in a file must be 0.
fn require_zero(s: &mut Script, peer: Peer, (name, path): (&str, &str), why: &str) {
    let open = Call::Open {
        file: name.to_owned(),
        path: path.into(),
        access: FileAccess::Read,
    };
    let told = s.attempt(peer, format!("opens {path} to read"), open);
    s.require(told.is(Outcome::Done), "this kernel has no hugetlb pages");
    // Another run that has turned it meanwhile holds this lock.
    let lock = lock(s, peer, name, FileLock::Whole);
    s.require(lock.is(Outcome::Done), why);
    let told = s.read(peer, name, 0, 2);
    let bytes = b"0\n".to_vec();
    s.require(told.is(Outcome::Bytes { bytes }), why);
}

/// Nobody has set huge pages aside, and none is made beyond that. What is open from then on keeps others from it.
pub(in crate::lab) fn require_no_huge_page(s: &mut Script, a: Peer) {
    let beyond = ("beyond", "/proc/sys/vm/nr_overcommit_hugepages");
    let why = "this system makes huge pages beyond its reserve";
    require_zero(s, a, beyond, why);
    let reserve = ("reserve", "/proc/sys/vm/nr_hugepages");
    let why = "this system has huge pages in reserve";
    require_zero(s, a, reserve, why);
}

/// A mapping of a huge page: the kernel rounds it up to its size of them.
pub(in crate::lab) fn huge_page(s: &Script) -> MapCall {
    anonymous(s.page() / 8 * s.page()).with(MapFlag::HugeTlb)
}

fn hugetlb_needs_reserve(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    require_no_huge_page(s, a);
    let huge = huge_page(s);
    let told = s.try_map(a, "maps a huge page with MAP_HUGETLB", huge.clone());
    s.expect_failed(told, "ENOMEM");
    if s.environment().user != Some(0) {
        s.note(
            "takes no page in reserve",
            "that needs root, so the second half is left out",
        );
        return;
    }
    let unlocked = lock(s, a, "reserve", FileLock::UnlockWhole);
    s.expect_done(unlocked);
    let tune = Call::Process(ProcessCall::Tune {
        knob: Knob::HugePages,
        value: 1,
    });
    let told = s.attempt(a, "has the kernel reserve one huge page", tune);
    let why = "this system lets root reserve no huge pages";
    s.require(told.is(Outcome::Done), why);
    let told = s.try_map(a, "maps a huge page with MAP_HUGETLB", huge);
    let why = "no huge page was to be had";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    s.touch(a, 0, page, true);
    let told = s.unmap(a, 0, page);
    s.expect_failed(told, "EINVAL");
}

/// Pages that are equal, and how often the kernel is given time to find that.
pub(in crate::lab) const EQUAL: u64 = 64;
const PAUSES: u64 = 60;

/// Has the kernel merge equal pages, and waits until those of `m` are few, as the rule says: the step that told so.
pub(in crate::lab) fn merge(s: &mut Script, a: Peer) -> (StepId, Rule) {
    let tune = Call::Process(ProcessCall::Tune {
        knob: Knob::SamePageMerging,
        value: 1,
    });
    let told = s.attempt(a, "switches same-page merging on", tune);
    let why = "this system does not let root switch same-page merging on";
    s.require(told.is(Outcome::Done), why);
    let few = EQUAL * s.page() / 1024 / 8;
    s.map(a, anonymous(s.page()).named("w"));
    let merged = s.until(PAUSES, |s| {
        let pause = Call::Futex(FutexCall::Wait {
            map: "w".to_owned(),
            at: 0,
            value: 0,
            private: true,
            milliseconds: 100,
        });
        // Nobody wakes it.
        let _ = s.attempt(a, "waits for 100 ms", pause);
        let sums = s.sums(a);
        (sums, sums.get(Figure::Pss).at_most(few))
    });
    let is_few = merged.get(Figure::Pss).at_most(few);
    s.require(
        is_few.clone(),
        "same-page merging merged nothing in some seconds",
    );
    (merged, is_few)
}

fn same_pages_merge(s: &mut Script) {
    let page = s.page();
    let (len, all) = (EQUAL * page, EQUAL * page / 1024);
    let a = s.peer("A");
    s.map(a, anonymous(len));
    s.no_huge_pages(a, len);
    s.touch(a, 0, len, true);
    let before = s.sums(a);
    let own = before.get(Figure::Pss) + before.get(Figure::Swapped);
    s.judge(before, format!("{all} KiB that are its own"), own.is(all));
    let told = advise(s, a, len, Advice::Mergeable);
    let why = "this kernel has no same-page merging (CONFIG_KSM)";
    s.require(told.is(Outcome::Done), why);
    let (merged, few) = merge(s, a);
    s.judge(
        merged,
        format!("{all} KiB resident, which take at most {}", all / 8),
        few.and(merged.get(Figure::Rss).is(all)),
    );
    s.store(a, 5 * page + 28, b"x");
    let parted = s.sums(a);
    let more = parted.get(Figure::Pss).above(merged.get(Figure::Pss));
    s.judge(parted, "a page more that is its own", more);
    for (at, byte) in [(5 * page + 28, b'x'), (6 * page + 28, 0), (6 * page, 1)] {
        let seen = s.load(a, at, 1);
        s.expect_bytes(seen, &[byte]);
    }
}
