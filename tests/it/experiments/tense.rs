//! The sentence about a run is of the past.

use mapscope::lab::claim::{CallLine, Environment};
use mapscope::lab::script::{Script, ScriptStep};
use mapscope::lab::tense::{in_past, outcome_in_past};
use mapscope::lab::{catalogue, lesson};
use mapscope::map::page_bytes;

use super::run_one;

/// What steps do, in words.
fn whats(steps: &[ScriptStep], into: &mut Vec<String>) {
    for step in steps {
        match step {
            ScriptStep::Ask(ask) => into.push(ask.what.clone()),
            ScriptStep::Together(asks) => into.extend(asks.iter().map(|ask| ask.what.clone())),
            ScriptStep::Check { what, .. } | ScriptStep::Note { what, .. } => {
                into.push(what.clone());
            }
            ScriptStep::Repeat { steps, .. } => whats(steps, into),
            ScriptStep::Until { steps, between, .. } => {
                whats(steps, into);
                whats(between, into);
            }
            _ => {}
        }
    }
}

#[test]
fn the_past_of_whatever_a_script_does_is_known() {
    let mut all = Vec::new();
    for (file_system, user) in [("ext4", 0), ("btrfs", 1000), ("tmpfs", 1000)] {
        let environment = Environment {
            machine: std::env::consts::ARCH.to_owned(),
            page_bytes: page_bytes(),
            file_system: file_system.to_owned(),
            user: Some(user),
            ..Environment::default()
        };
        for experiment in catalogue::all() {
            let script = Script::of(experiment.script, &environment);
            whats(script.steps(), &mut all);
            if let Some(exercise) = lesson::exercise_of(experiment.claim.name) {
                let script = exercise.script(experiment.script, &environment);
                whats(script.steps(), &mut all);
            }
        }
    }
    assert!(all.len() > 1000, "{}", all.len());
    let mut unknown: Vec<String> = all
        .into_iter()
        .filter(|what| in_past(what).is_none())
        .collect();
    unknown.sort();
    unknown.dedup();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn a_sentence_tells_what_was_done_and_came_of_it() {
    for (now, then) in [
        (
            "looks up m in /proc/self/maps",
            "looked up m in /proc/self/maps",
        ),
        ("has mremap move m", "had mremap move m"),
        ("ends", "ended"),
    ] {
        assert_eq!(in_past(now).as_deref(), Some(then));
    }
    assert_eq!(in_past("is"), None);
    for (now, then) in [
        ("fails with EINVAL", "failed with EINVAL"),
        (
            "succeeds 3 times, then fails with ENOMEM",
            "succeeded 3 times, then failed with ENOMEM",
        ),
        ("41 'A'", "41 'A'"),
        ("done", "done"),
    ] {
        assert_eq!(outcome_in_past(now), then);
    }
    let record = run_one("unmap-unaligned-fails", |_| {});
    let page = page_bytes();
    let words = format!("A unmapped {page} bytes at 1: failed with EINVAL; ");
    assert!(record.observed.starts_with(&words), "{}", record.observed);
    // The list of steps tells what is done while it is done.
    let step = record
        .steps
        .iter()
        .find(|step| step.observed == "fails with EINVAL");
    assert_eq!(step.unwrap().what, format!("unmaps {page} bytes at 1"));
}

#[test]
fn what_stands_for_many_calls_has_no_time() {
    let many = CallLine {
        text: "mprotect(...): 3 more of them".to_owned(),
        nanoseconds: 0,
        faults: None,
    };
    assert_eq!(many.took(), "not timed");
}
