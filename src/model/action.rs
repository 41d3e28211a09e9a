//! What a person can ask for. A closed list: whatever the window can do is one of these, and `update` handles each.

use std::path::PathBuf;

use crate::bytes::Span;
use crate::bytes::clip::Pasted;
use crate::map::{Access, Mode};

use super::lab::LabAction;
use super::notice::Topic;
use super::peers::AddedAction;
use super::view::{Column, Columns, Step};
use super::witness::WitnessId;

/// Something the person asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Show the native file dialog.
    OpenDialog,
    /// Stop waiting for the native file dialog.
    CancelDialog,
    /// Open this file.
    Open(PathBuf),
    /// Open a fresh scratch copy of the built-in sample.
    OpenSample,
    /// Open what stands at the open file's path now.
    OpenReplacement,
    /// Close the file; the sample comes back.
    CloseFile,
    /// The window is asked to close.
    Quit,
    /// The path field's text changed.
    PathEdited(String),
    /// Open what the path field says.
    PathSubmitted,
    /// Take this completion into the path field.
    PathCompleted(String),
    /// Leave the path field as it was.
    PathCancelled,

    /// Move the cursor by a step.
    Step {
        /// Which way.
        step: Step,
        /// Keep or begin a selection.
        extend: bool,
    },
    /// Put the cursor on a byte.
    Point {
        /// File offset.
        offset: u64,
        /// Keep or begin a selection.
        extend: bool,
        /// The column that was pointed at.
        column: Column,
    },
    /// Select everything.
    SelectAll,
    /// Scroll by whole rows.
    ScrollRows(i64),
    /// Scroll by points, with the height of a row.
    ScrollPoints {
        /// Distance, positive towards the end.
        points: f32,
        /// Height of a row.
        row_points: f32,
    },
    /// Make this the first row.
    ScrollTo(u64),
    /// The grid found how much it can show.
    Layout {
        /// Bytes in a row.
        columns: u64,
        /// Whole rows.
        page_rows: u64,
    },
    /// Swap the hex and the text column.
    SwapColumn,
    /// Go back to where the cursor was before a jump.
    HistoryBack,
    /// Go forward again.
    HistoryForward,

    /// The lookup field's text changed.
    LookupEdited(String),
    /// Take the lookup's answer: go there.
    LookupCommit,
    /// Return to where the view was before typing.
    LookupCancel,
    /// Commit the last lookup again.
    LookupRepeat,
    /// Commit this entry of the list of answers again.
    LookupPick(usize),

    /// A hex digit was typed, 0 to 15.
    HexDigit(u8),
    /// A character was typed in the text column.
    Character(char),
    /// The clipboard was pasted.
    Paste(Pasted),
    /// A key that would change the file's length was pressed.
    CannotResize(Resize),
    /// Fill the selection with a byte.
    Fill(u8),
    /// Show or hide the fill bar.
    ToggleFill,
    /// The fill bar's text changed.
    FillEdited(String),
    /// Copy the selection as hex (or as text, from the text column).
    Copy,
    /// Take back the last edit.
    Undo,
    /// Bring back the last edit taken back.
    Redo,
    /// Escape: drop a half-typed byte, a selection, a bar.
    Escape,

    /// Private to shared and back.
    ToggleMode,
    /// This mode.
    SetMode(Mode),
    /// Read-only to read-write and back.
    ToggleAccess,
    /// This access.
    SetAccess(Access),
    /// Map the file anew.
    Remap,
    /// msync.
    Flush,
    /// Give back private copies: those of the selection's pages.
    DiscardSelection,
    /// Give back every private copy.
    DiscardAll,
    /// Write the private changes to the file.
    WriteBack,
    /// Write them over what somebody else wrote meanwhile, too.
    WriteBackConflicts,
    /// Store the edits again that the mapping lost.
    Reapply,
    /// Forget the edits that the mapping lost.
    DropPatch,
    /// The answer to "what becomes of the private edits?".
    Unsaved(UnsavedChoice),
    /// Write the list of edits to a file beside the open one.
    ExportEdits,
    /// Write a copy of the bytes as this view shows them beside the open file.
    ExportView,
    /// Keep looking at the old file although its path names another one, or none.
    KeepOld,
    /// Hide a notice.
    Dismiss(Topic),

    /// Show or hide the side panel.
    TogglePanel,
    /// Show this tab of the side panel.
    ShowTab(Tab),
    /// The text of the byte to write changed.
    WitnessByteEdited(String),
    /// Store the byte through this witness.
    WitnessStore(WitnessId),
    /// Something with a process that was added to the witnesses by hand.
    Added(AddedAction),
    /// Ask something of the lab.
    Lab(LabAction),
    /// Bytes in a row.
    SetColumns(Columns),
    /// Larger (1), smaller (-1) or the built-in size (0).
    Zoom(i8),
    /// Follow the system's theme, or be dark, or be light.
    SetTheme(ThemeChoice),
    /// Full screen on or off.
    ToggleFullScreen,
    /// Show or hide the list of keys.
    ToggleHelp,
    /// Map only this part of the file, or all of it.
    SetWindow(Option<Span>),
    /// Put the keyboard here.
    Focus(Focus),
    /// A fading step is due.
    Fade,
}

/// What would change a file's length, which a mapping cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resize {
    /// Insert bytes.
    Insert,
    /// Delete or cut bytes.
    Delete,
}

/// What becomes of private edits that are about to lose their mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsavedChoice {
    /// Write them to the file first.
    Write,
    /// Keep them in the journal, to be reapplied.
    Keep,
    /// Drop them.
    Drop,
    /// Do not go on.
    Stay,
}

/// The tabs of the side panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Tab {
    /// Who sees the byte at the cursor.
    #[default]
    Witnesses,
    /// The answers given so far.
    Lookups,
    /// The mapping, its pages, the file.
    Mapping,
    /// The experiments.
    Lab,
}

/// Which theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Always dark.
    Dark,
    /// Always light.
    Light,
}

/// Where the keyboard can be put.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The byte grid.
    #[default]
    Grid,
    /// The banner that needs an answer.
    Banner,
    /// The lookup field, its text selected.
    Lookup,
    /// The path field, its text selected.
    Path,
    /// The byte to write, in the witness table.
    WitnessByte,
    /// The fill bar.
    Fill,
    /// The list of experiments.
    Lab,
}
