//! Lessons about munmap and mprotect.

use crate::lab::script::{ScriptEdit, Wanted, WantedSight, shared};
use crate::peer::calls::Prot;

use super::{ExerciseChange, Heading, Lesson, switched};

/// An observation of a peer, counted back from its last one.
const fn seen(peer: &'static str, back: usize, sees: WantedSight) -> Wanted {
    Wanted { peer, back, sees }
}

/// The mappings of a peer are private.
const fn private_in(peer: &'static str) -> ScriptEdit {
    let shared = false;
    ScriptEdit::Mode { peer, shared }
}

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("unmap-middle-splits", "unmap-end-shrinks")
    .exercise(
        "The first page is unmapped instead: how many mappings are left?",
        &["None: its start is gone", "One, of three pages", "Two"],
        1,
        switched(|s, changed| {
            let page = s.page();
            s.letters("f", 4);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", 4 * page));
            let unmapped = s.unmap(a, if changed { 0 } else { page }, page);
            s.expect_done(unmapped);
            let lines = s.maps(a, "m");
            s.judge(lines, "one line", lines.n_lines(1));
            let next = s.load(a, 2 * page, 1);
            s.expect_bytes(next, b"C");
        }),
    ),
    Heading::new("unmap-end-shrinks", "unmap-takes-whole-pages")
    .exercise(
        "munmap is asked for the first byte of the last page alone: what does a load of the page's byte 100 do?",
        &["It loads the file's byte", "It is SIGSEGV", "It loads 0"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 3);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", 3 * page));
            let unmapped = s.unmap(a, 2 * page, 1);
            s.expect_done(unmapped);
            let gone = s.load(a, 2 * page + 100, 1);
            s.expect_killed(gone, "SIGSEGV", None);
        }),
    ),
    Heading::new("unmap-takes-whole-pages", "unmap-a-hole-succeeds")
    .exercise(
        "munmap is asked for a page and one byte: what does a load from the second page do?",
        &["It loads the file's byte", "It is SIGSEGV", "munmap fails with EINVAL"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 2);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", 2 * page));
            let unmapped = s.unmap(a, 0, page + 1);
            s.expect_done(unmapped);
            let gone = s.load(a, page + 100, 1);
            s.expect_killed(gone, "SIGSEGV", None);
        }),
    ),
    Heading::new("unmap-a-hole-succeeds", "hole-fails-msync-and-mprotect")
    .exercise(
        "munmap is asked for no bytes at all: what does it do?",
        &["It returns 0", "It fails with EINVAL", "It takes a page"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            let nothing = s.unmap(a, 0, 0);
            s.expect_failed(nothing, "EINVAL");
            let still = s.load(a, 28, 1);
            s.expect_bytes(still, b"A");
        }),
    ),
    Heading::new("hole-fails-msync-and-mprotect", "unmap-unaligned-fails")
    .exercise(
        "mprotect is to make three pages read-only of which the middle one is unmapped, and fails: may the first still be stored into?",
        &["Yes: a call that failed changed nothing", "No: it was done up to the hole"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 3);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", 3 * page));
            let hole = s.unmap(a, page, page);
            s.expect_done(hole);
            let refused = s.protect(a, 0, 3 * page, Prot::Read);
            s.expect_failed(refused, "ENOMEM");
            let stored = s.try_store(a, 28, b"Z");
            s.expect_killed(stored, "SIGSEGV", None);
        }),
    ),
    Heading::new("unmap-unaligned-fails", "unmap-loses-no-store")
    .exercise(
        "mprotect is given such an address instead: what does it do?",
        &["It protects the whole page", "It fails with EINVAL"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            let refused = s.protect(a, 1, s.page(), Prot::Read);
            s.expect_failed(refused, "EINVAL");
        }),
    ),
    Heading::new("unmap-loses-no-store", "close-leaves-the-mapping")
    .exercise(
        "A's mapping is private instead: what does B load once it is unmapped?",
        &["The stored byte", "The file's old byte"],
        1,
        ExerciseChange::Steps(&[private_in("A")], &[seen("B", 0, WantedSight::Bytes(b"AAA"))]),
    ),
    Heading::new("close-leaves-the-mapping", "store-into-read-only-dies")
    .exercise_alike(
        "The file is deleted as well, so that neither name nor descriptor is left: what does A load?",
        &["It is SIGBUS", "The file's byte", "0"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            s.close(a, "f");
            if changed {
                s.delete("f");
            }
            let still = s.load(a, 28, 1);
            s.expect_bytes(still, b"A");
        }),
    ),
    Heading::new("store-into-read-only-dies", "load-from-none-dies")
    .exercise_alike(
        "The read-only mapping is private: what does the store do?",
        &["It goes into a private copy", "It is SIGSEGV", "It reaches the file"],
        1,
        ExerciseChange::Steps(&[private_in("A")], &[seen("A", 0, WantedSight::Killed("SIGSEGV"))]),
    ),
    Heading::new("load-from-none-dies", "mprotect-allows-stores")
    .exercise(
        "The mapping was made with PROT_WRITE alone: what does the load do?",
        &["It is SIGSEGV", "It loads the file's byte"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::Allow { peer: "A", prot: Prot::Write }],
            &[seen("A", 0, WantedSight::Bytes(b"A"))],
        ),
    ),
    Heading::new("mprotect-allows-stores", "mprotect-opens-none")
    .exercise(
        "The read-only mapping is private: what does B see of A's store after mprotect?",
        &["The new byte", "Nothing: it goes into a copy of A's own"],
        1,
        ExerciseChange::Steps(&[private_in("A")], &[seen("B", 1, WantedSight::Bytes(b"AA"))]),
    ),
    Heading::new("mprotect-opens-none", "mprotect-cannot-widen")
    .exercise(
        "The mapping is private: what does B see of A's store?",
        &["Nothing", "The new byte"],
        0,
        ExerciseChange::Steps(&[private_in("A")], &[seen("B", 1, WantedSight::Bytes(b"A"))]),
    ),
    Heading::new("mprotect-cannot-widen", "mprotect-splits-and-merges")
    .exercise(
        "The mapping is private: what does mprotect say then?",
        &["It fails with EACCES too", "It succeeds: the file is never written"],
        1,
        ExerciseChange::Steps(&[private_in("A")], &[seen("A", 1, WantedSight::Done)]),
    ),
    Heading::new("mprotect-splits-and-merges", "mprotect-is-for-one-process")
    .exercise(
        "mprotect makes the first of the three pages read-only: how many lines are there?",
        &["One", "Two", "Three"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let a = s.peer("A");
            s.map(a, crate::lab::script::anonymous_shared(3 * page));
            let protected = s.protect(a, 0, page, Prot::Read);
            s.expect_done(protected);
            let lines = s.maps(a, "m");
            s.judge(lines, "two lines: r-- and rw-", lines.allow(&["r--", "rw-"]));
        }),
    ),
    Heading::new("mprotect-is-for-one-process", "proc-mem-ignores-protection")
    .exercise(
        "The other process is a child that inherited the mapping before: what does its load do?",
        &["It is SIGSEGV: the mapping is inherited", "It loads the file's byte"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            let before = changed.then(|| s.fork(a, "C"));
            let protected = s.protect(a, 0, s.page(), Prot::None);
            s.expect_done(protected);
            let c = before.unwrap_or_else(|| s.fork(a, "C"));
            let seen = s.load(c, 28, 1);
            s.expect_bytes(seen, b"A");
        }),
    ),
    Heading::new("proc-mem-ignores-protection", "map-fixed-destroys").exercise(
        "The second mapping is private as well: what does the write through /proc/self/mem into it do?",
        &["It fails with EIO", "It is done"],
        1,
        ExerciseChange::Steps(
            &[private_in("A")],
            &[seen("A", 5, WantedSight::Number(1))],
        ),
    ),
];
