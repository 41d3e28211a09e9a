//! The words of the lab: what an experiment claims, and what a run of it showed. Plain values, for the window, the
//! command line and the report alike.
//!
//! It owns their names and wording. It must not know how a process is asked, nor the scripts.

mod answered;
mod cost;
mod foreseen;
mod hand;
mod held;
mod question;
mod stage_hand;
mod topic;

use std::fmt;

use serde::Serialize;

use crate::bytes::size::counted;
use crate::peer::calls::{Call, Outcome};
use crate::peer::wire::FaultCount;

pub use cost::{CostPoint, EVEN, time_words};
pub use foreseen::{Foreseen, NextStep};
pub use hand::{
    HandActor, HandDeed, HandItem, HandKind, HandPage, HandPlan, HandWanted,
    MOST_BYTES as HAND_BYTES,
};
pub use held::{HeldPage, Holding, KnownMapping, ScratchKey};
pub use stage_hand::{StageCame, StageDid, StageItem, StageTold};
pub use topic::LabTopic;

/// Who promises what an experiment predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// POSIX demands it: so it is everywhere.
    Posix,
    /// Linux does it; POSIX leaves it open, or does not know it.
    Linux,
    /// Nobody promises it: it is what happens here, and may change.
    Open,
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Posix => "POSIX promises it",
            Self::Linux => "Linux does it",
            Self::Open => "nobody promises it",
        })
    }
}

/// Which of an experiment's choices is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This one, everywhere.
    Always(usize),
    /// One on tmpfs and others that keep their files in memory only, another on every other file system.
    OnTmpfs {
        /// The one in memory.
        tmpfs: usize,
        /// The one elsewhere.
        elsewhere: usize,
    },
    /// One on each file system that is listed, another on every other.
    On {
        /// Names of file systems, and the choice there.
        listed: &'static [(&'static str, usize)],
        /// The one elsewhere.
        elsewhere: usize,
    },
    /// One of these; nobody promises which.
    Either(&'static [usize]),
    /// None: it measures, and predicts nothing.
    Measured,
}

/// Whether a file system of this name, as [`Environment`] gives it, keeps its files in memory only.
#[must_use]
pub fn lives_in_memory(file_system: &str) -> bool {
    matches!(below(file_system), "tmpfs" | "ramfs")
}

/// The file system that holds the files: those of an overlay are on the one that it writes to.
#[must_use]
pub fn below(file_system: &str) -> &str {
    file_system.strip_prefix(OVERLAY).unwrap_or(file_system)
}

/// What the name of an overlay begins with; that of the file system it writes to follows.
pub const OVERLAY: &str = "overlay over ";

/// What an experiment claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its name on the command line: words with hyphens.
    pub name: &'static str,
    /// Its group.
    pub topic: LabTopic,
    /// The claim in one sentence, without a final period.
    pub title: &'static str,
    /// What could happen; a person may pick one before a run. Sentences without a final period.
    pub choices: &'static [&'static str],
    /// Which of them does.
    pub expected: Expected,
    /// Who says so.
    pub promise: Promise,
    /// Why, in one paragraph.
    pub why: &'static str,
    /// The manual page, standard or document that it rests on.
    pub source: &'static str,
}

impl Claim {
    /// Whether nothing can be predicted on a file system, because it keeps its files on another one that cannot be seen.
    #[must_use]
    pub fn is_unclear(&self, file_system: &str) -> bool {
        let depends = matches!(
            self.expected,
            Expected::OnTmpfs { .. } | Expected::On { .. }
        );
        depends && file_system == "overlay"
    }

