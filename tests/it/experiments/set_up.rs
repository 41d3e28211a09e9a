//! An experiment of a test's own, and a run of it.

use mapscope::lab::Experiment;
use mapscope::lab::claim::{Claim, Expected, LabTopic, Promise, RunRecord};
use mapscope::lab::runner::Options;
use mapscope::lab::script::Script;

use super::{is_empty, options, run};

/// One with this script.
pub(super) const fn experiment(name: &'static str, script: fn(&mut Script)) -> Experiment {
    Experiment {
        claim: Claim {
            name,
            topic: LabTopic::Sharing,
            title: "What is said is meant",
            choices: &["It is", "It is not", "It cannot be said"],
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
pub(super) fn play(experiment: &'static Experiment) -> RunRecord {
    play_with(experiment, |_| {})
}

#[track_caller]
pub(super) fn play_with(
    experiment: &'static Experiment,
    change: impl FnOnce(&mut Options),
) -> RunRecord {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    change(&mut options);
    let (mut records, over) = run(&[experiment], &options, |_| {});
    over.unwrap();
    assert!(is_empty(dir.path()), "something was left in the folder");
    records.pop().unwrap()
}
