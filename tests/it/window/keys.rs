//! Keys: each command has its own, F6 goes round the areas. Names of what they reach stand in a file of their own.

mod names;

use super::support::*;
use std::collections::BTreeSet;

use egui::accesskit::{Action as AccessAction, Role};
use egui::{Context, Key};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, EditAction, FileAction, Focus, Tab, Topic};
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
fn f6_goes_round_the_areas() {
    let mut window = sample();
    let mut seen = Vec::new();
    for (area, name) in [
        (Focus::Lookup, "Look up"),
        (Focus::Path, "Path"),
        (Focus::WitnessByte, "Byte to write"),
        (Focus::Messages, "Messages"),
        (Focus::Grid, "Bytes"),
        (Focus::Lookup, "Look up"),
    ] {
        press(&mut window, PLAIN, Key::F6);
        until(&mut window, &format!("F6 leads to {name}"), |window| {
            model(window).area == area && focused_name(window).as_deref() == Some(name)
        });
        seen.push(area);
    }
    assert_eq!(seen.len(), 6);
    // without the table of witnesses it is left out
    press(&mut window, PLAIN, Key::F9);
    for _ in 0..3 {
        press(&mut window, PLAIN, Key::F6);
    }
    until(&mut window, "F6 leads back to the grid", |window| {
        grid(window).is_focused()
    });
}

/// What Tab comes by, from the first stop on, until it has been everywhere.
fn tab_stops(window: &mut Window) -> Vec<(String, egui::Rect)> {
    let mut stops: Vec<(String, egui::Rect)> = Vec::new();
    for _ in 0..60 {
        let node = focused(window).map(|node| (node.accesskit_node().label(), node.rect()));
        if let Some((name, rect)) = node {
            let stop = (name.unwrap_or_default(), rect);
            if stops.first() == Some(&stop) {
                return stops;
            }
            stops.push(stop);
        }
        press(window, PLAIN, Key::Tab);
        window.run_steps(2);
        if grid(window).is_focused() {
            return stops; // where Tab swaps the columns
        }
    }
    stops
}

#[test]
fn tab_goes_in_the_order_that_is_seen() {
    let (_folder, path) = file(&[b'A'; 8192]);
    for size in [egui::vec2(1500.0, 900.0), egui::vec2(700.0, 420.0)] {
        let mut window = open(&path);
        window.set_size(size);
        type_bytes(&mut window, "5a");
        act(&mut window, Action::File(FileAction::Close)); // asks about the edit
        window.run_steps(3);
        let mut from = Vec::new();
        for stop in ["Open\u{2026}", "Write it to the file"] {
            window.get_by_role_and_label(Role::Button, stop).focus();
            window.run_steps(2);
            let stops = tab_stops(&mut window);
            let bar: Vec<_> = stops
                .iter()
                .take_while(|(_, rect)| (rect.center().y - stops[0].1.center().y).abs() < 8.0)
                .collect();
            assert!(bar.len() > 3, "{stops:?}");
            for pair in bar.windows(2) {
                assert!(
                    pair[0].1.left() < pair[1].1.left(),
                    "{} stands right of {} and comes before it",
                    pair[0].0,
                    pair[1].0
                );
            }
            from.push(bar.len());
        }
    }
}

#[test]
fn every_stop_of_tab_can_be_seen() {
    let (_folder, path) = file(&[b'A'; 8192]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    act(&mut window, Action::File(FileAction::Close));
    window.run_steps(3);
    window.get_by_role_and_label(Role::Button, "File").focus();
    window.run_steps(2);
    let stops = tab_stops(&mut window);
    assert!(stops.len() > 15, "{stops:?}");
    window.get_by_role_and_label(Role::Button, "File").focus();
    window.run_steps(8);
    let mut hidden = Vec::new();
    let mut pictures = Vec::new();
    for _ in &stops {
        pictures.push(window.output().shapes.clone());
        press(&mut window, PLAIN, Key::Tab);
        window.run_steps(8); // a caret blinks, a color fades in
    }
    for (index, (name, rect)) in stops.iter().enumerate() {
        let near = |shapes: &[egui::epaint::ClippedShape]| {
            let near = shapes.iter().filter(|shape| {
                let bounds = shape.shape.visual_bounding_rect();
                bounds.intersects(rect.expand(3.0)) && bounds.width() < rect.width() + 40.0
            });
            near.map(|shape| format!("{:?}", shape.shape))
                .collect::<Vec<_>>()
        };
        let elsewhere = (index + stops.len() / 2) % stops.len();
        if near(&pictures[index]) == near(&pictures[elsewhere]) {
            hidden.push((name.clone(), *rect));
        }
    }
    assert!(hidden.is_empty(), "the focus is not seen on {hidden:?}");
}

#[test]
fn a_question_takes_the_keys_and_esc_is_its_cancel() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    type_bytes(&mut window, "5a");
    act(&mut window, Action::File(FileAction::Close));
    window.run_steps(3);
    let question = "1 byte is edited privately";
    let asked = |window: &Window| focused_name(window).is_some_and(|name| name.contains(question));
    assert!(asked(&window), "{:?}", focused_name(&window));
    // what is typed in haste answers nothing
    for key in [Key::Enter, Key::Space, Key::A] {
        press(&mut window, PLAIN, key);
        type_text(&mut window, "a");
    }
    assert!(is_told(&window, &[question]));
    assert_eq!(std::fs::read(&path).unwrap(), [b'A'; 64]);
    assert_eq!(doc(&window).view().journal.edits().len(), 1);
    // away from it and back: it is the first stop after the bytes
    grid(&window).focus();
    window.run_steps(2);
    press(&mut window, PLAIN, Key::F6);
    window.run_steps(3);
    assert!(asked(&window), "{:?}", focused_name(&window));
    press(&mut window, PLAIN, Key::Tab);
    window.run_steps(2);
    assert_eq!(
        focused_name(&window).as_deref(),
        Some("Write it to the file")
    );
    press(&mut window, PLAIN, Key::Escape);
    until(
        &mut window,
        "the question is gone and the bytes have the keys",
        |window| !is_told(window, &[question]) && grid(window).is_focused(),
    );
    assert_eq!(doc(&window).view().journal.pending_bytes(), 1);
    // asked anew, it takes the keys anew
    act(&mut window, Action::File(FileAction::Close));
    window.run_steps(3);
    assert!(asked(&window));
}

