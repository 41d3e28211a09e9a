//! The one table of commands.

use egui::Key;

use crate::model::{
    Action, AppAction, Columns, DocAction, EditAction, FileAction, Focus, Heading, LabAction,
    MappingAction, Tab, ThemeChoice, ViewAction,
};

use super::areas::{ROWS, area, other_view};
use super::conditions::{
    NEEDS_SPLIT, has_edits, has_unsaved, is_single, is_split, lab_idle, lab_idle_chosen, lab_runs,
    lab_steps, locks, nothing_to_write, run_topic,
};
use super::find::{FIND, FOUND, NEXT, PREVIOUS, REPLACE};
use super::help::{ABOUT, KEYS, TOUR};
use super::keys::{ALT, CTRL, CTRL_SHIFT, PLAIN, SHIFT, key};
use super::mapping::{REMAP, SYNC};
use super::programs::{AS_C, AS_RUST};
use super::whole_bytes::{COMPUTE, PASTE_FILE, SAVE_SELECTION, SHOW_SUMS};
use super::{Command, Deed, Menu, SPLIT, command, less_motion};

/// So many bytes in a row.
macro_rules! a_row {
    ($label:literal, $n:literal) => {
        command(Menu::View, $label, "", &[], |_| {
            Action::App(AppAction::SetColumns(Columns::Fixed($n)))
        })
        .always()
        .chosen_when(|model| model.settings.columns == Columns::Fixed($n))
    };
}

/// Larger, smaller, or the built-in size.
macro_rules! zoom {
    ($label:literal, $by:literal, $keys:expr) => {
        command(Menu::View, $label, "", $keys, |_| {
            Action::App(AppAction::Zoom($by))
        })
        .in_place()
        .always()
    };
}

