//! Questions, exercises and where they lead: that each is there, gives nothing away, and comes out as it says.

use std::collections::{BTreeMap, BTreeSet};

use mapscope::lab::catalogue;
use mapscope::lab::claim::{Claim, Environment, Expected, RunRecord, Verdict};
use mapscope::lab::glossary::{TERMS, look_up};
use mapscope::lab::lesson::{self, ExerciseChange};
use mapscope::lab::posix::{ASSERTIONS, DIFFERENCES, PosixFunction, ShownBy};
use mapscope::lab::runner::{Options, run_exercises};
use mapscope::lab::{Experiment, script::Script};
use mapscope::map::page_bytes;
use mapscope::peer::calls::Sabotage;

use super::finished_apart;

/// The choices that are right somewhere.
fn right(claim: &Claim) -> Vec<&'static str> {
    let right = match claim.expected {
        Expected::Always(one) => vec![one],
        Expected::OnTmpfs { tmpfs, elsewhere } => vec![tmpfs, elsewhere],
        Expected::Either(several) => several.to_vec(),
        Expected::On { listed, elsewhere } => {
            let listed = listed.iter().map(|(_, choice)| *choice);
            listed.chain([elsewhere]).collect()
        }
        Expected::Measured => Vec::new(),
    };
    right
        .into_iter()
        .map(|index| claim.choices[index])
        .collect()
}

fn letters(text: &str) -> String {
    text.to_lowercase()
}

