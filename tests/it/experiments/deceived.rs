//! The observations are real: a peer that deceives turns exactly the experiments red that rest on it.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mapscope::lab::Experiment;
use mapscope::lab::claim::Verdict;
use mapscope::peer::calls::Sabotage;

use super::{options, predicting, run};

#[test]
fn a_peer_that_deceives_turns_what_rests_on_it_red_and_nothing_else() {
    let experiments: Vec<_> = predicting()
        .into_iter()
        .filter(|experiment| experiment.available().is_ok())
        .collect();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let red = AtomicUsize::new(0);
    // Peers wait for each other most of the time.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(experiment) = experiments.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (found, n_red) = deceive(experiment);
                    wrong.lock().unwrap().extend(found);
                    red.fetch_add(n_red, Ordering::Relaxed);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(red.into_inner() >= 20, "deceptions must matter");
}

/// What is wrong with an experiment's list of deceptions, and how many of them turned it red.
fn deceive(experiment: &'static Experiment) -> (Vec<String>, usize) {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    let name = experiment.claim.name;
    let (honest, over) = run(&[experiment], &options, |_| {});
    over.unwrap();
    let honest = &honest[0];
    // Some file systems cannot do what it is about.
    if matches!(honest.verdict, Verdict::NotAvailable(_)) {
        return (Vec::new(), 0);
    }
    assert_eq!(honest.verdict, Verdict::AsPredicted, "{name}: {honest:#?}");
    let peers: BTreeSet<_> = honest.peers.iter().map(|peer| peer.name.clone()).collect();
    let (mut wrong, mut n_red) = (Vec::new(), 0);
    for (peer, _) in experiment.rests_on {
        if !peers.contains(*peer) {
            wrong.push(format!("{name} has no peer {peer}"));
        }
    }
    for peer in peers {
        for sabotage in [Sabotage::SkipStores, Sabotage::OtherMode] {
            options.sabotage = Some((peer.clone(), sabotage));
            let (records, over) = run(&[experiment], &options, |_| {});
            over.unwrap();
            let record = &records[0];
            let rests = experiment.rests_on.contains(&(peer.as_str(), sabotage));
            let is_red = record.verdict == Verdict::Differs;
            if is_red != rests {
                let observed = &record.observed;
                wrong.push(format!(
                    "{name}, {peer} with {sabotage:?}: {} ({observed}), and it says that it rests on it: {rests}",
                    record.verdict
                ));
            }
            n_red += usize::from(is_red);
        }
    }
    (wrong, n_red)
}
