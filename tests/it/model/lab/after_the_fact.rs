//! What a person was shown before they answered: a prediction made after the fact is none, whichever way the run ended.

use mapscope::lab::claim::{Claim, Environment, Expected, Foreseen, LabTopic, NextStep, Progress};
use mapscope::lab::claim::{RunStep, Verdict};
use mapscope::model::lab::{GivenAnswer, GuessOutcome, LabEntry, Pace};

use super::super::*;
use super::{ask, bench, names, record, step, tell};

fn entry(rig: &Rig) -> &LabEntry {
    rig.app.lab.entry("one").unwrap()
}

fn checked(number: usize) -> Progress {
    Progress::Step(Box::new(RunStep {
        holds: Some(true),
        expected: Some("A".to_owned()),
        ..step(number, "A")
    }))
}

fn begin(rig: &mut Rig, these: &[&str]) {
    ask(rig, LabAction::Run(names(these)));
    tell(rig, Progress::Environment(Environment::default()));
    tell(rig, Progress::Started(these[0].to_owned()));
}

/// All the ways in which a run ends that told less than what it was to tell.
fn ends() -> [Vec<Progress>; 4] {
    let over = || Progress::Over(Ok(()));
    [
        vec![record("one", Verdict::Cancelled), over()],
        vec![record("one", Verdict::NotDone("why".to_owned())), over()],
        vec![
            record("one", Verdict::NotAvailable("why".to_owned())),
            over(),
        ],
        vec![Progress::Over(Err("why".to_owned()))],
    ]
}

/// Runs it to its end; the answers that are kept of it.
fn run_to_the_end(rig: &mut Rig) -> Vec<GivenAnswer> {
    begin(rig, &["one"]);
    tell(rig, checked(1));
    let finished = Event::Lab(Box::new(record("one", Verdict::AsPredicted)));
    let effects = rig.hear(finished);
    tell(rig, Progress::Over(Ok(())));
    let answers = effects.into_iter().filter_map(|effect| match effect {
        Effect::LabAnswered(answer) => Some(answer),
        _ => None,
    });
    answers.collect()
}

#[test]
fn whoever_saw_a_check_says_nothing_any_more() {
    for end in ends() {
        let mut rig = bench();
        begin(&mut rig, &["one"]);
        tell(&mut rig, checked(1));
        assert!(entry(&rig).is_closed(), "the run goes on");
        for told in end {
            tell(&mut rig, told);
        }
        assert!(!entry(&rig).may_pick() && !entry(&rig).is_closed());
        ask(&mut rig, LabAction::Pick("one".to_owned(), 0));
        assert_eq!(entry(&rig).pick, None, "after the fact");
        assert_eq!(run_to_the_end(&mut rig), [], "nobody answered");
        ask(&mut rig, LabAction::AskAgain("one".to_owned()));
        assert!(entry(&rig).may_pick() && entry(&rig).is_closed());
    }
}

#[test]
fn what_was_said_before_stands_and_is_not_changed_any_more() {
    for end in ends() {
        let mut rig = bench();
        ask(&mut rig, LabAction::Pick("one".to_owned(), 1));
        begin(&mut rig, &["one"]);
        tell(&mut rig, checked(1));
        for told in end {
            tell(&mut rig, told);
        }
        for choice in [0, 1] {
            ask(&mut rig, LabAction::Pick("one".to_owned(), choice));
            assert_eq!(entry(&rig).pick, Some(1));
        }
        let kept = run_to_the_end(&mut rig);
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].choice, kept[0].right), (1, Some(false)));
    }
}

#[test]
fn a_run_that_showed_no_check_uses_up_no_question() {
    for end in ends() {
        let mut rig = bench();
        begin(&mut rig, &["one"]);
        tell(&mut rig, Progress::Step(Box::new(step(1, "done"))));
        for told in end {
            tell(&mut rig, told);
        }
        assert!(entry(&rig).may_pick() && entry(&rig).is_closed());
    }
}

/// The choices of a step that waits tell what may be seen.
#[test]
fn whoever_saw_what_may_be_seen_says_nothing_any_more() {
    for (choices, stands) in [(Vec::new(), true), (vec![Foreseen::Otherwise], false)] {
        let mut rig = bench();
        ask(&mut rig, LabAction::Choose("one".to_owned()));
        ask(&mut rig, LabAction::Step);
        tell(&mut rig, Progress::Started("one".to_owned()));
        let next = NextStep {
            number: 1,
            choices,
            ..NextStep::default()
        };
        tell(&mut rig, Progress::Waits(Box::new(next)));
        ask(&mut rig, LabAction::Stop);
        tell(&mut rig, record("one", Verdict::Cancelled));
        tell(&mut rig, Progress::Over(Ok(())));
        assert_eq!(entry(&rig).may_pick(), stands);
    }
}

