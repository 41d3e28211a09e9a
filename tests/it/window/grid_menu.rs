//! The menu of the bytes, by the right button and by key.

use super::support::*;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

const FILL: &str = "Fill the selection\u{2026}";

fn item(window: &Window) -> String {
    without_keys(&focused(window))
}

/// The name of an item; its keys are a part of it.
fn without_keys(name: &str) -> String {
    let name = name.split("Ctrl+").next().unwrap_or(name);
    name.trim().to_owned()
}

fn is_open(window: &Window) -> bool {
    let mut nodes = window.root().children_recursive();
    nodes.any(|node| {
        let name = node.accesskit_node().label();
        name.is_some_and(|name| without_keys(&name) == FILL)
    })
}

#[test]
fn keys_open_it_walk_in_it_and_come_back() {
    let (_folder, path) = file(&[b'A'; 8192]);
    for (modifiers, key) in [(Modifiers::SHIFT, Key::F10), (PLAIN, Key::Menu)] {
        let mut window = open(&path);
        press(&mut window, modifiers, key);
        until(&mut window, "its first item has the keys", |window| {
            item(window) == "Copy"
        });
        let mut seen = Vec::new();
        for _ in 0..6 {
            press(&mut window, PLAIN, Key::ArrowDown);
            window.run_steps(2);
            seen.push(item(&window));
        }
        assert_eq!(
            seen[..4],
            ["Paste", "Copy as", "Paste as", FILL],
            "{seen:?}"
        );
        // round again, and nothing at the sides
        press(&mut window, PLAIN, Key::ArrowRight);
        press(&mut window, PLAIN, Key::ArrowLeft);
        window.run_steps(2);
        assert_eq!(item(&window), seen[5]);
        press(&mut window, PLAIN, Key::Escape);
        until(&mut window, "the bytes have the keys again", |window| {
            !is_open(window) && grid(window).is_focused()
        });
        type_bytes(&mut window, "5a");
    }
}

#[test]
fn an_item_does_what_it_says() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    press(&mut window, PLAIN, Key::Menu);
    until(&mut window, "it is open", |window| item(window) == "Copy");
    while item(&window) != FILL {
        press(&mut window, PLAIN, Key::ArrowDown);
        window.run_steps(2);
    }
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "the fill bar is there", |window| {
        window
            .query_by_role_and_label(Role::TextInput, "Fill with")
            .is_some_and(|field| field.is_focused())
    });
    assert!(!is_open(&window));
}

fn right_click(window: &mut Window, pos: egui::Pos2) {
    window.hover_at(pos);
    for pressed in [true, false] {
        window.event(Event::PointerButton {
            pos,
            button: PointerButton::Secondary,
            pressed,
            modifiers: PLAIN,
        });
        window.step();
    }
}

#[test]
fn the_right_button_opens_it_and_keeps_a_selection_that_it_hits() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    let row = |window: &Window, number: usize| {
        let grid = grid(window);
        let row = grid
            .query_all_by_role(Role::Row)
            .nth(number)
            .unwrap()
            .rect();
        egui::pos2(row.left() + row.width() * 0.3, row.center().y)
    };
    for _ in 0..3 {
        press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    }
    let selection = doc(&window).view().viewport.selection();
    let inside = row(&window, 1);
    right_click(&mut window, inside);
    until(&mut window, "it is open", is_open);
    assert_eq!(doc(&window).view().viewport.selection(), selection);
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "it is closed", |window| !is_open(window));
    let outside = row(&window, 7);
    right_click(&mut window, outside);
    until(&mut window, "it is open elsewhere", |window| {
        let view = &doc(window).view().viewport;
        is_open(window) && view.cursor / 16 == 7 && view.selection().len() == 1
    });
}
