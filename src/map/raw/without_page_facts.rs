//! Systems whose kernel tells nothing of pages here, and has none of Linux's ways to a file without its path.
//!
//! Every answer is [`Unavailable::NotOnThisSystem`], never a guess.

use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;

use crate::bytes::Span;
use crate::map::call_log::CallLog;
use crate::map::page::{CacheFacts, Unavailable};
use crate::map::refusal::Bar;

/// A file without a name that lives in memory: there is none.
pub(crate) fn file_in_memory() -> Option<File> {
    None
}

/// A path that leads to the very file that is open: there is none.
pub(crate) fn path_of_descriptor(_: &File) -> Option<PathBuf> {
    None
}

/// Whether this process may write the file. Not known without opening it, so never refused here.
#[expect(
    clippy::unnecessary_wraps,
    reason = "where the system can be asked, it may refuse"
)]
pub(crate) fn may_write(_: &File) -> Result<(), i32> {
    Ok(())
}

/// What protects the file against being written whoever asks: not asked for here.
pub(crate) fn protection(_: &File) -> Option<Bar> {
    None
}

/// Takes pages out of our page table.
pub(crate) fn drop_pages(_: usize, _: usize, _: Option<&CallLog>) -> Result<(), Unavailable> {
    Err(Unavailable::NotOnThisSystem)
}

/// What is told of one page: nothing, so there is no value of this type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PageEntry {}

impl PageEntry {
    /// The page is in our page table.
    pub(crate) fn is_present(self) -> bool {
        match self {}
    }

    /// The page was moved to swap.
    pub(crate) fn is_swapped(self) -> bool {
        match self {}
    }

    /// The page is the file's own.
    pub(crate) fn is_file_page(self) -> bool {
        match self {}
    }

    /// The page is in one page table only.
    pub(crate) fn is_exclusive(self) -> bool {
        match self {}
    }

    /// The number of its frame.
    pub(crate) fn frame(self) -> Option<u64> {
        match self {}
    }
}

/// Whether the file lives in memory alone: not asked for here.
pub(crate) fn is_in_memory(_: &File) -> bool {
    false
}

/// What is told of each page.
pub(crate) fn page_entries(_: usize, _: usize) -> Result<Vec<PageEntry>, Unavailable> {
    Err(Unavailable::NotOnThisSystem)
}

/// Which pages [`scan`] looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Pages that are ours alone.
    PrivateCopies,
    /// Pages of the file that are in our page table.
    FilePages,
    /// Pages that our page table has as a part of a huge one.
    HugePages,
}

/// Walks the page table.
pub(crate) fn scan(
    _: Range<usize>,
    _: Wanted,
    _: impl FnMut(Range<usize>) -> bool,
) -> Result<(), Unavailable> {
    Err(Unavailable::NotOnThisSystem)
}

/// The page cache's counts for a file.
pub(crate) fn cache_facts(_: &File, _: Option<Span>) -> Result<CacheFacts, Unavailable> {
    Err(Unavailable::NotOnThisSystem)
}

/// See [`crate::map::keep_freed_memory`].
pub(crate) fn keep_freed_memory() {}

/// See [`crate::map::die_with_parent`].
pub(crate) fn die_with_parent() {}
