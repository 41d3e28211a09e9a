//! The lab in the window: real experiments with real peers in the real program.

mod asked;
mod by_hand;
mod drawn;
mod marked;
mod seen;
mod stepping;
mod tab;

use super::support::*;
use crate::processes::signal;
use std::time::Duration;

use egui::Key;
use egui::accesskit::{Role, Toggled};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::lab::catalogue;
use mapscope::model::lab::LabRun;
use mapscope::model::{Action, Focus, LabAction};

const NAME: &str = "shared-seen-by-shared";

/// What the entry of an experiment says: its question, until it was run.
fn entry(name: &str, standing: &str) -> String {
    let claim = catalogue::find(name).unwrap().claim;
    match standing {
        "as predicted" => format!("{name}: {standing}"),
        _ => format!("{}: {standing}", claim.question()),
    }
}

/// A window that shows the lab.
fn lab() -> Window {
    let mut window = sample();
    press(&mut window, CTRL, Key::Num4);
    until(&mut window, "the lab is shown", |window| {
        is_named(window, "Experiments")
    });
    window
}

fn verdict(window: &Window) -> String {
    let said = status(window);
    let verdict = said.iter().find_map(|said| said.strip_prefix("Verdict: "));
    verdict.unwrap_or_default().to_owned()
}

/// Rows that are neither bytes nor witnesses: steps and peers.
fn rows_with(window: &Window, head: &str) -> Vec<String> {
    let rows = witness_rows(window);
    rows.into_iter()
        .filter(|row| row.starts_with(head))
        .collect()
}

/// Closes the lab's tab, or the window, where an experiment with two processes waits: these are gone soon.
#[track_caller]
fn ends_with_its_processes(mut window: Window, name: &str, closes_window: bool) {
    let peers = model(&window).lab.entry(name).unwrap().peers().to_vec();
    assert_eq!(peers.len(), 2);
    if closes_window {
        drop(window);
    } else {
        act(&mut window, Action::Lab(LabAction::Close));
        until(&mut window, "nothing runs", |window| {
            model(window).lab.queue.is_none()
        });
    }
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    for peer in peers {
        let program = format!("/proc/{}/exe", peer.pid);
        while std::fs::read_link(&program).is_ok() {
            assert!(std::time::Instant::now() < deadline, "{peer:?} lives on");
            std::thread::yield_now();
        }
    }
}

#[test]
fn before_anything_runs_it_says_how_to_begin() {
    let window = lab();
    let told = window.query_by_label_contains("Nothing is simulated");
    assert!(told.is_some());
    assert!(is_named(&window, &entry(NAME, "not run")));
    assert!(
        model(&window)
            .lab
            .entries
            .iter()
            .all(|entry| entry.record().is_none())
    );
}

#[test]
fn an_experiment_is_chosen_expected_run_and_told() {
    let mut window = lab();
    click(&mut window, &entry(NAME, "not run"));
    until(&mut window, "it is shown", |window| {
        verdict(window) == "not run"
    });
    click(&mut window, "The other process sees it after msync");
    window.step();
    let picked =
        window.get_by_role_and_label(Role::RadioButton, "The other process sees it after msync");
    assert_eq!(picked.accesskit_node().toggled(), Some(Toggled::True));
    click(&mut window, "Run");
    until(&mut window, "it came out as predicted", |window| {
        verdict(window) == "as predicted"
    });
    assert!(is_named(&window, &format!("{NAME}: as predicted")));
    for head in [
        "It went otherwise than you expected",
        "You expected",
        "The other process sees it after msync",
        "Predicted",
        "Observed",
        "Why",
        "Who sees it",
        "Steps",
    ] {
        assert!(window.query_by_label(head).is_some(), "{head}");
    }
    let peers = rows_with(&window, "Process ");
    assert_eq!(peers.len(), 2, "{peers:?}");
    assert!(peers[0].starts_with("Process A, pid "), "{peers:?}");
    assert!(peers[1].contains("28: 5a 'Z'"), "{peers:?}");
    assert!(!rows_with(&window, "Step 1: mapscope makes").is_empty());
    assert_eq!(
        model(&window).lab.tally().to_string(),
        "1 as predicted",
        "{}",
        state(&window)
    );
}

#[test]
fn the_list_takes_the_keyboard() {
    let mut window = lab();
    window
        .get_by_role_and_label(Role::Button, "Run all")
        .focus();
    window.step();
    press(&mut window, PLAIN, Key::F6);
    until(&mut window, "F6 leads to the list", |window| {
        window
            .query_by_role_and_label(Role::ListBox, "Experiments")
            .is_some_and(|list| list.is_focused())
    });
    press(&mut window, PLAIN, Key::ArrowDown);
    until(&mut window, "the first one is shown", |window| {
        model(window).lab.chosen == Some(NAME)
    });
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "Enter ran it", |window| {
        verdict(window) == "as predicted"
    });
    // a screen reader is told of the entry, the list has the keyboard
    let entry =
        window.get_by_role_and_label(Role::ListBoxOption, "shared-seen-by-shared: as predicted");
    assert!(entry.is_focused(), "and the keyboard stays there");
    assert_eq!(model(&window).area, Focus::Lab);
}

