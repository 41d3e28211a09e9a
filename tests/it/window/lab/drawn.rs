//! The lab drawn from a made-up model, for what does not happen on every system: what is missing, differs or dies.

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::lab::claim::{
    CallLine, Claim, CostPoint, Environment, Expected, LabTopic, PeerCard, Progress, Promise,
    RunRecord, RunStep, Verdict,
};
use mapscope::model::{Action, App, Event, Intent, LabAction, Settings};
use mapscope::ui::{Frame, Theme, WindowState, window_ui};

static CLAIM: Claim = Claim {
    name: "made-up",
    topic: LabTopic::Cost,
    title: "A made-up claim",
    choices: &["this", "that"],
    expected: Expected::Always(0),
    promise: Promise::Linux,
    why: "Because.",
    source: "mmap(2)",
};

struct Drawn {
    model: App,
    state: WindowState,
}

fn act(model: &mut App, action: Action) {
    let view = None;
    model.apply(Intent { view, action });
}

/// A window that shows the made-up experiment, after `progress` was told of its run.
fn drawn(available: Result<(), String>, progress: Vec<Progress>) -> Harness<'static, Drawn> {
    let mut model = App::new(Settings::default());
    model.take(Event::LabCatalogue(vec![(&CLAIM, available)]));
    act(&mut model, Action::Lab(LabAction::Show));
    act(
        &mut model,
        Action::Lab(LabAction::Choose(CLAIM.name.to_owned())),
    );
    if !progress.is_empty() {
        act(&mut model, Action::Lab(LabAction::RunChosen));
    }
    for told in progress {
        model.take(Event::Lab(Box::new(told)));
    }
    let drawn = Drawn {
        model,
        state: WindowState::default(),
    };
    let mut harness = Harness::builder()
        .with_size([1280.0, 2000.0])
        .build_ui_state(
            |ui, drawn: &mut Drawn| {
                let theme = Theme::dark();
                let frame = Frame::new(&drawn.model, &theme);
                let (intents, _) = window_ui(ui, &frame, &mut drawn.state);
                for intent in intents {
                    drawn.model.apply(intent);
                }
            },
            drawn,
        );
    harness.run_steps(3);
    harness
}

fn labels(harness: &Harness<'static, Drawn>) -> Vec<String> {
    let nodes = harness.root().children_recursive();
    nodes
        .filter_map(|node| {
            let node = node.accesskit_node();
            node.label().or_else(|| node.value())
        })
        .collect()
}

#[track_caller]
fn says(harness: &Harness<'static, Drawn>, expected: &str) {
    let labels = labels(harness);
    let found = labels.iter().any(|label| label.contains(expected));
    assert!(found, "{expected:?} is nowhere in {labels:#?}");
}

fn failed_step() -> RunStep {
    RunStep {
        number: 1,
        peer: Some("A".to_owned()),
        pid: Some(7),
        what: "loads the byte at 28".to_owned(),
        doing: mapscope::lab::claim::Doing::Look,
        told: None,
        calls: vec![CallLine {
            text: "load(0x7f0000000000, 1) = \"A\"".to_owned(),
            nanoseconds: 1500,
            faults: None,
        }],
        observed: "41 'A'".to_owned(),
        expected: Some("5a 'Z'".to_owned()),
        holds: Some(false),
    }
}

fn record(verdict: Verdict) -> RunRecord {
    RunRecord {
        name: CLAIM.name.to_owned(),
        verdict,
        predicted: "this".to_owned(),
        observed: "something else".to_owned(),
        steps: vec![failed_step()],
        peers: vec![PeerCard {
            name: "A".to_owned(),
            pid: 7,
            parent: Some("B".to_owned()),
            ended: Some("killed by SIGSEGV (SEGV_ACCERR)".to_owned()),
            ..PeerCard::default()
        }],
        costs: Vec::new(),
        milliseconds: 12,
    }
}

fn finished(record: RunRecord) -> Vec<Progress> {
    vec![
        Progress::Environment(Environment::default()),
        Progress::Started(CLAIM.name.to_owned()),
        Progress::Finished(Box::new(record)),
        Progress::Over(Ok(())),
    ]
}

#[test]
fn what_is_not_available_says_why_and_still_what_is_predicted() {
    let harness = drawn(Err("only Linux has that".to_owned()), Vec::new());
    says(&harness, "made-up: not available here: only Linux has that");
    says(&harness, "Verdict: not available here: only Linux has that");
    says(&harness, "Predicted");
    let run = harness.get_by_role_and_label(Role::Button, "Run");
    assert!(run.accesskit_node().is_disabled());
    let by_hand = harness.get_by_role_and_label(Role::Button, "Try it by hand");
    assert!(by_hand.accesskit_node().is_disabled());
}

