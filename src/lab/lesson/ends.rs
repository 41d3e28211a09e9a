//! Lessons about the ends of files, and holes.

use crate::lab::claim::{Contents, below};
use crate::lab::script::{
    Figure, Peer, Script, ScriptEdit, StepId, Wanted, WantedSight, private, shared, store,
};
use crate::peer::calls::{
    Advice, AllocateHow, AreaCall, Call, MapCall, MapFlag, ObjectCall, Outcome, TransferCall,
};

use super::{ExerciseChange, Heading, Lesson, switched};

/// An observation of a peer, counted back from its last one.
const fn seen(peer: &'static str, back: usize, sees: WantedSight) -> Wanted {
    Wanted { peer, back, sees }
}

/// The mappings of A are private.
const PRIVATE: ScriptEdit = ScriptEdit::Mode {
    peer: "A",
    shared: false,
};

/// Whether it is known that a hole of a file here takes no room while nobody stores into the file.
fn expects_no_blocks(s: &mut Script) -> bool {
    let name = s.environment().file_system.clone();
    let known = ["ext4", "xfs", "btrfs"].contains(&below(&name));
    if !known {
        s.not_available(format!("how {name} gives room to holes is another matter"));
    }
    known
}

fn expect_no_blocks(s: &mut Script, peer: Peer) {
    let stat = Call::Object(ObjectCall::Stat {
        file: "f".to_owned(),
    });
    let room = s.must(peer, "asks fstat how much room f takes", stat);
    s.judge(room, "no block", room.get(Figure::Blocks).is(0));
}

/// A file of two pages, a process that maps it, and another one that has it open.
fn mapper_and_other(s: &mut Script, how: fn(&str, u64) -> MapCall) -> (Peer, Peer) {
    s.letters("f", 2);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, how("f", 2 * s.page()));
    s.open(b, "f");
    (a, b)
}

