//! What a peer has open and mapped, as data: what its card says in words.
//!
//! It must not know how that was found out.

use std::collections::BTreeMap;
use std::fmt;

use crate::peer::calls::{MapCall, Source};
use crate::peer::wire::PeerPage;

/// Which file it is: device and inode, or another pair that no other file of the run has.
pub type ScratchKey = (u64, u64);

/// What a peer has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Its open files, by the names in the experiment, as far as it is known which they are.
    pub files: BTreeMap<String, ScratchKey>,
    /// The mapping that is looked up after each step.
    pub mapping: Option<KnownMapping>,
}

/// A mapping, and what was last seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMapping {
    /// As it was made.
    pub call: MapCall,
    /// Which file it is of, where it is of one, and known.
    pub file: Option<ScratchKey>,
    /// What backs its first pages; `None` where that was not told.
    pub pages: Option<Vec<PeerPage>>,
}

impl Holding {
    /// A file is open by this name from now on; `None`: none, or it is not known which.
    pub(in crate::lab) fn open(&mut self, name: &str, key: Option<ScratchKey>) {
        match key {
            Some(key) => drop(self.files.insert(name.to_owned(), key)),
            None => drop(self.files.remove(name)),
        }
    }

    /// This is the mapping from now on.
    pub(in crate::lab) fn map(&mut self, call: &MapCall) {
        let file = match &call.source {
            Source::File(name) => self.files.get(name).copied(),
            Source::Anonymous | Source::Descriptor(_) => None,
        };
        self.mapping = Some(KnownMapping {
            call: call.clone(),
            file,
            pages: None,
        });
    }
}

/// What stands at a page of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldPage {
    /// The file's own page.
    FilePage,
    /// A copy of the file's page that is this process's own, or was its parent's.
    PrivateCopy,
    /// A page of memory without a file.
    Anonymous,
    /// A page of memory without a file that can be shared.
    SharedAnonymous,
    /// It is on the swap.
    Swapped,
    /// None yet: the first touch brings it.
    NotPresent,
    /// The system does not tell.
    Unknown,
}

impl fmt::Display for HeldPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FilePage => "the file's page",
            Self::PrivateCopy => "own copy",
            Self::Anonymous => "anonymous page",
            Self::SharedAnonymous => "shared anonymous page",
            Self::Swapped => "swapped out",
            Self::NotPresent => "not present",
            Self::Unknown => "not known",
        })
    }
}
