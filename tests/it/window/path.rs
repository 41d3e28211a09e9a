//! The path field: whose path it shows.

use std::fs;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT as _;
use mapscope::model::{Action, FileAction};
use tempfile::TempDir;

use super::support::*;

fn shown(window: &Window) -> String {
    let node = field(window, "Path").accesskit_node();
    node.value().unwrap_or_default()
}

#[test]
fn the_path_field_left_without_typing_shows_the_file_in_front() {
    let folder = TempDir::new().unwrap();
    let (a, b) = (folder.path().join("a.bin"), folder.path().join("b.bin"));
    fs::write(&a, [b'A'; 64]).unwrap();
    fs::write(&b, [b'B'; 64]).unwrap();
    let mut window = open(&a);
    act(&mut window, Action::File(FileAction::Open(b.clone())));
    until(&mut window, "b is in front", |window| doc(window).path == b);
    // F6 leads through the field and out of it
    for area in ["Look up", "Path", "Byte to write"] {
        press(&mut window, PLAIN, Key::F6);
        until(&mut window, &format!("F6 leads to {area}"), |window| {
            field(window, area).is_focused()
        });
    }
    for path in [&a, &b] {
        press(&mut window, CTRL, Key::Tab);
        until(&mut window, "the other file is in front", |window| {
            doc(window).path == *path
        });
        window.run_steps(3);
        assert_eq!(shown(&window), path.display().to_string());
    }
    // the same where its keys lead to it
    press(&mut window, CTRL | Modifiers::SHIFT, Key::O);
    until(&mut window, "the field has the keys", |window| {
        field(window, "Path").is_focused()
    });
    press(&mut window, CTRL, Key::Tab);
    until(&mut window, "the first file is in front", |window| {
        doc(window).path == a
    });
    window.run_steps(3);
    assert_eq!(shown(&window), a.display().to_string());
}
