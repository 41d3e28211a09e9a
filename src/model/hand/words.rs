//! What was seen by hand in words, and what a shell is told.
//!
//! It must not know what ticks a thing to do.

use std::fmt::Write as _;
use std::path::Path;

use crate::bytes::class::text_char;
use crate::bytes::hex::format_hex;
use crate::bytes::said::bytes_said;
use crate::bytes::shell;
use crate::lab::claim::{HandDeed, HandPage, HandWanted};

/// Bytes that are written out.
const SHOWN: usize = 16;

/// Bytes as rows show them: `5a 'Z'`.
fn bytes_words(bytes: &[u8]) -> String {
    match bytes.first() {
        Some(first) if bytes.len() > SHOWN && bytes.iter().all(|byte| byte == first) => {
            format!("{} bytes, all {}", bytes.len(), bytes_words(&[*first]))
        }
        _ if bytes.len() > SHOWN => bytes_said(bytes, bytes.len() as u64),
        _ => {
            let text: String = bytes.iter().copied().map(text_char).collect();
            format!("{} '{text}'", format_hex(bytes))
        }
    }
}

/// What a row has there.
pub(super) fn actual(bytes: Option<&[u8]>, is_past_end: bool) -> String {
    match bytes {
        Some(bytes) => bytes_words(bytes),
        None if is_past_end => "nothing: the file ends before it".to_owned(),
        None => "nothing that can be read".to_owned(),
    }
}

/// What the experiment expects there.
pub(super) fn wanted_words(wanted: &HandWanted) -> String {
    match wanted {
        HandWanted::Nothing => String::new(),
        HandWanted::Bytes(choices) => {
            let words: Vec<String> = choices.iter().map(|it| bytes_words(it)).collect();
            words.join(", or ")
        }
        HandWanted::PastEnd(signal) => format!("nothing: a load there is {signal}"),
    }
}

pub(super) fn pages_words(wanted: &[HandPage]) -> String {
    let words = wanted.iter().map(|page| match page {
        HandPage::OfFile => "file page",
        HandPage::Copy => "private copy",
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What a shell is told to do this to the file at `path`; `None` where a shell cannot.
#[must_use]
pub fn command(deed: &HandDeed, path: &Path) -> Option<String> {
    let word = shell::word(path.as_os_str());
    Some(match deed {
        HandDeed::Length { to, .. } => format!("truncate -s {to} -- {word}"),
        HandDeed::Delete => format!("rm -- {word}"),
        HandDeed::Write { at, bytes } => {
            let end = format!("dd of={word} bs=1 seek={at} conv=notrunc status=none");
            format!("{} | {end}", written(bytes))
        }
        _ => return None,
    })
}

/// The command that says these bytes.
fn written(bytes: &[u8]) -> String {
    match bytes.first() {
        Some(first) if bytes.len() > SHOWN && bytes.iter().all(|byte| byte == first) => {
            let len = bytes.len();
            format!("head -c {len} /dev/zero | tr '\\0' '\\{first:03o}'")
        }
        _ => {
            let mut text = String::new();
            for byte in bytes {
                // Writing to a String does not fail.
                let _ = match byte {
                    b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                        write!(text, "{}", char::from(*byte))
                    }
                    _ => write!(text, "\\{byte:03o}"),
                };
            }
            format!("printf '{text}'")
        }
    }
}
