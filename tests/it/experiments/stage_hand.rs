//! Experiments whose own processes a person has do things by hand: in the experiment's order all comes as in its run; in any
//! other order each thing is answered, nothing hangs, and nothing is left behind.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use mapscope::lab::claim::{
    Progress, RunRecord, RunStep, StageCame, StageDid, StageItem, StageTold, Verdict,
};
use mapscope::lab::gate::Gate;
use mapscope::lab::runner::Options;
use mapscope::lab::stage::STEP_LIMIT;

use mapscope::peer::calls::Sabotage;

use super::under_way::UnderWay;
use super::{is_empty, options, predicting, run};
use crate::skip::skip;

/// An experiment that is tried by hand.
struct ByHand {
    under: UnderWay,
    items: Vec<StageItem>,
    pids: BTreeSet<u32>,
}

impl ByHand {
    /// `Err`: the record of one that could not begin.
    fn start(name: &str, dir: &Path, limit: Duration) -> Result<Self, Box<RunRecord>> {
        let options = Options {
            limit,
            ..options(dir)
        };
        Self::start_with(name, options)
    }

    fn start_with(name: &str, options: Options) -> Result<Self, Box<RunRecord>> {
        let mut started = Self {
            under: UnderWay::start(name, Gate::by_hand(), options),
            items: Vec::new(),
            pids: BTreeSet::new(),
        };
        loop {
            match started.hear() {
                Progress::ByHand(StageTold::Items(items)) => {
                    started.items = items;
                    return Ok(started);
                }
                Progress::Finished(record) => {
                    started.under.join();
                    return Err(record);
                }
                _ => {}
            }
        }
    }

    fn hear(&mut self) -> Progress {
        let progress = self.under.hear();
        if let Progress::Peers(cards) = &progress {
            self.pids.extend(cards.iter().map(|card| card.pid));
        }
        progress
    }

    fn have_done(&mut self, item: usize) -> StageDid {
        self.under.gate.name(item);
        loop {
            if let Progress::ByHand(StageTold::Did(did)) = self.hear() {
                assert_eq!(did.item, item);
                return did;
            }
        }
    }

    /// Ends it; the record, and every process that it had.
    fn end(mut self) -> (RunRecord, BTreeSet<u32>) {
        self.under.cancel();
        let record = loop {
            if let Progress::Finished(record) = self.hear() {
                break record;
            }
        };
        self.under.join();
        (*record, self.pids)
    }
}

/// None of these is a child of ours any more, not even as a zombie.
fn assert_gone(pids: &BTreeSet<u32>, name: &str) {
    let own = std::process::id().to_string();
    for pid in pids {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
            continue;
        };
        let parent = stat.rsplit(')').next().and_then(|it| it.split(' ').nth(2));
        assert_ne!(parent, Some(own.as_str()), "{name}: {stat}");
    }
}

#[test]
fn each_in_its_order_comes_as_in_its_run() {
    let dir = tempfile::tempdir().unwrap();
    let all = predicting();
    let (records, over) = run(&all, &options(dir.path()), |_| {});
    over.unwrap();
    let mut n_tried = 0;
    for record in records {
        let name = record.name.as_str();
        let mut hand = match ByHand::start(name, dir.path(), STEP_LIMIT) {
            Ok(hand) => hand,
            Err(refused) => {
                assert_eq!(refused.verdict, record.verdict, "{name}");
                continue;
            }
        };
        let (mut item, mut n_again) = (0, 0);
        while item < hand.items.len() {
            let did = hand.have_done(item);
            if let Verdict::NotAvailable(why) = &record.verdict
                && did.came == StageCame::Stopped(why.clone())
            {
                break;
            }
            item = match did.came {
                StageCame::Done => item + 1,
                // What happens in between can undo it, and what nobody promises need not come at once.
                StageCame::NotYet(first) if first <= item && n_again < 100 => {
                    n_again += 1;
                    first
                }
                came => panic!("{name}: {:?}: {came:?}", hand.items[item]),
            };
        }
        if record.verdict == Verdict::AsPredicted {
            n_tried += 1;
            let differs = |step: &&RunStep| step.holds == Some(false);
            let otherwise: Vec<_> = hand.under.steps.iter().filter(differs).collect();
            assert!(otherwise.is_empty(), "{name}: {otherwise:?}");
            let checks = |steps: &[RunStep]| steps.iter().filter(|it| it.holds.is_some()).count();
            // What is tried until it is so is tried as often as it takes.
            assert!(checks(&hand.under.steps) > 0, "{name}");
            let n_items = hand.items.iter().filter(|item| item.is_check).count();
            assert!(n_items > 0 && n_items <= checks(&record.steps), "{name}");
        }
        let (ended, pids) = hand.end();
        assert_eq!(ended.verdict, Verdict::Cancelled, "{name}");
        assert_gone(&pids, name);
    }
    assert!(n_tried > 60, "{n_tried}");
    assert!(is_empty(dir.path()), "something was left in the folder");
}

