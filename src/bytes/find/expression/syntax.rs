//! What a regular expression needs where its parser stops.
//!
//! It owns those words. The parser says what is wrong, never what would be right.

use regex_syntax::ast::ErrorKind;

/// What is expected where nothing closer is known.
pub(super) const OF_BYTES: &str = "an expression of bytes, such as [a-z] or \\xff";

/// What is expected where the parser says this: a noun.
pub(super) const fn expected(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::CaptureLimitExceeded => "an expression with fewer groups",
        ErrorKind::NestLimitExceeded(_) => "an expression with fewer groups within groups",
        ErrorKind::ClassEscapeInvalid | ErrorKind::ClassRangeLiteral => {
            "a single character, as at both ends of [a-z]"
        }
        ErrorKind::ClassRangeInvalid => "a range that goes up, such as [a-z]",
        ErrorKind::ClassUnclosed => "a ] behind it",
        ErrorKind::DecimalEmpty
        | ErrorKind::DecimalInvalid
        | ErrorKind::RepetitionCountDecimalEmpty => "a count, such as {3} or {3,}",
        ErrorKind::RepetitionCountInvalid => "a second count at or above the first",
        ErrorKind::RepetitionCountUnclosed => "a count and } behind it, such as {3}",
        ErrorKind::RepetitionMissing => "what is repeated before it, or a \\ to take it as it is",
        ErrorKind::EscapeHexEmpty
        | ErrorKind::EscapeHexInvalid
        | ErrorKind::EscapeHexInvalidDigit => "a byte in hexadecimal, such as \\xff",
        ErrorKind::EscapeUnexpectedEof => "a character behind the \\, such as \\n or \\\\",
        ErrorKind::EscapeUnrecognized | ErrorKind::UnsupportedBackreference => {
            "an escape such as \\n, \\xff or \\."
        }
        ErrorKind::FlagDanglingNegation
        | ErrorKind::FlagDuplicate { .. }
        | ErrorKind::FlagRepeatedNegation { .. }
        | ErrorKind::FlagUnexpectedEof
        | ErrorKind::FlagUnrecognized => "flags such as (?i) or (?i-s:a)",
        ErrorKind::GroupNameDuplicate { .. } => "a name that no other group has",
        ErrorKind::GroupNameEmpty
        | ErrorKind::GroupNameInvalid
        | ErrorKind::GroupNameUnexpectedEof => "a group's name, such as (?<year>[0-9]+)",
        ErrorKind::GroupUnclosed => "a ) behind it, or \\( to take it as it is",
        ErrorKind::GroupUnopened => "a ( before it, or \\) to take it as it is",
        ErrorKind::SpecialWordBoundaryUnclosed
        | ErrorKind::SpecialWordBoundaryUnrecognized
        | ErrorKind::SpecialWordOrRepetitionUnexpectedEof => {
            "a word's edge such as \\b or \\b{start}"
        }
        ErrorKind::UnsupportedLookAround => {
            "a group such as (?:a), as what is beside a match cannot be looked at"
        }
        _ => OF_BYTES,
    }
}
