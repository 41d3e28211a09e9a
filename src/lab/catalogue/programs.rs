//! Memory as program and as data: what a vfork shares, what execve drops, and when bytes can be run.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Script, StepId, anonymous, private, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{
    AreaCall, Call, FileAccess, ObjectCall, Outcome, ProcessCall, Prot, RETURNS_42, SealKind,
};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "vfork-shares",
            topic: LabTopic::Program,
            title: "A child of vfork stores into its parent's memory; a child of fork does not",
            choices: &[
                "Neither store is seen by the parent",
                "The store after vfork is seen, the one after fork is not",
                "Both are seen",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "fork gives the child an address space of its own, whose pages are copied at the first store. vfork \
                  lends the child that of its parent, who waits until the child calls execve or ends: nothing is \
                  copied, and every store is the parent's too. It is there so that starting a program costs little; \
                  posix_spawn() makes use of it. POSIX leaves such a store undefined, and no longer knows vfork.",
            source: "vfork(2): \u{201c}the child shares all memory with its parent\u{201d}; clone(2), CLONE_VM; fork(2)",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode), ("C", SkipStores)],
        script: vfork_shares,
    },
    Experiment {
        claim: Claim {
            name: "exec-drops-mappings",
            topic: LabTopic::Program,
            title: "execve drops all mappings; a descriptor without FD_CLOEXEC stays open",
            choices: &[
                "Shared mappings stay, private ones go",
                "The mappings are gone, and the file can still be used by its descriptor",
                "Both are gone",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "execve puts a new program into the process: it gets an address space of its own, with none of the \
                  old mappings. Descriptors belong to the process and stay, except those with FD_CLOEXEC. That the \
                  writable mapping is gone shows in a seal: F_SEAL_WRITE is EBUSY as long as there is one. A new \
                  program has to map the file again, mostly at another address.",
            source: "execve(2): \u{201c}Memory mappings are not preserved (mmap(2))\u{201d}; POSIX.1-2024 exec: \
                     mappings are \u{201c}unmapped before the address space is rebuilt for the new process \
                     image\u{201d}",
        },
        needs: &[Need::Memfd],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: exec_drops_mappings,
    },
    Experiment {
        claim: Claim {
            name: "write-xor-execute",
            topic: LabTopic::Program,
            title: "Bytes can be run where PROT_EXEC allows it, and nowhere else",
            choices: &[
                "What can be read can be run",
                "A call into a page without PROT_EXEC is SIGSEGV; with it the bytes are a function",
                "What was stored as data cannot become code",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The page table has a bit for running, which the processor checks when it fetches an instruction. \
                  A program that makes code, as compilers of browsers do, stores it into a page that cannot be run, \
                  and then has mprotect change that: write or execute, and not both. So an attacker who can store \
                  bytes has not yet made code of them. Some systems refuse the change (SELinux: EACCES).",
            source: "mprotect(2), PROT_EXEC; mmap(2). POSIX.1-2024 mmap() demands it for PROT_WRITE only: an \
                     implementation may permit accesses other than those that prot asks for",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", SkipStores)],
        script: write_xor_execute,
    },
    Experiment {
        claim: Claim {
            name: "running-program-etxtbsy",
            topic: LabTopic::Program,
            title: "A program cannot be opened for writing while it runs; a library that it has loaded can be cut under it",
            choices: &[
                "Neither can be written to while somebody runs it",
                "Opening the program to write fails with ETXTBSY; a library is cut, and the next call into it is SIGBUS",
                "Both can be written to: what runs is a copy in memory",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The code of a running program is a mapping of its file, so that writing to the file would change \
                  the code under it. For the program itself execve(2) forbids that. A library is a file that the \
                  program maps by itself, like any other, and MAP_DENYWRITE is ignored since it let users lock files \
                  of others. So a new version of a library has to be a new file that is renamed over the old one, \
                  which then lives on in those that have it mapped; copying over it (cp) cuts the old file first, and \
                  they die. (For a while, from Linux 6.11 on, programs could be written to as well; 6.13 took that \
                  back.)",
            source: "open(2), ETXTBSY; mmap(2), MAP_DENYWRITE: \u{201c}This flag is ignored\u{201d}; execve(2)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[],
        script: running_program,
    },
];

fn vfork_shares(s: &mut Script) {
    let a = s.peer("A");
    s.map(a, anonymous(s.page()));
    s.store(a, 28, b"1");
    let vfork = Call::Process(ProcessCall::Vfork {
        map: "m".to_owned(),
        at: 28,
        bytes: b"3".to_vec(),
    });
    s.must(
        a,
        "makes a child by vfork, which stores '3' at 28 and ends",
        vfork,
    );
    let seen = s.load(a, 28, 1);
    s.expect_bytes(seen, b"3");
    let c = s.fork(a, "C");
    s.store_and_see(c, 28, b"4");
    let parents = s.load(a, 28, 1);
    s.expect_bytes(parents, b"3");
}

fn exec_drops_mappings(s: &mut Script) {
    let page = s.page();
    let a = s.peer("A");
    let file = "g".to_owned();
    let memfd = Call::Object(ObjectCall::SealableMemfd { file, len: page });
    s.must(
        a,
        format!("makes the memfd g of {page} bytes, which can be sealed"),
        memfd,
    );
    s.map(a, shared("g", page));
    s.store(a, 28, b"Z");
    let seal = |s: &mut Script| -> StepId {
        let (file, seals) = ("g".to_owned(), vec![SealKind::Write]);
        let call = Call::Object(ObjectCall::Seal { file, seals });
        s.attempt(a, "seals g against writing", call)
    };
    let told = seal(s);
    s.expect_failed(told, "EBUSY");
    let keep = "g".to_owned();
    let exec = Call::Process(ProcessCall::Exec { keep });
    s.must(a, "calls execve, with g left open", exec);
    let kept = s.read(a, "g", 28, 1);
    s.expect_bytes(kept, b"Z");
    let told = seal(s);
    s.expect_done(told);
}

fn write_xor_execute(s: &mut Script) {
    if code_page(s).is_none() {
        return;
    }
    let page = s.page();
    let a = s.peer("A");
    s.map(a, anonymous(page));
    let code = RETURNS_42;
    let what = format!("stores {} bytes of a function that returns 42", code.len());
    s.must(a, what, crate::lab::script::store("m", 0, code));
    let c = s.fork(a, "C");
    let call = || {
        let (map, at) = ("m".to_owned(), 0);
        Call::Area(AreaCall::Execute { map, at })
    };
    let told = s.attempt(c, "calls the function", call());
    s.expect_killed(told, "SIGSEGV", Some("SEGV_ACCERR"));
    let told = s.protect(a, 0, page, Prot::ReadExecute);
    let why = "this system lets nobody run what was stored";
    s.require(told.is(Outcome::Done), why);
    s.expect_done(told);
    let told = s.attempt(a, "calls the function", call());
    s.expect_number(told, 42);
    let told = s.try_store(a, 0, b"x");
    s.expect_killed(told, "SIGSEGV", Some("SEGV_ACCERR"));
}

fn running_program(s: &mut Script) {
    let Some(code) = code_page(s) else {
        return;
    };
    let page = s.page();
    s.file("f", code.as_slice());
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_as(a, "f", FileAccess::Read);
    let library = private("f", page).allowing(Prot::ReadExecute);
    let what = "maps f, private, read-execute, as a library is loaded";
    let told = s.try_map(a, what, library);
    let why = "nothing can be run from this file system (noexec)";
    s.require(told.is(Outcome::Done), why);
    let call = || {
        let (map, at) = ("m".to_owned(), 0);
        Call::Area(AreaCall::Execute { map, at })
    };
    let told = s.attempt(a, "calls the function in it", call());
    s.expect_number(told, 42);
    let open = Call::Open {
        file: "f".to_owned(),
        path: "f".into(),
        access: FileAccess::ReadWrite,
    };
    let told = s.attempt(b, "opens f to read and write", open);
    s.expect_done(told);
    s.truncate(b, "f", 0);
    let told = s.attempt(a, "calls the function once more", call());
    s.expect_killed(told, "SIGBUS", Some("BUS_ADRERR"));
    let open = Call::Open {
        file: "program".to_owned(),
        path: "/proc/self/exe".into(),
        access: FileAccess::Write,
    };
    let told = s.attempt(b, "opens the program that it runs itself to write", open);
    let errno = "ETXTBSY".to_owned();
    let is_busy = told.is(Outcome::Failed { errno });
    let why = "this user may not write to the program that runs, or this kernel lets everybody";
    s.require(is_busy, why);
    s.expect_failed(told, "ETXTBSY");
}

/// A page that begins with a function; none where no code is known for the processor.
pub(in crate::lab) fn code_page(s: &mut Script) -> Option<Vec<u8>> {
    if RETURNS_42.is_empty() {
        let machine = &s.environment().machine;
        let why = format!("there is no code here for the processor {machine}");
        s.not_available(why);
        return None;
    }
    let mut code = s.filled(1, 0);
    code.splice(..RETURNS_42.len(), RETURNS_42.iter().copied());
    Some(code)
}
