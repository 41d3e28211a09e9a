//! Copy as and Paste as, in the menus.

use egui::{Event, Key, Modifiers};

use super::support::*;

fn select(window: &mut Window, n: usize) {
    for _ in 1..n {
        press(window, Modifiers::SHIFT, Key::ArrowRight);
    }
}

/// Chooses `item` of the menu `within` of the menu Edit.
fn choose(window: &mut Window, within: &str, item: &str) {
    click(window, "Edit");
    until(window, "the menu is open", |window| {
        is_named(window, within)
    });
    click(window, within);
    until(window, "the menu within is open", |window| {
        is_named(window, item)
    });
    window.run_steps(2);
    clickable(window, item).unwrap().click(); // what it does is to be seen from the first frame on
}

#[test]
fn the_selection_is_copied_in_the_form_that_is_chosen() {
    let (_folder, path) = file(b"AB\xffD");
    let mut window = open(&path);
    select(&mut window, 3);
    for (item, text) in [
        ("Hex", "4142ff"),
        ("Base64", "QUL/"),
        (
            "Rust array",
            "const DATA: [u8; 3] = [\n    0x41, 0x42, 0xff,\n];\n",
        ),
        ("Offset or range", "0x0..0x3"),
        ("Path of the file", path.to_str().unwrap()),
    ] {
        choose(&mut window, "Copy as", item);
        assert_eq!(copied(&mut window), text, "{item}");
    }
    choose(&mut window, "Copy as", "Text (UTF-8)");
    until(&mut window, "what is no text is not copied", |window| {
        is_told(window, &["Nothing was copied as Text (UTF-8)"])
    });
}

#[test]
fn the_clipboard_is_pasted_in_the_form_that_is_chosen() {
    let (_folder, path) = file(&[0; 16]);
    let mut window = open(&path);
    let paste = |window: &mut Window, item: &str, text: &str| {
        choose(window, "Paste as", item);
        until(window, "the clipboard is asked for", |window| {
            commands(window).contains(&egui::ViewportCommand::RequestPaste)
        });
        window.event(Event::Paste(text.to_owned()));
    };
    paste(&mut window, "Base64", "QUI=");
    until(&mut window, "it is stored", |window| {
        row(window, 0).contains("41 42 00")
    });
    // only that one: what is pasted afterwards is taken as the column has it
    window.event(Event::Paste("43".to_owned()));
    until(&mut window, "it is stored", |window| {
        row(window, 0).contains("41 42 43 00")
    });
    paste(&mut window, "C, Rust or Python", "{ 1,\n x }");
    until(&mut window, "it is told", |window| {
        is_told(
            window,
            &[
                "Nothing was pasted as C, Rust or Python",
                "line 2, column 2",
            ],
        )
    });
    // of an empty clipboard nothing comes, and the form is forgotten
    choose(&mut window, "Paste as", "Text (UTF-8)");
    window.run_steps(8);
    window.event(Event::Paste("44".to_owned()));
    until(&mut window, "it is stored", |window| {
        row(window, 0).contains("41 42 43 44 00")
    });
}

#[test]
fn keys_lead_through_the_menus() {
    let (_folder, path) = file(b"ABCD");
    let mut window = open(&path);
    press(&mut window, PLAIN, Key::Menu);
    until(&mut window, "it is open", |window| {
        focused(window).starts_with("Copy")
    });
    for _ in 0..2 {
        press(&mut window, PLAIN, Key::ArrowDown);
        window.run_steps(2);
    }
    assert_eq!(focused(&window), "Copy as");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "its menu is open", |window| {
        is_named(window, "Base64")
    });
    let mut seen = Vec::new();
    for _ in 0..8 {
        press(&mut window, PLAIN, Key::ArrowDown);
        window.run_steps(2);
        seen.push(focused(&window));
        if seen.last().is_some_and(|name| name == "Spaced hex") {
            break;
        }
    }
    assert_eq!(seen.last().unwrap(), "Spaced hex", "{seen:?}");
    window.event(down(Key::Enter, PLAIN));
    assert_eq!(copied(&mut window), "41");
}

#[test]
fn a_path_that_is_no_text_is_not_copied_as_another_one() {
    use std::os::unix::ffi::OsStrExt as _;
    let (folder, _path) = file(b"AB");
    let path = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"no\xfftext"));
    std::fs::write(&path, b"AB").unwrap();
    let mut window = open(&path);
    choose(&mut window, "Copy as", "Path of the file");
    until(&mut window, "it is told", |window| {
        is_told(window, &["The path is no text and was not copied"])
    });
    choose(&mut window, "Copy as", "xxd command");
    assert!(copied(&mut window).ends_with(r"/no\377text'"));
}
