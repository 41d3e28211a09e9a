//! A job alone waits for storage, while the file that it was begun from answers: that one stays usable, and what waits is told
//! with what it waits for.

use std::fs;
use std::path::Path;

use egui::Key;
use mapscope::model::viewport::Column;
use mapscope::model::{Action, DocAction, FileAction, FindAction, Topic, ViewAction};
use tempfile::TempDir;

use super::steps::{click, says};
use super::{open_both, open_sound, turn};
use crate::indoors::*;
use crate::rig::hanging::{Hanging, Hangs};

/// Bytes from this page on are not in memory when the storage hangs.
const FIRST_GONE: u64 = 40;

/// Takes another path than the one proposed in the form that stands.
fn submit(window: &mut Window, path: &Path) {
    let path = path.to_str().unwrap().to_owned();
    act(window, Action::Doc(DocAction::DestinationEdited(path)));
    act(window, Action::Doc(DocAction::DestinationSubmitted));
}

#[track_caller]
fn until_said(window: &mut Window, what: &str) {
    until(window, what, |window| {
        let waits = |label: &String| label.contains(what) && label.contains("waiting for storage");
        labels(window).iter().any(waits)
    });
}

#[test]
fn a_job_that_waits_says_so_and_its_file_stays_usable() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut window = open_both(&storage, folder.path());
    storage.hang(Hangs::Reads);
    storage.forget_pages_from(FIRST_GONE);

    act(
        &mut window,
        Action::Find(FindAction::Open { replaces: false }),
    );
    let text = FindAction::Edited("42 42".to_owned());
    act(&mut window, Action::Find(text));
    act(&mut window, Action::Find(FindAction::All));
    until_said(&mut window, "Searching");
    assert!(storage.n_waiting() > 0, "it hangs");
    assert_eq!(doc(&window).waiting_seconds, None, "the worker is free");
    press(&mut window, PLAIN, Key::Escape);

    act(&mut window, Action::View(ViewAction::Sum));
    until_said(&mut window, "Summing");

    let copy = folder.path().join("copy.bin");
    act(&mut window, Action::Doc(DocAction::SaveCopy));
    submit(&mut window, &copy);
    until_said(&mut window, "Saving a copy");

    let grid = Action::App(mapscope::model::AppAction::Focus(
        mapscope::model::Focus::Grid,
    ));
    act(&mut window, grid);
    window.step();
    press(&mut window, CTRL, Key::Home);
    type_text(&mut window, "5a");
    until(&mut window, "an edit is in the view", |window| {
        has(window, "00000000 5a 41 ")
    });
    assert_eq!(doc(&window).waiting_seconds, None, "the worker is free");
    storage.go_on();
    until(&mut window, "all is done", |window| {
        let doc = doc(window);
        let view = doc.view();
        doc.jobs.is_empty()
            && view.searches.now.is_none()
            && view.sums.running().is_none()
            && doc.waiting_jobs.is_empty()
    });
    assert_eq!(fs::read(copy).unwrap().len(), crate::rig::hanging::LEN);
}

#[test]
fn a_comparison_that_waits_says_so_and_can_be_stopped() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut window = open_both(&storage, folder.path());
    let copied = ViewAction::Point {
        offset: (FIRST_GONE + 10) * 4096,
        extend: false,
        column: Column::Hex,
    };
    act(&mut window, Action::View(copied));
    type_text(&mut window, "5a");
    until(&mut window, "it is stored", |window| {
        let view = doc(window).view();
        view.pending.is_settled() && view.journal.pending_bytes() == 1
    });
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "the beginning is in sight", |window| {
        has(window, "00000000 41 41 ")
    });
    storage.hang(Hangs::Reads);
    storage.forget_pages_from(FIRST_GONE);
    press(&mut window, PLAIN, Key::F8);
    until_said(&mut window, "comparing with the file");
    assert!(storage.n_waiting() > 0, "it hangs");
    assert_eq!(doc(&window).waiting_seconds, None, "the worker is free");
    click(&mut window, "Stop");
    until(&mut window, "it waits no more", |window| {
        !says(window, "comparing with the file")
    });
    storage.go_on();
    until(&mut window, "it is over", |window| {
        doc(window).waiting_jobs.is_empty()
    });
    assert_eq!(doc(&window).view().viewport.cursor, 0, "it stayed there");
}

#[test]
fn what_is_read_from_storage_that_hangs_is_named_and_not_the_file_that_wants_it() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut window = open_sound(folder.path());
    storage.hang(Hangs::Reads);
    for (asks, said) in [
        (DocAction::PasteFile, "to paste it"),
        (DocAction::AskForPatch, "to apply it"),
    ] {
        act(&mut window, Action::Doc(asks));
        submit(&mut window, &storage.path());
        until_said(&mut window, said);
        let name = storage.path().display().to_string();
        assert!(says(&window, &name), "its path is told");
        assert!(doc(&window).notices.get(Topic::Storage).is_none());
        type_text(&mut window, "5a");
        let n_edits = doc(&window).view().journal.edits().len();
        until(&mut window, "an edit is stored", |window| {
            let view = doc(window).view();
            view.pending.is_settled() && view.journal.edits().len() >= n_edits
        });
        assert!(says(&window, said), "it still waits");
        click(&mut window, "Stop");
        until(&mut window, "it waits no more", |window| {
            !says(window, said)
        });
    }
    storage.go_on();
    until(&mut window, "the jobs are over", |window| {
        doc(window).waiting_jobs.is_empty()
    });
    assert!(has(&window, "00000000 5a 5a 53 "), "nothing was pasted");
}

#[test]
fn a_file_that_does_not_open_is_named_and_can_be_given_up() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let mut window = open_sound(folder.path());
    storage.hang(Hangs::Opens);
    let told = "has not been opened for";
    let open = |path| Action::File(FileAction::Open(path));
    act(&mut window, open(storage.path()));
    until(&mut window, "it is told", |window| {
        let name = storage_name(window, told);
        name.is_some_and(|label| label.contains("/f "))
    });
    click(&mut window, "Do not open it");
    until(&mut window, "it is given up", |window| {
        storage_name(window, told).is_none() && model(window).incoming.is_empty()
    });
    act(&mut window, open(storage.path()));
    until(&mut window, "it is told again", |window| {
        storage_name(window, told).is_some()
    });
    storage.go_on();
    until(&mut window, "the second is open", |window| {
        title_has(window, "f \u{2014}") && storage_name(window, told).is_none()
    });
    assert_eq!(model(&window).docs.len(), 2, "the first was given up");
}

/// The message with these words.
fn storage_name(window: &Window, words: &str) -> Option<String> {
    labels(window)
        .into_iter()
        .find(|label| label.starts_with("Waiting for storage") && label.contains(words))
}
