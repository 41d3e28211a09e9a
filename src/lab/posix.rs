//! What POSIX asserts about mmap, munmap and mlock, and which experiments show it; and where Linux differs.
//!
//! The numbers are those of the Open POSIX Test Suite, the gist is told in other words. It must not know who asks.

mod assertions;
mod differences;

use std::fmt::{self, Write as _};

pub use assertions::ASSERTIONS;
pub use differences::DIFFERENCES;

/// A function of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PosixFunction {
    /// mmap.
    Mmap,
    /// munmap.
    Munmap,
    /// mlock.
    Mlock,
}

impl PosixFunction {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mmap, Self::Munmap, Self::Mlock];

    /// How many assertions there are about it.
    #[must_use]
    pub fn n_assertions(self) -> u8 {
        match self {
            Self::Mmap => 31,
            Self::Munmap => 10,
            Self::Mlock => 12,
        }
    }
}

impl fmt::Display for PosixFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mmap => "mmap",
            Self::Munmap => "munmap",
            Self::Mlock => "mlock",
        })
    }
}

/// What shows an assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownBy {
    /// These experiments.
    Experiments(&'static [&'static str]),
    /// The exercise of this experiment.
    Exercise(&'static str),
    /// Nothing: why.
    Nothing(&'static str),
}

/// Something that the standard asserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Of what.
    pub function: PosixFunction,
    /// Its number, from 1 on.
    pub number: u8,
    /// What it says.
    pub gist: &'static str,
    /// What shows it.
    pub shown_by: ShownBy,
}

/// Where Linux does otherwise, or where the standard says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PosixDifference {
    /// What POSIX says.
    pub posix: &'static str,
    /// What Linux does.
    pub linux: &'static str,
    /// The experiments that show it.
    pub shown_by: &'static [&'static str],
}

impl fmt::Display for ShownBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Experiments(names) => f.write_str(&names.join(", ")),
            Self::Exercise(name) => write!(f, "the exercise of {name}"),
            Self::Nothing(why) => write!(f, "- {why}"),
        }
    }
}

/// Both tables as lines.
#[must_use]
pub fn tables() -> String {
    let mut text = String::new();
    for function in PosixFunction::ALL {
        let _ = writeln!(text, "{function}, {} assertions", function.n_assertions());
        for one in ASSERTIONS.iter().filter(|one| one.function == function) {
            let _ = writeln!(
                text,
                "  {:>2}  {}\n      {}",
                one.number, one.gist, one.shown_by
            );
        }
        text.push('\n');
    }
    let n_shown = ASSERTIONS
        .iter()
        .filter(|one| !matches!(one.shown_by, ShownBy::Nothing(_)))
        .count();
    let _ = writeln!(
        text,
        "{n_shown} of {} are shown; the others say why not.\n\nWhere Linux differs",
        ASSERTIONS.len()
    );
    for one in DIFFERENCES {
        let _ = writeln!(
            text,
            "  POSIX says: {}\n  Linux does: {}\n      {}\n",
            one.posix,
            one.linux,
            one.shown_by.join(", ")
        );
    }
    text.push_str(
        "The numbers are those of the Open POSIX Test Suite, the wording follows POSIX.1-2024.\n",
    );
    text
}
