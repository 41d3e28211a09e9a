//! Names and lines of text as programs of any language have them.
//!
//! It must not know what they are about.

use crate::bytes::escape::escape;

/// A name that is an identifier, or becomes one.
pub(in crate::lab::export) fn identifier(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// Text in lines that are not longer than `width`, where its words allow.
pub(in crate::lab::export) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The same within a comment: what would end a line of it, or hide some of it, is escaped.
pub(in crate::lab::export) fn commented(text: &str, width: usize) -> Vec<String> {
    wrapped(&escape(text), width)
}

/// Bytes, as a program has them with the least to read.
#[derive(Debug)]
pub(in crate::lab::export) enum BytesShape<'a> {
    /// So many that are all the same.
    Filled(u8, usize),
    /// These, and then zeros: so many in all.
    Padded(&'a [u8], usize),
    /// Just these.
    Plain,
}

impl<'a> BytesShape<'a> {
    /// Of these.
    pub(in crate::lab::export) fn of(all: &'a [u8]) -> Self {
        match all.first() {
            Some(first) if all.len() > 16 && all.iter().all(|byte| byte == first) => {
                Self::Filled(*first, all.len())
            }
            _ => match all.iter().rposition(|byte| *byte != 0) {
                Some(last) if all.len() > 64 && last < all.len() / 2 => {
                    Self::Padded(all.get(..=last).unwrap_or_default(), all.len())
                }
                _ => Self::Plain,
            },
        }
    }
}
