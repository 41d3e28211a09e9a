//! A path that was typed wrong is mended, not typed once more: its form stands again, with what is wrong beside the field.

use std::fs;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, DocAction};

use super::support::*;

/// Asks for a file to paste, and types its path.
fn ask(window: &mut Window, path: &str) {
    act(window, Action::Doc(DocAction::PasteFile));
    until(window, "it is asked for", has_keys);
    press(window, CTRL, Key::A);
    type_text(window, path);
    press(window, PLAIN, Key::Enter);
}

fn has_keys(window: &Window) -> bool {
    let field = window.query_by_role_and_label(Role::TextInput, "File to paste");
    field.is_some_and(|field| field.is_focused())
}

#[test]
fn a_file_to_paste_that_is_not_there_is_asked_for_again() {
    let (folder, path) = file(b"0123456789abcdef");
    fs::write(folder.path().join("parts"), b"xyz").unwrap();
    let wrong = folder.path().join("part");
    let mut window = open(&path);
    ask(&mut window, wrong.to_str().unwrap());
    until(&mut window, "the form stands again", |window| {
        let saving = doc(window).saving.as_ref();
        saving.is_some_and(|saving| saving.problem.is_some()) && has_keys(window)
    });
    let value = field(&window, "File to paste").accesskit_node().value();
    assert_eq!(value.as_deref(), wrong.to_str());
    // beside the field, in its row
    let at = field(&window, "File to paste").rect();
    let why = doc(&window)
        .saving
        .as_ref()
        .unwrap()
        .problem
        .clone()
        .unwrap();
    let said = window.query_all_by_label(&why).any(|node| {
        let said = node.rect();
        at.y_range().contains(said.center().y) && said.left() >= at.right()
    });
    assert!(said, "{why}");
    assert!(
        why.contains("ENOENT") || why.contains("No such file"),
        "{why}"
    );
    // one letter is enough
    press(&mut window, PLAIN, Key::End);
    type_text(&mut window, "s");
    assert!(doc(&window).saving.as_ref().unwrap().problem.is_none());
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is pasted", |window| {
        doc(window).view().journal.pending_bytes() == 3
    });
    assert!(doc(&window).saving.is_none());
}

#[test]
fn a_copy_that_would_replace_a_file_is_asked_for_again() {
    let (folder, path) = file(b"0123456789abcdef");
    let taken = folder.path().join("taken");
    fs::write(&taken, b"mine").unwrap();
    let mut window = open(&path);
    act(&mut window, Action::Doc(DocAction::SaveCopy));
    save_to(&mut window, &taken);
    until(&mut window, "the form stands again", |window| {
        let field = window.query_by_role_and_label(Role::TextInput, "Save to");
        doc(window).saving.is_some() && field.is_some_and(|field| field.is_focused())
    });
    assert_eq!(fs::read(&taken).unwrap(), b"mine");
    press(&mut window, PLAIN, Key::End);
    type_text(&mut window, "2");
    press(&mut window, PLAIN, Key::Enter);
    let copy = folder.path().join("taken2");
    until(&mut window, "it is saved", |_| copy.exists());
    until(&mut window, "the form is done", |window| {
        doc(window).saving.is_none() && doc(window).jobs.is_empty()
    });
}
