//! The keys of a frame, in the order in which they were pressed: one walk over the events, before the widgets.
//!
//! It owns which key is a command, which is a step in the grid and which is typed. Modifiers are exact; characters count
//! by their text, as letters of other layouts report keys of the US one. It must not know how anything is drawn.

use egui::{Event, ImeEvent, Key, Modifiers};

use crate::bytes::clip::Pasted;
use crate::model::action::Resize;
use crate::model::{
    Action, AppAction, Column, DocAction, EditAction, Focus, LabAction, Step, UnsavedChoice,
    ViewAction,
};

use super::command::{self, Command, Menu};
use super::key_place::KeyPlace;

/// What the walk has to know.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Who has the keyboard.
    pub place: KeyPlace,
    /// The column of the grid that takes typed characters.
    pub column: Column,
    /// A question stands in the window: Esc is its Cancel.
    pub asked: bool,
    /// The open menu from which the arrows lead to its neighbors.
    pub menu: Option<Menu>,
}

/// What a key asked for.
#[derive(Clone, Debug)]
pub enum Pressed {
    /// Something of the table of commands.
    Command(&'static Command),
    /// Something else that the person can do.
    Act(Action),
    /// A menu, by its letter.
    Menu(Menu),
    /// The clipboard's text, which comes as an event of its own.
    Paste,
    /// The file so many tabs on.
    Tab(isize),
}

/// What must be remembered from key to key: the modifiers do not know Super, but it comes as a key.
#[derive(Debug, Default)]
pub struct Typist {
    super_held: bool,
}

/// Steps of the cursor; with Shift they extend the selection.
const STEPS: [(Key, Modifiers, Step); 10] = [
    (Key::ArrowLeft, Modifiers::NONE, Step::Left),
    (Key::ArrowRight, Modifiers::NONE, Step::Right),
    (Key::ArrowUp, Modifiers::NONE, Step::Up),
    (Key::ArrowDown, Modifiers::NONE, Step::Down),
    (Key::PageUp, Modifiers::NONE, Step::PageUp),
    (Key::PageDown, Modifiers::NONE, Step::PageDown),
    (Key::Home, Modifiers::COMMAND, Step::Start),
    (Key::End, Modifiers::COMMAND, Step::End),
    (Key::Home, Modifiers::NONE, Step::RowStart),
    (Key::End, Modifiers::NONE, Step::RowEnd),
];

/// Steps in the list of experiments.
const LIST_STEPS: [(Key, i32); 6] = [
    (Key::ArrowUp, -1),
    (Key::ArrowDown, 1),
    (Key::PageUp, -10),
    (Key::PageDown, 10),
    (Key::Home, -10_000),
    (Key::End, 10_000),
];

/// What is chosen among by number.
const DIGITS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

impl Typist {
    /// Takes out of `events` what is meant for the program as a whole or for the grid, and leaves the rest to the
    /// widgets. The answer is in the order in which the keys were pressed.
    pub fn walk(&mut self, events: &mut Vec<Event>, scene: Scene) -> Vec<Pressed> {
        let mut walk = Walk {
            typist: self,
            scene,
            silent: false,
            out: Vec::new(),
        };
        events.retain_mut(|event| walk.step(event));
        walk.out
    }
}

/// The walk, between two events.
struct Walk<'a> {
    typist: &'a mut Typist,
    scene: Scene,
    /// The event right before was a key with which no text is typed.
    silent: bool,
    out: Vec<Pressed>,
}

impl Walk<'_> {
    /// Whether the widgets get the event.
    fn step(&mut self, event: &mut Event) -> bool {
        let was_silent = std::mem::take(&mut self.silent);
        let in_grid = self.scene.place == KeyPlace::Grid;
        match event {
            Event::WindowFocused(_) => self.typist.super_held = false,
            Event::Key {
                key: Key::SuperLeft | Key::SuperRight,
                pressed,
                ..
            } => self.typist.super_held = *pressed,
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => {
                let (key, modifiers) = (*key, *modifiers);
                return self.key(key, modifiers, event);
            }
            Event::Text(_) | Event::Ime(ImeEvent::Commit(_))
                if was_silent || self.typist.super_held =>
            {
                return false;
            }
            Event::Text(text) | Event::Ime(ImeEvent::Commit(text)) if in_grid => {
                let column = self.scene.column;
                self.out
                    .extend(text.chars().filter_map(|c| typed(c, column)));
                return false;
            }
            Event::Paste(text) if in_grid => {
                let pasted = Pasted::from(std::mem::take(text));
                return self.takes(Action::Edit(EditAction::Paste(pasted)));
            }
            Event::Copy if in_grid => return self.takes(Action::Edit(EditAction::Copy)),
            Event::Cut if in_grid => {
                return self.takes(Action::Edit(EditAction::CannotResize(Resize::Delete)));
            }
            _ => {}
        }
        true
    }

    fn takes(&mut self, action: Action) -> bool {
        self.out.push(Pressed::Act(action));
        false
    }

    fn key(&mut self, key: Key, modifiers: Modifiers, event: &mut Event) -> bool {
        if self.typist.super_held {
            self.silent = true;
            return false;
        }
        self.silent = types_nothing(modifiers);
        if let Some(pressed) = by_key(key, modifiers, self.scene) {
            self.silent = true;
            if matches!(pressed, Pressed::Act(Action::View(ViewAction::SwapColumn))) {
                self.scene.column = match self.scene.column {
                    Column::Hex => Column::Text,
                    Column::Text => Column::Hex,
                };
            }
            self.out.push(pressed);
            return false;
        }
        if let Some(other) = field_key(key, modifiers, self.scene.place) {
            *event = other;
        }
        // typed, it presses no button
        !(self.scene.place == KeyPlace::Grid && key == Key::Space)
    }
}

