//! Bytes and names as sentences say them.
//!
//! It owns the rule that a graphic character stands for itself and any other byte for its digits. It must not know what is
//! said of them.

use super::class::is_graphic;
use super::hex::format_hex;
use super::size::counted;

/// How many bytes a sentence shows.
const SAID_BYTES: usize = 8;

/// Bytes as a sentence says them, `len` of them in all: `Z`, `0x0a`, `de ad be ef`, `23 bytes (00 01 …)`.
#[must_use]
pub fn bytes_said(bytes: &[u8], len: u64) -> String {
    match (bytes, len) {
        ([byte], 1) if is_graphic(*byte) => char::from(*byte).to_string(),
        ([byte], 1) => format!("{byte:#04x}"),
        (bytes, len) if len <= SAID_BYTES as u64 => format_hex(bytes),
        (bytes, len) => {
            let first = format_hex(bytes.get(..SAID_BYTES).unwrap_or(bytes));
            format!("{} ({first} \u{2026})", counted(len, "byte"))
        }
    }
}

/// Names one after the other: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn listed<T: AsRef<str>>(names: &[T]) -> String {
    match names {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// The same with a capital letter.
#[must_use]
pub fn capital(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