#[test]
fn shift_f6_goes_the_other_way_round() {
    let mut window = sample();
    for (modifiers, name) in [
        (egui::Modifiers::SHIFT, "Messages"),
        (egui::Modifiers::SHIFT, "Byte to write"),
        (egui::Modifiers::SHIFT, "Path"),
        (egui::Modifiers::SHIFT, "Look up"),
        (egui::Modifiers::SHIFT, "Bytes"),
    ] {
        press(&mut window, modifiers, Key::F6);
        until(
            &mut window,
            &format!("Shift+F6 leads to {name}"),
            |window| focused_name(window).as_deref() == Some(name),
        );
    }
}

#[test]
fn tab_completes_the_path_and_enter_opens_it() {
    let (folder, path) = file(&[b'A'; 64]);
    let other = folder.path().join("other.bin");
    std::fs::write(&other, [b'B'; 64]).unwrap();
    let mut window = open(&path);
    press(&mut window, CTRL_SHIFT, Key::O);
    until(&mut window, "the path field has the keys", |window| {
        field(window, "Path").is_focused()
    });
    let typed = folder.path().join("oth").display().to_string();
    type_text(&mut window, &typed);
    until(&mut window, "there is a completion", |window| {
        model(window).completions.len() == 1
    });
    press(&mut window, PLAIN, Key::Tab);
    let shown = other.display().to_string();
    until(&mut window, "the path is completed", |window| {
        model(window).path_text.as_deref() == Some(shown.as_str())
    });
    window.run_steps(5);
    assert_eq!(doc(&window).path, path, "it is not opened yet");
    assert!(field(&window, "Path").is_focused());
    // it is typed on behind what was completed
    type_text(&mut window, "x");
    assert_eq!(model(&window).path_text, Some(format!("{shown}x")));
    press(&mut window, PLAIN, Key::Backspace);
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "the other file is open", |window| {
        doc(window).path == other
    });
}

#[test]
fn a_menu_says_why_a_command_is_in_vain() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    let write = COMMANDS
        .iter()
        .find(|command| command.label.starts_with("Write private changes"))
        .unwrap();
    let why = write.refusal(model(&window)).unwrap();
    assert!(why.contains("no private changes"), "{why}");
    // its keys are answered, not ignored
    press(&mut window, CTRL, Key::S);
    until(&mut window, "it is said", |window| {
        notice(window, Topic::Done).contains("no private changes")
    });
    type_bytes(&mut window, "5a");
    assert_eq!(write.refusal(model(&window)), None);
    for command in COMMANDS {
        let is_enabled = (command.enabled)(model(&window));
        let why = command.refusal(model(&window));
        assert!(
            is_enabled || why.is_some_and(|why| !why.is_empty()),
            "{}",
            command.label
        );
    }
    for label in ["Paste", "Reset zoom", "About mapscope"] {
        assert!(
            COMMANDS.iter().any(|command| command.label == label),
            "{label}"
        );
    }
}

#[test]
fn the_menu_pastes_and_says_what_the_program_is() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    let choose = |window: &mut Window, menu: &str, label: &str| {
        window.get_by_role_and_label(Role::Button, menu).click();
        window.run_steps(3);
        let entry = window.query_all_by_label_contains(label).next().unwrap();
        entry.click_accesskit();
        window.step();
    };
    choose(&mut window, "Edit", "Paste");
    assert!(commands(&window).contains(&egui::ViewportCommand::RequestPaste));
    // the text comes a frame later, as with the real clipboard
    window
        .input_mut()
        .events
        .push(egui::Event::Paste("42".to_owned()));
    until(&mut window, "it is stored", |window| {
        doc(window).view().journal.edits().len() == 1
    });
    choose(&mut window, "Help", "About");
    let version = concat!("mapscope ", env!("CARGO_PKG_VERSION"));
    let told = |window: &Window| window.query_all_by_label(version).next().is_some();
    until(&mut window, "the version is told", told);
    grid(&window).focus();
    window.run_steps(2);
    press(&mut window, PLAIN, Key::Escape);
    window.run_steps(2);
    assert!(!told(&window));
}

const CTRL_SHIFT: egui::Modifiers = egui::Modifiers {
    shift: true,
    ..CTRL
};

fn focused(window: &Window) -> Option<egui_kittest::Node<'_>> {
    window.root().children_recursive().find(|node| {
        node.is_focused()
            && node
                .accesskit_node()
                .data()
                .supports_action(AccessAction::Focus)
    })
}

fn focused_name(window: &Window) -> Option<String> {
    focused(window)?.accesskit_node().label()
}
