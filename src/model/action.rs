//! What a person can ask for, by area. A closed list: whatever the window can do is one of these, and each area has one
//! exhaustive place that handles it.
//!
//! An action names the view it is for ([`Intent`]): what was pressed in one view never acts on another one that came
//! forward meanwhile.

use std::path::PathBuf;

use crate::bytes::Span;
use crate::bytes::clip::Pasted;
use crate::bytes::forms::Form;
use crate::map::{Access, Mode};

use super::differences::Heading;
use super::find_bar::FindAction;
use super::identity::{DocId, OrderId, ViewId};
use super::lab::LabAction;
use super::offer::OfferId;
use super::peers::PeersAction;
use super::session::ProgramLanguage;
use super::topic::{Subject, Topic};
use super::viewport::{Column, Columns, Step};
use super::window::ReadBy;

/// An action and the view that it was done in.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The view that had the keyboard, or was pointed at. `None` where there was none.
    pub view: Option<ViewId>,
    /// What is asked for.
    pub action: Action,
}

/// Something the person asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Of the program as a whole.
    App(AppAction),
    /// Of files: opening and closing them.
    File(FileAction),
    /// Of the open file: saving, and answers to its questions.
    Doc(DocAction),
    /// Moving about in a view, and looking up.
    View(ViewAction),
    /// Changing bytes.
    Edit(EditAction),
    /// Of the mapping as a whole.
    Mapping(MappingAction),
    /// Of the witnesses and their processes.
    Peers(PeersAction),
    /// Of the lab.
    Lab(LabAction),
    /// Of the form *Find*.
    Find(FindAction),
    /// Of what an earlier run left.
    Offer(OfferId, OfferAction),
    /// What is said of a view can be done to that one alone, whichever has the keyboard.
    In(ViewId, Box<Self>),
}

/// Of the program as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum AppAction {
    /// The window is asked to close.
    Quit,
    /// Put the keyboard here.
    Focus(Focus),
    /// Bring this file's tab forward.
    FocusDoc(DocId),
    /// Put the keyboard into this view, and bring its tab forward.
    FocusView(ViewId),
    /// Put the keyboard here, with this view as the one that everything tells of.
    FocusIn(ViewId, Focus),
    /// Show what this view maps, with it as the one that everything tells of.
    ShowMappingOf(ViewId),
    /// These views are on the screen, and no others.
    Shown(Vec<ViewId>),
    /// Show or hide the side panel.
    TogglePanel,
    /// Show or hide the data inspector.
    ToggleInspector,
    /// Show this tab of the side panel.
    ShowTab(Tab),
    /// Bytes in a row.
    SetColumns(Columns),
    /// Larger (1), smaller (-1) or the built-in size (0).
    Zoom(i8),
    /// Follow the system's theme, or be dark, or be light.
    SetTheme(ThemeChoice),
    /// Have nothing move, or let everything.
    ToggleMotion,
    /// Full screen on or off.
    ToggleFullScreen,
    /// Show or hide the list of keys.
    ToggleHelp,
    /// Leave the tour, or take it up again.
    ToggleTour,
    /// Copy what a shell is told in a step of the tour.
    CopyTourCommand,
    /// Copy this text.
    CopyText(String),
    /// Hide a message of the program.
    Dismiss(Topic),
    /// The answer to "what becomes of the edits?" before the window closes.
    Unsaved(UnsavedChoice),
    /// Do what a refused order would do now.
    Redirect(OrderId),
    /// Forget a refused order.
    Forget(OrderId),
    /// A fading step is due.
    Fade,
}

/// Of files: opening and closing them.
#[derive(Clone, Debug, PartialEq)]
pub enum FileAction {
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
    /// Close the view's file.
    Close,
    /// Close the view, and its file where it is the last one.
    CloseView,
    /// Close this file, whichever view has the keyboard.
    CloseDoc(DocId),
    /// The path field's text changed.
    PathEdited(String),
    /// Open what the path field says.
    PathSubmitted,
    /// Take this completion into the path field.
    PathCompleted(PathBuf),
    /// Leave the path field as it was.
    PathCancelled,
    /// Choose the place to save at in the system's dialog.
    DestinationDialog,
}

/// Of one open file.
#[derive(Clone, Debug, PartialEq)]
pub enum DocAction {
    /// Keep looking at the old file although its path names another one, or none.
    KeepOld,
    /// The answer to "what becomes of the private edits?".
    Unsaved(UnsavedChoice),
    /// Write the list of edits to a file: asks where.
    ExportEdits,
    /// Apply a list of edits: asks which.
    AskForPatch,
    /// Store what the list of edits changes; `over`: also where something else stands than it says.
    ApplyPatch {
        /// Over what somebody else put there, too.
        over: bool,
    },
    /// Do not apply the list of edits.
    DropPatchList,
    /// Compare the edits of this one of the views that the list is of.
    ChoosePatchPart(usize),
    /// Write a copy of the bytes as this view shows them: asks where.
    SaveCopy,
    /// Write the selected bytes as this view shows them to a file of their own: asks where.
    SaveSelection,
    /// Paste the bytes of a file at the cursor: asks which.
    PasteFile,
    /// Copy *What happened* as text.
    CopyHappened,
    /// Write *What happened* to a file as text: asks where.
    SaveHappened,
    /// Write *What happened* to a file as steps that can be done again: asks where.
    SaveSteps,
    /// Write *What happened* as a program that does it again: asks for a folder.
    SaveProgram(ProgramLanguage),
    /// Save this picture, an SVG: asks where.
    SavePicture(String),
    /// The field that asks where to save changed.
    DestinationEdited(String),
    /// Save there.
    DestinationSubmitted,
    /// Do not save.
    DestinationCancelled,
    /// Stop this job.
    CancelJob(OrderId),
    /// Hide a message about the file.
    Dismiss(Topic),
    /// Hide an error.
    DismissError(Subject),
    /// Have both views show the same rows, or each its own.
    ToggleLockedScrolling,
}

