//! Lessons about room on the storage, and blocks that are moved or shared.

use crate::lab::catalogue::rooms::{
    ATTEMPTS, FEW, LARGE, LOOKS, MUCH, clone, counts_at_once, moves_ranges, room, small_disk,
};
use crate::lab::claim::Contents;
use crate::lab::script::{Figure, Words, shared};
use crate::peer::calls::{AllocateHow, Call, ObjectCall, Outcome};

use super::{Heading, Lesson, switched};

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("room-of-deleted-files", "full-disk-is-sigbus").exercise(
        "The file is made 0 bytes long before it is deleted, while it is mapped: when does its room come back?",
        &["With munmap, as before", "At once: a file that is cut has no room to keep"],
        1,
        switched(|s, changed| {
            if !counts_at_once(s) {
                return;
            }
            s.letters("g", 1);
            let a = s.peer("A");
            s.open(a, "g");
            let (freed, later) = s.until(ATTEMPTS, |s| {
                s.file("f", Contents::Noise { len: LARGE });
                s.open_and_map(a, shared("f", LARGE));
                let before = room(s, a);
                if changed {
                    s.truncate(a, "f", 0);
                }
                s.close(a, "f");
                s.delete("f");
                let after = s.until(LOOKS, |s| {
                    s.fsync(a, "g");
                    let now = room(s, a);
                    let freed = now.get(Figure::Number) - before.get(Figure::Number);
                    (now, freed.above(MUCH))
                });
                let told = s.unmap(a, 0, LARGE);
                s.expect_done(told);
                s.fsync(a, "g");
                let unmapped = room(s, a);
                let freed = after.get(Figure::Number) - before.get(Figure::Number);
                let later = unmapped.get(Figure::Number) - after.get(Figure::Number);
                let as_wanted = freed.clone().above(MUCH).and(later.clone().below(MUCH));
                ((freed, later), as_wanted)
            });
            s.check(
                "computes what came back while f was mapped",
                Words::new("{} bytes", [freed.clone()]),
                format!("more than {MUCH}, which is half of it"),
                freed.above(MUCH),
            );
            s.check(
                "computes what came back when it was unmapped",
                Words::new("{} bytes", [later.clone()]),
                format!("less than {MUCH}"),
                later.below(MUCH),
            );
        }),
    ),
    Heading::new("full-disk-is-sigbus", "collapse-range").exercise(
        "All of the file was given its blocks by fallocate before, which filled the disk: what does a store into it do?",
        &["It is SIGBUS: the disk is full", "It is done: its block is there"],
        1,
        switched(|s, changed| {
            let (page, len) = (s.page(), FEW * s.page());
            let a = s.peer("A");
            small_disk(s, a);
            s.truncate(a, "f", 2 * len);
            // Without the change it is the other half that has them.
            let file = "f".to_owned();
            let (how, at) = (AllocateHow::KeepSize, if changed { 0 } else { len });
            let allocate = Call::Object(ObjectCall::Allocate { file, how, at, len });
            s.must(a, format!("has f given blocks for {len} bytes at {at}"), allocate);
            let write = Call::Write {
                file: "f".to_owned(),
                at: if changed { len } else { 0 },
                bytes: b"x".to_vec(),
            };
            let told = s.attempt(a, "writes a byte where f has no block", write);
            s.expect_failed(told, "ENOSPC");
            s.map(a, shared("f", 2 * len));
            let stored = s.try_store(a, page, b"Z");
            s.expect_done(stored);
            let seen = s.read(a, "f", page, 1);
            s.expect_bytes(seen, b"Z");
        }),
    ),
    Heading::new("collapse-range", "clone-shares-no-pages").exercise(
        "A page is put into the file before its second one, by FALLOC_FL_INSERT_RANGE: what does B load from the second page and the third?",
        &["B and C, as before", "0 and B", "0 and C: the second one is overwritten"],
        1,
        switched(|s, changed| {
            if !moves_ranges(s) {
                return;
            }
            let (page, len) = (s.page(), 4 * s.page());
            s.letters("f", 4);
            let b = s.peer("B");
            s.open_and_map(b, shared("f", len));
            for (at, byte) in [(page + 28, b"B"), (2 * page + 28, b"C")] {
                let before = s.load(b, at, 1);
                s.expect_bytes(before, byte);
            }
            let (what, how) = if changed {
                ("puts a page before the second one of f", AllocateHow::Insert)
            } else {
                ("cuts the second page out of f", AllocateHow::Collapse)
            };
            let file = "f".to_owned();
            let call = Call::Object(ObjectCall::Allocate { file, how, at: page, len: page });
            let told = s.attempt(b, what, call);
            let why = "this file system moves no range of a page within a file";
            s.require(told.is(Outcome::Done), why);
            for (at, byte) in [(page + 28, b"\0"), (2 * page + 28, b"B")] {
                let seen = s.load(b, at, 1);
                s.expect_bytes(seen, byte);
            }
        }),
    ),
    Heading::new("clone-shares-no-pages", "length-zero-einval").exercise(
        "A byte was stored into the original before, and nobody has called msync or fsync since: what has the clone there?",
        &["The byte that is on the storage", "The stored byte"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            s.file("g", b"");
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            s.open(a, "g");
            s.fsync(a, "f");
            if changed {
                s.store(a, 28, b"Z");
            }
            clone(s, a);
            if !changed {
                s.store(a, 28, b"Z");
            }
            let cloned = s.read(a, "g", 28, 1);
            s.expect_bytes(cloned, b"Z");
        }),
    ),
];
