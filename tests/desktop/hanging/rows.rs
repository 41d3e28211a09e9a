//! A process of the panel is to store while the storage holds that up: its row says what it waits for.

use egui::Key;
use mapscope::model::{Action, PeersAction};
use tempfile::TempDir;

use super::{open_both, turn, until_waits};
use crate::indoors::*;
use crate::rig::hanging::{Hanging, Hangs};

const WAITS: &str = "its store waits for the storage";

#[test]
fn the_row_of_a_process_says_that_its_store_waits_for_the_storage() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let state = folder.path().join("state");
    let mut window = open_both(&storage, folder.path());
    window.state().keep_journal(state);
    press(&mut window, CTRL, Key::Home);
    let processes = doc(&window).processes.list().iter();
    let shared = processes.filter(|process| process.reaches_file());
    let mapping = shared.map(|process| process.mapping).next().unwrap();
    storage.hang(Hangs::Reads);
    storage.forget_pages();
    act(&mut window, Action::Peers(PeersAction::Store(mapping)));
    until_waits(&mut window);
    until(&mut window, "the row says it too", |window| {
        let rows = labels(window).into_iter();
        let rows = rows.filter(|row| row.contains(WAITS));
        rows.count() == 1
    });
    storage.go_on();
    until(&mut window, "it is stored, and waits no more", |window| {
        doc(window).waiting_seconds.is_none() && !has(window, WAITS)
    });
}
