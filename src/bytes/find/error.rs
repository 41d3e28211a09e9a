//! What can be wrong with a pattern, and where in it.
//!
//! It owns the kinds and the sentence of each. It must not know who asked.

use std::error::Error;
use std::fmt;

use super::number_type::NumberType;
use crate::bytes::size::counted;

/// Why a text is no pattern, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// Column in characters from the start of the text as given, the first is 0; at most the text's length.
    pub at: usize,
    /// What is wrong there.
    pub kind: PatternErrorKind,
}

/// The reasons, told apart because each is mended in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternErrorKind {
    /// Nothing was typed, or, of bytes and numbers, spaces only.
    Empty,
    /// Neither a hexadecimal digit nor a question mark.
    NotHexadecimal,
    /// A byte has one digit only.
    HalfByte,
    /// Every byte would match.
    OnlyWildcards,
    /// It is longer than can be looked for.
    TooLong {
        /// The most bytes there may be.
        most_bytes: usize,
    },
    /// Not a number of this type.
    NotANumber(NumberType),
    /// A number that this type cannot hold.
    OutOfRange(NumberType),
    /// NaN equals nothing, not even itself.
    NeverEqual,
    /// The second number of a range is below the first.
    ReversedRange,
    /// No number lies in the range.
    EmptyRange,
    /// Not a regular expression.
    Expression {
        /// Why, in the words of its parser.
        reason: String,
        /// What would be one: a noun.
        expected: &'static str,
    },
    /// The expression would match no bytes at all, everywhere.
    MatchesNothing,
    /// It stands for several sequences of bytes, where one is expected.
    ManyValues,
    /// The expression needs more memory than is given to one.
    ExpressionTooBig,
}

impl PatternErrorKind {
    /// This kind of error at a column.
    pub(super) const fn at(self, at: usize) -> PatternError {
        PatternError { at, kind: self }
    }
}

impl fmt::Display for PatternError {
    /// The reason with the column, as people count it from 1, and what is expected there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.at.saturating_add(1);
        match &self.kind {
            PatternErrorKind::Empty => f.write_str("nothing to look for was entered"),
            PatternErrorKind::NotHexadecimal => write!(
                f,
                "not a byte at column {column}: two hexadecimal digits are expected, with ? for any, such as DE ?? 4?"
            ),
            PatternErrorKind::HalfByte => write!(
                f,
                "half a byte at column {column}: a second hexadecimal digit or ? is expected"
            ),
            PatternErrorKind::OnlyWildcards => write!(
                f,
                "every byte would match: at least one digit is expected at column {column}"
            ),
            PatternErrorKind::TooLong { most_bytes } => write!(
                f,
                "too long at column {column}: at most {} are expected",
                counted(*most_bytes as u64, "byte")
            ),
            PatternErrorKind::NotANumber(number) => write!(
                f,
                "not a number at column {column}: {number} is expected, or a range such as {}",
                number.example()
            ),
            PatternErrorKind::OutOfRange(number) => write!(
                f,
                "the number at column {column} does not fit: {number} is expected"
            ),
            PatternErrorKind::NeverEqual => write!(
                f,
                "NaN at column {column} equals no number: a number is expected"
            ),
            PatternErrorKind::ReversedRange => write!(
                f,
                "the range is reversed: a number at or above the first is expected at column {column}"
            ),
            PatternErrorKind::EmptyRange => write!(
                f,
                "the range is empty: a number above the first is expected at column {column}, or ..= before it"
            ),
            PatternErrorKind::Expression { reason, expected } => write!(
                f,
                "not a regular expression at column {column}: {reason}; expected: {expected}"
            ),
            PatternErrorKind::MatchesNothing => write!(
                f,
                "the expression also matches no bytes at all: one that takes at least one byte is expected at column {column}"
            ),
            PatternErrorKind::ManyValues => write!(
                f,
                "what stands at column {column} can be several bytes: one value is expected"
            ),
            PatternErrorKind::ExpressionTooBig => write!(
                f,
                "the expression is too big: a shorter one with smaller counts is expected at column {column}"
            ),
        }
    }
}

impl Error for PatternError {}
