//! The native file dialog, shown by zenity.

use crate::rig::{Program, Stage, within};

use std::time::Duration;

const SAMPLE: &str = "alphabet.txt \u{2014} PRIVATE read-write \u{2014} mapscope";

#[test]
fn opens_the_chosen_file() {
    let Some(stage) = Stage::set(1280, 800, &["zenity"]) else {
        return;
    };
    let path = stage.file("chosen.bin", b"chosen in a dialog");
    let program = Program::start(&stage, &[] as &[&str]);
    program.until_title(SAMPLE);
    stage.keys(&["ctrl+o"]);
    until_dialog(&program);
    until_chosen(&program, path.to_str().unwrap());
    program.until_title("chosen.bin \u{2014} PRIVATE read-write \u{2014} mapscope");
    assert_eq!(std::fs::read(path).unwrap(), b"chosen in a dialog");
}

#[test]
fn keeps_the_file_when_cancelled_and_can_be_shown_again() {
    let Some(stage) = Stage::set(1280, 800, &["zenity"]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(SAMPLE);
    for _ in 0..2 {
        stage.keys(&["ctrl+o"]);
        until_dialog(&program);
        until_closed_by(&program, "Escape");
        assert_eq!(program.title(), SAMPLE);
    }
    assert!(program.is_running());
}

#[test]
fn goes_when_the_program_is_killed() {
    let Some(stage) = Stage::set(1280, 800, &["zenity"]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(SAMPLE);
    stage.keys(&["ctrl+o"]);
    until_dialog(&program);
    program.kill();
    let gone = within(Duration::from_secs(10), || {
        stage.windows_of("zenity").is_empty().then_some(())
    });
    assert!(gone.is_some(), "a dialog of nobody stands on the screen");
}

/// Waits until the dialog is there and has the keyboard.
#[track_caller]
fn until_dialog(program: &Program<'_>) {
    program.until("file dialog with the keyboard", |program| {
        let active = program.stage.ask(&["getactivewindow"])?;
        let dialogs = program.stage.windows_of("zenity");
        dialogs.contains(&active).then_some(())
    });
}

/// Types the path until the dialog takes it. A slash opens its field for a path, and a character that comes while the
/// field opens can be lost: the next attempt then types over it.
#[track_caller]
fn until_chosen(program: &Program<'_>, path: &str) {
    program.until("end of the file dialog", |program| {
        program.stage.keys(&["ctrl+a"]);
        program.stage.types(path);
        program.stage.keys(&["Return"]);
        within(Duration::from_secs(3), || {
            program.stage.windows_of("zenity").is_empty().then_some(())
        })
    });
}

/// Presses a key until the dialog is gone: it may be busy with names that begin like the typed one.
#[track_caller]
fn until_closed_by(program: &Program<'_>, key: &str) {
    program.until("end of the file dialog", |program| {
        program.stage.keys(&[key]);
        within(Duration::from_secs(3), || {
            program.stage.windows_of("zenity").is_empty().then_some(())
        })
    });
    program.until("keyboard after the dialog", |program| {
        let active = program.stage.ask(&["getactivewindow"])?;
        (!program.stage.windows_of("mapscope").is_empty()
            && program.stage.windows_of("mapscope").contains(&active))
        .then_some(())
    });
}
