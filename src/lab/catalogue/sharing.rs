//! Who sees a store: shared and private mappings of one file in several processes.

use crate::lab::Experiment;
use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Script, private, shared};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{FileAccess, Prot, SyncHow};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "shared-seen-by-shared",
            topic: LabTopic::Sharing,
            title: "A store through a shared mapping is seen by another process's shared mapping",
            choices: &[
                "The other process sees the new byte at once",
                "The other process sees it after msync",
                "The other process never sees it",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "Both processes map the same pages of the page cache, so there is only one byte: what one process \
                  stores, the other one loads, with no system call between them. msync has nothing to do with it: \
                  that is about the storage below.",
            source: "mmap(2), MAP_SHARED: \u{201c}updates to the mapping are visible to other processes mapping the \
                     same region\u{201d}; POSIX.1-2024 mmap()",
        },
        needs: &[],
        // Not on B's mode: an untouched page of a private mapping shows the store as well.
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: shared_seen_by_shared,
    },
    Experiment {
        claim: Claim {
            name: "shared-seen-by-read",
            topic: LabTopic::Sharing,
            title: "A store through a shared mapping is seen by read(2), without msync",
            choices: &[
                "read shows the new byte at once",
                "read shows the old byte until the mapping is unmapped",
                "read shows the old byte until msync or fsync",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "Linux has one page cache: read(2) and pread(2) copy out of the very page that the mapping shows. So \
                  a store is in \u{201c}the file\u{201d}, as every other process sees it, before anything is on the \
                  storage. POSIX leaves it to the program to synchronize mmap with read and write.",
            source: "mmap(2), MAP_SHARED: updates are \u{201c}carried through to the underlying file\u{201d}; \
                     POSIX.1-2024 mmap(), APPLICATION USAGE",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: shared_seen_by_read,
    },
    Experiment {
        claim: Claim {
            name: "write-seen-by-shared",
            topic: LabTopic::Sharing,
            title: "A write(2) by another process is seen through a shared mapping at once",
            choices: &[
                "The mapping shows what the file held when it was mapped",
                "The mapping shows the new byte at once",
                "The mapping shows the new byte once the writer closes the file",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "write(2) and pwrite(2) change the page in the page cache, and the mapping shows that page. mmap \
                  takes no copy of the file; nothing has to be mapped again.",
            source: "mmap(2), MAP_SHARED; POSIX.1-2024 mmap(), APPLICATION USAGE",
        },
        needs: &[],
        // Not on A's mode: an untouched page of a private mapping shows the write as well.
        rests_on: &[("B", SkipStores)],
        script: write_seen_by_shared,
    },
    Experiment {
        claim: Claim {
            name: "private-seen-by-nobody",
            topic: LabTopic::Sharing,
            title: "A store through a private mapping is seen by nobody else",
            choices: &[
                "Other private mappings of the file see it, shared ones do not",
                "Shared mappings of the file see it, read does not",
                "Nobody but the process that stored sees it",
                "Everybody sees it until the process ends",
            ],
            expected: Expected::Always(2),
            promise: Promise::Posix,
            why: "The first store into a page of a private mapping makes the kernel copy that page and map the copy in \
                  its place (copy-on-write). From then on the process has a page of its own there, and the page of \
                  the file is as it was.",
            source: "mmap(2), MAP_PRIVATE; POSIX.1-2024 mmap(): modifications \u{201c}shall be visible only to the \
                     calling process and shall not change the underlying object\u{201d}",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: private_seen_by_nobody,
    },
    Experiment {
        claim: Claim {
            name: "private-gone-with-mapping",
            topic: LabTopic::Sharing,
            title: "What was stored through a private mapping is gone when it is unmapped",
            choices: &[
                "munmap writes it to the file",
                "It is lost: mapped again, the file shows its old byte",
                "The same process finds it again when it maps the file again",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "The private copy belongs to the mapping and to nothing else. munmap frees it; there is no other copy, \
                  and the file never had the byte. Mapped again, even by the same process, the file's own page is \
                  shown.",
            source: "mmap(2), MAP_PRIVATE; POSIX.1-2024 munmap(): of a private mapping, \u{201c}any modifications made \
                     in this address range shall be discarded\u{201d}",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: private_gone_with_mapping,
    },
    Experiment {
        claim: Claim {
            name: "two-writers-one-page",
            topic: LabTopic::Sharing,
            title: "Two processes that store by turns into one shared page lose no byte of each other",
            choices: &[
                "Every byte of both stands",
                "The page is as the one that stored last had it; the other's bytes are lost",
                "Whoever calls msync last decides for the whole page",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "There is one page, not one for each process, and a store changes just its bytes. Nobody ever writes \
                  back a whole page that the other one changed meanwhile, so msync has nothing to decide. Here the \
                  stores of the two take turns; that neighboring bytes can be stored at the same moment too is a \
                  matter of the processor, and of the memory model of C. Both storing into the same byte is another \
                  matter: then the last one wins.",
            source: "mmap(2), MAP_SHARED; POSIX.1-2024 mmap(): \u{201c}write references shall change the underlying \
                     object\u{201d}",
        },
        needs: &[],
        rests_on: &[
            ("A", SkipStores),
            ("A", OtherMode),
            ("B", SkipStores),
            ("B", OtherMode),
        ],
        script: two_writers_one_page,
    },
    Experiment {
        claim: Claim {
            name: "read-only-sees-stores",
            topic: LabTopic::Sharing,
            title: "A read-only mapping shows what others store",
            choices: &[
                "It shows the new byte: read-only is about its own stores",
                "It shows the bytes as they were when it was made",
                "The other process's store is refused while somebody maps the file read-only",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "PROT_READ says what this process may do with its pages. The pages are the file's all the same, and \
                  change when anybody changes them. A read-only mapping is no snapshot, and locks nothing.",
            source: "POSIX.1-2024 mmap(): write references \u{201c}shall change the underlying object\u{201d}; \
                     mmap(2), MAP_SHARED and PROT_READ",
        },
        needs: &[],
        // Not on B's mode: an untouched page of a private mapping shows the store as well.
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: read_only_sees_stores,
    },
    Experiment {
        claim: Claim {
            name: "two-mappings-one-process",
            topic: LabTopic::Sharing,
            title: "Two shared mappings of a file in one process show the same bytes",
            choices: &[
                "A store through one is seen through the other at once",
                "The second mmap fails: the file is mapped already",
                "Each has bytes of its own until msync",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "The file's page is in memory once; two mappings are two addresses that lead to it. That makes one \
                  byte reachable by two addresses in one program, and comparing pointers does not tell that they are \
                  the same byte.",
            source: "mmap(2), MAP_SHARED; POSIX.1-2024 mmap()",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: two_mappings_one_process,
    },
    Experiment {
        claim: Claim {
            name: "offset-maps-the-middle",
            topic: LabTopic::Sharing,
            title: "A mapping from an offset shows the file from there on",
            choices: &[
                "Its first byte is the file's byte at the offset, and a store there lands there",
                "Its first byte is the file's first byte; the offset is where loads begin",
                "It shows a copy that begins at the offset; the file is not changed there",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "offset says which page of the file stands at the first address of the mapping. It has to be a \
                  multiple of the page size, for pages are all that can be mapped.",
            source: "mmap(2), offset; POSIX.1-2024 mmap()",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: offset_maps_the_middle,
    },
];

fn shared_seen_by_shared(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open_and_map(b, shared("f", page));
    let before = s.load(b, 28, 1);
    s.expect_bytes(before, b"A");
    s.store(a, 28, b"Z");
    let after = s.load(b, 28, 1);
    s.expect_bytes(after, b"Z");
}

fn shared_seen_by_read(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open_as(b, "f", FileAccess::Read);
    let before = s.read(b, "f", 28, 1);
    s.expect_bytes(before, b"A");
    s.store(a, 28, b"Z");
    let after = s.read(b, "f", 27, 3);
    s.expect_bytes(after, b"AZA");
}

fn write_seen_by_shared(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open(b, "f");
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    s.write(b, "f", 28, b"Z");
    let after = s.load(a, 27, 3);
    s.expect_bytes(after, b"AZA");
}

fn private_seen_by_nobody(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b, c) = (s.peer("A"), s.peer("B"), s.peer("C"));
    s.open_and_map(a, private("f", page));
    s.open_and_map(b, shared("f", page));
    s.open_and_map(c, private("f", page));
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    s.store(a, 28, b"Z");
    // Without this one a store that never happened would look the same.
    let own = s.load(a, 28, 1);
    s.expect_bytes(own, b"Z");
    for other in [b, c] {
        let seen = s.load(other, 28, 1);
        s.expect_bytes(seen, b"A");
    }
    let seen = s.read(b, "f", 28, 1);
    s.expect_bytes(seen, b"A");
}

fn private_gone_with_mapping(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, private("f", page));
    s.store_and_see(a, 28, b"Z");
    let unmapped = s.unmap(a, 0, page);
    s.expect_done(unmapped);
    let in_file = s.read(a, "f", 28, 1);
    s.expect_bytes(in_file, b"A");
    s.map(a, private("f", page).named("again"));
    let again = s.load_of(a, "again", 28, 1);
    s.expect_bytes(again, b"A");
}

fn two_writers_one_page(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open_and_map(b, shared("f", page));
    for turn in 0..7 {
        s.store(a, 2 * turn, b"a");
        s.store(b, 2 * turn + 1, b"b");
    }
    let both = b"abababababababAA";
    for peer in [a, b] {
        let all = s.load(peer, 0, 16);
        s.expect_bytes(all, both);
    }
    for peer in [a, b] {
        let synced = s.sync(peer, page, SyncHow::Sync);
        s.expect_done(synced);
    }
    for peer in [a, b] {
        let all = s.load(peer, 0, 16);
        s.expect_bytes(all, both);
    }
    let in_file = s.read(a, "f", 0, 16);
    s.expect_bytes(in_file, both);
}

fn read_only_sees_stores(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open_as(b, "f", FileAccess::Read);
    s.map(b, shared("f", page).allowing(Prot::Read));
    let before = s.load(b, 28, 1);
    s.expect_bytes(before, b"A");
    s.store(a, 28, b"Z");
    let after = s.load(b, 28, 1);
    s.expect_bytes(after, b"Z");
}

fn two_mappings_one_process(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", page));
    s.map(a, shared("f", page).named("second"));
    let before = s.load_of(a, "second", 28, 1);
    s.expect_bytes(before, b"A");
    s.store(a, 28, b"Z");
    let after = s.load_of(a, "second", 28, 1);
    s.expect_bytes(after, b"Z");
}

fn offset_maps_the_middle(s: &mut Script) {
    let page = s.page();
    s.letters("f", 3);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page).from(page));
    s.open_and_map(b, shared("f", 3 * page));
    let first = s.load(a, 0, 1);
    s.expect_bytes(first, b"B");
    s.store(a, 0, b"Z");
    let around = s.load(b, page - 1, 3);
    s.expect_bytes(around, b"AZB");
}
