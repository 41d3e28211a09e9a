//! The words for where a private view shows something else than the file holds now.
//!
//! It owns plain values: what is looked for, and what was found. It must not know who asks, nor how the two are compared.

use crate::bytes::Span;

/// Which difference is looked for, from the cursor. A difference is a run of neighboring bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// The nearest that begins behind it.
    Next,
    /// The nearest that begins before it.
    Previous,
}

/// How it is known which pages of a view are private copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopiesBy {
    /// The kernel listed them.
    Kernel,
    /// It does not: those that this program's stores made.
    OwnStores,
}

/// What came of looking for a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// One begins there.
    At {
        /// File offset.
        offset: u64,
        /// It was found beyond the end of the mapping, going on from its other end.
        wrapped: bool,
    },
    /// There is none.
    Nothing(CopiesBy),
    /// The search was stopped.
    Stopped,
    /// It could not be begun, in words.
    Failed(String),
}

/// Where all private copies of a view differ from the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differences {
    /// Ascending and apart.
    pub runs: Vec<Span>,
    /// All of the view was compared, and no run is left out.
    pub is_whole: bool,
}

/// How many bytes the file holds otherwise than a view shows them, though the person did not edit them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangedInFile {
    /// So many.
    pub n_bytes: u64,
    /// There may be more: only so much is compared.
    pub is_least: bool,
}
