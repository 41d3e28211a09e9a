//! The same of the calls that only Linux has: a table, a line for each kind and for what can come of it.

use super::*;
use mapscope::peer::calls::{
    AllocateHow, AreaCall, FileLock, FutexCall, LimitKind, LockHow, MapFlag, MutexCall, ObjectCall,
    Placing, ProcessCall, RemapHow, Remote, SealKind, Spot, TransferCall,
};

fn text(name: &str) -> String {
    name.to_owned()
}

fn at_m(at: u64, how: Placing) -> Spot {
    let map = text("m");
    Spot::At { map, at, how }
}

fn maps(scratch: &Scratch) -> Vec<Call> {
    use MapFlag::{BothKinds, GrowsDown, HugeTlb, Locked, NeitherKind, NoReserve, Populate};
    let f = || private("f", page());
    let mut calls = vec![
        scratch.open(),
        Call::Map(shared("f", 3 * page())),
        Call::Map(f().placed(at_m(page(), Placing::Fixed)).named("n")),
        Call::Map(
            f().placed(at_m(0, Placing::FixedNoReplace))
                .with(Locked)
                .with(NoReserve),
        ),
        Call::Map(shared("f", 3 * page())),
        Call::Map(f().placed(at_m(1, Placing::Hint)).named("n")),
    ];
    for prot in [Prot::Write, Prot::Execute, Prot::ReadExecute, Prot::All] {
        calls.push(Call::Map(f().named("p").allowing(prot)));
    }
    for flag in [
        BothKinds,
        GrowsDown,
        HugeTlb,
        Locked,
        NeitherKind,
        NoReserve,
        Populate,
    ] {
        calls.push(Call::Map(anonymous(page()).named("a").with(flag)));
    }
    calls.push(Call::Map(shared("f", page()).named("b").with(BothKinds)));
    calls.push(Call::Map(shared("f", page()).named("b").with(NeitherKind)));
    let spot = Spot::Nowhere {
        address: 1 << 63,
        how: Placing::Fixed,
    };
    calls.push(Call::Map(anonymous(page()).named("z").placed(spot)));
    calls.push(Call::Map(anonymous(4 * page()).named("a")));
    calls
}

fn areas() -> Vec<Call> {
    use Advice::{
        Cold, DontFork, Free, HugePage, Mergeable, NoHugePage, Normal, PageOut, PopulateRead,
        PopulateWrite, Random, Remove, Sequential, Unmergeable, WipeOnFork,
    };
    let mut calls = Vec::new();
    for advice in [
        Cold,
        DontFork,
        Free,
        HugePage,
        Mergeable,
        NoHugePage,
        Normal,
        PageOut,
        PopulateRead,
        PopulateWrite,
        Random,
        Remove,
        Sequential,
        Unmergeable,
        WipeOnFork,
    ] {
        let (map, at, len) = (text("a"), 0, page());
        calls.push(Call::Advise {
            map,
            at,
            len,
            advice,
        });
    }
    for how in [LockHow::Now, LockHow::OnFault, LockHow::Unlock] {
        let (map, at, len) = (text("a"), 0, page());
        calls.push(Call::Area(AreaCall::Lock { map, at, len, how }));
    }
    for [current, future, on_fault] in [[true, true, true], [false; 3], [false, true, false]] {
        calls.push(Call::Area(AreaCall::LockAll {
            current,
            future,
            on_fault,
        }));
    }
    calls.push(Call::Area(AreaCall::UnlockAll));
    for (map, at, pages) in [("a", 0, 4), ("m", 1, 1)] {
        let (map, len) = (text(map), pages * page());
        calls.push(Call::Area(AreaCall::Resident { map, at, len }));
    }
    calls.push(Call::Map(anonymous(40 * page()).named("many")));
    calls.push(Call::Area(AreaCall::Resident {
        map: text("many"),
        at: 0,
        len: 40 * page(),
    }));
    calls.push(Call::Area(AreaCall::ProtectEverySecond {
        map: text("many"),
    }));
    let over = RemapHow::Over {
        map: text("many"),
        at: 0,
    };
    for (old, how) in [
        (page(), RemapHow::InPlace),
        (page(), RemapHow::KeepOld),
        (page(), RemapHow::MayMove),
        (page(), over),
        (0, RemapHow::MayMove),
    ] {
        let (map, at, len, result) = (text("a"), 0, page(), text("moved"));
        calls.push(Call::Area(AreaCall::Remap {
            map,
            at,
            old_len: old,
            len,
            how,
            result,
        }));
    }
    calls
}

