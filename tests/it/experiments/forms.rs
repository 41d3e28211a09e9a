//! The forms that a script can have, each carried out: what is repeated, tried again, done at once, required, and computed.

use mapscope::lab::Experiment;
use mapscope::lab::catalogue;
use mapscope::lab::claim::{Claim, Environment, Expected, LabTopic, Promise, RunRecord, Verdict};
use mapscope::lab::script::{Figure, Rule, Script, Value, Words, anonymous_shared, load, store};
use mapscope::map::page_bytes;
use mapscope::peer::calls::{Call, Outcome};

use super::{is_empty, options, run};

const fn experiment(script: fn(&mut Script)) -> Experiment {
    Experiment {
        claim: Claim {
            name: "form",
            topic: LabTopic::Sharing,
            title: "A form of a script is carried out",
            choices: &["It is", "It is not"],
            expected: Expected::Always(0),
            promise: Promise::Open,
            why: "It is tested here.",
            source: "this file",
        },
        needs: &[],
        rests_on: &[],
        script,
    }
}

#[track_caller]
fn play(experiment: &'static Experiment) -> RunRecord {
    let dir = tempfile::tempdir().unwrap();
    let (mut records, over) = run(&[experiment], &options(dir.path()), |_| {});
    over.unwrap();
    assert!(is_empty(dir.path()), "something was left in the folder");
    records.pop().unwrap()
}

fn whats(record: &RunRecord) -> Vec<&str> {
    record.steps.iter().map(|step| step.what.as_str()).collect()
}

fn byte(byte: u8) -> Outcome {
    Outcome::Bytes { bytes: vec![byte] }
}

#[test]
fn what_is_repeated_is_done_so_often_and_stands_for_the_last_time() {
    static FORM: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        let told = s.repeat(3, |s| {
            let call = Call::Count {
                map: "m".to_owned(),
                at: 0,
                times: 5,
            };
            s.must(a, "adds 5", call);
            s.load(a, 0, 1)
        });
        s.judge(told, "15", told.get(Figure::Word).is(15));
    });
    let record = play(&FORM);
    assert_eq!(record.verdict, Verdict::AsPredicted, "{record:#?}");
    let added = whats(&record)
        .iter()
        .filter(|what| **what == "adds 5")
        .count();
    assert_eq!(added, 3);
    let judged: Vec<_> = record
        .steps
        .iter()
        .filter(|step| step.holds.is_some())
        .collect();
    assert_eq!(judged.len(), 1);
    assert_eq!(judged[0].number, record.steps.len());
}

#[test]
fn what_is_tried_again_ends_when_it_holds_with_steps_in_between() {
    static FORM: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        let add = |s: &mut Script| {
            let call = Call::Count {
                map: "m".to_owned(),
                at: 0,
                times: 1,
            };
            s.must(a, "adds 1", call);
        };
        let look = |s: &mut Script| {
            let told = s.load(a, 0, 1);
            (told, told.get(Figure::Word).at_least(2))
        };
        let told = s.until_after(10, look, add);
        s.expect_bytes(told, &[2]);
        // It never holds: so often and no more.
        let told = s.until(3, |s| {
            let told = s.load(a, 1, 1);
            (told, told.get(Figure::Word).above(9))
        });
        s.expect_bytes(told, &[0]);
    });
    let record = play(&FORM);
    assert_eq!(record.verdict, Verdict::AsPredicted, "{record:#?}");
    let n_of = |wanted: &str| {
        whats(&record)
            .iter()
            .filter(|what| **what == wanted)
            .count()
    };
    assert_eq!(n_of("adds 1"), 2);
    assert_eq!(n_of("loads the byte at 0"), 3);
    assert_eq!(n_of("loads the byte at 1"), 3);
}

