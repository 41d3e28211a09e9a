//! Lessons about what a child has of its parent.

use crate::lab::script::{ScriptEdit, Wanted, WantedSight, anonymous, private, shared};
use crate::peer::calls::{Advice, Call, Prot};

use super::{ExerciseChange, Heading, Lesson, switched};

/// A peer's last observation.
const fn last(peer: &'static str, bytes: &'static [u8]) -> Wanted {
    let (back, sees) = (0, WantedSight::Bytes(bytes));
    Wanted { peer, back, sees }
}

/// The mappings of A are of the other kind.
const fn of_a(shared: bool) -> ScriptEdit {
    let peer = "A";
    ScriptEdit::Mode { peer, shared }
}

/// A never stores.
const A_STORES_NOTHING: ScriptEdit = ScriptEdit::LeaveOut {
    peer: "A",
    call: "store",
};

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("child-inherits-mappings", "fork-copies-on-write")
    .exercise(
        "The parent's mapping is read-only: what does a store of the child do?",
        &["It is done: the child has a mapping of its own", "It is SIGSEGV", "It goes into a private copy"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()).allowing(Prot::Read));
            let c = s.fork(a, "C");
            let stored = s.try_store(c, 28, b"Z");
            s.expect_killed(stored, "SIGSEGV", None);
        }),
    ),
    Heading::new("fork-copies-on-write", "fork-shared-anonymous")
    .exercise(
        "The parent, not the child, stores into a private page after the fork: what does the child load there?",
        &["The parent's new byte", "The byte of the time of the fork", "The file's byte"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, private("f", s.page()));
            s.store(a, 28, b"a");
            let c = s.fork(a, "C");
            s.store(a, 28, b"p");
            let kept = s.load(c, 28, 1);
            s.expect_bytes(kept, b"a");
        }),
    ),
    Heading::new("fork-shared-anonymous", "fork-private-anonymous")
    .exercise(
        "The memory is private instead: what does the child load after its parent's store?",
        &["0", "The parent's byte"],
        0,
        ExerciseChange::Steps(&[of_a(false)], &[last("C", b"\0")]),
    ),
    Heading::new("fork-private-anonymous", "fork-clean-private-page")
    .exercise(
        "The memory is shared instead: what does the child load of a page that its parent stored into only after the fork?",
        &["0", "The parent's byte"],
        1,
        ExerciseChange::Steps(&[of_a(true)], &[last("C", b"P")]),
    ),
    Heading::new("fork-clean-private-page", "fork-inherits-private-copy")
    .exercise(
        "The parent never stores either, and B writes to the file: what does the parent load?",
        &["The file's old byte", "What B wrote"],
        1,
        ExerciseChange::Steps(&[A_STORES_NOTHING], &[last("A", b"Z")]),
    ),
    Heading::new("fork-inherits-private-copy", "fork-shared-file")
    .exercise(
        "The parent stores nothing before the fork: what does the child show of what B writes?",
        &["The new byte", "The byte of the time of the fork"],
        0,
        ExerciseChange::Steps(&[A_STORES_NOTHING], &[last("C", b"Z")]),
    ),
    Heading::new("fork-shared-file", "child-unmaps-alone")
    .exercise(
        "The inherited mapping is private instead: what does the third process load?",
        &["The parent's store, not the child's", "Both stores", "The file as it was"],
        2,
        ExerciseChange::Steps(&[of_a(false)], &[last("B", b"AA")]),
    ),
    Heading::new("child-unmaps-alone", "wipeonfork-dontfork")
    .exercise(
        "The parent unmaps instead: what does a load of the child do?",
        &["It is SIGSEGV: the mapping was the parent's", "It loads the file's byte", "It loads 0"],
        1,
        switched(|s, changed| {
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", page));
            let c = s.fork(a, "C");
            let unmapped = s.unmap(if changed { a } else { c }, 0, page);
            s.expect_done(unmapped);
            let seen = s.load(c, 28, 1);
            s.expect_bytes(seen, b"A");
        }),
    ),
    Heading::new("wipeonfork-dontfork", "anonymous-starts-as-zeros")
    .exercise(
        "What does the parent itself load from the page of MADV_WIPEONFORK after the fork?",
        &["Zeros", "What it stored"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            s.map(a, anonymous(s.page()));
            s.store(a, 0, b"secret");
            let wipe = Call::Advise {
                map: "m".to_owned(),
                at: 0,
                len: s.page(),
                advice: Advice::WipeOnFork,
            };
            s.must(a, "says MADV_WIPEONFORK of m", wipe);
            let c = s.fork(a, "C");
            let wiped = s.load(c, 0, 1);
            s.expect_bytes(wiped, &[0]);
            let own = s.load(a, 0, 6);
            s.expect_bytes(own, b"secret");
        }),
    ),
];