/// Numbers without order, the same in each run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

#[test]
fn in_any_order_each_is_answered_and_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let mut drawn = Drawn(0x9e37_79b9_7f4a_7c15);
    let (mut n_done, mut n_stopped) = (0, 0);
    // Whatever can be done in one order at least: some more of each topic than its first.
    for experiment in predicting().into_iter().step_by(3) {
        let name = experiment.claim.name;
        // what waits for something that nobody did is not waited for long
        let limit = Duration::from_secs(2);
        let Ok(mut hand) = ByHand::start(name, dir.path(), limit) else {
            continue;
        };
        let n_items = hand.items.len();
        // Mostly forwards, with gaps, and back now and then; what was done is done again.
        let mut at = 0;
        for _ in 0..n_items + 4 {
            let did = hand.have_done(at.min(n_items - 1));
            match did.came {
                StageCame::Done | StageCame::NotYet(_) => n_done += 1,
                StageCame::Stopped(why) => {
                    assert!(!why.is_empty() && !why.ends_with('.'), "{name}: {why}");
                    n_stopped += 1;
                }
                StageCame::NotBegun(_) => {
                    assert!(did.steps.is_empty(), "{name}: nothing was done");
                }
            }
            at = match drawn.below(8) {
                0 => drawn.below(n_items),
                1 => at + 2,
                2 => at,
                _ => at + 1,
            } % n_items;
        }
        let (ended, pids) = hand.end();
        assert_eq!(ended.verdict, Verdict::Cancelled, "{name}");
        assert_gone(&pids, name);
    }
    assert!(n_done > 100 && n_stopped > 0, "{n_done} {n_stopped}");
    assert!(is_empty(dir.path()), "something was left in the folder");
}

/// As the run does: after so many times it is compared as it is, and the person is not held up for ever.
#[test]
fn what_never_holds_is_taken_as_it_is_after_so_many_times() {
    let dir = tempfile::tempdir().unwrap();
    let deceiving = Options {
        sabotage: Some(("A".to_owned(), Sabotage::SkipStores)),
        ..options(dir.path())
    };
    let Ok(mut hand) = ByHand::start_with("store-leaves-the-page-dirty", deceiving) else {
        return skip("it cannot be shown here");
    };
    let (mut item, mut n_again) = (0, 0);
    while item < hand.items.len() {
        item = match hand.have_done(item).came {
            StageCame::Done => item + 1,
            StageCame::NotYet(first) => {
                n_again += 1;
                assert!(n_again < 50, "it is done again for ever");
                first
            }
            StageCame::Stopped(why) => return skip(&why),
            came @ StageCame::NotBegun(_) => panic!("{came:?}"),
        };
    }
    assert!(n_again > 1, "a page is never dirty without a store");
    assert!(
        hand.under
            .steps
            .iter()
            .any(|step| step.holds == Some(false))
    );
    let (_, pids) = hand.end();
    assert_gone(&pids, "store-leaves-the-page-dirty");
}

#[test]
fn processes_begin_in_order_and_once_and_nothing_is_asked_of_one_that_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut hand = ByHand::start("shared-seen-by-shared", dir.path(), STEP_LIMIT).unwrap();
    let starts = |place| {
        let found = hand.items.iter().position(|it| it.starts == Some(place));
        found.unwrap()
    };
    let (first, second) = (starts(0), starts(1));
    let of_second = hand.items.iter().position(|it| it.of == [1]).unwrap();
    let not_begun = |did: StageDid| matches!(did.came, StageCame::NotBegun(_));
    assert!(not_begun(hand.have_done(second)), "the first is before it");
    assert!(not_begun(hand.have_done(of_second)), "it is not there");
    assert!(hand.under.steps.is_empty() && hand.pids.is_empty());
    assert_eq!(hand.have_done(first).came, StageCame::Done);
    assert!(not_begun(hand.have_done(first)), "it has begun");
    assert!(not_begun(hand.have_done(of_second)));
    assert_eq!(hand.have_done(second).came, StageCame::Done);
    assert_eq!(hand.pids.len(), 2);
    // nothing is called so: it is not waited for, and what comes after it is done
    hand.under.gate.name(usize::MAX);
    assert_eq!(hand.have_done(0).came, StageCame::Done);
    let (_, pids) = hand.end();
    assert_gone(&pids, "shared-seen-by-shared");
    assert!(is_empty(dir.path()), "something was left in the folder");
}
