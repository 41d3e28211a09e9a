//! Whether what a person expected of an experiment was observed.
//!
//! It owns when an answer counts as right. It must not know who asks, nor where answers are kept.

use super::{Claim, Expected, Verdict};

impl Claim {
    /// Whether what a person expected was observed: an index into the choices, on a file system as the environment names it.
    /// `None` where the run does not tell: it measured, was not carried out, or came to something that nobody predicted.
    #[must_use]
    pub fn came_true(&self, file_system: &str, verdict: &Verdict, choice: usize) -> Option<bool> {
        let is_predicted = match self.expected {
            // Which of several came is not told, but that it was none of the others.
            Expected::Either(several) if several.contains(&choice) => return None,
            Expected::Either(_) => false,
            _ => self.predicted(file_system)? == choice,
        };
        match (verdict, is_predicted) {
            (Verdict::AsPredicted, is_so) => Some(is_so),
            (Verdict::Differs, true) => Some(false),
            _ => None,
        }
    }
}