#[expect(clippy::too_many_lines, reason = "a table, a line for each kind")]
fn objects(scratch: &Scratch) -> Vec<Call> {
    let file = || text("f");
    let path = || std::ffi::OsString::from(scratch.path.clone());
    let mut calls = vec![
        ObjectCall::Pipe {
            read: text("r"),
            write: text("w"),
        },
        ObjectCall::SealableMemfd {
            file: text("s"),
            len: 5,
        },
        ObjectCall::Seal {
            file: text("s"),
            seals: vec![SealKind::Grow, SealKind::Shrink],
        },
        ObjectCall::Seal {
            file: file(),
            seals: vec![SealKind::Seal],
        },
        ObjectCall::SmallDisk {
            file: text("d"),
            room: 65_536,
        },
        ObjectCall::Stat { file: file() },
        ObjectCall::Stat { file: text("r") },
        ObjectCall::Chmod {
            file: file(),
            mode: 0,
        },
        ObjectCall::Stat { file: file() },
        ObjectCall::Chmod {
            file: file(),
            mode: 0o644,
        },
        ObjectCall::TruncatePath {
            path: path(),
            len: 3 * page(),
        },
        ObjectCall::TruncatePath {
            path: "/no/where".into(),
            len: 1,
        },
        ObjectCall::Clone {
            from: file(),
            into: text("s"),
        },
        ObjectCall::Watch {
            file: text("i"),
            path: path(),
        },
        ObjectCall::Watch {
            file: text("j"),
            path: "/no/where".into(),
        },
        ObjectCall::ShmOpen {
            file: text("x"),
            name: format!("trace-{}", std::process::id()),
            create: true,
        },
        ObjectCall::ShmOpen {
            file: text("y"),
            name: format!("trace-{}", std::process::id()),
            create: false,
        },
        ObjectCall::ShmUnlink {
            name: format!("trace-{}", std::process::id()),
        },
        ObjectCall::SegmentMake {
            segment: text("s"),
            len: page(),
        },
        ObjectCall::SegmentAttach {
            segment: text("s"),
            map: text("g"),
            len: page(),
        },
        ObjectCall::SegmentDetach { map: text("m") },
        ObjectCall::SegmentRemove { segment: text("s") },
        ObjectCall::Unlink {
            path: "/no/where".into(),
        },
    ];
    for how in [
        FileLock::Whole,
        FileLock::UnlockWhole,
        FileLock::Range,
        FileLock::UnlockRange,
    ] {
        calls.push(ObjectCall::Lock { file: file(), how });
    }
    for how in [
        AllocateHow::Grow,
        AllocateHow::KeepSize,
        AllocateHow::PunchHole,
        AllocateHow::Collapse,
        AllocateHow::Zero,
        AllocateHow::Insert,
    ] {
        calls.push(ObjectCall::Allocate {
            file: file(),
            how,
            at: page(),
            len: page(),
        });
    }
    calls.into_iter().map(Call::Object).collect()
}

