//! `--offset` and `--length`: the part of a file that is mapped.
//!
//! It must not know files: how long one is, it is told.

use clap::Args;

use crate::bytes::Span;
use crate::bytes::escape::escape;
use crate::bytes::lookup::{Context, Lookup, parse};
use crate::map;

/// The options as they were given.
#[derive(Debug, Args)]
pub(super) struct PartArguments {
    /// Map from this offset on
    #[arg(long, value_name = "N")]
    offset: Option<String>,
    /// Map this many bytes
    #[arg(long, value_name = "N")]
    length: Option<String>,
}

/// A part of a file: from an offset on, so many bytes, or up to wherever the file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    start: u64,
    len: Option<u64>,
}

impl PartArguments {
    /// The part; `None` where all of the file was asked for.
    pub(super) fn part(&self) -> Result<Option<Part>, String> {
        if self.offset.is_none() && self.length.is_none() {
            return Ok(None);
        }
        let start = match &self.offset {
            Some(text) => number("--offset", text)?,
            None => 0,
        };
        let len = match &self.length {
            Some(text) => Some(number("--length", text)?),
            None => None,
        };
        if len == Some(0) {
            return Err("--length 0: a mapping has at least one byte".to_owned());
        }
        if Span::at(start, len.unwrap_or(0)).is_none() {
            return Err("--offset and --length together exceed 64 bits".to_owned());
        }
        Ok(Some(Part { start, len }))
    }
}

impl Part {
    /// Where it ends is where the file ends, so it needs the file's length.
    pub(super) fn is_open_ended(self) -> bool {
        self.len.is_none()
    }

    /// Its bytes in a file of `file_len` bytes; empty where the file ends before it.
    pub(super) fn span(self, file_len: u64) -> Span {
        let len = self
            .len
            .unwrap_or_else(|| file_len.saturating_sub(self.start));
        Span::at(self.start, len).unwrap_or(Span::empty(self.start))
    }
}

/// A number as the lookup grammar writes them: `4096`, `0x1000`, `4Ki`, `p12`. There is no cursor and no end to count from.
fn number(option: &str, text: &str) -> Result<u64, String> {
    let refuse = |why: &str| Err(format!("{option} {}: {why}", escape(text)));
    if text.contains(['.', '$', ':']) {
        return refuse("a number is needed, such as 4096, 0x1000, 4Ki or p12");
    }
    let context = Context {
        extent: Span::new(0, u64::MAX).unwrap_or(Span::empty(0)),
        file_len: u64::MAX,
        cursor: 0,
        page_bytes: map::page_bytes(),
        column_digits: 0,
    };
    match parse(text, &context) {
        Ok(Lookup::Index(value)) => Ok(value),
        Ok(Lookup::Range(_)) => refuse("a number is needed, not a range"),
        Err(error) => refuse(&error.to_string()),
    }
}
