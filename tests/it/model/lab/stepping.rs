//! A run by steps in the model: what is let go, what is said before, and every way in which it can end.

use mapscope::lab::claim::{Foreseen, NextStep, Progress, RunStep, Verdict};
use mapscope::model::lab::{LabRun, Pace};
use mapscope::peer::calls::Outcome;

use super::super::*;
use super::{ask, bench, names, record, step, tell};

fn by_steps(name: &str) -> Effect {
    paced(name, Pace::Steps)
}

fn paced(name: &str, pace: Pace) -> Effect {
    let names = names(&[name]);
    Effect::LabRun { names, pace }
}

fn waits(number: usize) -> Progress {
    let bytes = |byte: u8| Foreseen::Bytes(vec![byte]);
    Progress::Waits(Box::new(NextStep {
        number,
        peer: Some("A".to_owned()),
        what: "loads the byte at 28".to_owned(),
        choices: vec![
            bytes(b'A'),
            bytes(b'Z'),
            Foreseen::Dies,
            Foreseen::Otherwise,
        ],
    }))
}

fn loaded(number: usize, byte: u8) -> Progress {
    Progress::Step(Box::new(RunStep {
        told: Some(Outcome::Bytes { bytes: vec![byte] }),
        ..step(number, "loaded")
    }))
}

/// The first experiment by steps; it waits before its first one.
fn stepping() -> Rig {
    let mut rig = bench();
    ask(&mut rig, LabAction::Choose("one".to_owned()));
    assert_eq!(ask(&mut rig, LabAction::Step), [by_steps("one")]);
    tell(&mut rig, Progress::Started("one".to_owned()));
    tell(&mut rig, waits(1));
    rig
}

fn said(rig: &Rig) -> Vec<(usize, Option<bool>)> {
    let entry = rig.app.lab.entry("one").unwrap();
    let said = entry.said.iter();
    said.map(|said| (said.choice, said.came)).collect()
}

fn waiting(rig: &Rig) -> bool {
    rig.app.lab.waiting().is_some()
}

#[test]
fn each_press_is_one_step_and_none_is_lost() {
    let mut rig = stepping();
    assert!(waiting(&rig));
    assert_eq!(rig.app.lab.tab_title(), "Lab: waits for you");
    assert_eq!(ask(&mut rig, LabAction::Step), [Effect::LabStep]);
    assert!(!waiting(&rig), "it is under way");
    // pressed once more in the same frame
    assert_eq!(ask(&mut rig, LabAction::Step), [Effect::LabStep]);
    tell(&mut rig, Progress::Step(Box::new(step(1, "done"))));
    // told that it waits, although it was let go before that
    tell(&mut rig, waits(2));
    tell(&mut rig, loaded(2, b'A'));
    assert!(!waiting(&rig));
    tell(&mut rig, waits(3));
    assert!(waiting(&rig));
    tell(&mut rig, record("one", Verdict::AsPredicted));
    assert!(!waiting(&rig));
    tell(&mut rig, Progress::Over(Ok(())));
    assert_eq!(ask(&mut rig, LabAction::Step), [by_steps("one")], "anew");
}

#[test]
fn what_is_said_before_a_step_is_compared_with_what_it_told() {
    let check = |choices: &[usize], byte, expected: &[(usize, Option<bool>)]| {
        let mut rig = stepping();
        for choice in choices {
            ask(&mut rig, LabAction::Foresee(*choice));
        }
        ask(&mut rig, LabAction::Step);
        ask(&mut rig, LabAction::Foresee(1));
        let pending: Vec<_> = expected.iter().map(|(choice, _)| (*choice, None)).collect();
        assert_eq!(said(&rig), pending, "after the fact nothing is said");
        tell(&mut rig, loaded(1, byte));
        assert_eq!(said(&rig), expected, "{choices:?} {byte}");
    };
    check(&[], b'A', &[]);
    check(&[0], b'A', &[(0, Some(true))]);
    check(&[1], b'A', &[(1, Some(false))]);
    check(&[2], b'A', &[(2, Some(false))]);
    check(&[3], b'A', &[(3, Some(false))]);
    check(&[3], b'?', &[(3, Some(true))]);
    check(&[0, 1], b'Z', &[(1, Some(true))]);
    check(&[0, 0], b'A', &[]);
    check(&[9], b'A', &[]);
}

