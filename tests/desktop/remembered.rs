//! What is remembered between runs, where the home folder's storage hangs: the window comes, answers, and goes; and what was
//! chosen survives a kill.

use std::fs;
use std::os::unix::fs::{FileExt as _, symlink};
use std::path::PathBuf;

use crate::rig::hanging::{Hanging, Hangs, LEN};
use crate::rig::{Program, Stage, until};

/// Where it is kept.
fn file_of(stage: &Stage) -> PathBuf {
    stage.folder().join("data").join("mapscope").join("app.ron")
}

/// Keeps it in that storage.
fn keep_in(stage: &Stage, storage: &Hanging) {
    let mut empty = vec![b' '; LEN];
    empty[..2].copy_from_slice(b"{}");
    let file = fs::File::options().write(true).open(storage.path());
    file.unwrap().write_all_at(&empty, 0).unwrap();
    let file = file_of(stage);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    symlink(storage.path(), file).unwrap();
}

#[test]
fn a_window_whose_home_folder_hangs_answers_and_goes() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    keep_in(&stage, &storage);
    let file = stage.file("a.bin", &[b'a'; 4096]);
    let mut program = Program::start(&stage, &[&file]);
    program.learn_grid();
    storage.hang(Hangs::Lookups);
    // each is to be written down, and only the first of them hangs
    for _ in 0..3 {
        stage.keys(&["F9"]);
        until("a write that hangs", || {
            (storage.n_waiting() > 0).then_some(())
        });
        stage.keys(&["Right"]);
        program.until_cursor(1);
        stage.keys(&["Left"]);
        program.until_cursor(0);
    }
    stage.keys(&["ctrl+q"]);
    let pid = program.pid().to_string();
    until("no window", || {
        stage
            .ask(&["search", "--onlyvisible", "--pid", &pid])
            .is_none_or(|windows| windows.trim().is_empty())
            .then_some(())
    });
    program.until("what does not answer", |program| {
        let said = program.said();
        (said.contains("app.ron") && said.contains("does not answer")).then_some(())
    });
    storage.go_on();
    assert!(program.until_end().success());
}

#[test]
fn a_home_folder_that_hangs_at_the_start_is_not_waited_for() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    keep_in(&stage, &storage);
    storage.hang(Hangs::Lookups);
    let file = stage.file("a.bin", &[b'a'; 4096]);
    let mut program = Program::start(&stage, &[&file]);
    program.learn_grid();
    assert!(storage.n_waiting() > 0, "the window waited for the storage");
    stage.keys(&["F9", "ctrl+q"]);
    storage.go_on();
    assert!(program.until_end().success());
    // The usual settings stood in: they replace nothing.
    assert!(file_of(&stage).is_symlink());
    let kept = fs::read(storage.path()).unwrap();
    assert!(kept.starts_with(b"{} "));
}

#[test]
fn what_was_chosen_survives_a_kill() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let file = stage.file("a.bin", &[b'a'; 4096]);
    let mut program = Program::start(&stage, &[&file]);
    program.learn_grid();
    stage.keys(&["F9"]);
    let kept = file_of(&stage);
    until("settings that are written", || {
        let text = fs::read_to_string(&kept).ok()?;
        text.contains("panel_shown:false").then_some(())
    });
    program.kill();
}
