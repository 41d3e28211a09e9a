//! An experiment that is tried by hand with its own processes, in the model: when what is seen is held against what is
//! expected, and what becomes of it when something else happens in between.

use mapscope::lab::claim::{
    PeerCard, Progress, RunStep, StageCame, StageDid, StageItem, StageTold, Verdict,
};
use mapscope::model::lab::{ItemStanding, LabRun, Pace, StageOutcome};

use super::super::*;
use super::{ask, bench, names, record, run, step, tell};

fn by_hand(name: &str) -> Effect {
    Effect::LabRun {
        names: names(&[name]),
        pace: Pace::ByHand,
    }
}

fn item(peer: &str, what: &str, of: &[usize], starts: Option<usize>) -> StageItem {
    StageItem {
        peer: Some(peer.to_owned()),
        what: what.to_owned(),
        of: of.to_vec(),
        starts,
        is_check: false,
    }
}

/// A and B start, A stores, B loads.
fn items() -> Vec<StageItem> {
    vec![
        item("A", "starts", &[], Some(0)),
        item("B", "starts", &[], Some(1)),
        item("A", "stores", &[0], None),
        StageItem {
            is_check: true,
            ..item("B", "loads", &[1], None)
        },
    ]
}

fn card(name: &str, ended: Option<&str>) -> PeerCard {
    PeerCard {
        name: name.to_owned(),
        ended: ended.map(str::to_owned),
        ..PeerCard::default()
    }
}

/// The experiment `one` by hand; it waits for the first thing.
fn begun() -> Rig {
    let mut rig = bench();
    begin(&mut rig);
    rig
}

fn begin(rig: &mut Rig) {
    let effects = ask(rig, LabAction::ByHand("one".to_owned()));
    assert!(effects.contains(&by_hand("one")), "{effects:?}");
    told(rig);
}

fn told(rig: &mut Rig) {
    tell(rig, Progress::Started("one".to_owned()));
    tell(rig, Progress::ByHand(StageTold::Items(items())));
}

fn order(rig: &mut Rig, item: usize) -> Vec<Effect> {
    ask(rig, LabAction::HaveDone("one".to_owned(), item))
}

/// It is asked for and comes so.
#[track_caller]
fn did(rig: &mut Rig, item: usize, holds: Option<bool>, came: StageCame) {
    assert_eq!(order(rig, item), [Effect::LabHaveDone(item)]);
    comes(rig, item, holds, came);
}

fn comes(rig: &mut Rig, item: usize, holds: Option<bool>, came: StageCame) {
    let effects = comes_with(rig, item, holds, came);
    assert_eq!(effects, []);
}

/// It comes as expected, and this follows.
fn came(rig: &mut Rig, item: usize) -> Vec<Effect> {
    comes_with(rig, item, (item == 3).then_some(true), StageCame::Done)
}

fn comes_with(rig: &mut Rig, item: usize, holds: Option<bool>, came: StageCame) -> Vec<Effect> {
    let first = rig.app.lab.entry("one").unwrap().steps().len() + 1;
    let is_told = !matches!(came, StageCame::NotBegun(_));
    if is_told {
        let told = RunStep {
            holds,
            expected: holds.map(|_| "Z".to_owned()),
            ..step(first, "Z")
        };
        tell(rig, Progress::Step(Box::new(told)));
    }
    let n_peers = rig.app.lab.entry("one").unwrap().peers().len();
    let starts = items()[item].starts;
    if starts == Some(n_peers) && came == StageCame::Done {
        let cards = ["A", "B"].iter().take(n_peers + 1);
        tell(
            rig,
            Progress::Peers(cards.map(|name| card(name, None)).collect()),
        );
    }
    let steps = first..first + usize::from(is_told);
    let did = Progress::ByHand(StageTold::Did(StageDid { item, steps, came }));
    rig.hear(Event::Lab(Box::new(did)))
}

fn standings(rig: &Rig) -> Vec<ItemStanding> {
    let entry = rig.app.lab.entry("one").unwrap();
    (0..items().len())
        .map(|item| entry.item_standing(item))
        .collect()
}