    /// What it answers, in one sentence that does not give the answer away: what to show before a run.
    #[must_use]
    pub fn question(&self) -> &'static str {
        question::of(self.name).unwrap_or("What comes of it?")
    }

    /// The index of the predicted choice on a file system; `None` where nothing is predicted, or not which of several.
    #[must_use]
    pub fn predicted(&self, file_system: &str) -> Option<usize> {
        match self.expected {
            Expected::Always(choice) => Some(choice),
            Expected::OnTmpfs { tmpfs, elsewhere } => Some(if lives_in_memory(file_system) {
                tmpfs
            } else {
                elsewhere
            }),
            Expected::On { listed, elsewhere } => {
                let below = below(file_system);
                let there = listed.iter().find(|(name, _)| *name == below);
                Some(there.map_or(elsewhere, |(_, choice)| *choice))
            }
            Expected::Either(_) | Expected::Measured => None,
        }
    }

    /// The prediction in words; it names the file system where that matters.
    #[must_use]
    pub fn prediction(&self, file_system: &str) -> String {
        let words = self
            .predicted(file_system)
            .and_then(|choice| self.choices.get(choice));
        match (words, self.expected) {
            (Some(words), Expected::OnTmpfs { .. } | Expected::On { .. }) => {
                format!("on {file_system}: {words}")
            }
            (Some(words), _) => (*words).to_owned(),
            (None, Expected::Either(choices)) => {
                let words = choices
                    .iter()
                    .filter_map(|choice| self.choices.get(*choice));
                words.copied().collect::<Vec<_>>().join("; or: ")
            }
            (None, _) => "nothing: it measures".to_owned(),
        }
    }
}

/// What is in a scratch file when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "are", rename_all = "kebab-case")]
pub enum Contents {
    /// Pages full of a letter: the first page of this one, the next of the one after it, and so on, 26 in turn.
    Letters {
        /// `A` or `a`.
        first: char,
        /// How many pages.
        pages: u64,
    },
    /// These bytes.
    Bytes {
        /// In order.
        bytes: Vec<u8>,
    },
    /// A hole: zeros that take no room.
    Hole {
        /// Bytes.
        len: u64,
    },
    /// No page like another, written and waited for.
    Noise {
        /// Bytes.
        len: u64,
    },
}

impl Contents {
    /// How many bytes they are, with pages of so many.
    #[must_use]
    pub fn len(&self, page: u64) -> u64 {
        match self {
            Self::Letters { pages, .. } => pages * page,
            Self::Bytes { bytes } => bytes.len() as u64,
            Self::Hole { len } | Self::Noise { len } => *len,
        }
    }
}

impl From<&[u8]> for Contents {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes {
            bytes: bytes.to_vec(),
        }
    }
}

impl<const N: usize> From<&[u8; N]> for Contents {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

/// What a step does, as data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Doing {
    /// mapscope makes a scratch file.
    MakeFile {
        /// Its name in the scratch folder.
        name: String,
        /// What is in it.
        contents: Contents,
    },
    /// mapscope deletes a scratch file.
    DeleteFile {
        /// Its name.
        name: String,
    },
    /// mapscope renames a scratch file.
    RenameFile {
        /// What it was called.
        from: String,
        /// What it is called.
        to: String,
    },
    /// A peer starts as a process of its own.
    Start,
    /// A peer forks another one.
    Fork {
        /// The other one.
        child: String,
    },
    /// A peer was asked for this; also where it died of it.
    Ask {
        /// It: what of, by the names of mapping and file in the experiment. A path that is not absolute is one in the
        /// scratch folder.
        call: Call,
        /// It sets things up, and observes nothing.
        sets_up: bool,
    },
    /// mapscope compares or computes what was told before.
    #[default]
    Look,
}

/// A system call that a peer made, or a load or store instruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallLine {
    /// As strace prints it, such as `msync(0x7f12a4c5d000, 4096, MS_SYNC) = 0`.
    pub text: String,
    /// How long it took.
    pub nanoseconds: u64,
    /// The page faults of the thread meanwhile, where they were counted: of loads and stores.
    pub faults: Option<FaultCount>,
}

