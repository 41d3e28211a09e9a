//! What concerns a peer's process as a whole, or the machine.
//!
//! It owns the words on the wire. It must not know how anything is set back.

use serde::{Deserialize, Serialize};

use crate::peer::wire;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "process", rename_all = "snake_case")]
pub enum ProcessCall {
    /// setrlimit(2) of this process's own soft limit. [`Outcome::Done`](super::Outcome::Done).
    Limit {
        /// Which limit.
        limit: LimitKind,
        /// What it shall be, in what it counts; `None` for as much as the hard limit allows.
        value: Option<u64>,
    },
    /// Turns a knob of the kernel, which only root may. It is set back when the peer ends, however it ends; until then
    /// nobody else turns it, who is told EAGAIN. [`Outcome::Done`](super::Outcome::Done).
    Tune {
        /// Which knob.
        knob: Knob,
        /// What it shall be.
        value: u64,
    },
    /// A child that shares this process's memory until it ends (clone(2) with `CLONE_VM|CLONE_VFORK`, as vfork(2) has it)
    /// stores bytes, and ends. [`Outcome::Done`](super::Outcome::Done).
    Vfork {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// The bytes.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// userfaultfd(2) with `UFFD_USER_MODE_ONLY`: whenever one of these pages is missing, a thread of this process fills it
    /// with `bytes` over and over. As it has two threads then, it forks no more. [`Outcome::Done`](super::Outcome::Done).
    Userfault {
        /// Which mapping.
        map: String,
        /// Bytes from its start; a page's.
        at: u64,
        /// How many bytes; whole pages.
        len: u64,
        /// What the pages hold; not empty.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// execve(2) of this program as a peer that has none of the mappings and of the files one, by its name. It answers by
    /// itself when it runs. Not in a forked child. [`Outcome::Done`](super::Outcome::Done).
    Exec {
        /// The file that it keeps.
        keep: String,
    },
}

impl ProcessCall {
    /// The word that names the call, as on the wire.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Limit { .. } => "limit",
            Self::Tune { .. } => "tune",
            Self::Vfork { .. } => "vfork",
            Self::Userfault { .. } => "userfault",
            Self::Exec { .. } => "exec",
        }
    }
}

/// A limit of a process (getrlimit(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// `RLIMIT_AS`, in bytes.
    AddressSpace,
    /// `RLIMIT_DATA`, in bytes.
    Data,
    /// `RLIMIT_FSIZE`, in bytes.
    FileSize,
    /// `RLIMIT_MEMLOCK`, in bytes.
    Memlock,
    /// `RLIMIT_NOFILE`, one more than the highest descriptor.
    Descriptors,
}

/// A knob of the kernel that is for all processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Knob {
    /// `/sys/kernel/mm/ksm/run`: 1 merges equal pages, 2 parts them.
    SamePageMerging,
    /// `/sys/kernel/mm/ksm/pages_to_scan` a round.
    SamePageScan,
    /// `/proc/sys/vm/nr_hugepages`, at most 8.
    HugePages,
}
