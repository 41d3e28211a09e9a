//! The program started without a file.

use std::fs;

use mapscope::ui::Theme;

use crate::rig::{Program, Stage};

const SAMPLE: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
const TITLE: &str = "alphabet.txt \u{2014} PRIVATE read-write \u{2014} mapscope";

#[test]
fn shows_the_sample() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let bare = stage.picture();
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(TITLE);
    assert_eq!(fs::read(program.scratch_file()).unwrap(), SAMPLE);

    let theme = Theme::dark();
    program.learn_grid();
    program.until("picture of four rows of bytes", |program| {
        let n_pixels = program.count_in_bytes(4, theme.byte[usize::from(b'A')]);
        (n_pixels > 400).then_some(())
    });
    let picture = stage.picture();
    assert!(picture != bare, "the window is to be seen");
    assert!(picture.n_colors() > 20, "only {}", picture.n_colors());
    let warning = picture.count(theme.warning);
    assert_eq!(warning, 0, "the warning color is for shared writing only");
}

#[test]
fn fills_a_large_screen() {
    let Some(stage) = Stage::set(1920, 1080, &[]) else {
        return;
    };
    let mut program = Program::start(&stage, &[] as &[&str]);
    program.until_title(TITLE);
    stage.keys(&["F11"]);
    let theme = Theme::dark();
    program.until("full screen", |_| {
        let picture = stage.picture();
        (picture.bounds(theme.bar)? == picture.area()).then_some(())
    });
    program.learn_grid();
    program.until("picture of four rows of bytes", |program| {
        let n_pixels = program.count_in_bytes(4, theme.byte[usize::from(b'A')]);
        (n_pixels > 400).then_some(())
    });
    program.until_title(TITLE);
}
