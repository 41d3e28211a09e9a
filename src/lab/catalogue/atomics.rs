//! Several processes at the same word at the same time: what is lost, and what is torn.

use crate::lab::claim::{Claim, Expected, LabTopic, Promise};
use crate::lab::script::{Figure, Peer, Script, StepId, Words, anonymous_shared};
use crate::lab::{Experiment, Need};
use crate::peer::calls::Sabotage::SkipStores;
use crate::peer::calls::{Call, Lane, RaceCall};

/// The group.
pub(super) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        claim: Claim {
            name: "plain-additions-are-lost",
            topic: LabTopic::Atomics,
            title: "Two processes that add to a shared word lose additions, unless they add atomically",
            choices: &[
                "No addition is lost: the memory is shared",
                "Plain additions are lost, atomic ones are all there",
                "Both kinds lose some",
            ],
            expected: Expected::Always(1),
            promise: Promise::Open,
            why: "An addition is a load, a sum and a store. When both processes load the same number, both store the \
                  same sum, and one addition is gone. An atomic instruction does the three as one, whoever else has \
                  the memory mapped. That some get lost is likely and not certain: where none was in many races, \
                  nothing is said of it.",
            source: "C11 5.1.2.4: two conflicting actions, at least one of which is not atomic, are a data race; \
                     POSIX.1-2024, 4.15 Memory Ordering and Synchronization",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[("A", SkipStores), ("C", SkipStores)],
        script: plain_additions,
    },
    Experiment {
        claim: Claim {
            name: "torn-pairs",
            topic: LabTopic::Atomics,
            title: "An aligned word is never half old and half new; a pair of words can be",
            choices: &[
                "Neither is torn: a store is seen at once",
                "Both can be torn, as a store is one byte after the other",
                "The word is whole; of two words one can be old and the other new, unless a counter guards them",
            ],
            expected: Expected::Always(2),
            promise: Promise::Open,
            why: "A processor of 64 bits loads and stores an aligned word of 64 bits in one piece: its manual \
                  promises that, and nobody the rest. Nothing ties two words together: whoever loads both while the \
                  other one stores them may get one of each. A counter that is odd while the words change (a seqlock) \
                  lets the reader find out, and load again. That a torn pair is seen is likely and not certain: where \
                  none was in many rounds, nothing is said of it.",
            source: "the manuals of the processors, such as Intel SDM volume 3, Guaranteed Atomic Operations; \
                     Documentation/locking/seqlock.rst",
        },
        needs: &[Need::PageFacts, Need::Fork],
        rests_on: &[],
        script: torn_pairs,
    },
];

/// Additions of each process in a race, and words that are loaded in one.
const ROUNDS: u64 = 500_000;
/// How many races there are at most until something is seen that nobody promises.
pub(in crate::lab) const RACES: u64 = 20;
/// Where the word is that is added to; the start line is before it.
const WORD: u64 = 256;
/// Where the words are that can be torn.
const WORDS: u64 = 512;

fn race(rounds: u64, lane: Lane) -> Call {
    Call::Race(RaceCall {
        map: "m".to_owned(),
        line: 0,
        racers: 2,
        rounds,
        lane,
    })
}

/// A parent and its child, who share memory.
pub(in crate::lab) fn pair(s: &mut Script) -> (Peer, Peer) {
    let a = s.peer("A");
    s.map(a, anonymous_shared(s.page()));
    let c = s.fork(a, "C");
    (a, c)
}

/// Both add at the same time; the step that loads the sum.
fn add(s: &mut Script, (a, c): (Peer, Peer), atomic: bool) -> StepId {
    s.store(a, WORD, &[0; 8]);
    s.together(|s| {
        let how = if atomic {
            "one atomic instruction"
        } else {
            "a load and a store"
        };
        for peer in [a, c] {
            let what = format!("adds 1 with {how}, {ROUNDS} times");
            s.must(peer, what, race(ROUNDS, Lane::Add { at: WORD, atomic }));
        }
    });
    s.load(a, WORD, 8)
}

fn plain_additions(s: &mut Script) {
    let both = pair(s);
    let exact = add(s, both, true);
    let sum = exact.get(Figure::Word);
    let all = 2 * ROUNDS;
    s.judge(
        exact,
        format!("{all} as a word of 64 bits"),
        sum.clone().is(all),
    );
    s.note("counts the atomic additions", Words::new("{}", [sum]));
    let plain = s.until(RACES, |s| {
        let told = add(s, both, false);
        (told, told.get(Figure::Word).below(all))
    });
    let sum = plain.get(Figure::Word);
    let is_lost = sum.clone().below(all);
    s.require(
        is_lost.clone(),
        "no addition was lost in many races: that can be, and shows nothing",
    );
    s.check(
        "counts the plain additions",
        Words::new("{} of {}", [sum, all.into()]),
        format!("fewer than {all}"),
        is_lost,
    );
}

/// One stores words while the other loads them, each with a counter or without; the step that tells what was torn.
pub(in crate::lab) fn tear(
    s: &mut Script,
    (a, c): (Peer, Peer),
    (stores, loads): (bool, bool),
) -> StepId {
    let how = |counted| if counted { ", with a counter" } else { "" };
    s.together(|s| {
        let (at, counted) = (WORDS, stores);
        let write = race(0, Lane::WriteWords { at, counted });
        let what = format!("stores words over and over{}", how(counted));
        s.must(a, what, write);
        let counted = loads;
        let read = race(ROUNDS, Lane::ReadWords { at, counted });
        let what = format!("loads them {ROUNDS} times at most{}", how(counted));
        s.must(c, what, read)
    })
}

fn torn_pairs(s: &mut Script) {
    let both = pair(s);
    let guarded = tear(s, both, (true, true));
    let (words, pairs) = (
        guarded.get(Figure::TornWords),
        guarded.get(Figure::TornPairs),
    );
    s.judge(guarded, "no torn pair", words.is(0).and(pairs.is(0)));
    let plain = s.until(RACES, |s| {
        let told = tear(s, both, (false, false));
        (told, told.get(Figure::TornPairs).above(0))
    });
    s.judge(plain, "no torn word", plain.get(Figure::TornWords).is(0));
    let is_torn = plain.get(Figure::TornPairs).above(0);
    s.require(
        is_torn.clone(),
        "no pair was torn in many rounds: that can be, and shows nothing",
    );
    s.judge(plain, "some torn pairs", is_torn);
}
