//! The lab in the model: what may begin when, what a run's words change, and what became of an expectation.

use mapscope::lab::claim::{
    Claim, CostPoint, Environment, Expected, LabTopic, PeerCard, Progress, Promise, RunRecord,
    RunStep, Verdict,
};
use mapscope::model::lab::{GuessOutcome, LabRun, Pace, Standing};

use super::*;

mod after_the_fact;
mod answers;
mod seen;
mod stage_hand;
mod stepping;

const fn claim(name: &'static str, topic: LabTopic) -> Claim {
    Claim {
        name,
        topic,
        title: "A title",
        choices: &["first", "second", "third"],
        expected: Expected::Always(0),
        promise: Promise::Posix,
        why: "Because.",
        source: "mmap(2)",
    }
}

static ONE: Claim = claim("one", LabTopic::Sharing);
static TWO: Claim = claim("two", LabTopic::Sharing);
static FORK: Claim = Claim {
    expected: Expected::OnTmpfs {
        tmpfs: 1,
        elsewhere: 2,
    },
    ..claim("fork", LabTopic::Fork)
};
static ABSENT: Claim = claim("absent", LabTopic::Fork);
static COST: Claim = Claim {
    expected: Expected::Measured,
    ..claim("cost", LabTopic::Cost)
};

fn bench() -> Rig {
    let mut rig = Rig::new();
    let list = [&ONE, &TWO, &FORK, &ABSENT, &COST].map(|claim| {
        let available = match claim.name {
            "absent" => Err("no such call".to_owned()),
            _ => Ok(()),
        };
        (claim, available)
    });
    assert!(rig.hear(Event::LabCatalogue(list.to_vec())).is_empty());
    rig
}

fn ask(rig: &mut Rig, action: LabAction) -> Vec<Effect> {
    rig.act(Action::Lab(action))
}

fn tell(rig: &mut Rig, progress: Progress) {
    let mut effects = rig.hear(Event::Lab(Box::new(progress)));
    effects.retain(|effect| !matches!(effect, Effect::LabAnswered(_)));
    assert!(effects.is_empty(), "{effects:?}");
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn run(these: &[&str], slowly: bool) -> Effect {
    let names = names(these);
    let pace = if slowly { Pace::Slowly } else { Pace::AtOnce };
    Effect::LabRun { names, pace }
}

fn step(number: usize, observed: &str) -> RunStep {
    RunStep {
        number,
        peer: None,
        pid: None,
        what: "does".to_owned(),
        doing: mapscope::lab::claim::Doing::Look,
        told: None,
        calls: Vec::new(),
        observed: observed.to_owned(),
        expected: None,
        holds: None,
    }
}

fn record(name: &str, verdict: Verdict) -> Progress {
    Progress::Finished(Box::new(RunRecord {
        name: name.to_owned(),
        verdict,
        predicted: "first".to_owned(),
        observed: "first".to_owned(),
        steps: vec![step(1, "a")],
        peers: Vec::new(),
        costs: Vec::new(),
        milliseconds: 5,
    }))
}

/// Runs `name`, and it comes to `verdict`.
fn ran(rig: &mut Rig, name: &str, file_system: &str, verdict: Verdict) {
    ask(rig, LabAction::Run(names(&[name])));
    let ground = Environment {
        file_system: file_system.to_owned(),
        ..Environment::default()
    };
    tell(rig, Progress::Environment(ground));
    tell(rig, Progress::Started(name.to_owned()));
    tell(rig, record(name, verdict));
    tell(rig, Progress::Over(Ok(())));
}

fn standing<'a>(rig: &'a Rig, name: &str) -> Standing<'a> {
    rig.app.lab.standing(rig.app.lab.entry(name).unwrap())
}

#[test]
fn all_is_all_but_what_measures_and_a_topic_is_its_own() {
    let check = |action: LabAction, expected: &[&str]| {
        let mut rig = bench();
        let effects = ask(&mut rig, action);
        assert_eq!(effects, [run(expected, false)]);
        assert!(rig.app.lab.is_front, "what runs is shown");
        assert_eq!(rig.app.lab.chosen, Some(expected[0]));
    };
    check(LabAction::RunAll, &["one", "two", "fork", "absent"]);
    check(LabAction::RunTopic(LabTopic::Cost), &["cost"]);
    check(LabAction::RunTopic(LabTopic::Sharing), &["one", "two"]);
    check(LabAction::Run(names(&["two", "unknown"])), &["two"]);
}