/// Which theme.
macro_rules! theme {
    ($label:literal, $which:ident) => {
        command(Menu::View, $label, "", &[], |_| {
            Action::App(AppAction::SetTheme(ThemeChoice::$which))
        })
        .always()
        .chosen_when(|model| model.settings.theme == ThemeChoice::$which)
    };
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
    .always(),
    command(
        Menu::File,
        "Type a path",
        "Open a file by typing its path",
        &[key(CTRL_SHIFT, Key::O)],
        |_| Action::App(AppAction::Focus(Focus::Path)),
    )
    .always(),
    command(
        Menu::File,
        "Open the sample",
        "A fresh scratch copy of the built-in 62 bytes",
        &[],
        |_| Action::File(FileAction::OpenSample),
    )
    .always(),
    command(
        Menu::File,
        "Write private changes to the file",
        "Each edited byte, where the file still holds what it held when it was edited",
        &[key(CTRL, Key::S)],
        |_| Action::Edit(EditAction::WriteBack),
    )
    .in_vain_when(nothing_to_write)
    .separated(),
    command(
        Menu::File,
        "Export the edits",
        "List every edit in a text file beside the open one",
        &[],
        |_| Action::Doc(DocAction::ExportEdits),
    )
    .when(has_edits, "Nothing was edited"),
    command(
        Menu::File,
        "Apply a patch\u{2026}",
        "Store what a list of edits changes, as exported; what stands in its way is listed first",
        &[],
        |_| Action::Doc(DocAction::AskForPatch),
    ),
    command(
        Menu::File,
        "Save a copy of the view",
        "The bytes as shown here, to a new file beside the open one",
        &[],
        |_| Action::Doc(DocAction::SaveCopy),
    ),
    SAVE_SELECTION,
    AS_C,
    AS_RUST,
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
    .always(),
    command(
        Menu::Edit,
        "Undo",
        "Take back the last edit, if its bytes still stand",
        &[key(CTRL, Key::Z)],
        |_| Action::Edit(EditAction::Undo),
    )
    .yielding()
    .in_place(),
    command(
        Menu::Edit,
        "Redo",
        "Bring back the last edit taken back",
        &[key(CTRL, Key::Y), key(CTRL_SHIFT, Key::Z)],
        |_| Action::Edit(EditAction::Redo),
    )
    .yielding()
    .in_place(),
    command(
        Menu::Edit,
        "Copy",
        "The selection as hex pairs, or as text from the text column",
        &[key(CTRL, Key::C), key(CTRL, Key::Insert)],
        |_| Action::Edit(EditAction::Copy),
    )
    .of_bytes()
    .yielding()
    .in_place()
    .separated(),
    command(
        Menu::Edit,
        "Paste",
        "Over the bytes from the cursor on, or over the selection",
        &[key(CTRL, Key::V), key(SHIFT, Key::Insert)],
        |_| Action::App(AppAction::Focus(Focus::Grid)),
    )
    .of_bytes()
    .does(Deed::Paste)
    .yielding(),
    PASTE_FILE,
    command(
        Menu::Edit,
        "Fill the selection\u{2026}",
        "Overwrite every selected byte with one value",
        &[key(CTRL, Key::B)],
        |_| Action::Edit(EditAction::ToggleFill),
    )
    .of_bytes(),
    REPLACE,
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
    .when(has_unsaved, "No edit was lost")
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
    REMAP,
    SYNC,
    command(
        Menu::Mapping,
        "Discard private copies of the selection",
        "Its pages show the file again; the edits stay in the journal",
        &[key(CTRL, Key::D)],
        |_| Action::Mapping(MappingAction::DiscardSelection),
    )
    .of_bytes()
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
    )
    .of_bytes(),
    command(
        Menu::Go,
        "Repeat the last lookup",
        "Relative ones go on from the cursor",
        &[key(CTRL_SHIFT, Key::G)],
        |_| Action::View(ViewAction::LookupRepeat),
    ),
    FIND,
    NEXT,
    PREVIOUS,
    command(
        Menu::Go,
        "Next difference from the file",
        "Where this private view shows something else than the file holds now",
        &[key(PLAIN, Key::F8)],
        |_| Action::View(ViewAction::FindDifference(Heading::Next)),
    )
    .in_place()
    .separated(),
    command(
        Menu::Go,
        "Previous difference from the file",
        "The other way round",
        &[key(SHIFT, Key::F8)],
        |_| Action::View(ViewAction::FindDifference(Heading::Previous)),
    )
    .in_place(),
    command(
        Menu::Go,
        "Back",
        "Where the cursor was before a jump",
        &[key(ALT, Key::ArrowLeft)],
        |_| Action::View(ViewAction::HistoryBack),
    )
    .in_place()
    .separated(),
    command(
        Menu::Go,
        "Forward",
        "Undo going back",
        &[key(ALT, Key::ArrowRight)],
        |_| Action::View(ViewAction::HistoryForward),
    )
    .in_place(),
    command(
        Menu::Go,
        "Next area",
        "A question, lookup, path, side panel, messages, grid, and round again",
        &[key(PLAIN, Key::F6)],
        |model| area(model, 1),
    )
    .separated(),
    command(
        Menu::Go,
        "Previous area",
        "The other way round",
        &[key(SHIFT, Key::F6)],
        |model| area(model, -1),
    ),
    ROWS,
    command(
        Menu::Go,
        "Other view",
        "From the private view to the shared one, and back",
        &[key(CTRL, Key::F6)],
        other_view,
    )
    .when(is_split, NEEDS_SPLIT),
    command(
        Menu::Go,
        "Menu bar",
        "Open the first menu; the arrows lead to the others",
        &[key(PLAIN, Key::F10)],
        |_| Action::App(AppAction::Focus(Focus::Grid)),
    )
    .does(Deed::MenuBar)
    .always(),
    SHOW_SUMS,
    COMPUTE,
    command(
        Menu::Lab,
        "Run the chosen experiment",
        "Starts its processes, has them do the steps, and compares with the prediction",
        &[],
        |_| Action::Lab(LabAction::RunChosen),
    )
    .when(lab_idle_chosen, "No experiment is chosen, or some run"),
    command(
        Menu::Lab,
        "Step",
        "One step of the chosen experiment: it waits before each, and you may say what will be seen",
        &[key(PLAIN, Key::F4)],
        |_| Action::Lab(LabAction::Step),
    )
    .in_place()
    .when(lab_steps, "An experiment runs without waiting"),
    command(
        Menu::Lab,
        "Run its topic",
        "Every experiment of the chosen one's topic",
        &[],
        run_topic,
    )
    .when(lab_idle_chosen, "No experiment is chosen, or some run"),
    command(
        Menu::Lab,
        "Run all experiments",
        "Every experiment but those that measure cost, one after the other",
        &[],
        |_| Action::Lab(LabAction::RunAll),
    )
    .when(lab_idle, "Experiments run already"),
    command(
        Menu::Lab,
        "Stop experiments",
        "The step under way is the last",
        &[],
        |_| Action::Lab(LabAction::Stop),
    )
    .when(lab_runs, "No experiment runs")
    .separated(),
    command(
        Menu::View,
        "Side panel",
        "Show or hide who sees it, lookups, facts and edits",
        &[key(PLAIN, Key::F9)],
        |_| Action::App(AppAction::TogglePanel),
    )
    .always(),
    command(
        Menu::View,
        "Who sees it",
        "Who sees the bytes at the cursor",
        &[key(CTRL, Key::Num1)],
        |_| Action::App(AppAction::ShowTab(Tab::Witnesses)),
    )
    .of_bytes()
    .always(),
    command(
        Menu::View,
        "Lookups",
        "What was looked up so far",
        &[key(CTRL, Key::Num2)],
        |_| Action::App(AppAction::ShowTab(Tab::Lookups)),
    )
    .always(),
    command(
        Menu::View,
        "Facts",
        "Pages, page cache, system calls",
        &[key(CTRL, Key::Num3)],
        |_| Action::App(AppAction::ShowTab(Tab::Mapping)),
    )
    .always(),
    command(
        Menu::View,
        "Lab",
        "Experiments that show what mmap does",
        &[key(CTRL, Key::Num4)],
        |_| Action::Lab(LabAction::Show),
    )
    .always(),
    command(
        Menu::View,
        "Edits",
        "What you edited and is not in the file, each with a way to take it back",
        &[key(CTRL, Key::Num5)],
        |_| Action::App(AppAction::ShowTab(Tab::Edits)),
    )
    .always(),
    FOUND,
    command(
        Menu::View,
        "Data inspector",
        "What the bytes at the cursor are as numbers, dates and characters",
        &[key(CTRL, Key::I)],
        |_| Action::App(AppAction::ToggleInspector),
    )
    .chosen_when(|model| model.settings.inspector_shown),
    command(
        Menu::View,
        SPLIT,
        "The file once more beside it, mapped in the other mode",
        &[key(CTRL_SHIFT, Key::Num2)],
        |_| Action::Mapping(MappingAction::AddView),
    )
    .when(is_single, "It is split already")
    .separated(),
    command(
        Menu::View,
        "Close this view",
        "The other one stays, with its edits",
        &[key(CTRL_SHIFT, Key::W)],
        |_| Action::File(FileAction::CloseView),
    )
    .when(is_split, NEEDS_SPLIT),
    command(
        Menu::View,
        "Lock scrolling",
        "Both views show the same rows",
        &[key(CTRL_SHIFT, Key::L)],
        |_| Action::Doc(DocAction::ToggleLockedScrolling),
    )
    .when(is_split, NEEDS_SPLIT)
    .chosen_when(locks)
    .in_place(),
    a_row!("8 bytes a row", 8).separated(),
    a_row!("16 bytes a row", 16),
    a_row!("32 bytes a row", 32),
    a_row!("64 bytes a row", 64),
    command(
        Menu::View,
        "Fit to the width",
        "As many as fit, in steps of eight",
        &[],
        |_| Action::App(AppAction::SetColumns(Columns::Fit)),
    )
    .always()
    .chosen_when(|model| model.settings.columns == Columns::Fit),
    zoom!("Larger", 1, &[key(CTRL, Key::Plus), key(CTRL, Key::Equals)]).separated(),
    zoom!("Smaller", -1, &[key(CTRL, Key::Minus)]),
    zoom!("Reset zoom", 0, &[key(CTRL, Key::Num0)]),
    theme!("Theme of the system", System).separated(),
    theme!("Dark", Dark),
    theme!("Light", Light),
    less_motion(),
    command(
        Menu::View,
        "Full screen",
        "",
        &[key(PLAIN, Key::F11)],
        |_| Action::App(AppAction::ToggleFullScreen),
    )
    .always()
    .separated(),
    KEYS,
    TOUR,
    ABOUT,
];