fn outcome(rig: &Rig) -> Option<StageOutcome> {
    rig.app.lab.entry("one").unwrap().stage_outcome()
}

fn may(rig: &Rig, item: usize) -> Result<(), String> {
    let lab = &rig.app.lab;
    lab.may_do(lab.entry("one").unwrap(), item)
}

use ItemStanding::{Failed, InTurn, OutOfTurn, ToDo, UnderWay};

#[test]
fn all_in_order_agrees_or_differs() {
    for (holds, expected) in [
        (true, StageOutcome::Agrees),
        (false, StageOutcome::Differs(1)),
    ] {
        let mut rig = begun();
        for item in 0..3 {
            did(&mut rig, item, None, StageCame::Done);
            assert_eq!(outcome(&rig), None);
        }
        assert_eq!(order(&mut rig, 3), [Effect::LabHaveDone(3)]);
        assert_eq!(standings(&rig)[3], UnderWay);
        comes(&mut rig, 3, Some(holds), StageCame::Done);
        let done = InTurn(None);
        assert_eq!(standings(&rig), [done, done, done, InTurn(Some(holds))]);
        assert_eq!(outcome(&rig), Some(expected));
    }
}

/// Once something was done otherwise, nothing that comes after is right or wrong.
#[test]
fn out_of_turn_nothing_is_judged_from_there_on() {
    let skipped: &[usize] = &[0, 1, 3, 2];
    let again: &[usize] = &[0, 1, 1, 2, 3];
    let doubled: &[usize] = &[0, 1, 2, 2, 3];
    for wanted in [skipped, doubled] {
        let mut rig = begun();
        for item in wanted {
            let holds = (*item == 3).then_some(false);
            did(&mut rig, *item, holds, StageCame::Done);
        }
        assert_eq!(outcome(&rig), Some(StageOutcome::OwnOrder), "{wanted:?}");
        assert_eq!(standings(&rig)[3], OutOfTurn, "{wanted:?}");
    }
    // a process that runs is not begun once more: nothing is sent, and all is still in order
    let mut rig = begun();
    for item in again {
        let effects = order(&mut rig, *item);
        if !effects.is_empty() {
            comes(
                &mut rig,
                *item,
                (*item == 3).then_some(true),
                StageCame::Done,
            );
        }
    }
    assert_eq!(outcome(&rig), Some(StageOutcome::Agrees));
}

#[test]
fn what_was_not_begun_changed_nothing_and_what_stopped_did() {
    let mut rig = begun();
    did(&mut rig, 0, None, StageCame::Done);
    let why = "nobody is there".to_owned();
    did(&mut rig, 1, None, StageCame::NotBegun(why.clone()));
    assert_eq!(standings(&rig)[1], Failed);
    did(&mut rig, 1, None, StageCame::Done);
    assert_eq!(
        standings(&rig)[1],
        InTurn(None),
        "its turn is still its turn"
    );
    did(&mut rig, 2, None, StageCame::Stopped(why));
    assert_eq!(standings(&rig)[2], Failed);
    assert_eq!(outcome(&rig), Some(StageOutcome::OwnOrder));
}

/// What the experiment does until something holds is done by hand as often as it takes, and stays in order.
#[test]
fn what_is_not_so_yet_is_done_again_from_where_the_experiment_does() {
    let mut rig = begun();
    for item in 0..3 {
        did(&mut rig, item, None, StageCame::Done);
    }
    for _ in 0..2 {
        did(&mut rig, 3, None, StageCame::NotYet(2));
        let done = InTurn(None);
        assert_eq!(standings(&rig), [done, done, ToDo, ItemStanding::NotYet]);
        assert_eq!(outcome(&rig), None, "neither right nor wrong");
        let entry = rig.app.lab.entry("one").unwrap();
        assert_eq!(entry.hand.as_ref().unwrap().next(), Some(2));
        did(&mut rig, 2, None, StageCame::Done);
    }
    did(&mut rig, 3, Some(true), StageCame::Done);
    assert_eq!(outcome(&rig), Some(StageOutcome::Agrees));
    // out of turn it is an order of one's own as anything else
    did(&mut rig, 3, None, StageCame::NotYet(2));
    assert_eq!(standings(&rig)[3], OutOfTurn);
    assert_eq!(outcome(&rig), Some(StageOutcome::OwnOrder));
}

