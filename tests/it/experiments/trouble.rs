//! A peer that is killed or stopped, at whatever step, ends the experiment within its time limit with a sentence.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use mapscope::lab::claim::{LabTopic, Progress, Verdict};
use mapscope::lab::{Experiment, catalogue};

use super::{is_empty, options, run};
use crate::processes;

/// How long a step may take here.
const LIMIT: Duration = Duration::from_millis(1500);
/// How long a run may take beyond that: starting peers, and ending those that do not answer.
const REST: Duration = Duration::from_secs(20);

/// An experiment of each kind of peers: two processes, a forked child, one that dies of its own. With
/// `MAPSCOPE_TROUBLE_ALL=1` in the environment it is every one, which takes minutes.
const EXPERIMENTS: [&str; 3] = [
    "shared-seen-by-shared",
    "fork-copies-on-write",
    "unmap-middle-splits",
];

#[test]
fn a_killed_peer_ends_the_run_with_a_sentence() {
    for_each_step("KILL", |case, verdict| match verdict {
        Verdict::NotDone(why) => assert!(
            why.contains("ended") || why.contains("gone"),
            "{case}: {why}"
        ),
        other => panic!("{case}: {other}"),
    });
}

#[test]
fn a_stopped_peer_ends_the_run_with_a_sentence() {
    for_each_step("STOP", |case, verdict| match verdict {
        Verdict::NotDone(why) => assert!(why.contains("did not answer"), "{case}: {why}"),
        other => panic!("{case}: {other}"),
    });
}

/// Sends the signal after each step to each peer that there is then, one run a pair.
fn for_each_step(signal: &str, check: impl Fn(&str, &Verdict) + Sync) {
    let mut cases = Vec::new();
    for experiment in experiments() {
        let dir = tempfile::tempdir().unwrap();
        let (mut step, mut n_peers) = (0, 0);
        let (records, over) = run(
            &[experiment],
            &options(dir.path()),
            |progress| match progress {
                Progress::Step(told) if told.number > step => {
                    step = told.number;
                    cases.extend((0..n_peers).map(|peer| (experiment, step, peer)));
                }
                Progress::Peers(peers) => {
                    n_peers = peers.iter().filter(|peer| peer.ended.is_none()).count();
                }
                _ => {}
            },
        );
        over.unwrap();
        assert_eq!(records[0].verdict, Verdict::AsPredicted);
    }
    assert!(cases.len() > 20, "{} cases", cases.len());
    let cases = Mutex::new(cases);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let case = cases.lock().unwrap().pop();
                    let Some((experiment, step, peer)) = case else {
                        return;
                    };
                    trouble(experiment, step, peer, signal, &check);
                }
            });
        }
    });
}

fn experiments() -> Vec<&'static Experiment> {
    let named = EXPERIMENTS
        .iter()
        .map(|name| catalogue::find(name).unwrap_or_else(|| panic!("no experiment {name}")));
    let all = std::env::var("MAPSCOPE_TROUBLE_ALL").as_deref() == Ok("1");
    let chosen: Vec<_> = if all {
        super::predicting()
    } else {
        named.collect()
    };
    chosen
        .into_iter()
        .filter(|experiment| experiment.available().is_ok())
        .collect()
}

fn trouble(
    experiment: &'static Experiment,
    at_step: usize,
    peer: usize,
    signal: &str,
    check: &(impl Fn(&str, &Verdict) + Sync),
) {
    let name = experiment.claim.name;
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.limit = LIMIT;
    let (mut pids, mut last, mut hit) = (Vec::new(), 0, None);
    let begin = Instant::now();
    let (records, over) = run(&[experiment], &options, |progress| match progress {
        Progress::Peers(peers) => {
            let alive = peers.iter().filter(|peer| peer.ended.is_none());
            pids = alive.map(|peer| peer.pid).collect();
        }
        Progress::Step(told) if told.number > last => {
            last = told.number;
            if last == at_step
                && let Some(pid) = pids.get(peer)
            {
                hit = Some(*pid);
                processes::signal(signal, *pid);
            }
        }
        _ => {}
    });
    let took = begin.elapsed();
    over.unwrap();
    let case = format!("{name}, SIG{signal} to peer {peer} after step {at_step}");
    let pid = hit.unwrap_or_else(|| panic!("{case}: no such step"));
    let record = &records[0];
    // The last step of one that dies by its own doing leaves nobody to be missed.
    check(&case, &record.verdict);
    assert!(took < LIMIT + REST, "{case}: {took:?}");
    assert!(
        !std::path::Path::new(&format!("/proc/{pid}")).exists(),
        "{case}: the peer is left"
    );
    assert!(is_empty(dir.path()), "{case}: files are left");
}

#[test]
fn a_run_that_is_stopped_says_so_and_clears_up() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let dir = tempfile::tempdir().unwrap();
    let cancelled = AtomicBool::new(false);
    let all: Vec<_> = catalogue::of_topic(LabTopic::Sharing).collect();
    let mut records = Vec::new();
    mapscope::lab::runner::run(&all, &options(dir.path()), &cancelled, &mut |progress| {
        match progress {
            Progress::Step(step) if step.number == 3 => cancelled.store(true, Ordering::Relaxed),
            Progress::Finished(record) => records.push(*record),
            _ => {}
        }
    });
    assert_eq!(records.len(), 1, "the others did not begin");
    assert_eq!(records[0].verdict, Verdict::Cancelled);
    assert!(is_empty(dir.path()));
}
