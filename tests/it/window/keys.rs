//! Names and keys: what can be reached can be named, each command has its own key, F6 goes round the areas.

use super::support::*;
use std::collections::BTreeSet;

use egui::accesskit::{Action as AccessAction, Role};
use egui::{Context, Key};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, EditAction, FileAction, Focus, Tab};
use mapscope::ui::command::{COMMANDS, GRID_KEYS, Menu};

#[test]
fn every_command_has_words_and_a_key_of_its_own() {
    let mut keys = BTreeSet::new();
    let mut labels = BTreeSet::new();
    let ctx = Context::default();
    for command in COMMANDS {
        assert!(!command.label.trim().is_empty());
        assert!(
            labels.insert(command.label),
            "{} stands twice",
            command.label
        );
        assert!(!command.tooltip.ends_with('.'), "{}", command.tooltip);
        assert!(Menu::ALL.iter().any(|(menu, _)| *menu == command.menu));
        for key in command.keys {
            let words = ctx.format_shortcut(key);
            assert!(
                keys.insert(words.clone()),
                "{words} is {} and another command",
                command.label
            );
        }
    }
    assert!(
        COMMANDS
            .iter()
            .filter(|command| !command.keys.is_empty())
            .count()
            > 20
    );
    for (key, words) in GRID_KEYS {
        assert!(!key.is_empty() && !words.is_empty());
    }
}

#[test]
fn each_key_does_what_its_command_says_and_none_panics() {
    let (_folder, path) = file(&[b'A'; 8192]);
    for command in COMMANDS {
        if matches!(command.label, "Open\u{2026}" | "Quit") {
            continue; // a dialog of the system; the end
        }
        for key in command.keys {
            let mut window = open(&path);
            window.key_press_modifiers(key.modifiers, key.logical_key);
            window.step();
            window.run_steps(3);
            assert!(!alerts(&window).iter().any(|alert| alert.contains("panic")));
        }
    }
}

#[test]
fn every_menu_entry_is_there_by_name() {
    for (menu, label) in Menu::ALL {
        let mut window = sample();
        let button = window.query_all_by_role(Role::Button);
        let named =
            |node: &egui_kittest::Node<'_>| node.accesskit_node().label().as_deref() == Some(label);
        button.into_iter().find(named).unwrap().click();
        window.run_steps(2);
        for command in COMMANDS.iter().filter(|command| command.menu == menu) {
            let named = window
                .query_all_by_label_contains(command.label)
                .next()
                .is_some();
            assert!(named, "{label} lacks {}", command.label);
        }
        check_names(&window, label);
    }
}

#[test]
fn f6_goes_round_the_areas() {
    let mut window = sample();
    let mut seen = Vec::new();
    for (area, name) in [
        (Focus::Lookup, "Look up"),
        (Focus::Path, "Path"),
        (Focus::WitnessByte, "Byte to write"),
        (Focus::Grid, "Bytes"),
        (Focus::Lookup, "Look up"),
    ] {
        press(&mut window, PLAIN, Key::F6);
        until(&mut window, &format!("F6 leads to {name}"), |window| {
            model(window).area == area && focused_name(window).as_deref() == Some(name)
        });
        seen.push(area);
    }
    assert_eq!(seen.len(), 5);
    // without the table of witnesses it is left out
    press(&mut window, PLAIN, Key::F9);
    press(&mut window, PLAIN, Key::F6);
    press(&mut window, PLAIN, Key::F6);
    until(&mut window, "F6 leads back to the grid", |window| {
        grid(window).is_focused()
    });
}

fn focused_name(window: &Window) -> Option<String> {
    let focused = window.root().children_recursive().find(|node| {
        node.is_focused()
            && node
                .accesskit_node()
                .data()
                .supports_action(AccessAction::Focus)
    })?;
    focused.accesskit_node().label()
}

