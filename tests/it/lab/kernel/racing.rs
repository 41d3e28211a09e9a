//! Races, futexes and mutexes: two peers at once on the same memory.

use super::*;
use mapscope::peer::calls::{FutexCall, Lane, MutexCall, RaceCall, Raced};

/// A parent and its child with a page that both have.
fn pair() -> (Peer, Peer) {
    let mut parent = Peer::start();
    parent.done(Call::Map(anonymous_shared(page())));
    let (child, _) = parent.fork("child");
    (parent, child)
}

fn lane(rounds: u64, lane: Lane) -> Call {
    Call::Race(RaceCall {
        map: text("m"),
        line: 0,
        racers: 2,
        rounds,
        lane,
    })
}

/// Has both do something at the same time.
#[track_caller]
fn both(left: &mut Peer, right: &mut Peer, calls: [Call; 2]) -> [Outcome; 2] {
    let [first, second] = calls;
    let pending = [
        left.0.send(&Request::Do(first)).unwrap(),
        right.0.send(&Request::Do(second)).unwrap(),
    ];
    let outcome = |peer: &mut Peer, pending| match peer.0.wait(pending, LONG) {
        Ok(Some(Answer::Did(did))) => did.outcome,
        other => panic!("{other:?}"),
    };
    [outcome(left, &pending[0]), outcome(right, &pending[1])]
}

#[track_caller]
fn raced(outcome: &Outcome) -> Raced {
    match outcome {
        Outcome::Raced(raced) => *raced,
        other => panic!("{other:?} is no race"),
    }
}

fn word(peer: &mut Peer, at: u64) -> u64 {
    u64::from_ne_bytes(peer.bytes(load("m", at, 8)).try_into().unwrap())
}

#[test]
fn atomic_additions_are_all_there() {
    let (mut left, mut right) = pair();
    let rounds = 200_000;
    let add = |atomic| lane(rounds, Lane::Add { at: 256, atomic });
    for race in 1..=2 {
        let outcomes = both(&mut left, &mut right, [add(true), add(true)]);
        assert_eq!(raced(&outcomes[0]).rounds, rounds);
        assert_eq!(word(&mut left, 256), race * 2 * rounds);
    }
    // The other kind may lose some, and never finds any.
    left.done(store("m", 256, &[0; 8]));
    both(&mut left, &mut right, [add(false), add(false)]);
    let sum = word(&mut left, 256);
    assert!((rounds..=2 * rounds).contains(&sum), "{sum}");
}

#[test]
fn plain_additions_are_lost_some_time() {
    let (mut left, mut right) = pair();
    let rounds = 300_000;
    let add = lane(
        rounds,
        Lane::Add {
            at: 256,
            atomic: false,
        },
    );
    until("an addition is lost", || {
        left.done(store("m", 256, &[0; 8]));
        both(&mut left, &mut right, [add.clone(), add.clone()]);
        word(&mut left, 256) < 2 * rounds
    });
}

#[test]
fn counted_words_are_whole() {
    let (mut left, mut right) = pair();
    let rounds = 100_000;
    for counted in [false, true, true] {
        let calls = [
            lane(0, Lane::WriteWords { at: 512, counted }),
            lane(rounds, Lane::ReadWords { at: 512, counted }),
        ];
        let outcomes = both(&mut left, &mut right, calls);
        let (written, read) = (raced(&outcomes[0]), raced(&outcomes[1]));
        assert!(written.rounds > 0);
        assert_eq!((read.rounds, read.torn_words), (rounds, 0));
        if counted {
            assert_eq!((read.torn_pairs, read.torn_across_lines), (0, 0));
        }
    }
}

