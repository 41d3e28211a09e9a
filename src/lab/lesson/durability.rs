//! Lessons about when a store is on the storage.

use crate::lab::script::{Figure, ScriptEdit, Wanted, WantedSight, private, shared};
use crate::peer::calls::{Call, FileAccess, Prot, SyncHow};

use super::{ExerciseChange, Lesson};

pub(super) static LESSONS: &[Lesson] = &[
    Lesson::new("store-leaves-the-page-dirty", "msync-sync-cleans")
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
    Lesson::new("msync-sync-cleans", "msync-async-does-nothing")
    .exercise(
        "msync is called for a mapping that is read-only: what does it do?",
        &["It fails with EACCES", "It returns 0", "It fails with EINVAL"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()).allowing(Prot::Read));
            let synced = s.sync(a, s.page(), SyncHow::Sync);
            s.expect_done(synced);
        }),
    ),
    Lesson::new("msync-async-does-nothing", "msync-private-writes-nothing")
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
    Lesson::new("msync-private-writes-nothing", "fsync-writes-stores-too")
    .exercise(
        "The mapping is shared instead: what does B read after msync?",
        &["The stored byte", "The file's old byte"],
        0,
        ExerciseChange::Steps(
            &[ScriptEdit::Mode { peer: "A", shared: true }],
            &[Wanted { peer: "B", back: 0, sees: WantedSight::Bytes(b"Z") }],
        ),
    ),
    Lesson::new("fsync-writes-stores-too", "fsync-adds-the-rest")
    .exercise(
        "The process that calls fsync has opened the file read-only: what does fsync do?",
        &["It fails with EBADF", "It returns 0"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, shared("f", s.page()));
            s.open_as(b, "f", FileAccess::Read);
            s.store(a, 28, b"Z");
            let synced = s.fsync(b, "f");
            s.expect_done(synced);
        }),
    ),
    Lesson::new("fsync-adds-the-rest", "munmap-and-close-write-nothing"),
    Lesson::new("munmap-and-close-write-nothing", "first-store-after-msync-faults")
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
    Lesson::new("first-store-after-msync-faults", "anyone-may-write-it-back")
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
    Lesson::new("anyone-may-write-it-back", "stores-move-no-mtime").exercise(
        "A's mapping is private: what does B read of A's store once it called fsync?",
        &["The stored byte", "The file's byte: there is nothing to write"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, private("f", s.page()));
            s.open(b, "f");
            s.store(a, 28, b"Z");
            s.fsync(b, "f");
            let in_file = s.read(b, "f", 27, 3);
            s.expect_bytes(in_file, b"AAA");
        }),
    ),
    Lesson::new("stores-move-no-mtime", "on-the-storage"),
    Lesson::new("on-the-storage", "locks-stop-no-store"),
];