#[test]
fn what_runs_is_stopped() {
    let mut window = lab();
    let names = vec![NAME.to_owned(); 400];
    act(&mut window, Action::Lab(LabAction::Run(names)));
    until(&mut window, "a few are over", |window| {
        let queue = model(window).lab.queue.as_ref();
        queue.is_some_and(|queue| queue.done >= 2)
    });
    let told = status(&window);
    assert!(
        told.iter().any(|said| said.contains(" of 400: ")),
        "{told:?}"
    );
    click(&mut window, "Stop");
    until(&mut window, "nothing runs", |window| {
        model(window).lab.queue.is_none()
    });
    let lab = &model(&window).lab;
    assert!(lab.error.is_none(), "{:?}", lab.error);
    assert!(lab.entries.iter().all(|entry| !entry.is_running()));
    let done = lab.queue.is_none();
    assert!(done);
    // and another one can begin
    act(&mut window, Action::Lab(LabAction::RunChosen));
    until(&mut window, "it ran again", |window| {
        model(window).lab.queue.is_none() && verdict(window) == "as predicted"
    });
}

#[test]
fn a_slow_run_shows_each_step_and_is_stopped_between_two() {
    let mut window = lab();
    click(&mut window, "Slowly");
    until(&mut window, "it was taken", |window| {
        model(window).lab.slowly
    });
    click(&mut window, &entry(NAME, "not run"));
    until(&mut window, "it is shown", |window| {
        verdict(window) == "not run"
    });
    click(&mut window, "Run");
    until(&mut window, "its third step is shown", |window| {
        verdict(window) == "running" && !rows_with(window, "Step 3: ").is_empty()
    });
    assert!(!rows_with(&window, "Process A, pid ").is_empty());
    click(&mut window, "Stop");
    until(&mut window, "it is stopped", |window| {
        verdict(window) == "stopped"
    });
    assert!(rows_with(&window, "Step 10: ").is_empty());
    assert!(is_named(&window, &entry(NAME, "stopped")));
}

#[test]
fn a_click_gives_the_list_the_keyboard() {
    let mut window = lab();
    let at = window
        .get_by_role_and_label(
            Role::ListBoxOption,
            &entry("shared-seen-by-read", "not run"),
        )
        .rect()
        .center();
    window.hover_at(at);
    window.drag_at(at);
    window.run_steps(3);
    window.drop_at(at);
    until(&mut window, "it is chosen", |window| {
        model(window).lab.chosen == Some("shared-seen-by-read")
    });
    until(&mut window, "the list has the keyboard", |window| {
        model(window).area == Focus::Lab
    });
    press(&mut window, PLAIN, Key::ArrowUp);
    until(&mut window, "the one above is chosen", |window| {
        model(window).lab.chosen == Some(NAME)
    });
}

/// A peer that is stopped keeps the run waiting until its time is over, and the window not at all.
#[test]
fn a_stopped_peer_is_told_of_while_the_window_goes_on() {
    let mut window = lab();
    click(&mut window, "Slowly");
    click(&mut window, &entry(NAME, "not run"));
    until(&mut window, "it is shown", |window| {
        verdict(window) == "not run"
    });
    click(&mut window, "Run");
    // While it waits, the file is in front.
    press(&mut window, CTRL, Key::Tab);
    let mut pid = None;
    until(&mut window, "there is a second peer", |window| {
        pid = match &model(window).lab.entry(NAME).unwrap().run {
            LabRun::Running { peers, .. } => peers.get(1).map(|peer| peer.pid),
            _ => None,
        };
        pid.is_some()
    });
    signal("STOP", pid.unwrap());
    // Lookups, each answered in the frame after it was typed, for as long as the run waits.
    let mut answered = 0;
    while model(&window).lab.queue.is_some() {
        let offset = 1 + answered % 61;
        go_to(&mut window, offset);
        answered += 1;
    }
    assert!(answered >= 20, "{answered} lookups while the run waited");
    press(&mut window, CTRL, Key::Num4);
    until(&mut window, "why is told", |window| {
        verdict(window).contains("did not answer")
    });
}

#[test]
fn a_window_that_closes_in_the_middle_leaves_no_peer_behind() {
    let mut window = lab();
    let names = vec![NAME.to_owned(); 400];
    act(&mut window, Action::Lab(LabAction::Run(names)));
    until(&mut window, "peers run", |window| {
        let entry = model(window).lab.entry(NAME).unwrap();
        entry.is_running() && entry.peers().len() == 2
    });
    let peers = model(&window).lab.entry(NAME).unwrap().peers().to_vec();
    drop(window);
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    for peer in peers {
        let folder = format!("/proc/{}/exe", peer.pid);
        while std::fs::read_link(&folder).is_ok() {
            assert!(std::time::Instant::now() < deadline, "{peer:?} lives on");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
