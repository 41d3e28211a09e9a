//! Bytes that the kernel moves from or to a mapping.
//!
//! It owns the words on the wire. It must not know how a call is made.

use serde::{Deserialize, Serialize};

/// One move of bytes. `file` and `map` are names that the asker chose; `at` counts bytes from a mapping's start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "transfer", rename_all = "snake_case")]
pub enum TransferCall {
    /// write(2), or pwrite(2) where there is an offset, of bytes that stand in a mapping.
    /// [`Outcome::Number`](super::Outcome::Number): how many were taken.
    WriteFrom {
        /// Into which file.
        file: String,
        /// Offset in it.
        offset: Option<u64>,
        /// From which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// read(2), or pread(2) where there is an offset, into a mapping. [`Outcome::Number`](super::Outcome::Number): how many
    /// came.
    ReadInto {
        /// From which file.
        file: String,
        /// Offset in it.
        offset: Option<u64>,
        /// Into which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// read(2) of a pipe or a watch. [`Outcome::Bytes`](super::Outcome::Bytes).
    Take {
        /// Which file.
        file: String,
        /// How many bytes, at most 65,536.
        len: u64,
    },
    /// splice(2). [`Outcome::Number`](super::Outcome::Number): how many bytes.
    Splice {
        /// From which file.
        from: String,
        /// Offset in it, where it is no pipe.
        offset: Option<u64>,
        /// Into which pipe.
        to: String,
        /// How many bytes.
        len: u64,
    },
    /// vmsplice(2). [`Outcome::Number`](super::Outcome::Number): how many bytes.
    Vmsplice {
        /// Into which pipe.
        to: String,
        /// From which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// `process_vm_readv(2)` of another process's memory. [`Outcome::Bytes`](super::Outcome::Bytes).
    Peek {
        /// Its number.
        pid: u32,
        /// The address there.
        address: u64,
        /// How many bytes, at most 65,536.
        len: u64,
    },
    /// ptrace(2) of a forked child: attaches, puts `byte` over the one at an address, as a breakpoint is set, and
    /// detaches. [`Outcome::Done`](super::Outcome::Done).
    Poke {
        /// Its number.
        pid: u32,
        /// The address there.
        address: u64,
        /// The byte.
        byte: u8,
    },
}

impl TransferCall {
    /// The word that names the call, as on the wire.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::WriteFrom { .. } => "write_from",
            Self::ReadInto { .. } => "read_into",
            Self::Take { .. } => "take",
            Self::Splice { .. } => "splice",
            Self::Vmsplice { .. } => "vmsplice",
            Self::Peek { .. } => "peek",
            Self::Poke { .. } => "poke",
        }
    }
}
