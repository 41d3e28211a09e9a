//! What a mapping allows, what becomes of who does otherwise, and mprotect.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Rule, Script, anonymous_shared, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{FileAccess, Prot};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "store-into-read-only-dies",
            topic: LabTopic::Protection,
            title: "A store into a read-only mapping ends the process with SIGSEGV",
            choices: &[
                "The store is ignored",
                "SIGSEGV (SEGV_ACCERR), and the byte is unchanged",
                "The store goes into a private copy",
                "SIGBUS, and the byte is unchanged",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "A store is an instruction and has no return value: it cannot fail in any other way than by a signal. \
                  The processor finds the page read-only and faults; the kernel sees that the mapping does not allow \
                  stores and sends SIGSEGV. The code SEGV_ACCERR says that something is mapped there, but not for this.",
            source: "POSIX.1-2024, System Interfaces, Memory Mapped Files, and mmap(): no write may succeed without \
                     PROT_WRITE; mmap(2), SIGSEGV; sigaction(2), SEGV_ACCERR",
        },
        needs: &[],
        // Not on A's mode: a private read-only mapping is as deadly.
        rests_on: &[("A", SkipStores)],
        script: store_into_read_only_dies,
    },
    Experiment {
        claim: Claim {
            name: "load-from-none-dies",
            topic: LabTopic::Protection,
            title: "A load from a mapping without any access ends the process with SIGSEGV",
            choices: &[
                "It reads 0",
                "It reads the file: protection is about stores",
                "SIGSEGV (SEGV_ACCERR), as something is mapped there",
                "SIGSEGV (SEGV_MAPERR), as if nothing were mapped there",
            ],
            expected: Expected::Always(2),
            promise: Promise::Posix,
            why: "PROT_NONE keeps the addresses and forbids every access. Guard pages below a thread's stack are made \
                  of it: an overflow meets one, and dies at once instead of spoiling other memory. The code of the \
                  signal tells it from a hole.",
            source: "mmap(2), PROT_NONE: \u{201c}Pages may not be accessed\u{201d}; sigaction(2), SEGV_ACCERR; \
                     POSIX.1-2024, System Interfaces, Memory Mapped Files",
        },
        needs: &[],
        rests_on: &[],
        script: load_from_none_dies,
    },
    Experiment {
        claim: Claim {
            name: "mprotect-allows-stores",
            topic: LabTopic::Protection,
            title: "mprotect makes a read-only mapping writable, without mapping it again",
            choices: &[
                "The protection given to mmap is final",
                "After mprotect the same store succeeds and reaches the file",
                "After mprotect the store succeeds, but into a private copy",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "mprotect changes what the pages allow, and nothing else: same addresses, same file, still shared. B \
                  shows what the store does without it. To a shared mapping it can only add what the descriptor \
                  allowed at the time of mmap.",
            source: "mprotect(2); POSIX.1-2024 mprotect()",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: mprotect_allows_stores,
    },
    Experiment {
        claim: Claim {
            name: "mprotect-opens-none",
            topic: LabTopic::Protection,
            title: "mprotect opens a mapping that was made without any access",
            choices: &[
                "A mapping made with PROT_NONE shows nothing for good: there is no file behind it",
                "After mprotect it shows the file, and stores reach it",
                "After mprotect it shows the file, but stores go into a private copy",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "PROT_NONE is about access, not about what the mapping is of: addresses and file are settled by mmap. \
                  B shows that a load is deadly without mprotect. Programs reserve a large range that way, and open it \
                  piece by piece as they need it.",
            source: "mprotect(2); mmap(2), PROT_NONE; POSIX.1-2024 mprotect()",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: mprotect_opens_none,
    },
    Experiment {
        claim: Claim {
            name: "mprotect-cannot-widen",
            topic: LabTopic::Protection,
            title: "mprotect cannot make a shared mapping of a file that was opened read-only writable",
            choices: &[
                "mprotect fails with EACCES",
                "mprotect succeeds, and so does the store: only mmap checks the descriptor",
                "mprotect succeeds, and the store ends the process",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "A store through a shared mapping writes to the file, so it takes what write(2) takes: a descriptor \
                  opened for writing. The kernel remembers with the mapping what it may ever allow. A private mapping \
                  could be made writable, as its stores never reach the file.",
            source: "mprotect(2), ERRORS, EACCES; POSIX.1-2024 mprotect()",
        },
        needs: &[],
        // Deceived into a private mapping, mprotect succeeds.
        rests_on: &[("A", OtherMode)],
        script: mprotect_cannot_widen,
    },
    Experiment {
        claim: Claim {
            name: "mprotect-splits-and-merges",
            topic: LabTopic::Protection,
            title: "mprotect of a page in the middle makes three mappings of one, and back again one",
            choices: &[
                "Three lines in maps, and one again when the protection is the same again",
                "mprotect applies to the whole mapping",
                "Three lines in maps, and three they stay",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "The kernel keeps one protection for each entry of its list of mappings. A page that differs needs an \
                  entry of its own, with one before and one after it. When neighbors are alike again they are joined. \
                  The number of entries is limited (vm.max_map_count: 65,530 by default; some distributions set \
                  1,048,576); at the limit even munmap of a middle fails. The mapping here is of no file: those of some file systems, such as FUSE and 9p, are not joined again.",
            source: "proc_pid_maps(5) (proc(5) in older manuals); mprotect(2), ERRORS, ENOMEM",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: mprotect_splits_and_merges,
    },
    Experiment {
        claim: Claim {
            name: "mprotect-is-for-one-process",
            topic: LabTopic::Protection,
            title: "mprotect in one process takes nothing from another one that maps the same file",
            choices: &[
                "The other process can still load and store",
                "The other process can no longer store: the page is protected",
                "The other process's stores go to a private copy while the page is protected",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "Protection is a property of a mapping in one address space, not of the page in memory. To keep others \
                  from changing a file there are its permissions, and for a memfd its seals; locks such as flock bind \
                  only those who ask for them.",
            source: "mprotect(2): \u{201c}the calling process's memory pages\u{201d}; POSIX.1-2024 mprotect()",
        },
        needs: &[],
        rests_on: &[("B", SkipStores), ("B", OtherMode)],
        script: mprotect_is_for_one_process,
    },
];

fn store_into_read_only_dies(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open(a, "f");
    s.map(a, shared("f", page).allowing(Prot::Read));
    s.open_and_map(b, shared("f", page));
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    let stored = s.try_store(a, 28, b"Z");
    s.expect_killed(stored, "SIGSEGV", Some("SEGV_ACCERR"));
    let after = s.load(b, 28, 1);
    s.expect_bytes(after, b"A");
}

fn load_from_none_dies(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    s.map(a, shared("f", page).allowing(Prot::Read).named("readable"));
    s.map(a, shared("f", page).allowing(Prot::None));
    let readable = s.load_of(a, "readable", 28, 1);
    s.expect_bytes(readable, b"A");
    let refused = s.load(a, 28, 1);
    s.expect_killed(refused, "SIGSEGV", Some("SEGV_ACCERR"));
}

fn mprotect_allows_stores(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    for peer in [a, b] {
        s.open(peer, "f");
        s.map(peer, shared("f", page).allowing(Prot::Read));
    }
    let protected = s.protect(a, 0, page, Prot::ReadWrite);
    s.expect_done(protected);
    let stored = s.try_store(a, 28, b"Z");
    s.expect_done(stored);
    let seen = s.load(b, 28, 2);
    s.expect_bytes(seen, b"ZA");
    let without = s.try_store(b, 29, b"Y");
    s.expect_killed(without, "SIGSEGV", Some("SEGV_ACCERR"));
    let after = s.load(a, 28, 2);
    s.expect_bytes(after, b"ZA");
}

fn mprotect_opens_none(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    for peer in [a, b] {
        s.open(peer, "f");
        s.map(peer, shared("f", page).allowing(Prot::None));
    }
    s.map(b, shared("f", page).named("second"));
    let protected = s.protect(a, 0, page, Prot::ReadWrite);
    s.expect_done(protected);
    let opened = s.load(a, 28, 1);
    s.expect_bytes(opened, b"A");
    let stored = s.try_store(a, 28, b"Z");
    s.expect_done(stored);
    let seen = s.load_of(b, "second", 28, 1);
    s.expect_bytes(seen, b"Z");
    let without = s.load(b, 28, 1);
    s.expect_killed(without, "SIGSEGV", Some("SEGV_ACCERR"));
}

fn mprotect_cannot_widen(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_as(a, "f", FileAccess::Read);
    s.map(a, shared("f", page).allowing(Prot::Read));
    let protected = s.protect(a, 0, page, Prot::ReadWrite);
    s.expect_failed(protected, "EACCES");
    let still = s.load(a, 28, 1);
    s.expect_bytes(still, b"A");
}

fn mprotect_splits_and_merges(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    // Not of a file: mappings of FUSE, 9p and vboxsf are never joined again.
    s.map(a, anonymous_shared(3 * page));
    let whole = s.maps(a, "m");
    s.judge(whole, "one line, rw-", whole.allow(&["rw-"]));
    let protected = s.protect(a, page, page, Prot::Read);
    s.expect_done(protected);
    let parts = s.maps(a, "m");
    let rule = parts.allow(&["rw-", "r--", "rw-"]);
    s.judge(parts, "three lines: rw-, r-- and rw-", rule);
    let protected = s.protect(a, page, page, Prot::ReadWrite);
    s.expect_done(protected);
    let again = s.maps(a, "m");
    s.judge(again, "the one line of before", Rule::Same(again, whole));
}

fn mprotect_is_for_one_process(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.map(a, shared("f", page).named("second"));
    s.open_and_map(b, shared("f", page));
    let protected = s.protect(a, 0, page, Prot::None);
    s.expect_done(protected);
    let loaded = s.load(b, 28, 1);
    s.expect_bytes(loaded, b"A");
    s.store(b, 28, b"Z");
    let seen = s.load_of(a, "second", 28, 1);
    s.expect_bytes(seen, b"Z");
    // For A alone, and for this mapping of it, the page is closed.
    let refused = s.load(a, 28, 1);
    s.expect_killed(refused, "SIGSEGV", Some("SEGV_ACCERR"));
}
