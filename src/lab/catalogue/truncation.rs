//! Files that change their length while they are mapped.

use crate::lab::Experiment;
use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Script, private, shared};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "truncated-page-sigbus",
            topic: LabTopic::Ends,
            title: "When a file is cut under a mapping, a load of the pages that went ends the process",
            choices: &[
                "ftruncate fails while the file is mapped",
                "The page stays readable: it was loaded before",
                "SIGBUS, though the page was loaded before",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "ftruncate takes the pages past the new end out of every process that maps them. What was a good \
                  address a moment ago is past the end now. POSIX demands the signal where it speaks of ftruncate(), \
                  and leaves it open where it speaks of mmap(). Any program that may write the file can do that to \
                  any other at any time; so a load from a mapping can be deadly at any time, except of a memfd that \
                  is sealed against shrinking. mapscope itself never loads from the file it shows: it has the kernel \
                  copy, and gets an error instead of a signal.",
            source: "mmap(2), SIGBUS; ftruncate(2); POSIX.1-2024 ftruncate(): \u{201c}References to discarded pages \
                     shall result in the generation of a SIGBUS signal\u{201d}; mmap(), on a size that changes after \
                     the call: the effect is \u{201c}unspecified\u{201d}",
        },
        needs: &[],
        rests_on: &[],
        script: truncated_page_sigbus,
    },
    Experiment {
        claim: Claim {
            name: "file-grows-back",
            topic: LabTopic::Ends,
            title: "When a file that was cut grows back, a shared mapping of it works on, and shows zeros",
            choices: &[
                "A load there is still SIGBUS: the file has to be mapped again",
                "It shows zeros, and what is stored there is in the file",
                "It shows the bytes from before the cut again",
                "It shows zeros, but what is stored there no longer reaches the file",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The mapping is of the file and stays when that is cut; only the pages went. Grown back, the file has \
                  pages there again, which are zeros, and the next access brings them in as any others. A process that did not touch the mapping in between never learns that anything was lost.",
            source: "ftruncate(2); POSIX.1-2024 ftruncate(): extended, a file shall read as zeros; mmap() leaves the \
                     effect of a changed size open",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: file_grows_back,
    },
    Experiment {
        claim: Claim {
            name: "truncation-clears-the-tail",
            topic: LabTopic::Ends,
            title: "Cutting a file within a page turns the rest of that page to zeros at once",
            choices: &[
                "The mapping shows zeros from the new end on",
                "The mapping shows the old bytes to the end of the page",
                "A load past the new end is SIGBUS",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "The page with the new end stays, and whoever maps it sees it. The kernel clears what lies behind the \
                  new end, for a file that grows again must read as zeros there. Only whole pages past the end are \
                  SIGBUS.",
            source: "ftruncate(2); POSIX.1-2024 ftruncate(): extended, a file shall read as zeros",
        },
        needs: &[],
        rests_on: &[],
        script: truncation_clears_the_tail,
    },
    Experiment {
        claim: Claim {
            name: "truncation-takes-private-copies",
            topic: LabTopic::Ends,
            title: "Cutting a file destroys private copies too, and growing it again does not bring them back",
            choices: &[
                "A private copy is the process's own: it stays, whatever becomes of the file",
                "Past the end it is SIGBUS; when the file grows again the copy is there again",
                "Past the end it is SIGBUS; when the file grows again the page reads 0",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "A private copy stands for a page of the file, and where the file has no such page any more the kernel \
                  drops the copy with it. Nothing else has its bytes. Nobody is told: whoever keeps unsaved work in a \
                  private mapping can lose it to any other program that cuts the file. That is why mapscope keeps a \
                  journal of edits.",
            source: "ftruncate(2); the kernel's mm/memory.c, unmap_mapping_range with even_cows; POSIX.1-2024 mmap() \
                     leaves it open",
        },
        needs: &[],
        rests_on: &[
            ("A", SkipStores),
            ("A", OtherMode),
            ("C", SkipStores),
            ("C", OtherMode),
        ],
        script: truncation_takes_private_copies,
    },
    Experiment {
        claim: Claim {
            name: "save-in-place-reverts-copies",
            topic: LabTopic::Ends,
            title: "A program that saves in place wipes out private copies silently",
            choices: &[
                "The private copy stays as it was",
                "The stored byte stays, the rest of the page shows the new contents",
                "The page shows the new contents, the stored byte is gone",
                "The next access ends the process",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "Saving in place is: cut to nothing (by O_TRUNC, here by ftruncate), write everything anew (here by \
                  pwrite). The cut drops the private copy; when the page is touched next the file has it again, and \
                  the mapping shows that. The length is the same as before and there is no signal, unless the page is \
                  touched between the cut and the write: then SIGBUS. So the loss goes unnoticed unless somebody looks \
                  for it.",
            source: "open(2), O_TRUNC; ftruncate(2); POSIX.1-2024 mmap() leaves it open",
        },
        needs: &[],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: save_in_place_reverts_copies,
    },
    Experiment {
        claim: Claim {
            name: "growth-appears",
            topic: LabTopic::Ends,
            title: "When a file grows, a mapping that was made long enough shows the new bytes",
            choices: &[
                "It shows the new bytes, with nothing mapped again",
                "A load there is still SIGBUS: the file has to be mapped again",
                "It shows zeros until the file is mapped again",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "Whether a page exists is looked up when it is touched, not when it is mapped. A mapping longer than \
                  the file covers what the file may become; a program that maps a log while it is written asks for more than there is, and must not touch it before it is there. POSIX leaves it open.",
            source: "mmap(2), NOTES; POSIX.1-2024 mmap(): the effect of a size that changes is unspecified",
        },
        needs: &[],
        // Not on A's mode: an untouched page of a private mapping shows the write as well.
        rests_on: &[("B", SkipStores)],
        script: growth_appears,
    },
];

fn truncated_page_sigbus(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", 2 * page));
    s.open(b, "f");
    let before = s.load(a, page + 28, 1);
    s.expect_bytes(before, b"B");
    s.truncate(b, "f", page);
    let kept = s.load(a, 28, 1);
    s.expect_bytes(kept, b"A");
    let gone = s.load(a, page + 28, 1);
    s.expect_killed(gone, "SIGBUS", Some("BUS_ADRERR"));
}

fn file_grows_back(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", 2 * page));
    s.open(b, "f");
    let before = s.load(a, page + 28, 1);
    s.expect_bytes(before, b"B");
    s.truncate(b, "f", page);
    s.truncate(b, "f", 2 * page);
    let zeros = s.load(a, page + 27, 3);
    s.expect_bytes(zeros, &[0, 0, 0]);
    s.store(a, page + 28, b"Z");
    let in_file = s.read(b, "f", page + 27, 3);
    s.expect_bytes(in_file, &[0, b'Z', 0]);
}

fn truncation_clears_the_tail(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open(b, "f");
    let before = s.load(a, 99, 3);
    s.expect_bytes(before, b"AAA");
    s.truncate(b, "f", 100);
    let after = s.load(a, 99, 3);
    s.expect_bytes(after, b"A\0\0");
    s.truncate(b, "f", page);
    let grown = s.load(a, 99, 3);
    s.expect_bytes(grown, b"A\0\0");
}

fn truncation_takes_private_copies(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let (a, b, c) = (s.peer("A"), s.peer("B"), s.peer("C"));
    s.open(b, "f");
    for peer in [a, c] {
        s.open_and_map(peer, private("f", 2 * page));
        s.store(peer, page + 28, b"x");
        let own = s.load(peer, page + 28, 1);
        s.expect_bytes(own, b"x");
        let in_file = s.read(b, "f", page + 28, 1);
        s.expect_bytes(in_file, b"B");
    }
    s.truncate(b, "f", page);
    let gone = s.load(c, page + 28, 1);
    s.expect_killed(gone, "SIGBUS", Some("BUS_ADRERR"));
    s.truncate(b, "f", 2 * page);
    let again = s.load(a, page + 28, 1);
    s.expect_bytes(again, &[0]);
}

fn save_in_place_reverts_copies(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", page));
    s.open(b, "f");
    s.store_and_see(a, 28, b"x");
    let in_file = s.read(b, "f", 28, 1);
    s.expect_bytes(in_file, b"A");
    s.truncate(b, "f", 0);
    s.write(b, "f", 0, &s.filled(1, b'a'));
    let after = s.load(a, 27, 3);
    s.expect_bytes(after, b"aaa");
}

fn growth_appears(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", 2 * page));
    s.open(b, "f");
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    s.truncate(b, "f", 2 * page);
    s.write(b, "f", page + 28, b"Z");
    let after = s.load(a, page + 27, 3);
    s.expect_bytes(after, &[0, b'Z', 0]);
}
