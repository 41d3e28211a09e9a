//! Exercises: that each experiment has one, that each asks for something that does not come by itself, and that what nobody
//! promises is never wrong.

use std::collections::BTreeMap;

use mapscope::lab::catalogue;
use mapscope::lab::claim::{Environment, LabTopic, RunRecord, Verdict};
use mapscope::lab::lesson::{self, Right};
use mapscope::lab::runner::run_unchanged;
use mapscope::map::page_bytes;
use mapscope::peer::calls::Outcome;

use super::finished_apart;
use super::lessons::exercise;

#[test]
fn each_experiment_has_an_exercise_and_one_to_look_at_next() {
    let missing: Vec<&str> = catalogue::all()
        .map(|it| it.claim.name)
        .filter(|name| {
            let lesson = lesson::of(name);
            lesson.is_none_or(|it| {
                it.exercise.choices.len() < 2 || catalogue::find(it.next).is_none()
            })
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Also where they are of a topic that only measures.
#[test]
fn the_exercises_of_what_measures_predict() {
    let cost = LabTopic::Cost;
    let all: Vec<_> = catalogue::of_topic(cost).collect();
    assert!(!all.is_empty());
    for record in exercise(&all, |_| {}) {
        let is_fine = matches!(
            record.verdict,
            Verdict::AsPredicted | Verdict::NotAvailable(_)
        );
        assert!(is_fine, "{record:#?}");
        assert!(record.costs.is_empty());
    }
}

fn run_all_unchanged() -> Vec<RunRecord> {
    let all: Vec<_> = catalogue::all().collect();
    finished_apart(
        |_| {},
        |options, never, tell| run_unchanged(&all, options, never, tell),
    )
}

/// An exercise that would come out the same without its change teaches nothing, but where just that is what it says.
#[test]
fn what_an_exercise_wants_does_not_come_without_its_change() {
    let records = run_all_unchanged();
    let mut wrong = Vec::new();
    let mut n_whole = 0;
    for record in &records {
        let exercise = lesson::exercise_of(&record.name).unwrap();
        if exercise.unchanged().is_none() {
            continue;
        }
        n_whole += 1;
        let is_so = match record.verdict {
            // Something may also end too early for what is wanted to be told.
            Verdict::Differs | Verdict::NotDone(_) => exercise.turns,
            Verdict::AsPredicted => !exercise.turns,
            Verdict::NotAvailable(_) => true,
            Verdict::Measured | Verdict::Cancelled => false,
        };
        if !is_so {
            wrong.push(format!(
                "{}: {}: {}",
                record.name, record.verdict, record.observed
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(n_whole >= 50, "only {n_whole}");
    steps_decide(&records);
}

/// Of steps of which none is known to be the change, one at least decides what comes; or an error is wanted, or a signal, which
/// nothing else is like.
fn steps_decide(records: &[RunRecord]) {
    let mut of: BTreeMap<&str, Vec<&RunRecord>> = BTreeMap::new();
    for record in records {
        let exercise = lesson::exercise_of(&record.name).unwrap();
        if exercise.unchanged().is_none() && exercise.right != Right::Any {
            of.entry(&record.name).or_default().push(record);
        }
    }
    assert!(of.len() >= 50, "only {}", of.len());
    let decides = |it: &&RunRecord| it.verdict == Verdict::Differs;
    of.retain(|_, records| !records.iter().any(decides));
    let left = of.keys().filter_map(|name| catalogue::find(name));
    let whole = exercise(&left.collect::<Vec<_>>(), |_| {});
    let is_one_of_a_kind = |record: &&RunRecord| {
        let checks = record.steps.iter().filter(|step| step.holds == Some(true));
        let mut told = checks.filter_map(|step| step.told.as_ref());
        told.any(|it| matches!(it, Outcome::Failed { .. } | Outcome::Killed(_)))
    };
    let is_missing = |it: &RunRecord| matches!(it.verdict, Verdict::NotAvailable(_));
    let vague = whole
        .iter()
        .filter(|it| !is_one_of_a_kind(it) && !is_missing(it));
    let vague: Vec<&str> = vague.map(|it| it.name.as_str()).collect();
    assert!(vague.is_empty(), "{vague:?}");
}

/// Whichever comes, it is told, and neither is wrong.
#[test]
fn what_nobody_promises_is_seen_or_not_seen() {
    let open: Vec<_> = catalogue::all()
        .filter(|it| {
            let exercise = lesson::exercise_of(it.claim.name);
            exercise.is_some_and(|it| it.right == Right::Any)
        })
        .collect();
    assert!(!open.is_empty());
    for record in exercise(&open, |_| {}) {
        if matches!(record.verdict, Verdict::NotAvailable(_)) {
            continue;
        }
        assert_eq!(record.verdict, Verdict::AsPredicted, "{record:#?}");
        let told = record.observed.as_str();
        assert!(
            told.contains(": seen ") || told.contains(": not seen"),
            "{told}"
        );
        let exercise = lesson::exercise_of(&record.name).unwrap();
        for (choice, words) in exercise.choices.iter().enumerate() {
            assert!(record.predicted.contains(words));
            for verdict in [Verdict::AsPredicted, Verdict::Differs] {
                assert_eq!(exercise.is_right(&verdict, choice), None);
            }
        }
    }
}

#[test]
fn a_change_that_can_be_left_out_is_one() {
    for one in lesson::all() {
        let exercise = one.exercise;
        let Some(unchanged) = exercise.unchanged() else {
            continue;
        };
        let original = catalogue::find(one.name).unwrap().script;
        let environment = environment("ext4");
        let (with, without) = (
            exercise.script(original, &environment),
            unchanged.script(original, &environment),
        );
        assert_ne!(with, without, "{}", one.name);
    }
}

fn environment(file_system: &str) -> Environment {
    Environment {
        page_bytes: page_bytes(),
        file_system: file_system.to_owned(),
        ..Environment::default()
    }
}