#[test]
fn a_question_stands_before_each_claim_and_gives_nothing_away() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for experiment in catalogue::all() {
        let claim = &experiment.claim;
        let question = claim.question();
        if !seen.insert(question) || question == "What comes of it?" {
            wrong.push(format!("{}: has none of its own: {question}", claim.name));
        }
        let begins = ["m", "/dev/null"]
            .iter()
            .any(|call| question.starts_with(call));
        let is_sentence = begins || question.starts_with(char::is_uppercase);
        if !is_sentence || !question.ends_with('?') {
            wrong.push(format!("{}: {question}", claim.name));
        }
        if letters(question).contains(&letters(claim.title)) {
            wrong.push(format!("{}: says the title", claim.name));
        }
        for choice in right(claim) {
            if letters(question).contains(&letters(choice)) {
                wrong.push(format!("{}: says {choice}", claim.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// From any of them a student comes to all others.
#[test]
fn each_experiment_has_a_lesson_and_they_lead_to_each_other() {
    let names: BTreeSet<&str> = catalogue::all().map(|it| it.claim.name).collect();
    let next: BTreeMap<&str, &str> = lesson::all().map(|it| (it.name, it.next)).collect();
    assert_eq!(next.len(), lesson::all().count(), "one each");
    let of: BTreeSet<&str> = next.keys().copied().collect();
    assert_eq!(of, names);
    let (mut at, mut visited) = (*names.iter().next().unwrap(), BTreeSet::new());
    while visited.insert(at) {
        at = next[at];
    }
    let missed: Vec<_> = names.difference(&visited).collect();
    assert!(missed.is_empty(), "nothing leads to {missed:?}");
}

#[test]
fn exercises_are_whole() {
    for one in lesson::all() {
        let exercise = one.exercise;
        let name = one.name;
        assert!(exercise.question.ends_with('?'), "{name}");
        assert!(exercise.choices.len() >= 2, "{name}");
        let choices: BTreeSet<_> = exercise.choices.iter().collect();
        assert_eq!(choices.len(), exercise.choices.len(), "{name}");
        assert!(!exercise.answer().is_empty(), "{name}");
        let says = letters(exercise.question).contains(&letters(&exercise.answer()));
        // A letter is in every sentence.
        assert!(!says || exercise.answer().len() < 3, "{name}");
    }
}

/// A change that changes nothing is no exercise: without it the script would be the same.
#[test]
fn each_change_is_one() {
    let environment = Environment {
        page_bytes: page_bytes(),
        file_system: "ext4".to_owned(),
        ..Environment::default()
    };
    let mut n_changed = 0;
    for one in lesson::all() {
        let exercise = one.exercise;
        let original = catalogue::find(one.name).unwrap().script;
        let ExerciseChange::Steps(edits, wanted) = exercise.change else {
            continue;
        };
        n_changed += 1;
        let without = mapscope::lab::lesson::Exercise {
            change: ExerciseChange::Steps(&[], wanted),
            ..exercise
        };
        let script = exercise.script(original, &environment);
        assert_ne!(
            script,
            without.script(original, &environment),
            "{}",
            one.name
        );
        for edit in edits {
            let one_edit: &'static [_] = Vec::leak(vec![*edit]);
            let alone = mapscope::lab::lesson::Exercise {
                change: ExerciseChange::Steps(one_edit, wanted),
                ..exercise
            };
            let alone = alone.script(original, &environment);
            assert_ne!(alone, without.script(original, &environment), "{edit:?}");
        }
        assert_ne!(script, Script::of(original, &environment));
    }
    assert!(n_changed > 20, "only {n_changed}");
}

pub(super) fn exercise(
    experiments: &[&'static Experiment],
    change: impl FnOnce(&mut Options),
) -> Vec<RunRecord> {
    finished_apart(change, |options, never, tell| {
        run_exercises(experiments, options, never, tell);
    })
}

#[test]
fn every_exercise_comes_out_as_its_right_choice_says() {
    let all: Vec<_> = catalogue::all().collect();
    let records = exercise(&all, |_| {});
    assert_eq!(records.len(), all.len());
    let other: Vec<String> = records
        .iter()
        .filter(|it| !matches!(it.verdict, Verdict::AsPredicted | Verdict::NotAvailable(_)))
        .map(|it| format!("{}: {}: {}", it.name, it.verdict, it.observed))
        .collect();
    assert!(other.is_empty(), "{}", other.join("\n"));
    let n_done = records
        .iter()
        .filter(|it| it.verdict == Verdict::AsPredicted)
        .count();
    assert!(n_done >= 85, "only {n_done}");
}

#[test]
fn an_exercise_that_comes_out_otherwise_differs() {
    let of = |name: &str| catalogue::find(name).unwrap();
    let both = [of("shared-seen-by-read"), of("copy-freezes-the-page")];
    let records = exercise(&both, |options| {
        options.sabotage = Some(("A".to_owned(), Sabotage::OtherMode));
    });
    for record in records {
        assert_eq!(record.verdict, Verdict::Differs, "{record:#?}");
    }
}

#[test]
fn what_posix_asserts_is_all_there_and_what_shows_it_exists() {
    let known = |name: &str| assert!(catalogue::find(name).is_some(), "no experiment {name}");
    for function in PosixFunction::ALL {
        let of_function = ASSERTIONS.iter().filter(|it| it.function == function);
        let numbers: Vec<u8> = of_function.map(|it| it.number).collect();
        let all: Vec<u8> = (1..=function.n_assertions()).collect();
        assert_eq!(numbers, all, "{function}");
    }
    for one in ASSERTIONS {
        assert!(!one.gist.is_empty());
        match one.shown_by {
            ShownBy::Experiments(names) => {
                assert!(!names.is_empty());
                names.iter().copied().for_each(known);
            }
            ShownBy::Exercise(name) => assert!(lesson::exercise_of(name).is_some(), "{name}"),
            ShownBy::Nothing(why) => assert!(!why.is_empty()),
        }
    }
    for one in DIFFERENCES {
        assert!(!one.posix.is_empty() && !one.linux.is_empty() && !one.shown_by.is_empty());
        one.shown_by.iter().copied().for_each(known);
    }
}

#[test]
fn the_glossary_is_in_order_and_knows_the_words_of_the_readme() {
    let words: Vec<String> = TERMS.iter().map(|term| letters(term.word)).collect();
    assert!(words.is_sorted(), "{words:?}");
    let mut names = BTreeSet::new();
    for term in &TERMS {
        assert!(!term.meaning.ends_with('.'), "{}", term.word);
        assert!(term.shown_by.is_empty() || catalogue::find(term.shown_by).is_some());
        for name in term.also.iter().chain([&term.word]) {
            assert!(names.insert(letters(name)), "{name} twice");
            assert_eq!(look_up(&name.to_uppercase()), Some(term));
        }
    }
    let readme = std::fs::read_to_string("README.md").unwrap();
    let table = readme
        .split("Words that the experiments use:")
        .nth(1)
        .unwrap();
    let rows = table
        .lines()
        .skip_while(|line| !line.starts_with("| ---"))
        .skip(1);
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 5);
    for row in rows {
        let word = row.split('|').nth(1).unwrap().trim();
        assert!(look_up(word).is_some(), "{word}");
    }
}