#[test]
fn the_score_counts_what_was_told_and_goes_with_the_next_run() {
    let mut rig = stepping();
    ask(&mut rig, LabAction::Say(0));
    ask(&mut rig, LabAction::Step);
    tell(&mut rig, loaded(1, b'A'));
    tell(&mut rig, waits(2));
    ask(&mut rig, LabAction::Say(0));
    ask(&mut rig, LabAction::Step);
    tell(&mut rig, loaded(2, b'Z'));
    tell(&mut rig, waits(3));
    ask(&mut rig, LabAction::Say(2));
    ask(&mut rig, LabAction::Step);
    let entry = rig.app.lab.entry("one").unwrap();
    assert_eq!(entry.foreseen(), (1, 2), "the third is not told yet");
    tell(&mut rig, record("one", Verdict::AsPredicted));
    tell(&mut rig, Progress::Over(Ok(())));
    ask(&mut rig, LabAction::RunChosen);
    tell(&mut rig, Progress::Started("one".to_owned()));
    assert!(said(&rig).is_empty());
}

#[test]
fn what_waits_is_let_go_to_its_end_or_stopped() {
    let mut rig = stepping();
    ask(&mut rig, LabAction::Foresee(0));
    assert_eq!(ask(&mut rig, LabAction::GoOn), [Effect::LabGoOn]);
    assert!(!rig.app.lab.is_stepping());
    assert_eq!(said(&rig).len(), 1, "what was said before stands");
    tell(&mut rig, waits(2)); // told before it heard of that
    assert!(!waiting(&rig));
    assert!(ask(&mut rig, LabAction::Step).is_empty(), "nothing waits");
    assert!(ask(&mut rig, LabAction::GoOn).is_empty());
    tell(&mut rig, record("one", Verdict::AsPredicted));
    tell(&mut rig, Progress::Over(Ok(())));

    let mut rig = stepping();
    assert_eq!(ask(&mut rig, LabAction::RunChosen), [Effect::LabGoOn]);

    let mut rig = stepping();
    assert_eq!(ask(&mut rig, LabAction::Stop), [Effect::LabStop]);
    assert!(ask(&mut rig, LabAction::Step).is_empty());
    tell(&mut rig, waits(2));
    assert!(!waiting(&rig));
    assert_eq!(rig.app.lab.tab_title(), "Lab: stopping");
}

/// Another run that is asked for ends what waits, and begins when that has ended: not before, and once.
#[test]
fn another_run_waits_for_the_end_of_what_waits() {
    let mut rig = stepping();
    ask(&mut rig, LabAction::Choose("two".to_owned()));
    assert_eq!(ask(&mut rig, LabAction::RunChosen), [Effect::LabStop]);
    // the later wish counts
    ask(&mut rig, LabAction::Run(names(&["fork"])));
    tell(&mut rig, record("one", Verdict::Cancelled));
    let over = Event::Lab(Box::new(Progress::Over(Ok(()))));
    assert_eq!(rig.hear(over), [paced("fork", Pace::AtOnce)]);
    tell(&mut rig, Progress::Started("fork".to_owned()));
    assert!(
        ask(&mut rig, LabAction::RunAll).is_empty(),
        "it does not wait"
    );
    tell(&mut rig, Progress::Over(Ok(())));
    assert!(rig.app.lab.queue.is_none());
}

#[test]
fn a_stop_and_a_closed_tab_end_the_wish_too() {
    for end in [LabAction::Stop, LabAction::Close] {
        let mut rig = stepping();
        ask(&mut rig, LabAction::Run(names(&["two"])));
        ask(&mut rig, end);
        tell(&mut rig, record("one", Verdict::Cancelled));
        tell(&mut rig, Progress::Over(Ok(())));
        assert!(rig.app.lab.queue.is_none());
    }
}

