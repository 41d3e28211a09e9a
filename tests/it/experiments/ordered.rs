//! `mapscope lab NAME --steps LIST`: the steps of an experiment in an order of a person's own, in a terminal and as a program.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use mapscope::lab::claim::{Environment, Progress, RunRecord, Verdict};
use mapscope::lab::{catalogue, runner};

use super::{Lab, is_empty, options, predicting, run};
use crate::processes::program;
use crate::skip::skip;

const NAME: &str = "mprotect-opens-none";

fn lab(arguments: &[&str]) -> (Output, String, String) {
    let output = Lab::new(arguments).output();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, said) = (text(&output.stdout), text(&output.stderr));
    (output, printed, said)
}

/// Where the experiments run that are run here.
fn here() -> Environment {
    let dir = tempfile::tempdir().unwrap();
    let mut found = None;
    let (_, over) = run(&[], &options(dir.path()), |progress| {
        if let Progress::Environment(environment) = progress {
            found = Some(environment.clone());
        }
    });
    over.unwrap();
    found.unwrap()
}

fn in_order(name: &str, order: &[usize]) -> RunRecord {
    let dir = tempfile::tempdir().unwrap();
    let mut record = None;
    let experiment = catalogue::find(name).unwrap();
    runner::run_in_order(
        experiment,
        order,
        &options(dir.path()),
        &std::sync::atomic::AtomicBool::new(false),
        &mut |progress| {
            if let Progress::Finished(finished) = progress {
                record = Some(*finished);
            }
        },
    );
    assert!(is_empty(dir.path()), "something was left in the folder");
    record.unwrap()
}

#[test]
fn the_steps_are_listed_by_the_numbers_that_an_order_is_made_of() {
    let (output, printed, _) = lab(&[NAME, "--steps", "list"]);
    assert!(output.status.success());
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 13);
    assert_eq!(lines[0].trim(), "1  mapscope makes the scratch file f");
    assert_eq!(lines[9].trim(), "10  A loads the byte at 28");
    let environment = here();
    for experiment in predicting() {
        let items = runner::items(experiment, &environment);
        assert!(
            items.len() > 2 || experiment.available().is_err(),
            "{}",
            experiment.claim.name
        );
    }
}

#[test]
fn in_the_own_order_it_is_the_experiment() {
    let environment = here();
    for experiment in predicting().into_iter().step_by(9) {
        let name = experiment.claim.name;
        if experiment.available().is_err() {
            continue;
        }
        let n_items = runner::items(experiment, &environment).len();
        let all: Vec<usize> = (0..n_items).collect();
        let record = in_order(name, &all);
        let is_so = matches!(
            record.verdict,
            Verdict::AsPredicted | Verdict::NotAvailable(_)
        );
        assert!(is_so, "{name}: {:?}: {}", record.verdict, record.observed);
    }
}

#[test]
fn what_is_left_out_is_seen_in_the_rest_and_nothing_is_judged() {
    let own = in_order(NAME, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(own.verdict, Verdict::AsPredicted, "{}", own.observed);
    assert!(
        own.observed.ends_with("A loaded 'A' at 28"),
        "{}",
        own.observed
    );
    // without mprotect; what its process cannot do any more ends nothing
    let record = in_order(NAME, &[0, 1, 2, 3, 4, 5, 6, 7, 9, 8, 11]);
    assert_eq!(record.verdict, Verdict::Measured, "{}", record.observed);
    assert!(record.steps.iter().all(|step| step.holds.is_none()));
    let seen: Vec<&str> = record.steps.iter().map(|it| it.observed.as_str()).collect();
    assert!(seen[8].starts_with("killed by SIGSEGV"), "{seen:?}");
    assert!(seen[9].starts_with("process A is gone"), "{seen:?}");
    assert_eq!(seen[10], "41 'A'");
}

#[test]
fn what_cannot_be_done_so_gets_one_sentence() {
    let listed = format!("; `mapscope lab {NAME} --steps list` lists them");
    for (steps, wanted) in [
        ("14", format!("there is no step 14: there are 13{listed}")),
        (
            "1,3",
            format!(
                "with step 3 a process begins: they do so in the order of the experiment, each once{listed}"
            ),
        ),
        (
            "1,4",
            format!("step 4 is done by a process that has not begun{listed}"),
        ),
        ("1,2,2", String::from("each once")),
        ("0", "numbers from 1 such as 1-8,10,9, is needed".to_owned()),
        ("3-1", "is needed".to_owned()),
        ("1-", "is needed".to_owned()),
        ("", "is needed".to_owned()),
        ("1-99999999", "at most 1000 steps".to_owned()),
        ("99999999999999999999", "is needed".to_owned()),
    ] {
        let (output, printed, said) = lab(&[NAME, "--steps", steps]);
        assert_eq!(output.status.code(), Some(2), "{steps}: {said}");
        assert!(said.contains(&wanted), "{steps}: {said}");
        assert_eq!(printed, "", "{steps}");
    }
    for arguments in [
        &["fork", "--steps", "1"][..],
        &[NAME, "fork-shared-file", "--steps", "1"],
        &["--steps", "1"],
        &["--all", "--steps", "1"],
        &[NAME, "--steps", "1", "--ask"],
        &[NAME, "--steps", "1", "--exercise"],
    ] {
        let (output, printed, said) = lab(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("--steps"), "{arguments:?}: {said}");
        assert_eq!(printed, "");
    }
}

fn build_and_run(folder: &Path, name: &str) -> (Option<i32>, String) {
    let built = Command::new("make")
        .args(["-s", "-C"])
        .arg(folder)
        .arg("CFLAGS=-std=gnu11 -O1 -Wall -Wextra -Werror")
        .arg(name)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr).into_owned();
    assert!(built.status.success(), "{name}: {said}");
    let place = tempfile::tempdir().unwrap();
    let ran = Command::new(folder.join(name))
        .arg(place.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
    (ran.status.code(), printed)
}

#[test]
fn an_order_of_ones_own_is_a_program() {
    if Command::new("cc").arg("--version").output().is_err() {
        return skip("no C compiler is installed");
    }
    for (steps, loads, wanted) in [
        ("1-10", 1, "verdict    as predicted"),
        ("1-10,10,12", 3, "verdict    as predicted"),
        (
            "1-8,12,10",
            2,
            "verdict    told: nothing is expected of these steps",
        ),
    ] {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("programs");
        let output = Command::new(program())
            .args(["lab", NAME, "--steps", steps, "--export-c"])
            .arg(&folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let (ended, printed) = build_and_run(&folder, NAME);
        assert_eq!(ended, Some(0), "{steps}: {printed}");
        assert!(printed.contains(wanted), "{steps}: {printed}");
        let n_loads = printed
            .lines()
            .filter(|line| line.contains("loads the byte"))
            .count();
        assert_eq!(n_loads, loads, "{steps}: {printed}");
    }
}
