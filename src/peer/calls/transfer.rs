//! Bytes that the kernel moves from or to a mapping.
//!
//! It owns the words on the wire. It must not know how a call is made.

use serde::{Deserialize, Serialize};

use crate::peer::wire;

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
        /// Where.
        there: Remote,
        /// How many bytes, at most 65,536.
        len: u64,
    },
    /// ptrace(2) of a forked child: attaches, puts `byte` over the one at an address, as a breakpoint is set, and
    /// detaches. [`Outcome::Done`](super::Outcome::Done).
    Poke {
        /// Where.
        there: Remote,
        /// The byte.
        byte: u8,
    },
    /// pwrite(2) into a file that shows this process's own memory, `/proc/self/mem`, at the address of a place.
    /// [`Outcome::Number`](super::Outcome::Number): how many were taken.
    Overwrite {
        /// Which file.
        file: String,
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// The bytes.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
}

/// A place in the memory of another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remote {
    /// By the names of a peer and of its mapping. Whoever asks finds out where that is, and asks for [`Self::Process`].
    Peer {
        /// Whose.
        peer: String,
        /// Which mapping there.
        map: String,
        /// Bytes from its start.
        at: u64,
    },
    /// By number and address.
    Process {
        /// The number of the process.
        pid: u32,
        /// The address there.
        address: u64,
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
            Self::Overwrite { .. } => "overwrite",
        }
    }
}
