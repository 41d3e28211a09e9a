//! Looking up, typing, and the two modes: who sees what was typed.

use std::fs;

use mapscope::ui::Theme;

use crate::rig::{Program, Stage};

const PRIVATE: &str = "alphabet.txt \u{2014} PRIVATE read-write \u{2014} mapscope";
const PRIVATE_EDITED: &str = "* alphabet.txt \u{2014} PRIVATE read-write \u{2014} mapscope";
const SHARED: &str = "alphabet.txt \u{2014} SHARED read-write \u{2014} mapscope";

/// The answers to the question what becomes of private edits, from left to right.
const WRITE: usize = 0;
const DROP: usize = 2;
const CANCEL: usize = 3;

#[test]
fn a_private_edit_reaches_the_file_when_asked() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(PRIVATE);
    program.learn_grid();
    let file = program.scratch_file();
    let before = fs::read(&file).unwrap();

    program.look_up("28");
    program.until_cursor(28);
    stage.types("5a");
    program.until_title(PRIVATE_EDITED);
    program.until_cursor(29);
    assert_eq!(
        fs::read(&file).unwrap(),
        before,
        "a private edit is private"
    );

    stage.keys(&["ctrl+t"]);
    assert_eq!(program.question().len(), 4, "write, keep, drop, cancel");
    assert_eq!(fs::read(&file).unwrap(), before, "it only asked");
    assert_eq!(program.title(), PRIVATE_EDITED, "it only asked");
    program.answer(WRITE);
    program.until_title(SHARED);
    let mut wanted = before.clone();
    wanted[28] = 0x5a;
    assert_eq!(
        fs::read(&file).unwrap(),
        wanted,
        "written, and nothing else"
    );
    let theme = Theme::dark();
    assert!(
        stage.picture().count(theme.warning) > 500,
        "shared writing has the warning color"
    );

    program.until_cursor(29);
    stage.types("41");
    wanted[29] = 0x41;
    program.until("shared edit in the file", |_| {
        (fs::read(&file).unwrap() == wanted).then_some(())
    });
    // what is on its way counts as unsaved until its answer has come
    program.until_title(SHARED);

    stage.keys(&["ctrl+t"]);
    program.until_title(PRIVATE);
    assert_eq!(fs::read(&file).unwrap(), wanted);
}

#[test]
fn the_question_can_be_cancelled_and_the_edits_dropped() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.learn_grid();
    let file = program.scratch_file();
    let before = fs::read(&file).unwrap();
    stage.types("7e");
    program.until_title(PRIVATE_EDITED);

    stage.keys(&["ctrl+t"]);
    program.question();
    program.answer(CANCEL);
    assert_eq!(program.title(), PRIVATE_EDITED, "as it was");

    stage.keys(&["ctrl+t"]);
    program.question();
    program.answer(DROP);
    program.until_title(SHARED);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_lookup_that_is_invalid_goes_nowhere() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.learn_grid();
    stage.keys(&["ctrl+g"]);
    program.until("keyboard in the lookup field", |program| {
        program.cursor().is_none().then_some(())
    });
    stage.types("62");
    let error = Theme::dark().error;
    program.until("answer in the color of errors", |_| {
        (stage.picture().count(error) > 20).then_some(())
    });
    stage.keys(&["Return"]);
    // the keyboard is still in the field: what is typed now belongs there, and then it is a place
    stage.keys(&["BackSpace", "Return"]);
    program.until_cursor(6);
}