impl CallLine {
    /// How long it took and which page faults it had, in words: `0.3 µs, 1 minor fault`. A line that stands for many calls
    /// has no time of its own.
    #[must_use]
    pub fn took(&self) -> String {
        if self.nanoseconds == 0 && self.faults.is_none() {
            return "not timed".to_owned();
        }
        let seconds = std::time::Duration::from_nanos(self.nanoseconds).as_secs_f64();
        let time = time_words(seconds);
        match self.faults {
            None => time,
            Some(FaultCount { minor: 0, major: 0 }) => format!("{time}, no fault"),
            Some(FaultCount { minor, major: 0 }) => {
                format!("{time}, {}", counted(minor, "minor fault"))
            }
            Some(FaultCount { minor: 0, major }) => {
                format!("{time}, {}", counted(major, "major fault"))
            }
            Some(FaultCount { minor, major }) => {
                format!(
                    "{time}, {minor} minor and {}",
                    counted(major, "major fault")
                )
            }
        }
    }
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunStep {
    /// Counts from 1.
    pub number: usize,
    /// The peer that did it; `None` for mapscope itself.
    pub peer: Option<String>,
    /// Its process number.
    pub pid: Option<u32>,
    /// What was done, in words.
    pub what: String,
    /// The same as data.
    pub doing: Doing,
    /// What a peer told. It is said in `observed`.
    #[serde(skip)]
    pub told: Option<Outcome>,
    /// The calls it took.
    pub calls: Vec<CallLine>,
    /// What was observed, in words.
    pub observed: String,
    /// What had to be observed, where the step is a check.
    pub expected: Option<String>,
    /// Whether it was; `None` where the step is no check.
    pub holds: Option<bool>,
}

/// What one peer was last seen to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PeerCard {
    /// Its name in the experiment: `A`, `B`, …
    pub name: String,
    /// Number of its process.
    pub pid: u32,
    /// The peer that forked it.
    pub parent: Option<String>,
    /// How it ended; `None` while it runs.
    pub ended: Option<String>,
    /// What its mapping is, such as `shared, read-write`; empty before it has one.
    pub mapping: String,
    /// The bytes it last loaded or read: where, and what, such as `28: 5a 'Z'`; of one that ended, that it was before.
    pub bytes: String,
    /// What backs the pages of its mapping, such as `private copy, file page`, and which of many were looked at.
    pub pages: String,
    /// What it has open and mapped, as data.
    #[serde(skip)]
    pub holding: Holding,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", content = "because", rename_all = "kebab-case")]
pub enum Verdict {
    /// All was observed as predicted.
    AsPredicted,
    /// Something was observed otherwise.
    Differs,
    /// It predicts nothing, and measured.
    Measured,
    /// It could not be carried out to its end: why, in a sentence.
    NotDone(String),
    /// This system cannot do it: why. Neither passed nor failed.
    NotAvailable(String),
    /// The person stopped it.
    Cancelled,
}

impl Verdict {
    /// Whether it speaks against the prediction or leaves it unproven.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Differs | Self::NotDone(_) | Self::Cancelled)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsPredicted => f.write_str("as predicted"),
            Self::Differs => f.write_str("differs from the prediction"),
            Self::Measured => f.write_str("measured"),
            Self::NotDone(why) => write!(f, "not carried out: {why}"),
            Self::NotAvailable(why) => write!(f, "not available here: {why}"),
            Self::Cancelled => f.write_str("stopped"),
        }
    }
}

/// A finished run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRecord {
    /// Name of the experiment.
    pub name: String,
    /// What it came to.
    pub verdict: Verdict,
    /// What was predicted, in words.
    pub predicted: String,
    /// What was observed, in words.
    pub observed: String,
    /// Each step.
    pub steps: Vec<RunStep>,
    /// The peers at the end.
    pub peers: Vec<PeerCard>,
    /// The measurements of the cost group.
    pub costs: Vec<CostPoint>,
    /// How long it took.
    pub milliseconds: u64,
}

/// Where experiments run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// Name and release of the kernel, such as `Linux 6.18.5`.
    pub kernel: String,
    /// The processor's architecture, such as `x86_64`.
    pub machine: String,
    /// Bytes in a page.
    pub page_bytes: u64,
    /// The folder below which scratch files live.
    pub dir: String,
    /// Its file system, such as `ext4`, `tmpfs` or `overlay over ext4`.
    pub file_system: String,
    /// The effective user's number, where there is one.
    pub user: Option<u32>,
    /// Why malloc may work otherwise than that of glibc does of itself, where that is known.
    pub other_malloc: Option<String>,
}

/// What is told while experiments run.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Where all of them run.
    Environment(Environment),
    /// This one begins.
    Started(String),
    /// A step of it is done, or a check was added to one that was told before.
    Step(Box<RunStep>),
    /// What its peers hold now.
    Peers(Vec<PeerCard>),
    /// This step waits for the person to let it go.
    Waits(Box<NextStep>),
    /// A person tries it by hand.
    ByHand(StageTold),
    /// It is over.
    Finished(Box<RunRecord>),
    /// All are over; or none could run, for this reason.
    Over(Result<(), String>),
}
