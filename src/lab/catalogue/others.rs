//! Ways into memory that go past a mapping's protection, and into that of another process; and what an address is worth
//! there.

use std::path::Path;

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Rule, Script, StepId, Words, anonymous, private, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{
    AreaCall, Call, FileAccess, ObjectCall, Outcome, ProcessCall, Prot, Remote, TransferCall,
};
use crate::peer::wire::PeerPage::{FilePage, PrivateCopy};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "pointers-break",
            topic: LabTopic::Sharing,
            title: "A pointer that is stored in shared memory is wrong in another program; an offset is right everywhere",
            choices: &[
                "The pointer leads to the same byte, for the memory is shared",
                "It is right in the process that stored it and in its children, and wrong in another program, mostly SIGSEGV; the offset is right in all",
                "It leads to another byte of the same file",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "What is shared are pages, not addresses: each process maps the file wherever its own address space \
                  has room. A forked child has the mappings of its parent at the same addresses. Another program has \
                  something else at that address, or nothing. Nothing is SIGSEGV, and memory of its own is worse: it \
                  reads what was never meant. Nobody promises which. So shared memory holds offsets from its own start.",
            source: "POSIX.1-2024 mmap(): the address of the mapping is the implementation's choice; fork(2); \
                     /proc/sys/kernel/randomize_va_space in Documentation/admin-guide/sysctl/kernel.rst",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: pointers_break,
    },
    Experiment {
        claim: Claim {
            name: "others-copies-can-be-read",
            topic: LabTopic::Sharing,
            title: "A private copy is private from stores, not from sight: another process of the same user can read it",
            choices: &[
                "The other process is shown what the file has",
                "It is shown the private byte, which is in no file",
                "It gets EFAULT: private pages cannot be reached from outside",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "MAP_PRIVATE says where stores go, and keeps nothing secret. process_vm_readv(2) reads the memory of \
                  another process as a debugger does, where the kernel grants that: mostly to the same user. What a \
                  system grants is its own matter: with Yama's ptrace_scope of 1 a process may look into its own \
                  descendants only, and this experiment is not available then.",
            source: "process_vm_readv(2), governed by PTRACE_MODE_ATTACH_REALCREDS; \
                     Documentation/admin-guide/LSM/Yama.rst",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: others_copies,
    },
    Experiment {
        claim: Claim {
            name: "proc-mem-ignores-protection",
            topic: LabTopic::Protection,
            title: "A write into /proc/self/mem goes past the protection of a read-only private mapping",
            choices: &[
                "It fails: the mapping is read-only",
                "It makes a private copy with the new byte; only of a read-only shared mapping it fails, with EIO",
                "It changes the file",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The protection of a mapping binds the instructions of the program. /proc/PID/mem is there for \
                  debuggers, which have to set breakpoints in code that nobody may write; so the kernel copies the page, \
                  as for a store into a private mapping, and changes the copy. The file never changes: where a copy is \
                  not possible, in a shared mapping, the write fails. Since Linux 6.12 a system can switch this off \
                  (proc_mem.force_override).",
            source: "proc_pid_mem(5) (proc(5) in older manuals); Documentation/admin-guide/kernel-parameters.txt, proc_mem.force_override=",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: proc_mem,
    },
    Experiment {
        claim: Claim {
            name: "breakpoint-is-a-copy",
            topic: LabTopic::Program,
            title: "A breakpoint in one process changes a copy of the page: others that run the same file do not see it",
            choices: &[
                "The byte is changed in the file's page, for all that have it mapped",
                "The traced process has a copy of its own with the byte; the file and the others are unchanged",
                "It fails: nobody may write to the page",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "A program's code is a private, read-only mapping of its file, one page in memory for all that run it. A \
                  debugger puts an instruction over it with ptrace(2), and the kernel treats that as a store into a \
                  private mapping, whatever the protection says: it copies the page for the traced process. The page of \
                  code is a page of a scratch file here, which has the same kind of mapping.",
            source: "ptrace(2), PTRACE_POKETEXT; proc_pid_pagemap(5) (proc(5) in older manuals), bit 61; \
                     Documentation/admin-guide/LSM/Yama.rst",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", OtherMode)],
        script: breakpoint_is_a_copy,
    },
    Experiment {
        claim: Claim {
            name: "program-answers-the-fault",
            topic: LabTopic::Program,
            title: "With userfaultfd a program fills missing pages itself; a system call that meets one gets EFAULT",
            choices: &[
                "A load of a missing page is zeros, as always",
                "A load waits until the program has filled the page; write(2) of a page that is still missing fails with EFAULT",
                "Both wait until the program has filled the page",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "userfaultfd(2) hands faults of chosen pages to the program: whoever touches one waits while another \
                  thread fetches it, from a network or out of a compressed store. That is how a virtual machine is \
                  moved while it runs. With UFFD_USER_MODE_ONLY, which needs no privilege, faults inside of a system \
                  call are not handed over, or anybody could hold the kernel up in the middle of its work; so a \
                  buffer must have been touched before. A program with privilege can have those handed over as well.",
            source: "userfaultfd(2), UFFD_USER_MODE_ONLY: \u{201c}will only be able to handle page faults originated from \
                     the user space\u{201d}; Documentation/admin-guide/mm/userfaultfd.rst",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: program_answers,
    },
];

/// Where the pointer leads to, and the offset is stored.
pub(in crate::lab) const DATA: u64 = 256;
const OFFSET: u64 = 8;

fn address(s: &mut Script, peer: Peer) -> StepId {
    let (map, at) = ("m".to_owned(), 0);
    s.must(
        peer,
        "notes the address of m",
        Call::Area(AreaCall::Where { map, at }),
    )
}

pub(in crate::lab) fn follow(s: &mut Script, peer: Peer, map: &str) -> StepId {
    let (map, at) = (map.to_owned(), 0);
    let call = Call::Area(AreaCall::Follow { map, at });
    s.attempt(
        peer,
        "loads the pointer at 0, and the byte that it leads to",
        call,
    )
}

/// Stores a pointer to [`DATA`] at the start of `m`.
pub(in crate::lab) fn point(s: &mut Script, peer: Peer) {
    let point = Call::Area(AreaCall::Point {
        map: "m".to_owned(),
        at: 0,
        to: DATA,
    });
    s.must(peer, format!("stores the address of {DATA} at 0"), point);
}

fn pointers_break(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    // Where addresses are not random (setarch -R, a debugger) both programs would map the file at the same one. What is as
    // long takes just that place.
    s.map(a, anonymous(page).named("aside").allowing(Prot::None));
    s.open_and_map(a, shared("f", page));
    s.open_and_map(b, shared("f", page));
    s.store(a, OFFSET, &DATA.to_le_bytes());
    s.store(a, DATA, b"data");
    point(s, a);
    let c = s.fork(a, "C");
    let there = follow(s, c, "m");
    s.expect_bytes(there, b"d");
    let (one, other) = (address(s, a), address(s, b));
    let (one, other) = (one.get(Figure::Number), other.get(Figure::Number));
    s.note(
        "compares the addresses of A and B",
        Words::new("{} and {}", [one.clone(), other.clone()]),
    );
    let why = "the system maps the file at the same address in both programs, where the pointer is right by luck";
    s.require(one.is_not(other), why);
    let offset = s.load(b, OFFSET, 8);
    s.judge(
        offset,
        format!("{DATA} as a word of 64 bits"),
        offset.get(Figure::Word).is(DATA),
    );
    let data = s.load(b, DATA, 4);
    s.expect_bytes(data, b"data");
    let elsewhere = follow(s, b, "m");
    let nowhere = Rule::Killed(elsewhere, "SIGSEGV".to_owned(), None);
    let wrong = nowhere.or(Rule::OtherBytes(elsewhere, b"d".to_vec()));
    s.judge(elsewhere, "killed by SIGSEGV, or another byte", wrong);
}

/// Byte 28 of the mapping `m` of another peer.
fn there(peer: &str) -> Remote {
    Remote::Peer {
        peer: peer.to_owned(),
        map: "m".to_owned(),
        at: 28,
    }
}

fn peek(s: &mut Script, peer: Peer, whose: &str) -> StepId {
    let what = format!("reads the byte at 28 of {whose}'s mapping by process_vm_readv");
    let there = there(whose);
    s.attempt(
        peer,
        what,
        Call::Transfer(TransferCall::Peek { there, len: 1 }),
    )
}

fn others_copies(s: &mut Script) {
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, private("f", s.page()));
    s.open(b, "f");
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    s.store(a, 28, b"S");
    let in_file = s.read(b, "f", 28, 1);
    s.expect_bytes(in_file, b"A");
    let seen = peek(s, b, "A");
    s.require(
        seen.get(Figure::Bytes).is(1),
        "this system lets no process look into another one: see kernel.yama.ptrace_scope",
    );
    s.expect_bytes(seen, b"S");
}

fn overwrite(map: &str) -> Call {
    Call::Transfer(TransferCall::Overwrite {
        file: "mem".to_owned(),
        map: map.to_owned(),
        at: 28,
        bytes: b"Z".to_vec(),
    })
}

fn proc_mem(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, private("f", page).allowing(Prot::Read));
    s.map(a, shared("f", page).allowing(Prot::Read).named("s"));
    let path = Path::new("/proc/self/mem");
    let what = "opens /proc/self/mem, its own memory, to read and write";
    s.open_path(a, what, "mem", path, FileAccess::ReadWrite);
    let before = s.load(a, 28, 1);
    s.expect_bytes(before, b"A");
    let told = s.attempt(
        a,
        "writes 'Z' by it at 28 of s, which is shared",
        overwrite("s"),
    );
    s.expect_failed(told, "EIO");
    let told = s.attempt(
        a,
        "writes 'Z' by it at 28 of m, which is private",
        overwrite("m"),
    );
    s.require(
        told.is(Outcome::Number { value: 1 }),
        "this system lets nobody write past a protection (proc_mem.force_override)",
    );
    s.expect_number(told, 1);
    let seen = s.load(a, 28, 1);
    s.expect_bytes(seen, b"Z");
    let pages = s.pages(a, 0, page);
    s.expect_pages(pages, &[PrivateCopy]);
    let in_file = s.read(a, "f", 28, 1);
    s.expect_bytes(in_file, b"A");
    let store = s.try_store(a, 28, b"Y");
    s.expect_killed(store, "SIGSEGV", Some("SEGV_ACCERR"));
}

/// A debugger's breakpoint in the mapping of C.
pub(in crate::lab) fn break_at(s: &mut Script, by: Peer) {
    let (there, byte) = (there("C"), 0xcc);
    let told = s.attempt(
        by,
        "puts a breakpoint, the byte cc, at 28 of C's mapping by ptrace",
        Call::Transfer(TransferCall::Poke { there, byte }),
    );
    let why = "this system lets no process trace its child: see kernel.yama.ptrace_scope";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
}

fn breakpoint_is_a_copy(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open_and_map(a, private("f", page).allowing(Prot::Read));
    let line = s.maps(a, "m");
    s.judge(line, "one line r--p", line.allow(&["r--p"]));
    let c = s.fork(a, "C");
    for peer in [a, c] {
        let before = s.load(peer, 28, 1);
        s.expect_bytes(before, b"A");
    }
    break_at(s, a);
    for (peer, byte, page_of) in [(c, 0xcc, PrivateCopy), (a, b'A', FilePage)] {
        let seen = s.load(peer, 28, 1);
        s.expect_bytes(seen, &[byte]);
        let pages = s.pages(peer, 0, page);
        s.expect_pages(pages, &[page_of]);
    }
    let in_file = s.read(a, "f", 28, 1);
    s.expect_bytes(in_file, b"A");
}

/// What the program fills its pages with.
pub(in crate::lab) const MADE: &[u8; 20] = b"made by the program ";

/// The peer fills the first two pages of `m` by itself.
pub(in crate::lab) fn answer_faults(s: &mut Script, peer: Peer) {
    let faults = Call::Process(ProcessCall::Userfault {
        map: "m".to_owned(),
        at: 0,
        len: 2 * s.page(),
        bytes: MADE.to_vec(),
    });
    let told = s.attempt(
        peer,
        "has a thread of its own fill the first two pages when they are missing",
        faults,
    );
    let why = "this system has no userfaultfd for programs without privilege, or forbids it";
    s.require(told.is(Outcome::Done), why);
}

fn program_answers(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    let pipe = Call::Object(ObjectCall::Pipe {
        read: "r".to_owned(),
        write: "w".to_owned(),
    });
    s.must(a, "makes a pipe", pipe);
    s.map(a, anonymous(3 * page));
    answer_faults(s, a);
    let write = |at| {
        Call::Transfer(TransferCall::WriteFrom {
            file: "w".to_owned(),
            offset: None,
            map: "m".to_owned(),
            at,
            len: 4,
        })
    };
    let early = s.attempt(
        a,
        "writes 4 bytes of the missing page into the pipe",
        write(0),
    );
    s.expect_failed(early, "EFAULT");
    let made = s.load(a, 0, 19);
    s.expect_bytes(made, &MADE[..19]);
    let late = s.attempt(a, "writes the 4 bytes once more", write(0));
    s.expect_number(late, 4);
    let others = s.load(a, 2 * page, 4);
    s.expect_bytes(others, &[0; 4]);
}
