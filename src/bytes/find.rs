//! What can be looked for in bytes, and how it is found in a slice of them.
//!
//! It owns the patterns, their grammar and the loops that find them. It must not know files, chunks or threads: who calls
//! has the bytes, says which starts are to be decided, and may stop at any time.
//!
//! # What a match is
//!
//! Of a pattern of a fixed length, **every** start counts, overlapping ones too, so that the matches do not depend on where a
//! search begins. Of a regular expression the next match begins at the lowest start, at or after the end of the match before,
//! at which the expression matches within [`Pattern::longest`] bytes. It sees the bytes beside a match, one on each side;
//! what cannot be read is an end of the text to it.

mod error;
mod expression;
mod fixed;
mod hexadecimal;
mod kernel;
mod literal;
mod masked;
mod matches;
mod number;
mod number_scan;
mod number_type;
mod pattern;
mod text;

pub use error::{PatternError, PatternErrorKind};
pub use kernel::Kernel;
pub use literal::literal;
pub use matches::{MatchRun, Matches, non_overlapping};
pub use number_type::{ByteOrder, NumberType};
pub use pattern::{Pattern, PatternKind, parse};
pub use text::{LetterCase, TextEncoding};
