//! What locks, seals, permissions and limits stop of what mappings can do, and what they do not; and who may have a store
//! written.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Peer, Script, StepId, anonymous, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{
    AreaCall, Call, FileAccess, FileLock, LimitKind, LockHow, MapFlag, ObjectCall, SealKind,
};

use super::bounds::limit;
use super::dirty::{clean_page, dirty_after, expect_clean, expect_dirty};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "locks-stop-no-store",
            topic: LabTopic::Limits,
            title: "A lock on a file stops others from locking it, and no store into it",
            choices: &[
                "The store waits until the lock is gone",
                "The store fails, or ends the process",
                "The store is done: only another lock is refused",
            ],
            expected: Expected::Always(2),
            promise: Promise::Linux,
            why: "Locks of flock(2) and fcntl(2) are advisory: they are agreements between programs that ask for \
                  them. The kernel checks them when somebody asks for a lock, and neither in write(2) nor at a store, \
                  of which it does not even learn. (The mandatory locks, which read and write obeyed, are gone since \
                  Linux 5.15.) A program that maps a file without asking changes it under the lock.",
            source: "flock(2): \u{201c}flock() places advisory locks only\u{201d}; F_OFD_SETLK(2const) (fcntl(2) in older \
                     manuals)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("B", SkipStores), ("B", OtherMode)],
        script: locks_stop_no_store,
    },
    Experiment {
        claim: Claim {
            name: "seals",
            topic: LabTopic::Limits,
            title: "Seals of a memfd bind everybody: it can no longer be cut or written",
            choices: &[
                "Seals are agreements, as locks are",
                "F_SEAL_WRITE is EBUSY while somebody has it mapped writable; afterwards write and mmap are EPERM, as ftruncate is after F_SEAL_SHRINK",
                "F_SEAL_WRITE makes existing mappings read-only",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A receiver of shared memory has to fear that its sender cuts the file, which ends the receiver with \
                  SIGBUS, or changes bytes after they were checked. Seals exclude both, and cannot be taken back. \
                  F_SEAL_WRITE cannot reach into existing mappings; so it is refused while there is a writable shared \
                  one. F_SEAL_FUTURE_WRITE leaves those alone and refuses new ones.",
            source: "F_GET_SEALS(2const) (fcntl(2), File Sealing, in older manuals); memfd_create(2)",
        },
        needs: &[Need::Memfd],
        rests_on: &[("A", OtherMode), ("A", SkipStores)],
        script: seals,
    },
    Experiment {
        claim: Claim {
            name: "permission-at-mmap",
            topic: LabTopic::Limits,
            title: "Permissions are checked when a file is opened and mapped, never at a store",
            choices: &[
                "After chmod 0 the next store ends the process",
                "After chmod 0 nobody can open the file, and the mapping stores as before",
                "After chmod 0 the mapping is read-only",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "open(2) checks the permission bits, mmap checks how the descriptor was opened. A store is an \
                  instruction of the processor, which knows the page table only. So whoever has mapped a file keeps \
                  what was granted, whatever becomes of the permissions; chmod takes nothing back.",
            source: "POSIX.1-2024 open() and mmap(), EACCES; chmod(2): it does not affect files that are open",
        },
        needs: &[Need::PageFacts, Need::Unprivileged],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: permission_at_mmap,
    },
    Experiment {
        claim: Claim {
            name: "memlock-limit",
            topic: LabTopic::Limits,
            title: "Beyond RLIMIT_MEMLOCK mlock fails with ENOMEM, and mmap with MAP_LOCKED with EAGAIN",
            choices: &[
                "The pages up to the limit are locked",
                "Both fail as a whole, each with its own error",
                "Both succeed: the limit is a hint",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Locked pages cannot be taken from a process when memory is short, so how many a process may lock is \
                  limited; 8 MiB are usual, since Linux 5.16. The limit counts addresses, whether pages are there or \
                  not, and is checked before anything is locked. With the capability CAP_IPC_LOCK, as root has it, \
                  there is none; with a limit of 0 the error is EPERM. POSIX asks for a privilege for every lock.",
            source: "mlock(2), ENOMEM and EPERM; mmap(2), EAGAIN; getrlimit(2), RLIMIT_MEMLOCK; POSIX.1-2024 mlock()",
        },
        needs: &[Need::PageFacts, Need::Unprivileged],
        rests_on: &[],
        script: memlock_limit,
    },
    Experiment {
        claim: Claim {
            name: "anyone-may-write-it-back",
            topic: LabTopic::Durability,
            title: "A store can be made durable by somebody else, at any time and unasked",
            choices: &[
                "Only the process that stored can have its page written",
                "Another process calls fsync, and the page is clean: the store is on the storage",
                "The page stays dirty, for there is no storage to write it to",
            ],
            expected: Expected::OnTmpfs {
                tmpfs: 2,
                elsewhere: 1,
            },
            promise: Promise::Linux,
            why: "A page of a shared mapping belongs to the file. Whoever calls fsync or sync, and the kernel by \
                  itself, writes all of its dirty pages, also those in the middle of a change. So a program that \
                  stores A and then B cannot know that B is not on the storage before A: not calling msync keeps \
                  nothing back. That is the first trap of databases that rely on mmap. On tmpfs there is no storage.",
            source: "fsync(2); sync(2); proc_pid_smaps(5) (proc(5) in older manuals); Crotty, Leis, Pavlo: Are You Sure \
                     You Want to Use MMAP in Your Database Management System? (CIDR 2022), 3.1",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: anyone_may_write_it_back,
    },
];

fn lock(s: &mut Script, peer: Peer, how: FileLock) -> StepId {
    let what = match how {
        FileLock::Whole => "locks f with flock",
        FileLock::UnlockWhole => "unlocks f with flock",
        FileLock::Range => "locks f with fcntl",
        FileLock::UnlockRange => "unlocks f with fcntl",
    };
    let file = "f".to_owned();
    s.attempt(peer, what, Call::Object(ObjectCall::Lock { file, how }))
}

fn locks_stop_no_store(s: &mut Script) {
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open(a, "f");
    s.open_and_map(b, shared("f", s.page()));
    for how in [FileLock::Whole, FileLock::Range] {
        let told = lock(s, a, how);
        s.expect_done(told);
        let told = lock(s, b, how);
        s.expect_failed(told, "EAGAIN");
    }
    s.store(b, 28, b"Z");
    let in_file = s.read(a, "f", 27, 3);
    s.expect_bytes(in_file, b"AZA");
}

fn seal(s: &mut Script, peer: Peer, seal: SealKind) -> StepId {
    let what = match seal {
        SealKind::Write => "seals g against writing",
        SealKind::FutureWrite => "seals g against writing from now on",
        SealKind::Shrink => "seals g against shrinking",
        SealKind::Grow => "seals g against growing",
        SealKind::Seal => "seals g against further seals",
    };
    let (file, seals) = ("g".to_owned(), vec![seal]);
    s.attempt(peer, what, Call::Object(ObjectCall::Seal { file, seals }))
}

fn seals(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    let memfd = Call::Object(ObjectCall::SealableMemfd {
        file: "g".to_owned(),
        len: page,
    });
    s.must(
        a,
        format!("makes the memfd g of {page} bytes, which can be sealed"),
        memfd,
    );
    s.map(a, shared("g", page));
    s.store(a, 28, b"Z");
    let told = seal(s, a, SealKind::Write);
    s.expect_failed(told, "EBUSY");
    let told = seal(s, a, SealKind::Shrink);
    s.expect_done(told);
    let cut = Call::Truncate {
        file: "g".to_owned(),
        len: 0,
    };
    let told = s.attempt(a, "makes g 0 bytes long", cut);
    s.expect_failed(told, "EPERM");
    let gone = s.unmap(a, 0, page);
    s.expect_done(gone);
    let told = seal(s, a, SealKind::Write);
    s.expect_done(told);
    let told = s.try_map(
        a,
        "maps g, shared, read-write",
        shared("g", page).named("n"),
    );
    s.expect_failed(told, "EPERM");
    let write = Call::Write {
        file: "g".to_owned(),
        at: 28,
        bytes: b"Y".to_vec(),
    };
    let told = s.attempt(a, "writes 'Y' at 28 of g by pwrite", write);
    s.expect_failed(told, "EPERM");
    let kept = s.read(a, "g", 28, 1);
    s.expect_bytes(kept, b"Z");
}

fn permission_at_mmap(s: &mut Script) {
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", s.page()));
    s.open(b, "f");
    let chmod = Call::Object(ObjectCall::Chmod {
        file: "f".to_owned(),
        mode: 0,
    });
    s.must(a, "takes all permissions from f", chmod);
    let again = Call::Open {
        file: "again".to_owned(),
        path: "f".into(),
        access: FileAccess::Read,
    };
    let told = s.attempt(a, "opens f once more to read", again);
    s.expect_failed(told, "EACCES");
    s.store(a, 28, b"Z");
    let in_file = s.read(b, "f", 27, 3);
    s.expect_bytes(in_file, b"AZA");
}

fn memlock_limit(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    limit(s, a, LimitKind::Memlock, Some(4 * page));
    s.map(a, anonymous(8 * page));
    let lock = |pages: u64| {
        Call::Area(AreaCall::Lock {
            map: "m".to_owned(),
            at: 0,
            len: pages * page,
            how: LockHow::Now,
        })
    };
    let told = s.attempt(a, "calls mlock for eight pages", lock(8));
    s.expect_failed(told, "ENOMEM");
    let locked = anonymous(8 * page).named("n").with(MapFlag::Locked);
    let told = s.try_map(a, "maps eight pages with MAP_LOCKED", locked);
    s.expect_failed(told, "EAGAIN");
    let told = s.attempt(a, "calls mlock for four pages", lock(4));
    s.expect_done(told);
    limit(s, a, LimitKind::Memlock, Some(0));
    let told = s.attempt(a, "calls mlock for one page", lock(1));
    s.expect_failed(told, "EPERM");
}

fn anyone_may_write_it_back(s: &mut Script) {
    let (a, b) = (s.peer("A"), s.peer("B"));
    clean_page(s, a);
    s.open(b, "f");
    dirty_after(s, a, a, |_| {});
    s.fsync(b, "f");
    if s.on_tmpfs() {
        let sums = s.sums(a);
        expect_dirty(s, sums);
    } else {
        expect_clean(s, a);
    }
    let in_file = s.read(b, "f", 27, 3);
    s.expect_bytes(in_file, b"AZA");
}
