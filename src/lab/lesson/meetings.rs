//! Lessons about several processes at one word, and about those who wait for each other.

use crate::lab::catalogue::{atomics, meetings};
use crate::lab::script::{Figure, anonymous, anonymous_shared};
use crate::peer::calls::{Call, Lane, RaceCall};

use super::{ExerciseChange, Heading, Lesson, switched};

pub(super) static LESSONS: &[Lesson] = &[
    Heading::new("plain-additions-are-lost", "torn-pairs").exercise(
        "Each process adds to a word of its own in the shared page, without atomic instructions: what is lost?",
        &["Additions of both: they are in one page", "Nothing"],
        1,
        ExerciseChange::Script(|s| {
            const ROUNDS: u64 = 200_000;
            let a = s.peer("A");
            s.map(a, anonymous_shared(s.page()));
            let c = s.fork(a, "C");
            let race = |at: u64| {
                Call::Race(RaceCall {
                    map: "m".to_owned(),
                    line: 0,
                    racers: 2,
                    rounds: ROUNDS,
                    lane: Lane::Add { at, atomic: false },
                })
            };
            s.together(|s| {
                s.must(a, "adds 1 to its word 200000 times", race(256));
                s.must(c, "adds 1 to another one 200000 times", race(320));
            });
            for at in [256, 320] {
                let sum = s.load(a, at, 8);
                s.expect_bytes(sum, &ROUNDS.to_le_bytes());
            }
        }),
    ),
    Heading::new("torn-pairs", "private-futex").open_exercise(
        "The process that stores counts before and after, but the one that loads does not look at the counter: is it given a torn pair?",
        &["It is: a counter is an agreement of both", "It is not: the other one's counting holds the pair together"],
        ExerciseChange::Script(|s| {
            let both = atomics::pair(s);
            let told = s.until(atomics::RACES, |s| {
                let told = atomics::tear(s, both, (true, false));
                (told, told.get(Figure::TornPairs).above(0))
            });
            s.judge(told, "no torn word", told.get(Figure::TornWords).is(0));
            s.see("looks for torn pairs", told.get(Figure::TornPairs));
        }),
    ),
    Heading::new("private-futex", "holder-dies").exercise(
        "The memory is private, and a child has it from its parent; no private flag is given: whom does the child's wake reach?",
        &["Its parent: without the flag the kernel goes by the page, which is still the same one", "Nobody: each has a word of its own"],
        1,
        switched(|s, changed| {
            let a = s.peer("A");
            let page = s.page();
            s.map(a, if changed { anonymous(page) } else { anonymous_shared(page) });
            let c = s.fork(a, "C");
            let (waited, woken) = meetings::meet(s, (a, c), false, (600, 300));
            s.expect_number(woken, 0);
            s.expect_failed(waited, "ETIMEDOUT");
        }),
    ),
    Heading::new("holder-dies", "store-buffering").exercise(
        "Whoever is told EOWNERDEAD unlocks the mutex without calling pthread_mutex_consistent: what does the next lock of it do?",
        &["It succeeds: the error was told once", "It fails with EOWNERDEAD again", "It fails with ENOTRECOVERABLE, for good"],
        2,
        switched(|s, changed| {
            let (a, c) = atomics::pair(s);
            meetings::make(s, a, meetings::ROBUST);
            let held = meetings::lock(s, c, meetings::ROBUST);
            s.expect_done(held);
            let death = s.attempt(c, "ends by abort, with it locked", Call::Abort);
            s.expect_killed(death, "SIGABRT", None);
            let told = meetings::lock(s, a, meetings::ROBUST);
            s.expect_failed(told, "EOWNERDEAD");
            if !changed {
                meetings::say_consistent(s, a);
            }
            meetings::unlock(s, a, meetings::ROBUST);
            let again = meetings::lock(s, a, meetings::ROBUST);
            s.expect_failed(again, "ENOTRECOVERABLE");
        }),
    ),
    Heading::new("store-buffering", "cost-warm-sequential").open_exercise(
        "Only one of the two has the fence between its store and its load: do both ever find the old word?",
        &["They do: the other one's load may still overtake its store", "They do not: one fence is enough for both"],
        ExerciseChange::Script(|s| {
            let both = atomics::pair(s);
            let fenced = meetings::store_and_load(s, both, (true, true));
            let never = fenced.get(Figure::BothSawOld).is(0);
            s.judge(fenced, "no round in which both saw the old word", never);
            let told = s.until(3, |s| {
                let told = meetings::store_and_load(s, both, (true, false));
                (told, told.get(Figure::BothSawOld).above(0))
            });
            s.see("looks for rounds in which both saw the old word", told.get(Figure::BothSawOld));
        }),
    ),
];
