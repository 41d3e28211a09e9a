//! Shared memory by its names, and what of a file tells that it was stored into.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise, below};
use crate::lab::script::{
    Figure, Peer, Rule, Script, StepId, Value, Words, anonymous, anonymous_shared, shared, store,
};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{Call, FutexCall, ObjectCall, Outcome, SyncHow, TransferCall};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "names-of-shared-memory",
            topic: LabTopic::Sharing,
            title: "Shared memory is made in four ways, and outlives the process that wrote it where something still refers to it",
            choices: &[
                "It goes with the process that wrote it",
                "Each kind has another name in /proc/PID/maps; the contents are there for who comes later, until the last name and mapping go",
                "It stays until the system is restarted, whatever its users do",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "To the kernel all four are files on a tmpfs. shm_open() gives one a name in /dev/shm, shmget(2) of System V a \
                  number, memfd_create(2) only a descriptor, and MAP_SHARED|MAP_ANONYMOUS not even that: it is called \
                  /dev/zero (deleted) in the maps. Files live as long as a name, a descriptor or a mapping refers to them, \
                  so what a process wrote is there when it has ended. shm_unlink() and IPC_RMID take the name; munmap(2) \
                  works on what shmat(2) attached.",
            source: "shm_overview(7); shmctl(2), IPC_RMID; memfd_create(2); proc_pid_maps(5) (proc(5) in older manuals); POSIX.1-2024 shm_open() \
                     and shm_unlink()",
        },
        needs: &[Need::PageFacts, Need::Memfd, Need::Fork],
        rests_on: &[("C", SkipStores), ("C", OtherMode)],
        script: names_of_shared_memory,
    },
    Experiment {
        claim: Claim {
            name: "stores-move-no-mtime",
            topic: LabTopic::Durability,
            title: "Of many stores at most the first moves the time of a file, and no watcher hears of any",
            choices: &[
                "Every store moves the time, and is told to who watches the file",
                "The first store into a clean page moves it; after msync the next one does so again; a watcher hears of writes only",
                "The first store after the page was mapped moves it, and none after msync; a watcher hears of writes only",
                "No store moves it: only when the page is written can the time be another one; a watcher hears of writes only",
            ],
            expected: Expected::On {
                listed: &[("tmpfs", 2), ("ramfs", 2), ("fuse", 3)],
                elsewhere: 1,
            },
            promise: Promise::Linux,
            why: "The kernel learns of a store only where it faults. On a file system with a storage a clean page is mapped \
                  read-only, so the first store faults and marks the time; the next ones are stores into memory like \
                  others. Writing the page makes it clean, and the next store faults again. On tmpfs no page is ever \
                  clean. On FUSE the times are those of the program that serves it, which learns of a store when the page \
                  is written to it. POSIX asks for a mark at some time between the store and the next msync. inotify tells of calls, \
                  and a store is none: build tools and backups that rely on either can miss stores.",
            source: "POSIX.1-2024 mmap(), on the last data modification timestamp; inotify(7): \u{201c}does not report file \
                     accesses and modifications that may occur because of mmap(2), msync(2), and munmap(2)\u{201d}",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: stores_move_no_mtime,
    },
];

/// What is left behind.
const LEFT: &[u8; 4] = b"left";

pub(in crate::lab) fn attach(s: &mut Script, peer: Peer, map: &str) -> StepId {
    let call = Call::Object(ObjectCall::SegmentAttach {
        segment: "s".to_owned(),
        map: map.to_owned(),
        len: s.page(),
    });
    s.attempt(peer, format!("attaches the segment, called {map}"), call)
}

fn shm_open(s: &mut Script, peer: Peer, create: bool) -> StepId {
    let what = if create {
        "makes shared memory by shm_open, called g"
    } else {
        "opens that shared memory by its name, called g"
    };
    let call = Call::Object(ObjectCall::ShmOpen {
        file: "g".to_owned(),
        name: "names".to_owned(),
        create,
    });
    s.attempt(peer, what, call)
}

/// The mapping's line in maps must have this name.
fn expect_name(s: &mut Script, peer: Peer, map: &str, name: &str) {
    let line = s.maps(peer, map);
    let rule = Rule::Named(line, name.to_owned());
    s.judge(line, format!("a line with {name}"), rule);
}

