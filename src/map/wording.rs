//! How this layer writes paths in its messages.

use std::fmt;
use std::path::Path;

use crate::bytes::escape::path_in_sentence;

/// Shows a path inside a sentence; see [`path_in_sentence`].
pub(crate) struct Shown<'a>(pub(crate) &'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&path_in_sentence(self.0))
    }
}
