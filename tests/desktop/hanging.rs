//! Storage that hangs for ten seconds: whatever a person does in the window is answered meanwhile, and it says what it waits
//! for.
//!
//! What is measured is how long the thread of the window slept or was blocked for an answer, and how long the answer took
//! but for the time in which other work of the machine had its processor.

mod everything;
mod jobs;
mod panels;
mod programs;
mod rows;
mod steps;
mod storing;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use mapscope::map::Mode;
use mapscope::model::{Action, MappingAction, OpenRequest, Tab};

use crate::indoors::*;
use crate::rig::Stage;
use crate::rig::hanging::{FILL, Hanging, Hangs};
use steps::{Most, Step, Times, hides, shows, step, tab};

/// How long it hangs.
const HUNG: Duration = Duration::from_secs(10);

/// A round through panels, menus, forms and tabs, which ends where it began.
fn round() -> Vec<Step> {
    let alt = Modifiers::ALT;
    vec![
        tab("lookups", Key::Num2, Tab::Lookups),
        tab("facts", Key::Num3, Tab::Mapping),
        shows("lab", CTRL, Key::Num4, "Experiments"),
        hides("no lab", CTRL, Key::W, "Experiments"),
        tab("edits", Key::Num5, Tab::Edits),
        shows("who sees it", CTRL, Key::Num1, "this view, "),
        hides("no panel", PLAIN, Key::F9, "this view, "),
        shows("the panel", PLAIN, Key::F9, "this view, "),
        shows("a menu", alt, Key::M, "Remap"),
        hides("no menu", PLAIN, Key::Escape, "Remap"),
        shows("the list of keys", PLAIN, Key::F1, "In the grid"),
        hides("no list of keys", PLAIN, Key::F1, "In the grid"),
        shows("the form to fill", CTRL, Key::B, "Fill 1 byte with"),
        hides("no form to fill", CTRL, Key::B, "Fill 1 byte with"),
        step(
            "the other file",
            |window| window.key_press_modifiers(CTRL, Key::Tab),
            |window| title_has(window, "sound.bin"),
        ),
        step(
            "the file that hangs",
            |window| window.key_press_modifiers(CTRL, Key::Tab),
            |window| title_has(window, "f \u{2014}"),
        ),
        step(
            "the next byte",
            |window| window.key_press_modifiers(PLAIN, Key::ArrowRight),
            |window| doc(window).view().viewport.cursor % 16 == 1,
        ),
        step(
            "the byte before",
            |window| window.key_press_modifiers(PLAIN, Key::ArrowLeft),
            |window| doc(window).view().viewport.cursor.is_multiple_of(16),
        ),
    ]
}

/// Does what `step` says, which is not so already and is to be drawn.
fn answer(window: &mut Window, step: &Step) -> Times {
    assert!(!(step.is_answered)(window), "{} already", step.name);
    let before = labels(window);
    // What is described is what was drawn.
    step.measured(window, &|window| {
        (step.is_answered)(window) && labels(window) != before
    })
}

/// Goes round while the storage hangs, and says how long it took at most.
fn go_round(window: &mut Window, what: &str) {
    let begun = Instant::now();
    let mut most = Most::default();
    let mut n_steps = 0;
    let mut waited = 0;
    while begun.elapsed() < HUNG {
        for step in &round() {
            most.add(what, step.name, answer(window, step));
            n_steps += 1;
            waited = waited.max(doc(window).waiting_seconds.unwrap_or(0));
        }
    }
    let seconds = waited.to_string();
    assert!(waited >= 5, "it said that it waits for {seconds} s");
    say(&format!("{what}, {n_steps} steps: {most}"));
}

/// Says a figure. Not by eprintln, which a test that passes keeps to itself.
fn say(words: &str) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

/// A file in that folder that never hangs.
fn sound(folder: &Path) -> PathBuf {
    let sound = folder.join("sound.bin");
    fs::write(&sound, [b'S'; 64]).unwrap();
    sound
}

/// A window on a sound file alone.
fn open_sound(folder: &Path) -> Window {
    let request = OpenRequest::private(Some(sound(folder)));
    let mut window = window_on(vec![request], [1500.0, 900.0]);
    until(&mut window, "it is open", |window| {
        has(window, "00000000 53 53 ")
    });
    window
}

/// Maps the file in front shared.
fn share(window: &mut Window) {
    let shared = MappingAction::SetMode(Mode::Shared);
    act(window, Action::Mapping(shared));
    until(window, "it is shared", |window| {
        doc(window).view().writes_through()
    });
}

/// A window on the file that can hang and on a sound one, with every row heard.
fn open_both(storage: &Hanging, folder: &Path) -> Window {
    let paths = [storage.path(), sound(folder)];
    let requests: Vec<_> = paths
        .map(|path| OpenRequest::private(Some(path)))
        .into_iter()
        .collect();
    let mut window = window_on(requests, [1500.0, 900.0]);
    until(&mut window, "every row is heard", |window| {
        let sees = |label: &&String| label.contains(": sees 41 'A'");
        model(window).docs.len() == 2
            && title_has(window, "f \u{2014}")
            && labels(window).iter().filter(sees).count() == 5
    });
    window
}

#[track_caller]
fn until_waits(window: &mut Window) {
    until(window, "it is said what is waited for", |window| {
        has(window, "Waiting for storage: f has not answered for ")
    });
}

/// The turn, so that nothing else of this program looks at processes that hang.
fn turn() -> Option<Stage> {
    Stage::set(640, 480, &[])
}

#[test]
fn reads_that_hang_hold_up_nothing_in_the_window() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = tempfile::TempDir::new().unwrap();
    let mut window = open_both(&storage, folder.path());
    type_text(&mut window, "5a"); // a copy in sight
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "the edit is in the view", |window| {
        has(window, "00000000 5a 41 ")
    });
    storage.hang(Hangs::Reads);
    storage.forget_pages();
    until_waits(&mut window);
    assert!(storage.n_waiting() > 0, "it hangs");
    go_round(&mut window, "reads that hang");
    storage.go_on();
    until(&mut window, "it answers again", |window| {
        doc(window).waiting_seconds.is_none()
            && has(window, "00000000 5a 41 ")
            && has(window, "read, pwrite, system call: sees 41 'A'")
    });
    assert_eq!(storage.stored(), FILL, "the edit is private");
}

#[test]
fn writes_that_hang_hold_up_nothing_in_the_window() {
    let Some(_turn) = turn() else { return };
    let Some(mut storage) = Hanging::or_skip() else {
        return;
    };
    let folder = tempfile::TempDir::new().unwrap();
    let mut window = open_both(&storage, folder.path());
    share(&mut window);
    type_text(&mut window, "5a");
    press(&mut window, CTRL, Key::Home);
    until(&mut window, "it is stored", |window| {
        has(window, "00000000 5a 41 ")
    });
    storage.hang(Hangs::Writes);
    press(&mut window, CTRL, Key::M);
    until_waits(&mut window);
    assert!(storage.n_waiting() > 0, "it hangs");
    go_round(&mut window, "writes that hang");
    assert_eq!(storage.stored(), FILL, "nothing was written yet");
    storage.go_on();
    until(&mut window, "it answers again", |window| {
        doc(window).waiting_seconds.is_none()
    });
    assert_eq!(storage.stored(), b'Z');
}
