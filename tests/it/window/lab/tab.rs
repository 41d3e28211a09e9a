//! The lab's tab among those of files: opened, gone to and closed by keys alone, at every size.

use super::super::support::*;
use super::{NAME, entry, lab, verdict};
use crate::window::support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, Focus, LabAction};

/// The tabs by name, and the one that is in front.
fn tabs(window: &Window) -> (Vec<String>, Option<String>) {
    let tabs = window.query_all_by_role(Role::Tab).map(|tab| {
        let node = tab.accesskit_node();
        (
            node.label().unwrap_or_default(),
            node.is_selected() == Some(true),
        )
    });
    let tabs: Vec<_> = tabs
        .filter(|(name, _)| name.starts_with("Lab") || name.contains('.'))
        .collect();
    let front = tabs.iter().find(|(_, is_front)| *is_front);
    let front = front.map(|(name, _)| name.clone());
    (tabs.into_iter().map(|(name, _)| name).collect(), front)
}

#[track_caller]
fn until_front(window: &mut Window, wanted: &str) {
    until(window, &format!("{wanted} is in front"), |window| {
        tabs(window).1.as_deref() == Some(wanted)
    });
}

#[test]
fn keys_alone_open_the_lab_run_an_experiment_and_go_back_to_the_file() {
    let mut window = sample();
    let name = doc(&window).name();
    press(&mut window, CTRL, Key::Num4);
    until_front(&mut window, "Lab");
    until(&mut window, "the list has the keyboard", |window| {
        model(window).area == Focus::Lab
    });
    assert_eq!(tabs(&window).0, [name.clone(), "Lab".to_owned()]);
    assert!(
        window.query_by_label("Bytes").is_none() && rows(&window).is_empty(),
        "the lab has all the room"
    );
    press(&mut window, PLAIN, Key::ArrowDown);
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "it ran", |window| {
        verdict(window) == "as predicted"
    });
    press(&mut window, CTRL, Key::Tab);
    until_front(&mut window, &name);
    until(&mut window, "the bytes have the keyboard", |window| {
        grid(window).is_focused()
    });
    press(&mut window, CTRL | Modifiers::SHIFT, Key::Tab);
    until_front(&mut window, "Lab");
    assert_eq!(verdict(&window), "as predicted", "it is as it was left");
    press(&mut window, CTRL, Key::W);
    until(&mut window, "a file alone has no tab", |window| {
        tabs(window).0.is_empty()
    });
    until(&mut window, "the bytes have the keyboard", |window| {
        grid(window).is_focused()
    });
}

#[test]
fn what_runs_goes_on_behind_a_file_and_is_told_on_the_tab() {
    let mut window = lab();
    let name = doc(&window).name();
    let names = vec![NAME.to_owned(); 60];
    act(&mut window, Action::Lab(LabAction::Run(names)));
    press(&mut window, CTRL, Key::Tab);
    let done = |window: &Window| {
        let queue = model(window).lab.queue.as_ref();
        queue.map_or(usize::MAX, |queue| queue.done)
    };
    until(&mut window, "the file is in front", |window| {
        tabs(window).1.as_deref() == Some(name.as_str())
    });
    let before = done(&window);
    until(&mut window, "it went on", |window| done(window) > before);
    assert!(
        tabs(&window)
            .0
            .iter()
            .any(|tab| tab.starts_with("Lab: ") && tab.ends_with(" of 60 runs") || tab == "Lab")
    );
    until(&mut window, "all are over", |window| {
        tabs(window).0.contains(&"Lab".to_owned())
    });
}

/// What runs ends with the tab, and the tab comes back with what was seen.
#[test]
fn closing_the_tab_ends_what_runs() {
    let mut window = lab();
    let names = vec![NAME.to_owned(); 400];
    act(&mut window, Action::Lab(LabAction::Run(names)));
    until(&mut window, "a few are over", |window| {
        let queue = model(window).lab.queue.as_ref();
        queue.is_some_and(|queue| queue.done >= 2)
    });
    press(&mut window, CTRL, Key::W);
    until(&mut window, "nothing runs", |window| {
        model(window).lab.queue.is_none() && !tabs(window).0.iter().any(|tab| tab.contains("Lab"))
    });
    press(&mut window, CTRL, Key::Num4);
    until_front(&mut window, "Lab");
    assert_eq!(model(&window).lab.chosen, Some(NAME));
    act(&mut window, Action::Lab(LabAction::RunChosen));
    until(&mut window, "it ran again", |window| {
        model(window).lab.queue.is_none() && verdict(window) == "as predicted"
    });
}

/// What acts on a file shows it: nothing is done to one that nobody sees.
#[test]
fn what_is_done_to_a_file_brings_it_to_the_front() {
    let mut window = sample();
    let name = doc(&window).name();
    go_to(&mut window, 28);
    type_bytes(&mut window, "5a");
    for (modifiers, key) in [
        (CTRL, Key::Z),
        (CTRL, Key::G),
        (CTRL, Key::Num3),
        (CTRL, Key::L),
    ] {
        press(&mut window, CTRL, Key::Num4);
        until(&mut window, "the lab is in front", |window| {
            model(window).lab.is_front
        });
        press(&mut window, modifiers, key);
        until(&mut window, &format!("{key:?} shows the file"), |window| {
            !model(window).lab.is_front && !rows(window).is_empty()
        });
    }
    assert!(tabs(&window).0.iter().any(|tab| tab.starts_with(&name)));
}

/// At each size everything can be reached by keys, and nothing is cut off at the sides.
#[test]
fn the_list_gives_way_where_there_is_no_room() {
    for (size, is_beside) in [
        (vec2(700.0, 420.0), false),
        (vec2(1280.0, 800.0), true),
        (vec2(1920.0, 1080.0), true),
    ] {
        let mut window = lab();
        window.set_size(size);
        window.run_steps(4);
        let list = window
            .query_by_role_and_label(Role::ListBox, "Experiments")
            .is_some();
        assert_eq!(list, is_beside, "{size}");
        until(&mut window, "the keyboard is there", |window| {
            model(window).area == Focus::Lab
        });
        press(&mut window, PLAIN, Key::ArrowDown);
        press(&mut window, PLAIN, Key::Enter);
        until(&mut window, "it ran", |window| {
            verdict(window) == "as predicted"
        });
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, size);
        for label in ["Run", "Stop", "Run topic", "Run all"] {
            let rect = window.get_by_role_and_label(Role::Button, label).rect();
            assert!(screen.contains_rect(rect), "{label} at {rect:?} of {size}");
        }
        if !is_beside {
            press(&mut window, PLAIN, Key::Space);
            until(&mut window, "the list stands in its place", |window| {
                is_named(window, &format!("{NAME}: as predicted"))
            });
            support::click(&mut window, &entry("shared-seen-by-read", "not run"));
            until(&mut window, "it is chosen, and the list gone", |window| {
                model(window).lab.chosen == Some("shared-seen-by-read")
                    && window
                        .query_by_role_and_label(Role::ListBox, "Experiments")
                        .is_none()
            });
        }
    }
}
