//! Paste as Base64: the two signs of the form for addresses, and what is none of its signs.

use egui::Event;

use super::support::*;

/// Pastes `text` as Base64, by the menus.
fn paste(window: &mut Window, text: &str) {
    for name in ["Edit", "Paste as"] {
        until(window, &format!("{name:?} is there"), |window| {
            clickable(window, name).is_some()
        });
        click(window, name);
    }
    until(window, "the menu within is open", |window| {
        clickable(window, "Base64").is_some()
    });
    window.run_steps(2);
    clickable(window, "Base64").unwrap().click();
    until(window, "the clipboard is asked for", |window| {
        commands(window).contains(&egui::ViewportCommand::RequestPaste)
    });
    window.event(Event::Paste(text.to_owned()));
}

#[test]
fn the_signs_for_addresses_are_those_of_the_usual_form() {
    for text in ["-_-_", "+/+/", "-/+_", " -_\n-_ "] {
        let (_folder, path) = file(&[0; 16]);
        let mut window = open(&path);
        paste(&mut window, text);
        until(&mut window, &format!("{text:?} is stored"), |window| {
            row(window, 0).contains("fb ff bf 00")
        });
    }
}

#[test]
fn what_is_none_of_its_signs_is_told_with_its_place() {
    let (_folder, path) = file(&[0; 16]);
    let mut window = open(&path);
    for (text, place) in [
        ("QU-\n*_-=", "line 2, column 1"),
        ("QU\u{2013}J", "line 1, column 3"),
    ] {
        paste(&mut window, text);
        until(&mut window, "it is told", |window| {
            is_told(window, &["Nothing was pasted as Base64", place])
        });
    }
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}
