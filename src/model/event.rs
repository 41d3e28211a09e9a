//! What workers and the kernel report. A closed list: the model handles each. What comes from a file or a process names
//! whom it is from, and what answers an order repeats its number.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use crate::bytes::Span;
use crate::lab::claim::{Claim, HandPlan, Progress};
use crate::map::{Access, CallRecord, Identity, Mode, Readout};

use super::Completed;
use super::differences::{Differences, Found};
use super::effect::{FileRequest, Purpose, ScratchFile};
use super::find::FindNews;
use super::identity::{DocId, OrderId, Target};
use super::lab::GivenAnswer;
use super::offer::{JournalNews, OfferId};
use super::others::OthersEvent;
use super::patch::Patch;
use super::process::{PeerEvent, Refusal};
use super::sums::SumsReport;
use super::window::{Look, Origins, ReadBy};
use super::witness::{FilePages, WitnessId, WitnessState};

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file was opened and mapped.
    Opened(DocId, Box<Opened>),
    /// A file could not be opened or mapped: one sentence.
    OpenFailed(DocId, String),
    /// The worker of an open file says something.
    File(FileEvent),
    /// The storage of this file has not answered for this many seconds; `None`: it answers again.
    Waiting(DocId, Option<u64>),
    /// The jobs of this file whose storage has not answered, and for how many seconds each.
    JobsWait(DocId, Vec<(OrderId, u64)>),
    /// A process says something, or something is found out about it.
    Peer(PeerEvent),
    /// Who else maps a file or has it open.
    Others(OthersEvent),
    /// The dialog was closed: the number it was asked with, and a path, nothing, or why there is no dialog.
    Picked(OrderId, Result<Option<PathBuf>, String>),
    /// Completions of the path field's text: the text, and the whole paths.
    Completions(String, Vec<Completed>),
    /// The experiments that there are, and why this system cannot carry one out, where it cannot.
    LabCatalogue(Vec<(&'static Claim, Result<(), String>)>),
    /// What a person does to try each of them by hand, or why it cannot be tried so.
    LabByHand(Vec<(&'static str, Result<Arc<HandPlan>, String>)>),
    /// What is told while experiments run.
    Lab(Box<Progress>),
    /// What was expected of experiments in earlier runs; or why that cannot be kept.
    LabAnswers(Result<Vec<GivenAnswer>, String>),
    /// What the journal on disk has to tell.
    Journal(JournalNews),
}

/// Something from the worker of an open file.
#[derive(Clone, Debug)]
pub struct FileEvent {
    /// The file, the mapping and its generation when this was so.
    pub target: Target,
    /// The order that this answers, where it answers one.
    pub number: Option<OrderId>,
    /// What.
    pub news: FileNews,
}

/// What the worker of an open file says.
#[derive(Clone, Debug)]
pub enum FileNews {
    /// An order was not carried out, and why.
    Refused(Box<FileRequest>, Refusal),
    /// The visible bytes, read just now.
    Looked(Arc<Look>),
    /// Whether the storage still has the pages in sight; `None` where it gives all that is looked at.
    Origins(Option<Origins>),
    /// The answer to a peek.
    Peeked(Readout),
    /// What became of a batch of stores.
    Stored {
        /// From the request.
        purpose: Purpose,
        /// The mode of the mapping they went through.
        mode: Mode,
        /// When.
        at: SystemTime,
        /// One for each store of the batch, or two where only a part was stored.
        results: Vec<StoreResult>,
        /// Edits in the touched pages that were no longer there before the stores.
        lost: Vec<Span>,
    },
    /// A mapping was made anew, or for a new view; the event's target has its generation now.
    Remapped(Remapped),
    /// It could not be mapped anew; the old mapping stands. In words.
    RemapFailed(String),
    /// The mapping was extended because the file grew; private copies are kept.
    Grown(Span),
    /// The outcome of msync.
    Flushed(Result<Flushed, String>),
    /// Private copies were given back: the span of whole pages, and how many of them were copies, where that is known.
    Discarded(Result<(Span, Option<u64>), DiscardError>),
    /// Private copies that held nothing of the person's were given back.
    GaveBack,
    /// What is on the screen is read in this way from now on.
    ReadsBy(ReadBy),
    /// The mapping of a closed view is gone; the event's target names it.
    Dropped,
    /// Writing to this block device is allowed from now on.
    WritingAllowed,
    /// What became of writing private edits to the file.
    WroteBack(WroteBack),
    /// Length and path of the file, when they change.
    State(FileState),
    /// Private copies of these bytes' pages are gone though nobody asked.
    CopiesLost(Vec<Span>),
    /// What a witness in this process says.
    Witness(WitnessId, WitnessState),
    /// What is known of the pages of the file that are watched.
    FilePages(FilePages),
    /// What became of bytes written as a witness in this process.
    WitnessStored {
        /// Which.
        id: WitnessId,
        /// File offset.
        offset: u64,
        /// What was to be stored.
        bytes: Vec<u8>,
        /// What stood there before, where that was read; or why nothing was stored, in words.
        outcome: Result<Option<Vec<u8>>, String>,
    },
    /// Facts about the mapping, while asked for.
    Facts(Box<Facts>),
    /// How far a job is: bytes done of all.
    Progress {
        /// Bytes done.
        done: u64,
        /// All of them.
        total: u64,
    },
    /// A job is over.
    Exported(ExportOutcome),
    /// About edits that come from a journal on disk or a list, or go there.
    Edits(EditsNews),
    /// A search for a difference is over.
    Found(Found),
    /// About sums of what a view shows.
    Sums(SumsNews),
    /// A search for a pattern is over, or a look at what it found.
    Find(FindNews),
    /// Where the private copies differ from the file, when that has changed.
    Compared(Differences),
}

/// What the worker says of edits that come from a journal on disk or a list, or go there.
#[derive(Clone, Debug)]
pub enum EditsNews {
    /// It is written down, or given up, as was asked.
    Noted,
    /// What became of writing to the file what stood there before an earlier run wrote to it.
    PutBack(OfferId, WroteBack),
    /// A list of edits was read, or why not, in words.
    PatchRead(Result<Box<Patch>, String>),
    /// It is of several views: how each is called in it, and how many bytes it lists of that.
    PatchParts(Vec<(String, u64)>),
    /// A file was read to be pasted, or why not, in words.
    WholeRead(Result<Vec<u8>, String>),
}

/// What the worker says of sums.
#[derive(Clone, Debug)]
pub enum SumsNews {
    /// What there is so far.
    SoFar(Box<SumsReport>),
    /// They are over; or why there are none, in words.
    Over(Result<Box<SumsReport>, String>),
}

/// How a mapping is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remapped {
    /// Its mode.
    pub mode: Mode,
    /// Its access.
    pub access: Access,
    /// What it covers.
    pub extent: Span,
    /// It covers the file to its end.
    pub whole: bool,
    /// Why it is not mapped as was asked for, where it is not.
    pub refusal: Option<NotAsAsked>,
}

/// Why a file is mapped in another way than was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAsAsked {
    /// In words that also say what works.
    pub why: String,
    /// The person may allow it: a block device is not written to before somebody has said so.
    pub may_allow: bool,
}

/// What msync did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Nothing: a private mapping has nothing to write.
    Private,
    /// What was changed in this span is on the storage.
    Written(Span),
    /// The same, but an earlier write to the storage had failed, in words: what it lost is lost there.
    EarlierFailure(String),
}

