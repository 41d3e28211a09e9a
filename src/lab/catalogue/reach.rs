//! Places that cannot be reached: what the kernel answers where a program would die, and what a handler can hide.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Script, private, shared, store};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::SkipStores;
use crate::peer::calls::{AreaCall, Call, ObjectCall, Prot, TransferCall};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "system-calls-say-efault",
            topic: LabTopic::Ends,
            title: "A system call that cannot reach memory fails with EFAULT where a load or store would be a signal",
            choices: &[
                "The process is ended by the same signal",
                "The call fails with EFAULT, and the process goes on",
                "The call waits until the page is there",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "In a system call it is the kernel that loads and stores. It meets the same page fault, finds that it \
                  cannot be resolved, and returns EFAULT: -1, no signal. So write(2) from a mapping past the end of \
                  its file is an error that can be handled, while a load there ends the process. POSIX lets a system \
                  choose between the two.",
            source: "write(2) and read(2), EFAULT; POSIX.1-2024, 2.3 Error Numbers, EFAULT: the detection of a bad \
                     address is not required",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("B", SkipStores)],
        script: system_calls_say_efault,
    },
    Experiment {
        claim: Claim {
            name: "sigbus-handler-hides-the-loss",
            topic: LabTopic::Ends,
            title: "A SIGBUS handler that maps a page over the hole saves the process, and not the byte",
            choices: &[
                "The store reaches the file when it is long enough again",
                "The process reads back what it stored; the file never has it",
                "The process ends all the same: SIGBUS cannot be handled",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "The handler of SIGBUS maps an anonymous page over the place, and the store is tried again, with \
                  success. From then on that page is no longer the file's: the process sees its byte, and nobody else \
                  does, also when the file is long enough again. The program has to remember that it lost a page, and \
                  say so.",
            source: "sigaction(2), SIGBUS and si_addr; mmap(2), SIGBUS and MAP_FIXED. That mmap may be called in a \
                     handler is Linux: POSIX does not list it as async-signal-safe",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores)],
        script: handler_hides_the_loss,
    },
];

fn system_calls_say_efault(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", 2 * page));
    let pipe = Call::Object(ObjectCall::Pipe {
        read: "r".to_owned(),
        write: "w".to_owned(),
    });
    s.must(a, "makes a pipe", pipe);
    let write = Call::Transfer(TransferCall::WriteFrom {
        file: "w".to_owned(),
        offset: None,
        map: "m".to_owned(),
        at: page,
        len: 1,
    });
    let told = s.attempt(
        a,
        format!("writes the byte at {page} of m into the pipe"),
        write,
    );
    s.expect_failed(told, "EFAULT");
    let told = s.load(a, page, 1);
    s.expect_killed(told, "SIGBUS", Some("BUS_ADRERR"));
    s.open_and_map(b, private("f", page).allowing(Prot::Read));
    let read = Call::Transfer(TransferCall::ReadInto {
        file: "f".to_owned(),
        offset: Some(0),
        map: "m".to_owned(),
        at: 0,
        len: 1,
    });
    let told = s.attempt(
        b,
        "reads a byte of f by pread into m, which is read-only",
        read,
    );
    s.expect_failed(told, "EFAULT");
    let told = s.try_store(b, 0, b"x");
    s.expect_killed(told, "SIGSEGV", Some("SEGV_ACCERR"));
}

fn handler_hides_the_loss(s: &mut Script) {
    let page = s.page();
    s.letters("f", 2);
    let (a, b) = (s.peer("A"), s.peer("B"));
    s.open_and_map(a, shared("f", 2 * page));
    s.open(b, "f");
    let map = "m".to_owned();
    let mend = Call::Area(AreaCall::Mend { map });
    s.must(
        a,
        "takes care of SIGBUS in m: its handler maps a page there",
        mend,
    );
    s.truncate(b, "f", page);
    let what = format!("stores 's' at {} past the end of f", page + 28);
    let told = s.attempt(a, what, store("m", page + 28, b"s"));
    s.expect_done(told);
    let own = s.load(a, page + 28, 1);
    s.expect_bytes(own, b"s");
    s.truncate(b, "f", 2 * page);
    let in_file = s.read(b, "f", page + 28, 1);
    s.expect_bytes(in_file, &[0]);
    let own = s.load(a, page + 28, 1);
    s.expect_bytes(own, b"s");
}
