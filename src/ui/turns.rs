//! One frame, one place for the keys.
//!
//! A slow frame may hold Ctrl+G, digits and Enter, a whole click, or Tab twice. Widgets learn only once a frame who has
//! the keyboard and where the pointer is, so what follows such a turn waits for the next frame: whatever is typed lands
//! where the keys before it led. It owns where a frame's events end; it must not know what they do.

use std::collections::VecDeque;

use egui::accesskit::Action;
use egui::{Context, Event, FullOutput, Key, Modifiers, Plugin, RawInput, ViewportCommand};

use super::command::{self, Menu};
use super::key_place::KeyPlace;

/// The plugin that holds events back.
#[derive(Debug, Default)]
pub struct Turns {
    held: VecDeque<Event>,
    /// The last frame moved the keyboard: the next one only lets that happen.
    settles: bool,
    /// The last frame asked for the clipboard, whose text comes first in the next one.
    pastes: bool,
}

/// Where a frame's events end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Events that belong to this frame, from the first.
    pub n_events: usize,
    /// The last of them may move the keyboard.
    pub settles: bool,
}

impl Plugin for Turns {
    fn debug_name(&self) -> &'static str {
        "turns"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        if ctx.current_pass_index() > 0 {
            return; // the same frame once more, to lay it out
        }
        self.add(std::mem::take(&mut input.events));
        input.events = self.take(KeyPlace::now(ctx));
        if self.settles || !self.held.is_empty() {
            ctx.request_repaint();
        }
    }

    fn output_hook(&mut self, _ctx: &Context, output: &mut FullOutput) {
        self.pastes |= output.viewport_output.values().any(|viewport| {
            let mut commands = viewport.commands.iter();
            commands.any(|command| matches!(command, ViewportCommand::RequestPaste))
        });
    }
}

impl Turns {
    /// Takes what came since the last frame.
    pub fn add(&mut self, events: Vec<Event>) {
        let mut pastes = std::mem::take(&mut self.pastes);
        for event in events {
            if pastes && matches!(event, Event::Paste(_)) {
                // it was asked for before what is held back was pressed
                pastes = false;
                self.held.push_front(event);
                continue;
            }
            if let Some(place) = self.repeated(&event) {
                // a held key that goes from place to place goes as fast as there are frames, and stops with the key
                self.held.truncate(place);
            }
            self.held.push_back(event);
        }
    }

    /// Where a key stands at the end of what is held back, with its text, if `event` repeats it.
    fn repeated(&self, event: &Event) -> Option<usize> {
        let Event::Key {
            key,
            pressed: true,
            repeat: true,
            ..
        } = event
        else {
            return None;
        };
        let is_text = matches!(self.held.back(), Some(Event::Text(_)));
        let at = self.held.len().checked_sub(1 + usize::from(is_text))?;
        match self.held.get(at) {
            Some(Event::Key {
                key: last,
                pressed: true,
                repeat: true,
                modifiers,
                ..
            }) if last == key && is_turn(*key, *modifiers, KeyPlace::Elsewhere) => Some(at),
            _ => None,
        }
    }

    /// The events of this frame.
    pub fn take(&mut self, place: KeyPlace) -> Vec<Event> {
        if std::mem::take(&mut self.settles) {
            return Vec::new();
        }
        let cut = cut(self.held.make_contiguous(), place);
        self.settles = cut.settles;
        self.held.drain(..cut.n_events).collect()
    }
}

/// Where the first frame of `events` ends, when the keys go to `place`.
#[must_use]
pub fn cut(events: &[Event], place: KeyPlace) -> Cut {
    let (mut moved, mut typed, mut turned) = (false, false, false);
    for (index, event) in events.iter().enumerate() {
        let before = Cut {
            n_events: index,
            settles: turned,
        };
        let after = |settles| Cut {
            n_events: index + 1,
            settles,
        };
        match event {
            // the text of the key that turned stands right behind it, and letting keys go turns nothing
            Event::Text(_) if turned && is_pressed_key(events.get(index.wrapping_sub(1))) => {}
            Event::Key { pressed: false, .. } | Event::ModifiersChanged(_) => {}
            _ if turned => return before,
            Event::PointerMoved(_) => moved = true,
            Event::PointerButton { pressed: false, .. } if moved => return before,
            Event::PointerButton { pressed, .. } => return after(!pressed),
            Event::AccessKitActionRequest(request) if moves_focus(request.action) => {
                return after(true);
            }
            Event::Key { key: Key::Tab, .. } if typed => return before,
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => turned = is_turn(*key, *modifiers, place),
            Event::Text(_) | Event::Paste(_) | Event::Ime(_) => typed = true,
            _ => {}
        }
    }
    Cut {
        n_events: events.len(),
        settles: turned,
    }
}

/// What a screen reader asks for may lead the keyboard to another place.
fn moves_focus(action: Action) -> bool {
    matches!(action, Action::Focus | Action::Click)
}

fn is_pressed_key(event: Option<&Event>) -> bool {
    matches!(event, Some(Event::Key { pressed: true, .. }))
}

/// The key may lead the keyboard to another place, or what it asks for comes with a later frame.
fn is_turn(key: Key, modifiers: Modifiers, place: KeyPlace) -> bool {
    if let Some(command) = command::by_key(key, modifiers, place) {
        return !command.in_place;
    }
    if Menu::by_key(key, modifiers).is_some() {
        return true;
    }
    match key {
        Key::Tab | Key::Escape | Key::Enter | Key::Menu => true,
        // the menu of what has the keys; and the clipboard, which comes with the next frame
        Key::F10 | Key::Insert => modifiers.matches_exact(Modifiers::SHIFT),
        Key::Space => !matches!(place, KeyPlace::Grid | KeyPlace::Field),
        Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight => {
            matches!(place, KeyPlace::Menu | KeyPlace::Elsewhere)
        }
        _ => false,
    }
}
