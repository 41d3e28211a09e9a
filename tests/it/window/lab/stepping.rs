//! An experiment step by step in the window: by keys alone, behind a file, stopped, and closed in the middle.

use super::super::support::*;
use super::{NAME, ends_with_its_processes, entry, lab, rows_with, verdict};

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use mapscope::model::Action;

/// The number of the step that waits.
fn waiting(window: &Window) -> Option<usize> {
    let entry = model(window).lab.waiting()?;
    entry.next().map(|(next, _)| next.number)
}

#[track_caller]
fn until_waits(window: &mut Window, number: usize) {
    until(window, &format!("step {number} waits"), |window| {
        waiting(window) == Some(number)
    });
}

/// The first experiment, which waits before its first step.
fn stepping() -> Window {
    let mut window = lab();
    press(&mut window, PLAIN, Key::ArrowDown);
    press(&mut window, PLAIN, Key::F4);
    until_waits(&mut window, 1);
    window
}

#[test]
fn keys_alone_lead_through_an_experiment_step_by_step() {
    let mut window = stepping();
    assert!(
        status(&window)
            .iter()
            .any(|said| said.starts_with("Next, step 1: mapscope makes the scratch file")),
        "{:?}",
        status(&window)
    );
    let mut number = 1;
    loop {
        let next = model(&window).lab.waiting().unwrap().next().unwrap().0;
        let is_asked = !next.choices.is_empty();
        if is_asked {
            // A was there before, Z was stored: of the first load it is the first, of the last one the second.
            let key = if rows_with(&window, "Step 9: ").is_empty() {
                Key::Num1
            } else {
                Key::Num2
            };
            press(&mut window, PLAIN, key);
        }
        press(&mut window, PLAIN, Key::F4);
        until(&mut window, "the step is done", |window| {
            waiting(window) == Some(number + 1) || model(window).lab.queue.is_none()
        });
        if model(&window).lab.queue.is_none() && verdict(&window) == "as predicted" {
            break;
        }
        number += 1;
    }
    let entry = model(&window).lab.entry(NAME).unwrap();
    assert_eq!(entry.foreseen(), (2, 2), "{:?}", entry.said);
    let told = rows_with(&window, "Step 10: ");
    assert!(
        told.iter().any(|row| row.contains("; you said it: 5a 'Z'")),
        "{told:?}"
    );
}

/// Each press is a step: one in a frame, or two.
#[test]
fn two_presses_in_a_frame_are_two_steps_and_one_is_one() {
    let mut window = stepping();
    let down = |key| egui::Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: PLAIN,
    };
    let events = [down(Key::F4), down(Key::F4)];
    window.input_mut().events.extend(events);
    until_waits(&mut window, 3);
    for _ in 0..10 {
        window.step();
    }
    assert_eq!(waiting(&window), Some(3), "no third one");
    press(&mut window, PLAIN, Key::F4);
    until_waits(&mut window, 4);
}

#[test]
fn what_waits_is_told_on_the_tab_behind_a_file_and_goes_on_from_there() {
    let mut window = stepping();
    let (_folder, path) = file(&[b'Q'; 64]);
    let open = mapscope::model::FileAction::Open(path);
    act(&mut window, Action::File(open));
    until(&mut window, "the other file is in front", |window| {
        row(window, 0).starts_with("00000000 51")
    });
    window.get_by_role_and_label(Role::Tab, "Lab: waits for you");
    assert_eq!(waiting(&window), Some(1));
    press(&mut window, CTRL, Key::Num4);
    press(&mut window, PLAIN, Key::F4);
    until_waits(&mut window, 2);
    press(&mut window, PLAIN, Key::Enter);
    until(&mut window, "Enter lets it go to its end", |window| {
        verdict(window) == "as predicted"
    });
}

#[test]
fn another_experiment_ends_the_one_that_waits_and_runs() {
    let mut window = stepping();
    click(&mut window, &entry("shared-seen-by-read", "not run"));
    until(&mut window, "it is shown", |window| {
        verdict(window) == "not run"
    });
    click(&mut window, "Run");
    until(&mut window, "it ran", |window| {
        model(window).lab.queue.is_none() && verdict(window) == "as predicted"
    });
    assert!(is_named(&window, &entry(NAME, "stopped")));
}

#[test]
fn closing_the_tab_or_the_window_ends_what_waits_and_its_processes() {
    for closes_window in [false, true] {
        let mut window = stepping();
        for number in 2..=5 {
            press(&mut window, PLAIN, Key::F4);
            until_waits(&mut window, number);
        }
        ends_with_its_processes(window, NAME, closes_window);
    }
}
