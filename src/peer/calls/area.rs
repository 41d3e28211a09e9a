//! What is asked of a stretch of the address space: to move, to stay in memory, to be looked at, to be run.
//!
//! It owns the words on the wire. It must not know how a call is made.

use serde::{Deserialize, Serialize};

/// One thing to do with a stretch of the address space. `map` is a mapping's name, or that of one that was; `at` counts
/// bytes from its start, `len` bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "area", rename_all = "snake_case")]
pub enum AreaCall {
    /// mremap(2). [`Outcome::Done`](super::Outcome::Done).
    Remap {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes move; 0 makes a second mapping of a shared one.
        old_len: u64,
        /// How many bytes it has from then on.
        len: u64,
        /// Where to.
        how: RemapHow,
        /// The name that the result has from then on; may be the same.
        result: String,
    },
    /// mlock(2) and its kin. [`Outcome::Done`](super::Outcome::Done).
    Lock {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
        /// Whether to lock.
        how: LockHow,
    },
    /// mlockall(2) with these flags. [`Outcome::Done`](super::Outcome::Done).
    LockAll {
        /// `MCL_CURRENT`.
        current: bool,
        /// `MCL_FUTURE`.
        future: bool,
        /// `MCL_ONFAULT`.
        on_fault: bool,
    },
    /// munlockall(2). [`Outcome::Done`](super::Outcome::Done).
    UnlockAll,
    /// mincore(2): which pages the page cache has, or memory. [`Outcome::Resident`](super::Outcome::Resident).
    Resident {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// Which frame of memory each page is, from `/proc/self/pagemap`; touches nothing. Only root is told.
    /// [`Outcome::Frames`](super::Outcome::Frames).
    Frames {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// The address of a place; touches nothing. [`Outcome::Number`](super::Outcome::Number).
    Where {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
    },
    /// One load, or one store of a 1, every `step` bytes. [`Outcome::Done`](super::Outcome::Done), or death by a signal.
    TouchEvery {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
        /// How many bytes.
        len: u64,
        /// How far apart, in bytes; not 0.
        step: u64,
        /// Whether to store.
        write: bool,
    },
    /// mprotect(2) with `PROT_READ` of every second page, the first one among them, until it fails.
    /// [`Outcome::Repeated`](super::Outcome::Repeated).
    ProtectEverySecond {
        /// Which mapping.
        map: String,
    },
    /// Stores the address of a place of the same mapping, 8 bytes: a pointer.
    /// [`Outcome::Done`](super::Outcome::Done), or death by a signal.
    Point {
        /// Which mapping.
        map: String,
        /// Where the address is stored, in bytes from its start.
        at: u64,
        /// Where it leads to, in bytes from its start.
        to: u64,
    },
    /// Loads an address of 8 bytes, and the byte that it leads to. [`Outcome::Bytes`](super::Outcome::Bytes), or death by a
    /// signal.
    Follow {
        /// Which mapping holds the address.
        map: String,
        /// Bytes from its start.
        at: u64,
    },
    /// Calls what is there as a function of C without arguments, such as [`RETURNS_42`].
    /// [`Outcome::Number`](super::Outcome::Number): what it returns; or death by a signal.
    Execute {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
    },
    /// From now on a SIGBUS within this mapping ends nothing: its handler maps a page of zeros over the place, and the
    /// instruction is tried once more. [`Outcome::Done`](super::Outcome::Done).
    Mend {
        /// Which mapping.
        map: String,
    },
}

impl AreaCall {
    /// The word that names the call, as on the wire.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Remap { .. } => "remap",
            Self::Lock { .. } => "lock",
            Self::LockAll { .. } => "lock_all",
            Self::UnlockAll => "unlock_all",
            Self::Resident { .. } => "resident",
            Self::Frames { .. } => "frames",
            Self::Where { .. } => "where",
            Self::TouchEvery { .. } => "touch_every",
            Self::ProtectEverySecond { .. } => "protect_every_second",
            Self::Point { .. } => "point",
            Self::Follow { .. } => "follow",
            Self::Execute { .. } => "execute",
            Self::Mend { .. } => "mend",
        }
    }
}

/// Where mremap(2) moves a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemapHow {
    /// Nowhere: no flag.
    InPlace,
    /// `MREMAP_MAYMOVE`.
    MayMove,
    /// `MREMAP_MAYMOVE|MREMAP_FIXED`: over a place of another mapping.
    Over {
        /// Which mapping.
        map: String,
        /// Bytes from its start.
        at: u64,
    },
    /// `MREMAP_MAYMOVE|MREMAP_DONTUNMAP`: the old place stays mapped, and empty.
    KeepOld,
}

/// How pages are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockHow {
    /// mlock(2): all of them, at once.
    Now,
    /// mlock2(2) with `MLOCK_ONFAULT`: each as it comes in.
    OnFault,
    /// munlock(2).
    Unlock,
}

/// Machine code of a function that returns 42; empty where none is known for this processor.
pub const RETURNS_42: &[u8] = if cfg!(target_arch = "x86_64") {
    // mov eax, 42; ret
    &[0xb8, 42, 0, 0, 0, 0xc3]
} else if cfg!(target_arch = "aarch64") {
    // mov w0, #42; ret
    &[0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6]
} else {
    &[]
};
