//! The lookup grammar: what a person may type to name a byte or a range of bytes.
//!
//! It owns the one path from text to offsets that the window's field and the command line share, and the order in
//! which errors win. It must not know where the bytes are kept, nor the sentences of the answer (`bytes::answer`).
//!
//! # Grammar
//!
//! ```text
//! lookup  = side | [side] ".." [side] | [side] "..=" side | side ":" "+" sum
//! side    = ["+"] sum                     a leading + is relative to the cursor
//! sum     = product {("+" | "-") product}
//! product = unary {("*" | "/" | "%") unary}
//! unary   = {"-"} atom
//! atom    = number | "p" number | "." | "$" | "(" sum ")"
//! number  = 65 | 0x41 | 41h | 0o101 | 0b1000001, with _ between digits; all but 41h may end in a unit
//!         | 1,048,576 | 00000041
//! unit    = (k | K | M | G | T) ["B"] (powers of 1000) | (k | K | M | G | T) "i" ["B"] (powers of 1024)
//! ```
//!
//! What the screen shows is taken as it shows it: counts with a comma between groups of three digits, and offsets as the
//! column in front of the rows has them. A number that begins with a zero and is just as wide as that column is
//! hexadecimal; any other with a leading zero is decimal, never octal. `0b000001` is binary where no offset looks so.
//!
//! Spaces may stand between tokens. `.` is the cursor, `$` the offset one past the last mapped byte, `p12` the
//! first byte of page 12 of the file. `a..b` is half-open, `a..=b` inclusive, `a:+n` a start and a length. The
//! longest token wins, so `...` is `..` and then `.`. Division rounds toward zero and a remainder has the sign of
//! its dividend, as in C and Rust.

mod error;
mod lexer;
mod parser;

pub use error::{LookupError, LookupErrorKind, Offer};

use crate::bytes::span::Span;
use lexer::{Lexer, Token};
use parser::{Query, RangeForm, RangeQuery, Term};

/// What the text is read against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Offsets in the file that the mapping covers.
    pub extent: Span,
    /// The file's present length in bytes; less than the extent's end where the file shrank under the mapping.
    pub file_len: u64,
    /// Offset of the cursor, which `.` and a leading `+` stand for.
    pub cursor: u64,
    /// Bytes a page, for `p12`; 0 is read as 1.
    pub page_bytes: u64,
    /// How many hexadecimal digits the offset column shows, [`offset_digits`](crate::bytes::rows::offset_digits); 0 where
    /// no offsets are shown.
    pub column_digits: usize,
}

impl Context {
    /// The bytes that can be looked up now: mapped, and still in the file. `None` where there are none.
    #[must_use]
    pub fn valid(&self) -> Option<Span> {
        let file = Span::at(0, self.file_len)?;
        self.extent.intersect(file)
    }
}

/// What a valid text names. All of it is mapped and in the file, as the context had them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The byte at this offset.
    Index(u64),
    /// These bytes, at least one.
    Range(Span),
}

impl Lookup {
    /// The bytes named; one of them for an index.
    #[must_use]
    pub fn span(self) -> Span {
        match self {
            // The fallback is for an index of `u64::MAX`, which `parse` never gives: no span holds that byte.
            Self::Index(index) => Span::at(index, 1).unwrap_or(Span::empty(index)),
            Self::Range(span) => span,
        }
    }

    /// Offset of the first byte named.
    #[must_use]
    pub fn start(self) -> u64 {
        self.span().start()
    }
}

/// Reads `text` as an index or a range; the grammar is in the module's text.
///
/// # Errors
///
/// The first of these that applies: nothing but spaces, an error of syntax wherever it stands, an error of
/// arithmetic, a value over 64 bits, an empty mapping, a range that is reversed or empty as written, bytes before
/// or after the extent, bytes past the file's present end. Time grows with the length of the text, the stack does
/// not.
pub fn parse(text: &str, context: &Context) -> Result<Lookup, LookupError> {
    if text.trim().is_empty() {
        return Err(LookupErrorKind::Empty.at(0));
    }
    let found = match parser::parse(text, context)? {
        Query::Index(term) => resolve_index(term, context).map(Lookup::Index),
        Query::Range(range) => resolve_range(&range, context).map(Lookup::Range),
    };
    found.map_err(|error| error.offering(offer_for(text, error.kind, context)))
}

/// Whether a number in `text` is read in hexadecimal for no other reason than that it looks like the offset column: an
/// answer has to say so.
#[must_use]
pub fn reads_as_column(text: &str, context: &Context) -> bool {
    let mut lexer = Lexer::new(text, context);
    while let Ok(placed) = lexer.next() {
        if lexer.read_as_column() || placed.token == Token::End {
            break;
        }
    }
    lexer.read_as_column()
}