#[test]
fn one_run_at_a_time() {
    let mut rig = bench();
    assert!(ask(&mut rig, LabAction::RunChosen).is_empty());
    assert!(ask(&mut rig, LabAction::Run(names(&["unknown"]))).is_empty());
    assert!(ask(&mut rig, LabAction::Stop).is_empty());
    ask(&mut rig, LabAction::Choose("two".to_owned()));
    assert!(ask(&mut rig, LabAction::Slowly(true)).is_empty());
    let effects = ask(&mut rig, LabAction::RunChosen);
    assert_eq!(effects, [run(&["two"], true)]);
    assert!(ask(&mut rig, LabAction::RunAll).is_empty());
    assert_eq!(ask(&mut rig, LabAction::Stop), [Effect::LabStop]);
    assert!(rig.app.lab.queue.as_ref().unwrap().stopping);
    tell(&mut rig, Progress::Over(Ok(())));
    assert!(rig.app.lab.queue.is_none());
    assert_eq!(ask(&mut rig, LabAction::RunAll).len(), 1);
}

#[test]
fn steps_and_peers_go_to_what_runs_and_a_step_told_again_replaces_it() {
    let mut rig = bench();
    tell(&mut rig, Progress::Step(Box::new(step(1, "of nobody"))));
    ask(&mut rig, LabAction::RunTopic(LabTopic::Sharing));
    assert_eq!(standing(&rig, "one"), Standing::Waiting);
    tell(&mut rig, Progress::Started("one".to_owned()));
    assert_eq!(standing(&rig, "one"), Standing::Running);
    assert_eq!(standing(&rig, "two"), Standing::Waiting);
    tell(&mut rig, Progress::Step(Box::new(step(1, "a"))));
    tell(&mut rig, Progress::Step(Box::new(step(2, "b"))));
    let checked = RunStep {
        expected: Some("a".to_owned()),
        holds: Some(true),
        ..step(1, "a")
    };
    tell(&mut rig, Progress::Step(Box::new(checked.clone())));
    let cards = vec![PeerCard {
        name: "A".to_owned(),
        pid: 7,
        ..PeerCard::default()
    }];
    tell(&mut rig, Progress::Peers(cards.clone()));
    let entry = rig.app.lab.entry("one").unwrap();
    assert_eq!(entry.steps(), [checked, step(2, "b")]);
    assert_eq!(entry.peers(), cards);
    assert!(rig.app.lab.entry("two").unwrap().steps().is_empty());
    tell(&mut rig, record("one", Verdict::AsPredicted));
    let queue = rig.app.lab.queue.as_ref().unwrap();
    assert_eq!((queue.done, &queue.current), (1, &None));
    let over = Standing::Over(&Verdict::AsPredicted);
    assert_eq!(standing(&rig, "one"), over);
    assert_eq!(standing(&rig, "two"), Standing::Waiting);
}

#[test]
fn none_is_left_running_or_waiting_when_all_is_over() {
    let mut rig = bench();
    ask(&mut rig, LabAction::RunTopic(LabTopic::Sharing));
    tell(&mut rig, Progress::Started("one".to_owned()));
    tell(&mut rig, Progress::Over(Err("no room".to_owned())));
    assert_eq!(standing(&rig, "one"), Standing::NotRun);
    assert_eq!(standing(&rig, "two"), Standing::NotRun);
    assert_eq!(rig.app.lab.error.as_deref(), Some("no room"));
    assert_eq!(rig.app.lab.entry("one").unwrap().run, LabRun::None);
    ask(&mut rig, LabAction::RunAll);
    assert_eq!(rig.app.lab.error, None, "the next attempt begins anew");
}

#[test]
fn what_is_stopped_before_its_turn_stands_as_before() {
    let mut rig = bench();
    ran(&mut rig, "two", "ext4", Verdict::AsPredicted);
    ask(&mut rig, LabAction::RunTopic(LabTopic::Sharing));
    tell(&mut rig, Progress::Started("one".to_owned()));
    assert_eq!(standing(&rig, "two"), Standing::Waiting);
    ask(&mut rig, LabAction::Stop);
    let over = Standing::Over(&Verdict::AsPredicted);
    assert_eq!(standing(&rig, "two"), over);
    tell(&mut rig, record("one", Verdict::Cancelled));
    tell(&mut rig, Progress::Over(Ok(())));
    assert_eq!(standing(&rig, "two"), over);
    assert_eq!(rig.app.lab.tally().as_predicted, 1);
    assert_eq!(rig.app.lab.tally().not_done, 1);
}

