//! What is asked of files and of other things that have a descriptor or a name of their own.
//!
//! It owns the words on the wire. It must not know mappings.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use crate::peer::wire;

/// One thing to do with a file, a pipe, or shared memory by its name. `file` is a name that the asker chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
pub enum ObjectCall {
    /// pipe2(2) with `O_NONBLOCK`, so that nobody waits. [`Outcome::Done`](super::Outcome::Done).
    Pipe {
        /// The name to give to the end that is read from.
        read: String,
        /// The name to give to the end that is written to.
        write: String,
    },
    /// `memfd_create(2)` with `MFD_ALLOW_SEALING`, and ftruncate(2). [`Outcome::Done`](super::Outcome::Done).
    SealableMemfd {
        /// The name to give it.
        file: String,
        /// Its length in bytes.
        len: u64,
    },
    /// An empty file on a tmpfs of its own with room for `room` bytes, which nobody else sees and which goes with the
    /// file. Where this user may not make one, in a user namespace. [`Outcome::Done`](super::Outcome::Done).
    SmallDisk {
        /// The name to give to the file.
        file: String,
        /// Bytes; the kernel rounds it up to whole pages.
        room: u64,
    },
    /// Makes an ext4 file system within a file, mounts it where nobody else sees it, and opens an empty file on it; the file
    /// system goes with that file. Only root may, and needs mkfs.ext4 and a loop device: ENODEV where it cannot be had.
    /// [`Outcome::Done`](super::Outcome::Done).
    DiskIn {
        /// The file that it is made in.
        image: String,
        /// The name to give to the file on it.
        file: String,
    },
    /// How often bytes stand in a file of 64 MiB at most, by pread(2). [`Outcome::Number`](super::Outcome::Number).
    Find {
        /// Which file.
        file: String,
        /// The bytes.
        #[serde(with = "wire")]
        bytes: Vec<u8>,
    },
    /// fstat(2). [`Outcome::Stat`](super::Outcome::Stat).
    Stat {
        /// Which file.
        file: String,
    },
    /// Free bytes of the file system that a file is on, fstatfs(2); it is not listed.
    /// [`Outcome::Number`](super::Outcome::Number).
    Room {
        /// Which file.
        file: String,
    },
    /// fallocate(2). [`Outcome::Done`](super::Outcome::Done).
    Allocate {
        /// Which file.
        file: String,
        /// What becomes of the range.
        how: AllocateHow,
        /// Offset in the file.
        at: u64,
        /// How many bytes.
        len: u64,
    },
    /// unlinkat(2). [`Outcome::Done`](super::Outcome::Done).
    Unlink {
        /// Which path.
        #[serde(with = "wire::path")]
        path: OsString,
    },
    /// truncate(2) by path. [`Outcome::Done`](super::Outcome::Done).
    TruncatePath {
        /// Which path.
        #[serde(with = "wire::path")]
        path: OsString,
        /// The new length in bytes.
        len: u64,
    },
    /// fchmod(2). [`Outcome::Done`](super::Outcome::Done).
    Chmod {
        /// Which file.
        file: String,
        /// The permission bits.
        mode: u32,
    },
    /// flock(2) or fcntl(2) of the whole file; it never waits. [`Outcome::Done`](super::Outcome::Done).
    Lock {
        /// Which file.
        file: String,
        /// Which lock.
        how: FileLock,
    },
    /// fcntl(2) with `F_ADD_SEALS`. [`Outcome::Done`](super::Outcome::Done).
    Seal {
        /// Which file.
        file: String,
        /// Which seals.
        seals: Vec<SealKind>,
    },
    /// ioctl(2) with `FICLONE`: `into` has the bytes of `from`, on the same blocks. [`Outcome::Done`](super::Outcome::Done).
    Clone {
        /// Which file.
        from: String,
        /// Into which.
        into: String,
    },
    /// `inotify_init1(2)` with `IN_NONBLOCK`, and `inotify_add_watch(2)` with `IN_MODIFY`. What comes is taken by
    /// [`TransferCall::Take`](super::TransferCall::Take). [`Outcome::Done`](super::Outcome::Done).
    Watch {
        /// The name to give to the watch.
        file: String,
        /// Which path.
        #[serde(with = "wire::path")]
        path: OsString,
    },
    /// `shm_open(3)`. The name on the system begins with `mapscope-`, and goes when the peer ends, however it ends.
    /// [`Outcome::Done`](super::Outcome::Done).
    ShmOpen {
        /// The name to give to the file.
        file: String,
        /// Its name on the system, without the beginning and without slashes.
        name: String,
        /// Make it (`O_CREAT|O_EXCL`), or open what is there.
        create: bool,
    },
    /// `shm_unlink(3)` of such a name. [`Outcome::Done`](super::Outcome::Done).
    ShmUnlink {
        /// Its name on the system, without the beginning.
        name: String,
    },
    /// shmget(2) with `IPC_PRIVATE`. The segment goes when the peer ends, however it ends. A forked child knows it too.
    /// [`Outcome::Number`](super::Outcome::Number): its number.
    SegmentMake {
        /// The name to give to the segment.
        segment: String,
        /// Its length in bytes.
        len: u64,
    },
    /// shmat(2). [`Outcome::Done`](super::Outcome::Done); the name is a mapping's from then on.
    SegmentAttach {
        /// Which segment.
        segment: String,
        /// The name to give to the mapping.
        map: String,
        /// Its length in bytes.
        len: u64,
    },
    /// shmdt(2). [`Outcome::Done`](super::Outcome::Done).
    SegmentDetach {
        /// Which mapping.
        map: String,
    },
    /// shmctl(2) with `IPC_RMID`: it goes when nobody has it attached any more. [`Outcome::Done`](super::Outcome::Done).
    SegmentRemove {
        /// Which segment.
        segment: String,
    },
}

