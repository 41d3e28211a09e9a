//! Menus of what has the keyboard: opened by its keys, closed by what is chosen in them, and the keys are back afterwards.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, FileAction};

use super::support::*;

const SPLIT: &str = "Split: private beside shared";

fn copies(window: &Window) -> Vec<String> {
    let commands = &window.output().platform_output.commands;
    let texts = commands.iter().filter_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

#[track_caller]
fn until_focused(window: &mut Window, name: &str) {
    until(window, &format!("{name:?} has the keys"), |window| {
        focused(window) == name
    });
}

/// Two files, and the name of the tab of the first, which is not in front.
fn two() -> ([tempfile::TempDir; 2], String, Window) {
    let (folder, path) = file(&[1; 64]);
    let mut window = open(&path);
    let (other, _) = file(&[2; 64]);
    let second = other.path().join("second.bin");
    std::fs::write(&second, [2; 64]).unwrap();
    act(&mut window, Action::File(FileAction::Open(second)));
    until(&mut window, "both are open", |window| {
        window.query_all_by_role(Role::Tab).count() >= 2 && model(window).docs.len() == 2
    });
    ([folder, other], "data.bin".to_owned(), window)
}

/// The tab has the keyboard, by the Tab key.
#[track_caller]
fn walk_to_tab(window: &mut Window, name: &str) {
    until(window, "the path has the keys", |window| {
        let path = window.get_by_role_and_label(Role::TextInput, "Path");
        path.focus();
        path.is_focused()
    });
    let mut seen = Vec::new();
    for _ in 0..300 {
        let is_there = window
            .query_all_by_role(Role::Tab)
            .any(|tab| tab.is_focused() && tab.accesskit_node().label().as_deref() == Some(name));
        if is_there {
            return;
        }
        press(window, PLAIN, Key::Tab);
        window.run_steps(2);
        seen.push(focused(window));
    }
    panic!("the Tab key does not lead to {name:?}, but to {seen:?}");
}

#[test]
fn the_menu_of_a_tab_opens_by_both_keys_and_gives_the_keys_back() {
    let (_folders, name, mut window) = two();
    for (modifiers, key) in [(PLAIN, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
        walk_to_tab(&mut window, &name);
        let tab = window.query_all_by_role(Role::Tab);
        let tab = tab
            .into_iter()
            .find(egui_kittest::Node::is_focused)
            .unwrap()
            .rect();
        press(&mut window, modifiers, key);
        until_focused(&mut window, SPLIT);
        let first = window.get_by_label(SPLIT).rect();
        assert!(
            first.top() >= tab.bottom() && first.top() < tab.bottom() + 30.0,
            "below the tab: {first} {tab}"
        );
        assert!((first.left() - tab.left()).abs() < 30.0, "{first} {tab}");
        press(&mut window, PLAIN, Key::ArrowDown);
        until_focused(&mut window, "Close file");
        press(&mut window, PLAIN, Key::Escape);
        until(&mut window, "it is closed", |window| {
            !is_named(window, "Close file")
        });
        until_focused(&mut window, &name);
        assert_eq!(model(&window).docs.len(), 2);
    }
}

#[test]
fn what_is_chosen_by_key_is_done_with_that_file() {
    let (_folders, name, mut window) = two();
    walk_to_tab(&mut window, &name);
    press(&mut window, PLAIN, Key::Menu);
    until_focused(&mut window, SPLIT);
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is shown twice", |window| {
        doc(window).views.len() == 2
    });
    assert_eq!(doc(&window).name(), name);
    assert!(!is_named(&window, "Close file"), "the menu is open");

    walk_to_tab(&mut window, "second.bin");
    press(&mut window, Modifiers::SHIFT, Key::F10);
    until_focused(&mut window, SPLIT);
    press(&mut window, PLAIN, Key::ArrowDown);
    until_focused(&mut window, "Close file");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is closed", |window| {
        model(window).docs.len() == 1
    });
    assert_eq!(doc(&window).name(), name);
}

#[test]
fn the_list_of_keys_has_it() {
    let mut window = sample();
    press(&mut window, PLAIN, Key::F1);
    window.run_steps(4);
    let words = "Of a tab, or of a value of the inspector, that has the keys";
    assert!(window.query_by_label(words).is_some());
}