/// Not every file system makes holes.
fn require_hole(s: &mut Script, told: StepId) {
    let why = "this file system punches no holes";
    s.require(told.is(Outcome::Done), why);
}

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("tail-reads-as-zeros", "tail-store-is-not-saved")
    .exercise(
        "A file of 100 bytes is mapped, and B writes 'Z' at 150 by pwrite: what does the mapping show at 149 and 150?",
        &["Zeros: the mapping ends with the file", "0, then Z", "It is SIGBUS"],
        1,
        ExerciseChange::Script(|s| {
            s.file("f", &[b'A'; 100]);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, shared("f", s.page()));
            s.open(b, "f");
            s.write(b, "f", 150, b"Z");
            let tail = s.load(a, 149, 2);
            s.expect_bytes(tail, b"\0Z");
        }),
    ),
    Heading::new("tail-store-is-not-saved", "store-never-grows-the-file")
    .exercise(
        "A's mapping is private: what do the two bytes before the file's old end and the two behind it hold when it has grown?",
        &["What A stored", "The file's own bytes, then zeros"],
        1,
        ExerciseChange::Steps(&[PRIVATE], &[seen("B", 0, WantedSight::Bytes(b"AA\0\0"))]),
    ),
    Heading::new("store-never-grows-the-file", "page-past-end-sigbus")
    .exercise(
        "A file of 100 bytes is mapped two pages long: what does a store into the second page do?",
        &["The file grows to there", "It is SIGBUS", "It is done, and lost"],
        1,
        ExerciseChange::Script(|s| {
            s.file("f", &[b'A'; 100]);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", 2 * s.page()));
            let stored = s.try_store(a, s.page() + 10, b"Z");
            s.expect_killed(stored, "SIGBUS", None);
        }),
    ),
    Heading::new("page-past-end-sigbus", "empty-file-can-be-mapped")
    .exercise_alike(
        "The mapping is private: what does the load do?",
        &["It loads 0 from a page of its own", "It is SIGBUS"],
        1,
        ExerciseChange::Steps(&[PRIVATE], &[seen("A", 0, WantedSight::Killed("SIGBUS"))]),
    ),
    Heading::new("empty-file-can-be-mapped", "offset-past-end-can-be-mapped")
    .exercise(
        "The file is made one byte long after it was mapped: what does a load of the second byte do?",
        &["It is SIGBUS", "It loads 0"],
        1,
        ExerciseChange::Script(|s| {
            s.file("f", b"");
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            s.truncate(a, "f", 1);
            let second = s.load(a, 1, 1);
            s.expect_bytes(second, &[0]);
        }),
    ),
    Heading::new("offset-past-end-can-be-mapped", "truncated-page-sigbus")
    .exercise(
        "The file then grows beyond that offset: what does the load do?",
        &["It is SIGBUS: the file has to be mapped again", "It loads 0"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", page).from(10 * page));
            s.truncate(a, "f", 11 * page);
            let loaded = s.load(a, 0, 1);
            s.expect_bytes(loaded, &[0]);
        }),
    ),
    Heading::new("truncated-page-sigbus", "file-grows-back")
    .exercise(
        "The file is cut one byte further on, so that the second page still has one: what does a load of the page's byte 28 do?",
        &["It is SIGBUS", "It loads 0", "It loads the old byte"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let (a, b) = mapper_and_other(s, shared);
            let before = s.load(a, page + 28, 1);
            s.expect_bytes(before, b"B");
            s.truncate(b, "f", page + 1);
            let after = s.load(a, page + 28, 1);
            s.expect_bytes(after, &[0]);
        }),
    ),
    Heading::new("file-grows-back", "truncation-clears-the-tail")
    .exercise(
        "A's mapping is private: what does pread show where A stored after the file grew back?",
        &["A's byte", "0"],
        1,
        ExerciseChange::Steps(&[PRIVATE], &[seen("B", 0, WantedSight::Bytes(&[0, 0, 0]))]),
    ),
    Heading::new("truncation-clears-the-tail", "truncation-takes-private-copies")
    .exercise(
        "The file is cut 50 bytes further to the front: what does A load at 99, 100 and 101?",
        &["A and two zeros", "Three zeros", "Three times A"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::CutMore { bytes: 50 }],
            &[seen("A", 1, WantedSight::Bytes(&[0, 0, 0]))],
        ),
    ),
    Heading::new("truncation-takes-private-copies", "save-in-place-reverts-copies")
    .exercise(
        "The file is cut in the middle of that page, before the stored byte: what does the process load there?",
        &["0", "What it stored", "It is SIGBUS"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let (a, b) = mapper_and_other(s, private);
            s.store(a, page + 28, b"x");
            s.truncate(b, "f", page + 10);
            let kept = s.load(a, page + 28, 1);
            s.expect_bytes(kept, b"x");
        }),
    ),
    Heading::new("save-in-place-reverts-copies", "growth-appears")
    .exercise(
        "B writes the new contents without cutting the file before: what does A load round its stored 'x'?",
        &["The new contents", "Its copy of the old page"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::LeaveOut { peer: "B", call: "truncate" }],
            &[seen("A", 0, WantedSight::Bytes(b"AxA"))],
        ),
    ),
    Heading::new("growth-appears", "system-calls-say-efault")
    .exercise_alike(
        "The mapping is private: what does it show of what B wrote?",
        &["The new byte", "0", "It is SIGBUS"],
        0,
        ExerciseChange::Steps(&[PRIVATE], &[seen("A", 0, WantedSight::Bytes(b"\0Z\0"))]),
    ),
    Heading::new("system-calls-say-efault", "sigbus-handler-hides-the-loss").exercise(
        "pread of two bytes of another file is given the last byte in the file and the first one past it for them: what does it do?",
        &["It fails with EFAULT, and reads nothing", "It reads one byte, and returns 1", "It is SIGBUS"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 1);
            s.file("g", b"xy");
            let a = s.peer("A");
            s.open_and_map(a, shared("f", 2 * page));
            s.open(a, "g");
            let read = Call::Transfer(TransferCall::ReadInto {
                file: "g".to_owned(),
                offset: Some(0),
                map: "m".to_owned(),
                at: page - 1,
                len: 2,
            });
            let told = s.attempt(a, "reads 2 bytes of g into m by pread", read);
            s.expect_number(told, 1);
            let in_file = s.read(a, "f", page - 2, 2);
            s.expect_bytes(in_file, b"Ax");
        }),
    ),
    Heading::new("sigbus-handler-hides-the-loss", "punch-hole-spares-copies").exercise(
        "With the same handler the process stores into the first page, which the file still has: where is that byte?",
        &["In the file", "In a page of the process alone"],
        0,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let (a, b) = mapper_and_other(s, shared);
            let map = "m".to_owned();
            let mend = Call::Area(AreaCall::Mend { map });
            s.must(a, "takes care of SIGBUS in m", mend);
            s.truncate(b, "f", page);
            s.must(a, "stores 's' past the end of f", store("m", page + 28, b"s"));
            s.store(a, 28, b"y");
            let in_file = s.read(b, "f", 28, 1);
            s.expect_bytes(in_file, b"y");
        }),
    ),
    Heading::new("punch-hole-spares-copies", "madv-remove")
    .exercise(
        "B stores 'y' into the hole, and A has never stored into that page of its private mapping: what does A load?",
        &["0", "y", "The byte from before the hole"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 2);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open_and_map(a, private("f", 2 * page));
            s.open_and_map(b, shared("f", 2 * page));
            let before = s.load(a, 28, 1);
            s.expect_bytes(before, b"A");
            let punch = Call::Object(ObjectCall::Allocate {
                file: "f".to_owned(),
                how: AllocateHow::PunchHole,
                at: 0,
                len: page,
            });
            let told = s.attempt(b, "punches a hole into the first page of f", punch);
            require_hole(s, told);
            s.store(b, 28, b"y");
            let seen = s.load(a, 28, 1);
            s.expect_bytes(seen, b"y");
        }),
    ),
    Heading::new("madv-remove", "holes-get-blocks-by-stores").exercise(
        "Another process has a private copy of the removed page: what does it load?",
        &["0, as everybody", "What it stored", "It is SIGBUS"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 1);
            let (a, c) = (s.peer("A"), s.peer("C"));
            s.open_and_map(a, shared("f", page));
            s.open_and_map(c, private("f", page));
            s.store(c, 28, b"x");
            let remove = Call::Advise {
                map: "m".to_owned(),
                at: 0,
                len: page,
                advice: Advice::Remove,
            };
            let told = s.attempt(a, "says MADV_REMOVE of m", remove);
            require_hole(s, told);
            let own = s.load(c, 28, 1);
            s.expect_bytes(own, b"x");
            let gone = s.load(a, 28, 1);
            s.expect_bytes(gone, &[0]);
        }),
    ),
    Heading::new("holes-get-blocks-by-stores", "terabyte-file").exercise(
        "The hole is stored into through a private mapping: how much room does the file take then?",
        &["As much as after a store through a shared one", "None"],
        1,
        switched(|s, changed| {
            if !expects_no_blocks(s) {
                return;
            }
            let len = 4 * s.page();
            s.file("f", Contents::Hole { len });
            let a = s.peer("A");
            let map = if changed { private } else { shared };
            s.open_and_map(a, map("f", len));
            s.store(a, 28, b"Z");
            s.fsync(a, "f");
            expect_no_blocks(s, a);
        }),
    ),
    Heading::new("terabyte-file", "room-of-deleted-files").exercise(
        "The store at the end of 1 TiB goes through a private mapping: how much room does the file take?",
        &["The page that was stored into", "None"],
        1,
        ExerciseChange::Script(|s| {
            const LONG: u64 = 1 << 40;
            if !expects_no_blocks(s) {
                return;
            }
            s.file("f", b"");
            let a = s.peer("A");
            s.open(a, "f");
            let (file, len) = ("f".to_owned(), LONG);
            s.must(a, "makes f 1 TiB long", Call::Truncate { file, len });
            s.map(a, private("f", LONG).with(MapFlag::NoReserve));
            s.store(a, LONG - 1, b"Z");
            let own = s.load(a, LONG - 1, 1);
            s.expect_bytes(own, b"Z");
            s.fsync(a, "f");
            expect_no_blocks(s, a);
        }),
    ),
];
