//! Lessons about locks, seals and limits, about programs and code, and about several processes at one word.

use crate::lab::script::{
    ScriptEdit, Wanted, WantedSight, anonymous, anonymous_shared, shared, store,
};
use crate::peer::calls::{
    AreaCall, Call, FileLock, Lane, LimitKind, LockHow, MapFlag, ObjectCall, Outcome, ProcessCall,
    Prot, RETURNS_42, RaceCall, SealKind,
};

use super::{ExerciseChange, Lesson};

pub(super) static LESSONS: &[Lesson] = &[
    Lesson::new("locks-stop-no-store", "seals")
    .exercise(
        "The other process calls pwrite instead of storing: what happens?",
        &["It waits for the lock", "It fails with EAGAIN", "It is done"],
        2,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let (a, b) = (s.peer("A"), s.peer("B"));
            s.open(a, "f");
            s.open(b, "f");
            for how in [FileLock::Whole, FileLock::Range] {
                let file = "f".to_owned();
                let lock = Call::Object(ObjectCall::Lock { file, how });
                s.must(a, "locks f", lock);
            }
            s.write(b, "f", 28, b"Z");
            let in_file = s.read(a, "f", 27, 3);
            s.expect_bytes(in_file, b"AZA");
        }),
    ),
    Lesson::new("seals", "permission-at-mmap")
    .exercise(
        "It is sealed against growing alone: what do a store through a mapping and ftruncate to twice its length do?",
        &["Both are done", "The store is done, ftruncate fails with EPERM", "The store is SIGBUS"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let a = s.peer("A");
            let memfd = Call::Object(ObjectCall::SealableMemfd {
                file: "g".to_owned(),
                len: page,
            });
            s.must(a, "makes the memfd g, which can be sealed", memfd);
            s.map(a, shared("g", page));
            let (file, seals) = ("g".to_owned(), vec![SealKind::Grow]);
            let seal = Call::Object(ObjectCall::Seal { file, seals });
            s.must(a, "seals g against growing", seal);
            let stored = s.try_store(a, 28, b"Z");
            s.expect_done(stored);
            let (file, len) = ("g".to_owned(), 2 * page);
            let told = s.attempt(a, "makes g two pages long", Call::Truncate { file, len });
            s.expect_failed(told, "EPERM");
        }),
    ),
    Lesson::new("permission-at-mmap", "memlock-limit").exercise(
        "After chmod 0 the process has mprotect make its mapping read-only, and writable again: what does mprotect do?",
        &["It fails with EACCES the second time", "It succeeds both times"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", s.page()));
            let (file, mode) = ("f".to_owned(), 0);
            s.must(a, "takes all permissions from f", Call::Object(ObjectCall::Chmod { file, mode }));
            for prot in [Prot::Read, Prot::ReadWrite] {
                let told = s.protect(a, 0, s.page(), prot);
                s.expect_done(told);
            }
        }),
    ),
    Lesson::new("memlock-limit", "hugetlb-needs-reserve").exercise(
        "The limit is four pages. The process locks four, and then two others: what does the second mlock do?",
        &["It locks them", "It fails with ENOMEM", "It unlocks the first ones"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            let a = s.peer("A");
            let limit = Call::Process(ProcessCall::Limit {
                limit: LimitKind::Memlock,
                value: Some(4 * page),
            });
            s.must(a, "limits what it may lock to four pages", limit);
            s.map(a, anonymous(8 * page));
            let lock = |at: u64, pages: u64| {
                let (map, len) = ("m".to_owned(), pages * page);
                let how = LockHow::Now;
                Call::Area(AreaCall::Lock { map, at, len, how })
            };
            s.must(a, "calls mlock for the first four pages", lock(0, 4));
            let told = s.attempt(a, "calls mlock for two more", lock(4 * page, 2));
            s.expect_failed(told, "ENOMEM");
        }),
    ),
    Lesson::new("vfork-shares", "exec-drops-mappings").exercise(
        "The memory is shared instead of private: which stores does the parent see?",
        &["That of vfork's child alone", "Those of both children", "None"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::Mode { peer: "A", shared: true }],
            &[
                Wanted { peer: "A", back: 1, sees: WantedSight::Bytes(b"3") },
                Wanted { peer: "A", back: 0, sees: WantedSight::Bytes(b"4") },
            ],
        ),
    ),
    Lesson::new("exec-drops-mappings", "write-xor-execute").exercise(
        "The process does not call execve before it seals the memfd again: what does the seal against writing do?",
        &["It is set", "It fails with EBUSY: it is mapped"],
        1,
        ExerciseChange::Steps(
            &[ScriptEdit::LeaveOut { peer: "A", call: "exec" }],
            &[Wanted { peer: "A", back: 0, sees: WantedSight::Failed("EBUSY") }],
        ),
    ),
    Lesson::new("write-xor-execute", "running-program-etxtbsy").exercise(
        "mprotect has allowed running the function, and then allows loading and storing again: what does a call do?",
        &["It returns 42: it was allowed before", "It is SIGSEGV"],
        1,
        ExerciseChange::Script(|s| {
            if RETURNS_42.is_empty() {
                return s.not_available("there is no code here for this processor");
            }
            let (page, a) = (s.page(), s.peer("A"));
            s.map(a, anonymous(page));
            let code = store("m", 0, RETURNS_42);
            s.must(a, "stores a function that returns 42", code);
            let told = s.protect(a, 0, page, Prot::ReadExecute);
            let why = "this system lets nobody run what was stored";
            s.require(told.is(Outcome::Done), why);
            let call = || {
                let (map, at) = ("m".to_owned(), 0);
                Call::Area(AreaCall::Execute { map, at })
            };
            let told = s.attempt(a, "calls the function", call());
            s.expect_number(told, 42);
            let told = s.protect(a, 0, page, Prot::ReadWrite);
            s.expect_done(told);
            let told = s.attempt(a, "calls it once more", call());
            s.expect_killed(told, "SIGSEGV", None);
        }),
    ),
    Lesson::new("plain-additions-are-lost", "torn-pairs").exercise(
        "Each process adds to a word of its own in the shared page, without atomic instructions: what is lost?",
        &["Additions of both: they are in one page", "Nothing"],
        1,
        ExerciseChange::Script(|s| {
            const ROUNDS: u64 = 200_000;
            let a = s.peer("A");
            s.map(a, anonymous_shared(s.page()));
            let c = s.fork(a, "C");
            let race = |at: u64| {
                Call::Race(RaceCall {
                    map: "m".to_owned(),
                    line: 0,
                    racers: 2,
                    rounds: ROUNDS,
                    lane: Lane::Add { at, atomic: false },
                })
            };
            s.together(|s| {
                s.must(a, "adds 1 to its word 200000 times", race(256));
                s.must(c, "adds 1 to another one 200000 times", race(320));
            });
            for at in [256, 320] {
                let sum = s.load(a, at, 8);
                s.expect_bytes(sum, &ROUNDS.to_le_bytes());
            }
        }),
    ),
    Lesson::new("torn-pairs", "private-futex"),
    Lesson::new("hugetlb-needs-reserve", "address-limit"),
    Lesson::new("address-limit", "overcommit-heuristic").exercise(
        "RLIMIT_AS is 1 GiB, and 2 GiB of shared memory are mapped that are never touched: what does mmap do?",
        &["It succeeds: shared memory is not counted", "It fails with ENOMEM"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            let limit = Call::Process(ProcessCall::Limit {
                limit: LimitKind::AddressSpace,
                value: Some(1 << 30),
            });
            s.must(a, "limits its address space to 1 GiB", limit);
            let much = anonymous_shared(2 << 30).with(MapFlag::NoReserve);
            let told = s.try_map(a, "maps 2 GiB, shared, read-write", much);
            s.expect_failed(told, "ENOMEM");
        }),
    ),
    Lesson::new("overcommit-heuristic", "map-count-limit").exercise(
        "The 16 TiB are shared memory without a file instead of private: are they granted?",
        &["They are: shared memory is never counted", "They are not: mmap fails with ENOMEM"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            let spare = anonymous(16 << 40).with(MapFlag::NoReserve).named("n");
            let told = s.try_map(a, "maps 16 TiB with MAP_NORESERVE", spare);
            let why = "this process may have no 16 TiB of addresses at all";
            s.require(told.is(Outcome::Done), why);
            let (map, at, len) = ("n".to_owned(), 0, 16 << 40);
            s.must(a, "unmaps them", Call::Unmap { map, at, len });
            let much = anonymous_shared(16 << 40);
            let told = s.try_map(a, "maps 16 TiB, shared, read-write", much);
            s.expect_failed(told, "ENOMEM");
        }),
    ),
    Lesson::new("map-count-limit", "stack-guard-gap"),
    Lesson::new("stack-guard-gap", "vfork-shares"),
    Lesson::new("running-program-etxtbsy", "breakpoint-is-a-copy"),
    Lesson::new("breakpoint-is-a-copy", "program-answers-the-fault"),
    Lesson::new("program-answers-the-fault", "plain-additions-are-lost"),
    Lesson::new("private-futex", "holder-dies"),
    Lesson::new("holder-dies", "store-buffering"),
    Lesson::new("store-buffering", "cost-warm-sequential"),
];
