//! A program of a session that is to go where the storage hangs: the window answers, what waits is told and can be stopped, and
//! what came of it is said.

use std::fs;
use std::path::Path;

use mapscope::model::process::ProcessKind;
use mapscope::model::session::ProgramLanguage;
use mapscope::model::{Action, DocAction, MappingAction, Mode, PeersAction};
use tempfile::TempDir;

use super::steps::{click, says};
use super::{open_sound, turn};
use crate::indoors::*;
use crate::rig::hanging::{Hanging, Hangs};

/// Orders a program in that folder, and waits until it is said that it waits.
fn order(window: &mut Window, folder: &Path) {
    act(
        window,
        Action::Doc(DocAction::SaveProgram(ProgramLanguage::C)),
    );
    let path = folder.to_str().unwrap().to_owned();
    act(window, Action::Doc(DocAction::DestinationEdited(path)));
    act(window, Action::Doc(DocAction::DestinationSubmitted));
    until(window, "it is said that it waits", |window| {
        let waits = |label: &String| {
            label.contains("Saving the program") && label.contains("waiting for storage")
        };
        labels(window).iter().any(waits)
    });
}

#[test]
fn a_program_that_waits_for_its_folder_says_so_and_the_window_answers() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let place = TempDir::new().unwrap();
    let mut window = open_sound(place.path());
    act(
        &mut window,
        Action::Peers(PeersAction::Add(ProcessKind::Private)),
    );
    until(&mut window, "something happened", |window| {
        !doc(window).happened.is_empty()
    });
    storage.hang(Hangs::Lookups);
    let folder = storage.path().with_file_name("programs");
    order(&mut window, &folder);
    assert!(storage.n_waiting() > 0, "it hangs");
    assert_eq!(doc(&window).waiting_seconds, None, "the worker is free");

    // The mode, and an edit.
    let shared = MappingAction::SetMode(Mode::Shared);
    act(&mut window, Action::Mapping(shared));
    until(&mut window, "it is shared", |window| {
        doc(window).view().writes_through()
    });
    click(&mut window, "Stop");
    until(&mut window, "it is said that it stops", |window| {
        says(window, "Stopping: Saving the program")
    });
    storage.go_on();
    until(&mut window, "it is said what came of it", |window| {
        let said = |label: &String| {
            label.contains("the programs cannot be written") || label.contains("nothing is left at")
        };
        doc(window).jobs.is_empty() && labels(window).iter().any(said)
    });
    assert!(!folder.exists());
    let names = fs::read_dir(place.path()).unwrap();
    assert_eq!(names.count(), 1, "nothing is written elsewhere");
}
