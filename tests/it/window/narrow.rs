//! A small window: what can be pressed stands whole in its place.

use super::support::*;

use egui::accesskit::Role;
use egui::{Key, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mapscope::model::{Action, FileAction};

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
        is_named(window, "Write them to the file")
    });
    window.step();
    let view = grid(&window).rect();
    for label in [
        "Write them to the file",
        "Keep as a patch",
        "Drop them",
        "Cancel",
    ] {
        let button = window.get_by_role_and_label(Role::Button, label).rect();
        let room = view.x_range();
        assert!(
            room.contains(button.left()) && room.contains(button.right()),
            "{label}: {button} in {room:?}"
        );
    }
}

#[test]
fn what_hides_a_long_message_stands_beside_its_first_line() {
    let (folder, mut window) = small();
    let nowhere = folder
        .path()
        .join("a-long-name-of-a-folder/another-one/that-is-nowhere.bin");
    act(&mut window, Action::File(FileAction::Open(nowhere)));
    until(&mut window, "it is told", |window| {
        is_told(window, &["There is no such file (ENOENT)"])
    });
    window.step();
    let told = window
        .query_all_by_role(Role::Alert)
        .find(|alert| {
            let label = alert.accesskit_node().label();
            label.is_some_and(|label| label.contains("ENOENT"))
        })
        .unwrap();
    let told = told.rect();
    let hide = window.get_by_label("Hide this message").rect();
    assert!(told.height() > hide.height(), "several lines: {told}");
    assert!(hide.left() >= told.right(), "{hide} beside {told}");
    assert!(hide.right() <= grid(&window).rect().right(), "{hide}");
    assert!(
        hide.center().y < told.center().y,
        "{hide} on the first line"
    );
}
