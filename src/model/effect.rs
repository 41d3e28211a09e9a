//! What the shell must do for the model: values, so that the model needs no thread and no file.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bytes::Span;
use crate::bytes::clip::Clip;
use crate::bytes::find::MatchRun;
use crate::lab::claim::Contents;
use crate::map::{Access, Mode};

use super::action::{Focus, ThemeChoice};
use super::differences::Heading;
use super::find::FindRequest;
use super::happened::StepsText;
use super::identity::{DocId, MappingId, OrderId, Target};
use super::journal::PendingRun;
use super::lab::{GivenAnswer, Pace};
use super::offer::{OfferId, OfferPart};
use super::process::PeerOrder;
use super::session::{ProgramLanguage, Session};
use super::window::ReadBy;
use super::witness::WitnessId;

/// Something to be done outside the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a file in a worker of its own, its first mapping under this name.
    Open(DocId, MappingId, OpenRequest),
    /// The file is closed: its worker and its processes go.
    Close(DocId),
    /// Ask the worker of the order's file.
    File(FileOrder),
    /// Stop a job of this file.
    CancelJob(DocId, OrderId),
    /// Ask the pool of processes.
    Peers(PeerOrder),
    /// Show the native dialog.
    Pick(PickRequest),
    /// Close the native dialog.
    CancelPick,
    /// List completions of this path.
    Complete(String),
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
        /// How fast.
        pace: Pace,
    },
    /// Keep what the person expected of an experiment, and whether it was so.
    LabAnswered(GivenAnswer),
    /// Forget what was expected of the experiment of this name.
    LabForget(String),
    /// The step of an experiment that waits may go.
    LabStep,
    /// What is tried by hand does this next: its place in the list.
    LabHaveDone(usize),
    /// All steps that are left may go.
    LabGoOn,
    /// Stop the experiments after the step under way.
    LabStop,
    /// What an earlier run left is decided.
    Retire(OfferId, OfferPart),
    /// List what an earlier run left of a file that is not open.
    ListOffer {
        /// Which.
        offer: OfferId,
        /// Where to.
        destination: PathBuf,
        /// What to do where a file is there already.
        if_exists: IfExists,
        /// The list.
        text: String,
    },
    /// Let the window close.
    Quit,
}

/// What the native dialog is to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickRequest {
    /// Comes back with what was picked.
    pub number: OrderId,
    /// A name to save under, rather than a file to open.
    pub save: bool,
    /// The folder to begin in.
    pub folder: Option<PathBuf>,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ScratchFile {
    /// A copy of the built-in sample.
    #[default]
    Sample,
    /// What an experiment that is tried by hand begins with.
    Made(Arc<Contents>),
}

/// An order to the worker of an open file. It is answered once, under its number, and carried out only where the mapping
/// is still of the generation that was meant.
#[derive(Clone, Debug, PartialEq)]
pub struct FileOrder {
    /// Comes back with the answer.
    pub number: OrderId,
    /// The file, the mapping and the generation that it is for.
    pub target: Target,
    /// What is asked.
    pub request: FileRequest,
}

