//! Commands: label, tooltip, keys, action. Menus, shortcuts and the list of keys are drawn from the one table of them.

mod table;

use egui::{Context, KeyboardShortcut};

use crate::model::{Action, App, Column};

pub use table::COMMANDS;

/// The menus, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// Opening, closing, saving.
    File,
    /// Changing bytes.
    Edit,
    /// The mapping as a whole.
    Mapping,
    /// Moving about.
    Go,
    /// Experiments.
    Lab,
    /// How it looks.
    View,
    /// Help.
    Help,
}

impl Menu {
    /// All menus, in order, with their labels.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::File, "File"),
        (Self::Edit, "Edit"),
        (Self::Mapping, "Mapping"),
        (Self::Go, "Go"),
        (Self::Lab, "Lab"),
        (Self::View, "View"),
        (Self::Help, "Help"),
    ];
}

/// Something a person can ask for by menu or key.
pub struct Command {
    /// The menu it stands in.
    pub menu: Menu,
    /// Words in the menu.
    pub label: &'static str,
    /// One sentence more.
    pub tooltip: &'static str,
    /// The keys; the first is shown.
    pub keys: &'static [KeyboardShortcut],
    /// What it does.
    pub action: fn(&App) -> Action,
    /// It can be done now.
    pub enabled: fn(&App) -> bool,
    /// Its keys belong to text fields while one is being typed in.
    pub yields_to_fields: bool,
    /// A line is drawn above it in the menu.
    pub separated: bool,
    /// It is what holds now, of several that exclude each other.
    pub chosen: fn(&App) -> bool,
}

fn never(_: &App) -> bool {
    false
}

fn is_open(model: &App) -> bool {
    model.doc().is_some()
}

const fn command(
    menu: Menu,
    label: &'static str,
    tooltip: &'static str,
    keys: &'static [KeyboardShortcut],
    action: fn(&App) -> Action,
) -> Command {
    Command {
        menu,
        label,
        tooltip,
        keys,
        action,
        enabled: is_open,
        yields_to_fields: false,
        separated: false,
        chosen: never,
    }
}

impl Command {
    const fn when(mut self, enabled: fn(&App) -> bool) -> Self {
        self.enabled = enabled;
        self
    }

    const fn yielding(mut self) -> Self {
        self.yields_to_fields = true;
        self
    }

    const fn chosen_when(mut self, chosen: fn(&App) -> bool) -> Self {
        self.chosen = chosen;
        self
    }

    const fn separated(mut self) -> Self {
        self.separated = true;
        self
    }

    /// The first key in words.
    #[must_use]
    pub fn key_words(&self, ctx: &Context) -> String {
        self.keys
            .first()
            .map(|key| ctx.format_shortcut(key))
            .unwrap_or_default()
    }
}

/// Keys that the grid itself takes, for the list of keys.
pub const GRID_KEYS: &[(&str, &str)] = &[
    ("0-9 a-f", "Overwrite: two hex digits make a byte"),
    ("Tab", "Swap the hex and the text column"),
    (
        "Arrows, PgUp, PgDn",
        "Move; with Shift extend the selection",
    ),
    ("Home, End", "Row ends; with Ctrl file ends"),
    ("Ctrl+C, Ctrl+V", "Copy; paste over the selection"),
    ("Esc", "Drop a half-typed byte or the selection"),
    ("Wheel, Ctrl+wheel", "Scroll; larger or smaller"),
];

/// Keys that the list of experiments takes, for the list of keys.
pub const LAB_KEYS: &[(&str, &str)] = &[
    ("Up, Down, PgUp, PgDn", "Choose an experiment"),
    ("Home, End", "The first, the last"),
    ("Enter", "Run the chosen one"),
];

/// The column's name for the status line.
#[must_use]
pub fn column_words(column: Column) -> &'static str {
    match column {
        Column::Hex => "hex",
        Column::Text => "text",
    }
}
