//! How this layer writes paths in its messages.
//!
//! It owns the escaping only: a file's name may hold anything, and a message must stay one line in reading order.

use std::fmt;
use std::path::Path;

/// Shows a path on one line: bytes that are no UTF-8 as U+FFFD, control and direction characters escaped.
pub(crate) struct Shown<'a>(pub(crate) &'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string_lossy().chars() {
            let turns_text = matches!(character, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if character.is_control() || turns_text {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}
