//! What a forked child inherits of its parent's mappings, and what each still sees of the other.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{
    Figure, Peer, Rule, Script, anonymous, anonymous_shared, private, shared,
};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::wire::PeerPage::PrivateCopy;

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "child-inherits-mappings",
            topic: LabTopic::Fork,
            title: "A forked child finds its parent\u{2019}s mappings at the same addresses, with the same bytes",
            choices: &[
                "The child has the same mappings at the same addresses",
                "The child has no mappings; it has to map the file again",
                "The child has the same mappings at other addresses, chosen at random",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "fork(2) copies the address space: the list of mappings, and the page tables as far as needed. So \
                  every pointer that the parent had is valid in the child and leads to the same bytes. Whether it \
                  leads to the same memory depends on the kind of the mapping, as the next experiments show. execve(2) replaces the address space by a new one.",
            source: "fork(2); POSIX.1-2024 fork(): memory mappings created in the parent are retained in the child",
        },
        needs: &[Need::Fork, Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: child_inherits_mappings,
    },
    Experiment {
        claim: Claim {
            name: "fork-copies-on-write",
            topic: LabTopic::Fork,
            title: "After fork parent and child share each private page until one of them stores into it",
            choices: &[
                "fork copies every private page at once",
                "They share the page for good, as it was made before the fork",
                "They share the page, and the first store into it makes a copy for the one that stored",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "fork(2) makes both sides\u{2019} private pages read-only in the page tables and copies none of them, other than those that a device is about to read or write. \
                  smaps counts such a page as shared, though it is no page of the file. The first store of either side \
                  faults, and the kernel gives that side a copy; the other keeps the original, now alone. That is why \
                  fork of a large process is cheap, and why storing afterwards is not.",
            source: "fork(2), NOTES: implemented \u{201c}using copy-on-write pages\u{201d}; proc_pid_smaps(5) (proc(5) \
                     in older manuals)",
        },
        needs: &[Need::Fork, Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("C", SkipStores)],
        script: fork_copies_on_write,
    },
    Experiment {
        claim: Claim {
            name: "fork-shared-anonymous",
            topic: LabTopic::Fork,
            title: "Shared anonymous memory is seen by parent and child both ways",
            choices: &[
                "Each sees what the other stores",
                "The child sees what the parent stores, but not the other way round",
                "Neither sees what the other stores after the fork",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "MAP_SHARED without a file is memory that belongs to no process: the child inherits the mapping, not \
                  a copy. It is the simplest way for related processes to share memory; it has no name by which others could open it. (With permission they can still reach it, by /proc/PID/map_files or process_vm_readv(2).)",
            source: "mmap(2), MAP_SHARED and MAP_ANONYMOUS; POSIX.1-2024 mmap(): the mapping type is \u{201c}retained \
                     across fork()\u{201d}",
        },
        needs: &[Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("C", SkipStores)],
        script: fork_shared_anonymous,
    },
    Experiment {
        claim: Claim {
            name: "fork-private-anonymous",
            topic: LabTopic::Fork,
            title: "Of private anonymous memory the child has what was there at the fork, and nothing later",
            choices: &[
                "The child begins with zeros, and neither sees the other",
                "The child begins with the parent's bytes, and neither sees what the other stores later",
                "The child sees the parent's stores until it stores itself",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "Private means: nobody else sees my stores, and a child is somebody else. It gets the bytes as they \
                  were at the moment of fork(2), by copy-on-write. So it is with the heap and with the stack, which \
                  are private anonymous memory too: a variable that a child changes is unchanged in its parent. A page \
                  that nobody had touched at the fork is zeros for each, until it stores there itself.",
            source: "POSIX.1-2024 fork(), on MAP_PRIVATE mappings; fork(2)",
        },
        needs: &[Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("C", SkipStores)],
        script: fork_private_anonymous,
    },
    Experiment {
        claim: Claim {
            name: "fork-clean-private-page",
            topic: LabTopic::Fork,
            title: "A private page of a file that nobody stored into still follows the file in the child",
            choices: &[
                "The child is frozen at the fork, and keeps the file's old byte",
                "The child sees what the parent stores after the fork",
                "The child shows the file, changes by others included; the parent shows its own copy",
            ],
            expected: Expected::Always(2),
            promise: Promise::Open,
            why: "fork takes no snapshot of a file. Where nobody has stored, the private mapping of either side shows \
                  the page of the page cache. The parent\u{2019}s later store gives the parent a copy; the child still \
                  shows the file, and so sees what a third process writes to it. That such a write is seen is left \
                  open by the standard.",
            source: "POSIX.1-2024 fork(), on MAP_PRIVATE mappings; mmap(2), MAP_PRIVATE",
        },
        needs: &[Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: fork_clean_private_page,
    },
    Experiment {
        claim: Claim {
            name: "fork-inherits-private-copy",
            topic: LabTopic::Fork,
            title: "A private copy made before the fork is inherited, frozen as it is",
            choices: &[
                "The child shows the file: private stores are not inherited",
                "The child has the parent's byte, and of the rest of the page what the file had then",
                "The child has the parent's byte, and for the rest of the page follows the file",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "The page was copied at the parent\u{2019}s store, before the fork, and the child inherits the copy: \
                  the whole page, frozen. Modifications made before fork() are visible to the child by the standard; \
                  that the rest of the page no longer follows the file is how copy-on-write by pages works.",
            source: "POSIX.1-2024 fork(), on MAP_PRIVATE mappings; mmap(2), MAP_PRIVATE",
        },
        needs: &[Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: fork_inherits_private_copy,
    },
    Experiment {
        claim: Claim {
            name: "fork-shared-file",
            topic: LabTopic::Fork,
            title: "An inherited shared mapping of a file stays shared",
            choices: &[
                "Parent, child and a third process that maps the file have the same bytes, whoever stores",
                "The child's stores are its own, as everything after fork is",
                "The child's stores reach the third process, but not the parent's mapping",
            ],
            expected: Expected::Always(0),
            promise: Promise::Posix,
            why: "Copy-on-write after fork is for private pages. A shared mapping is inherited as a shared mapping: \
                  both sides go on showing the file\u{2019}s own pages. On Linux read(2) shows them too.",
            source: "POSIX.1-2024 mmap(): the mapping type is \u{201c}retained across fork()\u{201d}; fork(2)",
        },
        needs: &[Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("C", SkipStores)],
        script: fork_shared_file,
    },
    Experiment {
        claim: Claim {
            name: "child-unmaps-alone",
            topic: LabTopic::Fork,
            title: "A child's munmap takes nothing from its parent",
            choices: &[
                "The parent's mapping is gone too: they share it",
                "Only the child's mapping is gone",
                "munmap fails in the child: the mapping is not its own",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "Since fork each has an address space of its own, with a list of mappings of its own. munmap changes \
                  the list of the process that calls it. What is shared is the memory behind the mapping, and that \
                  stays as long as anybody maps it.",
            source: "munmap(2); fork(2)",
        },
        needs: &[Need::Fork, Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: child_unmaps_alone,
    },
];

fn child_inherits_mappings(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", 2 * page));
    s.store(a, 28, b"Z");
    s.map(a, private("f", 2 * page).named("private"));
    s.map(a, anonymous(page).named("anonymous"));
    let c = s.fork(a, "C");
    for map in ["m", "private", "anonymous"] {
        let of_parent = s.maps(a, map);
        let of_child = s.maps(c, map);
        let same = Rule::Same(of_child, of_parent).and(of_child.get(Figure::Lines).above(0));
        s.judge(of_child, "the same line as A's", same);
    }
    let inherited = s.load(c, 27, 3);
    s.expect_bytes(inherited, b"AZA");
}

fn fork_copies_on_write(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let a = s.peer("A");
    // Of a file and not anonymous: the kernel joins anonymous mappings to their neighbors, and their sums too.
    s.open_and_map(a, private("f", 2 * page));
    s.store(a, 28, b"a");
    s.store(a, page + 28, b"a");
    expect_shared(s, &[a], 0);
    let c = s.fork(a, "C");
    expect_shared(s, &[a, c], 2);
    s.store(c, 28, b"c");
    expect_shared(s, &[a, c], 1);
    // The other side, on the other page.
    s.store(a, page + 28, b"p");
    expect_shared(s, &[a, c], 0);
    for (peer, bytes) in [(a, [b"a", b"p"]), (c, [b"c", b"a"])] {
        for (at, byte) in [28, page + 28].into_iter().zip(bytes) {
            let own = s.load(peer, at, 1);
            s.expect_bytes(own, byte);
        }
    }
}

/// Of the two pages, which must be private copies, each of the peers must share so many and have the rest for itself.
fn expect_shared(s: &mut Script, peers: &[Peer], shared: u64) {
    /// Where memory is short a page is swapped out at times; a load brings it back.
    const ATTEMPTS: u64 = 5;
    let page = s.page();
    let kib = page / 1024;
    let alone = 2 - shared;
    let wanted = format!(
        "{} KiB shared with another process, {} alone",
        shared * kib,
        alone * kib
    );
    for peer in peers {
        let pages = s.pages(*peer, 0, 2 * page);
        s.expect_pages(pages, &[PrivateCopy, PrivateCopy]);
    }
    for peer in peers {
        let look = |s: &mut Script| {
            let sums = s.sums(*peer);
            let found = sums.get(Figure::SharedDirty) + sums.get(Figure::SharedClean);
            let found_alone = sums.get(Figure::PrivateDirty) + sums.get(Figure::PrivateClean);
            let rule = found.is(shared * kib).and(found_alone.is(alone * kib));
            ((sums, rule.clone()), rule)
        };
        let bring_back = |s: &mut Script| {
            for every in peers {
                for at in [28, page + 28] {
                    let _brought = s.load(*every, at, 1);
                }
            }
        };
        let (sums, rule) = s.until_after(ATTEMPTS, look, bring_back);
        s.judge(sums, wanted.as_str(), rule);
    }
}

fn fork_shared_anonymous(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    s.map(a, anonymous_shared(page));
    let c = s.fork(a, "C");
    let before = s.load(c, 28, 2);
    s.expect_bytes(before, &[0, 0]);
    s.store(a, 28, b"a");
    let of_parent = s.load(c, 28, 1);
    s.expect_bytes(of_parent, b"a");
    s.store(c, 29, b"c");
    let of_child = s.load(a, 28, 2);
    s.expect_bytes(of_child, b"ac");
}

fn fork_private_anonymous(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    s.map(a, anonymous(2 * page));
    s.store(a, 28, b"abc");
    let c = s.fork(a, "C");
    let inherited = s.load(c, 28, 3);
    s.expect_bytes(inherited, b"abc");
    s.store(a, 29, b"P");
    s.store(c, 30, b"C");
    let of_parent = s.load(a, 28, 3);
    s.expect_bytes(of_parent, b"aPc");
    let of_child = s.load(c, 28, 3);
    s.expect_bytes(of_child, b"abC");
    // The second page was untouched at the fork.
    s.store(a, page + 28, b"P");
    let untouched = s.load(c, page + 28, 1);
    s.expect_bytes(untouched, &[0]);
}

fn fork_clean_private_page(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", page));
    s.open(b, "f");
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    let c = s.fork(a, "C");
    s.store_and_see(a, 28, b"x");
    let of_child = s.load(c, 28, 1);
    s.expect_bytes(of_child, b"A");
    s.write(b, "f", 28, b"Z");
    let follows = s.load(c, 28, 1);
    s.expect_bytes(follows, b"Z");
    let frozen = s.load(a, 28, 1);
    s.expect_bytes(frozen, b"x");
}

fn fork_inherits_private_copy(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", page));
    s.open(b, "f");
    s.store(a, 100, b"x");
    let c = s.fork(a, "C");
    s.write(b, "f", 28, b"Z");
    let in_file = s.read(b, "f", 28, 1);
    s.expect_bytes(in_file, b"Z");
    for (at, byte) in [(100, b"x"), (28, b"A")] {
        let inherited = s.load(c, at, 1);
        s.expect_bytes(inherited, byte);
    }
    let in_file = s.read(b, "f", 100, 1);
    s.expect_bytes(in_file, b"A");
}

fn fork_shared_file(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    let c = s.fork(a, "C");
    let before = s.load(a, 28, 2);
    s.expect_bytes(before, b"AA");
    s.store(a, 28, b"a");
    s.store(c, 29, b"c");
    for peer in [a, c] {
        let seen = s.load(peer, 28, 2);
        s.expect_bytes(seen, b"ac");
    }
    s.open_and_map(b, shared("f", page));
    let seen = s.load(b, 28, 2);
    s.expect_bytes(seen, b"ac");
}

fn child_unmaps_alone(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open_and_map(b, shared("f", page));
    let c = s.fork(a, "C");
    let unmapped = s.unmap(c, 0, page);
    s.expect_done(unmapped);
    let of_child = s.maps(c, "m");
    s.judge(of_child, "no line", of_child.n_lines(0));
    let of_parent = s.maps(a, "m");
    s.judge(of_parent, "one line", of_parent.n_lines(1));
    s.store_and_see(a, 28, b"Z");
    let seen = s.load(b, 28, 1);
    s.expect_bytes(seen, b"Z");
    let dead = s.load(c, 28, 1);
    s.expect_killed(dead, "SIGSEGV", Some("SEGV_MAPERR"));
}
