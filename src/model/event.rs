//! What workers and the kernel report. A closed list: `update` handles each.

use std::path::PathBuf;

use crate::bytes::Span;
use crate::map::{Access, CallRecord, Mode, Readout};

use super::effect::{Purpose, ScratchFile};
use super::peers::{AddedId, AddedNews};
use super::window::Look;
use super::witness::{WitnessId, WitnessState};
use crate::lab::claim::{Claim, Progress};

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file was opened and mapped.
    Opened(Box<Opened>),
    /// A file could not be opened or mapped: one sentence.
    OpenFailed(String),
    /// The visible bytes, read just now.
    Looked(Box<Look>),
    /// The answer to a peek.
    Peeked {
        /// From the request.
        ticket: u64,
        /// The bytes.
        readout: Readout,
    },
    /// What became of a batch of stores.
    Stored {
        /// From the request.
        purpose: Purpose,
        /// The mode of the mapping they went through.
        mode: Mode,
        /// One for each store of the batch.
        results: Vec<StoreResult>,
    },
    /// The file was mapped anew.
    Remapped {
        /// The mode it has now.
        mode: Mode,
        /// The access it has now.
        access: Access,
        /// What it covers now.
        extent: Span,
        /// It covers the file to its end.
        whole: bool,
        /// Why it is not writable although that was asked for.
        refusal: Option<String>,
    },
    /// The file could not be mapped anew; the old mapping stands.
    RemapFailed(String),
    /// The mapping was extended because the file grew; private copies are kept.
    Grown(Span),
    /// The outcome of msync, in words.
    Flushed(Result<String, String>),
    /// Private copies were given back: the span of whole pages, and how many of them were copies, where that is known.
    Discarded(Result<(Span, Option<u64>), String>),
    /// What became of writing private edits to the file.
    WroteBack {
        /// Written runs.
        written: Vec<Span>,
        /// Bytes where somebody else had written meanwhile: offset and what is there now.
        conflicts: Vec<(u64, u8)>,
        /// What could not be written, in words.
        error: Option<String>,
    },
    /// Length and path of the file, when they change.
    FileState(FileState),
    /// Private copies of these pages are gone though nobody asked.
    CopiesLost(Vec<Span>),
    /// What a witness says.
    Witness {
        /// Which.
        id: WitnessId,
        /// What it says.
        state: WitnessState,
    },
    /// What became of a byte written through a witness, or of its process.
    WitnessNote {
        /// Which.
        id: WitnessId,
        /// In words.
        note: String,
    },
    /// What a process says that was added by hand, or what is found out about it.
    Added(AddedId, AddedNews),
    /// Facts about the mapping, while asked for.
    Facts(Box<Facts>),
    /// A file was written beside the open one, or could not be: a sentence.
    Exported(Result<String, String>),
    /// The dialog was closed: a path, nothing, or a sentence that says why there is no dialog.
    Picked(Result<Option<PathBuf>, String>),
    /// Completions of the path field's text: the text, and the whole paths.
    Completions(String, Vec<String>),
    /// The storage has not answered for this many seconds; `None`: it answers again.
    Waiting(Option<u64>),
    /// The experiments that there are, and why this system cannot carry one out, where it cannot.
    LabCatalogue(Vec<(&'static Claim, Result<(), String>)>),
    /// What is told while experiments run.
    Lab(Box<Progress>),
}

/// A file that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it is.
    pub path: PathBuf,
    /// Which scratch file of this program it is, where it is one.
    pub scratch: Option<ScratchFile>,
    /// The mode it is mapped in.
    pub mode: Mode,
    /// The access it is mapped with.
    pub access: Access,
    /// What the mapping covers.
    pub extent: Span,
    /// It covers the file to its end.
    pub whole: bool,
    /// Length of the file.
    pub file_len: u64,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// Why it is not writable although that was asked for.
    pub refusal: Option<String>,
}

/// What became of one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreResult {
    /// File offset.
    pub offset: u64,
    /// What was stored, or was to be.
    pub bytes: Vec<u8>,
    /// The outcome.
    pub outcome: StoreOutcome,
}

/// The outcome of one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreOutcome {
    /// Stored; this stood there before.
    Stored(Vec<u8>),
    /// Not stored: something else stood there than was expected.
    Changed(Vec<u8>),
    /// Not stored, in words.
    Refused(String),
}

/// Length and path of the open file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Its length now.
    pub file_len: u64,
    /// What its path names now.
    pub path: PathNow,
}

/// What the path of the open file names now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathNow {
    /// The open file.
    Same,
    /// Another file, of this length.
    Replaced(u64),
    /// Nothing.
    Deleted,
    /// It cannot be told, in words.
    Unknown(String),
}

/// Facts about the mapping.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Name and value, in the order to be shown.
    pub lines: Vec<(String, String)>,
    /// The last calls made for the person, newest last.
    pub calls: Vec<CallRecord>,
    /// Reads for painting, which are counted and not listed.
    pub painted_reads: u64,
}
