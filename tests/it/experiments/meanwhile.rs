//! What somebody else does to a process of an experiment while its step waits, and what the wait gives away.

use std::process::{Command, Stdio};
use std::time::Duration;

use mapscope::lab::claim::{
    Environment, Foreseen, NextStep, PeerCard, Progress, RunRecord, Verdict,
};
use mapscope::lab::gate::Gate;
use mapscope::lab::runner::Options;
use mapscope::lab::script::{Script, ScriptStep, StepId};

use super::under_way::UnderWay;
use super::{options, predicting, text};
use crate::processes::{program, signal};
use crate::skip::skip;

/// What a run told: the steps that waited, and what it came to.
struct Told {
    waited: Vec<NextStep>,
    record: RunRecord,
}

/// Runs it, and calls `before` for each step that waits, with the peers that there are.
fn run(name: &str, mut before: impl FnMut(&NextStep, &[PeerCard])) -> Told {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        limit: Duration::from_secs(2),
        ..options(dir.path())
    };
    let mut run = UnderWay::start(name, Gate::default(), options);
    let (mut waited, mut peers) = (Vec::new(), Vec::new());
    let record = loop {
        match run.hear() {
            Progress::Waits(next) => {
                before(&next, &peers);
                waited.push(*next);
                run.gate.step();
            }
            Progress::Peers(cards) => peers = cards,
            Progress::Finished(record) => break *record,
            _ => {}
        }
    };
    run.join();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    Told { waited, record }
}

/// A signal that somebody sends is none that a load or store brought on, though it has the same name.
#[test]
fn a_signal_from_outside_is_no_observation() {
    let name = "store-into-read-only-dies";
    let mut n_sent = 0;
    let told = run(name, |next, peers| {
        if next.what.starts_with("tries to store") {
            let mut peers = peers.iter();
            let peer = peers.find(|card| Some(&card.name) == next.peer.as_ref());
            signal("SEGV", peer.unwrap().pid);
            n_sent += 1;
        }
    });
    assert_eq!(n_sent, 1);
    assert!(
        matches!(told.record.verdict, Verdict::NotDone(_)),
        "{:?}",
        told.record.verdict
    );
}

/// Whoever is stopped or killed while a step waits leaves the claim open, whichever it is.
#[test]
fn a_process_that_is_stopped_or_killed_while_a_step_waits_proves_nothing() {
    for how in ["STOP", "KILL"] {
        let mut victim = None;
        let told = run("shared-seen-by-shared", |next, peers| {
            if next.what.starts_with("loads") && victim.is_none() {
                victim = peers.last().map(|card| card.pid);
                signal(how, victim.unwrap());
            }
        });
        assert!(victim.is_some());
        let verdict = told.record.verdict;
        assert!(matches!(verdict, Verdict::NotDone(_)), "{how}: {verdict:?}");
    }
}

/// How often the script asks for a check of the same step, at most.
fn most_checks(steps: &[ScriptStep]) -> usize {
    let of = |step: &ScriptStep| match step {
        ScriptStep::Judge { of, .. } => Some(*of),
        _ => None,
    };
    let all: Vec<StepId> = steps.iter().filter_map(of).collect();
    let count = |id: &StepId| all.iter().filter(|it| *it == id).count();
    all.iter().map(count).max().unwrap_or_default()
}

/// What is said in words is compared with all checks of the step, and so has all their words; and the order of the choices
/// does not tell which of them is expected.
#[test]
fn what_can_be_said_in_words_is_all_that_is_checked() {
    let environment = surroundings();
    let (mut n_said, mut n_several) = (0, 0);
    for experiment in predicting() {
        let script = Script::of(experiment.script, &environment);
        if experiment.available().is_err() || most_checks(script.steps()) < 2 {
            continue;
        }
        let told = run(experiment.claim.name, |_, _| ());
        for next in &told.waited {
            let bytes = |choice: &Foreseen| match choice {
                Foreseen::Bytes(bytes) => Some(bytes.clone()),
                _ => None,
            };
            let bytes: Vec<_> = next.choices.iter().filter_map(bytes).collect();
            assert!(bytes.is_sorted(), "{:?}", next.choices);
            let (Some(Foreseen::So(words)), Some(step)) =
                (next.choices.first(), told.record.steps.get(next.number - 1))
            else {
                continue;
            };
            n_said += 1;
            n_several += usize::from(words.contains("; "));
            let expected = step.expected.as_ref();
            assert_eq!(expected, Some(words), "{}", experiment.claim.name);
        }
    }
    assert!(n_said > 0 && n_several > 0, "{n_said}, {n_several}");
}

/// The folder of the scratch files stands in the calls that are printed while the question still stands.
#[test]
fn no_path_gives_the_name_away() {
    let name = "shared-seen-by-shared";
    let told = run(name, |_, _| ());
    let calls = told.record.steps.iter().flat_map(|step| &step.calls);
    let opens: Vec<_> = calls.filter(|it| it.text.contains("mapscope-")).collect();
    assert!(!opens.is_empty());
    for call in opens {
        assert!(!call.text.contains(name), "{}", call.text);
    }
}

/// What Yama answers to whoever may not look into another process or trace it, at each of its levels: EPERM.
#[test]
fn what_a_system_forbids_is_not_available_and_neither_true_nor_false() {
    for (name, call) in [
        ("others-copies-can-be-read", "process_vm_readv"),
        ("breakpoint-is-a-copy", "ptrace"),
    ] {
        let traced = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "-e"])
            .arg(format!("trace={call}"))
            .arg("-e")
            .arg(format!("inject={call}:error=EPERM"))
            .arg(program())
            .args(["lab", name])
            .stdin(Stdio::null())
            .output();
        let Ok(output) = traced else {
            return skip("there is no strace");
        };
        let told = text(&output.stdout);
        if told.is_empty() {
            return skip("strace may not trace here");
        }
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(told.contains("fails with EPERM"), "{told}");
        assert!(told.contains("kernel.yama.ptrace_scope"), "{told}");
        assert!(
            told.ends_with("1 experiment: 1 not available here\n"),
            "{told}"
        );
    }
}

fn surroundings() -> Environment {
    Environment {
        kernel: "Linux 6.18.5".to_owned(),
        machine: "x86_64".to_owned(),
        page_bytes: 4096,
        file_system: "ext4".to_owned(),
        ..Environment::default()
    }
}
