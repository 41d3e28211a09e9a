//! Keys, pointer and clipboard as slow frames bring them: many events at once, whose order counts. Here on a file that
//! others see.

mod clipboard;
mod walk;

use std::fs;

use super::support::*;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, ViewportCommand};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{
    Action, AppAction, Column, DocAction, EditAction, LabAction, Mode, Step, Topic, ViewAction,
};
use mapscope::ui::command::{COMMANDS, Menu, by_key};
use mapscope::ui::input::{Pressed, Scene, Typist};
use mapscope::ui::key_place::KeyPlace;
use mapscope::ui::turns::{Cut, Turns, cut};
use proptest::prelude::*;

const SHIFT: Modifiers = Modifiers::SHIFT;
const ALT: Modifiers = Modifiers::ALT;
const CTRL_SHIFT: Modifiers = Modifiers {
    shift: true,
    ..CTRL
};

fn up(key: Key, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: false,
        repeat: false,
        modifiers,
    }
}

fn text(text: &str) -> Event {
    Event::Text(text.to_owned())
}

/// A key that types, as the window's toolkit reports it.
fn typed(key: Key, types: &str) -> [Event; 3] {
    [down(key, PLAIN), text(types), up(key, PLAIN)]
}

fn digit(c: char) -> [Event; 3] {
    typed(
        Key::from_name(&c.to_string().to_uppercase()).unwrap(),
        &c.to_string(),
    )
}

fn button(pos: Pos2, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers,
    }
}

/// All of `events` in one frame, and the frames that it takes to get through them.
fn burst(window: &mut Window, events: impl IntoIterator<Item = Event>) {
    window.input_mut().events.extend(events);
    for _ in 0..40 {
        window.step();
    }
}

fn shared(path: &std::path::Path) -> Window {
    let mut window = open(path);
    press(&mut window, CTRL, Key::T);
    until(&mut window, "the view is shared", |window| {
        doc(window).view().mode == Mode::Shared && grid(window).is_focused()
    });
    window
}

#[test]
fn alt_and_a_letter_opens_its_menu_and_writes_nothing() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = shared(&path);
    let keys = [Key::F, Key::E].map(|key| {
        let letter = key.name().to_lowercase();
        [down(key, ALT), text(&letter), up(key, ALT)]
    });
    burst(&mut window, keys.concat());
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
    assert!(doc(&window).view().viewport.nibble.is_none());
    assert!(has(&window, "Select all"), "the menu Edit is open");
    assert!(!has(&window, "Quit"), "the menu File is closed");
    burst(
        &mut window,
        [down(Key::Escape, PLAIN), up(Key::Escape, PLAIN)],
    );
    assert!(!has(&window, "Select all"));
    assert!(grid(&window).is_focused(), "the bytes have the keys again");
    // the arrows go about in menus, as often as they were pressed, and Enter does what is chosen
    let mut keys = vec![down(Key::F10, PLAIN), up(Key::F10, PLAIN)];
    keys.push(down(Key::ArrowRight, PLAIN));
    keys.extend(vec![down(Key::ArrowDown, PLAIN); 10]);
    burst(&mut window, keys);
    let chosen = focused_name(&window).unwrap_or_default();
    assert!(chosen.contains("Select all"), "{chosen}");
    burst(&mut window, [down(Key::Enter, PLAIN)]);
    assert_eq!(doc(&window).view().viewport.selection().len(), 64);
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

fn has(window: &Window, label: &str) -> bool {
    window.query_all_by_label_contains(label).next().is_some()
}

fn focused_name(window: &Window) -> Option<String> {
    let focused = window
        .root()
        .children_recursive()
        .find(|node| node.is_focused() && node.accesskit_node().role() != Role::Window)?;
    focused.accesskit_node().label()
}

#[test]
fn a_burst_is_stored_where_it_was_typed() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = shared(&path);
    let mut keys = Vec::new();
    keys.extend(digit('4'));
    keys.extend(digit('2'));
    keys.extend([down(Key::ArrowRight, PLAIN), up(Key::ArrowRight, PLAIN)]);
    keys.extend(digit('5'));
    keys.extend(digit('8'));
    burst(&mut window, keys);
    until(&mut window, "both bytes are stored", |window| {
        doc(window).view().journal.edits().len() == 2
    });
    assert_eq!(fs::read(&path).unwrap()[..4], *b"BAXA");
}

#[test]
fn what_follows_a_jump_lands_where_the_jump_led() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = shared(&path);
    let mut keys = vec![down(Key::G, CTRL), up(Key::G, CTRL)];
    for c in "4000".chars() {
        keys.extend(digit(c));
    }
    keys.push(down(Key::Enter, PLAIN));
    keys.extend(digit('5'));
    keys.extend(digit('a'));
    burst(&mut window, keys);
    until(&mut window, "the byte is stored", |window| {
        doc(window).view().journal.edits().len() == 1
    });
    let bytes = fs::read(&path).unwrap();
    let changed: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != b'A').collect();
    assert_eq!(changed, [4000]);
    assert_eq!(bytes[4000], 0x5a);
}

/// The middle of the hex digits of the byte at `offset`, 16 a row.
fn at_byte(window: &Window, offset: usize) -> Pos2 {
    let grid = grid(window);
    let rects: Vec<_> = grid
        .query_all_by_role(Role::Row)
        .map(|row| row.rect())
        .collect();
    let label = rows(window)[0].clone();
    let row = rects[offset / 16];
    // a cell is as wide as the row's width says: offset, blanks, digits, text, lane
    let _ = label;
    let cell = row.width() / f32::from(u16::try_from(n_cells(window)).unwrap());
    let column = offset % 16;
    let x = 1 + 8 + 2 + column * 3 + column / 8;
    egui::pos2(
        row.left() + (f32::from(u16::try_from(x).unwrap()) + 1.0) * cell,
        row.center().y,
    )
}