impl ObjectCall {
    /// The word that names the call, as on the wire.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Pipe { .. } => "pipe",
            Self::SealableMemfd { .. } => "sealable_memfd",
            Self::SmallDisk { .. } => "small_disk",
            Self::DiskIn { .. } => "disk_in",
            Self::Find { .. } => "find",
            Self::Stat { .. } => "stat",
            Self::Room { .. } => "room",
            Self::Allocate { .. } => "allocate",
            Self::Unlink { .. } => "unlink",
            Self::TruncatePath { .. } => "truncate_path",
            Self::Chmod { .. } => "chmod",
            Self::Lock { .. } => "lock",
            Self::Seal { .. } => "seal",
            Self::Clone { .. } => "clone",
            Self::Watch { .. } => "watch",
            Self::ShmOpen { .. } => "shm_open",
            Self::ShmUnlink { .. } => "shm_unlink",
            Self::SegmentMake { .. } => "segment_make",
            Self::SegmentAttach { .. } => "segment_attach",
            Self::SegmentDetach { .. } => "segment_detach",
            Self::SegmentRemove { .. } => "segment_remove",
        }
    }
}

/// What fallocate(2) does with a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocateHow {
    /// Gives it blocks, and makes the file longer where it ends before: mode 0.
    Grow,
    /// Gives it blocks: `FALLOC_FL_KEEP_SIZE`.
    KeepSize,
    /// Takes its blocks away: `FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE`.
    PunchHole,
    /// Cuts it out of the file: `FALLOC_FL_COLLAPSE_RANGE`.
    Collapse,
    /// Makes it zeros: `FALLOC_FL_ZERO_RANGE`.
    Zero,
    /// Puts a hole before it: `FALLOC_FL_INSERT_RANGE`.
    Insert,
}

/// A lock on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileLock {
    /// flock(2) with `LOCK_EX|LOCK_NB`.
    Whole,
    /// flock(2) with `LOCK_UN`.
    UnlockWhole,
    /// fcntl(2) with `F_OFD_SETLK` and `F_WRLCK`.
    Range,
    /// fcntl(2) with `F_OFD_SETLK` and `F_UNLCK`.
    UnlockRange,
}

/// A seal of a file in memory. In the order in which strace prints them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealKind {
    /// `F_SEAL_SEAL`.
    Seal,
    /// `F_SEAL_SHRINK`.
    Shrink,
    /// `F_SEAL_GROW`.
    Grow,
    /// `F_SEAL_WRITE`.
    Write,
    /// `F_SEAL_FUTURE_WRITE`.
    FutureWrite,
}
