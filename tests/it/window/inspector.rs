//! The data inspector in the window: read by name, typed over, copied.

use std::fs;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::support::*;

/// What the inspector says of this field.
fn value(window: &Window, field: &str) -> String {
    let buttons = window.query_all_by_role(Role::Button);
    let mut names = buttons.filter_map(|button| button.accesskit_node().label());
    let head = format!("{field}: ");
    let name = names.find(|name| name.starts_with(&head));
    name.map(|name| name[head.len()..].to_owned())
        .unwrap_or_default()
}

fn click_value(window: &mut Window, field: &str) {
    let name = format!("{field}: {}", value(window, field));
    click(window, &name);
}

fn inspect(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf, Window) {
    let (folder, path) = file(bytes);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::I);
    until(&mut window, "the inspector reads", |window| {
        !value(window, "u8").is_empty()
    });
    (folder, path, window)
}

#[test]
fn it_reads_from_the_cursor_on_in_both_orders() {
    let mut bytes = vec![0; 9000];
    bytes[16..20].copy_from_slice(&[1, 2, 3, 0xff]);
    bytes[20..22].copy_from_slice("é".as_bytes());
    bytes[8998..].copy_from_slice(&[7, 8]);
    let (_folder, _path, mut window) = inspect(&bytes);
    grid(&window).focus();
    go_to(&mut window, 16);
    until(&mut window, "it follows the cursor", |window| {
        value(window, "u16, little-endian") == "513"
    });
    assert_eq!(value(&window, "u16, big-endian"), "258");
    assert_eq!(value(&window, "i32, little-endian"), "-16580095");
    assert_eq!(value(&window, "u8"), "1");
    assert_eq!(value(&window, "color, big-endian"), "#010203");
    go_to(&mut window, 20);
    until(&mut window, "a character has its name", |window| {
        value(window, "UTF-8") == "é U+00E9 LATIN SMALL LETTER E WITH ACUTE"
    });
    // at the end of the file there is less
    go_to(&mut window, 8998);
    until(&mut window, "two bytes are left", |window| {
        value(window, "u16, little-endian") == "2055"
    });
    assert_eq!(value(&window, "u32, little-endian"), "too few bytes");
    assert_eq!(value(&window, "C string"), "too few bytes");
}

#[test]
fn it_reads_beyond_what_is_visible() {
    let mut bytes = vec![b'.'; 1 << 16];
    let (_folder, _path, mut window) = inspect(&{
        bytes[4200] = 0;
        bytes
    });
    grid(&window).focus();
    go_to(&mut window, 4096);
    // the cursor in the last whole row: the NUL is out of sight
    until(&mut window, "the bytes came", |window| {
        value(window, "u8") == "46"
    });
    let seen = doc(&window).view().viewport.in_sight();
    let rows = u16::try_from(seen.len() / 16).unwrap();
    wheel(&mut window, 2.0 - f32::from(rows));
    until(&mut window, "the text is read to its end", |window| {
        let view = doc(window).view();
        view.viewport.visible().contains(4096) && value(window, "C string") == ".".repeat(104)
    });
}

#[test]
fn a_value_is_typed_over_as_one_edit() {
    let (_folder, path, mut window) = inspect(&[0; 64]);
    click_value(&mut window, "u32, big-endian");
    until(&mut window, "the field has the keys", |window| {
        field(window, "u32, big-endian, typed").is_focused()
    });
    type_text(&mut window, "0xdeadbeef");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is stored", |window| {
        value(window, "u32, big-endian") == "3735928559"
    });
    assert!(
        row(&window, 0).contains("de ad be ef 00"),
        "{}",
        row(&window, 0)
    );
    // the value has the keys again; undo takes all of it back
    grid(&window).focus();
    window.step();
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "it is taken back", |window| {
        value(window, "u32, big-endian") == "0"
    });
    assert_eq!(fs::read(&path).unwrap(), [0; 64]);
}

#[test]
fn what_is_not_taken_is_told_and_changes_nothing() {
    let (_folder, _path, mut window) = inspect(&[1; 64]);
    click_value(&mut window, "u8");
    window.run_steps(3);
    type_text(&mut window, "25x");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is told", |window| {
        is_told(
            window,
            &["Expected at column 3: a whole number from 0 to 255"],
        )
    });
    assert!(field(&window, "u8, typed").is_focused());
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "it is left as it was", |window| {
        value(window, "u8") == "1"
    });
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}

#[test]
fn what_is_typed_for_a_place_goes_nowhere_else() {
    let (_folder, _path, mut window) = inspect(&[1; 64]);
    click_value(&mut window, "u8");
    window.run_steps(3);
    type_text(&mut window, "255");
    // the cursor goes elsewhere before Enter
    act(
        &mut window,
        mapscope::model::Action::View(mapscope::model::ViewAction::GoTo(9)),
    );
    window.run_steps(3);
    press(&mut window, PLAIN, Key::Enter);
    window.run_steps(10);
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}

#[test]
fn keys_lead_to_a_value_that_is_copied() {
    let (_folder, _path, mut window) = inspect(&[0x39, 0x30, 0, 0, 0, 0, 0, 0]);
    // the inspector has the keys as a whole: Tab leads into it
    let mut has = String::new();
    for _ in 0..12 {
        press(&mut window, PLAIN, Key::Tab);
        window.run_steps(2);
        has = focused(&window);
        if has.starts_with("u16, little-endian: ") {
            break;
        }
    }
    assert_eq!(has, "u16, little-endian: 12345");
    window.event(Event::Copy);
    assert_eq!(copied(&mut window), "12345");
    press(&mut window, Modifiers::NONE, Key::F6);
    window.run_steps(3);
    press(&mut window, CTRL, Key::I);
    until(&mut window, "it is hidden", |window| {
        value(window, "u8").is_empty() && grid(window).is_focused()
    });
}