/// What the worker of an open file can be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum FileRequest {
    /// Read these bytes for the screen, and go on watching them; `None` lets them rest.
    Look(Option<Span>),
    /// Read a few bytes for an answer.
    Peek(Span),
    /// Store bytes through the mapping.
    Store(StoreBatch),
    /// Map anew, maybe otherwise, as the next generation. Private copies go.
    Remap {
        /// The mode.
        mode: Mode,
        /// The access.
        access: Access,
        /// The part to map; `None` for all of it.
        span: Option<Span>,
    },
    /// Make a further mapping of the file, for a second view.
    AddView {
        /// Its name.
        mapping: MappingId,
        /// The mode.
        mode: Mode,
        /// The access.
        access: Access,
    },
    /// The view of this mapping is closed: whatever stands in its place goes, in any generation.
    DropView,
    /// Read what is on the screen in this way from now on, until it is mapped anew.
    ReadBy(ReadBy),
    /// The person allows writing to this block device.
    AllowWriting,
    /// msync the mapping.
    Flush,
    /// Give back the private copies of the pages that this span touches.
    Discard(Span),
    /// Give back the private copies of these pages: they hold nothing of the person's any more.
    GiveBack(Vec<Span>),
    /// Write private edits to the file, each only where its base still stands.
    WriteBack(Vec<PendingRun>),
    /// Watch these bytes through the witnesses of this process; `None` lets them rest.
    Watch(Option<Span>),
    /// Store through the other mode's mapping, or into the file.
    WitnessStore {
        /// [`WitnessId::OtherMode`] or [`WitnessId::File`].
        id: WitnessId,
        /// File offset.
        offset: u64,
        /// What to store.
        bytes: Vec<u8>,
        /// What must stand there now; `None` for whatever.
        expect: Option<Vec<u8>>,
    },
    /// Report the mapping's facts while shown.
    Facts(bool),
    /// Look for a difference between the view's private copies and the file; a job.
    FindDifference {
        /// From this offset.
        from: u64,
        /// Which way.
        heading: Heading,
    },
    /// Look for a pattern in what the view shows; a job.
    Find(Box<FindRequest>),
    /// Read these matches of it once more, as they stand now; a job.
    ReadMatches(Box<FindRequest>, Vec<MatchRun>),
    /// Private edits of these bytes are given up: nothing of them is to be offered after an end of the program.
    Forget(Vec<Span>),
    /// Edits that an earlier run left are this view's from now on, and wait to be reapplied.
    TakeOver {
        /// Which.
        offer: OfferId,
        /// What stood there, and what was put there.
        runs: Vec<PendingRun>,
    },
    /// Private edits are written down that were made while that could not be.
    WriteDown {
        /// Those that the mapping held. What it holds no more is left out.
        held: Vec<PendingRun>,
        /// Those that wait to be reapplied.
        waiting: Vec<PendingRun>,
    },
    /// Write to the file what stood there before an earlier run wrote to it, where it still holds what that put there.
    PutBack {
        /// Which.
        offer: OfferId,
        /// What stands there, and what stood there before.
        runs: Vec<PendingRun>,
    },
    /// Read a list of edits, and compare it with what the view shows.
    ReadPatch(PathBuf),
    /// The same of a list of several views: those of the one that it calls so.
    ReadPatchPart(PathBuf, String),
    /// Read the bytes of another file, all of them, to be pasted.
    ReadWhole(PathBuf),
    /// Sum these bytes as the view shows them; a job.
    Sum(Span),
    /// Write something to a new file; a job.
    Export {
        /// Where.
        destination: PathBuf,
        /// What becomes of a file that is there already.
        if_exists: IfExists,
        /// What.
        what: Export,
    },
}

/// What becomes of a file that stands where another one is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// It stays, and nothing is written.
    Refuse,
    /// It is replaced: the person agreed to that.
    Replace,
    /// It stays, and the new one gets a number.
    Number,
}

/// What can be written to a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Export {
    /// This text.
    Text(String),
    /// A session as steps, and the surroundings as whoever writes it finds them.
    Steps(StepsText),
    /// A session as a program, with what it is built with, in a folder of its own.
    Program(Box<Session>, ProgramLanguage),
    /// The bytes as the view shows them.
    View,
    /// Those of them in this span, each of which must be there.
    Part(Span),
}

/// Stores that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreBatch {
    /// Comes back with the report.
    pub purpose: Purpose,
    /// What to store where.
    pub stores: Vec<Store>,
    /// The edits that stand in the pages that the stores touch: a page that was taken away unnoticed just before would
    /// be copied anew by the store, so they are compared under the store's lock.
    pub beside: Vec<PendingRun>,
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
    /// To take back this edit as a step of its own, whichever is the last one.
    UndoOne(u64),
    /// To bring back what the mapping lost.
    Reapply,
}

impl FileRequest {
    /// It names what is looked at or written down, and changes no byte.
    #[must_use]
    pub fn is_look(&self) -> bool {
        matches!(
            self,
            Self::Look(_)
                | Self::Peek(_)
                | Self::Watch(_)
                | Self::Facts(_)
                | Self::ReadPatch(_)
                | Self::ReadPatchPart(..)
                | Self::ReadWhole(_)
                | Self::Sum(_)
                | Self::Forget(_)
                | Self::TakeOver { .. }
                | Self::WriteDown { .. }
        )
    }

    /// It is for the mapping of that name, whichever mmap stands there by now.
    #[must_use]
    pub fn is_for_any_generation(&self) -> bool {
        match self {
            Self::Sum(_) => false, // of another mapping nobody waits for them
            Self::DropView | Self::AllowWriting => true,
            _ => self.is_look(),
        }
    }
}
