//! Private beside shared, by the keys of a real keyboard.

use std::fs;

use crate::rig::{Program, Stage};

#[test]
fn a_tab_is_split_and_each_view_gets_the_keys() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let before = [b'A'; 256];
    let file = stage.file("split.bin", &before);
    let path = file.to_str().expect("a path");
    let mut program = Program::start(&stage, &[path]);
    program.until_title("split.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    program.learn_grid();
    stage.keys(&["ctrl+shift+2"]);
    program.until_title("split.bin \u{2014} SHARED read-only \u{2014} mapscope");
    stage.types("5a"); // it is refused there
    stage.keys(&["ctrl+F6"]);
    program.until_title("split.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    stage.types("5a");
    program.until_title("* split.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    stage.keys(&["ctrl+F6"]);
    program.until_title("* split.bin \u{2014} SHARED read-only \u{2014} mapscope");
    stage.keys(&["ctrl+shift+w"]);
    program.until_title("* split.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    assert_eq!(fs::read(&file).unwrap(), before);
}