fn transfers() -> Vec<Call> {
    let write = |file: &str, offset, map: &str, at, len| {
        let (file, map) = (text(file), text(map));
        TransferCall::WriteFrom {
            file,
            offset,
            map,
            at,
            len,
        }
    };
    let read = |file: &str, offset, map: &str, at, len| {
        let (file, map) = (text(file), text(map));
        TransferCall::ReadInto {
            file,
            offset,
            map,
            at,
            len,
        }
    };
    let take = |len| TransferCall::Take {
        file: text("r"),
        len,
    };
    let splice = |from: &str, offset| {
        let (from, to, len) = (text(from), text("w"), 16);
        TransferCall::Splice {
            from,
            offset,
            to,
            len,
        }
    };
    let lend = |at| TransferCall::Vmsplice {
        to: text("w"),
        map: text("m"),
        at,
        len: 3,
    };
    let peek = |address| TransferCall::Peek {
        there: Remote::Process {
            pid: std::process::id(),
            address,
        },
        len: 1,
    };
    [
        write("w", None, "m", 0, 10),
        write("w", None, "m", 0, 100),
        write("f", Some(5), "m", 0, 33),
        write("w", None, "m", 1 << 40, 5),
        take(200),
        take(5),
        read("f", Some(1), "m", 0, 40),
        read("f", Some(1 << 40), "m", 0, 40),
        read("r", None, "m", 0, 40),
        splice("f", Some(0)),
        splice("f", None),
        lend(0),
        lend(1 << 40),
        peek(16),
    ]
    .map(Call::Transfer)
    .into()
}

fn others() -> Vec<Call> {
    let mut calls = Vec::new();
    for (private, value) in [(false, 0), (true, 0), (false, 1)] {
        let (map, at, milliseconds) = (text("s"), 0, 3);
        calls.push(Call::Futex(FutexCall::Wait {
            map,
            at,
            value,
            private,
            milliseconds,
        }));
    }
    for private in [false, true] {
        let (map, at, count) = (text("s"), 0, 1);
        calls.push(Call::Futex(FutexCall::Wake {
            map,
            at,
            count,
            private,
            milliseconds: 0,
        }));
    }
    for robust in [true, false] {
        let (map, at) = (text("s"), 64);
        calls.push(Call::Mutex(MutexCall::Init { map, at, robust }));
    }
    for limit in [
        LimitKind::AddressSpace,
        LimitKind::Data,
        LimitKind::FileSize,
        LimitKind::Memlock,
        LimitKind::Descriptors,
    ] {
        for value in [Some(1 << 40), None] {
            // Above the hard limit it is an error, and one of the limits is below that.
            calls.push(Call::Process(ProcessCall::Limit { limit, value }));
        }
    }
    let (map, at) = (text("s"), 0);
    calls.push(Call::Process(ProcessCall::Vfork {
        map,
        at,
        bytes: b"x".to_vec(),
    }));
    calls
}

#[test]
fn every_call_of_linux_reads_as_strace_reads() {
    let scratch = Scratch::new(3);
    let trace = scratch.path.with_file_name("trace");
    let mut calls = maps(&scratch);
    calls.extend(objects(&scratch));
    calls.extend(areas());
    calls.push(Call::Map(shared("f", 3 * page())));
    calls.push(scratch.open_as("direct", FileAccess::Direct));
    calls.extend(transfers());
    calls.push(Call::Map(anonymous_shared(page()).named("s")));
    calls.extend(others());
    let Some(compared) = Compared::new(&trace, calls) else {
        return;
    };
    let kinds = compared.kinds();
    for kind in [
        "fallocate",
        "fchmod",
        "fcntl",
        "flock",
        "fsconfig",
        "fsmount",
        "fsopen",
        "fstat",
        "futex",
        "inotify_add_watch",
        "inotify_init1",
        "ioctl",
        "madvise",
        "memfd_create",
        "mincore",
        "mlock",
        "mlock2",
        "mlockall",
        "mmap",
        "mprotect",
        "mremap",
        "munlock",
        "munlockall",
        "openat",
        "pipe2",
        "pread64",
        "prlimit64",
        "process_vm_readv",
        "pwrite64",
        "read",
        "shmat",
        "shmctl",
        "shmdt",
        "shmget",
        "splice",
        "truncate",
        "unlinkat",
        "vmsplice",
        "wait4",
        "write",
    ] {
        assert!(kinds.contains(&kind), "{kind}");
    }
}
