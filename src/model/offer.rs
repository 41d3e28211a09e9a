//! What an earlier run of the program left: edits of files, to be taken up again or not. Plain data.
//!
//! It owns the words about it. It must not know the journal's file; nothing here is applied unasked.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::bytes::escape::escape_path;
use crate::bytes::size::{counted, counted_are};
use crate::map::Identity;

use super::journal::PendingRun;

/// Places that are listed one by one.
pub const LISTED: usize = 8;

/// Names what is offered of one file, in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferId(pub u64);

/// A part of what is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferPart {
    /// What is not in the file.
    Unsaved,
    /// What is in the file, and could be taken back.
    InFile,
    /// All of it.
    All,
}

/// What stands at the path of a file that was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFate {
    /// That file, and where it was edited it holds what it held, or what was put there.
    Same,
    /// That file, and where it was edited it holds what it held, or what was put there; but around that, in so many
    /// blocks of 4 KiB, something else.
    Around(u64),
    /// That file, which holds something else in so many edited places.
    Changed(u64),
    /// Another file, which holds something else in so many edited places.
    Replaced(u64),
    /// Another file, which holds the same in all edited places, but around them, in so many blocks, something else.
    ReplacedAround(u64),
    /// Nothing.
    Gone,
    /// It cannot be read, and why.
    Unreadable(String),
}

/// Why a journal is not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TornEnd {
    /// Where the last whole record ends, in bytes.
    pub at: u64,
    /// How many bytes follow that are none.
    pub bytes: u64,
}

/// What an earlier run left of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditsOffer {
    /// Its name.
    pub id: OfferId,
    /// Where the file was opened.
    pub path: PathBuf,
    /// What is there now, where something is.
    pub identity: Option<Identity>,
    /// The same in words.
    pub standing: FileFate,
    /// The first edited places where it holds neither what stood there nor what was put there, at most [`LISTED`], and
    /// what it holds. Ascending among what is not in the file, then among what is.
    pub conflicts: Vec<(u64, u8)>,
    /// When it was last edited.
    pub at: SystemTime,
    /// How long the file was when it was first edited, in bytes.
    pub size: u64,
    /// What is not in the file, ascending: what stood there, and what was put there.
    pub unsaved: Vec<PendingRun>,
    /// What was put into the file, ascending: what stood there before, and what was put there.
    pub in_file: Vec<PendingRun>,
    /// The end of the journal that could not be read.
    pub cut: Option<TornEnd>,
}

/// What stands where, the first of it one by one.
pub(super) fn conflict_words(conflicts: &[(u64, u8)]) -> String {
    let shown = conflicts.iter().take(LISTED);
    let shown: Vec<String> = shown
        .map(|(offset, found)| format!("{found:02x} at {offset:#x}"))
        .collect();
    let more = match conflicts.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

fn blocks(n: u64) -> String {
    format!("{} of 4 KiB", counted(n, "block"))
}

/// How many bytes runs have.
#[must_use]
pub fn n_bytes(runs: &[PendingRun]) -> u64 {
    runs.iter().map(|run| run.value.len() as u64).sum()
}

impl EditsOffer {
    /// What is offered, in words, after the file's name.
    #[must_use]
    pub fn words(&self) -> String {
        let (unsaved, in_file) = (n_bytes(&self.unsaved), n_bytes(&self.in_file));
        let mut words = match (unsaved, in_file) {
            (0, in_file) => format!(
                "{} in the file already",
                counted_are(in_file, "edited byte")
            ),
            (unsaved, 0) => format!("{} not in the file", counted_are(unsaved, "edited byte")),
            (unsaved, in_file) => format!(
                "{} not in the file, {in_file} {} in it already",
                counted_are(unsaved, "edited byte"),
                if in_file == 1 { "is" } else { "are" }
            ),
        };
        let standing = match &self.standing {
            FileFate::Same => String::new(),
            FileFate::Around(n) => format!(
                "; these bytes stand as they did, but around them, in {}, somebody changed others since",
                blocks(*n)
            ),
            FileFate::Changed(n) => format!(
                "; somebody changed {} of these since{}",
                counted(*n, "byte"),
                self.listed(*n)
            ),
            FileFate::Replaced(0) => {
                "; another file is in its place, which holds the same there".to_owned()
            }
            FileFate::Replaced(n) => format!(
                "; another file is in its place, which holds {} otherwise{}",
                counted(*n, "byte"),
                self.listed(*n)
            ),
            FileFate::ReplacedAround(n) => format!(
                "; another file is in its place, which holds these bytes, but around them, in {}, others",
                blocks(*n)
            ),
            FileFate::Gone => "; the file is gone".to_owned(),
            FileFate::Unreadable(why) => format!("; the file cannot be read ({why})"),
        };
        words += &standing;
        if let Some(cut) = self.cut {
            let n = counted(cut.bytes, "byte");
            words = format!(
                "{words}; the journal's last {n} cannot be read: at its byte {} no whole record stands",
                cut.at
            );
        }
        words
    }

    /// What stands in the way, the first of it one by one, of `n` in all.
    fn listed(&self, n: u64) -> String {
        if self.conflicts.is_empty() {
            return String::new(); // past the end of the file
        }
        let more = match n.saturating_sub(self.conflicts.len() as u64) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(": {}{more}", conflict_words(&self.conflicts))
    }

    /// The place of the file, as it can be shown.
    #[must_use]
    pub fn place(&self) -> String {
        escape_path(&self.path)
    }
}

/// What the journal on disk has to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum JournalNews {
    /// What earlier runs left; told once, at the start.
    Offers(Vec<EditsOffer>),
    /// Journals that earlier runs left cannot be read, in words.
    Unread(String),
    /// There is no journal for now, in words.
    Unavailable(String),
    /// There is one from now on; what was edited meanwhile does not stand in it.
    Available,
    /// So many bytes that are in files can no longer be taken back after an end of the program.
    Forgot(u64),
    /// What was written down could not be put on the disk, in words.
    SyncFailed(String),
    /// What became of listing an offer in a file: where it is, or why not.
    Listed(OfferId, Result<PathBuf, String>),
    /// Something could not be done, in words.
    Failed(String),
}
