//! What a person typed, pasted or dropped, taken for a path.
//!
//! It owns the reading of `file:` URIs and of line ends, bytes from end to end. It must not look whether there is such a
//! file: it is pure.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::bytes::escape::{escape, is_hidden};

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedPathError {
    /// Nothing was typed, or a line end only.
    Empty,
    /// The URI names a file on another machine.
    OtherMachine {
        /// The machine's name, as it was typed.
        host: String,
    },
}

impl fmt::Display for TypedPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no path was given"),
            Self::OtherMachine { host } => write!(
                f,
                "the address names a file on another machine, {}; mount it, or copy the file here",
                escape(host)
            ),
        }
    }
}

impl Error for TypedPathError {}

/// The path that `typed` means.
///
/// Line ends at its end, which come with what is pasted, are taken off. `file:///a%20b`, `file://localhost/a` and `file:/a`
/// (RFC 8089) are decoded, in any case of the letters; a `%` that no two hexadecimal digits follow stands for itself.
/// Anything else is the path, byte by byte, spaces included.
///
/// A file whose name truly ends with a line end, or begins with `file:/`, can be meant on a command line: there, ask first
/// whether it exists as given.
///
/// # Errors
/// [`TypedPathError`]: nothing was typed, or it is on another machine.
pub fn typed_path(typed: &[u8]) -> Result<PathBuf, TypedPathError> {
    let end = typed
        .iter()
        .rposition(|byte| !matches!(byte, b'\n' | b'\r'))
        .map_or(0, |last| last + 1);
    let line = &typed[..end];
    if line.is_empty() {
        return Err(TypedPathError::Empty);
    }
    let scheme = line.get(..5).unwrap_or_default();
    let rest = &line[scheme.len()..];
    if !scheme.eq_ignore_ascii_case(b"file:") || !rest.starts_with(b"/") {
        return Ok(to_path(line.to_vec()));
    }
    let path = match rest.strip_prefix(b"//") {
        Some(after) => {
            let at = after
                .iter()
                .position(|byte| *byte == b'/')
                .unwrap_or(after.len());
            let (host, path) = after.split_at(at);
            if !host.is_empty() && !host.eq_ignore_ascii_case(b"localhost") {
                return Err(TypedPathError::OtherMachine {
                    host: String::from_utf8_lossy(host).into_owned(),
                });
            }
            path
        }
        None => rest,
    };
    let decoded = decoded(path);
    if decoded.is_empty() {
        return Err(TypedPathError::Empty);
    }
    Ok(to_path(without_slash_before_drive(decoded)))
}

/// A text that [`typed_path`] reads as exactly `path`, for a field in which a path is edited: the path itself where it can
/// be shown as it is, else its `file:` URI. `None` for a relative path that only a URI could show; make it absolute first.
#[must_use]
pub fn path_to_type(path: &Path) -> Option<String> {
    if let Some(text) = path.to_str()
        && !text.contains(is_hidden)
        && typed_path(text.as_bytes()).as_deref() == Ok(path)
    {
        return Some(text.to_owned());
    }
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut uri = String::from(if cfg!(windows) { "file:///" } else { "file://" });
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/-._~:\\".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    (typed_path(uri.as_bytes()).as_deref() == Ok(path)).then_some(uri)
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let pair = after.first_chunk().filter(|_| *first == b'%');
        let encoded = pair.and_then(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
        bytes.push(encoded.unwrap_or(*first));
        rest = match encoded {
            Some(_) => &after[2..],
            None => after,
        };
    }
    bytes
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

/// `/C:/x` of a URI is `C:/x` where drives have letters.
fn without_slash_before_drive(mut path: Vec<u8>) -> Vec<u8> {
    if cfg!(windows)
        && matches!(path.as_slice(), [b'/', letter, b':', ..] if letter.is_ascii_alphabetic())
    {
        path.remove(0);
    }
    path
}

#[cfg(unix)]
fn to_path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(<OsString as std::os::unix::ffi::OsStringExt>::from_vec(
        bytes,
    ))
}

#[cfg(not(unix))]
fn to_path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from(String::from_utf8_lossy(&bytes).into_owned()))
}
