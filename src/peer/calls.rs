//! What a peer of an experiment can be asked to do with real system calls, loads and stores, and what it says came of it.
//!
//! It owns the words on the wire. It must not know how a call is made, nor what an experiment wants with it. Files and
//! mappings have names that the asker chooses; a forked child knows its parent's.

mod area;
mod mapping;
mod meeting;
mod object;
mod outcome;
mod process;
mod transfer;

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use super::wire;

pub use area::{AreaCall, LockHow, RETURNS_42, RemapHow};
pub use mapping::{Advice, MapCall, MapExtra, MapFlag, Placing, Prot, Source, Spot, SyncHow};
pub use meeting::{FutexCall, Lane, MutexCall, RaceCall};
pub use object::{AllocateHow, FileLock, ObjectCall, SealKind};
pub use outcome::{Death, Did, FileFacts, MadeCall, Memory, Outcome, PassDone, Raced, Sums};
pub use process::{Knob, LimitKind, ProcessCall};
pub use transfer::{Remote, TransferCall};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// open(2). [`Outcome::Done`].
    Open {
        /// The name to give it.
        file: String,
        /// Its path.
        #[serde(with = "wire::path")]
        path: OsString,
        /// How.
        access: FileAccess,
    },
    /// `memfd_create(2)` and ftruncate(2). [`Outcome::Done`].
    Memfd {
        /// The name to give it.
        file: String,
        /// Its length in bytes.
        len: u64,
    },
    /// close(2). [`Outcome::Done`].
    Close {
        /// Which file.
        file: String,
    },
    /// mmap(2). [`Outcome::Done`].
    Map(MapCall),
    /// munmap(2) of `len` bytes at `at` from the mapping's start. [`Outcome::Done`].
    Unmap {
        /// Which mapping.
        map: String,
        /// Bytes from its start; need not be aligned.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// mprotect(2). [`Outcome::Done`].
    Protect {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
        /// What is allowed from now on.
        prot: Prot,
    },
    /// madvise(2). [`Outcome::Done`].
    Advise {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
        /// The advice.
        advice: Advice,
    },
    /// msync(2). [`Outcome::Done`].
    Sync {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
        /// Whether to wait.
        how: SyncHow,
    },
    /// fsync(2). [`Outcome::Done`].
    Fsync {
        /// Which file.
        file: String,
    },
    /// Load instructions, one a byte. [`Outcome::Bytes`], or death by a signal.
    Load {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes, at most 65,536.
        len: u64,
    },
    /// Store instructions, one a byte. [`Outcome::Done`], or death by a signal.
    Store {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// The bytes.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// One load, or one store of a 1, a page. [`Outcome::Done`], or death by a signal.
    Touch {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
        /// Whether to store.
        write: bool,
    },
    /// Adds 1 to a byte with a load and a store, `times` times. [`Outcome::Done`].
    Count {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How often.
        times: u64,
    },
    /// pread(2). [`Outcome::Bytes`].
    Read {
        /// Which file.
        file: String,
        /// Offset in it.
        at: u64,
        /// How many bytes, at most 65,536.
        len: u64,
    },
    /// pwrite(2). [`Outcome::Done`].
    Write {
        /// Which file.
        file: String,
        /// Offset in it.
        at: u64,
        /// The bytes.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// ftruncate(2), shorter or longer. [`Outcome::Done`].
    Truncate {
        /// Which file.
        file: String,
        /// Its new length in bytes.
        len: u64,
    },
    /// lseek(2) to the end. [`Outcome::Number`]: the length in bytes.
    Length {
        /// Which file.
        file: String,
    },
    /// malloc(3). [`Outcome::Done`]; the name is a mapping's from then on.
    Malloc {
        /// The name to give it.
        map: String,
        /// How many bytes.
        len: u64,
    },
    /// free(3). [`Outcome::Done`]. The name still says where it was.
    Free {
        /// Which one.
        map: String,
    },
    /// What backs each page, from `/proc/self/pagemap`; touches nothing. [`Outcome::Pages`].
    Pages {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// The lines of `/proc/self/maps` that overlap where the mapping was made. [`Outcome::Lines`]; none where it is gone.
    /// Neighbors without a file are one line to the kernel, so that a line may reach further than the mapping.
    Maps {
        /// Which mapping.
        map: String,
    },
    /// The sums of `/proc/self/smaps` over the same. [`Outcome::Sums`].
    Sums {
        /// Which mapping.
        map: String,
    },
    /// The size of this process, from `/proc/self/status` and `smaps_rollup`. [`Outcome::Memory`].
    Memory,
    /// Page faults of this process so far, getrusage(2). [`Outcome::Faults`].
    Faults,
    /// What the page cache holds of a file, cachestat(2). [`Outcome::Cache`].
    Cache {
        /// Which file.
        file: String,
    },
    /// Makes a file cold: fsync(2), then `posix_fadvise(2)` with `POSIX_FADV_DONTNEED`. [`Outcome::Done`].
    Cool {
        /// Which file.
        file: String,
    },
    /// Takes a file's bytes once, and times it. [`Outcome::Pass`].
    Pass(PassCall),
    /// What is asked of a stretch of the address space besides. Only on Linux, as all below but the last two.
    Area(AreaCall),
    /// What is asked of files and other things with a descriptor or a name.
    Object(ObjectCall),
    /// Bytes that the kernel moves from or to a mapping.
    Transfer(TransferCall),
    /// A race with other processes over shared memory.
    Race(RaceCall),
    /// Waiting for a word in memory, and waking who waits.
    Futex(FutexCall),
    /// A mutex in memory.
    Mutex(MutexCall),
    /// What concerns the process as a whole, or the machine.
    Process(ProcessCall),
    /// Ends this process at once by abort(3).
    Abort,
    /// For tests of the lab itself: from now on this peer does not do what it says.
    Sabotage(Sabotage),
}

impl Call {
    /// The word that names the call, as on the wire.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Memfd { .. } => "memfd",
            Self::Close { .. } => "close",
            Self::Map(_) => "map",
            Self::Unmap { .. } => "unmap",
            Self::Protect { .. } => "protect",
            Self::Advise { .. } => "advise",
            Self::Sync { .. } => "sync",
            Self::Fsync { .. } => "fsync",
            Self::Load { .. } => "load",
            Self::Store { .. } => "store",
            Self::Touch { .. } => "touch",
            Self::Count { .. } => "count",
            Self::Read { .. } => "read",
            Self::Write { .. } => "write",
            Self::Truncate { .. } => "truncate",
            Self::Length { .. } => "length",
            Self::Malloc { .. } => "malloc",
            Self::Free { .. } => "free",
            Self::Pages { .. } => "pages",
            Self::Maps { .. } => "maps",
            Self::Sums { .. } => "sums",
            Self::Memory => "memory",
            Self::Faults => "faults",
            Self::Cache { .. } => "cache",
            Self::Cool { .. } => "cool",
            Self::Pass(_) => "pass",
            Self::Area(call) => call.word(),
            Self::Object(call) => call.word(),
            Self::Transfer(call) => call.word(),
            Self::Race(_) => "race",
            Self::Futex(_) => "futex",
            Self::Mutex(_) => "mutex",
            Self::Process(call) => call.word(),
            Self::Abort => "abort",
            Self::Sabotage(_) => "sabotage",
        }
    }
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileAccess {
    /// `O_RDONLY`.
    Read,
    /// `O_RDWR`.
    ReadWrite,
    /// `O_WRONLY`.
    Write,
    /// `O_RDWR|O_DIRECT`: past the page cache. Only on Linux.
    Direct,
}

/// How to take a file's bytes once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassCall {
    /// Which file.
    pub file: String,
    /// By `pread` into a buffer of 64 KiB (one page where the order is random), or by mmap, a load of 8 bytes at a time
    /// over every byte, and munmap.
    pub by_loads: bool,
    /// How much of the file there is to take, from its start.
    pub len: u64,
    /// One after the other, or this many whole pages drawn by `seed`.
    pub random_pages: Option<u64>,
    /// Decides the draws; the same for both ways.
    pub seed: u64,
    /// By loads from this mapping, which was made before and stays, instead of one that is made for it.
    #[serde(default)]
    pub over: Option<String>,
}

/// How a peer deceives, for tests of the lab itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sabotage {
    /// Says that it stored, and does not: load, touch and count stores and pwrite alike.
    SkipStores,
    /// Maps shared where private was asked for, and private where shared was.
    OtherMode,
}
