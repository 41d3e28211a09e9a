//! Who may read a new file: nobody who may not read what it was made from.
//!
//! It owns the arithmetic of the mode bits (inode(7)). It must not know names.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

/// The rights that a new file gets at most, and what it is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    mode: u32,
    owner: Option<Owner>,
}

/// Whose the source is, and which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owner {
    gid: u32,
    dev: u64,
    ino: u64,
}

impl Rights {
    /// Reading and writing for the owner alone.
    pub const OWNER_ONLY: Self = Self {
        mode: 0o600,
        owner: None,
    };

    /// At most those of an open file. A list of further users (acl(5)) is not taken over, and its mask, which the mode
    /// shows in the group's place, is not taken for the group's rights.
    ///
    /// # Errors
    /// Those of fstat(2).
    pub fn of_file(file: &File) -> io::Result<Self> {
        let meta = file.metadata()?;
        Ok(Self::of(&meta, has_list(file)))
    }

    /// At most those of the file at `path`.
    ///
    /// # Errors
    /// Those of stat(2).
    pub fn of_path(path: &Path) -> io::Result<Self> {
        let meta = fs::metadata(path)?;
        Ok(Self::of(&meta, path_has_list(path)))
    }

    #[cfg(unix)]
    fn of(meta: &Metadata, has_list: bool) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        // A copy is no program that acts with its owner's rights, nor one that is run unasked.
        let mode = meta.mode() & 0o666;
        Self {
            mode: if has_list { mode & !0o070 } else { mode },
            owner: Some(Owner {
                gid: meta.gid(),
                dev: meta.dev(),
                ino: meta.ino(),
            }),
        }
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata, _: bool) -> Self {
        Self::OWNER_ONLY
    }

    /// What open(2) is to be told.
    pub(super) fn mode(self) -> u32 {
        self.mode
    }

    /// Takes rights away from a new file that belongs to another group than the source: neither group may do what the
    /// source lets only one of group and others do.
    pub(super) fn narrow(self, file: &File) -> io::Result<()> {
        #[cfg(unix)]
        if let Some(owner) = self.owner {
            use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
            let meta = file.metadata()?;
            let (now, both) = (meta.mode() & 0o777, (self.mode >> 3) & self.mode & 0o7);
            let narrow = now & (0o700 | (both << 3) | both);
            if meta.gid() != owner.gid && narrow != now {
                return file.set_permissions(fs::Permissions::from_mode(narrow));
            }
        }
        #[cfg(not(unix))]
        let _ = file;
        Ok(())
    }

    /// Whether they are those of this very file.
    pub(super) fn are_of(self, meta: &Metadata) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            self.owner
                .is_some_and(|owner| (owner.dev, owner.ino) == (meta.dev(), meta.ino()))
        }
        #[cfg(not(unix))]
        {
            let _ = meta;
            false
        }
    }
}

#[cfg(target_os = "linux")]
const LIST: &str = "system.posix_acl_access";

#[cfg(target_os = "linux")]
fn has_list(file: &File) -> bool {
    rustix::fs::fgetxattr_query(file, LIST).is_ok_and(|len| len > 0)
}

#[cfg(target_os = "linux")]
fn path_has_list(path: &Path) -> bool {
    rustix::fs::getxattr_query(path, LIST).is_ok_and(|len| len > 0)
}

#[cfg(not(target_os = "linux"))]
fn has_list(_: &File) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn path_has_list(_: &Path) -> bool {
    false
}
