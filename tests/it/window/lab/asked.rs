//! Questions in the window: they stand in the place of what gives the answer away, and answers are kept between runs.

use super::super::support::*;
use super::{NAME, entry, lab, verdict};

use egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::lab::catalogue;
use mapscope::lab::learning::AnswerStore;
use mapscope::model::{Action, LabAction, OpenRequest};

/// All that a person or a screen reader is told.
fn told(window: &Window) -> Vec<String> {
    let nodes = window.root().children_recursive();
    nodes
        .filter_map(|node| {
            let node = node.accesskit_node();
            node.label().or_else(|| node.value())
        })
        .collect()
}

#[test]
fn nothing_gives_the_answer_away_before_it_is_asked() {
    let mut window = lab();
    press(&mut window, PLAIN, Key::ArrowDown);
    until(&mut window, "it is shown", |window| {
        verdict(window) == "not run"
    });
    let claim = catalogue::find(NAME).unwrap().claim;
    let gives_away = |window: &Window| {
        let told = told(window);
        let words = [claim.name, claim.title];
        told.iter()
            .any(|told| words.iter().any(|words| told.contains(words)))
    };
    assert!(told(&window).contains(&claim.question().to_owned()));
    assert!(!gives_away(&window), "{:#?}", told(&window));
    act(&mut window, Action::Lab(LabAction::RunTopic(claim.topic)));
    until(&mut window, "all ran", |window| {
        model(window).lab.queue.is_none()
    });
    assert!(!gives_away(&window), "{:#?}", told(&window));
    press(&mut window, PLAIN, Key::Num1);
    until(&mut window, "the answer opens it", |window| {
        gives_away(window) && window.query_by_label("You were right").is_some()
    });
    assert!(is_named(&window, &entry(NAME, "as predicted")));
    click(&mut window, "Ask me again");
    until(&mut window, "the question stands again", |window| {
        !gives_away(window) && verdict(window) == "not run"
    });
}

#[test]
fn an_answer_is_there_in_the_next_run_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lab").join("answers.json");
    let begin = || {
        let mut window = start(OpenRequest::private(None));
        window
            .state_mut()
            .keep_answers(AnswerStore::at(path.clone()));
        until(&mut window, "the file is open", |window| {
            !rows(window).is_empty()
        });
        press(&mut window, CTRL, Key::Num4);
        until(&mut window, "the list has the keyboard", |window| {
            model(window).area == mapscope::model::Focus::Lab
        });
        window
    };
    let mut window = begin();
    let choose = Action::Lab(LabAction::Choose(NAME.to_owned()));
    act(&mut window, choose.clone());
    press(&mut window, PLAIN, Key::Num2);
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it ran", |window| {
        verdict(window) == "as predicted"
    });
    drop(window);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while !path.exists() {
        assert!(std::time::Instant::now() < deadline, "it is kept");
        std::thread::yield_now();
    }
    let mut window = begin();
    act(&mut window, choose);
    until(&mut window, "it is told", |window| {
        window
            .query_by_label("You were wrong when asked last")
            .is_some()
    });
    let topic = catalogue::find(NAME).unwrap().claim.topic;
    assert_eq!(model(&window).lab.own_score(topic).answered, 1);
}
