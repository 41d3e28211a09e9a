//! The one table of commands.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::model::{
    Action, App, AppAction, Columns, Doc, DocAction, EditAction, FileAction, Focus, LabAction,
    MappingAction, Tab, ThemeChoice, ViewAction,
};

use super::{Command, Menu, command};

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const ALT: Modifiers = Modifiers::ALT;
const PLAIN: Modifiers = Modifiers::NONE;

const fn key(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

fn always(_: &App) -> bool {
    true
}

fn has_edits(model: &App) -> bool {
    model
        .doc()
        .is_some_and(|doc| doc.view().journal.n_recorded() > 0)
}

fn has_unsaved(model: &App) -> bool {
    model.doc().is_some_and(Doc::has_unsaved)
}

fn lab_idle(model: &App) -> bool {
    model.lab.queue.is_none() && !model.lab.entries.is_empty()
}

fn lab_idle_chosen(model: &App) -> bool {
    lab_idle(model) && model.lab.chosen().is_some()
}

fn lab_runs(model: &App) -> bool {
    model.lab.queue.is_some()
}

fn run_topic(model: &App) -> Action {
    Action::Lab(match model.lab.chosen() {
        Some(entry) => LabAction::RunTopic(entry.claim.topic),
        None => LabAction::RunChosen,
    })
}

/// Every command.
pub static COMMANDS: &[Command] = &[
    command(
        Menu::File,
        "Open\u{2026}",
        "Choose a file in the system's dialog",
        &[key(CTRL, Key::O)],
        |_| Action::File(FileAction::OpenDialog),
    )
    .when(always),
    command(
        Menu::File,
        "Type a path",
        "Open a file by typing its path",
        &[key(CTRL_SHIFT, Key::O)],
        |_| Action::App(AppAction::Focus(Focus::Path)),
    )
    .when(always),
    command(
        Menu::File,
        "Open the sample",
        "A fresh scratch copy of the built-in 62 bytes",
        &[],
        |_| Action::File(FileAction::OpenSample),
    )
    .when(always),
    command(
        Menu::File,
        "Write private changes to the file",
        "Each edited byte, where the file still holds what it held when it was edited",
        &[key(CTRL, Key::S)],
        |_| Action::Edit(EditAction::WriteBack),
    )
    .separated(),
    command(
        Menu::File,
        "Export the edits",
        "List every edit in a text file beside the open one",
        &[],
        |_| Action::Doc(DocAction::ExportEdits),
    )
    .when(has_edits),
    command(
        Menu::File,
        "Save a copy of the view",
        "The bytes as shown here, to a new file beside the open one",
        &[],
        |_| Action::Doc(DocAction::SaveCopy),
    ),
    command(
        Menu::File,
        "Close file",
        "Back to the sample",
        &[key(CTRL, Key::W)],
        |_| Action::File(FileAction::Close),
    )
    .separated(),
    command(
        Menu::File,
        "Quit",
        "Close the window",
        &[key(CTRL, Key::Q)],
        |_| Action::App(AppAction::Quit),
    )
    .when(always),
    command(
        Menu::Edit,
        "Undo",
        "Take back the last edit, if its bytes still stand",
        &[key(CTRL, Key::Z)],
        |_| Action::Edit(EditAction::Undo),
    )
    .yielding(),
    command(
        Menu::Edit,
        "Redo",
        "Bring back the last edit taken back",
        &[key(CTRL, Key::Y), key(CTRL_SHIFT, Key::Z)],
        |_| Action::Edit(EditAction::Redo),
    )
    .yielding(),
    command(
        Menu::Edit,
        "Copy",
        "The selection as hex pairs, or as text from the text column (Ctrl+C)",
        &[],
        |_| Action::Edit(EditAction::Copy),
    )
    .separated(),
    command(
        Menu::Edit,
        "Fill the selection\u{2026}",
        "Overwrite every selected byte with one value",
        &[key(CTRL, Key::B)],
        |_| Action::Edit(EditAction::ToggleFill),
    ),
    command(
        Menu::Edit,
        "Select all",
        "Every byte of the mapping",
        &[key(CTRL, Key::A)],
        |_| Action::View(ViewAction::SelectAll),
    )
    .yielding(),
    command(
        Menu::Edit,
        "Reapply lost edits",
        "Store again what a truncation or a discard took",
        &[],
        |_| Action::Edit(EditAction::Reapply),
    )
    .when(has_unsaved)
    .separated(),
    command(
        Menu::Mapping,
        "Switch private / shared",
        "Private: only you see what you write. Shared: it is in the file at once",
        &[key(CTRL, Key::T)],
        |_| Action::Mapping(MappingAction::ToggleMode),
    ),
    command(
        Menu::Mapping,
        "Switch read-only / read-write",
        "A read-only mapping refuses every store",
        &[key(CTRL_SHIFT, Key::T)],
        |_| Action::Mapping(MappingAction::ToggleAccess),
    ),
    command(
        Menu::Mapping,
        "Remap",
        "Unmap and map anew; private edits are reapplied",
        &[key(CTRL, Key::R), key(PLAIN, Key::F5)],
        |_| Action::Mapping(MappingAction::Remap),
    )
    .separated(),
    command(
        Menu::Mapping,
        "Flush (msync)",
        "Write the shared mapping's changes to the storage now",
        &[key(CTRL, Key::M)],
        |_| Action::Mapping(MappingAction::Flush),
    ),
    command(
        Menu::Mapping,
        "Discard private copies of the selection",
        "Its pages show the file again; the edits stay in the journal",
        &[key(CTRL, Key::D)],
        |_| Action::Mapping(MappingAction::DiscardSelection),
    )
    .separated(),
    command(
        Menu::Mapping,
        "Discard all private copies",
        "Every page shows the file again; the edits stay in the journal",
        &[key(CTRL_SHIFT, Key::D)],
        |_| Action::Mapping(MappingAction::DiscardAll),
    ),
    command(
        Menu::Mapping,
        "Map only the selection",
        "A mapping of just these bytes",
        &[],
        |model| {
            Action::Mapping(MappingAction::SetWindow(
                model.doc().map(|doc| doc.view().viewport.selection()),
            ))
        },
    )
    .separated(),
    command(
        Menu::Mapping,
        "Map the whole file",
        "A mapping of every byte",
        &[],
        |_| Action::Mapping(MappingAction::SetWindow(None)),
    ),
    command(
        Menu::Go,
        "Look up\u{2026}",
        "An index, an expression or a range",
        &[key(CTRL, Key::G), key(CTRL, Key::L)],
        |_| Action::App(AppAction::Focus(Focus::Lookup)),
    ),
    command(
        Menu::Go,
        "Repeat the last lookup",
        "Relative ones go on from the cursor",
        &[key(CTRL_SHIFT, Key::G)],
        |_| Action::View(ViewAction::LookupRepeat),
    ),
    command(
        Menu::Go,
        "Back",
        "Where the cursor was before a jump",
        &[key(ALT, Key::ArrowLeft)],
        |_| Action::View(ViewAction::HistoryBack),
    )
    .separated(),
    command(
        Menu::Go,
        "Forward",
        "Undo going back",
        &[key(ALT, Key::ArrowRight)],
        |_| Action::View(ViewAction::HistoryForward),
    ),
    command(
        Menu::Go,
        "Next area",
        "Grid, lookup, path, witnesses or lab, and round again",
        &[key(PLAIN, Key::F6)],
        |model| Action::App(AppAction::Focus(next_area(model))),
    )
    .separated(),
    command(
        Menu::Lab,
        "Run the chosen experiment",
        "Starts its peers, has them do the steps, and compares with the prediction",
        &[],
        |_| Action::Lab(LabAction::RunChosen),
    )
    .when(lab_idle_chosen),
    command(
        Menu::Lab,
        "Run its topic",
        "Every experiment of the chosen one's topic",
        &[],
        run_topic,
    )
    .when(lab_idle_chosen),
    command(
        Menu::Lab,
        "Run all experiments",
        "Every experiment but those that measure cost, one after the other",
        &[],
        |_| Action::Lab(LabAction::RunAll),
    )
    .when(lab_idle),
    command(
        Menu::Lab,
        "Stop experiments",
        "The step under way is the last",
        &[],
        |_| Action::Lab(LabAction::Stop),
    )
    .when(lab_runs)
    .separated(),
    command(
        Menu::View,
        "Side panel",
        "Show or hide witnesses, answers, facts and lab",
        &[key(PLAIN, Key::F9)],
        |_| Action::App(AppAction::TogglePanel),
    )
    .when(always),
    command(
        Menu::View,
        "Witnesses",
        "Who sees the bytes at the cursor",
        &[key(CTRL, Key::Num1)],
        |_| Action::App(AppAction::ShowTab(Tab::Witnesses)),
    )
    .when(always),
    command(
        Menu::View,
        "Answers",
        "What was looked up so far",
        &[key(CTRL, Key::Num2)],
        |_| Action::App(AppAction::ShowTab(Tab::Lookups)),
    )
    .when(always),
    command(
        Menu::View,
        "Mapping facts",
        "Pages, page cache, system calls",
        &[key(CTRL, Key::Num3)],
        |_| Action::App(AppAction::ShowTab(Tab::Mapping)),
    )
    .when(always),
    command(
        Menu::View,
        "Lab",
        "Experiments that show what mmap does",
        &[key(CTRL, Key::Num4)],
        |_| Action::App(AppAction::ShowTab(Tab::Lab)),
    )
    .when(always),
    command(Menu::View, "8 bytes a row", "", &[], |_| {
        Action::App(AppAction::SetColumns(Columns::Fixed(8)))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(8))
    .separated(),
    command(Menu::View, "16 bytes a row", "", &[], |_| {
        Action::App(AppAction::SetColumns(Columns::Fixed(16)))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(16)),
    command(Menu::View, "32 bytes a row", "", &[], |_| {
        Action::App(AppAction::SetColumns(Columns::Fixed(32)))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(32)),
    command(Menu::View, "64 bytes a row", "", &[], |_| {
        Action::App(AppAction::SetColumns(Columns::Fixed(64)))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(64)),
    command(
        Menu::View,
        "Fit to the width",
        "As many as fit, in steps of eight",
        &[],
        |_| Action::App(AppAction::SetColumns(Columns::Fit)),
    )
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fit),
    command(
        Menu::View,
        "Larger",
        "",
        &[key(CTRL, Key::Plus), key(CTRL, Key::Equals)],
        |_| Action::App(AppAction::Zoom(1)),
    )
    .when(always)
    .separated(),
    command(Menu::View, "Smaller", "", &[key(CTRL, Key::Minus)], |_| {
        Action::App(AppAction::Zoom(-1))
    })
    .when(always),
    command(
        Menu::View,
        "Built-in size",
        "",
        &[key(CTRL, Key::Num0)],
        |_| Action::App(AppAction::Zoom(0)),
    )
    .when(always),
    command(Menu::View, "Theme of the system", "", &[], |_| {
        Action::App(AppAction::SetTheme(ThemeChoice::System))
    })
    .when(always)
    .chosen_when(|model| model.settings.theme == ThemeChoice::System)
    .separated(),
    command(Menu::View, "Dark", "", &[], |_| {
        Action::App(AppAction::SetTheme(ThemeChoice::Dark))
    })
    .when(always)
    .chosen_when(|model| model.settings.theme == ThemeChoice::Dark),
    command(Menu::View, "Light", "", &[], |_| {
        Action::App(AppAction::SetTheme(ThemeChoice::Light))
    })
    .when(always)
    .chosen_when(|model| model.settings.theme == ThemeChoice::Light),
    command(
        Menu::View,
        "Full screen",
        "",
        &[key(PLAIN, Key::F11)],
        |_| Action::App(AppAction::ToggleFullScreen),
    )
    .when(always)
    .separated(),
    command(
        Menu::Help,
        "Keys and signs",
        "Every key, and what the signs in the grid mean",
        &[key(PLAIN, Key::F1)],
        |_| Action::App(AppAction::ToggleHelp),
    )
    .when(always),
];

fn next_area(model: &App) -> Focus {
    match model.area {
        Focus::Grid | Focus::Fill | Focus::Destination => Focus::Lookup,
        Focus::Lookup => Focus::Path,
        Focus::Path if model.settings.panel_shown && model.settings.tab == Tab::Witnesses => {
            Focus::WitnessByte
        }
        Focus::Path if model.settings.panel_shown && model.settings.tab == Tab::Lab => Focus::Lab,
        Focus::Path | Focus::WitnessByte | Focus::Lab => Focus::Grid,
    }
}