/// What was meant by a text of right syntax that names bytes before the mapping.
fn offer_for(text: &str, kind: LookupErrorKind, context: &Context) -> Option<Offer> {
    if !matches!(kind, LookupErrorKind::BeforeStart { .. }) {
        return None;
    }
    let mut lexer = Lexer::new(text, context);
    let mut token = || lexer.next().ok().map(|placed| placed.token);
    let first = token()?;
    match (first, token()?, token()) {
        (Token::Number(start), Token::Minus, Some(Token::Number(end)))
            if token()? == Token::End =>
        {
            let (start, end) = (u64::try_from(start?).ok()?, u64::try_from(end?).ok()?);
            (start < end).then_some(Offer::Range(start, end))
        }
        (Token::Number(_), Token::End, _) => {
            let padded = text.trim().strip_prefix('0')?;
            let value = u64::from_str_radix(padded, 16).ok()?;
            let is_there = context.valid().is_some_and(|valid| valid.contains(value));
            is_there.then_some(Offer::Hexadecimal(value))
        }
        _ => None,
    }
}

/// What a range comes to before it is held against the mapping: ends as offsets that may be anywhere.
struct Ends {
    /// The first byte, and the column to blame for it.
    start: Term,
    /// One past the last byte, and the column to blame for it.
    end: Term,
}

fn resolve_index(term: Term, context: &Context) -> Result<u64, LookupError> {
    let index = fits(term)?;
    let end = Term {
        value: term.value + 1,
        ..term
    };
    check_mapped(context)?;
    check_bounds(&Ends { start: term, end }, context)?;
    // Negative values are out of every extent, so nothing is left to fall back on.
    index.ok_or_else(|| before_start(context).at(term.at))
}

fn resolve_range(range: &RangeQuery, context: &Context) -> Result<Span, LookupError> {
    for term in [range.start, range.end].into_iter().flatten() {
        fits(term)?;
    }
    let ends = ends_from_range(range, context)?;
    check_bounds(&ends, context)?;
    let start = u64::try_from(ends.start.value).ok();
    let end = u64::try_from(ends.end.value).ok();
    start
        .zip(end)
        .and_then(|(start, end)| Span::new(start, end))
        .ok_or(LookupErrorKind::ReversedRange.at(range.at))
}

/// Fills in the sides that were left out, and refuses a range that has no bytes wherever it may lie.
fn ends_from_range(range: &RangeQuery, context: &Context) -> Result<Ends, LookupError> {
    check_mapped(context)?;
    let extent_start = i128::from(context.extent.start());
    let extent_end = i128::from(context.extent.end());
    let reversed = LookupErrorKind::ReversedRange.at(range.at);
    let default = |value| Term {
        value,
        at: range.at,
    };
    let start = range.start.unwrap_or_else(|| default(extent_start));
    let mut end = range.end.unwrap_or_else(|| default(extent_end));
    match range.form {
        RangeForm::Length => {
            if end.value < 0 {
                return Err(reversed);
            }
            end.value = end.value.saturating_add(start.value);
            // Told as what it is, since the sum is not in the text for the person to see.
            fits(end)?;
        }
        // A side that was left out is never the reason why a range is reversed: the other one is out of bounds.
        _ if range.start.is_none() && end.value < extent_start => {
            return Err(before_start(context).at(end.at));
        }
        _ if range.end.is_none() && start.value > extent_end => {
            return Err(past_end(context).at(start.at));
        }
        _ if end.value < start.value => return Err(reversed),
        RangeForm::Inclusive => end.value = end.value.saturating_add(1),
        RangeForm::HalfOpen => {}
    }
    if start.value == end.value {
        return Err(LookupErrorKind::EmptyRange.at(range.at));
    }
    Ok(Ends { start, end })
}

/// Holds at least one byte, from `ends.start` to `ends.end`, against the mapping and then against the file.
fn check_bounds(ends: &Ends, context: &Context) -> Result<(), LookupError> {
    let Ends { start, end } = ends;
    let extent_end = i128::from(context.extent.end());
    let file_end = i128::from(context.file_len);
    // The start is to blame where the whole range is out, the end where it only runs out.
    let blamed = |limit| {
        if start.value >= limit {
            start.at
        } else {
            end.at
        }
    };
    if start.value < i128::from(context.extent.start()) {
        Err(before_start(context).at(start.at))
    } else if end.value > extent_end {
        Err(past_end(context).at(blamed(extent_end)))
    } else if end.value > file_end {
        let file_len = context.file_len;
        Err(LookupErrorKind::PastFileEnd { file_len }.at(blamed(file_end)))
    } else {
        Ok(())
    }
}

fn check_mapped(context: &Context) -> Result<(), LookupError> {
    if context.extent.is_empty() {
        Err(LookupErrorKind::EmptyMapping.at(0))
    } else {
        Ok(())
    }
}

/// The value in 64 bits, or `None` where it is negative.
fn fits(term: Term) -> Result<Option<u64>, LookupError> {
    if term.value > i128::from(u64::MAX) {
        Err(LookupErrorKind::Over64Bits.at(term.at))
    } else {
        Ok(u64::try_from(term.value).ok())
    }
}

fn before_start(context: &Context) -> LookupErrorKind {
    LookupErrorKind::BeforeStart {
        first: context.extent.start(),
    }
}

fn past_end(context: &Context) -> LookupErrorKind {
    LookupErrorKind::PastEnd {
        last: context.extent.end().saturating_sub(1),
    }
}