/// Cells of a row: offset, hex, text, page lane.
fn n_cells(window: &Window) -> usize {
    let last = doc(window).view().viewport.extent.end() - 1;
    let digits = 1 + 8 + 2;
    let text = digits + 16 * 3 + 2 - 2 + 2;
    let lane = text + 16 + 2;
    lane + 4 + (last / doc(window).page_bytes).to_string().len() + 1
}

#[test]
fn a_click_shorter_than_a_frame_counts() {
    let (_folder, path) = file(&[b'A'; 256]);
    let mut window = open(&path);
    let at = at_byte(&window, 37);
    burst(
        &mut window,
        [
            Event::PointerMoved(at),
            button(at, true, PLAIN),
            button(at, false, PLAIN),
        ],
    );
    assert_eq!(doc(&window).view().viewport.cursor, 37);
    // with Shift held at that moment only
    let to = at_byte(&window, 53);
    burst(
        &mut window,
        [
            Event::ModifiersChanged(SHIFT),
            Event::PointerMoved(to),
            button(to, true, SHIFT),
            button(to, false, SHIFT),
            Event::ModifiersChanged(PLAIN),
        ],
    );
    assert_eq!(
        doc(&window).view().viewport.selection().to_string(),
        mapscope::bytes::Span::new(37, 54).unwrap().to_string()
    );
    // what is typed behind a click lands there, what is typed before it where the cursor was
    let mut keys = Vec::new();
    let at = at_byte(&window, 100);
    burst(
        &mut window,
        [
            Event::PointerMoved(at),
            button(at, true, PLAIN),
            button(at, false, PLAIN),
        ],
    );
    keys.extend(digit('1'));
    keys.extend(digit('1'));
    let at = at_byte(&window, 20);
    keys.extend([
        Event::PointerMoved(at),
        button(at, true, PLAIN),
        button(at, false, PLAIN),
    ]);
    keys.extend(digit('2'));
    keys.extend(digit('2'));
    burst(&mut window, keys);
    until(&mut window, "both are stored", |window| {
        doc(window).view().journal.edits().len() == 2
    });
    let mut places: Vec<u64> = doc(&window)
        .view()
        .journal
        .edits()
        .iter()
        .map(|edit| edit.span().start())
        .collect();
    places.sort_unstable();
    assert_eq!(places, [20, 100]);
}

#[test]
fn a_drag_shorter_than_a_frame_selects() {
    let (_folder, path) = file(&[b'A'; 256]);
    let mut window = open(&path);
    let (from, to) = (at_byte(&window, 18), at_byte(&window, 60));
    burst(
        &mut window,
        [
            Event::PointerMoved(from),
            button(from, true, PLAIN),
            Event::PointerMoved(to),
            button(to, false, PLAIN),
        ],
    );
    let selection = doc(&window).view().viewport.selection();
    assert_eq!((selection.start(), selection.end()), (18, 61));
}

#[test]
fn tab_pressed_twice_in_a_frame_goes_two_places_on() {
    let (_folder, path) = file(&[b'A'; 64]);
    let walk = |n_in_frame: usize| {
        let mut window = open(&path);
        field(&window, "Look up").focus();
        window.run_steps(3);
        for _ in 0..4 / n_in_frame {
            burst(&mut window, vec![down(Key::Tab, PLAIN); n_in_frame]);
        }
        focused_name(&window)
    };
    assert_eq!(walk(1), walk(2));
    assert_eq!(walk(1), walk(4));
}

#[test]
fn no_key_of_another_command_is_taken_for_it() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    burst(
        &mut window,
        [down(Key::S, CTRL_SHIFT), down(Key::S, CTRL | ALT)],
    );
    assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn keys_that_would_change_the_length_say_why_not() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = shared(&path);
    for (event, word) in [
        (down(Key::Delete, PLAIN), "delete"),
        (down(Key::Backspace, PLAIN), "delete"),
        (Event::Cut, "delete"),
        (down(Key::Insert, PLAIN), "insert"),
    ] {
        act(&mut window, Action::Doc(DocAction::Dismiss(Topic::Error)));
        burst(&mut window, [event]);
        let told = notice(&window, Topic::Error);
        assert!(told.contains(word) && told.contains("length"), "{told}");
    }
    assert_eq!(fs::read(&path).unwrap(), [b'A'; 64]);
}

#[test]
fn the_lab_and_its_list_count_keys_too() {
    let mut window = sample();
    act(&mut window, Action::Lab(LabAction::Show));
    until(&mut window, "there are experiments", |window| {
        !model(window).lab.entries.is_empty()
    });
    act(
        &mut window,
        Action::App(AppAction::Focus(mapscope::model::Focus::Lab)),
    );
    window.run_steps(3);
    burst(&mut window, [down(Key::Home, PLAIN)]);
    let chosen = |window: &Window| {
        let lab = &model(window).lab;
        lab.entries
            .iter()
            .position(|entry| Some(entry.claim.name) == lab.chosen)
    };
    let first = chosen(&window).unwrap();
    burst(&mut window, vec![down(Key::ArrowDown, PLAIN); 3]);
    assert_eq!(chosen(&window), Some(first + 3));
}
