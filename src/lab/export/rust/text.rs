//! How names, bytes and sentences are written in Rust.
//!
//! It must not know what they are about.

use crate::lab::export::text::BytesShape;

/// Text between quotes.
pub(super) fn string(text: &str) -> String {
    format!("{text:?}")
}

/// Bytes: a reference to an array; of many that are the same, just that.
pub(super) fn bytes(all: &[u8]) -> String {
    match BytesShape::of(all) {
        BytesShape::Filled(byte, len) => {
            let byte = match byte {
                byte if byte.is_ascii_alphanumeric() => format!("b'{}'", char::from(byte)),
                byte => byte.to_string(),
            };
            format!("&[{byte}; {len}]")
        }
        BytesShape::Padded(head, len) => format!("&padded(b\"{}\", {len})", head.escape_ascii()),
        BytesShape::Plain => format!("b\"{}\"", all.escape_ascii()),
    }
}

/// A string of C, as the calls of the system take it.
pub(super) fn c_string(all: &[u8]) -> String {
    format!("c\"{}\".as_ptr()", all.escape_ascii())
}

/// Constants of libc in one argument.
pub(super) fn ored(names: &[&str]) -> String {
    if names.is_empty() {
        return "0".to_owned();
    }
    names.join(" | ")
}
