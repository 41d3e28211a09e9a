//! Processes that wait for each other in shared memory: whom a wake reaches, what a dead holder leaves, and in which order
//! stores are seen.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Script, StepId};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::OtherMode;
use crate::peer::calls::{Call, FutexCall, Lane, MutexCall, Outcome, RaceCall};

use super::atomics::pair;

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "private-futex",
            topic: LabTopic::Atomics,
            title: "A futex that is called private wakes nobody in another process, though the memory is shared",
            choices: &[
                "The waiting process wakes either way: it is the same word in memory",
                "Without FUTEX_PRIVATE_FLAG it wakes; with it the wake reaches nobody, and the wait times out",
                "With the flag both calls fail, as the memory is shared",
            ],
            expected: Expected::Always(1),
            promise: Promise::Linux,
            why: "Waiters are found by a key. For a shared futex it is made of the page, so that all processes that \
                  map it have the same one. With FUTEX_PRIVATE_FLAG it is the address space and the address in it, \
                  which is faster to look up, and never the same in two address spaces. Mutexes of pthreads are \
                  private unless pthread_mutexattr_setpshared() was called: put into shared memory they seem to work, \
                  until somebody has to wait.",
            source: "futex(2), FUTEX_PRIVATE_FLAG: \u{201c}the futex is process-private and not shared with another \
                     process\u{201d}; pthread_mutexattr_setpshared(3)",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", OtherMode)],
        script: private_futex,
    },
    Experiment {
        claim: Claim {
            name: "holder-dies",
            topic: LabTopic::Atomics,
            title: "A shared mutex stays locked when its holder dies; a robust one tells the next",
            choices: &[
                "Both are unlocked, as everything that the process had is given back",
                "The plain one can never be locked again; the robust one is, with EOWNERDEAD",
                "Both can never be locked again",
            ],
            expected: Expected::Always(1),
            promise: Promise::Posix,
            why: "A mutex is a word in memory, of which the kernel knows nothing; a process that dies leaves it as it is. \
                  A robust mutex stands in a list that the kernel goes through when a thread ends: it marks the word, and \
                  whoever locks the mutex next is told that what it guards may be half changed. After repairing that it \
                  says so with pthread_mutex_consistent(), else the mutex is lost for good.",
            source: "pthread_mutexattr_setrobust(3), EOWNERDEAD: \u{201c}to indicate that the original owner no longer \
                     exists and the mutex is in an inconsistent state\u{201d}; POSIX.1-2024 pthread_mutex_lock(); \
                     get_robust_list(2)",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", OtherMode)],
        script: holder_dies,
    },
    Experiment {
        claim: Claim {
            name: "store-buffering",
            topic: LabTopic::Atomics,
            title: "Two processes that each store, then load the other's word, can both find the old one",
            choices: &[
                "One of them is first, so at least one finds the new word",
                "Both can find the old word; with a fence between store and load never",
                "Both can find the old word, with a fence too",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "A processor puts a store into a buffer and goes on; the load after it may be done before the store is \
                  seen by others. Both processes can do that at the same time, in an order that no interleaving of the \
                  two programs explains. A fence (of C11: atomic_thread_fence with memory_order_seq_cst) waits until the \
                  buffer is empty. Dekker's and Peterson's locks rest on it. That it is seen without a fence is likely \
                  and not certain: where it was not in many rounds, nothing is said of it.",
            source: "Intel SDM volume 3, Loads May Be Reordered with Earlier Stores to Different Locations; C11 7.17.4; \
                     tools/memory-model/Documentation/recipes.txt of Linux, Store buffering",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[],
        script: store_buffering,
    },
];

/// How often it is tried where one process may come too late.
const ATTEMPTS: u64 = 3;

/// One waits, the other wakes again and again until somebody woke: what each of them told.
pub(in crate::lab) fn meet(
    s: &mut Script,
    (a, c): (Peer, Peer),
    private: bool,
    (waits, wakes): (u64, u64),
) -> (StepId, StepId) {
    let how = if private { ", private" } else { "" };
    s.together(|s| {
        let wait = Call::Futex(FutexCall::Wait {
            map: "m".to_owned(),
            at: 0,
            value: 0,
            private,
            milliseconds: waits,
        });
        let what = format!("waits at the word, {waits} ms at most{how}");
        let waited = s.attempt(a, what, wait);
        let wake = Call::Futex(FutexCall::Wake {
            map: "m".to_owned(),
            at: 0,
            count: 1,
            private,
            milliseconds: wakes,
        });
        let what = format!("wakes one until one woke, for {wakes} ms at most{how}");
        let woken = s.attempt(c, what, wake);
        (waited, woken)
    })
}

fn private_futex(s: &mut Script) {
    let both = pair(s);
    let (waited, woken) = s.until(ATTEMPTS, |s| {
        let (waited, woken) = meet(s, both, false, (1000, 1000));
        ((waited, woken), woken.get(Figure::Number).is(1))
    });
    s.expect_number(woken, 1);
    s.expect_done(waited);
    let (waited, woken) = meet(s, both, true, (600, 300));
    s.expect_number(woken, 0);
    let errno = "ETIMEDOUT".to_owned();
    s.expect(waited, Outcome::Failed { errno });
}

/// Where the two mutexes are, and how long one is waited for.
const PLAIN: u64 = 0;
pub(in crate::lab) const ROBUST: u64 = 64;
const WAIT: u64 = 200;

pub(in crate::lab) fn lock(s: &mut Script, peer: Peer, at: u64) -> StepId {
    let name = if at == ROBUST { "robust" } else { "plain" };
    let what = format!("locks the {name} mutex, waiting {WAIT} ms at most");
    let call = MutexCall::Lock {
        map: "m".to_owned(),
        at,
        milliseconds: WAIT,
    };
    s.attempt(peer, what, Call::Mutex(call))
}

/// Makes a mutex that processes share.
pub(in crate::lab) fn make(s: &mut Script, peer: Peer, at: u64) {
    let robust = at == ROBUST;
    let what = if robust {
        "makes a robust mutex for processes"
    } else {
        "makes a mutex for processes"
    };
    let map = "m".to_owned();
    s.must(peer, what, Call::Mutex(MutexCall::Init { map, at, robust }));
}

/// Says that what the robust one guards is whole again.
pub(in crate::lab) fn say_consistent(s: &mut Script, peer: Peer) {
    let (map, at) = ("m".to_owned(), ROBUST);
    let call = Call::Mutex(MutexCall::Consistent { map, at });
    let mended = s.attempt(peer, "says that the robust one is consistent", call);
    s.expect_done(mended);
}

/// Unlocks a mutex.
pub(in crate::lab) fn unlock(s: &mut Script, peer: Peer, at: u64) {
    let map = "m".to_owned();
    s.must(
        peer,
        "unlocks it",
        Call::Mutex(MutexCall::Unlock { map, at }),
    );
}

fn holder_dies(s: &mut Script) {
    let (a, c) = pair(s);
    make(s, a, PLAIN);
    make(s, a, ROBUST);
    for at in [PLAIN, ROBUST] {
        let held = lock(s, c, at);
        s.expect_done(held);
        let refused = lock(s, a, at);
        s.expect_failed(refused, "ETIMEDOUT");
    }
    let death = s.attempt(c, "ends by abort, with both locked", Call::Abort);
    s.expect_killed(death, "SIGABRT", None);
    let lost = lock(s, a, PLAIN);
    s.expect_failed(lost, "ETIMEDOUT");
    let told = lock(s, a, ROBUST);
    s.expect_failed(told, "EOWNERDEAD");
    say_consistent(s, a);
    unlock(s, a, ROBUST);
    let again = lock(s, a, ROBUST);
    s.expect_done(again);
}

/// Rounds of a race, and how many races there are at most until something is seen that nobody promises.
const ROUNDS: u64 = 100_000;
const RACES: u64 = 10;
/// Where the words are; the start line is before them.
const WORDS: u64 = 1024;

/// Both store, then load the other's word: what the first one counted.
pub(in crate::lab) fn store_and_load(
    s: &mut Script,
    (a, c): (Peer, Peer),
    fences: (bool, bool),
) -> StepId {
    let lane = |first, fence| {
        Call::Race(RaceCall {
            map: "m".to_owned(),
            line: 0,
            racers: 2,
            rounds: ROUNDS,
            lane: Lane::StoreThenLoad {
                at: WORDS,
                first,
                fence,
            },
        })
    };
    let what = |fence| {
        let with = if fence { ", with a fence between" } else { "" };
        format!("stores 1 before loading the other's word, {ROUNDS} times at most{with}")
    };
    s.together(|s| {
        let told = s.must(a, what(fences.0), lane(true, fences.0));
        s.must(c, what(fences.1), lane(false, fences.1));
        told
    })
}

fn store_buffering(s: &mut Script) {
    let both = pair(s);
    let fenced = store_and_load(s, both, (true, true));
    let never = fenced.get(Figure::BothSawOld).is(0);
    s.judge(fenced, "no round in which both saw the old word", never);
    let plain = s.until(RACES, |s| {
        let told = store_and_load(s, both, (false, false));
        (told, told.get(Figure::BothSawOld).above(0))
    });
    let is_seen = plain.get(Figure::BothSawOld).above(0);
    s.require(
        is_seen.clone(),
        "both never saw the old word in many rounds: that can be, and shows nothing",
    );
    s.judge(plain, "rounds in which both saw the old word", is_seen);
}
