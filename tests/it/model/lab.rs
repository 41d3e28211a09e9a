//! The lab in the model: what may begin when, what a run's words change, and what became of an expectation.

use mapscope::lab::claim::{
    AddedKind, Claim, CostPoint, Environment, Expected, PeerCard, Progress, Promise, RunRecord,
    Step, Topic as Group, Verdict,
};
use mapscope::model::effect::ScratchFile;
use mapscope::model::event::Opened;
use mapscope::model::lab::{LabRun, PickOutcome, Standing};
use mapscope::model::{
    Access, Action, Effect, Event, LabAction, Mode, Model, OpenRequest, Settings, Tab, Topic,
};

use super::{opened, typed};

const fn claim(name: &'static str, topic: Group) -> Claim {
    Claim {
        name,
        topic,
        title: "A title",
        choices: &["first", "second", "third"],
        expected: Expected::Always(0),
        promise: Promise::Posix,
        why: "Because.",
        source: "mmap(2)",
        by_hand: &[AddedKind::Shared],
    }
}

static ONE: Claim = claim("one", Group::Sharing);
static TWO: Claim = claim("two", Group::Sharing);
static FORK: Claim = Claim {
    expected: Expected::OnTmpfs {
        tmpfs: 1,
        elsewhere: 2,
    },
    ..claim("fork", Group::Fork)
};
static ABSENT: Claim = Claim {
    by_hand: &[],
    ..claim("absent", Group::Fork)
};
static COST: Claim = Claim {
    expected: Expected::Measured,
    ..claim("cost", Group::Cost)
};

fn model() -> Model {
    let mut model = Model::new(Settings::default());
    let list = [&ONE, &TWO, &FORK, &ABSENT, &COST].map(|claim| {
        let available = match claim.name {
            "absent" => Err("no such call".to_owned()),
            _ => Ok(()),
        };
        (claim, available)
    });
    assert!(model.hear(Event::LabCatalogue(list.to_vec())).is_empty());
    model
}

fn ask(model: &mut Model, action: LabAction) -> Vec<Effect> {
    model.act(Action::Lab(action))
}

