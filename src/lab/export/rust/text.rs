//! How names, bytes and sentences are written in Rust.
//!
//! It must not know what they are about.

/// Text between quotes.
pub(super) fn string(text: &str) -> String {
    format!("{text:?}")
}

/// Bytes: a reference to an array; of many that are the same, just that.
pub(super) fn bytes(all: &[u8]) -> String {
    match all.first() {
        Some(first) if all.len() > 16 && all.iter().all(|byte| byte == first) => {
            let byte = match first {
                byte if byte.is_ascii_alphanumeric() => format!("b'{}'", char::from(*byte)),
                byte => byte.to_string(),
            };
            format!("&[{byte}; {}]", all.len())
        }
        _ => match all.iter().rposition(|byte| *byte != 0) {
            Some(last) if all.len() > 64 && last < all.len() / 2 => {
                let head = all.get(..=last).unwrap_or_default();
                format!("&padded(b\"{}\", {})", head.escape_ascii(), all.len())
            }
            _ => format!("b\"{}\"", all.escape_ascii()),
        },
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
    let names: Vec<String> = names.iter().map(|name| libc(name)).collect();
    names.join(" | ")
}

/// A constant of libc.
pub(super) fn libc(name: &str) -> String {
    format!("libc::{name}")
}
