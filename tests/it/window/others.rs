//! Other programs in the real window's model: they are watched while the panel is shown, and its own processes are none.

use super::support::*;

use mapscope::model::others::{OthersState, SeenBytes};
use mapscope::model::{Action, AppAction, Tab};

use crate::others::Program;

fn pids(window: &Window) -> Vec<u32> {
    let seen = doc(window).others_seen();
    seen.map_or_else(Vec::new, |seen| {
        seen.processes.iter().map(|process| process.pid).collect()
    })
}

/// What the first of them sees, where it is told.
fn bytes(window: &Window) -> Vec<u8> {
    let seen = doc(window).others_seen();
    let first = seen.and_then(|seen| seen.processes.first()?.mappings.first());
    match first.map(|mapping| &mapping.pages[0].seen) {
        Some(SeenBytes::Bytes(bytes)) => bytes.clone(),
        _ => Vec::new(),
    }
}

#[test]
fn a_program_comes_and_goes_and_our_own_processes_are_none() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    until(&mut window, "both of the pair read it", |window| {
        [SHARED_PEER, PRIVATE_PEER]
            .iter()
            .all(|title| witness(window, title).starts_with("41 'A'"))
    });
    let mut program = Program::start();
    program.map(&path, "private");
    program.ask(&serde_json::json!(["store", 0, 0, 0x5a]));
    let pid = program.pid();
    until(&mut window, "it is seen, alone", |window| {
        pids(window) == [pid]
    });
    until(&mut window, "what it sees is told", |window| {
        bytes(window).starts_with(b"Z")
    });
    // Another byte: it is answered for that.
    go_to(&mut window, 5);
    until(&mut window, "it is seen there too", |window| {
        pids(window) == [pid] && bytes(window).starts_with(b"A")
    });
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Mapping)));
    assert_eq!(doc(&window).others.state, OthersState::Waiting);
    act(&mut window, Action::App(AppAction::ShowTab(Tab::Witnesses)));
    until(&mut window, "it is seen again", |window| {
        pids(window) == [pid]
    });
    press(&mut window, PLAIN, egui::Key::F5);
    until(&mut window, "and of the mapping in its place", |window| {
        doc(window).focused_target().generation != mapscope::model::Generation::FIRST
            && pids(window) == [pid]
    });
    program.end();
    until(&mut window, "it is gone", |window| {
        pids(window).is_empty() && doc(window).others_seen().is_some()
    });
}
