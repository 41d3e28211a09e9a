//! A name as a word of a shell, and commands that read a range of a file.
//!
//! It owns how a word is quoted. It must not know who runs it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use super::Span;
use super::escape::is_hidden;

/// `name` as one word: in quotation marks, with nothing in it that a shell obeys. What is no text or cannot be seen is
/// escaped as bash, zsh and ksh have it: `$'\x1b'`.
#[must_use]
pub fn word(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) if !text.chars().any(is_hidden) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => {
            let mut word = String::from("$'");
            for &byte in name.as_encoded_bytes() {
                match byte {
                    b'\'' | b'\\' => word.extend(['\\', char::from(byte)]),
                    b' '..=b'~' => word.push(char::from(byte)),
                    // Writing to a String does not fail. Three octal digits, as what follows may be a digit.
                    _ => {
                        let _ = write!(word, "\\{byte:03o}");
                    }
                }
            }
            word.push('\'');
            word
        }
    }
}

/// The command that writes these bytes of the file to standard output: GNU's `dd`.
#[must_use]
pub fn dd(path: &Path, span: Span) -> String {
    format!(
        "dd if={} bs=64K iflag=skip_bytes,count_bytes skip={} count={} status=none",
        word(path.as_os_str()),
        span.start(),
        span.len()
    )
}

/// The command that shows these bytes of the file.
#[must_use]
pub fn xxd(path: &Path, span: Span) -> String {
    let (start, len) = (span.start(), span.len());
    format!("xxd -s {start} -l {len} -- {}", word(path.as_os_str()))
}
