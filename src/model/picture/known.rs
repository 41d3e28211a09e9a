//! How it is known what answers a row.
//!
//! It owns the reason that stands behind each claim about memory. It must not know how the claim is shown.

use super::{Group, Maps, Picture, Row, RowMemory};

/// What tells which memory answers a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    /// Its page table: whether the page is there, and whether it is a file's (`proc_pid_pagemap(5)`).
    PageTable,
    /// The same, and that its list of mappings has the file by device and inode (`proc_pid_maps(5)`).
    MapsAndPageTable,
    /// Its page table, by which no other one has the page.
    Alone,
    /// The number of the page's frame, which the kernel tells root.
    Frame,
    /// The page tables of a line of forks: there is only one way in which the pages can lie.
    OnlyWay,
    /// What the call does: read(2) copies from the page cache, and pwrite(2) into it.
    Call,
    /// The length of the file.
    FileLength,
    /// The end of its mapping.
    MappingEnd,
}

impl Picture {
    /// How it is known what answers `row`; `None` where it is not known.
    #[must_use]
    pub fn known_by(&self, row: &Row) -> Option<Known> {
        Some(match row.memory {
            RowMemory::FilePage if row.maps == Maps::Calls => Known::Call,
            RowMemory::FilePage if row.group == Group::Others => Known::MapsAndPageTable,
            RowMemory::FilePage
            | RowMemory::CopyOfSeveral
            | RowMemory::Swapped
            | RowMemory::NotPresent => Known::PageTable,
            RowMemory::Copy(_) if self.n_users(&row.memory) == 1 => Known::Alone,
            RowMemory::Copy(_) if row.frame.is_some() => Known::Frame,
            RowMemory::Copy(_) => Known::OnlyWay,
            RowMemory::PastEnd => Known::FileLength,
            RowMemory::NotMapped => Known::MappingEnd,
            RowMemory::Waiting | RowMemory::Gone | RowMemory::NotKnown(_) => return None,
        })
    }
}

impl Known {
    /// In a few words, of a row.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PageTable => "by its page table",
            Self::MapsAndPageTable => "by its list of mappings and its page table",
            Self::Alone => "by its page table: no other one has the page",
            Self::Frame => "by the number of its frame",
            Self::OnlyWay => "by the page tables of all that can have it",
            Self::Call => "by what the call does",
            Self::FileLength => "by the file's length",
            Self::MappingEnd => "by the end of its mapping",
        }
    }
}
