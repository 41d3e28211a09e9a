//! Keys with modifiers, and what comes faster than frames are drawn.

use std::fs;
use std::process::Command;

use mapscope::ui::Theme;

use crate::rig::{Program, Stage};

#[test]
fn alt_and_a_letter_opens_a_menu_and_the_shared_file_stays() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let before = [b'A'; 256];
    let file = stage.file("shared.bin", &before);
    let path = file.to_str().expect("a path");
    let mut program = Program::start(&stage, &[path, "--mode", "shared"]);
    program.until_title("shared.bin \u{2014} SHARED read-write \u{2014} mapscope");
    program.learn_grid();

    let no_keys = |program: &Program<'_>| {
        program.until("keyboard in a menu", |program| {
            program.cursor().is_none().then_some(())
        });
    };
    stage.keys(&["alt+f"]);
    no_keys(&program);
    stage.keys(&["alt+e"]);
    stage.keys(&["a", "e"]); // nothing in a menu
    no_keys(&program);
    assert_eq!(fs::read(&file).unwrap(), before);
    stage.keys(&["Escape"]);
    program.until_cursor(0);
    stage.keys(&["super+b", "super+c", "alt+a", "alt+d"]);
    // and then what is typed is stored: had the keys before been typed, this byte would be another
    stage.types("5a");
    program.until_cursor(1);
    let mut wanted = before;
    wanted[0] = 0x5a;
    program.until("typed byte in the file", |_| {
        (fs::read(&file).unwrap() == wanted).then_some(())
    });
}

/// While it is stopped, all that is pressed waits for its next frame.
fn in_one_frame(program: &Program<'_>, press: impl FnOnce()) {
    let signal = |name: &str| {
        let pid = program.pid().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.expect("kill").success());
    };
    signal("-STOP");
    press();
    signal("-CONT");
}

#[test]
fn clicks_and_keys_within_one_frame_count_in_their_order() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let file = stage.file("fast.bin", &[b'A'; 256]);
    let path = file.to_str().expect("a path");
    let mut program = Program::start(&stage, &[path]);
    program.learn_grid();
    for index in [37, 5, 200] {
        let (x, y) = program.place_of(index);
        in_one_frame(&program, || stage.click(x, y));
        program.until_cursor(index);
    }
    let (x, y) = program.place_of(16);
    in_one_frame(&program, || {
        stage.click(x, y);
        stage.types("41");
        stage.keys(&["Right"]);
        stage.types("58");
        stage.keys(&["ctrl+s"]);
    });
    program.until("both bytes in the file", |_| {
        let bytes = fs::read(&file).unwrap();
        (bytes[18] == 0x58).then_some(())
    });
    let mut wanted = [b'A'; 256];
    wanted[18] = 0x58;
    assert_eq!(fs::read(&file).unwrap(), wanted);
    assert!(stage.picture().count(Theme::dark().private) > 100);
}
