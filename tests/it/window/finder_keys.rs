//! Find, replace, the inspector, copying and pasting in a form, and sums, by the keyboard alone.

use std::fs;

use egui::{Event, Key, Modifiers};

use mapscope::bytes::Span;
use mapscope::bytes::find::{NumberType, TextEncoding};
use mapscope::model::{FindForm, Tab};

use super::support::*;

/// Presses `key` until what has the keyboard is called `name`, or begins so.
#[track_caller]
fn walk(window: &mut Window, key: Key, name: &str) {
    let mut seen = Vec::new();
    for _ in 0..80 {
        press(window, PLAIN, key);
        window.run_steps(2);
        let has = focused(window);
        if has == name || has.starts_with(&format!("{name}  ")) {
            return;
        }
        seen.push(has);
    }
    panic!("{key:?} does not lead to {name:?}, but to {seen:?}");
}

fn enter(window: &mut Window) {
    press(window, PLAIN, Key::Enter);
    window.run_steps(3);
}

#[track_caller]
fn until_focused(window: &mut Window, name: &str) {
    until(window, &format!("{name:?} has the keys"), |window| {
        focused(window) == name
    });
}

fn selection(window: &Window) -> Span {
    doc(window).view().viewport.selection()
}

fn at(start: u64, len: u64) -> Span {
    Span::at(start, len).unwrap()
}

/// `ELF` at 1 and 100, the number 0x1234 in two bytes at 50.
fn bytes() -> Vec<u8> {
    let mut bytes = vec![b'.'; 600];
    for start in [1, 100] {
        bytes[start..start + 3].copy_from_slice(b"ELF");
    }
    bytes[50..52].copy_from_slice(&[0x34, 0x12]);
    bytes
}

/// Types over what is in the field *Find*.
fn pattern(window: &mut Window, text: &str) {
    press(window, CTRL, Key::F);
    until_focused(window, "Find");
    press(window, CTRL, Key::A);
    type_text(window, text);
}

/// Chooses how it is read, in the menu beside the field.
fn choose_form(window: &mut Window, now: &str, path: &[&str]) {
    press(window, CTRL, Key::F);
    until_focused(window, "Find");
    walk(window, Key::Tab, &format!("Looked for as: {now}"));
    enter(window);
    for (index, name) in path.iter().enumerate() {
        if focused(window) != *name {
            walk(window, Key::ArrowDown, name);
        }
        if index + 1 < path.len() {
            press(window, PLAIN, Key::ArrowRight);
            window.run_steps(3);
        }
    }
    enter(window);
    until_focused(window, "Find");
}

#[test]
fn every_kind_of_pattern_is_chosen_looked_for_and_listed() {
    let (_folder, path) = file(&bytes());
    let mut window = open(&path);
    pattern(&mut window, "45 4? 46");
    enter(&mut window);
    until_said(&mut window, "1 of 2 matches");
    press(&mut window, PLAIN, Key::F3);
    until_said(&mut window, "2 of 2 matches");
    press(&mut window, Modifiers::SHIFT, Key::F3);
    until_said(&mut window, "1 of 2 matches");
    choose_form(&mut window, "Bytes", &["Text"]);
    assert_eq!(model(&window).find.form, FindForm::Text(TextEncoding::Utf8));
    pattern(&mut window, "LF");
    enter(&mut window);
    until(&mut window, "text is found", |window| {
        selection(window) == at(2, 2)
    });
    choose_form(&mut window, "Text", &["Number", "u16"]);
    assert_eq!(model(&window).find.form, FindForm::Number(NumberType::U16));
    pattern(&mut window, "0x1234");
    enter(&mut window);
    until(&mut window, "a number is found", |window| {
        selection(window) == at(50, 2)
    });
    choose_form(&mut window, "u16", &["Regex"]);
    assert_eq!(model(&window).find.form, FindForm::Expression);
    pattern(&mut window, "E.F");
    walk(&mut window, Key::Tab, "All matches");
    enter(&mut window);
    until_said(&mut window, "2 matches");
    assert_eq!(model(&window).settings.tab, Tab::Found);
    // the list is an area of its own
    for _ in 0..8 {
        press(&mut window, PLAIN, Key::F6);
        window.run_steps(3);
        if model(&window).area == mapscope::model::Focus::Panel {
            break;
        }
    }
    walk(&mut window, Key::Tab, "0x64  45 4c 46  ELF");
    enter(&mut window);
    until(&mut window, "it is gone to", |window| {
        selection(window) == at(100, 3)
    });
}

#[test]
fn one_and_all_are_replaced_and_taken_back() {
    let original = bytes();
    let (_folder, path) = file(&original);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::H);
    until_focused(&mut window, "Find");
    type_text(&mut window, "454c46");
    enter(&mut window);
    until_said(&mut window, "1 of 2 matches");
    walk(&mut window, Key::Tab, "Replace with");
    type_text(&mut window, "616263");
    enter(&mut window);
    until(&mut window, "one is replaced", |window| {
        row(window, 0).contains("61 62 63") && selection(window) == at(100, 3)
    });
    walk(&mut window, Key::Tab, "Replace all");
    enter(&mut window);
    until_said(&mut window, "1 replaced, as one edit");
    press(&mut window, PLAIN, Key::Escape);
    for _ in 0..8 {
        if grid_has_keys(&window) {
            break;
        }
        press(&mut window, PLAIN, Key::F6);
        window.run_steps(3);
    }
    for left in [1, 0] {
        press(&mut window, CTRL, Key::Z);
        until(&mut window, "it is taken back", |window| {
            doc(window).view().journal.pending_bytes() == 3 * left
        });
    }
    until(&mut window, "it is as it was", |window| {
        row(window, 0).contains("45 4c 46")
    });
    assert_eq!(fs::read(&path).unwrap(), original);
}