/// The order as a command line has it.
#[test]
fn what_was_done_is_a_command() {
    let mut rig = begun();
    let command = |rig: &Rig| {
        let hand = rig.app.lab.entry("one").unwrap().hand.as_ref();
        hand.unwrap().command("one")
    };
    assert_eq!(command(&rig), None);
    did(&mut rig, 0, None, StageCame::Done);
    let steps = |rig: &Rig| {
        command(rig)
            .unwrap()
            .replace("mapscope lab one --steps ", "")
    };
    assert_eq!(steps(&rig), "1");
    did(&mut rig, 1, None, StageCame::NotBegun("no".to_owned()));
    assert_eq!(steps(&rig), "1", "nothing was done");
    did(&mut rig, 1, None, StageCame::Done);
    did(&mut rig, 2, None, StageCame::Done);
    assert_eq!(steps(&rig), "1-3");
    did(&mut rig, 3, None, StageCame::NotYet(2));
    assert_eq!(
        steps(&rig),
        "1-2",
        "the experiment does that until it holds"
    );
    for item in [2, 3, 3, 2, 3] {
        did(&mut rig, item, None, StageCame::Done);
    }
    assert_eq!(steps(&rig), "1-4,4,3-4");
}

/// Pressed on while it is not known yet that it is not so: what comes after it is no order of the person's own.
#[test]
fn what_was_asked_for_after_it_does_not_go_before_it_is_so() {
    let mut rig = begun();
    for item in 0..2 {
        did(&mut rig, item, None, StageCame::Done);
    }
    assert_eq!(ask(&mut rig, LabAction::Step), [Effect::LabHaveDone(2)]);
    assert_eq!(ask(&mut rig, LabAction::Step), []);
    let effects = comes_with(&mut rig, 2, None, StageCame::NotYet(2));
    assert_eq!(effects, [], "the load waits until the store is so");
    assert_eq!(standings(&rig)[2..], [ItemStanding::NotYet, Failed]);
    assert_eq!(outcome(&rig), None, "the order is still the experiment's");
    did(&mut rig, 2, None, StageCame::Done);
    did(&mut rig, 3, Some(true), StageCame::Done);
    assert_eq!(outcome(&rig), Some(StageOutcome::Agrees));
}

/// The key asks for nothing twice, also where what was asked for goes backwards.
#[test]
fn the_key_asks_for_nothing_that_is_asked_for() {
    let mut rig = begun();
    for item in 0..2 {
        did(&mut rig, item, None, StageCame::Done);
    }
    assert_eq!(order(&mut rig, 1), [], "it has begun");
    assert_eq!(order(&mut rig, 3), [Effect::LabHaveDone(3)]);
    assert_eq!(order(&mut rig, 2), []);
    assert_eq!(ask(&mut rig, LabAction::Step), []);
    assert_eq!(came(&mut rig, 3), [Effect::LabHaveDone(2)]);
    assert_eq!(came(&mut rig, 2), [], "nothing else was asked for");
}

#[test]
fn one_thing_at_a_time_and_only_what_can_be_done() {
    let mut rig = begun();
    assert!(may(&rig, 1).is_err(), "A is before B");
    assert!(may(&rig, 2).is_err(), "A is not there");
    assert!(may(&rig, 9).is_err());
    assert_eq!(order(&mut rig, 2), []);
    assert_eq!(order(&mut rig, 0), [Effect::LabHaveDone(0)]);
    // pressed once more in the same frame: it is being done
    assert_eq!(order(&mut rig, 0), []);
    comes(&mut rig, 0, None, StageCame::Done);
    assert!(may(&rig, 0).is_err(), "it has begun");
    did(&mut rig, 1, None, StageCame::Done);
    let cards = vec![card("A", None), card("B", Some("killed by SIGBUS"))];
    tell(&mut rig, Progress::Peers(cards));
    assert_eq!(may(&rig, 2), Ok(()));
    assert_eq!(may(&rig, 3), Err("B has ended: start over".to_owned()));
    // for another experiment: nothing
    let other = LabAction::HaveDone("two".to_owned(), 2);
    assert_eq!(ask(&mut rig, other), []);
}

