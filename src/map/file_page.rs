//! What is known of a page of the file itself: whether the page cache has it, and what the storage has of it.
//!
//! It must not know mappings. Nothing is read, and nothing written to find it out.

use super::open::OpenFile;
use super::page::{CacheFacts, Unavailable};
use super::raw::{self, page_bytes};
use crate::bytes::Span;

/// The most pages that one question covers.
const ASKED_PAGES: u64 = 64;

/// A page of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilePageFact {
    /// The page cache's counts for it. Where the cache keeps several pages as one folio, they are of that whole folio, so
    /// what is said of it is said of the page or its neighbors (cachestat(2)).
    pub cache: Result<CacheFacts, Unavailable>,
    /// What lies below the page cache.
    pub storage: Storage,
}

/// What lies below the page cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Nothing: the file is in memory alone (tmpfs, ramfs, a memfd).
    None,
    /// A hole: no block stands for the page, and it reads as zeros.
    Hole,
    /// Blocks, or the file system does not tell holes.
    Blocks,
    /// Nothing, as the file ends before it.
    PastEnd,
}

impl OpenFile {
    /// What is known of each page of the file that `span` touches, in order; of the first 64, if there are more.
    #[must_use]
    pub fn page_facts(&self, span: Span) -> Vec<FilePageFact> {
        let in_memory = raw::is_in_memory(self.file());
        let file_len = self.file_len().unwrap_or(u64::MAX);
        let pages = span.pages(page_bytes());
        let n_asked = (pages.end - pages.start).min(ASKED_PAGES);
        (pages.start..pages.start + n_asked)
            .map(|page| {
                let start = page.saturating_mul(page_bytes());
                let cache = Span::at(start, page_bytes())
                    .ok_or(Unavailable::NotOnThisSystem)
                    .and_then(|page| raw::cache_facts(self.file(), Some(page)));
                let storage = if start >= file_len {
                    Storage::PastEnd
                } else if in_memory {
                    Storage::None
                } else if self.is_hole(start) {
                    Storage::Hole
                } else {
                    Storage::Blocks
                };
                FilePageFact { cache, storage }
            })
            .collect()
    }

    /// No data lies in the whole page from `start` on.
    fn is_hole(&self, start: u64) -> bool {
        raw::is_hole(self.file(), start, page_bytes())
    }
}