/// Built without a system font, the harness fails where a sign is in none of the built-in ones.
#[test]
fn every_standing_has_a_sign_that_every_machine_can_draw() {
    for (verdict, words) in [
        (Verdict::AsPredicted, "as predicted"),
        (Verdict::Differs, "differs from the prediction"),
        (Verdict::Measured, "measured"),
        (
            Verdict::NotDone("no peer".to_owned()),
            "not carried out: no peer",
        ),
        (
            Verdict::NotAvailable("why".to_owned()),
            "not available here: why",
        ),
        (Verdict::Cancelled, "stopped"),
    ] {
        let harness = drawn(Ok(()), finished(record(verdict)));
        let is_told = !matches!(words, "stopped") && !words.starts_with("not ");
        let label = if is_told {
            "made-up"
        } else {
            "What comes of it?"
        };
        says(&harness, &format!("{label}: {words}"));
        says(&harness, &format!("Verdict: {words}"));
    }
    let started = Progress::Started(CLAIM.name.to_owned());
    says(&drawn(Ok(()), vec![started]), "What comes of it?: running");
    let ground = Progress::Environment(Environment::default());
    says(
        &drawn(Ok(()), vec![ground]),
        "What comes of it?: waits for its turn",
    );
    says(&drawn(Ok(()), Vec::new()), "What comes of it?: not run");
}

#[test]
fn what_differs_says_what_was_expected_and_how_a_peer_ended() {
    let harness = drawn(Ok(()), finished(record(Verdict::Differs)));
    says(&harness, "made-up: differs from the prediction");
    says(
        &harness,
        "Step 1: process A loads the byte at 28: 41 'A', but expected: 5a 'Z'; load(0x7f",
    );
    says(
        &harness,
        "Process A, pid 7, child of B, ended: killed by SIGSEGV",
    );
    says(&harness, "something else");
}

#[test]
fn steps_are_shown_as_they_come_and_only_the_last_of_many() {
    let mut progress = vec![Progress::Started(CLAIM.name.to_owned())];
    progress.extend((1..=1000).map(|number| {
        Progress::Step(Box::new(RunStep {
            number,
            ..failed_step()
        }))
    }));
    let harness = drawn(Ok(()), progress);
    says(&harness, "Verdict: running");
    says(&harness, "800 earlier steps are not listed");
    says(&harness, "Step 1000: ");
    let listed = labels(&harness)
        .iter()
        .filter(|label| label.starts_with("Step "))
        .count();
    assert!((5..120).contains(&listed), "{listed} steps are laid out");
}

#[test]
fn costs_are_drawn_and_told() {
    let point = |bytes: u64, load_seconds: f64| CostPoint {
        bytes,
        taken: bytes,
        read_seconds: 1e-3,
        load_seconds,
        read_faults: (0, 0),
        load_faults: (bytes / 4096, 2),
        kept_seconds: None,
    };
    let costs = vec![
        point(4096, 8e-3),
        point(1 << 20, 1.01e-3),
        point(1 << 30, 0.5e-3),
    ];
    let harness = drawn(
        Ok(()),
        finished(RunRecord {
            costs,
            ..record(Verdict::Measured)
        }),
    );
    says(
        &harness,
        "4 KiB: read is 8.0 times faster; 1 MiB: no winner; 1 GiB: mmap is 2.0 times faster",
    );
    says(&harness, "256 + 2");
}

#[test]
fn why_nothing_could_be_run_is_told() {
    let refused = Progress::Over(Err("/tmp is full".to_owned()));
    let harness = drawn(Ok(()), vec![refused]);
    says(&harness, "Nothing more was run: /tmp is full");
    says(&harness, "Verdict: not run");
}

/// What is to begin once something else has ended can be stopped before that.
#[test]
fn what_is_to_begin_can_be_stopped_while_something_ends() {
    let started = Progress::Started(CLAIM.name.to_owned());
    let mut harness = drawn(Ok(()), vec![started]);
    let may_stop = |harness: &mut Harness<'static, Drawn>| {
        harness.run_steps(2);
        let stop = harness.get_by_role_and_label(Role::Button, "Stop");
        !stop.accesskit_node().is_disabled()
    };
    assert!(may_stop(&mut harness));
    let model = &mut harness.state_mut().model;
    act(model, Action::Lab(LabAction::Stop));
    assert!(!may_stop(&mut harness), "it ends");
    let model = &mut harness.state_mut().model;
    act(model, Action::Lab(LabAction::RunChosen));
    assert!(model.lab.then.is_some());
    assert!(may_stop(&mut harness));
    let model = &mut harness.state_mut().model;
    act(model, Action::Lab(LabAction::Stop));
    assert!(model.lab.then.is_none());
    assert!(!may_stop(&mut harness));
}