/// Pressed while something else is under way: it comes after that, and is no press that was for nothing.
#[test]
fn what_is_asked_for_meanwhile_comes_next() {
    let mut rig = begun();
    assert_eq!(ask(&mut rig, LabAction::Step), [Effect::LabHaveDone(0)]);
    assert_eq!(ask(&mut rig, LabAction::Step), []);
    assert_eq!(ask(&mut rig, LabAction::Step), []);
    assert_eq!(standings(&rig)[..3], [UnderWay; 3]);
    assert_eq!(came(&mut rig, 0), [Effect::LabHaveDone(1)]);
    assert_eq!(order(&mut rig, 3), [], "nobody is there to do it yet");
    assert_eq!(came(&mut rig, 1), [Effect::LabHaveDone(2)]);
    assert_eq!(order(&mut rig, 3), []);
    assert_eq!(order(&mut rig, 3), [], "asked for already");
    assert_eq!(came(&mut rig, 2), [Effect::LabHaveDone(3)]);
    assert_eq!(came(&mut rig, 3), []);
    assert_eq!(outcome(&rig), Some(StageOutcome::Agrees));
    // whoever was to do it ended in between: it says so, and changed nothing
    assert_eq!(order(&mut rig, 2), [Effect::LabHaveDone(2)]);
    assert_eq!(order(&mut rig, 3), []);
    let cards = vec![card("A", None), card("B", Some("killed by SIGBUS"))];
    tell(&mut rig, Progress::Peers(cards));
    assert_eq!(came(&mut rig, 2), []);
    assert_eq!(standings(&rig)[3], Failed);
    // the end takes what was asked for with it
    assert_eq!(order(&mut rig, 2), [Effect::LabHaveDone(2)]);
    ask(&mut rig, LabAction::Stop);
    assert_eq!(came(&mut rig, 2), []);
}

#[test]
fn the_key_does_what_comes_after_the_last() {
    let mut rig = begun();
    for item in 0..2 {
        assert_eq!(
            ask(&mut rig, LabAction::Step),
            [Effect::LabHaveDone(item)],
            "{item}"
        );
        comes(&mut rig, item, None, StageCame::Done);
    }
    did(&mut rig, 3, Some(true), StageCame::Done);
    assert_eq!(ask(&mut rig, LabAction::Step), [], "that was the last");
    did(&mut rig, 2, None, StageCame::Done);
    assert_eq!(ask(&mut rig, LabAction::Step), [Effect::LabHaveDone(3)]);
    // another one is shown: it is shown first, and nothing goes that nobody sees
    comes(&mut rig, 3, Some(true), StageCame::Done);
    did(&mut rig, 2, None, StageCame::Done);
    ask(&mut rig, LabAction::Choose("two".to_owned()));
    let effects = ask(&mut rig, LabAction::Step);
    assert!(!effects.contains(&Effect::LabHaveDone(3)), "{effects:?}");
    assert_eq!(rig.app.lab.chosen, Some("one"));
}

#[test]
fn what_was_known_before_is_known_again_after_it() {
    let mut rig = bench();
    ask(&mut rig, LabAction::Run(names(&["one", "two"])));
    for name in ["one", "two"] {
        tell(&mut rig, Progress::Started(name.to_owned()));
        tell(&mut rig, record(name, Verdict::AsPredicted));
    }
    tell(&mut rig, Progress::Over(Ok(())));
    let before = rig.app.lab.entry("one").unwrap().clone();
    assert!(before.is_sealed, "it ran among many, without an answer");
    begin(&mut rig);
    did(&mut rig, 0, None, StageCame::Done);
    assert!(rig.app.lab.entry("one").unwrap().record().is_none());
    assert_eq!(ask(&mut rig, LabAction::Stop), [Effect::LabStop]);
    assert_eq!(order(&mut rig, 1), [], "it ends");
    tell(&mut rig, record("one", Verdict::Cancelled));
    tell(&mut rig, Progress::Over(Ok(())));
    assert_eq!(*rig.app.lab.entry("one").unwrap(), before);
    assert_eq!(rig.app.lab.tally().not_done, 0, "it was no run");
    // where a check was shown, what is said from then on is no prediction
    begin(&mut rig);
    did(&mut rig, 0, Some(true), StageCame::Done);
    ask(&mut rig, LabAction::Stop);
    tell(&mut rig, record("one", Verdict::Cancelled));
    tell(&mut rig, Progress::Over(Ok(())));
    let after = rig.app.lab.entry("one").unwrap();
    assert!(after.is_shown && !after.may_pick());
}

