//! Lessons about who sees a store.

use crate::lab::catalogue::names::{attach, make_segment, remove_segment};
use crate::lab::catalogue::others::{DATA, follow, point};
use crate::lab::claim::Contents;
use crate::lab::script::{ScriptEdit, Wanted, WantedSight, private, shared};
use crate::peer::calls::Prot;
use crate::peer::wire::PeerPage::{FilePage, PrivateCopy};

use super::{ExerciseChange, Heading, Lesson, switched};

/// A peer's last observation, or one before it.
const fn last(peer: &'static str, back: usize, bytes: &'static [u8]) -> Wanted {
    let sees = WantedSight::Bytes(bytes);
    Wanted { peer, back, sees }
}

/// The mappings of a peer are private.
const fn private_in(peer: &'static str) -> ScriptEdit {
    let shared = false;
    ScriptEdit::Mode { peer, shared }
}

/// The mappings of a peer are shared.
const fn shared_in(peer: &'static str) -> ScriptEdit {
    let shared = true;
    ScriptEdit::Mode { peer, shared }
}

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("shared-seen-by-shared", "shared-seen-by-read")
    .exercise_alike(
        "B maps the file privately instead, and loads the byte once before A stores: what does B load afterwards?",
        &["The new byte", "The old byte: it was loaded before", "The old byte until B calls msync"],
        0,
        ExerciseChange::Steps(&[private_in("B")], &[last("B", 0, b"Z")]),
    ),
    Heading::new("shared-seen-by-read", "write-seen-by-shared")
    .exercise(
        "A's mapping is private instead: what does read show of A's store?",
        &["The new byte", "The old byte"],
        1,
        ExerciseChange::Steps(&[private_in("A")], &[last("B", 0, b"AAA")]),
    ),
    Heading::new("write-seen-by-shared", "private-seen-by-nobody")
    .exercise_alike(
        "A's mapping is private instead, and A has stored nothing: what does it load after the write?",
        &["The old byte", "The new byte"],
        1,
        ExerciseChange::Steps(&[private_in("A")], &[last("A", 0, b"AZA")]),
    ),
    Heading::new("private-seen-by-nobody", "private-gone-with-mapping")
    .exercise(
        "Two processes map the file privately; A stores 'Z', then C stores 'Y' at the same place: what does A load?",
        &["Y: the last store wins", "Z: each has a page of its own", "A: the file's byte"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let (a, c) = (s.peer("A"), s.peer("C"));
            s.open_and_map(a, private("f", s.page()));
            s.open_and_map(c, private("f", s.page()));
            s.store(a, 28, b"Z");
            s.store(c, 28, b"Y");
            let own = s.load(a, 28, 1);
            s.expect_bytes(own, b"Z");
        }),
    ),
    Heading::new("private-gone-with-mapping", "two-writers-one-page")
    .exercise(
        "The mapping is shared instead: what does pread show after munmap?",
        &["The stored byte", "The file's old byte", "The old byte until the process ends"],
        0,
        ExerciseChange::Steps(&[shared_in("A")], &[last("A", 1, b"Z")]),
    ),
    Heading::new("two-writers-one-page", "read-only-sees-stores")
    .exercise(
        "B's mapping is private instead: whose stores does A load?",
        &["Those of both", "Its own alone", "B's alone"],
        1,
        ExerciseChange::Steps(&[private_in("B")], &[last("A", 1, b"aAaAaAaAaAaAaAAA")]),
    ),
    Heading::new("read-only-sees-stores", "two-mappings-one-process")
    .exercise_alike(
        "B's read-only mapping is private as well: what does it show after A's store?",
        &["The byte of the time of mmap", "The new byte"],
        1,
        ExerciseChange::Steps(&[private_in("B")], &[last("B", 0, b"Z")]),
    ),
    Heading::new("two-mappings-one-process", "offset-maps-the-middle")
    .exercise(
        "Both mappings are private instead: what does the second one show of the store through the first?",
        &["The old byte", "The new byte: it is the same process"],
        0,
        ExerciseChange::Steps(&[private_in("A")], &[last("A", 0, b"A")]),
    ),
    Heading::new("offset-maps-the-middle", "write-seen-by-untouched-private")
    .exercise(
        "A's offset is two pages instead of one, in a file of a page of A, one of B and one of C: what stands first?",
        &["A", "B", "C"],
        2,
        ExerciseChange::Steps(&[ScriptEdit::Further { peer: "A", pages: 1 }], &[last("A", 0, b"C")]),
    ),
    Heading::new("write-seen-by-untouched-private", "copy-freezes-the-page")
    .exercise_alike(
        "A's private mapping is read-only as well: what does it show after the write?",
        &["The old byte: nothing can change there", "The new byte"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::Allow { peer: "A", prot: Prot::Read }],
            &[last("A", 1, b"Z"), last("A", 0, b"Z")],
        ),
    ),
    Heading::new("copy-freezes-the-page", "same-value-copies-too")
    .exercise(
        "B writes over the very byte that A stored: what does A load there?",
        &["What it stored itself", "What B wrote: it is newer", "What the file held at first"],
        0,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, private("f", s.page()));
            s.open(b, "f");
            s.store(a, 100, b"x");
            s.write(b, "f", 100, b"Z");
            let own = s.load(a, 100, 1);
            s.expect_bytes(own, b"x");
        }),
    ),
    Heading::new("same-value-copies-too", "one-byte-copies-one-page")
    .exercise(
        "A only loads, and never stores: what backs its page?",
        &["The page of the file", "A copy of its own"],
        0,
        ExerciseChange::Steps(
            &[ScriptEdit::LeaveOut { peer: "A", call: "store" }],
            &[Wanted { peer: "A", back: 1, sees: WantedSight::Pages(&[FilePage]) }],
        ),
    ),
    Heading::new("one-byte-copies-one-page", "dontneed-drops-the-copy")
    .exercise(
        "Two bytes are stored, the last of the second page and the first of the third: how many pages are copied?",
        &["One page", "Two pages", "All four"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 4);
            let a = s.peer("A");
            s.open_and_map(a, private("f", 4 * page));
            s.touch(a, 0, 4 * page, false);
            s.store(a, 2 * page - 1, b"xy");
            let pages = s.pages(a, 0, 4 * page);
            s.expect_pages(pages, &[FilePage, PrivateCopy, PrivateCopy, FilePage]);
        }),
    ),
    Heading::new("dontneed-drops-the-copy", "unlinked-file-lives-on")
    .exercise(
        "The mapping is shared instead: what does A load after MADV_DONTNEED where it stored 'x'?",
        &["The byte from before its store", "x", "0"],
        1,
        ExerciseChange::Steps(&[shared_in("A")], &[last("A", 1, b"x")]),
    ),
    Heading::new("unlinked-file-lives-on", "renamed-over-file-lives-on")
    .exercise(
        "After the file is deleted, another one is made by the same name: what does A's mapping show?",
        &["The deleted file's bytes", "The new file's bytes", "It is SIGBUS"],
        0,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            s.delete("f");
            s.file("f", Contents::Letters { first: 'a', pages: 1 });
            let old = s.load(a, 28, 1);
            s.expect_bytes(old, b"A");
        }),
    ),
    Heading::new("renamed-over-file-lives-on", "memfd-is-shared-memory")
    .exercise(
        "B maps the file by its name after the rename, and A stores through its earlier mapping: what does B see of that?",
        &["The stored byte: both are shared", "Nothing: B maps another file"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            s.file("new", Contents::Letters { first: 'a', pages: 1 });
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, shared("f", s.page()));
            s.rename("new", "f");
            s.open_and_map(b, shared("f", s.page()));
            s.store(a, 28, b"Z");
            let other = s.load(b, 28, 1);
            s.expect_bytes(other, b"a");
        }),
    ),
    Heading::new("memfd-is-shared-memory", "names-of-shared-memory")
    .exercise(
        "Both map it privately instead: what does the child load after the parent's store?",
        &["The parent's byte", "0"],
        1,
        ExerciseChange::Steps(&[private_in("A"), private_in("C")], &[last("C", 0, b"\0")]),
    ),
    Heading::new("names-of-shared-memory", "pointers-break").exercise(
        "IPC_RMID was called of a segment that one process still has attached: what does another one's shmat do?",
        &["It fails with EINVAL: the segment is removed", "It attaches the segment, as long as anybody has it", "It attaches a new, empty one"],
        1,
        switched(|s, changed| {
            let page = s.page();
            let a = s.peer("A");
            make_segment(s, a);
            let c = s.fork(a, "C");
            let told = attach(s, a, "m");
            s.expect_done(told);
            s.store(a, 28, b"Z");
            remove_segment(s, a);
            if !changed {
                let told = s.unmap(a, 0, page);
                s.expect_done(told);
            }
            let told = attach(s, c, "m");
            s.expect_done(told);
            let seen = s.load(c, 28, 1);
            s.expect_bytes(seen, b"Z");
        }),
    ),
    Heading::new("pointers-break", "others-copies-can-be-read").exercise(
        "A maps the file a second time, unmaps the first mapping, and follows the pointer, which it now finds in the second: where does it lead?",
        &["To the same byte of the file", "Nowhere: it is SIGSEGV in the very process that stored it"],
        1,
        switched(|s, changed| {
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", page));
            s.map(a, shared("f", page).named("n"));
            s.store(a, DATA, b"data");
            point(s, a);
            if changed {
                let gone = s.unmap(a, 0, page);
                s.expect_done(gone);
            }
            let there = follow(s, a, "n");
            s.expect_killed(there, "SIGSEGV", None);
        }),
    ),
    Heading::new("others-copies-can-be-read", "same-frame").exercise(
        "A stores nothing into its private page: what does B get by process_vm_readv?",
        &["EFAULT: A has no page there", "The file's byte"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::LeaveOut { peer: "A", call: "store" }],
            &[last("B", 0, b"A")],
        ),
    ),
];
