//! Bytes as a text for another program, and such a text as bytes again.
//!
//! It owns the forms that are written and read. It must not know the clipboard. Whatever [`Form::spell`] writes, the same
//! form [reads](Form::read) as the very bytes.

mod literal;

use std::error::Error;
use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::class::{hex_pair, text_char};
use super::dump::{DumpError, parse_dump};
use super::hex::format_hex;

/// A text that stands for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `4142`
    Hex,
    /// `41 42`
    SpacedHex,
    /// An array of C.
    C,
    /// An array of Rust.
    Rust,
    /// A bytes object of Python.
    Python,
    /// RFC 4648.
    Base64,
    /// The text that the bytes are in UTF-8.
    Text,
    /// The text that the bytes are in UTF-16, little-endian.
    Utf16Le,
    /// The same, big-endian.
    Utf16Be,
    /// The lines of `hexdump -C`.
    Hexdump,
}

/// Why a text is not bytes in this form, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormError {
    /// It is no hexadecimal text, nor a dump.
    Hex(DumpError),
    /// Something else was expected at a place.
    Expected {
        /// Line; the first is 0.
        line: usize,
        /// Column in characters; the first is 0.
        column: usize,
        /// What: a noun.
        what: &'static str,
    },
}

impl Form {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Hex,
        Self::SpacedHex,
        Self::C,
        Self::Rust,
        Self::Python,
        Self::Base64,
        Self::Text,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Hexdump,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "Hex",
            Self::SpacedHex => "Spaced hex",
            Self::C => "C array",
            Self::Rust => "Rust array",
            Self::Python => "Python bytes",
            Self::Base64 => "Base64",
            Self::Text => "Text (UTF-8)",
            Self::Utf16Le => "Text (UTF-16LE)",
            Self::Utf16Be => "Text (UTF-16BE)",
            Self::Hexdump => "Hexdump",
        }
    }

    /// Its name where a text is read in it: those that are read alike have one.
    #[must_use]
    pub const fn reading_name(self) -> &'static str {
        match self {
            Self::Hex | Self::SpacedHex | Self::Hexdump => "Hex or dump",
            Self::C | Self::Rust | Self::Python => "C, Rust or Python",
            form => form.name(),
        }
    }

    /// `bytes`, of which the first is at `start`, in this form. `None` where they are no text in that encoding: nothing is
    /// put in the place of what is none.
    #[must_use]
    pub fn spell(self, bytes: &[u8], start: u64) -> Option<String> {
        Some(match self {
            Self::Hex => {
                let digits = bytes.iter().flat_map(|byte| hex_pair(*byte));
                digits.map(char::from).collect()
            }
            Self::SpacedHex => format_hex(bytes),
            Self::C => literal::c(bytes),
            Self::Rust => literal::rust(bytes),
            Self::Python => literal::python(bytes),
            Self::Base64 => lenient().encode(bytes),
            Self::Text => str::from_utf8(bytes).ok()?.to_owned(),
            Self::Utf16Le => from_utf16(bytes, u16::from_le_bytes)?,
            Self::Utf16Be => from_utf16(bytes, u16::from_be_bytes)?,
            Self::Hexdump => hexdump(bytes, start),
        })
    }

    /// The bytes that `text` stands for in this form. The three forms of hexadecimal are read alike, with or without
    /// addresses; so are the arrays of the languages.
    ///
    /// # Errors
    /// The first place that is not in the form.
    pub fn read(self, text: &str) -> Result<Vec<u8>, FormError> {
        match self {
            Self::Hex | Self::SpacedHex | Self::Hexdump => {
                let spelled = parse_dump(text).map_err(FormError::Hex)?;
                Ok(spelled.bytes)
            }
            Self::C | Self::Rust | Self::Python => {
                literal::read(text).map_err(|(at, what)| expected(text, at, what))
            }
            Self::Base64 => from_base64(text),
            Self::Text => Ok(text.as_bytes().to_vec()),
            Self::Utf16Le => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf16Be => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        }
    }
}

/// Says what was expected at the character `at` of `text`.
fn expected(text: &str, at: usize, what: &'static str) -> FormError {
    let (mut line, mut column) = (0, 0);
    for c in text.chars().take(at) {
        if c == '\n' {
            (line, column) = (line + 1, 0);
        } else {
            column += 1;
        }
    }
    FormError::Expected { line, column, what }
}

/// Padding may be missing, as many programs leave it out.
fn lenient() -> GeneralPurpose {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&STANDARD, config)
}

/// Line ends and blanks may stand anywhere; the two signs of the form for addresses are read too.
fn from_base64(text: &str) -> Result<Vec<u8>, FormError> {
    let signs = text.chars().enumerate().filter(|(_, c)| !c.is_whitespace());
    let (places, signs): (Vec<usize>, String) = signs
        .map(|(at, c)| {
            let sign = match c {
                '-' => '+',
                '_' => '/',
                c if c.is_ascii() => c,
                _ => '?', // not in the alphabet, and one byte as all others
            };
            (at, sign)
        })
        .unzip();
    lenient().decode(&signs).map_err(|error| {
        let at = match error {
            base64::DecodeError::InvalidByte(at, _)
            | base64::DecodeError::InvalidLastSymbol { offset: at, .. } => places.get(at).copied(),
            base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => None,
        };
        let end = places.last().map_or(0, |last| last + 1);
        expected(text, at.unwrap_or(end), "base64")
    })
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty())
}

/// The lines of `hexdump -C`, but with no `*` for lines that are equal, and without the address of the end.
fn hexdump(bytes: &[u8], start: u64) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(5));
    let mut at = start;
    for row in bytes.chunks(16) {
        let _ = write!(text, "{at:08x} "); // writing to a String does not fail
        for column in 0..16 {
            text.push_str(if column == 8 { "  " } else { " " });
            match row.get(column) {
                Some(byte) => text.extend(hex_pair(*byte).map(char::from)),
                None => text.push_str("  "),
            }
        }
        text.push_str("  |");
        text.extend(row.iter().map(|byte| text_char(*byte)));
        text.push_str("|\n");
        at = at.saturating_add(row.len() as u64);
    }
    text
}

impl fmt::Display for FormError {
    /// A sentence's end, with line and column as people count them, from 1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hex(error) => write!(
                f,
                "{error}; pairs of hexadecimal digits or the lines of a dump are expected"
            ),
            Self::Expected { line, column, what } => {
                let (line, column) = (line.saturating_add(1), column.saturating_add(1));
                write!(
                    f,
                    "something else than {what} at line {line}, column {column}"
                )
            }
        }
    }
}

impl Error for FormError {}
