//! The one table of commands.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::model::{Action, Columns, Doc, Focus, LabAction, Model, Tab, ThemeChoice};

use super::{Command, Menu, command};

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const ALT: Modifiers = Modifiers::ALT;
const PLAIN: Modifiers = Modifiers::NONE;

const fn key(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

fn always(_: &Model) -> bool {
    true
}

fn has_edits(model: &Model) -> bool {
    model
        .doc
        .as_ref()
        .is_some_and(|doc| doc.journal.n_recorded() > 0)
}

fn has_unsaved(model: &Model) -> bool {
    model.doc.as_ref().is_some_and(Doc::has_unsaved)
}

fn lab_idle(model: &Model) -> bool {
    model.lab.queue.is_none() && !model.lab.entries.is_empty()
}

fn lab_idle_chosen(model: &Model) -> bool {
    lab_idle(model) && model.lab.chosen().is_some()
}

fn lab_runs(model: &Model) -> bool {
    model.lab.queue.is_some()
}

fn run_topic(model: &Model) -> Action {
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
        |_| Action::OpenDialog,
    )
    .when(always),
    command(
        Menu::File,
        "Type a path",
        "Open a file by typing its path",
        &[key(CTRL_SHIFT, Key::O)],
        |_| Action::Focus(Focus::Path),
    )
    .when(always),
    command(
        Menu::File,
        "Open the sample",
        "A fresh scratch copy of the built-in 62 bytes",
        &[],
        |_| Action::OpenSample,
    )
    .when(always),
    command(
        Menu::File,
        "Write private changes to the file",
        "Each edited byte, where the file still holds what it held when it was edited",
        &[key(CTRL, Key::S)],
        |_| Action::WriteBack,
    )
    .separated(),
    command(
        Menu::File,
        "Export the edits",
        "List every edit in a text file beside the open one",
        &[],
        |_| Action::ExportEdits,
    )
    .when(has_edits),
    command(
        Menu::File,
        "Save a copy of the view",
        "The bytes as shown here, to a new file beside the open one",
        &[],
        |_| Action::ExportView,
    ),
    command(
        Menu::File,
        "Close file",
        "Back to the sample",
        &[key(CTRL, Key::W)],
        |_| Action::CloseFile,
    )
    .separated(),
    command(
        Menu::File,
        "Quit",
        "Close the window",
        &[key(CTRL, Key::Q)],
        |_| Action::Quit,
    )
    .when(always),
    command(
        Menu::Edit,
        "Undo",
        "Take back the last edit, if its bytes still stand",
        &[key(CTRL, Key::Z)],
        |_| Action::Undo,
    )
    .yielding(),
    command(
        Menu::Edit,
        "Redo",
        "Bring back the last edit taken back",
        &[key(CTRL, Key::Y), key(CTRL_SHIFT, Key::Z)],
        |_| Action::Redo,
    )
    .yielding(),
    command(
        Menu::Edit,
        "Copy",
        "The selection as hex pairs, or as text from the text column (Ctrl+C)",
        &[],
        |_| Action::Copy,
    )
    .separated(),
    command(
        Menu::Edit,
        "Fill the selection\u{2026}",
        "Overwrite every selected byte with one value",
        &[key(CTRL, Key::B)],
        |_| Action::ToggleFill,
    ),
    command(
        Menu::Edit,
        "Select all",
        "Every byte of the mapping",
        &[key(CTRL, Key::A)],
        |_| Action::SelectAll,
    )
    .yielding(),
    command(
        Menu::Edit,
        "Reapply lost edits",
        "Store again what a truncation or a discard took",
        &[],
        |_| Action::Reapply,
    )
    .when(has_unsaved)
    .separated(),
    command(
        Menu::Mapping,
        "Switch private / shared",
        "Private: only you see what you write. Shared: it is in the file at once",
        &[key(CTRL, Key::T)],
        |_| Action::ToggleMode,
    ),
    command(
        Menu::Mapping,
        "Switch read-only / read-write",
        "A read-only mapping refuses every store",
        &[key(CTRL_SHIFT, Key::T)],
        |_| Action::ToggleAccess,
    ),
    command(
        Menu::Mapping,
        "Remap",
        "Unmap and map anew; private edits are reapplied",
        &[key(CTRL, Key::R), key(PLAIN, Key::F5)],
        |_| Action::Remap,
    )
    .separated(),
    command(
        Menu::Mapping,
        "Flush (msync)",
        "Write the shared mapping's changes to the storage now",
        &[key(CTRL, Key::M)],
        |_| Action::Flush,
    ),
    command(
        Menu::Mapping,
        "Discard private copies of the selection",
        "Its pages show the file again; the edits stay in the journal",
        &[key(CTRL, Key::D)],
        |_| Action::DiscardSelection,
    )
    .separated(),
    command(
        Menu::Mapping,
        "Discard all private copies",
        "Every page shows the file again; the edits stay in the journal",
        &[key(CTRL_SHIFT, Key::D)],
        |_| Action::DiscardAll,
    ),
    command(
        Menu::Mapping,
        "Map only the selection",
        "A mapping of just these bytes",
        &[],
        |model| Action::SetWindow(model.doc.as_ref().map(|doc| doc.view.selection())),
    )
    .separated(),
    command(
        Menu::Mapping,
        "Map the whole file",
        "A mapping of every byte",
        &[],
        |_| Action::SetWindow(None),
    ),
    command(
        Menu::Go,
        "Look up\u{2026}",
        "An index, an expression or a range",
        &[key(CTRL, Key::G), key(CTRL, Key::L)],
        |_| Action::Focus(Focus::Lookup),
    ),
    command(
        Menu::Go,
        "Repeat the last lookup",
        "Relative ones go on from the cursor",
        &[key(CTRL_SHIFT, Key::G)],
        |_| Action::LookupRepeat,
    ),
    command(
        Menu::Go,
        "Back",
        "Where the cursor was before a jump",
        &[key(ALT, Key::ArrowLeft)],
        |_| Action::HistoryBack,
    )
    .separated(),
    command(
        Menu::Go,
        "Forward",
        "Undo going back",
        &[key(ALT, Key::ArrowRight)],
        |_| Action::HistoryForward,
    ),
    command(
        Menu::Go,
        "Next area",
        "Grid, lookup, path, witnesses or lab, and round again",
        &[key(PLAIN, Key::F6)],
        |model| Action::Focus(next_area(model)),
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
        |_| Action::TogglePanel,
    )
    .when(always),
    command(
        Menu::View,
        "Witnesses",
        "Who sees the bytes at the cursor",
        &[key(CTRL, Key::Num1)],
        |_| Action::ShowTab(Tab::Witnesses),
    )
    .when(always),
    command(
        Menu::View,
        "Answers",
        "What was looked up so far",
        &[key(CTRL, Key::Num2)],
        |_| Action::ShowTab(Tab::Lookups),
    )
    .when(always),
    command(
        Menu::View,
        "Mapping facts",
        "Pages, page cache, system calls",
        &[key(CTRL, Key::Num3)],
        |_| Action::ShowTab(Tab::Mapping),
    )
    .when(always),
    command(
        Menu::View,
        "Lab",
        "Experiments that show what mmap does",
        &[key(CTRL, Key::Num4)],
        |_| Action::ShowTab(Tab::Lab),
    )
    .when(always),
    command(Menu::View, "8 bytes a row", "", &[], |_| {
        Action::SetColumns(Columns::Fixed(8))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(8))
    .separated(),
    command(Menu::View, "16 bytes a row", "", &[], |_| {
        Action::SetColumns(Columns::Fixed(16))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(16)),
    command(Menu::View, "32 bytes a row", "", &[], |_| {
        Action::SetColumns(Columns::Fixed(32))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(32)),
    command(Menu::View, "64 bytes a row", "", &[], |_| {
        Action::SetColumns(Columns::Fixed(64))
    })
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fixed(64)),
    command(
        Menu::View,
        "Fit to the width",
        "As many as fit, in steps of eight",
        &[],
        |_| Action::SetColumns(Columns::Fit),
    )
    .when(always)
    .chosen_when(|model| model.settings.columns == Columns::Fit),
    command(
        Menu::View,
        "Larger",
        "",
        &[key(CTRL, Key::Plus), key(CTRL, Key::Equals)],
        |_| Action::Zoom(1),
    )
    .when(always)
    .separated(),
    command(Menu::View, "Smaller", "", &[key(CTRL, Key::Minus)], |_| {
        Action::Zoom(-1)
    })
    .when(always),
    command(
        Menu::View,
        "Built-in size",
        "",
        &[key(CTRL, Key::Num0)],
        |_| Action::Zoom(0),
    )
    .when(always),
    command(Menu::View, "Theme of the system", "", &[], |_| {
        Action::SetTheme(ThemeChoice::System)
    })
    .when(always)
    .chosen_when(|model| model.settings.theme == ThemeChoice::System)
    .separated(),
    command(Menu::View, "Dark", "", &[], |_| {
        Action::SetTheme(ThemeChoice::Dark)
    })
    .when(always)
    .chosen_when(|model| model.settings.theme == ThemeChoice::Dark),
    command(Menu::View, "Light", "", &[], |_| {
        Action::SetTheme(ThemeChoice::Light)
    })
    .when(always)
    .chosen_when(|model| model.settings.theme == ThemeChoice::Light),
    command(
        Menu::View,
        "Full screen",
        "",
        &[key(PLAIN, Key::F11)],
        |_| Action::ToggleFullScreen,
    )
    .when(always)
    .separated(),
    command(
        Menu::Help,
        "Keys and signs",
        "Every key, and what the signs in the grid mean",
        &[key(PLAIN, Key::F1)],
        |_| Action::ToggleHelp,
    )
    .when(always),
];

fn next_area(model: &Model) -> Focus {
    match model.area {
        Focus::Grid | Focus::Fill => Focus::Lookup,
        Focus::Lookup => Focus::Path,
        Focus::Path if model.settings.panel_shown && model.settings.tab == Tab::Witnesses => {
            Focus::WitnessByte
        }
        Focus::Path if model.settings.panel_shown && model.settings.tab == Tab::Lab => Focus::Lab,
        Focus::Path | Focus::WitnessByte | Focus::Lab => Focus::Grid,
    }
}
