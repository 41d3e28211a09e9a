//! The keys of the grid while it has the keyboard.

use egui::{Event, EventFilter, Id, Key, Modifiers, Ui};

use crate::model::{Action, AppAction, Column, Doc, EditAction, Focus, Step, ViewAction};

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

/// Reads the keys of this frame.
pub(super) fn read(ui: &Ui, id: Id, doc: &Doc, actions: &mut Vec<Action>) {
    ui.memory_mut(|memory| {
        let filter = EventFilter {
            tab: true,
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
        };
        memory.set_focus_lock_filter(id, filter);
    });
    let (keys, back) = ui.input_mut(|input| {
        let mut keys = Vec::new();
        for (key, modifiers, step) in STEPS {
            for extend in [true, false] {
                let modifiers = if extend {
                    modifiers | Modifiers::SHIFT
                } else {
                    modifiers
                };
                for _ in 0..input.count_and_consume_key(modifiers, key) {
                    keys.push(Action::View(ViewAction::Step { step, extend }));
                }
            }
        }
        let back = input.consume_key(Modifiers::SHIFT, Key::Tab);
        if input.consume_key(Modifiers::NONE, Key::Tab) {
            keys.push(Action::View(ViewAction::SwapColumn));
        }
        if input.consume_key(Modifiers::NONE, Key::Escape) {
            keys.push(Action::View(ViewAction::Escape));
        }
        for event in &input.events {
            typed(event, doc.view().viewport.column, &mut keys);
        }
        (keys, back)
    });
    actions.extend(keys);
    if back {
        actions.push(Action::App(AppAction::Focus(Focus::Lookup))); // the way out for those who go by Tab
    }
}

fn typed(event: &Event, column: Column, keys: &mut Vec<Action>) {
    match event {
        Event::Text(text) => {
            for c in text.chars() {
                match column {
                    Column::Text => keys.push(Action::Edit(EditAction::Character(c))),
                    Column::Hex => {
                        if let Some(digit) =
                            c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())
                        {
                            keys.push(Action::Edit(EditAction::HexDigit(digit)));
                        }
                    }
                }
            }
        }
        Event::Paste(text) => keys.push(Action::Edit(EditAction::Paste(text.clone()))),
        Event::Copy => keys.push(Action::Edit(EditAction::Copy)),
        _ => {}
    }
}
