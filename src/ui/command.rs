//! Commands: label, tooltip, keys, action. Menus, shortcuts and the list of keys are drawn from the one table of them.

mod areas;
mod conditions;
mod find;
pub(super) mod forms;
mod help;
mod keys;
mod mapping;
mod programs;
mod table;
mod whole_bytes;

use egui::{Context, Id, Key, KeyboardShortcut, Modifiers, ViewportCommand};

use crate::bytes::forms::Form;
use crate::model::{Action, App, AppAction, Column, Focus};

use super::key_place::KeyPlace;

pub use forms::{FORMS, Forms};
pub(super) use mapping::{REMAP, SYNC};
pub use table::COMMANDS;
pub(super) use whole_bytes::COMPUTE;

/// The words of the command that shows a file twice.
pub(super) const SPLIT: &str = "Split: private beside shared";

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
    /// All menus, in order, with their labels. Alt and the first letter opens one.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::File, "File"),
        (Self::Edit, "Edit"),
        (Self::Mapping, "Mapping"),
        (Self::Go, "Go"),
        (Self::Lab, "Lab"),
        (Self::View, "View"),
        (Self::Help, "Help"),
    ];

    /// The menu `by` places to the right of this one, and round.
    #[must_use]
    pub fn neighbor(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|(menu, _)| *menu == self);
        let at = at.unwrap_or_default().checked_add_signed(by);
        let at = at.unwrap_or(Self::ALL.len() - 1) % Self::ALL.len();
        Self::ALL.get(at).map_or(self, |(menu, _)| *menu)
    }

    /// The menu that the keys open: Alt and its first letter. Option types on a Mac.
    #[must_use]
    pub fn by_key(key: Key, modifiers: Modifiers) -> Option<Self> {
        if cfg!(target_os = "macos") || !modifiers.matches_exact(Modifiers::ALT) {
            return None;
        }
        let is_first = |label: &str| label.get(..1) == Some(key.name());
        let (menu, _) = Self::ALL.iter().find(|(_, label)| is_first(label))?;
        Some(*menu)
    }
}

/// What a command does.
#[derive(Clone, Copy)]
pub enum Deed {
    /// It changes the program's state.
    App(fn(&App) -> Action),
    /// It asks for the clipboard, whose text comes as an event.
    Paste,
    /// The same, and says which form that text has.
    PasteAs(Form),
    /// It opens the first menu.
    MenuBar,
    /// It shows which program this is.
    About,
}

/// What commands want of the window alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// This menu is to open.
    pub menu: Option<Menu>,
    /// The menu that is open.
    pub(super) menu_open: Option<Menu>,
    /// The menu within it.
    pub(super) submenu: Submenu,
    /// What the program is stands on the screen.
    pub about_shown: bool,
}

/// The menus within a menu.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Submenu {
    /// Their buttons in the outer one.
    buttons: [Option<Id>; FORMS.len()],
    /// One of them is open.
    is_open: bool,
}

impl Submenu {
    /// A menu within a menu, whose button is this.
    pub(super) fn new(button: Id, is_open: bool) -> Self {
        let mut buttons = [None; FORMS.len()];
        if let Some(first) = buttons.first_mut() {
            *first = Some(button);
        }
        Self { buttons, is_open }
    }

    /// One more.
    pub(super) fn add(&mut self, other: Self) {
        let mut added = other.buttons.into_iter().flatten();
        for place in self.buttons.iter_mut().filter(|place| place.is_none()) {
            *place = added.next();
        }
        self.is_open |= other.is_open;
    }
}

impl Wishes {
    /// The menu from which the arrows at the side lead to its neighbors: not where they open or close one within it.
    pub(super) fn arrows_from(&self, ctx: &Context) -> Option<Menu> {
        let focused = ctx.memory(egui::Memory::focused);
        let at_submenu = focused.is_some() && self.submenu.buttons.contains(&focused);
        self.menu_open
            .filter(|_| !self.submenu.is_open && !at_submenu)
    }
}

/// Something a person can ask for by menu or key.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own of a row in a table"
)]
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
    pub deed: Deed,
    /// It can be asked for now.
    pub enabled: fn(&App) -> bool,
    /// What it needs to be enabled, where that is more than an open file.
    pub needs: &'static str,
    /// Why asking would be in vain; its keys still ask, and are answered in words.
    pub in_vain: fn(&App) -> Option<&'static str>,
    /// It leaves the keyboard where it is, and is done as often as its keys are pressed.
    pub in_place: bool,
    /// Its keys belong to text fields while one is being typed in.
    pub yields_to_fields: bool,
    /// A line is drawn above it in the menu.
    pub separated: bool,
    /// It is what holds now, of several that exclude each other.
    pub chosen: fn(&App) -> bool,
    /// It stands in the menu of the bytes too.
    pub of_bytes: bool,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.label)
    }
}

fn never(_: &App) -> bool {
    false
}