/// Everything that is shared is made by `a`.
fn make_all(s: &mut Script, a: Peer) {
    let page = s.page();
    let made = shm_open(s, a, true);
    let why = "this system has no shared memory by name (/dev/shm)";
    s.require(made.is(Outcome::Done), why);
    s.truncate(a, "g", page);
    let memfd = Call::Memfd {
        file: "f".to_owned(),
        len: page,
    };
    s.must(a, format!("makes the memfd f of {page} bytes"), memfd);
    make_segment(s, a);
}

/// Shared memory of System V.
pub(in crate::lab) fn make_segment(s: &mut Script, peer: Peer) {
    let segment = Call::Object(ObjectCall::SegmentMake {
        segment: "s".to_owned(),
        len: s.page(),
    });
    let made = s.attempt(peer, "makes a segment of System V", segment);
    let why = "this system has no shared memory of System V";
    s.require(made.get(Figure::Number).at_least(0), why);
}

/// Takes its number from it: it goes when nobody has it attached any more.
pub(in crate::lab) fn remove_segment(s: &mut Script, peer: Peer) {
    let segment = "s".to_owned();
    let remove = Call::Object(ObjectCall::SegmentRemove { segment });
    let told = s.attempt(peer, "removes the segment by IPC_RMID", remove);
    s.expect_done(told);
}

fn names_of_shared_memory(s: &mut Script) {
    let page = s.page();
    let (a, b) = (s.peer("A"), s.peer("B"));
    make_all(s, a);
    let c = s.fork(a, "C");
    s.map(c, shared("g", page).named("by name"));
    s.map(c, shared("f", page).named("memfd"));
    s.map(c, anonymous_shared(page).named("anonymous"));
    let told = attach(s, c, "segment");
    s.expect_done(told);
    for (map, name) in [
        ("by name", "/dev/shm/"),
        ("memfd", "/memfd:"),
        ("anonymous", "/dev/zero"),
        ("segment", "/SYSV"),
    ] {
        expect_name(s, c, map, name);
        s.must(
            c,
            format!("stores 'left' at 0 of {map}"),
            store(map, 0, LEFT),
        );
    }
    let death = s.attempt(c, "ends by abort", Call::Abort);
    s.expect_killed(death, "SIGABRT", None);
    let told = shm_open(s, b, false);
    s.expect_done(told);
    s.map(b, shared("g", page));
    let told = attach(s, a, "m");
    s.expect_done(told);
    s.map(a, shared("f", page).named("memfd"));
    for (peer, map) in [(b, "m"), (a, "m"), (a, "memfd")] {
        let left = s.load_of(peer, map, 0, 4);
        s.expect_bytes(left, LEFT);
    }
    let name = "names".to_owned();
    let unlink = Call::Object(ObjectCall::ShmUnlink { name });
    let told = s.attempt(a, "takes its name by shm_unlink", unlink);
    s.expect_done(told);
    let again = shm_open(s, b, false);
    s.expect_failed(again, "ENOENT");
    let left = s.load(b, 0, 4);
    s.expect_bytes(left, LEFT);
    remove_segment(s, a);
    let left = s.load(a, 0, 4);
    s.expect_bytes(left, LEFT);
    let told = s.unmap(a, 0, page);
    s.expect_done(told);
    let gone = attach(s, a, "m");
    s.expect_failed(gone, "EINVAL");
}

/// How often it is tried: the kernel may write the page in between.
pub(in crate::lab) const ATTEMPTS: u64 = 5;

/// File systems of which it is known when they mark the time.
const KNOWN: [&str; 7] = ["ext4", "ext3", "ext2", "xfs", "btrfs", "tmpfs", "ramfs"];

/// Longer than the clock of file systems stands still.
pub(in crate::lab) fn pause(s: &mut Script, peer: Peer) {
    let pause = Call::Futex(FutexCall::Wait {
        map: "w".to_owned(),
        at: 0,
        value: 0,
        private: true,
        milliseconds: 20,
    });
    // Nobody wakes it.
    let _ = s.attempt(peer, "waits for 20 ms", pause);
}

