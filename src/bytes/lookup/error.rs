//! What can be wrong with a looked-up text, and where in it.
//!
//! It owns the kinds, the reason each gives, and what is offered instead. It must not know the rest of the answer's sentence.

use std::error::Error;
use std::fmt;

use crate::bytes::size::counted;

/// Why a text names no bytes, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupError {
    /// Column in characters from the start of the text as given, the first is 0; at most the text's length.
    pub at: usize,
    /// What is wrong there.
    pub kind: LookupErrorKind,
    /// What was meant, perhaps.
    pub offer: Option<Offer>,
}

/// What a person meant, perhaps. Displayed as the grammar writes it, so that it can be typed: `0xff`, `3..7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// This number, which was written in hexadecimal without a sign of it.
    Hexadecimal(u64),
    /// A range from the first to the second number, which was written with a minus.
    Range(u64, u64),
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hexadecimal(value) => write!(f, "{value:#x}"),
            Self::Range(start, end) => write!(f, "{start}..{end}"),
        }
    }
}

/// The reasons, told apart because the person mends each in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupErrorKind {
    /// Nothing was typed, or spaces only.
    Empty,
    /// The text is not in the grammar; the column is that of the first character that does not fit.
    NotANumber,
    /// Parentheses are nested more than 64 deep.
    TooDeep,
    /// A number or a result does not fit in 64 bits.
    Over64Bits,
    /// Something is divided by zero; the column is the divisor's.
    DivisionByZero,
    /// Nothing is mapped, so that no index can be valid.
    EmptyMapping,
    /// The second side of the range is before the first, or its length is negative.
    ReversedRange,
    /// The range has no bytes.
    EmptyRange,
    /// A byte lies before the mapping.
    BeforeStart {
        /// Offset of the first mapped byte.
        first: u64,
    },
    /// A byte lies after the mapping.
    PastEnd {
        /// Offset of the last mapped byte.
        last: u64,
    },
    /// A byte is mapped but the file, which shrank, no longer has it: touching it would fault.
    PastFileEnd {
        /// The file's present length in bytes.
        file_len: u64,
    },
}

impl LookupErrorKind {
    /// This kind of error at a column.
    pub(super) const fn at(self, at: usize) -> LookupError {
        LookupError {
            at,
            kind: self,
            offer: None,
        }
    }
}

impl LookupError {
    /// The same error with an offer, or without one.
    pub(super) const fn offering(self, offer: Option<Offer>) -> Self {
        Self { offer, ..self }
    }
}

impl fmt::Display for LookupError {
    /// The reason, with the column, as people count it from 1, where the column helps to mend it; then the offer. Of a
    /// text that is no number the offer alone: it says all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind != LookupErrorKind::NotANumber || self.offer.is_none() {
            self.reason(f)?;
            f.write_str(if self.offer.is_some() { ", " } else { "" })?;
        }
        match &self.offer {
            Some(offer @ Offer::Hexadecimal(_)) => write!(f, "hexadecimal is written {offer}"),
            Some(offer @ Offer::Range(..)) => write!(f, "a range is written {offer}"),
            None => Ok(()),
        }
    }
}

impl LookupError {
    fn reason(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.at.saturating_add(1);
        match self.kind {
            LookupErrorKind::Empty => f.write_str("nothing was entered"),
            LookupErrorKind::NotANumber => write!(f, "not a number at column {column}"),
            LookupErrorKind::TooDeep => write!(f, "nested too deeply at column {column}"),
            LookupErrorKind::Over64Bits => f.write_str("over 64 bits"),
            LookupErrorKind::DivisionByZero => write!(f, "division by zero at column {column}"),
            LookupErrorKind::EmptyMapping => f.write_str("nothing is mapped"),
            LookupErrorKind::ReversedRange => f.write_str("the range is reversed"),
            LookupErrorKind::EmptyRange => f.write_str("the range is empty"),
            LookupErrorKind::BeforeStart { .. } => f.write_str("before the start"),
            LookupErrorKind::PastEnd { .. } => f.write_str("past the end"),
            LookupErrorKind::PastFileEnd { file_len } => {
                let bytes = counted(file_len, "byte");
                write!(f, "past the file's present end, the file has {bytes} now")
            }
        }
    }
}

impl Error for LookupError {}
