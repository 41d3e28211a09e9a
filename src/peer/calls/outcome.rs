//! What a peer says came of a call.
//!
//! It owns the words on the wire. It must not know what was asked for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::peer::wire::{self, FaultCount, PeerPage};

/// What a peer did for a [`Call`](super::Call).
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
    /// For each page, whether it is in memory.
    Resident {
        /// In order.
        pages: Vec<bool>,
    },
    /// The frame of memory that each page is; `None` where there is none.
    Frames {
        /// Their numbers, in order.
        frames: Vec<Option<u64>>,
    },
    /// What the system says of a file.
    Stat(FileFacts),
    /// A call that was repeated until it failed, or often enough.
    Repeated {
        /// How often it succeeded.
        times: u64,
        /// The error that ended it, by name.
        errno: Option<String>,
    },
    /// What a racer saw.
    Raced(Raced),
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
    /// Of these, what `MADV_FREE` lets go.
    #[serde(default)]
    pub lazy_free: u64,
    /// Of these, what huge pages hold.
    #[serde(default)]
    pub huge: u64,
    /// What was swapped out.
    #[serde(default)]
    pub swapped: u64,
    /// What is locked, by its share.
    #[serde(default)]
    pub locked: u64,
}

/// The size of a process, in KiB where nothing else is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Address space (`VmSize`).
    pub address_space: u64,
    /// Resident pages (`Rss` of `smaps_rollup`).
    pub resident: u64,
    /// Swapped out (`Swap` of `smaps_rollup`).
    #[serde(default)]
    pub swapped: u64,
    /// Locked (`VmLck`).
    #[serde(default)]
    pub locked: u64,
    /// Page tables (`VmPTE`).
    #[serde(default)]
    pub page_tables: u64,
    /// Not in KiB: how many lines `/proc/self/maps` has.
    #[serde(default)]
    pub areas: u64,
}

/// What fstat(2) says of a file. Times are nanoseconds since 1970, to be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Bytes.
    pub len: u64,
    /// Blocks of 512 bytes that it occupies.
    pub blocks: u64,
    /// Names that it has.
    pub links: u64,
    /// When it was read last, as far as that is marked.
    pub accessed: i64,
    /// When its bytes were changed last.
    pub modified: i64,
    /// When anything of it was changed last.
    pub changed: i64,
}

/// What a racer saw; 0 what it did not look for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raced {
    /// How often it did its part.
    pub rounds: u64,
    /// Aligned words of 64 bits that were half old and half new.
    pub torn_words: u64,
    /// Pairs of words of which one was old and the other new.
    pub torn_pairs: u64,
    /// Words across the end of a cache line that were half old and half new.
    pub torn_across_lines: u64,
    /// Rounds in which both sides loaded what was there before the other's store.
    pub both_saw_old: u64,
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
