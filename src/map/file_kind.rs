//! What kind of thing a path leads to, and which one it is.
//!
//! Data only. It must not know how they are asked for.

/// What kind of file it is: inode(7).
#[cfg_attr(windows, expect(dead_code, reason = "Windows has not all of them"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A regular file, or what the system has in its place.
    Regular,
    /// A directory.
    Directory,
    /// A FIFO.
    Fifo,
    /// A socket.
    Socket,
    /// A character device.
    CharacterDevice,
    /// A block device.
    BlockDevice,
}

/// What makes a file the same file, whatever its name: device and inode (inode(7)), or volume and index on Windows.
///
/// Where the system does not tell it, both are 0 and nothing is known to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Number of the device that holds the file.
    pub dev: u64,
    /// Number of the file on its device.
    pub ino: u64,
}

impl Identity {
    /// Whether the system told it.
    pub(crate) fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }

    /// What stands for an identity where the system does not tell it.
    pub(crate) const UNKNOWN: Self = Self { dev: 0, ino: 0 };
}
