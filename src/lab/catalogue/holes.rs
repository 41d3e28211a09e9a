//! Holes: bytes of a file that take no room, what gives them room, and what takes it away under a mapping.

use crate::lab::claim::{Claim, Contents, Expected, LabTopic, OVERLAY, Promise};
use crate::lab::script::{Figure, Peer, Script, StepId, Words, private, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{Advice, AllocateHow, Call, MapFlag, ObjectCall, Outcome};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "punch-hole-spares-copies",
            topic: LabTopic::Holes,
            title: "A hole punched into a file is zeros in every mapping, except in private copies",
            choices: &[
                "Mappings show zeros, a private copy keeps its bytes",
                "Mappings show zeros, private copies too",
                "Mappings keep the bytes of the time of mmap",
            ],
            expected: Expected::Always(0),
            promise: Promise::Linux,
            why: "FALLOC_FL_PUNCH_HOLE takes the blocks of a range away, and with them its pages in the page cache. \
                  Mappings lose the page, and the next load brings in zeros. A private copy belongs to the process \
                  and no longer to the file, so it stays, where a file that is cut takes the copies behind its new \
                  end with it. The length of the file does not change.",
            source: "fallocate(2), FALLOC_FL_PUNCH_HOLE: \u{201c}subsequent reads from this range will return zeros\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: punch_hole,
    },
    Experiment {
        claim: Claim {
            name: "madv-remove",
            topic: LabTopic::Holes,
            title: "MADV_REMOVE of a shared mapping takes the bytes from the file, for everybody",
            choices: &[
                "Only this process loses its pages; the file keeps its bytes",
                "The file has a hole there; of a private mapping the call fails with EACCES",
                "It fails: bytes of a file cannot be taken away through memory",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "MADV_REMOVE is punching a hole by address instead of by offset: the file loses the blocks, and every \
                  mapping and every read shows zeros. It needs a shared mapping that may be written. The name is close \
                  to MADV_DONTNEED, which drops pages of this mapping only.",
            source: "madvise(2), MADV_REMOVE, and EACCES",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", OtherMode)],
        script: madv_remove,
    },
    Experiment {
        claim: Claim {
            name: "holes-get-blocks-by-stores",
            topic: LabTopic::Holes,
            title: "A hole takes room when it is stored into; on tmpfs already when it is loaded from",
            choices: &[
                "A load takes none; a store gives the hole its blocks",
                "A load through the mapping takes a page already",
                "Neither does: the room was taken when the file was made so long",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 1,
                elsewhere: 0,
            },
            promise: Promise::Open,
            why: "A hole has no blocks on the storage. A load of it is served by a page of zeros in the page cache, \
                  which is not written. A store makes that page dirty, and the file system has to find blocks for it. \
                  On tmpfs the page cache is the storage, so that the page of zeros that a load brings in counts as \
                  room of the file; a read(2) takes none.",
            source: "stat(3type), st_blocks, which may be smaller than the length where the file has holes; tmpfs(5); \
                     what a mapping takes is written in mm/shmem.c only",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: holes_get_blocks,
    },
    Experiment {
        claim: Claim {
            name: "terabyte-file",
            topic: LabTopic::Holes,
            title: "A file of 1 TiB is mapped whole and stored into at its end, and takes a few pages",
            choices: &[
                "mmap fails with ENOMEM: so much memory is not there",
                "The address space grows by 1 TiB, memory and storage by what was stored",
                "Memory is taken as the whole mapping needs it",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "mmap reserves addresses, and an address costs nothing. Memory comes with the access, page by page, \
                  and so do blocks in a file full of holes. What counts is how much is touched, and not how long file \
                  and mapping are. (MAP_NORESERVE changes nothing for a shared mapping; it is given so that a private \
                  one would be granted too.)",
            source: "mmap(2); ftruncate(2); lseek(2) on holes; proc_pid_smaps(5) (proc(5) in older manuals)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: terabyte_file,
    },
];

/// File systems that are known to have holes, and to count blocks as they are given.
const WITH_HOLES: [&str; 4] = ["ext4", "xfs", "btrfs", "tmpfs"];

/// Whether the experiment can be shown on this file system; where not, it says so.
fn has_holes(s: &mut Script) -> bool {
    let name = s.environment().file_system.clone();
    let below = name.strip_prefix(OVERLAY).unwrap_or(&name);
    let has = WITH_HOLES.contains(&below);
    if !has {
        s.not_available(format!("how {name} gives room to holes is not known"));
    }
    has
}

fn blocks(s: &mut Script, peer: Peer) -> StepId {
    let file = "f".to_owned();
    let call = Call::Object(ObjectCall::Stat { file });
    s.must(peer, "asks fstat how much room f takes", call)
}

fn punch_hole(s: &mut Script) {
    let page = s.page();
    s.letters("f", 3);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", 3 * page));
    s.open_and_map(b, shared("f", 3 * page));
    s.store(a, page, b"x");
    for (at, byte) in [(28, b"A"), (page + 28, b"B")] {
        let before = s.load(b, at, 1);
        s.expect_bytes(before, byte);
    }
    let punch = Call::Object(ObjectCall::Allocate {
        file: "f".to_owned(),
        how: AllocateHow::PunchHole,
        at: 0,
        len: 2 * page,
    });
    let told = s.attempt(b, "punches a hole into the first two pages of f", punch);
    let why = "this file system punches no holes";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    let untouched = s.load(a, 28, 1);
    s.expect_bytes(untouched, &[0]);
    for (at, byte) in [(page, b"x"), (page + 28, b"B")] {
        let own = s.load(a, at, 1);
        s.expect_bytes(own, byte);
    }
    for (at, byte) in [(28, 0), (page + 28, 0), (2 * page + 28, b'C')] {
        let seen = s.load(b, at, 1);
        s.expect_bytes(seen, &[byte]);
    }
}

fn remove(map: &str, len: u64) -> Call {
    Call::Advise {
        map: map.to_owned(),
        at: 0,
        len,
        advice: Advice::Remove,
    }
}

fn madv_remove(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", 2 * page));
    s.map(a, private("f", 2 * page).named("p"));
    s.open_and_map(b, shared("f", 2 * page));
    let before = s.load(b, 28, 1);
    s.expect_bytes(before, b"A");
    let told = s.attempt(
        a,
        "says MADV_REMOVE of p, which is private",
        remove("p", page),
    );
    s.expect_failed(told, "EACCES");
    let told = s.attempt(
        a,
        "says MADV_REMOVE of the first page of m",
        remove("m", page),
    );
    let refused = |errno: &str| {
        let errno = errno.to_owned();
        told.is(Outcome::Failed { errno })
    };
    s.require(
        told.is(Outcome::Done).or(refused("EACCES")),
        "this file system punches no holes",
    );
    s.expect_done(told);
    let seen = s.load(b, 28, 1);
    s.expect_bytes(seen, &[0]);
    for (at, byte) in [(28, 0), (page + 28, b'B')] {
        let in_file = s.read(b, "f", at, 1);
        s.expect_bytes(in_file, &[byte]);
    }
}

fn holes_get_blocks(s: &mut Script) {
    if !has_holes(s) {
        return;
    }
    let len = 4 * s.page();
    s.file("f", Contents::Hole { len });
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", len));
    s.open(b, "f");
    let read = s.read(b, "f", 28, 1);
    s.expect_bytes(read, &[0]);
    let before = blocks(s, b);
    s.judge(before, "no block", before.get(Figure::Blocks).is(0));
    let loaded = s.load(a, 28, 1);
    s.expect_bytes(loaded, &[0]);
    let after = blocks(s, b);
    let count = after.get(Figure::Blocks);
    if s.on_tmpfs() {
        s.judge(after, "some blocks", count.above(0));
    } else {
        s.judge(after, "no block", count.is(0));
    }
    s.store(a, 2 * s.page() + 28, b"Z");
    let in_file = s.read(b, "f", 2 * s.page() + 28, 1);
    s.expect_bytes(in_file, b"Z");
    // Some file systems look for room only when they write the page.
    s.fsync(b, "f");
    let stored = blocks(s, b);
    let more = stored.get(Figure::Blocks).above(after.get(Figure::Blocks));
    s.judge(stored, "more blocks", more);
}

/// The file, of 1 TiB.
const LONG: u64 = 1 << 40;

fn terabyte_file(s: &mut Script) {
    if !has_holes(s) {
        return;
    }
    let page = s.page();
    s.file("f", b"");
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open(a, "f");
    let truncate = Call::Truncate {
        file: "f".to_owned(),
        len: LONG,
    };
    s.must(a, "makes f 1 TiB long", truncate);
    let before = s.memory(a);
    let whole = shared("f", LONG).with(MapFlag::NoReserve);
    s.map(a, whole);
    s.store(a, LONG - 1, b"Z");
    let seen = s.load(a, LONG - 1, 1);
    s.expect_bytes(seen, b"Z");
    s.open(b, "f");
    let in_file = s.read(b, "f", LONG - 1, 1);
    s.expect_bytes(in_file, b"Z");
    let after = s.memory(a);
    let grown = after.get(Figure::AddressSpace) - before.get(Figure::AddressSpace);
    s.check(
        "compares the address space",
        Words::new("{} KiB more", [grown.clone()]),
        "1 TiB more, give or take 1 GiB",
        grown.near(LONG / 1024, 1 << 20),
    );
    let sums = s.sums(a);
    let rss = sums.get(Figure::Rss);
    // A file system may well have larger pieces than a page.
    let most = 512 * page / 1024;
    let is_little = rss.clone().above(0).and(rss.at_most(most));
    s.judge(sums, format!("Rss at most {most} KiB"), is_little);
    let room = blocks(s, b);
    let count = room.get(Figure::Blocks);
    let is_little = count.clone().above(0).and(count.at_most(4096));
    s.judge(room, "at most 2 MiB", is_little);
}