/// Keys with these make no character. The key for third levels (`AltGr`) is none of them; Option types on a Mac.
fn types_nothing(modifiers: Modifiers) -> bool {
    let alt = modifiers.alt && !cfg!(target_os = "macos");
    alt || modifiers.ctrl || modifiers.command || modifiers.mac_cmd
}

fn by_key(key: Key, modifiers: Modifiers, scene: Scene) -> Option<Pressed> {
    if let Some(command) = command::by_key(key, modifiers, scene.place) {
        return Some(Pressed::Command(command));
    }
    if let Some(menu) = Menu::by_key(key, modifiers) {
        return Some(Pressed::Menu(menu));
    }
    if key == Key::Tab && modifiers.matches_exact(Modifiers::CTRL) {
        return Some(Pressed::Tab(1));
    }
    if key == Key::Tab && modifiers.matches_exact(Modifiers::CTRL | Modifiers::SHIFT) {
        return Some(Pressed::Tab(-1));
    }
    let plain = modifiers.is_none();
    if key == Key::Escape
        && plain
        && scene.asked
        && !matches!(scene.place, KeyPlace::Field | KeyPlace::Menu)
    {
        return Some(Pressed::Act(Action::Doc(DocAction::Unsaved(
            UnsavedChoice::Stay,
        ))));
    }
    match scene.place {
        KeyPlace::Grid => grid_key(key, modifiers).map(Pressed::Act),
        KeyPlace::Menu if plain => {
            let by = match key {
                Key::ArrowLeft => -1,
                Key::ArrowRight => 1,
                _ => return None,
            };
            scene.menu.map(|menu| Pressed::Menu(menu.neighbor(by)))
        }
        KeyPlace::List if plain => list_key(key).map(Pressed::Act),
        KeyPlace::Field if key == Key::Insert && modifiers.matches_exact(Modifiers::SHIFT) => {
            Some(Pressed::Paste)
        }
        _ => None,
    }
}

fn grid_key(key: Key, modifiers: Modifiers) -> Option<Action> {
    for (step_key, step_modifiers, step) in STEPS {
        if key != step_key {
            continue;
        }
        for extend in [false, true] {
            let shift = if extend {
                Modifiers::SHIFT
            } else {
                Modifiers::NONE
            };
            if modifiers.matches_exact(step_modifiers | shift) {
                return Some(Action::View(ViewAction::Step { step, extend }));
            }
        }
    }
    match key {
        // the way out for those who go by Tab
        Key::Tab if modifiers.matches_exact(Modifiers::SHIFT) => {
            Some(Action::App(AppAction::Focus(Focus::Lookup)))
        }
        Key::Tab if modifiers.is_none() => Some(Action::View(ViewAction::SwapColumn)),
        Key::Escape if modifiers.is_none() => Some(Action::View(ViewAction::Escape)),
        Key::Delete | Key::Backspace if modifiers.is_none() => {
            Some(Action::Edit(EditAction::CannotResize(Resize::Delete)))
        }
        Key::Insert if modifiers.is_none() => {
            Some(Action::Edit(EditAction::CannotResize(Resize::Insert)))
        }
        _ => None,
    }
}

fn list_key(key: Key) -> Option<Action> {
    if key == Key::Enter {
        return Some(Action::Lab(LabAction::RunChosen));
    }
    if let Some(index) = DIGITS.iter().position(|digit| *digit == key) {
        return Some(Action::Lab(LabAction::Say(index)));
    }
    let (_, by) = LIST_STEPS.iter().find(|(step, _)| *step == key)?;
    Some(Action::Lab(LabAction::Move(*by)))
}

/// The older keys of the clipboard, which text fields do not know.
fn field_key(key: Key, modifiers: Modifiers, place: KeyPlace) -> Option<Event> {
    if place != KeyPlace::Field {
        return None;
    }
    match key {
        Key::Insert if modifiers.matches_exact(Modifiers::COMMAND) => Some(Event::Copy),
        Key::Delete if modifiers.matches_exact(Modifiers::SHIFT) => Some(Event::Cut),
        _ => None,
    }
}

fn typed(c: char, column: Column) -> Option<Pressed> {
    let action = match column {
        Column::Text => Action::Edit(EditAction::Character(c)),
        Column::Hex => Action::Edit(EditAction::HexDigit(u8::try_from(c.to_digit(16)?).ok()?)),
    };
    Some(Pressed::Act(action))
}