fn grid_has_keys(window: &Window) -> bool {
    grid(window).is_focused()
}

#[test]
fn a_value_is_gone_to_typed_left_and_copied() {
    let (_folder, path) = file(&[0x39, 0x30, 0, 0, 0, 0, 0, 0, 0]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::I);
    window.run_steps(3);
    walk(&mut window, Key::Tab, "u16, little-endian: 12345");
    enter(&mut window);
    until_focused(&mut window, "u16, little-endian, typed");
    type_text(&mut window, "7");
    press(&mut window, PLAIN, Key::Escape);
    until_focused(&mut window, "u16, little-endian: 12345");
    enter(&mut window);
    until_focused(&mut window, "u16, little-endian, typed");
    type_text(&mut window, "258");
    enter(&mut window);
    until_focused(&mut window, "u16, little-endian: 258");
    window.event(Event::Copy);
    assert_eq!(copied(&mut window), "258");
    press(&mut window, PLAIN, Key::Menu);
    until_focused(&mut window, "Type over it");
    walk(&mut window, Key::ArrowDown, "Copy");
    window.event(down(Key::Enter, PLAIN)); // what it does is to be seen from the first frame on
    assert_eq!(copied(&mut window), "258");
}

/// Chooses in a menu within the menu Edit.
fn choose(window: &mut Window, within: &str, item: &str) {
    press(window, Modifiers::ALT, Key::E);
    window.run_steps(3);
    walk(window, Key::ArrowDown, within);
    press(window, PLAIN, Key::ArrowRight);
    window.run_steps(3);
    if focused(window) != item {
        walk(window, Key::ArrowDown, item);
    }
    window.event(down(Key::Enter, PLAIN)); // what it does is to be seen from the first frame on
}

#[test]
fn the_selection_is_copied_and_the_clipboard_pasted_in_a_form() {
    let (_folder, path) = file(b"AB\xffD");
    let mut window = open(&path);
    for _ in 0..2 {
        press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    }
    choose(&mut window, "Copy as", "Base64");
    assert_eq!(copied(&mut window), "QUL/");
    until(&mut window, "the bytes have the keys", grid_has_keys);
    choose(&mut window, "Paste as", "C, Rust or Python");
    until(&mut window, "the clipboard is asked for", |window| {
        commands(window).contains(&egui::ViewportCommand::RequestPaste)
    });
    window.event(Event::Paste("{ 0x31, 0x32 }".to_owned()));
    until(&mut window, "it is stored", |window| {
        row(window, 0).contains("31 32 ff 44")
    });
}

#[test]
fn sums_are_computed_copied_and_stopped() {
    let (_folder, path) = file(b"abc");
    let mut window = open(&path);
    to_sums(&mut window);
    walk(&mut window, Key::Tab, "Compute");
    enter(&mut window);
    until(&mut window, "they are there", |window| {
        is_named(window, "Copy MD5")
    });
    walk(&mut window, Key::Tab, "Copy MD5");
    window.event(down(Key::Enter, PLAIN)); // what it does is to be seen from the first frame on
    assert_eq!(copied(&mut window), "900150983cd24fb0d6963f7d28e17f72");

    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("large.bin");
    let large = fs::File::create(&path).unwrap();
    large.set_len(1 << 40).unwrap();
    let mut window = open(&path);
    to_sums(&mut window);
    walk(&mut window, Key::Tab, "Compute");
    enter(&mut window);
    until(&mut window, "they are taken", |window| {
        doc(window).view().sums.running().is_some() && is_named(window, "Stop")
    });
    until_focused(&mut window, "Stop"); // in the place of what was pressed
    enter(&mut window);
    until(&mut window, "they are not taken any more", |window| {
        doc(window).view().sums.running().is_none()
    });
}

/// Shows the sums and puts the keys there.
fn to_sums(window: &mut Window) {
    press(window, CTRL, Key::Num8);
    until(window, "the tab is shown", |window| {
        is_named(window, "Compute")
    });
    for _ in 0..8 {
        if model(window).area == mapscope::model::Focus::Panel {
            return;
        }
        press(window, PLAIN, Key::F6);
        window.run_steps(3);
    }
    panic!(
        "F6 does not lead to the panel, but to {:?}",
        focused(window)
    );
}

#[test]
fn what_is_no_index_is_looked_for_by_the_button_too() {
    let (_folder, path) = file(&bytes());
    let mut window = open(&path);
    press(&mut window, CTRL, Key::G);
    window.run_steps(3);
    type_text(&mut window, "ELF");
    until(&mut window, "it is offered", |window| {
        is_named(window, "find 'ELF'?")
    });
    walk(&mut window, Key::Tab, "find 'ELF'?");
    enter(&mut window);
    until_said(&mut window, "1 of 2 matches");
    assert_eq!(selection(&window), at(1, 3));
    until_focused(&mut window, "Find");
}
