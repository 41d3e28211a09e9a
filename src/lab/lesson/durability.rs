//! Lessons about when a store is on the storage.

use crate::lab::catalogue::dirty::{ATTEMPTS, expect_dirty, is_dirty};
use crate::lab::catalogue::{names, storage};
use crate::lab::script::{
    Figure, Rule, ScriptEdit, Wanted, WantedSight, Words, anonymous, private, shared,
};
use crate::peer::calls::{Call, FileAccess, Prot, SyncHow};

use super::{ExerciseChange, Heading, Lesson, switched};

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("store-leaves-the-page-dirty", "msync-sync-cleans")
    .exercise(
        "The mapping is private: what does the kernel have to write to the file because of the store?",
        &["The page, as it is dirty", "Nothing: the page is an anonymous one"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, private("f", page));
            s.store(a, 28, b"Z");
            let sums = s.sums(a);
            let one = sums.get(Figure::Anonymous).is(page / 1024);
            s.judge(sums, "one page is anonymous", one);
            let in_file = s.read(a, "f", 28, 1);
            s.expect_bytes(in_file, b"A");
        }),
    ),
    Heading::new("msync-sync-cleans", "msync-async-does-nothing")
    .exercise_alike(
        "msync is called for a mapping that is read-only: what does it do?",
        &["It fails with EACCES", "It returns 0", "It fails with EINVAL"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let a = s.peer("A");
            let prot = if changed { Prot::Read } else { Prot::ReadWrite };
            s.open_and_map(a, shared("f", s.page()).allowing(prot));
            let synced = s.sync(a, s.page(), SyncHow::Sync);
            s.expect_done(synced);
        }),
    ),
    Heading::new("msync-async-does-nothing", "msync-private-writes-nothing")
    .exercise(
        "msync is given an address in the middle of a page: what does it do?",
        &["It writes the page", "It fails with EINVAL", "It fails with ENOMEM"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            let call = Call::Sync {
                map: "m".to_owned(),
                at: 1,
                len: 1,
                how: SyncHow::Async,
            };
            let told = s.attempt(a, "calls msync with MS_ASYNC for the byte at 1", call);
            s.expect_failed(told, "EINVAL");
        }),
    ),
    Heading::new("msync-private-writes-nothing", "fsync-writes-stores-too")
    .exercise(
        "The mapping is shared instead, and nobody calls msync at all: what does B read?",
        &["The stored byte", "The file's old byte, until it is written"],
        0,
        ExerciseChange::Steps(
            &[
                ScriptEdit::Mode { peer: "A", shared: true },
                ScriptEdit::LeaveOut { peer: "A", call: "sync" },
            ],
            &[Wanted { peer: "B", back: 0, sees: WantedSight::Bytes(b"Z") }],
        ),
    ),
    Heading::new("fsync-writes-stores-too", "fsync-adds-the-rest")
    .exercise_alike(
        "The process that calls fsync has opened the file read-only: what does fsync do?",
        &["It fails with EBADF", "It returns 0"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, shared("f", s.page()));
            let access = if changed { FileAccess::Read } else { FileAccess::ReadWrite };
            s.open_as(b, "f", access);
            s.store(a, 28, b"Z");
            let synced = s.fsync(b, "f");
            s.expect_done(synced);
        }),
    ),
    Heading::new("fsync-adds-the-rest", "munmap-and-close-write-nothing").exercise(
        "The process has stored into another file too, and calls fsync for the first one alone: what of the other file's page?",
        &["It is clean: fsync writes what the process stored", "It is dirty: fsync is for one file"],
        1,
        switched(|s, changed| {
            if s.on_tmpfs() {
                return s.not_available("no page of tmpfs is ever clean");
            }
            let page = s.page();
            s.letters("f", 1);
            s.letters("g", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("g", page));
            s.open_and_map(a, shared("f", page).named("n"));
            s.fsync(a, "g");
            // The kernel may write the page in between; then it is done again.
            let sums = s.until(ATTEMPTS, |s| {
                s.store(a, 28, b"Z");
                s.store_in(a, "n", 28, b"Z");
                s.fsync(a, "f");
                if !changed {
                    s.fsync(a, "g");
                }
                let sums = s.sums(a);
                (sums, is_dirty(sums))
            });
            expect_dirty(s, sums);
        }),
    ),
    Heading::new("munmap-and-close-write-nothing", "first-store-after-msync-faults")
    .exercise(
        "The process that stored aborts before it can unmap or close anything: what does another one read?",
        &["The stored byte", "The old byte: the store was lost with its process"],
        0,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, shared("f", s.page()));
            s.open(b, "f");
            s.store(a, 28, b"Z");
            let ended = s.attempt(a, "calls abort", Call::Abort);
            s.expect_killed(ended, "SIGABRT", None);
            let in_file = s.read(b, "f", 28, 1);
            s.expect_bytes(in_file, b"Z");
        }),
    ),
    Heading::new("first-store-after-msync-faults", "anyone-may-write-it-back")
    .exercise(
        "After msync each page is loaded from, and not stored into: how many page faults does that take?",
        &["One for each page", "Almost none"],
        1,
        ExerciseChange::Script(|s| {
            const PAGES: u64 = 256;
            let len = PAGES * s.page();
            s.letters("f", PAGES);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", len));
            s.touch(a, 0, len, true);
            let synced = s.sync(a, len, SyncHow::Sync);
            s.expect_done(synced);
            let before = s.faults(a);
            s.touch(a, 0, len, false);
            let after = s.faults(a);
            let why = "the system counts no page faults: no process runs without one";
            s.require(after.get(Figure::Minor).above(0), why);
            let faults = after.get(Figure::Minor) - before.get(Figure::Minor);
            s.judge(after, "far fewer faults than pages", faults.below(PAGES / 4));
        }),
    ),
    Heading::new("anyone-may-write-it-back", "stores-move-no-mtime").exercise(
        "A's mapping is private: what does B read of A's store once it called fsync?",
        &["The stored byte", "The file's byte: there is nothing to write"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            let map = if changed { private } else { shared };
            s.open_and_map(a, map("f", s.page()));
            s.open(b, "f");
            s.store(a, 28, b"Z");
            s.fsync(b, "f");
            let in_file = s.read(b, "f", 27, 3);
            s.expect_bytes(in_file, b"AAA");
        }),
    ),
    Heading::new("stores-move-no-mtime", "on-the-storage").exercise(
        "The byte that is stored is the one that stands there already: does the file's time move?",
        &["No: the file is as it was", "Yes: a store is a store"],
        1,
        switched(|s, changed| {
            if !names::marks_at_store(s) {
                return;
            }
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.map(a, anonymous(page).named("w"));
            s.open_and_map(a, shared("f", page));
            let moved = s.until(names::ATTEMPTS, |s| {
                s.drop_pages(a, page);
                s.fsync(a, "f");
                let before = names::modified(s, a);
                names::pause(s, a);
                if changed {
                    s.store(a, 28, b"A");
                }
                let moved = names::modified(s, a) - before;
                (moved.clone(), moved.above(0))
            });
            let words = Words::new("{} ns", [moved.clone()]);
            s.check("computes how far the time moved", words, "some", moved.above(0));
        }),
    ),
    Heading::new("on-the-storage", "locks-stop-no-store").exercise(
        "A calls pwrite instead of storing: where are the bytes once it has returned?",
        &["On the storage: that is what pwrite waits for", "In no block yet"],
        1,
        switched(|s, changed| {
            let (a, b) = storage::make_disk(s);
            let told = s.until(storage::ATTEMPTS, |s| {
                s.write(a, "f", 28, storage::BLANK);
                s.fsync(a, "f");
                let before = storage::marks(s, b);
                s.write(a, "f", 28, storage::MARK);
                if !changed {
                    s.fsync(a, "f");
                }
                let after = storage::marks(s, b);
                let none = [before, after].map(|told| told.get(Figure::Number).is(0));
                (after, Rule::all(none))
            });
            s.judge(told, "0", told.get(Figure::Number).is(0));
        }),
    ),
];