/// Why private copies were not given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiscardError {
    /// A shared mapping has none.
    Shared,
    /// The system refused it, in words.
    Failed(String),
}

/// What became of writing private edits to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WroteBack {
    /// Written runs.
    pub written: Vec<Span>,
    /// They are on the storage too.
    pub synced: bool,
    /// Bytes where somebody else had written meanwhile: offset and what is there now.
    pub conflicts: Vec<(u64, u8)>,
    /// What could not be written, in words.
    pub error: Option<String>,
}

impl WroteBack {
    /// All of it stands in the file and on its device, whether it had to be written or stood there already.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let is_on_device = self.synced || self.written.is_empty();
        is_on_device && self.error.is_none() && self.conflicts.is_empty()
    }
}

/// How a job that writes a file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportOutcome {
    /// The file is there.
    Done {
        /// Where.
        destination: PathBuf,
        /// How many bytes it holds.
        bytes: u64,
        /// It holds the bytes as the view showed them, not the list of edits.
        is_view: bool,
    },
    /// It was stopped, and left nothing.
    Cancelled,
    /// It could not be written, in words; nothing is left.
    Failed(String),
}

/// A file that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it is.
    pub path: PathBuf,
    /// Which scratch file of this program it is, where it is one.
    pub scratch: Option<ScratchFile>,
    /// What makes it this file, whatever its path.
    pub identity: Identity,
    /// How it is mapped.
    pub mapped: Remapped,
    /// Length of the file.
    pub file_len: u64,
    /// Bytes in a page.
    pub page_bytes: u64,
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
