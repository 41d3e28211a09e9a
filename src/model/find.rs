//! What is looked for in a file, and what came of it: plain data.
//!
//! It owns the words in which a search is asked for and answered. It must not know how it is done.

use crate::bytes::Span;
use crate::bytes::find::{MatchRun, Pattern};
use crate::map::{Gap, GapReason};

/// What is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindGoal {
    /// All matches.
    All,
    /// The first match that begins at or after an offset.
    Next {
        /// That offset.
        from: u64,
        /// Whether the search goes on from the first byte where there is none.
        wraps: bool,
    },
    /// The last match that begins before an offset.
    Previous {
        /// That offset.
        before: u64,
        /// Whether the search goes on from the last byte where there is none.
        wraps: bool,
    },
}

/// A search that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindRequest {
    /// What is looked for.
    pub pattern: Pattern,
    /// The bytes that matches have to lie in, in offsets of the file; `None` is all that the view shows. Nothing outside is
    /// looked at: an expression sees ends of the text there.
    pub span: Option<Span>,
    /// Which matches are to be found.
    pub goal: FindGoal,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindProgress {
    /// Bytes that were searched, holes too.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// Matches so far, of a search for all.
    pub count: u64,
}

/// A match that was looked for from a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearestMatch {
    /// Its bytes.
    pub span: Span,
    /// It lies beyond the end towards which was looked.
    pub wrapped: bool,
}

/// All matches, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchList {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub runs: Vec<MatchRun>,
    /// Whether `runs` has all of them.
    pub lists_all: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundMatches {
    /// Asked for with [`FindGoal::All`].
    All(MatchList),
    /// Asked for with one of the others; `None` where there is no match.
    Nearest(Option<NearestMatch>),
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindReport {
    /// The matches.
    pub found: FoundMatches,
    /// It was stopped; `found` has what was found until then, which of a search for all is all up to some place.
    pub is_stopped: bool,
    /// Bytes that could not be read, of those that were searched.
    pub unread: u64,
    /// Where and why: the first 1000 stretches.
    pub gaps: Vec<Gap>,
}

/// A match with what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchBytes {
    /// Its bytes in the file.
    pub span: Span,
    /// What they are: of a match that is only listed the first [`HEAD_BYTES`] at most, fewer where they cannot be read.
    pub bytes: Vec<u8>,
}

/// The first bytes of a match, as many as are listed.
pub const HEAD_BYTES: usize = 16;

/// Matches that are listed one by one, with their first bytes.
pub const LISTED: usize = 10_000;

/// Why the bytes of matches are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMatch {
    /// The match at this offset lies outside of the part that is searched, or of all that is mapped now.
    Outside(u64),
    /// At this offset no match begins any more, or another one.
    Changed(u64),
    /// The match at this offset cannot be read now.
    Unread(u64, GapReason),
    /// It was stopped.
    Stopped,
}

/// What a search, or a look at what it found, came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindNews {
    /// It is over: what was found, and of all matches the first, with their bytes.
    Searched(Result<(FindReport, Vec<MatchBytes>), String>),
    /// Matches were read once more, all of their bytes.
    Read(Result<Vec<MatchBytes>, NoMatch>),
    /// They were not, for want of a thread, in words.
    NotRead(String),
}
