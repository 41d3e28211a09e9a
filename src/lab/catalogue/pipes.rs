//! Bytes that the kernel moves past the page cache, or without copying: what a mapping has to do with them.

use crate::lab::claim::{Claim, Expected, LabTopic, OVERLAY, Promise};
use crate::lab::script::{Peer, Script, StepId, anonymous, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{Call, FileAccess, ObjectCall, Outcome, TransferCall};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "pipes-can-alias",
            topic: LabTopic::Frames,
            title: "splice and vmsplice may put the page itself into a pipe, where a later store changes it; write copies",
            choices: &[
                "What is in the pipe after splice or vmsplice changes with the page; what write put there does not",
                "What is in the pipe never changes: it was copied",
            ],
            expected: Expected::Either(&[0, 1]),
            promise: Promise::Open,
            why: "A pipe is a row of pages. splice from a file and vmsplice from memory may put the page itself into it \
                  instead of a copy, which is what they are there for. Whoever stores into that page before the reader \
                  comes changes what is read. Whether a page is lent or copied is up to the kernel and the file \
                  system; write(2) always copies before it returns.",
            source: "splice(2); vmsplice(2); POSIX.1-2024 write()",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: pipes_can_alias,
    },
    Experiment {
        claim: Claim {
            name: "direct-io-is-coherent",
            topic: LabTopic::Frames,
            title: "O_DIRECT goes past the page cache, and still agrees with a mapping",
            choices: &[
                "A read with O_DIRECT misses a store that was not written yet",
                "A read finds the store, and the mapping shows what a write with O_DIRECT wrote",
                "A file that is mapped cannot be opened with O_DIRECT",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "Before a read with O_DIRECT the file system writes the dirty pages of the range out, and a write \
                  drops its pages from the page cache, so that the mapping loads them again. That costs more than \
                  either way alone. It is done as well as can be, and no promise: where both happen at the same time, \
                  the mapping may be left with old bytes. The manual advises against mixing them.",
            source: "open(2), O_DIRECT: \u{201c}Applications should avoid mixing O_DIRECT and normal I/O to the same \
                     file\u{201d}, and mmap(2) of files with it",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: direct_io,
    },
];

/// Stores '1', has it put into the pipe, stores '2', and takes the byte out of the pipe.
fn seen(s: &mut Script, a: Peer, (what, map): (&str, &str), call: TransferCall) -> StepId {
    s.store_in(a, map, 0, b"1");
    let told = s.attempt(a, what, Call::Transfer(call));
    s.expect_number(told, 1);
    s.store_in(a, map, 0, b"2");
    let take = TransferCall::Take {
        file: "r".to_owned(),
        len: 1,
    };
    s.attempt(a, "takes a byte out of the pipe", Call::Transfer(take))
}

fn pipes_can_alias(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", page));
    s.map(a, anonymous(page).named("a"));
    let pipe = Call::Object(ObjectCall::Pipe {
        read: "r".to_owned(),
        write: "w".to_owned(),
    });
    s.must(a, "makes a pipe", pipe);
    let byte = |byte: u8| Outcome::Bytes { bytes: vec![byte] };
    let splice = TransferCall::Splice {
        from: "f".to_owned(),
        offset: Some(0),
        to: "w".to_owned(),
        len: 1,
    };
    let told = seen(s, a, ("splices a byte of f into the pipe", "m"), splice);
    s.expect_either(told, [byte(b'2'), byte(b'1')]);
    let vmsplice = TransferCall::Vmsplice {
        to: "w".to_owned(),
        map: "a".to_owned(),
        at: 0,
        len: 1,
    };
    let told = seen(s, a, ("vmsplices a byte of a into the pipe", "a"), vmsplice);
    s.expect_either(told, [byte(b'2'), byte(b'1')]);
    let write = TransferCall::WriteFrom {
        file: "w".to_owned(),
        offset: None,
        map: "a".to_owned(),
        at: 0,
        len: 1,
    };
    let told = seen(s, a, ("writes a byte of a into the pipe", "a"), write);
    s.expect_bytes(told, b"1");
}

/// File systems of which it was measured.
const COHERENT: [&str; 4] = ["ext4", "xfs", "btrfs", "tmpfs"];

fn direct_io(s: &mut Script) {
    let name = s.environment().file_system.clone();
    let below = name.strip_prefix(OVERLAY).unwrap_or(&name);
    if !COHERENT.contains(&below) {
        s.not_available(format!(
            "nobody says how {name} keeps O_DIRECT and mappings together"
        ));
        return;
    }
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, shared("f", page));
    let open = Call::Open {
        file: "d".to_owned(),
        path: "f".into(),
        access: FileAccess::Direct,
    };
    let told = s.attempt(a, "opens f past the page cache, called d", open);
    s.require(told.is(Outcome::Done), "this file system has no O_DIRECT");
    s.map(a, anonymous(page).named("buffer"));
    s.store(a, 0, b"M");
    let (file, map) = ("d".to_owned(), "buffer".to_owned());
    let read = Call::Transfer(TransferCall::ReadInto {
        file: file.clone(),
        offset: Some(0),
        map: map.clone(),
        at: 0,
        len: page,
    });
    let told = s.attempt(a, "reads a page of d by pread into buffer", read);
    s.expect_number(told, page);
    let seen = s.load_of(a, "buffer", 0, 2);
    s.expect_bytes(seen, b"MA");
    s.store_in(a, "buffer", 0, b"D");
    let write = Call::Transfer(TransferCall::WriteFrom {
        file,
        offset: Some(0),
        map,
        at: 0,
        len: page,
    });
    s.must(a, "writes buffer to d by pwrite", write);
    let seen = s.load(a, 0, 2);
    s.expect_bytes(seen, b"DA");
}