fn not_in_vain(_: &App) -> Option<&'static str> {
    None
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
        deed: Deed::App(action),
        enabled: is_open,
        needs: "",
        in_vain: not_in_vain,
        in_place: false,
        yields_to_fields: false,
        separated: false,
        chosen: never,
        of_bytes: false,
    }
}

/// Have nothing move, or let everything.
const fn less_motion() -> Command {
    let words =
        "No dots on the lines, no fading, no sliding; until it is chosen here, as the desktop says";
    command(Menu::View, "Reduce motion", words, &[], |_| {
        Action::App(AppAction::ToggleMotion)
    })
    .always()
    .separated()
    .chosen_when(App::wants_less_motion)
}

impl Command {
    const fn when(mut self, enabled: fn(&App) -> bool, needs: &'static str) -> Self {
        self.enabled = enabled;
        self.needs = needs;
        self
    }

    const fn always(mut self) -> Self {
        self.enabled = |_| true;
        self
    }

    const fn in_vain_when(mut self, in_vain: fn(&App) -> Option<&'static str>) -> Self {
        self.in_vain = in_vain;
        self
    }

    const fn does(mut self, deed: Deed) -> Self {
        self.deed = deed;
        self
    }

    const fn in_place(mut self) -> Self {
        self.in_place = true;
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

    const fn of_bytes(mut self) -> Self {
        self.of_bytes = true;
        self
    }

    const fn separated(mut self) -> Self {
        self.separated = true;
        self
    }

    /// Why it cannot be chosen now; `None` where it can.
    #[must_use]
    pub fn refusal(&self, model: &App) -> Option<&'static str> {
        if !is_open(model) && !(self.enabled)(model) {
            return Some("No file is open");
        }
        if !(self.enabled)(model) {
            return Some(self.needs);
        }
        (self.in_vain)(model)
    }

    /// Asks for it, where it is enabled.
    pub(super) fn ask(
        &self,
        ctx: &Context,
        model: &App,
        wishes: &mut Wishes,
        actions: &mut Vec<Action>,
    ) {
        if !(self.enabled)(model) {
            return;
        }
        match self.deed {
            Deed::App(action) => actions.push(action(model)),
            Deed::Paste => {
                actions.push(Action::App(AppAction::Focus(Focus::Grid))); // where the text will go
                ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
            }
            Deed::PasteAs(form) => {
                forms::expect(ctx, form);
                actions.push(Action::App(AppAction::Focus(Focus::Grid)));
                ctx.send_viewport_cmd(ViewportCommand::RequestPaste);
            }
            Deed::MenuBar => wishes.menu = Some(Menu::File),
            Deed::About => wishes.about_shown = true,
        }
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

/// The command that the keys stand for, when they go to `place`. Modifiers are exact, but for signs that some keyboards
/// have on Shift.
#[must_use]
pub fn by_key(key: Key, modifiers: Modifiers, place: KeyPlace) -> Option<&'static Command> {
    let in_field = place == KeyPlace::Field;
    let is = |shortcut: &&KeyboardShortcut| {
        let mut held = modifiers;
        if matches!(shortcut.logical_key, Key::Plus | Key::Minus | Key::Equals) {
            held.shift = shortcut.modifiers.shift;
        }
        shortcut.logical_key == key && held.matches_exact(shortcut.modifiers)
    };
    COMMANDS
        .iter()
        .filter(|command| !(in_field && command.yields_to_fields))
        .find(|command| command.keys.iter().any(|shortcut| is(&shortcut)))
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
    (
        "Menu, Shift+F10",
        "What can be done here; so does the right button",
    ),
    ("Delete, Insert", "Nothing: a mapping keeps its length"),
    ("Ctrl+Tab", "The next file; with Shift the one before it"),
    ("Esc", "Drop a half-typed byte or the selection"),
    ("Wheel, Ctrl+wheel", "Scroll; larger or smaller"),
];

/// Keys that the rows of *Who sees it* take, for the list of keys.
pub const ROW_KEYS: &[(&str, &str)] = &[
    ("Up, Down, Home, End", "From row to row"),
    ("1, 2, \u{2026}", "The row of this number"),
    ("Enter, Menu", "What it can do: first of all, write as it"),
];

/// Keys of the menus, for the list of keys.
pub const MENU_KEYS: &[(&str, &str)] = &[
    ("Alt+F, Alt+E, \u{2026}", "Open a menu by its first letter"),
    (
        "Menu, Shift+F10",
        "Of a tab, or of a value of the inspector, that has the keys",
    ),
    ("Arrows, Enter, Esc", "Choose, do, close"),
];

/// Keys that the list of experiments takes, for the list of keys.
pub const LAB_KEYS: &[(&str, &str)] = &[
    ("Up, Down, PgUp, PgDn", "Choose an experiment"),
    ("Home, End", "The first, the last"),
    (
        "Enter",
        "Run the chosen one; where a step waits, let all go",
    ),
    (
        "1 to 9",
        "Say what you expect, of the experiment or of the step",
    ),
];

/// The column's name for the status line.
#[must_use]
pub fn column_words(column: Column) -> &'static str {
    match column {
        Column::Hex => "hex",
        Column::Text => "text",
    }
}