#[test]
fn a_fence_keeps_both_from_seeing_the_old() {
    let (mut left, mut right) = pair();
    for fence in [true, false] {
        let side = |first| {
            lane(
                5_000,
                Lane::StoreThenLoad {
                    at: 1024,
                    first,
                    fence,
                },
            )
        };
        let outcomes = both(&mut left, &mut right, [side(true), side(false)]);
        let seen = raced(&outcomes[0]);
        assert_eq!(seen.rounds, 5_000);
        if fence {
            assert_eq!(seen.both_saw_old, 0);
        }
    }
}

#[test]
fn who_races_alone_says_so() {
    let (mut left, _right) = pair();
    let alone = left.refuses(lane(
        1,
        Lane::Add {
            at: 256,
            atomic: true,
        },
    ));
    assert!(alone.contains("did not come"), "{alone}");
    let odd = left.refuses(lane(
        1,
        Lane::Add {
            at: 257,
            atomic: true,
        },
    ));
    assert!(odd.contains("multiples of 64"), "{odd}");
    let long = left.refuses(lane(
        1 << 40,
        Lane::Add {
            at: 256,
            atomic: true,
        },
    ));
    assert!(long.contains("too long"), "{long}");
}

#[test]
fn a_private_wake_wakes_nobody_else() {
    let (mut left, mut right) = pair();
    let wait = |private, milliseconds| {
        Call::Futex(FutexCall::Wait {
            map: text("m"),
            at: 0,
            value: 0,
            private,
            milliseconds,
        })
    };
    let wake = |private| {
        let (map, at, count) = (text("m"), 0, 1);
        Call::Futex(FutexCall::Wake {
            map,
            at,
            count,
            private,
            milliseconds: 0,
        })
    };
    for (private, woken) in [
        (false, Outcome::Done),
        (
            true,
            Outcome::Failed {
                errno: text("ETIMEDOUT"),
            },
        ),
    ] {
        let limit = if private { 300 } else { 10_000 };
        let pending = left.0.send(&Request::Do(wait(private, limit))).unwrap();
        let asleep = || {
            let at = fs::read_to_string(format!("/proc/{}/wchan", left.pid()));
            let sleeps = state_of(left.pid()) == Some('S');
            sleeps && at.is_ok_and(|at| at.contains("futex") || at == "0")
        };
        // Once it waits, one wake is enough; a private one never is.
        if !private {
            until("it waits", asleep);
        }
        let mut n_woken = 0;
        until("it has ended", || {
            n_woken += right.number(wake(private));
            match left.0.wait(&pending, Duration::ZERO).unwrap() {
                Some(Answer::Did(did)) => {
                    assert_eq!(did.outcome, woken);
                    true
                }
                _ => false,
            }
        });
        assert_eq!(n_woken, u64::from(!private));
    }
    let other = Call::Futex(FutexCall::Wait {
        map: text("m"),
        at: 0,
        value: 1,
        private: false,
        milliseconds: 1,
    });
    left.fails(other, "EAGAIN");
}

#[test]
fn a_robust_mutex_tells_of_a_dead_holder() {
    let lock = |milliseconds| {
        let (map, at) = (text("m"), 0);
        Call::Mutex(MutexCall::Lock {
            map,
            at,
            milliseconds,
        })
    };
    for robust in [false, true] {
        let (mut left, mut right) = pair();
        let (map, at) = (text("m"), 0);
        left.done(Call::Mutex(MutexCall::Init { map, at, robust }));
        left.done(lock(10));
        right.fails(lock(10), "ETIMEDOUT");
        let (map, at) = (text("m"), 0);
        left.done(Call::Mutex(MutexCall::Unlock { map, at }));
        right.done(lock(10));
        drop(right.0.kill());
        if robust {
            left.fails(lock(10_000), "EOWNERDEAD");
            let (map, at) = (text("m"), 0);
            left.done(Call::Mutex(MutexCall::Consistent { map, at }));
            let (map, at) = (text("m"), 0);
            left.done(Call::Mutex(MutexCall::Unlock { map, at }));
            left.done(lock(10));
        } else {
            left.fails(lock(50), "ETIMEDOUT");
        }
    }
}
