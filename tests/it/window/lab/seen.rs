//! The panel beside the lab: the experiment's processes as rows, and what each step changes in them.

use super::super::support::*;
use super::{lab, rows_with, verdict};

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use mapscope::model::{Action, LabAction};

/// The row of the picture of process `name`.
fn row_of(window: &Window, name: &str) -> String {
    let rows = rows_with(window, &format!("{name}, process "));
    assert!(rows.len() <= 1, "{rows:?}");
    rows.into_iter().next().unwrap_or_default()
}

/// Steps until the row says so.
#[track_caller]
fn step_until(window: &mut Window, name: &str, words: &str) {
    for _ in 0..40 {
        if row_of(window, name).contains(words) {
            return;
        }
        let n_before = model(window).lab.chosen().unwrap().steps().len();
        press(window, PLAIN, Key::F4);
        until(window, "the step is done", |window| {
            let lab = &model(window).lab;
            lab.queue.is_none()
                || (lab.waiting().is_some() && lab.chosen().unwrap().steps().len() > n_before)
        });
        window.step();
    }
    panic!("{name} never says {words:?}: {}", row_of(window, name));
}

#[test]
fn a_store_through_a_private_mapping_moves_its_row_to_a_copy() {
    let mut window = lab();
    let name = "private-seen-by-nobody".to_owned();
    act(&mut window, Action::Lab(LabAction::Choose(name)));
    press(&mut window, PLAIN, Key::F4);
    until(&mut window, "it waits", |window| {
        model(window).lab.waiting().is_some()
    });
    step_until(
        &mut window,
        "A",
        "through a copy of its own; the last step changed it",
    );
    step_until(&mut window, "B", "through the file's page");
    step_until(&mut window, "B", "as the file has it");
    act(&mut window, Action::Lab(LabAction::GoOn));
    until(&mut window, "it is over", |window| {
        verdict(window) == "as predicted"
    });
    assert!(row_of(&window, "A").contains("through a copy of its own"));
    // the panel goes and comes as that of a file
    press(&mut window, PLAIN, Key::F9);
    until(&mut window, "the processes stand in the lab", |window| {
        window.query_by_label("Processes").is_some()
    });
    assert!(row_of(&window, "A").contains("through a copy of its own"));
    press(&mut window, PLAIN, Key::F9);
    until(&mut window, "they stand beside it again", |window| {
        window.query_by_label("Processes").is_none()
    });
}

#[test]
fn a_process_that_dies_says_how_in_its_row() {
    let mut window = lab();
    let name = "store-into-read-only-dies".to_owned();
    act(&mut window, Action::Lab(LabAction::Run(vec![name])));
    until(&mut window, "it is over", |window| {
        verdict(window) == "as predicted"
    });
    let rows = rows_with(&window, "A, process ");
    assert!(
        rows.iter()
            .any(|row| row.contains("ended: killed by SIGSEGV")),
        "{rows:?}"
    );
}