#[test]
fn the_end_of_the_runner_and_a_reason_not_to_begin_are_told() {
    let mut rig = begun();
    tell(&mut rig, Progress::Over(Err("no room".to_owned())));
    let entry = rig.app.lab.entry("one").unwrap();
    assert_eq!((&entry.run, &entry.hand), (&LabRun::None, &None));
    assert_eq!(rig.app.lab.error.as_deref(), Some("no room"));
    let effects = ask(&mut rig, LabAction::ByHand("one".to_owned()));
    assert!(effects.contains(&by_hand("one")));
    tell(&mut rig, Progress::Started("one".to_owned()));
    let why = Verdict::NotAvailable("no swap".to_owned());
    tell(&mut rig, record("one", why.clone()));
    tell(&mut rig, Progress::Over(Ok(())));
    let entry = rig.app.lab.entry("one").unwrap();
    assert_eq!(entry.record().map(|record| &record.verdict), Some(&why));
    assert!(entry.hand.is_none());
}

#[test]
fn another_run_ends_it_first_and_starting_over_begins_anew() {
    let mut rig = begun();
    did(&mut rig, 0, None, StageCame::Done);
    assert_eq!(
        ask(&mut rig, LabAction::Run(names(&["two"]))),
        [Effect::LabStop]
    );
    tell(&mut rig, record("one", Verdict::Cancelled));
    let over = Event::Lab(Box::new(Progress::Over(Ok(()))));
    assert_eq!(rig.hear(over.clone()), [run(&["two"], false)]);
    tell(&mut rig, record("two", Verdict::AsPredicted));
    tell(&mut rig, Progress::Over(Ok(())));

    begin(&mut rig);
    did(&mut rig, 0, None, StageCame::Done);
    let effects = ask(&mut rig, LabAction::ByHand("one".to_owned()));
    assert!(effects.contains(&Effect::LabStop), "{effects:?}");
    // a late answer of the one that ends
    tell(&mut rig, record("one", Verdict::Cancelled));
    assert_eq!(rig.hear(over), [by_hand("one")]);
    told(&mut rig);
    assert_eq!(standings(&rig), [ToDo; 4]);
    assert_eq!(rig.app.lab.entry("one").unwrap().peers(), []);
}

#[test]
fn what_an_open_file_can_be_told_is_tried_there_and_what_is_not_available_nowhere() {
    let mut rig = bench();
    let effects = ask(&mut rig, LabAction::ByHand("absent".to_owned()));
    assert!(effects.is_empty(), "{effects:?}");
    let effects = ask(&mut rig, LabAction::ByHand("unknown".to_owned()));
    assert!(effects.is_empty(), "{effects:?}");
    // nothing else is begun while others run at once
    ask(&mut rig, LabAction::Run(names(&["one", "two"])));
    let effects = ask(&mut rig, LabAction::ByHand("fork".to_owned()));
    assert!(!effects.contains(&by_hand("fork")), "{effects:?}");
}

#[test]
fn its_tab_says_that_it_waits_and_closing_it_ends_it() {
    let mut rig = begun();
    assert_eq!(rig.app.lab.tab_title(), "Lab: waits for you");
    order(&mut rig, 0);
    assert_eq!(rig.app.lab.tab_title(), "Lab: 1 of 1 runs");
    comes(&mut rig, 0, None, StageCame::Done);
    let effects = ask(&mut rig, LabAction::Close);
    assert!(effects.contains(&Effect::LabStop), "{effects:?}");
    assert_eq!(rig.app.lab.tab_title(), "Lab: stopping");
    assert!(may(&rig, 1).is_err());
}
