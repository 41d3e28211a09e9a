//! Lessons about calls that are refused.

use std::path::Path;

use crate::lab::script::{anonymous, private, shared};
use crate::peer::calls::{Call, FileAccess, MapCall, MapFlag, ObjectCall, Prot, Source};

use super::{ExerciseChange, Heading, Lesson, switched};

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("length-zero-einval", "unaligned-offset-einval")
    .exercise(
        "mmap is asked for a single byte of a file of one page: what does a load of byte 100 do?",
        &["It is SIGSEGV", "It loads the file's byte", "It loads 0"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", u64::from(changed)));
            let loaded = s.load(a, 100, 1);
            s.expect_bytes(loaded, b"A");
        }),
    ),
    Heading::new("unaligned-offset-einval", "shared-needs-write-access")
    .exercise(
        "The offset is fine, but the length is a page and one byte: what does a load well into the second page do?",
        &["mmap fails with EINVAL", "It is SIGSEGV", "It loads the file's byte"],
        2,
        switched(|s, changed| {
            let page = s.page();
            s.letters("f", 2);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", page + 1).from(u64::from(!changed)));
            let loaded = s.load(a, page + 100, 1);
            s.expect_bytes(loaded, b"B");
        }),
    ),
    Heading::new("shared-needs-write-access", "write-only-file-eacces")
    .exercise(
        "It is mapped private and read-only; then mprotect is to allow writing: what does mprotect do?",
        &["It fails with EACCES", "It succeeds"],
        1,
        switched(|s, changed| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_as(a, "f", FileAccess::Read);
            let map = if changed { private } else { shared };
            s.map(a, map("f", s.page()).allowing(Prot::Read));
            let protected = s.protect(a, 0, s.page(), Prot::ReadWrite);
            s.expect_done(protected);
        }),
    ),
    Heading::new("write-only-file-eacces", "null-device-enodev")
    .exercise(
        "It is to be mapped without any access, PROT_NONE: what does mmap do?",
        &["It succeeds: nothing is read", "It fails with EACCES"],
        1,
        ExerciseChange::Script(|s| {
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_as(a, "f", FileAccess::Write);
            let none = shared("f", s.page()).allowing(Prot::None);
            let told = s.try_map(a, "maps a page of f without any access", none);
            s.expect_failed(told, "EACCES");
        }),
    ),
    Heading::new("null-device-enodev", "directory-enodev")
    .exercise(
        "/dev/zero is mapped instead, privately: what happens?",
        &["mmap fails with ENODEV", "It maps, and a load gives 0", "It maps, and a load is SIGBUS"],
        1,
        switched(|s, changed| {
            let a = s.peer("A");
            let path = Path::new(if changed { "/dev/zero" } else { "/dev/null" });
            let what = format!("opens {}", path.display());
            s.open_path(a, &what, "f", path, FileAccess::ReadWrite);
            s.map(a, private("f", s.page()));
            let zero = s.load(a, 28, 1);
            s.expect_bytes(zero, &[0]);
        }),
    ),
    Heading::new("directory-enodev", "larger-than-addresses-enomem")
    .exercise(
        "The reading end of a pipe is to be mapped: what does mmap do?",
        &["It maps what is in the pipe", "It fails with ENODEV", "It fails with ESPIPE, as lseek does"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            let pipe = Call::Object(ObjectCall::Pipe {
                read: "r".to_owned(),
                write: "w".to_owned(),
            });
            s.must(a, "makes a pipe", pipe);
            let reading = private("r", s.page()).allowing(Prot::Read);
            let told = s.try_map(a, "maps a page of the pipe", reading);
            s.expect_failed(told, "ENODEV");
        }),
    ),
    Heading::new("larger-than-addresses-enomem", "no-descriptor-ebadf")
    .exercise(
        "It is asked for them with PROT_NONE, so that no memory is ever needed: what does it do?",
        &["It succeeds", "It fails with ENOMEM"],
        1,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            let none = anonymous(1 << 62).allowing(Prot::None);
            let told = s.try_map(a, "maps 2^62 bytes without any access", none);
            s.expect_failed(told, "ENOMEM");
        }),
    ),
    Heading::new("no-descriptor-ebadf", "neither-kind-einval")
    .exercise(
        "A descriptor that was never opened is given, and no bytes are asked for: what does mmap do?",
        &["It fails with EBADF", "It fails with EINVAL", "It succeeds"],
        0,
        ExerciseChange::Script(|s| {
            let a = s.peer("A");
            let call = MapCall {
                source: Source::Descriptor(1000),
                ..shared("", 0)
            };
            let told = s.try_map(a, "maps 0 bytes of descriptor 1000", call);
            s.expect_failed(told, "EBADF");
        }),
    ),
    Heading::new("neither-kind-einval", "offset-too-large-eoverflow")
    .exercise(
        "Memory without a file is asked for with neither of the two: what does mmap do?",
        &["It maps private memory, as malloc has it", "It fails with EINVAL"],
        1,
        switched(|s, changed| {
            let a = s.peer("A");
            let asked = anonymous(s.page());
            let asked = if changed { asked.with(MapFlag::NeitherKind) } else { asked };
            let told = s.try_map(a, "maps a page with MAP_ANONYMOUS", asked);
            s.expect_failed(told, "EINVAL");
        }),
    ),
    Heading::new("offset-too-large-eoverflow", "store-leaves-the-page-dirty")
    .exercise(
        "The offset is far past the end of the file, but possible, and a byte is loaded: what happens?",
        &["mmap fails with EOVERFLOW", "mmap succeeds, and the load is SIGBUS", "The load gives 0"],
        1,
        ExerciseChange::Script(|s| {
            let page = s.page();
            s.letters("f", 1);
            let a = s.peer("A");
            s.open_and_map(a, shared("f", page).from(1000 * page));
            let loaded = s.load(a, 0, 1);
            s.expect_killed(loaded, "SIGBUS", None);
        }),
    ),
];
