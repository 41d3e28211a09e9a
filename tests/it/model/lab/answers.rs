//! Questions before, claims after: when a question stands, what uses it up, and what is kept of the answers.

use mapscope::lab::claim::{LabTopic, Progress, Verdict};
use mapscope::model::lab::{GivenAnswer, LabEntry};

use super::super::*;
use super::{ONE, ask, bench, names, ran, record, tell};

fn entry<'a>(rig: &'a Rig, name: &str) -> &'a LabEntry {
    rig.app.lab.entry(name).unwrap()
}

fn given(name: &str, choice: usize, right: Option<bool>) -> GivenAnswer {
    GivenAnswer {
        name: name.to_owned(),
        choice,
        right,
    }
}

/// Runs these together; each comes to what was predicted. What it had the shell keep.
fn run_all(rig: &mut Rig, these: &[&str]) -> Vec<GivenAnswer> {
    ask(rig, LabAction::Run(names(these)));
    tell(
        rig,
        Progress::Environment(mapscope::lab::claim::Environment::default()),
    );
    let mut kept = Vec::new();
    for name in these {
        tell(rig, Progress::Started((*name).to_owned()));
        let finished = Event::Lab(Box::new(record(name, Verdict::AsPredicted)));
        kept.extend(rig.hear(finished).into_iter().filter_map(|it| match it {
            Effect::LabAnswered(answer) => Some(answer),
            _ => None,
        }));
    }
    tell(rig, Progress::Over(Ok(())));
    kept
}

#[test]
fn the_question_stands_until_the_run_is_over() {
    let mut rig = bench();
    assert_eq!(entry(&rig, "one").heading(), ONE.question());
    assert_eq!(entry(&rig, "one").label(), ONE.question());
    ask(&mut rig, LabAction::Run(names(&["one"])));
    tell(&mut rig, Progress::Started("one".to_owned()));
    assert_eq!(entry(&rig, "one").heading(), ONE.question());
    tell(&mut rig, record("one", Verdict::AsPredicted));
    assert_eq!(entry(&rig, "one").heading(), ONE.title);
    assert_eq!(entry(&rig, "one").label(), ONE.name);
    // what a run that told nothing has seen gives nothing away
    let mut rig = bench();
    ran(&mut rig, "one", "ext4", Verdict::Cancelled);
    assert_eq!(entry(&rig, "one").heading(), ONE.question());
    assert_eq!(entry(&rig, "absent").heading(), super::ABSENT.title);
}

#[test]
fn a_run_of_many_uses_up_no_question_that_was_not_answered() {
    let mut rig = bench();
    ask(&mut rig, LabAction::Pick("two".to_owned(), 0));
    let kept = run_all(&mut rig, &["one", "two"]);
    assert_eq!(kept, [given("two", 0, Some(true))]);
    assert!(entry(&rig, "one").is_closed() && entry(&rig, "one").may_pick());
    assert!(!entry(&rig, "two").is_closed());
    // the answer opens it, at once
    let effects = ask(&mut rig, LabAction::Pick("one".to_owned(), 1));
    assert_eq!(effects, [Effect::LabAnswered(given("one", 1, Some(false)))]);
    assert!(!entry(&rig, "one").is_closed());
    assert_eq!(entry(&rig, "one").heading(), ONE.title);
    assert!(ask(&mut rig, LabAction::Pick("one".to_owned(), 0)).is_empty());
    assert_eq!(entry(&rig, "one").pick, Some(1), "once");
    let score = rig.app.lab.own_score(LabTopic::Sharing);
    assert_eq!((score.right, score.answered), (1, 2));
}

#[test]
fn what_ran_among_many_can_be_shown_without_an_answer() {
    let mut rig = bench();
    run_all(&mut rig, &["one", "two"]);
    assert!(ask(&mut rig, LabAction::Unseal("one".to_owned())).is_empty());
    assert!(!entry(&rig, "one").is_closed() && !entry(&rig, "one").may_pick());
    assert!(entry(&rig, "two").is_closed());
    // what is known stays known
    run_all(&mut rig, &["one", "two"]);
    assert!(!entry(&rig, "one").is_closed());
    assert!(entry(&rig, "two").is_closed());
}

#[test]
fn an_answer_is_kept_once_and_asked_for_again() {
    let mut rig = bench();
    ask(&mut rig, LabAction::Pick("one".to_owned(), 0));
    assert_eq!(run_all(&mut rig, &["one"]), [given("one", 0, Some(true))]);
    assert!(
        run_all(&mut rig, &["one"]).is_empty(),
        "it was known by then"
    );
    let effects = ask(&mut rig, LabAction::AskAgain("one".to_owned()));
    assert_eq!(effects, [Effect::LabForget("one".to_owned())]);
    assert!(entry(&rig, "one").is_closed() && entry(&rig, "one").may_pick());
    assert_eq!(entry(&rig, "one").pick, None);
    assert!(entry(&rig, "one").record().is_none(), "what was seen too");
    ask(&mut rig, LabAction::Pick("one".to_owned(), 1));
    assert_eq!(run_all(&mut rig, &["one"]), [given("one", 1, Some(false))]);
}

#[test]
fn answers_of_earlier_runs_come_back_and_what_was_answered_meanwhile_counts() {
    let mut rig = bench();
    ask(&mut rig, LabAction::Pick("two".to_owned(), 0));
    run_all(&mut rig, &["two"]);
    let earlier = vec![
        given("one", 1, Some(false)),
        given("two", 2, Some(false)),
        given("fork", 9, Some(true)), // there is no such choice any more
        given("unknown", 0, None),
    ];
    assert!(rig.hear(Event::LabAnswers(Ok(earlier))).is_empty());
    assert_eq!(entry(&rig, "one").heading(), ONE.title, "it was asked");
    assert!(!entry(&rig, "one").may_pick());
    assert_eq!(entry(&rig, "two").pick, Some(0));
    assert_eq!(entry(&rig, "fork").answer, None);
    let score = rig.app.lab.own_score(LabTopic::Sharing);
    assert_eq!((score.right, score.answered), (1, 2));
    // run again, it is no new answer
    assert!(run_all(&mut rig, &["one"]).is_empty());
}

#[test]
fn why_answers_cannot_be_kept_is_told() {
    let mut rig = bench();
    let why = "your answers cannot be written: ENOSPC".to_owned();
    rig.hear(Event::LabAnswers(Err(why.clone())));
    assert_eq!(rig.app.notices.get(Topic::Error).unwrap().text, why);
}
