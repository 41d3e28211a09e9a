//! *What happened* as text: to be copied, or saved.
//!
//! It owns the lines. It must not know where they go.

use std::fmt::Write as _;

use super::Happened;
use crate::bytes::clip::Clip;
use crate::model::doc::{Doc, Out};
use crate::model::effect::Effect;
use crate::model::topic::Subject;

impl Doc {
    /// Copies the whole list.
    pub(in crate::model) fn copy_happened(&mut self, out: &mut Out<'_>) {
        let text = self.happened.as_text(&self.name());
        out.push(Effect::CopyText(Clip::of_text(text)));
        let n = self.happened.len() as u64;
        let n = if n == 1 {
            "1 entry".to_owned()
        } else {
            format!("{n} entries")
        };
        self.done(Subject::Copy, format!("{n} of what happened copied"));
    }
}

impl Happened {
    /// The whole list, a line each, the oldest first: number, time, sentence.
    #[must_use]
    pub fn as_text(&self, name: &str) -> String {
        let mut text = format!("What happened with {name}, times in UTC\n");
        if self.n_forgotten() > 0 {
            let n = self.n_forgotten();
            let _ = writeln!(text, "(those before number {} are forgotten)", n + 1);
        }
        for entry in self.newest_first().rev() {
            let words = entry.full_words();
            let _ = writeln!(text, "{}\t{}\t{words}", entry.number, entry.at.time());
        }
        text
    }
}
