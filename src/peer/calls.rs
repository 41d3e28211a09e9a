//! What a peer of an experiment can be asked to do with real system calls, loads and stores, and what it says came of it.
//!
//! It owns the words on the wire. It must not know how a call is made, nor what an experiment wants with it. Files and
//! mappings have names that the asker chooses; a forked child knows its parent's.

use std::ffi::OsString;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::wire::{self, FaultCount, PeerPage};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// open(2). [`Outcome::Done`].
    Open {
        /// The name to give it.
        file: String,
        /// Its path.
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
            Self::Abort => "abort",
            Self::Sabotage(_) => "sabotage",
        }
    }
}

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
}

/// Advice of madvise(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// `MADV_DONTNEED`.
    DontNeed,
    /// `MADV_WILLNEED`.
    WillNeed,
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

/// What a peer did for a [`Call`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Did {
    /// The system calls, and loads or stores, in order.
    pub calls: Vec<MadeCall>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// A system call that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeCall {
    /// As `strace -a 1` prints it: `msync(0x7f12a4c5d000, 4096, MS_SYNC) = 0`. A load is `load(0x7f…, 1) = "Z"`, a store
    /// `store(0x7f…, "Z")`, and what is done very often is one line that says how often.
    pub text: String,
    /// How long it took.
    pub nanoseconds: u64,
    /// The page faults meanwhile, of loads and stores.
    #[serde(default)]
    pub faults: Option<FaultCount>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It succeeded.
    Done,
    /// The last system call failed with this error, by name: `EINVAL`.
    Failed {
        /// The name.
        errno: String,
    },
    /// These bytes were read. Fewer than asked for at the end of a file.
    Bytes {
        /// In order.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// What backs each page.
    Pages {
        /// In order.
        pages: Vec<PeerPage>,
    },
    /// Lines of text.
    Lines {
        /// In order, without line ends.
        lines: Vec<String>,
    },
    /// Sums of smaps, in KiB.
    Sums(Sums),
    /// The size of the process, in KiB.
    Memory(Memory),
    /// Page faults since the process began.
    Faults {
        /// Without a read from storage.
        minor: u64,
        /// With one.
        major: u64,
    },
    /// Pages of a file in the page cache.
    Cache {
        /// All of them.
        cached: u64,
        /// Changed since they were written last.
        dirty: u64,
        /// Being written.
        writeback: u64,
    },
    /// A number.
    Number {
        /// It.
        value: u64,
    },
    /// A pass over a file.
    Pass(PassDone),
    /// The peer's process was ended by a signal. Never on the wire: the peer cannot say it.
    Killed(Death),
}

/// Sums of `/proc/PID/smaps` over a mapping, in KiB (`proc_pid_smaps(5)`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Resident.
    pub rss: u64,
    /// Resident, shared pages by their share.
    pub pss: u64,
    /// Clean pages that others map too.
    pub shared_clean: u64,
    /// Dirty pages that others map too.
    pub shared_dirty: u64,
    /// Clean pages that this process alone maps.
    pub private_clean: u64,
    /// Dirty pages that this process alone maps.
    pub private_dirty: u64,
    /// Pages that belong to no file, private copies among them.
    pub anonymous: u64,
}

/// The size of a process, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Address space (`VmSize`).
    pub address_space: u64,
    /// Resident pages (`Rss` of `smaps_rollup`).
    pub resident: u64,
}

/// A pass over a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassDone {
    /// How long it took, from before the first call to after the last.
    pub nanoseconds: u64,
    /// Page faults meanwhile, without a read from storage.
    pub minor: u64,
    /// Page faults meanwhile, with one.
    pub major: u64,
    /// How many bytes were taken.
    pub bytes: u64,
    /// Their sum as 64-bit words, so that none can be left out unseen.
    pub sum: u64,
}

/// How a signal ended a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Death {
    /// The signal by name, such as `SIGSEGV`.
    pub signal: String,
    /// Its code by name, such as `SEGV_MAPERR`, where a fault caused it (sigaction(2)).
    pub code: Option<String>,
    /// The address that could not be used, where a fault caused it.
    pub address: Option<u64>,
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "killed by {}", self.signal)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        if let Some(address) = self.address {
            write!(f, " at {address:#x}")?;
        }
        Ok(())
    }
}