#[test]
fn a_closed_tab_ends_what_waits_and_what_is_asked_afterwards_begins() {
    let mut rig = stepping();
    let effects = rig.act(F::Close);
    assert!(effects.contains(&Effect::LabStop), "{effects:?}");
    assert!(!rig.app.lab.is_open && !rig.app.lab.is_front);
    tell(&mut rig, waits(2));
    // opened again, and asked for anew, before it has ended
    ask(&mut rig, LabAction::Show);
    assert!(ask(&mut rig, LabAction::Step).is_empty());
    ask(&mut rig, LabAction::RunChosen);
    tell(&mut rig, record("one", Verdict::Cancelled));
    let over = Event::Lab(Box::new(Progress::Over(Ok(()))));
    assert_eq!(rig.hear(over), [paced("one", Pace::AtOnce)]);
}

/// Behind a file it waits as before, and a step that is asked for there shows it.
#[test]
fn what_waits_behind_a_file_waits_on() {
    let mut rig = super::super::open(64);
    let list = vec![(&super::ONE, Ok(()))];
    rig.hear(Event::LabCatalogue(list));
    ask(&mut rig, LabAction::Choose("one".to_owned()));
    ask(&mut rig, LabAction::Step);
    tell(&mut rig, Progress::Started("one".to_owned()));
    tell(&mut rig, waits(1));
    ask(&mut rig, LabAction::Foresee(0));
    let id = rig.doc().id;
    rig.act(A::FocusDoc(id));
    assert!(!rig.app.lab.is_front && waiting(&rig));
    let effects = ask(&mut rig, LabAction::Step);
    assert!(effects.contains(&Effect::LabStep), "{effects:?}");
    assert!(rig.app.lab.is_front);
    assert_eq!(said(&rig), [(0, None)]);
}

/// Whatever comes in whatever order, a step goes once for each press, a prediction stands once, and the end is the end.
#[test]
fn no_order_of_things_loses_a_press_or_leaves_it_running() {
    let mut random = crate::random::Draw::new(14);
    for _ in 0..400 {
        let mut rig = stepping();
        let (mut let_go, mut number) = (0, 1);
        for _ in 0..random.next(30) {
            match random.next(7) {
                0 => {
                    let effects = ask(&mut rig, LabAction::Step);
                    let_go += effects.iter().filter(|it| **it == Effect::LabStep).count();
                }
                1 => drop(ask(&mut rig, LabAction::Foresee(number % 5))),
                2 if let_go > 0 => {
                    let_go -= 1;
                    tell(&mut rig, loaded(number, b'A'));
                    number += 1;
                    tell(&mut rig, waits(number));
                }
                3 => drop(rig.act(A::FocusDoc(mapscope::model::DocId(99)))),
                4 => drop(ask(&mut rig, LabAction::Show)),
                5 if random.next(8) == 0 => drop(ask(&mut rig, LabAction::GoOn)),
                6 if random.next(8) == 0 => drop(ask(&mut rig, LabAction::Close)),
                _ => {}
            }
            let entry = rig.app.lab.entry("one").unwrap();
            let mut numbers: Vec<_> = entry.said.iter().map(|it| it.next.number).collect();
            numbers.dedup();
            assert_eq!(numbers.len(), entry.said.len(), "said once");
            assert!(!waiting(&rig) || rig.app.lab.is_stepping());
        }
        let effects = ask(&mut rig, LabAction::Close);
        assert_eq!(
            effects.contains(&Effect::LabStop),
            rig.app.lab.queue.is_some()
        );
        tell(&mut rig, record("one", Verdict::Cancelled));
        tell(&mut rig, Progress::Over(Ok(())));
        assert!(rig.app.lab.queue.is_none());
        let entry = rig.app.lab.entry("one").unwrap();
        assert!(matches!(entry.run, LabRun::Done(_)));
    }
}
