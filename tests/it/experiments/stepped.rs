//! Experiments whose steps are let go one at a time: nothing goes by itself, no limit counts the person's time, and what can
//! be said of a step has what is seen in it.

use std::time::{Duration, Instant};

use mapscope::lab::claim::{Foreseen, LabTopic, NextStep, Progress, RunRecord, Verdict};
use mapscope::lab::gate::Gate;
use mapscope::lab::runner::Options;

use super::under_way::UnderWay;
use super::{options, predicting};

const NAME: &str = "shared-seen-by-shared";
/// A run of one experiment by steps.
struct Stepped {
    under: UnderWay,
    _dir: tempfile::TempDir,
}

impl Stepped {
    fn start(name: &str, change: impl FnOnce(&mut Options)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut options = options(dir.path());
        change(&mut options);
        Self {
            under: UnderWay::start(name, Gate::default(), options),
            _dir: dir,
        }
    }

    /// The next step that waits; the record where there is none.
    fn until_waits(&mut self) -> Result<NextStep, Box<RunRecord>> {
        loop {
            match self.under.hear() {
                Progress::Waits(next) => return Ok(*next),
                Progress::Finished(record) => return Err(record),
                _ => {}
            }
        }
    }

    fn end(self) {
        self.under.join();
    }
}

#[test]
fn a_step_goes_when_it_is_let_go_and_only_then() {
    let mut run = Stepped::start(NAME, |_| {});
    let mut number = 0;
    let record = loop {
        match run.until_waits() {
            Ok(next) => {
                number += 1;
                assert_eq!(next.number, number);
                assert_eq!(run.under.steps.len(), number - 1, "none went by itself");
                run.under.gate.step();
            }
            Err(record) => break record,
        }
    };
    assert_eq!(record.verdict, Verdict::AsPredicted);
    assert_eq!(record.steps.len(), number);
    run.end();
}

/// Two that are let go at once are two, and then it waits.
#[test]
fn two_presses_are_two_steps() {
    let mut run = Stepped::start(NAME, |_| {});
    assert_eq!(run.until_waits().unwrap().number, 1);
    run.under.gate.step();
    run.under.gate.step();
    let mut next = run.until_waits().unwrap();
    if next.number == 2 {
        next = run.until_waits().unwrap(); // told before the second press was there
    }
    assert_eq!((next.number, run.under.steps.len()), (3, 2));
    run.under.gate.open();
    let record = run.until_waits().expect_err("it goes on to its end");
    assert_eq!(record.verdict, Verdict::AsPredicted);
    run.end();
}

/// The processes wait as long as the person does: what a step may take begins with the step.
#[test]
fn no_limit_counts_the_time_of_the_person() {
    let limit = Duration::from_secs(1);
    let mut run = Stepped::start(NAME, |options| options.limit = limit);
    let waits_long = |next: &NextStep| next.what.starts_with("loads");
    let mut n_long = 0;
    let record = loop {
        match run.until_waits() {
            Ok(next) if waits_long(&next) => {
                n_long += 1;
                let since = Instant::now();
                while since.elapsed() < limit + limit / 2 {
                    // The time is what is tried.
                    std::thread::yield_now();
                    assert!(run.under.is_quiet(), "nothing is told meanwhile");
                    std::thread::park_timeout(limit / 10);
                }
                run.under.gate.step();
            }
            Ok(_) => run.under.gate.step(),
            Err(record) => break record,
        }
    };
    assert!(n_long >= 2);
    assert_eq!(record.verdict, Verdict::AsPredicted);
    run.end();
}

#[test]
fn what_waits_is_stopped_and_leaves_nobody_behind() {
    let mut run = Stepped::start(NAME, |_| {});
    let mut pids = Vec::new();
    while pids.len() < 2 {
        match run.under.hear() {
            Progress::Waits(_) => run.under.gate.step(),
            Progress::Peers(cards) => pids = cards.iter().map(|card| card.pid).collect(),
            _ => {}
        }
    }
    run.until_waits().unwrap();
    run.under.cancel();
    let record = run.until_waits().expect_err("it ends");
    assert_eq!(record.verdict, Verdict::Cancelled);
    for pid in pids {
        let is_there = std::fs::read_link(format!("/proc/{pid}/exe")).is_ok();
        assert!(!is_there, "process {pid} lives on");
    }
    run.end();
}

/// Of what can be said of a step, just one thing is what is seen, whatever is seen.
#[test]
fn one_of_the_choices_is_what_is_seen() {
    let topics = [
        LabTopic::Sharing,
        LabTopic::Fork,
        LabTopic::Protection,
        LabTopic::Ends,
        LabTopic::Errors,
    ];
    let (mut n_asked, mut with_bytes) = (0, 0);
    for experiment in predicting() {
        if !topics.contains(&experiment.claim.topic) || experiment.available().is_err() {
            continue;
        }
        let name = experiment.claim.name;
        let mut run = Stepped::start(name, |_| {});
        let mut asked = Vec::new();
        let record = loop {
            match run.until_waits() {
                Ok(next) => {
                    if !next.choices.is_empty() {
                        asked.push(next);
                    }
                    run.under.gate.step();
                }
                Err(record) => break record,
            }
        };
        if record.verdict != Verdict::AsPredicted {
            continue; // what this system cannot do is told elsewhere
        }
        for next in asked {
            let step = record.steps.get(next.number - 1).unwrap();
            let came = (0..next.choices.len()).map(|choice| {
                let came = next.came(choice, step.told.as_ref(), step.holds);
                came.unwrap_or_else(|| panic!("{name}: {next:?} does not tell"))
            });
            let n_came = came.filter(|came| *came).count();
            assert_eq!(n_came, 1, "{name}: {next:?} of {step:?}");
            assert!(next.choices.len() >= 2, "{name}: {next:?}");
            n_asked += 1;
            with_bytes += usize::from(matches!(next.choices.first(), Some(Foreseen::Bytes(_))));
        }
        run.end();
    }
    assert!(
        n_asked > 60 && with_bytes > 20,
        "{n_asked} and {with_bytes}"
    );
}
