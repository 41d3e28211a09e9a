//! The program's shell without a screen, whose frames are drawn one by one in the test's own thread: for the tests of the window,
//! and for those of a whole desktop that read what is described.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::Harness;
use mapscope::app::{Shell, Start};
use mapscope::model::{Action, App, Doc, OpenRequest};

/// The shell, frame by frame.
pub(crate) type Shown = Harness<'static, Shell>;

pub(crate) const CTRL: Modifiers = Modifiers {
    ctrl: true,
    command: true,
    ..Modifiers::NONE
};
pub(crate) const PLAIN: Modifiers = Modifiers::NONE;

/// Between two frames while something is waited for.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);

/// A window of this size on these files; not waited for.
pub(crate) fn build(requests: Vec<OpenRequest>, size: [f32; 2]) -> Shown {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mapscope"));
    Harness::builder()
        .with_size(size)
        .with_step_dt(0.1) // a tooltip comes within some frames, news go after many
        .allow_missing_glyphs() // names of files, and fonts, are whatever this machine has
        .build_eframe(|creation| {
            let mut shell = Shell::new(program, Start { requests, at: None });
            shell.attach(creation);
            shell
        })
}

pub(crate) fn model(window: &Shown) -> &App {
    window.state().model()
}

#[track_caller]
pub(crate) fn doc(window: &Shown) -> &Doc {
    model(window).doc().expect("a file is open")
}

/// What the person asks for by other means than keys and the mouse.
pub(crate) fn act(window: &mut Shown, action: Action) {
    let ctx = window.ctx.clone();
    window.state_mut().act(&ctx, action);
    window.step();
}

pub(crate) fn press(window: &mut Shown, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.step();
}

/// Types on the keyboard, wherever it is.
pub(crate) fn type_text(window: &mut Shown, text: &str) {
    for character in text.chars() {
        window.event(Event::Text(character.to_string()));
    }
    window.step();
}

/// Moves the pointer to where `place_of` says that something is, until the last frame drew it under the pointer, as what is
/// pressed then is looked for there; and where that is. `None` where it is nowhere.
pub(crate) fn point_at(
    window: &mut Shown,
    place_of: impl Fn(&Shown) -> Option<Rect>,
) -> Option<Pos2> {
    loop {
        let place = place_of(window)?.center();
        window.hover_at(place);
        window.step();
        if place_of(window)?.contains(place) {
            return Some(place);
        }
    }
}

/// The first button of the pointer goes down there, or up; for the next frame.
pub(crate) fn pointer_button(window: &mut Shown, pos: Pos2, pressed: bool) {
    window.event(Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: PLAIN,
    });
}

/// Draws frame after frame by `step` until `reached`, for so long at most; `words` say what there is instead.
#[track_caller]
pub(crate) fn until_in_frames<W>(
    window: &mut W,
    step: impl Fn(&mut W),
    (what, patience): (&str, Duration),
    mut reached: impl FnMut(&W) -> bool,
    words: impl Fn(&W) -> String,
) {
    let deadline = Instant::now() + patience;
    loop {
        step(window);
        if reached(window) {
            return;
        }
        let is_in_time = Instant::now() < deadline;
        assert!(is_in_time, "waited in vain until {what}\n{}", words(window));
        sleep(PAUSE);
    }
}
