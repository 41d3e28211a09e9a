//! Hexadecimal text, as people paste it and as the program copies it out.
//!
//! It owns the forms that are read and the one that is written. It must not know the clipboard.

use std::error::Error;
use std::fmt;

use crate::bytes::class::hex_pair;

/// Why a text is not hexadecimal bytes, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexError {
    /// Column in characters from the start of the text, line ends included; the first is 0.
    pub at: usize,
    /// What is wrong there.
    pub kind: HexErrorKind,
}

/// What can be wrong with pasted hexadecimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexErrorKind {
    /// A run of digits, which begins at the column, does not make whole bytes.
    OddDigits,
    /// A `0x` or `\x`, which ends at the column, has no digits.
    NoDigits,
    /// This character is neither a digit nor a separator.
    ForeignChar(char),
}

/// The bytes that `text` spells.
///
/// Digits in pairs, in either case, with or without `0x` or `\x` before a run of them; between runs any number of
/// spaces, line ends, commas and colons. `41 42`, `4142`, `0x41, 0x42`, `\x41\x42` and `41:42` are the same two
/// bytes. A text of separators only is no bytes.
///
/// # Errors
///
/// A run with an odd number of digits (a lone `4` could mean `04` or a lost digit), a prefix without digits, and
/// any other character, the first of them in the text.
pub fn parse_hex(text: &str) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut rest = text;
    let mut at = 0;
    loop {
        let trimmed = rest.trim_start_matches(is_separator);
        // Separators may be several bytes long, columns are in characters; all else that is passed is ASCII.
        let separators = rest.len() - trimmed.len();
        at += rest.get(..separators).map_or(0, |s| s.chars().count());
        if trimmed.is_empty() {
            return Ok(bytes);
        }
        let run = strip_prefix(trimmed);
        at += trimmed.len() - run.len();
        let digits = run.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (digits, after) = run.split_at_checked(digits).unwrap_or((run, ""));
        if let Some(foreign) = after.chars().next()
            && !is_separator(foreign)
            && !after.starts_with("\\x")
        {
            let kind = HexErrorKind::ForeignChar(foreign);
            return Err(HexError {
                at: at + digits.len(),
                kind,
            });
        }
        push_run(digits, at, &mut bytes)?;
        at += digits.len();
        rest = after;
    }
}

/// `bytes` as pairs of digits with one space between: `41 42`.
#[must_use]
pub fn format_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(3));
    for &byte in bytes {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(hex_pair(byte).map(char::from));
    }
    text
}

impl fmt::Display for HexError {
    /// A sentence's end, with the column as people count it, from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.at.saturating_add(1);
        match self.kind {
            HexErrorKind::OddDigits => {
                write!(f, "an odd number of digits from column {column}")
            }
            HexErrorKind::NoDigits => write!(f, "no digits at column {column}"),
            HexErrorKind::ForeignChar(foreign) => {
                write!(
                    f,
                    "{foreign:?} at column {column} is not a hexadecimal digit"
                )
            }
        }
    }
}

impl Error for HexError {}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || c == ',' || c == ':'
}

fn strip_prefix(run: &str) -> &str {
    ["0x", "0X", "\\x"]
        .iter()
        .find_map(|prefix| run.strip_prefix(prefix))
        .unwrap_or(run)
}

/// Appends the bytes of one run of ASCII hexadecimal digits, which begins at column `at`.
fn push_run(digits: &str, at: usize, bytes: &mut Vec<u8>) -> Result<(), HexError> {
    let kind = if digits.is_empty() {
        HexErrorKind::NoDigits
    } else {
        HexErrorKind::OddDigits
    };
    let (pairs, odd) = digits.as_bytes().as_chunks::<2>();
    if pairs.is_empty() || !odd.is_empty() {
        return Err(HexError { at, kind });
    }
    bytes.extend(
        pairs
            .iter()
            .map(|&[high, low]| nibble(high) << 4 | nibble(low)),
    );
    Ok(())
}

/// The value of one ASCII hexadecimal digit.
fn nibble(digit: u8) -> u8 {
    match digit {
        b'a'..=b'f' => digit - b'a' + 10,
        b'A'..=b'F' => digit - b'A' + 10,
        _ => digit.wrapping_sub(b'0') & 0xf,
    }
}
