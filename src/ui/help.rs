//! The list of keys and the meaning of the signs, drawn from the table of commands.

use egui::{RichText, ScrollArea, Ui};

use crate::model::{Action, AppAction};

use super::Frame;
use super::command::{COMMANDS, GRID_KEYS, LAB_KEYS, MENU_KEYS, Menu, ROW_KEYS, Wishes};

/// Width of the keys, in points: room for the longest, so that all lists are in line.
const KEYS_WIDTH: f32 = 172.0;

/// What the signs in the grid mean.
const SIGNS: &[(&str, &str)] = &[
    ("underlined", "a private edit: not in the file"),
    (
        "struck through",
        "an edit that the mapping lost; it can be reapplied",
    ),
    ("line above", "changed just now, by whomever"),
    (
        "dot above",
        "the file holds something else; the tooltip says what (F8 goes on)",
    ),
    (
        "bar at its left",
        "the view beside shows another byte here; the tooltip says which",
    ),
    (
        "corners round it",
        "the cursor of the view beside; lines above and below: its selection",
    ),
    ("??", "cannot be read; the tooltip says why"),
    ("--", "past the file's present end"),
    (
        "C, F, -, S, ?",
        "page lane: private copy, file page, not present, swapped, not known",
    ),
];

/// A window over the grid.
pub(super) fn help_ui(ui: &mut Ui, frame: &Frame<'_>, actions: &mut Vec<Action>) {
    let mut open = true;
    let content = ui.ctx().content_rect();
    let size = egui::vec2(620.0, 760.0).min(content.size() - egui::vec2(40.0, 80.0));
    egui::Window::new("Keys and signs")
        .open(&mut open)
        .collapsible(false)
        .fixed_rect(egui::Rect::from_center_size(content.center(), size))
        .show(ui.ctx(), |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                for (title, keys) in [
                    ("In the grid", GRID_KEYS),
                    ("In the rows of who sees it", ROW_KEYS),
                    ("In the list of experiments", LAB_KEYS),
                    ("Menus", MENU_KEYS),
                ] {
                    let keys = keys.iter().map(|(key, words)| ((*key).to_owned(), *words));
                    list(ui, frame, title, keys);
                }
                for (menu, label) in Menu::ALL {
                    let ctx = ui.ctx().clone();
                    let commands = COMMANDS
                        .iter()
                        .filter(|command| command.menu == menu && !command.keys.is_empty());
                    list(
                        ui,
                        frame,
                        label,
                        commands.map(|command| (command.key_words(&ctx), command.label)),
                    );
                }
                list(
                    ui,
                    frame,
                    "Signs",
                    SIGNS
                        .iter()
                        .map(|(sign, words)| ((*sign).to_owned(), *words)),
                );
            });
        });
    if !open {
        actions.push(Action::App(AppAction::ToggleHelp));
    }
}

/// What the program is.
pub(super) fn about_ui(ui: &mut Ui, frame: &Frame<'_>, wishes: &mut Wishes) {
    let mut open = true;
    egui::Window::new("About mapscope")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(egui::Align2::CENTER_CENTER, egui::Vec2::ZERO)
        .show(ui.ctx(), |ui| {
            ui.set_max_width(380.0);
            let version = env!("CARGO_PKG_VERSION");
            ui.label(RichText::new(format!("mapscope {version}")).strong());
            ui.label(env!("CARGO_PKG_DESCRIPTION"));
            ui.add_space(4.0);
            let license = format!("License: {}", env!("CARGO_PKG_LICENSE"));
            ui.label(RichText::new(license).color(frame.theme.weak));
        });
    wishes.about_shown = open;
}

fn list<'a>(
    ui: &mut Ui,
    frame: &Frame<'_>,
    title: &str,
    lines: impl Iterator<Item = (String, &'a str)>,
) {
    ui.add_space(4.0);
    ui.label(RichText::new(title).strong());
    egui::Grid::new(title)
        .num_columns(2)
        .min_col_width(KEYS_WIDTH)
        .spacing([18.0, 3.0])
        .show(ui, |ui| {
            for (key, words) in lines {
                ui.label(RichText::new(key).monospace().color(frame.theme.accent));
                ui.label(words);
                ui.end_row();
            }
        });
}
