//! An end that nobody in front of the window asked for: the edits that it takes are said on the terminal.

use std::os::unix::process::ExitStatusExt as _;

use crate::bare::{Bare, Run};
use crate::left::is_recorded;
use crate::rig::Stage;

const SCREEN: [&str; 3] = ["-screen", "0", "1280x800x24"];

fn stage() -> Option<Stage> {
    Stage::set(320, 200, &[])
}

/// It said, once, that the byte typed at the start of the file is lost.
#[track_caller]
fn check_said(run: &Run, path: &str) {
    let said = run.said();
    let begin = said.find("mapscope: the program ended with 1 edited byte ");
    let lines = begin.map(|at| &said[at..]).unwrap_or_default();
    let begins = format!(
        "mapscope: the program ended with 1 edited byte that had not been written to {path}:\n  0x0: 5a\n"
    );
    assert!(lines.starts_with(&begins), "{said}");
    assert_eq!(said.matches("edited byte").count(), 1, "once: {said}");
    let kept = "\nThe journal keeps what was stored of this, and the next start offers it\n";
    assert!(lines.contains(kept), "{said}");
}

#[test]
fn a_signal_says_what_is_lost_and_ends_it_as_the_signal_does() {
    let Some(stage) = stage() else {
        return;
    };
    let path = stage.file("lost.bin", b"0123");
    let path = path.to_str().unwrap();
    let bare = Bare::set(&stage, &SCREEN);
    for (n, (signal, number)) in [("-TERM", 15), ("-HUP", 1), ("-INT", 2)]
        .into_iter()
        .enumerate()
    {
        let mut run = bare.run("", &[path]);
        bare.type_in(&mut run, "lost.bin", "5a");
        is_recorded(&stage, n + 1);
        run.signal(signal);
        assert_eq!(run.until_end().signal(), Some(number), "{}", run.said());
        check_said(&run, path);
    }
    assert_eq!(std::fs::read(path).unwrap(), b"0123");
}

#[test]
fn a_hangup_that_is_to_be_ignored_is() {
    let Some(stage) = stage() else {
        return;
    };
    let path = stage.file("kept.bin", b"0123");
    let bare = Bare::set(&stage, &SCREEN);
    let mut run = bare.run("trap '' HUP;", &[path.to_str().unwrap()]);
    bare.type_in(&mut run, "kept.bin", "5a");
    run.signal("-HUP");
    run.signal("-TERM");
    // the one that came first would have ended it
    assert_eq!(run.until_end().signal(), Some(15), "{}", run.said());
}

#[test]
fn the_death_of_the_display_says_what_is_lost() {
    let Some(stage) = stage() else {
        return;
    };
    let path = stage.file("lost.bin", b"0123");
    let path = path.to_str().unwrap();
    let mut bare = Bare::set(&stage, &SCREEN);
    let mut run = bare.run("", &[path]);
    bare.type_in(&mut run, "lost.bin", "5a");
    is_recorded(&stage, 1);
    bare.server.0.kill().unwrap();
    assert_eq!(run.until_end().code(), Some(2), "{}", run.said());
    check_said(&run, path);
}

#[test]
fn a_window_that_others_destroy_or_kill_says_what_is_lost() {
    let Some(stage) = stage() else {
        return;
    };
    let path = stage.file("lost.bin", b"0123");
    let path = path.to_str().unwrap();
    let bare = Bare::set(&stage, &SCREEN);
    for (n, way) in ["windowclose", "windowkill"].into_iter().enumerate() {
        let mut run = bare.run("", &[path]);
        let window = bare.type_in(&mut run, "lost.bin", "5a");
        is_recorded(&stage, n + 1);
        bare.ask(&[way, &window]);
        assert_eq!(run.until_end().code(), Some(2), "{way}: {}", run.said());
        check_said(&run, path);
        assert!(!run.said().contains("panicked at"), "{}", run.said());
    }
}

#[test]
fn an_end_without_edits_has_nothing_to_say() {
    let Some(stage) = stage() else {
        return;
    };
    let path = stage.file("undone.bin", b"0123");
    let bare = Bare::set(&stage, &SCREEN);
    let mut run = bare.run("", &[path.to_str().unwrap()]);
    let window = bare.type_in(&mut run, "undone.bin", "5a");
    bare.ask(&["key", "ctrl+z"]);
    crate::rig::until("undone edit", || {
        let title = bare.ask(&["getwindowname", &window])?;
        title.starts_with("undone.bin").then_some(())
    });
    run.signal("-TERM");
    assert_eq!(run.until_end().signal(), Some(15));
    assert_eq!(run.said(), "");
}