/// What can be done with what an earlier run left of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferAction {
    /// Open the file, or bring it forward.
    Open,
    /// Take over what is not in the file, and store it in the view.
    Reapply,
    /// Write to the file what stood there before, where nobody changed it since.
    PutBack,
    /// List all of it in a new file.
    List,
    /// Forget all of it.
    Discard,
}

/// Moving about in a view, and looking up.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewAction {
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
    /// Go to this file offset, as a jump.
    GoTo(u64),
    /// Go to the next difference between the view and the file, or to the one before.
    FindDifference(Heading),
    /// Sum the selection, or all that the view shows.
    Sum,
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
    /// Escape: drop a half-typed byte, a selection, a bar.
    Escape,
}

impl ViewAction {
    /// It says that the person is at work in the view: what only moves the rows, or follows from the room there is, says
    /// nothing about where the keys go.
    pub(super) fn takes_focus(&self) -> bool {
        !matches!(
            self,
            Self::ScrollRows(_)
                | Self::ScrollPoints { .. }
                | Self::ScrollTo(_)
                | Self::Layout { .. }
        )
    }
}

/// Changing bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum EditAction {
    /// A hex digit was typed, 0 to 15.
    HexDigit(u8),
    /// A character was typed in the text column.
    Character(char),
    /// The clipboard was pasted.
    Paste(Pasted),
    /// The clipboard was pasted as this form, whatever the column.
    PasteAs(Form, Pasted),
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
    /// Copy the selection in this form.
    CopyAs(Form),
    /// Copy what says where the selection is.
    CopyPlace(PlaceText),
    /// Store these bytes there, as a value was typed for what stands there.
    Put {
        /// File offset.
        offset: u64,
        /// What to store.
        bytes: Vec<u8>,
    },
    /// Take back the last edit.
    Undo,
    /// Bring back the last edit taken back.
    Redo,
    /// Take back this edit alone, by its number.
    UndoOne(u64),
    /// Write the private changes to the file.
    WriteBack,
    /// Write them over what somebody else wrote meanwhile, too.
    WriteBackConflicts,
    /// Store the edits again that the mapping lost.
    Reapply,
    /// Forget the edits that the mapping lost.
    DropPatch,
}

/// A text that says where bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceText {
    /// The offset or the range, as it can be looked up.
    Offset,
    /// The path.
    Path,
    /// A command that reads them from the file.
    Dd,
    /// A command that shows them.
    Xxd,
}

/// Of the mapping as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MappingAction {
    /// Private to shared and back.
    ToggleMode,
    /// This mode.
    SetMode(Mode),
    /// Read-only to read-write and back.
    ToggleAccess,
    /// This access.
    SetAccess(Access),
    /// Map only this part of the file, or all of it.
    SetWindow(Option<Span>),
    /// Map the file anew.
    Remap,
    /// Allow writing to a block device.
    AllowWriting,
    /// msync.
    Flush,
    /// Give back private copies: those of the selection's pages.
    DiscardSelection,
    /// Give back every private copy.
    DiscardAll,
    /// Read the bytes on the screen in this way.
    ReadBy(ReadBy),
    /// A second view of the file, with a mapping of its own in the other mode.
    AddView,
}

/// What would change a file's length, which a mapping cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resize {
    /// Insert bytes.
    Insert,
    /// Delete or cut bytes.
    Delete,
}

/// What becomes of edits that are about to lose their mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsavedChoice {
    /// Write them to the file first.
    Write,
    /// Keep them: in the journal, or exported where the journal goes too.
    Keep,
    /// Drop them.
    Drop,
    /// Do not go on.
    Stay,
}

/// The tabs of the side panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Tab {
    /// Who sees the byte at the cursor. The lab stood in the panel once.
    #[default]
    #[serde(alias = "Lab")]
    Witnesses,
    /// The answers given so far.
    Lookups,
    /// The mapping, its pages, the file.
    Mapping,
    /// The edits that are not in the file.
    Edits,
    /// Sums of what the view shows.
    Sums,
    /// The matches that were found.
    Found,
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
    /// The line of messages.
    Messages,
    /// What was just done, where something can be done about it.
    News,
    /// The lookup field, its text selected.
    Lookup,
    /// The path field, its text selected.
    Path,
    /// The byte to write, in the witness table.
    WitnessByte,
    /// The first row of that table.
    Rows,
    /// The fill bar.
    Fill,
    /// The field that asks where to save.
    Destination,
    /// The list of experiments.
    Lab,
    /// The tabs of the side panel.
    Panel,
    /// The data inspector.
    Inspector,
    /// The field of what to look for.
    Find,
}
