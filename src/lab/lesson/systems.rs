//! Lessons about what locks, seals and permissions stop, and what they do not.

use crate::lab::script::shared;
use crate::peer::calls::{Call, FileLock, ObjectCall, Prot, SealKind};

use super::{ExerciseChange, Heading, Lesson};

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("locks-stop-no-store", "seals")
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
    Heading::new("seals", "permission-at-mmap")
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
    Heading::new("permission-at-mmap", "memlock-limit").exercise(
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
];
