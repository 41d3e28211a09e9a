//! Finding: patterns, the engine on bytes that can be anything, on real files, and the command, each beside the plainest thing
//! that does the same.

mod back_over_holes;
mod backward;
mod bounds;
#[cfg(target_os = "linux")]
mod chaos;
#[cfg(unix)]
mod command;
mod expressions;
mod fake;
#[cfg(target_os = "linux")]
mod files;
mod fixed;
#[cfg(target_os = "linux")]
mod kinds;
mod patterns;

use std::ops::ControlFlow;

use mapscope::bytes::find::{MatchRun, Pattern, PatternKind, parse};
use mapscope::model::find::{
    FindGoal, FindProgress, FindReport, FoundMatches, MatchList, NearestMatch,
};
use mapscope::work::find::{FindOptions, Searched};
use mapscope::work::threads::ThreadsError;
use proptest::prelude::*;

use crate::random;
use crate::searched::Watched;

/// How many cases of a property, each with all patterns; more from outside.
fn n_cases() -> proptest::test_runner::Config {
    random::cases(u32::try_from(random::number_of("MAPSCOPE_FIND", 40)).unwrap())
}

#[track_caller]
fn pattern(text: &str, kind: PatternKind) -> Pattern {
    parse(text, kind).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A search that fails where it does not end.
#[track_caller]
fn find<S: Searched>(
    source: &S,
    pattern: &Pattern,
    goal: FindGoal,
    options: &FindOptions,
    progress: &mut dyn FnMut(FindProgress) -> ControlFlow<()>,
) -> Result<FindReport, ThreadsError> {
    let watched = Watched::new(source);
    let ask = &mut |now| watched.go_on(|| progress(now));
    let outcome = mapscope::work::find::find(&watched, pattern, goal, options, ask);
    watched.check();
    outcome
}

/// All that is found, without a stop.
#[track_caller]
fn found<S: Searched>(
    source: &S,
    pattern: &Pattern,
    goal: FindGoal,
    options: &FindOptions,
) -> FindReport {
    let go_on = &mut |_| ControlFlow::Continue(());
    let report = find(source, pattern, goal, options, go_on).unwrap();
    assert!(!report.is_stopped);
    report
}

#[track_caller]
fn list(report: &FindReport) -> &MatchList {
    match &report.found {
        FoundMatches::All(list) => list,
        FoundMatches::Nearest(_) => panic!("all were asked for"),
    }
}

#[track_caller]
fn nearest(report: &FindReport) -> Option<NearestMatch> {
    match &report.found {
        FoundMatches::Nearest(nearest) => *nearest,
        FoundMatches::All(_) => panic!("one was asked for"),
    }
}

/// Start and length of each match in a list.
fn each(runs: &[MatchRun]) -> Vec<(u64, u64)> {
    let of_run = |run: &MatchRun| {
        let MatchRun {
            start,
            count,
            step,
            len,
        } = *run;
        (0..count)
            .map(move |index| (start + index * step, len))
            .collect::<Vec<_>>()
    };
    runs.iter().flat_map(of_run).collect()
}

/// Chunks, pieces and threads of all sizes, tiny most of the time.
fn options() -> impl Strategy<Value = FindOptions> {
    let size = || prop_oneof![4 => 1..40_u64, 1 => 1..400_u64];
    (1..4_usize, size(), size(), size(), size()).prop_map(
        |(threads, chunk, stripe, block, lead)| FindOptions {
            threads,
            chunk,
            stripe,
            block,
            lead,
            most_runs: usize::MAX / 2,
            is_nice: false,
        },
    )
}