/// When the file was modified last.
pub(in crate::lab) fn modified(s: &mut Script, peer: Peer) -> Value {
    let file = "f".to_owned();
    let call = Call::Object(ObjectCall::Stat { file });
    let told = s.must(peer, "asks fstat when f was modified", call);
    told.get(Figure::Modified)
}

/// A store, some time after what was before it; when the file was modified then.
fn store_later(s: &mut Script, peer: Peer) -> Value {
    pause(s, peer);
    s.store(peer, 28, b"Z");
    modified(s, peer)
}

fn take(s: &mut Script, peer: Peer) -> StepId {
    let call = Call::Transfer(TransferCall::Take {
        file: "watch".to_owned(),
        len: 4096,
    });
    s.attempt(peer, "asks the watch what happened", call)
}

/// Whether it is known that the file system marks the time at a store.
pub(in crate::lab) fn marks_at_store(s: &mut Script) -> bool {
    let name = s.environment().file_system.clone();
    let is_known = KNOWN.contains(&below(&name));
    if is_served(s) {
        s.not_available(
            "on fuse no store moves the time: who serves it learns of a store when the page is written",
        );
    } else if !is_known {
        s.not_available(format!("when {name} marks the time is not known"));
    }
    is_known
}

/// Whether another program keeps the files.
fn is_served(s: &Script) -> bool {
    below(&s.environment().file_system) == "fuse"
}

fn stores_move_no_mtime(s: &mut Script) {
    let is_served = is_served(s);
    if !is_served && !marks_at_store(s) {
        return;
    }
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.map(a, anonymous(page).named("w"));
    s.open_and_map(a, shared("f", page));
    let expected = [!is_served, false, !is_served && !s.on_tmpfs()];
    let ([first, second, third], written) = s.until(ATTEMPTS, |s| {
        s.drop_pages(a, page);
        s.fsync(a, "f");
        let before = modified(s, a);
        let first = store_later(s, a);
        let second = store_later(s, a);
        let synced = s.sync(a, page, SyncHow::Sync);
        s.expect_done(synced);
        let written = modified(s, a);
        let third = store_later(s, a);
        let moved = [
            first.clone() - before,
            second.clone() - first,
            third - written.clone(),
        ];
        let each = moved.clone().into_iter().zip(expected);
        let as_wanted = each.map(
            |(moved, moves)| {
                if moves { moved.above(0) } else { moved.is(0) }
            },
        );
        let as_wanted = Rule::all(as_wanted);
        ((moved, written - second), as_wanted)
    });
    if is_served {
        s.note(
            "computes how far msync moved the time, which is for who serves the file to say",
            Words::new("{} ns", [written]),
        );
        let why =
            "who serves the file leaves its time to the kernel, which marks it at a store then";
        s.require(first.clone().is(0), why);
    }
    judge_times(s, [first, second, third], expected);
    watch(s, a);
}

/// The stores must have moved the time so, each by some or by none.
fn judge_times(s: &mut Script, moved: [Value; 3], expected: [bool; 3]) {
    let stores = [
        "the first store",
        "the second store",
        "the first store after msync",
    ];
    for ((what, moved), moves) in stores.into_iter().zip(moved).zip(expected) {
        let words = Words::new("{} ns", [moved.clone()]);
        let what = format!("computes how far {what} moved the time");
        if moves {
            s.check(&what, words, "some", moved.above(0));
        } else {
            s.check(&what, words, "0 ns", moved.is(0));
        }
    }
}

/// A store is not told of; a write is.
fn watch(s: &mut Script, a: Peer) {
    let call = Call::Object(ObjectCall::Watch {
        file: "watch".to_owned(),
        path: "f".into(),
    });
    let told = s.attempt(a, "watches f by inotify", call);
    let why = "this system lets nobody watch files here";
    s.require(told.is(Outcome::Done), why);
    s.store(a, 28, b"Y");
    let synced = s.sync(a, s.page(), SyncHow::Sync);
    s.expect_done(synced);
    let nothing = take(s, a);
    s.expect_failed(nothing, "EAGAIN");
    s.write(a, "f", 28, b"X");
    let event = take(s, a);
    let is_told = event.get(Figure::Bytes).at_least(16);
    s.judge(event, "an event", is_told);
}
