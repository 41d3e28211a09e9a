//! Advice about memory without a file: what may be dropped some time, and what a child gets.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Script, StepId, anonymous, shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::{OtherMode, SkipStores};
use crate::peer::calls::{Advice, Call, Outcome};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "madv-free-is-lazy",
            topic: LabTopic::Anonymous,
            title: "After MADV_FREE the bytes stay until memory is short; a page that is stored into again stays",
            choices: &[
                "The bytes are zeros at once, as after MADV_DONTNEED",
                "The bytes are there until the kernel takes the page; one that was stored into again is not taken",
                "The bytes stay: it is a hint that Linux does not follow",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "MADV_FREE marks the page as one that nobody misses. The kernel takes it only when it needs memory, \
                  and then without writing it to swap; until then a load finds the old bytes. A store makes the page \
                  an ordinary one again. So after MADV_FREE a load gives the old bytes or zeros, and nobody says \
                  which. MADV_PAGEOUT asks the kernel here to take the page now. Some allocators give memory back \
                  this way.",
            source: "madvise(2), MADV_FREE (Linux 4.5) and MADV_PAGEOUT (Linux 5.4)",
        },
        needs: &[Need::PageFacts],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: madv_free,
    },
    Experiment {
        claim: Claim {
            name: "wipeonfork-dontfork",
            topic: LabTopic::Fork,
            title: "A child finds zeros after MADV_WIPEONFORK, and nothing after MADV_DONTFORK",
            choices: &[
                "A child has everything that its parent has; advice does not change that",
                "The wiped page is zeros in the child, and a load of the other one is SIGSEGV",
                "Both are zeros, in the parent as well",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Both are exceptions from fork's rule. MADV_WIPEONFORK is for secrets and for the state of random \
                  numbers, which a child must not have or repeat: it works for private memory without a file only \
                  (else EINVAL). MADV_DONTFORK leaves the range out of the child's address space, so that pages that \
                  a device writes to are not copied away from under it.",
            source: "madvise(2), MADV_WIPEONFORK (Linux 4.14) and MADV_DONTFORK",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", SkipStores), ("A", OtherMode)],
        script: wipe_on_fork,
    },
];

/// How often it is tried.
const ATTEMPTS: u64 = 20;

fn advise(s: &mut Script, peer: Peer, map: &str, advice: Advice) -> StepId {
    let word = match advice {
        Advice::Free => "MADV_FREE",
        Advice::PageOut => "MADV_PAGEOUT",
        Advice::WipeOnFork => "MADV_WIPEONFORK",
        Advice::DontFork => "MADV_DONTFORK",
        _ => "advice",
    };
    let call = Call::Advise {
        map: map.to_owned(),
        at: 0,
        len: s.page(),
        advice,
    };
    s.attempt(peer, format!("says {word} of {map}"), call)
}

fn invalid() -> Outcome {
    let errno = "EINVAL".to_owned();
    Outcome::Failed { errno }
}

fn madv_free(s: &mut Script) {
    let a = s.peer("A");
    s.letters("f", 1);
    s.open(a, "f");
    let page = s.page();
    s.map(a, anonymous(page));
    s.map(a, shared("f", page).named("f"));
    let refused = advise(s, a, "f", Advice::Free);
    s.expect_failed(refused, "EINVAL");
    // The kernel may take it at any time before it is asked to; and when it is asked, the page may be on another
    // processor's list of new pages, which is not looked at.
    let (kept, taken) = s.until(ATTEMPTS, |s| {
        s.store(a, 0, b"hello");
        let told = advise(s, a, "m", Advice::Free);
        s.expect_done(told);
        let kept = s.load(a, 0, 5);
        let told = advise(s, a, "m", Advice::PageOut);
        s.require(
            told.is(Outcome::Done),
            "this kernel has no MADV_PAGEOUT, which is of Linux 5.4",
        );
        let taken = s.load(a, 0, 5);
        let bytes = b"hello".to_vec();
        let rule = kept.is(Outcome::Bytes { bytes });
        ((kept, taken), rule.and(taken.get(Figure::Word).is(0)))
    });
    s.expect_bytes(kept, b"hello");
    let why = "the kernel did not take the page, though it was asked to";
    s.require(taken.get(Figure::Word).is(0), why);
    s.expect_bytes(taken, &[0; 5]);
    s.store(a, 0, b"hello");
    let told = advise(s, a, "m", Advice::Free);
    s.expect_done(told);
    s.store(a, 0, b"Hello");
    let told = advise(s, a, "m", Advice::PageOut);
    s.expect_done(told);
    let kept = s.load(a, 0, 5);
    s.expect_bytes(kept, b"Hello");
}

fn wipe_on_fork(s: &mut Script) {
    let page = s.page();
    s.letters("f", 1);
    let a = s.peer("A");
    s.open(a, "f");
    s.map(a, anonymous(page));
    s.map(a, anonymous(page).named("d"));
    s.map(a, shared("f", page).named("s"));
    s.store(a, 0, b"secret");
    s.store_in(a, "d", 0, b"device");
    let told = advise(s, a, "s", Advice::WipeOnFork);
    s.expect_either(told, [invalid()]);
    for (map, advice) in [("m", Advice::WipeOnFork), ("d", Advice::DontFork)] {
        let told = advise(s, a, map, advice);
        s.expect_done(told);
    }
    let c = s.fork(a, "C");
    let wiped = s.load(c, 0, 6);
    s.expect_bytes(wiped, &[0; 6]);
    for (map, bytes) in [("m", b"secret"), ("d", b"device")] {
        let kept = s.load_of(a, map, 0, 6);
        s.expect_bytes(kept, bytes);
    }
    let missing = s.load_of(c, "d", 0, 1);
    s.expect_killed(missing, "SIGSEGV", Some("SEGV_MAPERR"));
}