/// The tour goes on, so that its step is gone only with the menu.
#[test]
fn a_key_in_the_step_of_the_tour_closes_it() {
    let mut window = sample();
    window.set_size(vec2(700.0, 420.0));
    window.run_steps(4);
    let step = "All of this step of the tour";
    let copy = "Copy the command";
    // the steps before have no command to be copied
    go_to(&mut window, 28);
    type_bytes(&mut window, "5a");
    until(&mut window, "it is the third step", |window| {
        model(window).tour.next() == Some(2)
    });
    click(&mut window, step);
    until(&mut window, "the step is shown", |window| {
        is_named(window, copy)
    });
    window.run_steps(2);
    window.get_by_label(copy).focus();
    window.run_steps(2);
    assert_eq!(focused(&window), copy);
    window.event(down(Key::Enter, PLAIN));
    assert!(copied(&mut window).contains("printf"), "the command");
    window.run_steps(5);
    assert!(is_named(&window, step), "the tour is taken");
    assert!(!is_named(&window, copy), "the menu is open");

    // left by key, it is left
    click(&mut window, step);
    until(&mut window, "the step is shown", |window| {
        is_named(window, "Leave the tour")
    });
    window.run_steps(2);
    window.get_by_label("Leave the tour").focus();
    window.run_steps(2);
    assert_eq!(focused(&window), "Leave the tour");
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it is left", |window| !is_named(window, step));
    assert!(model(&window).settings.tour_left);
}

/// `é` and its name in the inspector, which the note behind it is.
fn inspected() -> (tempfile::TempDir, String, Window) {
    let (folder, path) = file("éabc".as_bytes());
    let mut window = open(&path);
    press(&mut window, CTRL, Key::I);
    let name = "UTF-8: é U+00E9 LATIN SMALL LETTER E WITH ACUTE".to_owned();
    until(&mut window, "the inspector reads", |window| {
        is_named(window, &name)
    });
    window.get_by_label(&name).focus();
    until_focused(&mut window, &name);
    (folder, name, window)
}

#[test]
fn a_value_is_copied_without_what_is_said_of_it() {
    let (_folder, name, mut window) = inspected();
    window.event(Event::Copy);
    assert_eq!(copied(&mut window), "é");
    press(&mut window, PLAIN, Key::Menu);
    until_focused(&mut window, "Type over it");
    press(&mut window, PLAIN, Key::ArrowDown);
    until_focused(&mut window, "Copy");
    window.event(down(Key::Enter, PLAIN));
    assert_eq!(copied(&mut window), "é");
    until(&mut window, "its menu is closed", |window| {
        !is_named(window, "Type over it")
    });
    until_focused(&mut window, &name);
}

#[test]
fn the_menu_of_a_value_closes_with_what_is_chosen() {
    let (_folder, name, mut window) = inspected();
    for by_key in [true, false] {
        for (item, closes) in [("Copy", name.as_str()), ("Type over it", "UTF-8, typed")] {
            press(&mut window, Modifiers::SHIFT, Key::F10);
            until_focused(&mut window, "Type over it");
            if by_key {
                window.get_by_role_and_label(Role::Button, item).focus();
                until_focused(&mut window, item);
                press(&mut window, PLAIN, Key::Enter);
            } else {
                click(&mut window, item);
            }
            window.run_steps(3);
            assert!(!is_named(&window, "Type over it"), "{item}: it is open");
            until_focused(&mut window, closes);
        }
        press(&mut window, PLAIN, Key::Escape);
        until_focused(&mut window, &name);
    }
    assert!(copies(&window).is_empty());
    assert_eq!(doc(&window).view().journal.edits().len(), 0);
}

#[test]
fn a_menu_of_a_value_that_is_left_gives_the_keys_back() {
    let (_folder, name, mut window) = inspected();
    press(&mut window, PLAIN, Key::Menu);
    until_focused(&mut window, "Type over it");
    press(&mut window, PLAIN, Key::Escape);
    until(&mut window, "its menu is closed", |window| {
        !is_named(window, "Type over it")
    });
    until_focused(&mut window, &name);
}