fn tell(model: &mut Model, progress: Progress) {
    let effects = model.hear(Event::Lab(Box::new(progress)));
    assert!(effects.is_empty(), "{effects:?}");
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn run(these: &[&str], slowly: bool) -> Effect {
    let names = names(these);
    Effect::LabRun { names, slowly }
}

fn step(number: usize, observed: &str) -> Step {
    Step {
        number,
        peer: None,
        pid: None,
        what: "does".to_owned(),
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
fn ran(model: &mut Model, name: &str, file_system: &str, verdict: Verdict) {
    ask(model, LabAction::Run(names(&[name])));
    let ground = Environment {
        file_system: file_system.to_owned(),
        ..Environment::default()
    };
    tell(model, Progress::Environment(ground));
    tell(model, Progress::Started(name.to_owned()));
    tell(model, record(name, verdict));
    tell(model, Progress::Over(Ok(())));
}

fn standing<'a>(model: &'a Model, name: &str) -> Standing<'a> {
    model.lab.standing(model.lab.entry(name).unwrap())
}

#[test]
fn all_is_all_but_what_measures_and_a_topic_is_its_own() {
    let check = |action: LabAction, expected: &[&str]| {
        let mut model = model();
        let effects = ask(&mut model, action);
        assert_eq!(effects, [run(expected, false)]);
        assert_eq!(model.settings.tab, Tab::Lab, "what runs is shown");
        assert_eq!(model.lab.chosen, Some(expected[0]));
    };
    check(LabAction::RunAll, &["one", "two", "fork", "absent"]);
    check(LabAction::RunTopic(Group::Cost), &["cost"]);
    check(LabAction::RunTopic(Group::Sharing), &["one", "two"]);
    check(LabAction::Run(names(&["two", "unknown"])), &["two"]);
}

#[test]
fn one_run_at_a_time() {
    let mut model = model();
    assert!(ask(&mut model, LabAction::RunChosen).is_empty());
    assert!(ask(&mut model, LabAction::Run(names(&["unknown"]))).is_empty());
    assert!(ask(&mut model, LabAction::Stop).is_empty());
    ask(&mut model, LabAction::Choose("two".to_owned()));
    assert!(ask(&mut model, LabAction::Slowly(true)).is_empty());
    let effects = ask(&mut model, LabAction::RunChosen);
    assert_eq!(effects, [run(&["two"], true)]);
    assert!(ask(&mut model, LabAction::RunAll).is_empty());
    assert_eq!(ask(&mut model, LabAction::Stop), [Effect::LabStop]);
    assert!(model.lab.queue.as_ref().unwrap().stopping);
    tell(&mut model, Progress::Over(Ok(())));
    assert!(model.lab.queue.is_none());
    assert_eq!(ask(&mut model, LabAction::RunAll).len(), 1);
}

#[test]
fn steps_and_peers_go_to_what_runs_and_a_step_told_again_replaces_it() {
    let mut model = model();
    tell(&mut model, Progress::Step(step(1, "of nobody")));
    ask(&mut model, LabAction::RunTopic(Group::Sharing));
    assert_eq!(standing(&model, "one"), Standing::Waiting);
    tell(&mut model, Progress::Started("one".to_owned()));
    assert_eq!(standing(&model, "one"), Standing::Running);
    assert_eq!(standing(&model, "two"), Standing::Waiting);
    tell(&mut model, Progress::Step(step(1, "a")));
    tell(&mut model, Progress::Step(step(2, "b")));
    let checked = Step {
        expected: Some("a".to_owned()),
        holds: Some(true),
        ..step(1, "a")
    };
    tell(&mut model, Progress::Step(checked.clone()));
    let cards = vec![PeerCard {
        name: "A".to_owned(),
        pid: 7,
        ..PeerCard::default()
    }];
    tell(&mut model, Progress::Peers(cards.clone()));
    let entry = model.lab.entry("one").unwrap();
    assert_eq!(entry.steps(), [checked, step(2, "b")]);
    assert_eq!(entry.peers(), cards);
    assert!(model.lab.entry("two").unwrap().steps().is_empty());
    tell(&mut model, record("one", Verdict::AsPredicted));
    let queue = model.lab.queue.as_ref().unwrap();
    assert_eq!((queue.done, &queue.current), (1, &None));
    let over = Standing::Over(&Verdict::AsPredicted);
    assert_eq!(standing(&model, "one"), over);
    assert_eq!(standing(&model, "two"), Standing::Waiting);
}

#[test]
fn none_is_left_running_or_waiting_when_all_is_over() {
    let mut model = model();
    ask(&mut model, LabAction::RunTopic(Group::Sharing));
    tell(&mut model, Progress::Started("one".to_owned()));
    tell(&mut model, Progress::Over(Err("no room".to_owned())));
    assert_eq!(standing(&model, "one"), Standing::NotRun);
    assert_eq!(standing(&model, "two"), Standing::NotRun);
    assert_eq!(model.lab.error.as_deref(), Some("no room"));
    assert_eq!(model.lab.entry("one").unwrap().run, LabRun::None);
    ask(&mut model, LabAction::RunAll);
    assert_eq!(model.lab.error, None, "the next attempt begins anew");
}

#[test]
fn what_is_stopped_before_its_turn_stands_as_before() {
    let mut model = model();
    ran(&mut model, "two", "ext4", Verdict::AsPredicted);
    ask(&mut model, LabAction::RunTopic(Group::Sharing));
    tell(&mut model, Progress::Started("one".to_owned()));
    assert_eq!(standing(&model, "two"), Standing::Waiting);
    ask(&mut model, LabAction::Stop);
    let over = Standing::Over(&Verdict::AsPredicted);
    assert_eq!(standing(&model, "two"), over);
    tell(&mut model, record("one", Verdict::Cancelled));
    tell(&mut model, Progress::Over(Ok(())));
    assert_eq!(standing(&model, "two"), over);
    assert_eq!(model.lab.tally().as_predicted, 1);
    assert_eq!(model.lab.tally().not_done, 1);
}

#[test]
fn an_expectation_is_judged_by_what_was_observed() {
    use PickOutcome::{Open, Right, Wrong};
    let check = |name: &str, pick, file_system, verdict: Verdict, expected| {
        let mut model = model();
        ask(&mut model, LabAction::Pick(name.to_owned(), pick));
        ran(&mut model, name, file_system, verdict.clone());
        let entry = model.lab.entry(name).unwrap();
        let outcome = model.lab.pick_outcome(entry);
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
    let mut model = model();
    ran(&mut model, "one", "ext4", Verdict::AsPredicted);
    ask(&mut model, LabAction::Pick("one".to_owned(), 0));
    assert_eq!(model.lab.entry("one").unwrap().pick, None);
    // nothing was learned from a run that was stopped
    ran(&mut model, "two", "ext4", Verdict::Cancelled);
    ask(&mut model, LabAction::Pick("two".to_owned(), 1));
    assert_eq!(model.lab.entry("two").unwrap().pick, Some(1));
    ask(&mut model, LabAction::Pick("two".to_owned(), 1));
    assert_eq!(model.lab.entry("two").unwrap().pick, None, "taken back");
}

#[test]
fn a_prediction_names_the_file_system_where_it_matters() {
    let mut model = model();
    assert_eq!(model.lab.prediction(&ONE), "first");
    assert_eq!(
        model.lab.prediction(&FORK),
        "on tmpfs: second; elsewhere: third"
    );
    ran(&mut model, "one", "tmpfs", Verdict::AsPredicted);
    assert_eq!(model.lab.prediction(&FORK), "on tmpfs: second");
}

#[test]
fn moving_goes_along_what_is_listed() {
    let mut model = model();
    ask(&mut model, LabAction::Move(10_000));
    assert_eq!(model.lab.chosen, Some("cost"), "End leads to the last one");
    model.lab.chosen = None;
    let mut go = |action: LabAction, expected: &str| {
        ask(&mut model, action);
        assert_eq!(model.lab.chosen, Some(expected));
    };
    go(LabAction::Move(1), "one");
    go(LabAction::Move(1), "two");
    go(LabAction::Move(1), "fork");
    go(LabAction::Move(10_000), "cost");
    go(LabAction::Move(-10_000), "one");
    go(LabAction::Fold(Group::Sharing), "one");
    go(LabAction::Move(1), "fork"); // what was chosen is not listed: from the top
    go(LabAction::Move(-1), "fork");
    go(LabAction::Choose("unknown".to_owned()), "fork");
    go(LabAction::Choose("two".to_owned()), "two");
    assert!(model.lab.folded.is_empty(), "what is chosen is listed");
}

#[test]
fn not_available_is_neither_good_nor_bad() {
    let mut model = model();
    assert_eq!(
        standing(&model, "absent").to_string(),
        "not available here: no such call"
    );
    let why = Verdict::NotAvailable("no such call".to_owned());
    ran(&mut model, "absent", "ext4", why);
    assert_eq!(
        standing(&model, "absent").to_string(),
        "not available here: no such call"
    );
    assert_eq!(model.lab.tally().to_string(), "1 not available here");
    ran(&mut model, "one", "ext4", Verdict::AsPredicted);
    ran(&mut model, "two", "ext4", Verdict::Differs);
    assert_eq!(
        model.lab.tally().to_string(),
        "1 as predicted, 1 differs, 1 not available here"
    );
}

#[test]
fn by_hand_opens_a_scratch_file_and_shows_who_sees_it() {
    let mut model = super::open(64);
    let list = vec![(&ONE, Ok(())), (&ABSENT, Ok(()))];
    model.hear(Event::LabCatalogue(list));
    model.act(Action::ShowTab(Tab::Lab));
    assert!(ask(&mut model, LabAction::ByHand("absent".to_owned())).is_empty());
    let letters = OpenRequest {
        scratch: ScratchFile::Letters,
        ..OpenRequest::private(None)
    };
    let effects = ask(&mut model, LabAction::ByHand("one".to_owned()));
    assert_eq!(effects, [Effect::Open(letters.clone())]);
    let recent = model.settings.recent().count();
    let Event::Opened(file) = opened("/scratch/letters.bin", 12_288) else {
        panic!("a file was opened")
    };
    model.hear(Event::Opened(Box::new(Opened {
        scratch: Some(ScratchFile::Letters),
        ..*file
    })));
    assert_eq!(model.settings.tab, Tab::Witnesses);
    assert_eq!(model.settings.recent().count(), recent, "not remembered");
    let notice = model.notices.get(Topic::Sample).unwrap();
    assert!(notice.text.contains("A title"), "{}", notice.text);
    assert_eq!(notice.actions[0].1, Action::ShowTab(Tab::Lab));
    // nobody is asked about edits in it
    typed(&mut model, 0, b'A', b'Z');
    assert!(!model.doc.as_ref().unwrap().must_ask());
}

#[test]
fn by_hand_asks_what_becomes_of_edits() {
    let mut model = super::open(64);
    model.hear(Event::LabCatalogue(vec![(&ONE, Ok(()))]));
    typed(&mut model, 0, b'A', b'Z');
    assert!(ask(&mut model, LabAction::ByHand("one".to_owned())).is_empty());
    assert!(model.notices.get(Topic::Unsaved).is_some());
    let effects = model.act(Action::Unsaved(mapscope::model::UnsavedChoice::Drop));
    let letters = OpenRequest {
        path: None,
        scratch: ScratchFile::Letters,
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: None,
    };
    assert!(effects.contains(&Effect::Open(letters)), "{effects:?}");
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
        };
        assert_eq!(point.winner(), expected);
    };
    check(1.0, 1.05, "no winner");
    check(1.0, 0.95, "no winner");
    check(1.0, 2.0, "read is 2.0 times faster");
    check(2.0, 1.0, "mmap is 2.0 times faster");
}