/// What can be focused has a name.
#[track_caller]
fn check_names(window: &Window, when: &str) {
    window.check_accessibility();
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        let spoken = matches!(node.role(), Role::Status | Role::Alert);
        let focusable = node.data().supports_action(AccessAction::Focus);
        if node.is_hidden() || !(spoken || focusable) {
            continue;
        }
        let name = node.label().unwrap_or_default();
        assert!(
            !name.trim().is_empty(),
            "{when}: a {:?} at {:?} has no name to be spoken",
            node.role(),
            node.raw_bounds()
        );
    }
}

#[test]
fn whatever_can_be_focused_has_a_name() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    check_names(&window, "a file");
    for tab in [Tab::Witnesses, Tab::Lookups, Tab::Mapping] {
        act(&mut window, Action::App(AppAction::ShowTab(tab)));
        go_to(&mut window, 100);
        until(&mut window, "the facts are there", |window| {
            tab != Tab::Mapping || doc(window).facts.is_some()
        });
        window.run_steps(2);
        check_names(&window, &format!("{tab:?}"));
    }
    act(&mut window, Action::Edit(EditAction::ToggleFill));
    window.run_steps(2);
    check_names(&window, "the fill bar");
    act(&mut window, Action::Edit(EditAction::ToggleFill));
    act(&mut window, Action::App(AppAction::ToggleHelp));
    window.run_steps(2);
    check_names(&window, "the list of keys");
    act(&mut window, Action::App(AppAction::ToggleHelp));
    type_bytes(&mut window, "5a");
    act(&mut window, Action::File(FileAction::Close));
    window.run_steps(2);
    check_names(&window, "a question");
    click(&mut window, "Cancel");
    press(&mut window, CTRL, Key::Z);
    until(&mut window, "nothing is edited", |window| {
        !doc(window).has_unsaved()
    });
    act(
        &mut window,
        Action::File(FileAction::Open("/nothing".into())),
    );
    until(&mut window, "an error is told", |window| {
        is_told(window, &["ENOENT"])
    });
    check_names(&window, "an error");
    click(&mut window, "Hide this message");
    until(&mut window, "the message is hidden", |window| {
        !is_told(window, &["ENOENT"])
    });
}

#[test]
fn the_lists_of_the_panel_say_what_they_have() {
    let mut window = sample();
    go_to(&mut window, 3);
    press(&mut window, CTRL, Key::Num2);
    until(&mut window, "the answer is listed", |window| {
        window.query_all_by_label("Received char at 3 is D").count() >= 2
    });
    go_to(&mut window, 28);
    until(&mut window, "and the next one", |window| {
        window
            .query_all_by_label("Received char at 28 is 2")
            .count()
            >= 2
    });
    press(&mut window, CTRL, Key::Num3);
    until(&mut window, "the calls are listed", |window| {
        window.query_all_by_label_contains("mmap").next().is_some()
            && window
                .query_all_by_label_contains("private, read-write")
                .next()
                .is_some()
    });
    press(&mut window, PLAIN, Key::F1);
    until(&mut window, "the keys are listed", |window| {
        window
            .query_all_by_label_contains("Next area")
            .next()
            .is_some()
    });
}

#[test]
fn the_pointer_over_each_row_and_column_says_what_stands_there() {
    let mut window = sample();
    for row_idx in 0..4 {
        let rows = grid(&window);
        let rect = rows
            .query_all_by_role(Role::Row)
            .nth(row_idx)
            .unwrap()
            .rect();
        for part in [0.05, 0.2, 0.7, 0.8, 0.93] {
            window.hover_at(egui::pos2(
                rect.left() + rect.width() * part,
                rect.center().y,
            ));
            window.run_steps(6); // a tooltip takes its time
            assert_eq!(
                super::support::rows(&window).len(),
                4,
                "over row {row_idx} at {part}"
            );
        }
    }
    let rect = grid(&window)
        .query_all_by_role(Role::Row)
        .next()
        .unwrap()
        .rect();
    window.hover_at(egui::pos2(
        rect.left() + rect.width() * 0.2,
        rect.center().y,
    ));
    window.run_steps(6);
    assert!(
        window
            .query_all_by_label_contains("Page 0 (p0 = 0x0), file page")
            .next()
            .is_some(),
        "no tooltip tells about the page"
    );
}
