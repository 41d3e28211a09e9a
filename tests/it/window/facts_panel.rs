//! *Remap* and *Sync (msync)* beside the facts of the mapping: the menu's commands, under the menu's conditions.

use super::support::*;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, AppAction, MappingAction, Mode, Tab, Topic};
use mapscope::ui::command::{COMMANDS, Command};

const BOTH: [&str; 2] = ["Remap", "Sync (msync)"];

/// The command of that name in the one table.
fn command(label: &str) -> &'static Command {
    let mut all = COMMANDS.iter();
    all.find(|command| command.label == label).unwrap()
}

/// The button of that name: no menu is open, so there is one, in the panel.
#[track_caller]
fn button<'a>(window: &'a Window, label: &'a str) -> Node<'a> {
    window.get_by_role_and_label(Role::Button, label)
}

fn show_facts(window: &mut Window) {
    act(window, Action::App(AppAction::ShowTab(Tab::Mapping)));
    window.run_steps(2);
}

#[test]
fn the_panel_remaps_and_syncs() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    show_facts(&mut window);
    let generation = doc(&window).view().generation;
    button(&window, "Remap").click();
    until(&mut window, "it is mapped anew", |window| {
        doc(window).view().generation > generation
    });
    until(&mut window, "that is said", |window| {
        !notice(window, Topic::Done).is_empty()
    });
    button(&window, "Sync (msync)").click();
    until(&mut window, "msync is answered", |window| {
        notice(window, Topic::Done).contains("msync returned 0")
    });
    act(
        &mut window,
        Action::Mapping(MappingAction::SetMode(Mode::Shared)),
    );
    until(&mut window, "it is shared", |window| {
        doc(window).view().mode == Mode::Shared
    });
    button(&window, "Sync (msync)").click();
    until(&mut window, "it is written", |window| {
        notice(window, Topic::Done).contains("msync wrote")
    });
}

/// Whether it can be pressed, and why not, is one answer for both places.
#[test]
fn the_panel_offers_them_when_the_menu_does_and_says_why_not() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    show_facts(&mut window);
    let same = |window: &Window, when: &str| {
        for label in BOTH {
            let refusal = command(label).refusal(model(window));
            let node = button(window, label);
            let node = node.accesskit_node();
            assert_eq!(node.is_disabled(), refusal.is_some(), "{label}, {when}");
            // where it can be pressed, what it does is told there
            let said = node.data().description().unwrap_or_default();
            let expected = refusal.unwrap_or(command(label).tooltip);
            assert!(said.starts_with(expected), "{label}, {when}: {said}");
        }
    };
    same(&window, "with a file");
    let mut window = start_with(Vec::new());
    show_facts(&mut window);
    assert!(model(&window).doc().is_none());
    window.run_steps(2);
    let refusal = command("Remap").refusal(model(&window));
    assert_eq!(refusal, Some("No file is open"));
    same(&window, "without a file");
}

#[test]
fn the_panel_s_buttons_are_reached_by_key() {
    let (_folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    show_facts(&mut window);
    let focused = |window: &Window| {
        let mut nodes = window.root().children_recursive();
        let node = nodes.find(Node::is_focused);
        node.and_then(|node| node.accesskit_node().label())
    };
    for _ in 0..4 {
        press(&mut window, PLAIN, Key::F6);
        window.run_steps(2);
        if focused(&window).as_deref() == Some("Side panel") {
            break;
        }
    }
    let mut stops = Vec::new();
    for _ in 0..8 {
        press(&mut window, PLAIN, Key::Tab);
        window.run_steps(2);
        stops.extend(focused(&window));
    }
    let at = |label: &str| stops.iter().position(|stop| stop == label);
    let (remap, sync) = (at("Remap"), at("Sync (msync)"));
    assert!(remap.is_some() && remap < sync, "{stops:?}");
}
