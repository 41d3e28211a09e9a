//! Room on the storage under mappings: when it comes back, what a store into a full disk does, and what becomes of pages
//! when blocks are cut out or shared.

use crate::lab::claim::{Claim, Contents, Expected, LabTopic, Promise, below};
use crate::lab::script::{Figure, Peer, Script, StepId, Words, private, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{AllocateHow, Call, ObjectCall, Outcome, Prot};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "room-of-deleted-files",
            topic: LabTopic::Holes,
            title: "A deleted file keeps its room on the storage as long as somebody has it mapped",
            choices: &[
                "The room comes back when the file is deleted",
                "The room comes back with munmap, as the mapping was the last to need the file",
                "The room comes back when the process ends",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "Deleting takes a name away. The file itself goes when nobody can reach it any more: no name, no \
                  descriptor and no mapping. So a disk can be full although no file is to be found that fills it, until \
                  a program that has an old one mapped unmaps it or ends. The descriptor was closed here before: the \
                  mapping alone keeps the file.",
            source: "POSIX.1-2024 unlink(): the space is freed when no process has the file open, and mmap(): a mapping is a \
                     further reference to the file; unlink(2); statfs(2)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: room_of_deleted,
    },
    Experiment {
        claim: Claim {
            name: "full-disk-is-sigbus",
            topic: LabTopic::Holes,
            title: "A store into a hole of a file whose file system is full is SIGBUS; a write is ENOSPC",
            choices: &[
                "The store waits until there is room",
                "The store ends the process with SIGBUS, and a write to the same place fails with ENOSPC",
                "The store is done in memory, and lost when the page is written",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A store into a hole needs a block, which local file systems look for at the fault. Where there is \
                  none, the store cannot be done, and an instruction cannot return an error: the process gets SIGBUS, \
                  as for a page past the end. Where it is found out only when the page is written, as over a network \
                  or on storage that promises more than it has, the store is done, and msync or fsync tell of the \
                  error. A program that maps a file to write to it has it allocated first, with posix_fallocate(). On \
                  tmpfs a load of a hole takes a page too, so that it ends the same way.",
            source: "POSIX.1-2024 mmap(): a system may send SIGBUS for an error \u{201c}in the mapped object, such as \
                     out-of-space condition\u{201d}; mmap(2), SIGBUS, does not name this case; pwrite(2) and \
                     write(2), ENOSPC; posix_fallocate(3); tmpfs(5), size",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("B", SkipStores)],
        script: full_disk,
    },
    Experiment {
        claim: Claim {
            name: "collapse-range",
            topic: LabTopic::Holes,
            title: "A range that is cut out of a file moves the bytes behind it under every mapping",
            choices: &[
                "Mappings show what they showed, as they are of pages",
                "Mappings show what moved up; a private copy behind the cut is lost",
                "Mappings show what moved up; a private copy behind the cut stays where it was",
            ],
            expected: Expected::On {
                listed: &[("ext4", 1)],
                elsewhere: 2,
            },
            promise: Promise::Open,
            why: "FALLOC_FL_COLLAPSE_RANGE gives all later bytes of the file a smaller offset, by changing which blocks \
                  belong to it. The pages of the page cache from the cut on are dropped, and mappings fetch them anew. \
                  What happens to private copies there is written nowhere: ext4 drops them as a truncation does, xfs \
                  leaves them, so that the process has old bytes at a place that now means another one.",
            source: "fallocate(2), FALLOC_FL_COLLAPSE_RANGE: \u{201c}removes a byte range from a file, without leaving a \
                     hole\u{201d}; what becomes of private copies is in fs/ext4/extents.c and fs/xfs/xfs_file.c only",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: collapse_range,
    },
    Experiment {
        claim: Claim {
            name: "clone-shares-no-pages",
            topic: LabTopic::Holes,
            title: "Two files that share blocks do not share pages in memory, and a store into one leaves the other",
            choices: &[
                "They are the same pages: a store into one is seen in the other",
                "Each file has pages of its own from the start",
                "They are the same pages until one of them is stored into",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A clone (FICLONE, cp --reflink) takes no blocks: both files refer to the same ones, and the file system \
                  copies when one is written to. The page cache is kept by file and offset, and does not know that: the \
                  same block is read twice and is in memory twice. So what saves storage saves no memory.",
            source: "ioctl_ficlone(2) (FICLONE(2const)): \u{201c}the filesystem must ensure that the changes remain private to the file being \
                     written\u{201d}; proc_pid_smaps(5) (proc(5) in older manuals), Pss",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: clone_shares_no_pages,
    },
];

/// How large the deleted file is, and the least that counts as its room: others on the same file system take and give back
/// as well.
pub(in crate::lab) const LARGE: u64 = 32 << 20;
pub(in crate::lab) const MUCH: u64 = LARGE / 2;

/// How often all of it is tried, and how often the file system is asked for the room.
pub(in crate::lab) const ATTEMPTS: u64 = 5;
pub(in crate::lab) const LOOKS: u64 = 40;

/// File systems that are known to count room when a file goes, and not some time later.
const COUNTS_AT_ONCE: [&str; 5] = ["ext4", "ext3", "ext2", "xfs", "tmpfs"];

pub(in crate::lab) fn room(s: &mut Script, peer: Peer) -> StepId {
    let file = "g".to_owned();
    let call = Call::Object(ObjectCall::Room { file });
    s.must(
        peer,
        "asks how many bytes are free on the file system of g",
        call,
    )
}

/// Whether it is known that room is counted when it is given back.
pub(in crate::lab) fn counts_at_once(s: &mut Script) -> bool {
    let name = s.environment().file_system.clone();
    let counts = COUNTS_AT_ONCE.contains(&below(&name));
    if !counts {
        s.not_available(format!(
            "when {name} counts the room of a deleted file is not known"
        ));
    }
    counts
}

fn room_of_deleted(s: &mut Script) {
    if !counts_at_once(s) {
        return;
    }
    s.letters("g", 1);
    let a = s.peer("A");
    s.open(a, "g");
    let (deleted, unmapped) = s.until(ATTEMPTS, |s| {
        s.file("f", Contents::Noise { len: LARGE });
        s.open(a, "f");
        s.map(a, shared("f", LARGE).allowing(Prot::Read));
        s.close(a, "f");
        let before = room(s, a);
        s.delete("f");
        s.fsync(a, "g");
        let after = room(s, a);
        let deleted = after.get(Figure::Number) - before.get(Figure::Number);
        let told = s.unmap(a, 0, LARGE);
        s.expect_done(told);
        let after = s.until(LOOKS, |s| {
            s.fsync(a, "g");
            let now = room(s, a);
            let freed = now.get(Figure::Number) - before.get(Figure::Number);
            (now, freed.above(MUCH))
        });
        let unmapped = after.get(Figure::Number) - before.get(Figure::Number);
        let as_wanted = deleted
            .clone()
            .below(MUCH)
            .and(unmapped.clone().above(MUCH));
        ((deleted, unmapped), as_wanted)
    });
    s.check(
        "computes what came back when f was deleted",
        Words::new("{} bytes", [deleted.clone()]),
        format!("less than {MUCH}, which is half of it"),
        deleted.below(MUCH),
    );
    s.check(
        "computes what came back when f was unmapped too",
        Words::new("{} bytes", [unmapped.clone()]),
        format!("more than {MUCH}"),
        unmapped.above(MUCH),
    );
}

/// How many pages the full disk has room for.
pub(in crate::lab) const FEW: u64 = 16;

/// A file on a small disk of the peer's own.
pub(in crate::lab) fn small_disk(s: &mut Script, peer: Peer) {
    let page = s.page();
    let disk = Call::Object(ObjectCall::SmallDisk {
        file: "f".to_owned(),
        room: FEW * page,
    });
    let what = format!("makes the file f on a tmpfs of its own with room for {FEW} pages");
    let made = s.attempt(peer, what, disk);
    let why = "needs root, or a user namespace, to make a file system that is full soon";
    s.require(made.is(Outcome::Done), why);
}

/// A file on a full disk of the peer's own: its first pages are stored into, the rest is a hole.
fn fill_disk(s: &mut Script, peer: Peer) {
    small_disk(s, peer);
    let page = s.page();
    let len = 4 * FEW * page;
    s.truncate(peer, "f", len);
    s.map(peer, shared("f", len));
    s.touch(peer, 0, FEW * page, true);
}

fn full_disk(s: &mut Script) {
    let hole = FEW * s.page();
    // Each has a disk of its own: both end by it.
    let (a, b) = (s.peer("A"), s.peer("B"));
    fill_disk(s, a);
    let stored = s.read(a, "f", hole - s.page(), 1);
    s.expect_bytes(stored, &[1]);
    let write = Call::Write {
        file: "f".to_owned(),
        at: hole,
        bytes: b"x".to_vec(),
    };
    let told = s.attempt(a, format!("writes 'x' at {hole} of f by pwrite"), write);
    s.expect_failed(told, "ENOSPC");
    let told = s.try_store(a, hole, b"x");
    s.expect_killed(told, "SIGBUS", Some("BUS_ADRERR"));
    fill_disk(s, b);
    let told = s.load(b, hole, 1);
    s.expect_killed(told, "SIGBUS", Some("BUS_ADRERR"));
}

/// Whether the file system is known to move the bytes of a file without copying them.
pub(in crate::lab) fn moves_ranges(s: &mut Script) -> bool {
    let name = s.environment().file_system.clone();
    let moves = ["ext4", "xfs"].contains(&below(&name));
    if !moves {
        s.not_available(format!("{name} is not known to cut ranges out of files"));
    }
    moves
}

fn collapse_range(s: &mut Script) {
    if !moves_ranges(s) {
        return;
    }
    let drops_copies = below(&s.environment().file_system) == "ext4";
    let page = s.page();
    s.letters("f", 4);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", 4 * page));
    s.open_and_map(b, shared("f", 4 * page));
    s.store(a, 2 * page + 28, b"x");
    let in_file = s.read(b, "f", 2 * page + 28, 1);
    s.expect_bytes(in_file, b"C");
    for (peer, at, byte) in [(a, 2 * page + 28, b"x"), (b, page + 28, b"B")] {
        let before = s.load(peer, at, 1);
        s.expect_bytes(before, byte);
    }
    let cut = Call::Object(ObjectCall::Allocate {
        file: "f".to_owned(),
        how: AllocateHow::Collapse,
        at: page,
        len: page,
    });
    let told = s.attempt(b, "cuts the second page out of f", cut);
    let why = "this file system cuts no range of a page out of a file";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    s.expect_length(b, "f", 3 * page);
    for (at, byte) in [(page + 28, b"C"), (2 * page + 28, b"D")] {
        let seen = s.load(b, at, 1);
        s.expect_bytes(seen, byte);
    }
    let copy = s.load(a, 2 * page + 28, 1);
    s.expect_bytes(copy, if drops_copies { b"D" } else { b"x" });
}

/// Has g have the bytes of f, on the same blocks.
pub(in crate::lab) fn clone(s: &mut Script, peer: Peer) {
    let (from, into) = ("f".to_owned(), "g".to_owned());
    let call = Call::Object(ObjectCall::Clone { from, into });
    let told = s.attempt(peer, "has g share all blocks of f", call);
    let why = "this file system shares no blocks between files";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
}

fn clone_shares_no_pages(s: &mut Script) {
    let page = s.page();
    s.letters("f", 4);
    s.file("g", b"");
    let a = s.peer("A");
    s.open(a, "f");
    s.open(a, "g");
    s.fsync(a, "f");
    clone(s, a);
    s.map(a, shared("f", 4 * page));
    s.map(a, shared("g", 4 * page).named("g"));
    for at in [28, page + 28, 2 * page + 28, 3 * page + 28] {
        for map in ["m", "g"] {
            let same = s.load_of(a, map, at, 1);
            let letter = b'A' + u8::try_from(at / page).unwrap_or_default();
            s.expect_bytes(same, &[letter]);
        }
    }
    let both = s.sums(a);
    let (rss, pss) = (both.get(Figure::Rss), both.get(Figure::Pss));
    let apart = pss.is(rss.clone()).and(rss.above(0));
    s.judge(both, "Pss as large as Rss: no page is mapped twice", apart);
    // Mapped once more, the same pages count half.
    s.map(a, shared("f", 4 * page).named("again"));
    for index in 0..4 {
        let again = s.load_of(a, "again", index * page + 28, 1);
        s.expect_bytes(again, &[b'A' + u8::try_from(index).unwrap_or_default()]);
    }
    let halved = s.sums(a);
    let half = (halved.get(Figure::Pss) * 2).is(halved.get(Figure::Rss));
    s.judge(halved, "Pss half of Rss", half);
    s.store_in(a, "g", 28, b"Z");
    let original = s.load(a, 28, 1);
    s.expect_bytes(original, b"A");
    for (file, byte) in [("f", b"A"), ("g", b"Z")] {
        let in_file = s.read(a, file, 28, 1);
        s.expect_bytes(in_file, byte);
    }
}
