//! A small window: what can be pressed stands whole in its place.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, vec2};
use egui_kittest::kittest::Queryable as _;

/// A window on 64 bytes `A`, 700 x 420 points.
fn small() -> (tempfile::TempDir, Window) {
    let (folder, path) = file(&[b'A'; 64]);
    let mut window = open(&path);
    window.set_size(vec2(700.0, 420.0));
    for _ in 0..3 {
        window.step();
    }
    (folder, window)
}

#[test]
fn every_answer_to_a_question_is_whole_where_they_do_not_fit_into_one_line() {
    let (_folder, mut window) = small();
    type_bytes(&mut window, "5a");
    press(&mut window, CTRL, Key::T);
    until(&mut window, "it is asked", |window| {
        is_named(window, "Write it to the file")
    });
    window.step();
    // The banner is as wide as the window: the panel stands below.
    let room = egui::Rangef::new(0.0, 700.0);
    for label in [
        "Write it to the file",
        "Keep as a patch",
        "Drop it",
        "Cancel",
    ] {
        let button = window.get_by_role_and_label(Role::Button, label).rect();
        assert!(
            room.contains(button.left()) && room.contains(button.right()),
            "{label}: {button} in {room:?}"
        );
    }
}
