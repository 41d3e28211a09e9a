//! What a person does in the window in more than one key or click, and with what comes of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;

use super::frames::{CTRL, PLAIN, Shown, doc, point_at, pointer_button, press, type_text};
use super::read::{clickable, grid, row_name, rows};
use super::shown::{Window, state, until};

/// A key goes down, as the window's toolkit reports it.
pub(crate) fn down(key: Key, modifiers: Modifiers) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    }
}

/// Clicks the one node of this name that takes clicks; one of a message that has no room in the line, in the list of
/// messages.
#[track_caller]
pub(crate) fn click(window: &mut Window, label: &str) {
    let is_there = |window: &Window| clickable(window, label).is_some();
    if !is_there(window) {
        let more = ["1 more", "2 more", "3 more", "All of it"];
        if let Some(more) = more.into_iter().find_map(|more| clickable(window, more)) {
            more.click();
            until(window, &format!("{label:?} is in the list"), is_there);
        }
    }
    let place = hold(window, label);
    let_go(window, place);
}

/// Presses the button of the pointer on the node of this name, and says where.
#[track_caller]
pub(crate) fn hold(window: &mut Window, label: &str) -> Pos2 {
    let place_of = |window: &Shown| Some(clickable(window, label)?.rect());
    let Some(place) = point_at(window, place_of) else {
        panic!("nothing to click is called {label:?}\n{}", state(window));
    };
    pointer_button(window, place, true);
    window.step();
    place
}

/// The button of the pointer comes up there.
pub(crate) fn let_go(window: &mut Window, place: Pos2) {
    pointer_button(window, place, false);
    window.step();
}

/// Presses the button that writes as `who`.
#[track_caller]
pub(crate) fn write_as(window: &mut Window, who: &str) {
    let name = row_name(window, who);
    click(window, &format!("Write as {name}"));
}

/// Types `text` into the lookup field, by key.
pub(crate) fn look_up(window: &mut Window, text: &str) {
    press(window, CTRL, Key::G);
    until(window, "the lookup field has the keyboard", |window| {
        window
            .query_by_role_and_label(Role::TextInput, "Look up")
            .is_some_and(|field| field.is_focused())
    });
    type_text(window, text);
}

/// Puts the cursor on `offset` by the lookup field and Enter, and waits for the bytes there: a frame does not.
#[track_caller]
pub(crate) fn go_to(window: &mut Window, offset: u64) {
    go_to_gap(window, offset);
    until(
        window,
        &format!("the bytes at {offset} are shown"),
        |window| !rows(window).iter().any(|row| row.contains(" ??")),
    );
}

/// The same where some bytes in sight cannot be had.
#[track_caller]
pub(crate) fn go_to_gap(window: &mut Window, offset: u64) {
    look_up(window, &offset.to_string());
    press(window, PLAIN, Key::Enter);
    until(window, &format!("the cursor is on {offset}"), |window| {
        doc(window).view().viewport.cursor == offset && grid(window).is_focused()
    });
}

/// Types hex digits in the grid and waits until each byte is in the journal, or refused.
#[track_caller]
pub(crate) fn type_bytes(window: &mut Window, hex: &str) {
    let edits = doc(window).view().journal.edits().len();
    type_text(window, hex);
    until(window, "what was typed is stored", |window| {
        doc(window).view().journal.edits().len() >= edits + hex.len() / 2
    });
}

/// Answers the bar that asks where to save: types `path` over what it proposes, and Enter.
#[track_caller]
pub(crate) fn save_to(window: &mut Window, path: &Path) {
    until(window, "it is asked where to save", |window| {
        let field = window.query_by_role_and_label(Role::TextInput, "Save to");
        field.is_some_and(|field| field.is_focused())
    });
    type_text(window, path.to_str().unwrap());
    press(window, PLAIN, Key::Enter);
}

pub(crate) fn wheel(window: &mut Window, lines: f32) {
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, lines),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    window.step();
}

/// A file that is dropped on the window, which may be opened by its path only.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("a file to be mapped is never read whole".to_owned())
    }
}

/// Drops files on the window, for the next frame.
pub(crate) fn drop_files(window: &mut Window, paths: impl IntoIterator<Item = PathBuf>) {
    let files = paths.into_iter().map(|path| Arc::new(Dropped(path)) as _);
    window.input_mut().dropped_files.extend(files);
}

/// The pointer over the middle of the bytes.
pub(crate) fn hover_grid(window: &mut Window) {
    let middle: Pos2 = grid(window).rect().center();
    window.hover_at(middle);
    window.step();
}

/// What is put on the clipboard next.
#[track_caller]
pub(crate) fn copied(window: &mut Window) -> String {
    let mut copied = None;
    until(window, "something is copied", |window| {
        let commands = &window.output().platform_output.commands;
        copied = commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        copied.is_some()
    });
    copied.unwrap()
}
