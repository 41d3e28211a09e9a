//! What the shell must do for the model: values, so that `update` needs no thread and no file.

use std::path::PathBuf;

use crate::bytes::Span;
use crate::bytes::clip::Clip;
use crate::map::{Access, Mode};

use super::action::{Focus, ThemeChoice};
use super::journal::PendingRun;
use super::peers::AddedOrder;
use super::witness::WitnessId;

/// Something to be done outside the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a file in a worker of its own; the open one stays until it is ready.
    Open(OpenRequest),
    /// Show the native dialog, beginning in this folder.
    Pick(Option<PathBuf>),
    /// Close the native dialog.
    CancelPick,
    /// List completions of this path.
    Complete(String),
    /// Ask the open file's worker.
    File(FileRequest),
    /// Watch these bytes through every witness; `None` lets them rest.
    Watch(Option<Span>),
    /// Store bytes through a witness.
    WitnessStore {
        /// Which witness.
        id: WitnessId,
        /// File offset.
        offset: u64,
        /// What to store.
        bytes: Vec<u8>,
    },
    /// Something with a process that was added by hand.
    Added(AddedOrder),
    /// Put text on the clipboard.
    CopyText(Clip),
    /// Put the keyboard somewhere.
    Focus(Focus),
    /// Larger, smaller or built-in size.
    Zoom(i8),
    /// Dark, light or the system's.
    Theme(ThemeChoice),
    /// Full screen on or off.
    ToggleFullScreen,
    /// Run experiments, one after the other.
    LabRun {
        /// Their names.
        names: Vec<String>,
        /// With a pause after each step, to watch it.
        slowly: bool,
    },
    /// Stop the experiments after the step under way.
    LabStop,
    /// Let the window close.
    Quit,
}

/// A file to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRequest {
    /// Where it is; `None` for a fresh scratch file.
    pub path: Option<PathBuf>,
    /// Which scratch file, where there is no path.
    pub scratch: ScratchFile,
    /// The mode to map it in.
    pub mode: Mode,
    /// The access to map it with.
    pub access: Access,
    /// The part to map; `None` for all of it.
    pub span: Option<Span>,
}

/// A scratch file of this program: a real file, in a folder of its own that goes with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScratchFile {
    /// A copy of the built-in sample.
    #[default]
    Sample,
    /// Three pages, all `A`, all `B`, all `C`: what experiments use.
    Letters,
}

/// What the worker of an open file can be asked. It answers each with an [`super::Event`].
#[derive(Clone, Debug, PartialEq)]
pub enum FileRequest {
    /// Read these bytes for the screen, and go on watching them.
    Look(Span),
    /// Read a few bytes for an answer.
    Peek {
        /// Comes back with the answer.
        ticket: u64,
        /// Which bytes.
        span: Span,
    },
    /// Store bytes through the view's mapping.
    Store(StoreBatch),
    /// Map anew, maybe otherwise. Private copies go.
    Remap {
        /// The mode.
        mode: Mode,
        /// The access.
        access: Access,
        /// The part to map; `None` for all of it.
        span: Option<Span>,
    },
    /// msync the mapping.
    Flush,
    /// Give back the private copies of the pages that this span touches.
    Discard(Span),
    /// Write private edits to the file, each only where its base still stands.
    WriteBack(Vec<PendingRun>),
    /// Watch these bytes through the witnesses of this process.
    Watch(Option<Span>),
    /// Store through the other mode's mapping, or into the file.
    WitnessStore {
        /// [`WitnessId::OtherMode`] or [`WitnessId::File`].
        id: WitnessId,
        /// File offset.
        offset: u64,
        /// What to store.
        bytes: Vec<u8>,
    },
    /// Report the mapping's facts while shown.
    Facts(bool),
    /// Write this text to a new file beside the open one, whose name ends in `suffix`.
    ExportText {
        /// Appended to the open file's name.
        suffix: &'static str,
        /// What to write.
        text: String,
    },
    /// Write the bytes as the view shows them to a new file beside the open one.
    ExportView,
}

/// Stores that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreBatch {
    /// Comes back with the report.
    pub purpose: Purpose,
    /// The mode that the mapping must have; else nothing is stored.
    pub mode: Mode,
    /// What to store where.
    pub stores: Vec<Store>,
}

/// Bytes to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// File offset.
    pub offset: u64,
    /// What to store.
    pub bytes: Vec<u8>,
    /// What must stand there now; `None` for whatever.
    pub expect: Option<Vec<u8>>,
}

/// Why bytes are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The person typed, pasted or filled.
    Edit,
    /// To take back this edit.
    Undo(u64),
    /// To bring back this edit.
    Redo(u64),
    /// To bring back what the mapping lost.
    Reapply,
}
