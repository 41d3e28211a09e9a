//! Every key by one path, in the order in which it was pressed, as often as it was pressed, however slow the frame.

use std::fs;

use egui::{Event, Key, Modifiers};
use mapscope::model::{Action, EditAction, Mode};
use mapscope::ui::Turns;
use mapscope::ui::command::COMMANDS;
use mapscope::ui::input::{Pressed, Scene, Typist};
use mapscope::ui::key_place::KeyPlace;

use super::support::*;

const SHIFT: Modifiers = Modifiers::SHIFT;

fn digit(c: char) -> [Event; 2] {
    let key = Key::from_name(&c.to_uppercase().to_string()).unwrap();
    [down(key, PLAIN), Event::Text(c.to_string())]
}

/// What is asked for in the grid, frame by frame, until no event is left.
fn asked(events: Vec<Event>) -> Vec<String> {
    let (mut turns, mut typist) = (Turns::default(), Typist::default());
    let n_frames = 2 * events.len() + 2;
    turns.add(events);
    let mut words = Vec::new();
    for _ in 0..n_frames {
        let mut frame = turns.take(KeyPlace::Grid);
        let scene = Scene {
            place: KeyPlace::Grid,
            column: mapscope::model::Column::Hex,
            asked: false,
            menu: None,
        };
        words.extend(
            typist
                .walk(&mut frame, scene)
                .iter()
                .map(|pressed| match pressed {
                    Pressed::Command(command) => command.label.to_owned(),
                    Pressed::Act(Action::Edit(EditAction::HexDigit(digit))) => format!("{digit:x}"),
                    other => format!("{other:?}"),
                }),
        );
    }
    words
}

#[test]
fn each_shortcut_is_done_as_often_as_it_is_pressed() {
    for command in COMMANDS {
        for shortcut in command.keys {
            let press = down(shortcut.logical_key, shortcut.modifiers);
            assert_eq!(
                asked(vec![press; 30]),
                vec![command.label; 30],
                "{shortcut:?}"
            );
        }
    }
}

#[test]
fn the_keys_of_the_tabs_stand_in_their_turn() {
    let mut events = digit('4').to_vec();
    events.extend(digit('1'));
    events.push(down(Key::Tab, CTRL));
    events.extend(digit('5'));
    events.push(down(Key::Tab, CTRL | SHIFT));
    events.push(down(Key::Tab, CTRL | SHIFT));
    let expected = ["4", "1", "Tab(1)", "5", "Tab(-1)", "Tab(-1)"];
    assert_eq!(asked(events), expected);
    // modifiers are exact
    assert!(asked(vec![down(Key::Tab, CTRL | Modifiers::ALT)]).is_empty());
}

/// The window asked for the clipboard in the last frame.
fn asks_for_the_clipboard(window: &Window) -> bool {
    window.output().viewport_output.values().any(|viewport| {
        viewport
            .commands
            .contains(&egui::ViewportCommand::RequestPaste)
    })
}

/// Some frames in which the clipboard, asked for, answers as in the real window: behind the frame, before what comes next.
/// How often it was asked.
fn paste_when_asked(window: &mut Window, text: &str) -> usize {
    let mut n_asked = 0;
    for _ in 0..40 {
        window.step();
        if asks_for_the_clipboard(window) {
            n_asked += 1;
            let paste = Event::Paste(text.to_owned());
            window.input_mut().events.insert(0, paste);
        }
    }
    n_asked
}

/// Shift+Insert and what is typed next, all of it in one slow frame.
fn pasted_and_typed(digits: &str) -> Vec<Event> {
    let mut events = vec![down(Key::Insert, SHIFT)];
    events.extend(digits.chars().flat_map(digit));
    events
}

#[test]
fn what_is_pasted_into_a_field_comes_before_what_is_typed_next() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    look_up(&mut window, "");
    window.input_mut().events.extend(pasted_and_typed("5"));
    assert_eq!(paste_when_asked(&mut window, "1"), 1);
    until(&mut window, "15 is looked up", |window| {
        let found = "Received char at 15 is A";
        status(window).iter().any(|said| said.starts_with(found))
    });
}

#[test]
fn what_is_asked_of_the_clipboard_comes_before_what_is_pressed_next() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    press(&mut window, CTRL, Key::T);
    until(&mut window, "the view is shared", |window| {
        doc(window).view().mode == Mode::Shared && grid(window).is_focused()
    });
    window.input_mut().events.extend(pasted_and_typed("5a"));
    assert_eq!(paste_when_asked(&mut window, "31 32"), 1);
    until(&mut window, "what was typed is in the file", |_| {
        fs::read(&path).unwrap().contains(&0x5a)
    });
    assert_eq!(fs::read(&path).unwrap()[..4], *b"12\x5aA");
}
