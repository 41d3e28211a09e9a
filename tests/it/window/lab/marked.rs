//! What the picture of an experiment says that the last step changed: only where it was that step.

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::lab::claim::{
    Claim, Doing, Expected, Holding, KnownMapping, LabTopic, PeerCard, Progress, Promise, RunStep,
};
use mapscope::model::{Action, App, Event, Intent, LabAction, Settings};
use mapscope::peer::calls::{MapCall, MapExtra, Prot, Source};
use mapscope::peer::wire::PeerPage;
use mapscope::ui::{Frame, Theme, WindowState, window_ui};

static CLAIM: Claim = Claim {
    name: "made-up",
    topic: LabTopic::Sharing,
    title: "A made-up claim",
    choices: &["this", "that"],
    expected: Expected::Always(0),
    promise: Promise::Linux,
    why: "Because.",
    source: "mmap(2)",
};

type Drawn = Harness<'static, (App, WindowState)>;

fn drawn() -> Drawn {
    let mut model = App::new(Settings::default());
    model.take(Event::LabCatalogue(vec![(&CLAIM, Ok(()))]));
    for action in [
        LabAction::Show,
        LabAction::Choose(CLAIM.name.to_owned()),
        LabAction::RunChosen,
    ] {
        let action = Action::Lab(action);
        model.apply(Intent { view: None, action });
    }
    Harness::builder()
        .with_size([1280.0, 1000.0])
        .build_ui_state(
            |ui, (model, state): &mut (App, WindowState)| {
                let theme = Theme::dark();
                let frame = Frame::new(model, &theme);
                drop(window_ui(ui, &frame, state));
            },
            (model, WindowState::default()),
        )
}

/// It is told, and drawn.
fn tell(drawn: &mut Drawn, progress: impl IntoIterator<Item = Progress>) {
    for told in progress {
        drawn.state_mut().0.take(Event::Lab(Box::new(told)));
    }
    drawn.step();
}

fn began() -> Progress {
    Progress::Started(CLAIM.name.to_owned())
}

fn step(number: usize) -> Progress {
    Progress::Step(Box::new(RunStep {
        number,
        peer: Some("A".to_owned()),
        pid: None,
        what: "does".to_owned(),
        doing: Doing::Look,
        told: None,
        calls: Vec::new(),
        observed: "done".to_owned(),
        expected: None,
        holds: None,
    }))
}

/// A process of this number, with one page of a file mapped, which is this.
fn holds(pid: u32, page: PeerPage) -> Progress {
    let call = MapCall {
        map: "m".to_owned(),
        source: Source::File("f".to_owned()),
        shared: false,
        prot: Prot::ReadWrite,
        offset: 0,
        len: 4096,
        extra: MapExtra::default(),
    };
    let mapping = Some(KnownMapping {
        call,
        file: Some((1, 2)),
        pages: Some(vec![page]),
    });
    Progress::Peers(vec![PeerCard {
        name: "A".to_owned(),
        pid,
        holding: Holding {
            mapping,
            ..Holding::default()
        },
        ..PeerCard::default()
    }])
}

fn is_marked(drawn: &Drawn) -> bool {
    let mut rows = drawn.root().children_recursive();
    assert!(
        drawn.query_by_label_contains("A, process").is_some(),
        "the row is there"
    );
    rows.any(|node| {
        let label = node.accesskit_node().label().unwrap_or_default();
        label.contains("the last step changed it")
    })
}

#[test]
fn what_the_last_step_changed_is_marked_and_what_it_did_not_is_not() {
    let mut drawn = drawn();
    tell(&mut drawn, [began(), holds(7, PeerPage::FilePage), step(1)]);
    assert!(!is_marked(&drawn));
    tell(&mut drawn, [step(2)]);
    // what is looked up after it belongs to it
    tell(&mut drawn, [holds(7, PeerPage::PrivateCopy)]);
    assert!(is_marked(&drawn));
    tell(&mut drawn, [step(3), holds(7, PeerPage::PrivateCopy)]);
    assert!(!is_marked(&drawn));
}

/// Of several steps between two frames nobody knows which one it was.
#[test]
fn what_one_of_several_steps_changed_is_not_said_of_the_last_one() {
    let mut drawn = drawn();
    tell(&mut drawn, [began(), holds(7, PeerPage::FilePage), step(1)]);
    let steps = [step(2), holds(7, PeerPage::PrivateCopy), step(3), step(4)];
    tell(&mut drawn, steps);
    assert!(!is_marked(&drawn));
}

/// What another run showed is nothing that a step of this one changed.
#[test]
fn another_run_is_not_compared_with_the_last_one() {
    let mut drawn = drawn();
    tell(
        &mut drawn,
        [began(), holds(7, PeerPage::PrivateCopy), step(1)],
    );
    let again = [began(), holds(8, PeerPage::FilePage), step(1), step(2)];
    tell(&mut drawn, again);
    assert!(!is_marked(&drawn));
}