/// What runs among many is not shown, so that its question stands; until it is shown.
#[test]
fn what_was_sealed_and_stopped_is_asked_until_it_is_shown() {
    let mut rig = bench();
    begin(&mut rig, &["one", "two"]);
    tell(&mut rig, checked(1));
    let Progress::Finished(mut stopped) = record("one", Verdict::Cancelled) else {
        unreachable!()
    };
    let Progress::Step(check) = checked(1) else {
        unreachable!()
    };
    stopped.steps = vec![*check];
    tell(&mut rig, Progress::Finished(stopped));
    tell(&mut rig, Progress::Over(Ok(())));
    assert!(entry(&rig).is_sealed && entry(&rig).may_pick());
    ask(&mut rig, LabAction::Unseal("one".to_owned()));
    assert!(!entry(&rig).may_pick() && !entry(&rig).is_closed());
    // where the runner ended in the middle, nothing is there that could be sealed
    let mut rig = bench();
    begin(&mut rig, &["one", "two"]);
    tell(&mut rig, Progress::Over(Err("why".to_owned())));
    assert!(!entry(&rig).is_sealed && entry(&rig).may_pick());
}

/// One rule for the window and the command line: of two that may come, a third one is wrong.
#[test]
fn what_none_of_several_predicted_is_wrong() {
    static EITHER: Claim = Claim {
        expected: Expected::Either(&[0, 1]),
        ..super::claim("one", LabTopic::Sharing)
    };
    for (choice, right, outcome) in [
        (0, None, GuessOutcome::Open),
        (1, None, GuessOutcome::Open),
        (2, Some(false), GuessOutcome::Wrong),
    ] {
        let mut rig = Rig::new();
        rig.hear(Event::LabCatalogue(vec![(&EITHER, Ok(()))]));
        ask(&mut rig, LabAction::Pick("one".to_owned(), choice));
        let kept = run_to_the_end(&mut rig);
        assert_eq!(kept.iter().map(|it| it.right).collect::<Vec<_>>(), [right]);
        assert_eq!(rig.app.lab.pick_outcome(entry(&rig)), Some(outcome));
        let told = EITHER.came_true("ext4", &Verdict::AsPredicted, choice);
        assert_eq!(told, right);
    }
}

/// The folder for state may be slower than the person.
#[test]
fn answers_that_come_while_it_runs_count_unless_another_was_given() {
    for (pick, expected) in [(None, Some(2)), (Some(0), None)] {
        let mut rig = bench();
        if let Some(pick) = pick {
            ask(&mut rig, LabAction::Pick("one".to_owned(), pick));
        }
        begin(&mut rig, &["one"]);
        let kept = GivenAnswer {
            name: "one".to_owned(),
            choice: 2,
            right: Some(false),
        };
        rig.hear(Event::LabAnswers(Ok(vec![kept])));
        let answer = entry(&rig).answer.as_ref().map(|answer| answer.choice);
        assert_eq!(answer, expected);
    }
}

#[test]
fn a_step_that_is_asked_for_with_nothing_chosen_shows_the_first() {
    let mut rig = bench();
    let effects = ask(&mut rig, LabAction::Step);
    assert_eq!(effects, [Effect::Focus(Focus::Lab)]);
    assert_eq!(rig.app.lab.chosen, Some("one"));
    assert!(rig.app.lab.is_front && rig.app.lab.queue.is_none());
    let names = names(&["one"]);
    let pace = Pace::Steps;
    assert_eq!(
        ask(&mut rig, LabAction::Step),
        [Effect::LabRun { names, pace }]
    );
    assert_eq!(
        ask(&mut Rig::new(), LabAction::Step),
        [Effect::Focus(Focus::Lab)]
    );
}

/// A step goes where it is seen: that of another experiment than the one that is shown comes in sight first.
#[test]
fn a_step_that_nobody_sees_does_not_go() {
    let mut rig = bench();
    ask(&mut rig, LabAction::Choose("one".to_owned()));
    ask(&mut rig, LabAction::Step);
    tell(&mut rig, Progress::Started("one".to_owned()));
    tell(&mut rig, Progress::Waits(Box::default()));
    ask(&mut rig, LabAction::Choose("two".to_owned()));
    let effects = ask(&mut rig, LabAction::Step);
    assert_eq!(effects, [Effect::Focus(Focus::Lab)]);
    assert_eq!(rig.app.lab.chosen, Some("one"));
    assert!(rig.app.lab.waiting().is_some());
    assert_eq!(ask(&mut rig, LabAction::Step), [Effect::LabStep]);
}
