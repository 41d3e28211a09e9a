//! The keys of the table of commands, read once a frame.

use egui::Context;

use crate::model::{Action, App};

use super::command::COMMANDS;
use super::grid::grid_id;

/// The actions whose keys were pressed in this frame.
pub(super) fn read_keys(ctx: &Context, model: &App, actions: &mut Vec<Action>) {
    let focused = ctx.memory(egui::Memory::focused);
    let in_field = focused.is_some_and(|id| id != grid_id()) && ctx.egui_wants_keyboard_input();
    // keys with more modifiers first: Ctrl+Z would also take Ctrl+Shift+Z
    let mut pressed = Vec::new();
    ctx.input_mut(|input| {
        for wants_shift in [true, false] {
            for command in COMMANDS
                .iter()
                .filter(|command| !(in_field && command.yields_to_fields))
            {
                for key in command
                    .keys
                    .iter()
                    .filter(|key| key.modifiers.shift == wants_shift)
                {
                    if input.consume_shortcut(key) {
                        pressed.push(command);
                    }
                }
            }
        }
    });
    for command in pressed {
        if (command.enabled)(model) {
            actions.push((command.action)(model));
        }
    }
}