/// Each waits until the other one has stored: neither could do it first and alone. Where they took turns, a count of one
/// would be over before the other one begins, and no addition would ever be lost.
#[test]
fn what_is_done_together_is_done_at_the_same_time() {
    static FORM: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        let c = s.fork(a, "C");
        let count = |times| Call::Count {
            map: "m".to_owned(),
            at: 0,
            times,
        };
        let told = s.until(200, |s| {
            s.must(a, "stores 0", store("m", 0, &[0]));
            s.together(|s| {
                s.must(a, "adds", count(10_000_250));
                s.must(c, "adds too", count(10_000_250));
            });
            let told = s.load(a, 0, 1);
            // 20,000,500 modulo 256, if none was lost.
            (told, told.get(Figure::Word).is_not(20_000_500 % 256))
        });
        s.judge(
            told,
            "some are lost",
            told.get(Figure::Word).is_not(20_000_500 % 256),
        );
        let dies = s.together(|s| {
            let dies = s.attempt(c, "dies", Call::Abort);
            let lives = s.attempt(a, "lives", load("m", 1, 1));
            s.expect_bytes(lives, &[0]);
            dies
        });
        s.expect_killed(dies, "SIGABRT", None);
    });
    let record = play(&FORM);
    assert_eq!(record.verdict, Verdict::AsPredicted, "{record:#?}");
}

#[test]
fn where_nobody_promises_one_of_several_will_do() {
    static EITHER: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        let told = s.load(a, 0, 1);
        s.expect_either(told, [byte(7), byte(0)]);
    });
    static NEITHER: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        let told = s.load(a, 0, 1);
        s.expect_either(told, [byte(7), byte(8)]);
    });
    assert_eq!(play(&EITHER).verdict, Verdict::AsPredicted);
    let claim = Claim {
        expected: Expected::Either(&[0, 1]),
        ..EITHER.claim
    };
    assert_eq!(claim.prediction("ext4"), "It is; or: It is not");
    let record = play(&NEITHER);
    assert_eq!(record.verdict, Verdict::Differs);
    let last = record.steps.last().unwrap();
    assert_eq!(last.expected.as_deref(), Some("07 '.', or 08 '.'"));
}

#[test]
fn what_a_system_cannot_show_counts_neither_way() {
    static RUNS: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        let told = s.load(a, 0, 1);
        s.require(told.get(Figure::Word).is(1), "its bytes are no ones");
        s.expect_bytes(told, &[9]);
    });
    static BEGINS: Experiment = experiment(|s| s.not_available("nobody wants it"));
    for (experiment, why) in [
        (&RUNS, "its bytes are no ones"),
        (&BEGINS, "nobody wants it"),
    ] {
        let record = play(experiment);
        assert_eq!(record.verdict, Verdict::NotAvailable(why.to_owned()));
        assert!(record.steps.iter().all(|step| step.holds.is_none()));
    }
}

#[test]
fn numbers_are_computed_and_stand_in_sentences() {
    static FORM: Experiment = experiment(|s| {
        let a = s.peer("A");
        s.map(a, anonymous_shared(s.page()));
        s.store(a, 0, &[2, 1]);
        let told = s.load(a, 0, 2);
        let word = told.get(Figure::Word);
        let computed = word.clone() * 2 - 16 + Value::Number(1);
        let untold = told.get(Figure::Minor);
        let rule = Rule::all([
            computed.clone().is(501),
            word.clone().near(250, 8),
            // Below zero on the way, and a number that is none.
            (word.clone() - 1000).below(0),
            untold.clone().is(0).or(word.clone().is(258)),
        ]);
        let wrong = Rule::any([untold.is(0), word.clone().near(250, 7), word.above(258)]);
        s.check(
            "a sum",
            Words::new("{} of {}", [computed, 7.into()]),
            "501 of 7",
            rule,
        );
        s.check("a wrong sum", "none", "one", wrong);
    });
    let record = play(&FORM);
    let checks: Vec<_> = record
        .steps
        .iter()
        .filter(|step| step.holds.is_some())
        .collect();
    assert_eq!(checks[0].observed, "501 of 7");
    assert_eq!(checks[0].holds, Some(true));
    assert_eq!(checks[1].holds, Some(false));
}

/// A script is data that depends on the system alone: put together twice, it is the same.
#[test]
fn a_script_is_the_same_each_time() {
    for file_system in ["ext4", "tmpfs", "btrfs", "nfs"] {
        let environment = Environment {
            page_bytes: page_bytes(),
            file_system: file_system.to_owned(),
            ..Environment::default()
        };
        for experiment in catalogue::all() {
            let script = || Script::of(experiment.script, &environment);
            assert_eq!(script(), script());
            let is_empty = script().steps().is_empty();
            assert_eq!(
                is_empty,
                script().why_not().is_some(),
                "{}",
                experiment.claim.name
            );
        }
    }
}
