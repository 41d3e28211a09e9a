//! A session by hand: what a program is made of that does it again.
//!
//! It owns what is taken along: *What happened*, and of the file its name, its length and its pages, but none of its bytes
//! beyond those that stand in *What happened*. It must not know what a program looks like.

use std::fmt;

use super::happened::{Happening, ProcessName};
use crate::bytes::Span;

/// What happened with one file, as far as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// What the file is called.
    pub name: String,
    /// How long it is now, in bytes.
    pub file_len: u64,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// How many of the oldest entries were forgotten.
    pub n_forgotten: u64,
    /// The entries, the oldest first.
    pub entries: Vec<Happening>,
    /// The processes that are known by name: whoever started before the first entry is told of here only.
    pub processes: Vec<ProcessName>,
}

impl Session {
    /// The pages that these bytes touch.
    #[must_use]
    pub fn pages(&self, span: Span) -> Span {
        let page = self.page_bytes.max(1);
        let start = span.start() / page * page;
        let end = span.end().div_ceil(page).saturating_mul(page);
        Span::new(start, end).unwrap_or(span)
    }
}

/// The language of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramLanguage {
    /// C.
    C,
    /// Rust.
    Rust,
}

impl fmt::Display for ProgramLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::C => "C",
            Self::Rust => "Rust",
        })
    }
}

/// Why there is no program of a session.
pub const NOTHING_HAPPENED: &str = "nothing happened yet";
