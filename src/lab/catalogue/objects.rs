//! What a mapping holds on to: the file itself, whatever becomes of its name.

use crate::lab::claim::{Claim, Contents, Expected, LabTopic, Promise};
use crate::lab::script::{Script, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Call;
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "unlinked-file-lives-on",
            topic: LabTopic::Sharing,
            title: "A file that is deleted while it is mapped stays whole, and shared, for those who map it",
            choices: &[
                "The next access ends the process with SIGBUS",
                "The bytes stay; those who have it mapped still see each other's stores",
                "The bytes stay, and each process has a private copy from then on",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "Deleting removes a name. The file itself goes when nothing refers to it any more, and a mapping \
                  refers to it, as an open descriptor does. Until the last one is gone the file takes up its room, which no step here shows.",
            source: "POSIX.1-2024 unlink(), and mmap(): \u{201c}shall add an extra reference to the file\u{201d}; unlink(2)",
        },
        needs: &[],
        // Not on B's mode: an untouched page of a private mapping shows the store as well.
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: unlinked_file_lives_on,
    },
    Experiment {
        claim: Claim {
            name: "renamed-over-file-lives-on",
            topic: LabTopic::Sharing,
            title: "When an editor saves by renaming a new file over the old one, a mapping stays on the old one",
            choices: &[
                "The mapping shows the new contents: it is of that name",
                "The mapping shows the old contents, and its stores are not in the new file",
                "The mapping shows the old contents until it is stored into, then the new ones",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "A mapping is of a file, not of a name. rename(2) gives the name to another file; the old one has no \
                  name any more, and lives on for those who have it open or mapped. What they store goes into the old \
                  file, which nobody can open by that name any more. Many editors save this way.",
            source: "rename(2); POSIX.1-2024 rename() and mmap()",
        },
        needs: &[],
        // Not on C's mode: an untouched page of a private mapping shows the store as well.
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: renamed_over_file_lives_on,
    },
    Experiment {
        claim: Claim {
            name: "memfd-is-shared-memory",
            topic: LabTopic::Sharing,
            title: "A memfd is a file without a name: whoever has its descriptor can map and share it",
            choices: &[
                "Each process that maps it gets zeros of its own",
                "Only the process that made it can map it",
                "Both processes see each other's stores",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "memfd_create makes a file that lives in memory and has no name in any directory. A child inherits \
                  the descriptor, and each process maps the file for itself: the child's mapping here is not \
                  inherited. It is how processes share memory without a name that others could open, and its length \
                  can be sealed.",
            source: "memfd_create(2)",
        },
        needs: &[Need::Memfd, Need::Fork],
        rests_on: &[
            ("A", SkipStores),
            ("A", OtherMode),
            ("C", SkipStores),
            ("C", OtherMode),
        ],
        script: memfd_is_shared_memory,
    },
];

fn unlinked_file_lives_on(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", page));
    s.open_and_map(b, shared("f", page));
    s.close(a, "f");
    s.close(b, "f");
    s.delete("f");
    let before = s.load(b, 28, 1);
    s.expect_bytes(before, b"A");
    s.store(a, 28, b"Z");
    let after = s.load(b, 28, 1);
    s.expect_bytes(after, b"Z");
}

fn renamed_over_file_lives_on(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let small = Contents::Letters {
        first: 'a',
        pages: 1,
    };
    s.file("new", small);
    let (a, b, c) = (s.peer("A"), s.peer("B"), s.peer("C"));
    s.open_and_map(a, shared("f", page));
    s.open_and_map(c, shared("f", page));
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    s.rename("new", "f");
    let after = s.load(a, 28, 1);
    s.expect_bytes(after, b"A");
    s.store(a, 28, b"Z");
    // Those who map the old file see the store in it, and A itself the old file around it.
    for peer in [a, c] {
        let seen = s.load(peer, 27, 3);
        s.expect_bytes(seen, b"AZA");
    }
    s.open(b, "f");
    let in_file = s.read(b, "f", 27, 3);
    s.expect_bytes(in_file, b"aaa");
}

fn memfd_is_shared_memory(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    let memfd = Call::Memfd {
        file: "g".to_owned(),
        len: page,
    };
    s.must(a, format!("makes the memfd g of {page} bytes"), memfd);
    let c = s.fork(a, "C");
    s.map(a, shared("g", page));
    s.map(c, shared("g", page));
    let before = s.load(c, 28, 2);
    s.expect_bytes(before, &[0, 0]);
    s.store(a, 28, b"a");
    let of_parent = s.load(c, 28, 1);
    s.expect_bytes(of_parent, b"a");
    s.store(c, 29, b"c");
    let of_child = s.load(a, 28, 2);
    s.expect_bytes(of_child, b"ac");
}
