//! Who maps a byte: which memory answers each of those who do, and what is known of that.
//!
//! It owns the rule by which two rows are said to read one and the same page of memory: only where that is proven. It must
//! not know how it is found out, nor how it is drawn.

use crate::map::{OtherMapping, OtherProcess, Others, PageState, Sameness, SeenBytes};

/// A page of memory that answers somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backing {
    /// The file's own page, in the page cache: everybody who has it sees every store to it.
    FilePage,
    /// A copy that a store to a private mapping made, and that no other process has.
    OwnCopy,
    /// Such a copy that several processes have, since a fork: the number is that of its frame, which root is told.
    SharedCopy {
        /// The number of the frame.
        frame: u64,
    },
    /// Such a copy that several processes have, since a fork; the kernel does not tell which.
    CopyOfSeveral,
    /// Such a copy; whether another process has it too is not told (a huge page has one answer for all its pages).
    SomeCopy,
    /// A copy in swap.
    Swapped,
    /// None yet: the first touch brings in the file's page.
    NotPresent,
    /// Not known.
    NotKnown,
}

impl Backing {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FilePage => "the file's page",
            Self::OwnCopy => "a copy of its own",
            Self::SharedCopy { .. } => "a copy shared since a fork",
            Self::CopyOfSeveral => "a copy shared since a fork, with whom is not known",
            Self::SomeCopy => "a copy, whether of its own is not known",
            Self::Swapped => "swapped out",
            Self::NotPresent => "nothing yet: the first touch brings in the file's page",
            Self::NotKnown => "not known",
        }
    }

    /// The same memory answers two rows that both have it; else each has its own, or it is not known.
    #[must_use]
    pub fn is_one(self) -> bool {
        matches!(self, Self::FilePage | Self::SharedCopy { .. })
    }
}

/// One mapping of the byte in another process.
#[derive(Clone, Copy, Debug)]
pub struct WhoRow<'a> {
    /// Whose.
    pub process: &'a OtherProcess,
    /// Which.
    pub mapping: &'a OtherMapping,
    /// What answers it.
    pub memory: Backing,
    /// It sees other bytes than the file has, as far as both are known; `None` where they are not.
    pub differs: Option<bool>,
}

/// The rows of what was found, by process and address. `file` are the bytes that the file has there, where they could be
/// read.
#[must_use]
pub fn rows<'a>(found: &'a Others, file: Option<&[u8]>) -> Vec<WhoRow<'a>> {
    let all = found.processes.iter();
    let all = all.flat_map(|process| process.mappings.iter().map(move |it| (process, it)));
    all.map(|(process, mapping)| WhoRow {
        process,
        mapping,
        memory: memory_of(mapping),
        differs: differs(mapping, file),
    })
    .collect()
}

fn memory_of(mapping: &OtherMapping) -> Backing {
    let Some(Ok(fact)) = mapping.page().map(|page| page.fact) else {
        return Backing::NotKnown;
    };
    match (fact.state, mapping.sameness) {
        (PageState::NotPresent, _) => Backing::NotPresent,
        (PageState::Swapped, _) => Backing::Swapped,
        (PageState::FilePage, Sameness::Proven) => Backing::FilePage,
        (PageState::FilePage, _) => Backing::NotKnown,
        (PageState::PrivateCopy, _) => match (fact.is_exclusive, fact.frame) {
            (Some(true), _) => Backing::OwnCopy,
            (Some(false), Some(frame)) => Backing::SharedCopy { frame },
            (Some(false), None) => Backing::CopyOfSeveral,
            (None, _) => Backing::SomeCopy,
        },
    }
}

/// Compared as far as both go; nothing to compare is no answer.
fn differs(mapping: &OtherMapping, file: Option<&[u8]>) -> Option<bool> {
    let (Some(SeenBytes::Bytes(seen)), Some(file)) = (mapping.page().map(|it| &it.seen), file)
    else {
        return None;
    };
    let n = seen.len().min(file.len());
    (n > 0).then(|| seen.get(..n) != file.get(..n))
}
