//! Scratch folders where a directory cannot be locked: they have no mark, so none is ever taken for a dead one. They go
//! with their maker, and stay where that is killed.

use std::io;
use std::path::Path;

use super::Fate;

/// A user of a scratch folder. Nothing to hold on this system.
#[derive(Debug)]
pub struct Hold(());

impl Hold {
    #[expect(clippy::unnecessary_wraps, reason = "one signature on all systems")]
    pub(super) fn mark_new(_: &Path) -> io::Result<Self> {
        Ok(Self(()))
    }

    /// `None`: no folder is known to be a scratch folder here.
    #[must_use]
    pub fn take(_: &Path) -> Option<Self> {
        None
    }

    /// The same.
    #[must_use]
    pub fn take_around(_: &Path) -> Option<Self> {
        None
    }

    /// Whether a folder stands at `path`; which one is not told.
    #[must_use]
    pub fn is_at(&self, path: &Path) -> bool {
        std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
    }
}

/// Leaves it alone.
pub(super) fn remove_if_dead(_: &Path) -> Fate {
    Fate::NotOurs
}

/// Removes the folder and all that is in it.
pub(super) fn clear(path: &Path) -> io::Result<()> {
    std::fs::remove_dir_all(path)
}