#[test]
fn an_expectation_is_judged_by_what_was_observed() {
    use GuessOutcome::{Open, Right, Wrong};
    let check = |name: &str, pick, file_system, verdict: Verdict, expected| {
        let mut rig = bench();
        ask(&mut rig, LabAction::Pick(name.to_owned(), pick));
        ran(&mut rig, name, file_system, verdict.clone());
        let entry = rig.app.lab.entry(name).unwrap();
        let outcome = rig.app.lab.pick_outcome(entry);
        assert_eq!(outcome, expected, "{name} {pick} {file_system} {verdict}");
    };
    check("one", 0, "ext4", Verdict::AsPredicted, Some(Right));
    check("one", 1, "ext4", Verdict::AsPredicted, Some(Wrong));
    check("one", 0, "ext4", Verdict::Differs, Some(Wrong));
    check("one", 1, "ext4", Verdict::Differs, Some(Open));
    check("one", 0, "ext4", Verdict::Cancelled, Some(Open));
    check("fork", 1, "tmpfs", Verdict::AsPredicted, Some(Right));
    check("fork", 1, "ext4", Verdict::AsPredicted, Some(Wrong));
    check("fork", 2, "ext4", Verdict::AsPredicted, Some(Right));
    check("cost", 0, "ext4", Verdict::Measured, None);
    check("one", 9, "ext4", Verdict::AsPredicted, None); // there is no such choice
}

#[test]
fn a_prediction_after_the_fact_is_none() {
    let mut rig = bench();
    ran(&mut rig, "one", "ext4", Verdict::AsPredicted);
    ask(&mut rig, LabAction::Pick("one".to_owned(), 0));
    assert_eq!(rig.app.lab.entry("one").unwrap().pick, None);
    // nothing was learned from a run that was stopped
    ran(&mut rig, "two", "ext4", Verdict::Cancelled);
    ask(&mut rig, LabAction::Pick("two".to_owned(), 1));
    assert_eq!(rig.app.lab.entry("two").unwrap().pick, Some(1));
    ask(&mut rig, LabAction::Pick("two".to_owned(), 1));
    assert_eq!(rig.app.lab.entry("two").unwrap().pick, None, "taken back");
}

#[test]
fn a_prediction_names_the_file_system_where_it_matters() {
    let mut rig = bench();
    assert_eq!(rig.app.lab.prediction(&ONE), "first");
    assert_eq!(
        rig.app.lab.prediction(&FORK),
        "on tmpfs: second; elsewhere: third"
    );
    ran(&mut rig, "one", "tmpfs", Verdict::AsPredicted);
    assert_eq!(rig.app.lab.prediction(&FORK), "on tmpfs: second");
}

#[test]
fn moving_goes_along_what_is_listed() {
    let mut rig = bench();
    ask(&mut rig, LabAction::Move(10_000));
    assert_eq!(
        rig.app.lab.chosen,
        Some("cost"),
        "End leads to the last one"
    );
    rig.app.lab.chosen = None;
    let mut go = |action: LabAction, expected: &str| {
        ask(&mut rig, action);
        assert_eq!(rig.app.lab.chosen, Some(expected));
    };
    go(LabAction::Move(1), "one");
    go(LabAction::Move(1), "two");
    go(LabAction::Move(1), "fork");
    go(LabAction::Move(10_000), "cost");
    go(LabAction::Move(-10_000), "one");
    go(LabAction::Fold(LabTopic::Sharing), "one");
    go(LabAction::Move(1), "fork"); // what was chosen is not listed: from the top
    go(LabAction::Move(-1), "fork");
    go(LabAction::Choose("unknown".to_owned()), "fork");
    go(LabAction::Choose("two".to_owned()), "two");
    assert!(rig.app.lab.folded.is_empty(), "what is chosen is listed");
}

#[test]
fn not_available_is_neither_good_nor_bad() {
    let mut rig = bench();
    assert_eq!(
        standing(&rig, "absent").to_string(),
        "not available here: no such call"
    );
    let why = Verdict::NotAvailable("no such call".to_owned());
    ran(&mut rig, "absent", "ext4", why);
    assert_eq!(
        standing(&rig, "absent").to_string(),
        "not available here: no such call"
    );
    assert_eq!(rig.app.lab.tally().to_string(), "1 not available here");
    ran(&mut rig, "one", "ext4", Verdict::AsPredicted);
    ran(&mut rig, "two", "ext4", Verdict::Differs);
    assert_eq!(
        rig.app.lab.tally().to_string(),
        "1 as predicted, 1 differs, 1 not available here"
    );
}

#[test]
fn a_tenth_is_no_difference() {
    let check = |read: f64, load: f64, expected: &str| {
        let point = CostPoint {
            bytes: 4096,
            taken: 4096,
            read_seconds: read,
            load_seconds: load,
            read_faults: (0, 0),
            load_faults: (1, 0),
            kept_seconds: None,
        };
        assert_eq!(point.winner(), expected);
    };
    check(1.0, 1.05, "no winner");
    check(1.0, 0.95, "no winner");
    check(1.0, 2.0, "read is 2.0 times faster");
    check(2.0, 1.0, "mmap is 2.0 times faster");
}
