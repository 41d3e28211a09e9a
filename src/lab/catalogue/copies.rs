//! Copy-on-write: when a page of a private mapping stops being the file's, and what it shows from then on.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Script, private};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::wire::PeerPage::{FilePage, PrivateCopy};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "write-seen-by-untouched-private",
            topic: LabTopic::Sharing,
            title: "A private mapping still shows what others write, as long as nothing was stored into the page",
            choices: &[
                "The mapping shows the new byte",
                "It is a snapshot, and shows the byte of the time of mmap",
                "It shows the new byte where the page was not loaded before, the old one where it was",
            ],
            expected: Expected::Always(0),
            promise: Promise::Open,
            why: "mmap copies nothing, and neither does a load: until the first store the private mapping shows the \
                  page of the page cache that everybody shares. So it is no snapshot. The standard and the manual \
                  leave it open whether such a change is seen; on Linux it is.",
            source: "mmap(2), MAP_PRIVATE: \u{201c}It is unspecified whether changes made to the file after the mmap() \
                     call are visible in the mapped region\u{201d}",
        },
        needs: &[],
        rests_on: &[("B", SkipStores)],
        script: write_seen_by_untouched_private,
    },
    Experiment {
        claim: Claim {
            name: "copy-freezes-the-page",
            topic: LabTopic::Sharing,
            title: "After its first store a private page no longer follows the file, its other bytes included",
            choices: &[
                "The whole page is frozen; the next page follows the file",
                "Only the byte that was stored is its own; all others follow the file",
                "The whole mapping is frozen",
            ],
            expected: Expected::Always(0),
            promise: Promise::Open,
            why: "The kernel cannot copy a byte, only a page: the first store copies all of it, and the mapping shows \
                  that copy from then on. What others write to the same page of the file afterwards is not in the \
                  copy. Other pages of the mapping are still the file's.",
            source: "mmap(2), MAP_PRIVATE: \u{201c}a private copy-on-write mapping\u{201d}",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: copy_freezes_the_page,
    },
    Experiment {
        claim: Claim {
            name: "same-value-copies-too",
            topic: LabTopic::Sharing,
            title: "Storing the value that is there already copies the page all the same",
            choices: &[
                "The page is copied: the kernel does not look at the value",
                "Nothing happens: the page would not change",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "Copy-on-write is set off by the write access, which the processor reports as a page fault before \
                  the store is done. The kernel copies the page and lets the store happen, and never looks at the \
                  value that it stores. From then on the page is frozen like any other copy.",
            source: "proc_pid_pagemap(5) (proc(5) in older manuals), bit 61: clear for a page that is no file's; \
                     mmap(2), MAP_PRIVATE",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: same_value_copies_too,
    },
    Experiment {
        claim: Claim {
            name: "one-byte-copies-one-page",
            topic: LabTopic::Sharing,
            title: "A store of one byte into a private mapping copies one page, not more",
            choices: &[
                "The whole mapping is copied at the first store",
                "The page and its neighbors are copied, as they were read together",
                "Just the page with the byte is copied",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "The fault is for one page, and that page is copied. The others stay what they are: pages of the page \
                  cache that cost this process nothing. A private mapping of a large file takes as much memory of its \
                  own as pages of it were stored into.",
            source: "proc_pid_pagemap(5) (proc(5) in older manuals), bit 61; mmap(2), MAP_PRIVATE",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: one_byte_copies_one_page,
    },
    Experiment {
        claim: Claim {
            name: "dontneed-drops-the-copy",
            topic: LabTopic::Sharing,
            title: "MADV_DONTNEED throws a private copy away and shows the file again",
            choices: &[
                "It is a hint about caching; the bytes of the process stay",
                "The page reads as zeros",
                "The stored byte is gone, and the page follows the file again",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "On Linux MADV_DONTNEED is no hint: it takes the pages out of the mapping at once. The private copy \
                  was the only one, so its bytes are lost. The next access brings in the page that the file has, with \
                  what others wrote to it meanwhile. posix_madvise() with POSIX_MADV_DONTNEED must not do such a \
                  thing.",
            source: "madvise(2), MADV_DONTNEED",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: dontneed_drops_the_copy,
    },
];

fn write_seen_by_untouched_private(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", 2 * page));
    s.open(b, "f");
    // One page that was loaded before, and one that was not.
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    s.write(b, "f", 28, b"Z");
    s.write(b, "f", page + 28, b"Z");
    for at in [28, page + 28] {
        let after = s.load(a, at, 1);
        s.expect_bytes(after, b"Z");
    }
}

fn copy_freezes_the_page(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", 2 * page));
    s.open(b, "f");
    s.store(a, 100, b"x");
    s.write(b, "f", 28, b"Z");
    s.write(b, "f", page + 28, b"Z");
    // The write did happen.
    let in_file = s.read(b, "f", 28, 1);
    s.expect_bytes(in_file, b"Z");
    let own = s.load(a, 100, 1);
    s.expect_bytes(own, b"x");
    let frozen = s.load(a, 28, 1);
    s.expect_bytes(frozen, b"A");
    let next = s.load(a, page + 28, 1);
    s.expect_bytes(next, b"Z");
}

fn same_value_copies_too(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", page));
    s.open(b, "f");
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    let pages = s.pages(a, 0, page);
    s.expect_pages(pages, &[FilePage]);
    s.store(a, 28, b"A");
    let pages = s.pages(a, 0, page);
    s.expect_pages(pages, &[PrivateCopy]);
    s.write(b, "f", 100, b"Z");
    let in_file = s.read(b, "f", 100, 1);
    s.expect_bytes(in_file, b"Z");
    let frozen = s.load(a, 100, 1);
    s.expect_bytes(frozen, b"A");
}

fn one_byte_copies_one_page(s: &mut Script) {
    let page = s.page();
    s.letters("f", 4);
    let a = s.peer("A");
    s.open_and_map(a, private("f", 4 * page));
    // Without the loads some of the pages would not be there yet.
    s.touch(a, 0, 4 * page, false);
    let before = s.pages(a, 0, 4 * page);
    s.expect_pages(before, &[FilePage, FilePage, FilePage, FilePage]);
    s.store(a, page + 28, b"x");
    let after = s.pages(a, 0, 4 * page);
    s.expect_pages(after, &[FilePage, PrivateCopy, FilePage, FilePage]);
}

fn dontneed_drops_the_copy(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", page));
    s.open(b, "f");
    s.store(a, 100, b"x");
    s.write(b, "f", 28, b"Z");
    for (at, byte) in [(100, b"x"), (28, b"A")] {
        let before = s.load(a, at, 1);
        s.expect_bytes(before, byte);
    }
    s.drop_pages(a, page);
    for (at, byte) in [(100, b"A"), (28, b"Z")] {
        let after = s.load(a, at, 1);
        s.expect_bytes(after, byte);
    }
}
