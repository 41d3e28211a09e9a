//! The tour: five steps with the sample, each ticked when it was observed to be done.
//!
//! It owns the steps' words, which README has too, and what ticks them: what was looked up, and what happened, as it was
//! observed. It must not know how the steps are drawn.

use std::path::Path;

use super::doc::Doc;
use super::happened::{By, Fate, Happening, Occurrence, Saw};
use super::witness::Who;
use crate::bytes::shell;
use crate::map::Mode;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TourStep {
    /// What is done, in two or three words.
    pub title: &'static str,
    /// How, and what is to be seen. Keys and what is typed stand between backquotes.
    pub text: &'static str,
    /// It takes a command in a shell.
    pub has_command: bool,
}

/// How many there are.
pub const N_STEPS: usize = 5;

/// Where the first private write of the tour goes.
const WRITTEN: u64 = 28;
/// How many of the latest happenings are looked at: who saw a store is told some moments after it.
const LATEST: usize = 16;

/// The steps.
pub const STEPS: [TourStep; N_STEPS] = [
    TourStep {
        title: "Look up",
        text: "Press `Ctrl+G` and type `28`: the answer stands beside the field while you type, *Received char at 28 is 2*. `Enter` goes there.",
        has_command: false,
    },
    TourStep {
        title: "Write privately",
        text: "Type `5a`. Only this view sees the Z: its page was copied, and stands as a box of its own in front of the file's page, which answers all others.",
        has_command: false,
    },
    TourStep {
        title: "Write from outside",
        text: "Press `Ctrl+G`, type `3` and press `Enter`. Then have a shell write there, with the command below. All see the # but this view, as its whole page was copied before.",
        has_command: true,
    },
    TourStep {
        title: "Write for everybody",
        text: "Press `Ctrl+T`; asked what becomes of your edit, choose *Write it to the file*. The mode turns to the warning color. Type `21`: now everybody sees what you write.",
        has_command: false,
    },
    TourStep {
        title: "Write as another",
        text: "Put a byte into *Byte to write* and press *Write* in another row: that mapping, that process or `pwrite` does the writing, and you see who notices.",
        has_command: false,
    },
];

/// How far the tour is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    done: [bool; N_STEPS],
}

impl Tour {
    /// The step of that index was observed to be done.
    #[must_use]
    pub fn is_done(&self, index: usize) -> bool {
        self.done.get(index).copied().unwrap_or(false)
    }

    /// The first that was not; `None` where all were.
    #[must_use]
    pub fn next(&self) -> Option<usize> {
        self.done.iter().position(|done| !done)
    }

    /// Ticks what was done with the sample. What was ticked once stays so.
    pub(super) fn observe(&mut self, doc: &Doc) {
        let mut answers = doc.lookup.history.iter();
        self.done[0] |= answers.any(|answered| answered.answer.contains(&format!("at {WRITTEN} ")));
        for happening in doc.happened.newest_first().take(LATEST) {
            if let Some(step) = step_of(happening) {
                self.done[step] = true;
            }
        }
    }
}

/// The step that this is, where it is one.
fn step_of(happening: &Happening) -> Option<usize> {
    let Occurrence::Wrote { offset, .. } = happening.what else {
        return None;
    };
    if happening.fate != Fate::Done {
        return None;
    }
    let others = || happening.saw.iter().filter(|row| row.who != Who::View);
    match happening.by {
        By::View {
            mode: Mode::Private,
            ..
        } => {
            // Only this view: the others were read since, and none has it.
            let is_told = others().count() > 1 && others().all(|row| row.saw == Saw::Not);
            (offset == WRITTEN && is_told).then_some(1)
        }
        By::Somebody => Some(2),
        By::View {
            mode: Mode::Shared, ..
        } => others()
            .any(|row| matches!(row.saw, Saw::Seen(_)))
            .then_some(3),
        By::SecondMapping { .. } | By::Calls { .. } | By::Process(_) => Some(4),
    }
}

/// What a shell is told in the third step, for the file at `path`.
#[must_use]
pub fn shell_command(path: &Path) -> String {
    let word = shell::word(path.as_os_str());
    format!("printf '#' | dd of={word} bs=1 seek=3 conv=notrunc")
}
