//! The list of edits that are not in the file, and taking one of them back.

use std::fs;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::Topic;

use super::support::*;

/// The list, a name a row, from the top.
fn listed(window: &Window) -> Vec<String> {
    let names = window
        .query_all_by_role(Role::Button)
        .filter_map(|button| button.accesskit_node().label());
    names.filter(|name| name.contains(" UTC, ")).collect()
}

fn undo_button(window: &Window, offset: u64) -> String {
    let mut names = window
        .query_all_by_role(Role::Button)
        .filter_map(|button| button.accesskit_node().label());
    let head = format!("Undo this one, at {offset:#x},");
    names
        .find(|name| name.starts_with(&head))
        .unwrap_or_default()
}

fn byte(window: &Window, at: u64) -> Option<u8> {
    doc(window).view().window.as_ref()?.byte(at)
}

#[test]
fn each_edit_is_listed_and_one_can_be_taken_back() {
    let bytes = [b'.'; 100];
    let (_folder, path) = file(&bytes);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::Num5);
    until(&mut window, "nothing is listed", |window| {
        has_words(window, "Nothing is edited that is not in the file")
    });
    grid(&window).focus();
    for (offset, hex) in [(3, "41"), (20, "42"), (50, "43")] {
        go_to(&mut window, offset);
        type_bytes(&mut window, hex);
    }
    window.step();
    let rows = listed(&window);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(
        rows[0].starts_with("2e \u{2192} 43 '.' \u{2192} 'C' at 0x32, "),
        "{rows:?}"
    );
    assert!(rows[2].contains("at 0x3, ") && rows[2].ends_with(", in this view"));
    click(&mut window, &rows[1]);
    assert_eq!(doc(&window).view().viewport.cursor, 20);
    let undo = undo_button(&window, 20);
    click(&mut window, &undo);
    until(&mut window, "that edit is taken back", |window| {
        byte(window, 20) == Some(b'.') && listed(window).len() == 2
    });
    assert_eq!(
        (byte(&window, 3), byte(&window, 50)),
        (Some(b'A'), Some(b'C'))
    );
    grid(&window).focus();
    window.step();
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "undo brings it back", |window| {
        byte(window, 20) == Some(b'B') && listed(window).len() == 3
    });
    press(&mut window, CTRL, Key::Y);
    until(&mut window, "redo takes it back once more", |window| {
        byte(window, 20) == Some(b'.') && listed(window).len() == 2
    });
    assert_eq!(fs::read(&path).unwrap(), bytes);
    press(&mut window, CTRL, Key::S);
    until(&mut window, "what is written is not listed", |window| {
        listed(window).is_empty()
    });
}

#[test]
fn what_lies_beneath_another_edit_is_refused_in_words() {
    let (_folder, path) = file(&[b'.'; 100]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::Num5);
    grid(&window).focus();
    for hex in ["41", "42"] {
        go_to(&mut window, 7);
        type_bytes(&mut window, hex);
    }
    window.step();
    let rows = listed(&window);
    let names = window
        .query_all_by_role(Role::Button)
        .filter_map(|button| button.accesskit_node().label());
    let undo: Vec<String> = names
        .filter(|name| name.starts_with("Undo this one"))
        .collect();
    assert_eq!((rows.len(), undo.len()), (2, 2));
    click(&mut window, &undo[1]);
    until(&mut window, "it is refused", |window| {
        notice(window, Topic::Error).contains("a later edit")
    });
    assert_eq!(byte(&window, 7), Some(b'B'));
}

/// However many there are, only those in sight are drawn.
#[test]
fn thousands_of_edits_are_a_list_of_those_in_sight() {
    let (_folder, path) = file(&[b'.'; 8192]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::Num5);
    grid(&window).focus();
    window.step();
    for _ in 0..60 {
        type_bytes(&mut window, &"5a".repeat(50));
    }
    window.step();
    assert!(has_words(
        &window,
        "3000 edits are not in the file, newest first; click one to go there"
    ));
    let rows = listed(&window);
    assert!((5..60).contains(&rows.len()), "{}", rows.len());
    assert!(rows[0].contains("at 0xbb7, "), "{}", rows[0]);
}

fn has_words(window: &Window, words: &str) -> bool {
    window.query_by_label(words).is_some()
}
