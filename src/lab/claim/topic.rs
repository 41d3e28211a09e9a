//! The topics that experiments are grouped by.
//!
//! It owns their names and their order. It must not know the experiments.

use serde::Serialize;

/// What a person would study together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabTopic {
    /// Who sees a store.
    Sharing,
    /// When two mappings are one page in memory, and when each has its own.
    Frames,
    /// What a forked child inherits.
    Fork,
    /// Memory without a file, and malloc.
    Anonymous,
    /// munmap and mprotect.
    Protection,
    /// Where mappings go: `MAP_FIXED` and mremap.
    Moving,
    /// Pages at and past a file's end.
    Ends,
    /// Which bytes of a file take room, and which do not.
    Holes,
    /// Calls that are refused.
    Errors,
    /// When a store is on the storage.
    Durability,
    /// What locks, seals and limits stop, and what they do not.
    Limits,
    /// Memory as program and as data: execve, vfork, code.
    Program,
    /// Several processes at the same word at the same time.
    Atomics,
    /// What reading costs by either way.
    Cost,
}

impl LabTopic {
    /// All topics, in the order of study.
    pub const ALL: [Self; 14] = [
        Self::Sharing,
        Self::Frames,
        Self::Fork,
        Self::Anonymous,
        Self::Protection,
        Self::Moving,
        Self::Ends,
        Self::Holes,
        Self::Errors,
        Self::Durability,
        Self::Limits,
        Self::Program,
        Self::Atomics,
        Self::Cost,
    ];

    /// The word that names it on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sharing => "sharing",
            Self::Frames => "frames",
            Self::Fork => "fork",
            Self::Anonymous => "anonymous",
            Self::Protection => "protection",
            Self::Moving => "moving",
            Self::Ends => "ends",
            Self::Holes => "holes",
            Self::Errors => "errors",
            Self::Durability => "durability",
            Self::Limits => "limits",
            Self::Program => "program",
            Self::Atomics => "atomics",
            Self::Cost => "cost",
        }
    }

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Sharing => "Sharing",
            Self::Frames => "One frame",
            Self::Fork => "Fork",
            Self::Anonymous => "Anonymous memory and malloc",
            Self::Protection => "munmap and protection",
            Self::Moving => "Moving and fixing",
            Self::Ends => "Ends of files",
            Self::Holes => "Holes and room",
            Self::Errors => "Errors",
            Self::Durability => "Durability",
            Self::Limits => "Limits",
            Self::Program => "Program and data",
            Self::Atomics => "Atomics and order",
            Self::Cost => "Cost",
        }
    }
}
