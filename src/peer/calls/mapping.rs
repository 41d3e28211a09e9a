//! How a mapping is asked for: what it shows, where it goes, what it allows, and what is advised about it.
//!
//! It owns the words. It must not know the numbers of the system's flags.

use serde::{Deserialize, Serialize};

/// The arguments of mmap(2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapCall {
    /// The name to give it.
    pub map: String,
    /// What it shows.
    pub source: Source,
    /// `MAP_SHARED` or `MAP_PRIVATE`.
    pub shared: bool,
    /// What is allowed.
    pub prot: Prot,
    /// Offset in the file; need not be aligned.
    pub offset: u64,
    /// Bytes; may be 0.
    pub len: u64,
    /// Where it goes, and further flags: mostly nothing.
    #[serde(default)]
    pub extra: MapExtra,
}

/// What is seldom asked of mmap(2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapExtra {
    /// Where it goes.
    pub spot: Spot,
    /// Further flags; their order does not matter.
    pub flags: Vec<MapFlag>,
}

/// Where a mapping goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// Wherever the kernel likes: the address is NULL.
    #[default]
    Anywhere,
    /// At a place of another mapping, or where one was.
    At {
        /// Which mapping.
        map: String,
        /// Bytes from its start; need not be aligned.
        at: u64,
        /// How firmly.
        how: Placing,
    },
    /// At an address where no process has anything: the first 64 KiB, or from half of the address space on.
    Nowhere {
        /// The address.
        address: u64,
        /// How firmly.
        how: Placing,
    },
}

/// How firmly an address is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placing {
    /// As a hint, without a flag.
    Hint,
    /// `MAP_FIXED`.
    Fixed,
    /// `MAP_FIXED_NOREPLACE`.
    FixedNoReplace,
}

/// A flag of mmap(2) that only Linux gives this meaning. In the order in which strace prints them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapFlag {
    /// Neither `MAP_SHARED` nor `MAP_PRIVATE`, which is an error.
    NeitherKind,
    /// Both of them, which is `MAP_SHARED_VALIDATE`.
    BothKinds,
    /// `MAP_NORESERVE`.
    NoReserve,
    /// `MAP_POPULATE`.
    Populate,
    /// `MAP_GROWSDOWN`.
    GrowsDown,
    /// `MAP_LOCKED`.
    Locked,
    /// `MAP_HUGETLB`.
    HugeTlb,
}

impl MapCall {
    /// With one flag more.
    #[must_use]
    pub fn with(mut self, flag: MapFlag) -> Self {
        self.extra.flags.push(flag);
        self
    }

    /// At this place.
    #[must_use]
    pub fn placed(mut self, spot: Spot) -> Self {
        self.extra.spot = spot;
        self
    }
}

/// What a mapping shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Memory without a file: `MAP_ANONYMOUS`, descriptor -1.
    Anonymous,
    /// A file of that name.
    File(String),
    /// Whatever this descriptor number is, mostly nothing.
    Descriptor(i32),
}

/// What a mapping allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prot {
    /// `PROT_NONE`.
    None,
    /// `PROT_READ`.
    Read,
    /// `PROT_READ|PROT_WRITE`.
    ReadWrite,
    /// `PROT_WRITE`.
    Write,
    /// `PROT_EXEC`.
    Execute,
    /// `PROT_READ|PROT_EXEC`.
    ReadExecute,
    /// `PROT_READ|PROT_WRITE|PROT_EXEC`.
    All,
}

/// Advice of madvise(2). Those from `Free` on are of Linux alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// `MADV_NORMAL`.
    Normal,
    /// `MADV_RANDOM`.
    Random,
    /// `MADV_SEQUENTIAL`.
    Sequential,
    /// `MADV_WILLNEED`.
    WillNeed,
    /// `MADV_DONTNEED`.
    DontNeed,
    /// `MADV_FREE`.
    Free,
    /// `MADV_REMOVE`.
    Remove,
    /// `MADV_DONTFORK`.
    DontFork,
    /// `MADV_WIPEONFORK`.
    WipeOnFork,
    /// `MADV_MERGEABLE`.
    Mergeable,
    /// `MADV_UNMERGEABLE`.
    Unmergeable,
    /// `MADV_HUGEPAGE`.
    HugePage,
    /// `MADV_NOHUGEPAGE`.
    NoHugePage,
    /// `MADV_COLD`.
    Cold,
    /// `MADV_PAGEOUT`.
    PageOut,
    /// `MADV_POPULATE_READ`.
    PopulateRead,
    /// `MADV_POPULATE_WRITE`.
    PopulateWrite,
}

/// Flags of msync(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncHow {
    /// `MS_ASYNC`.
    Async,
    /// `MS_SYNC`.
    Sync,
}
