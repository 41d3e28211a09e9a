//! The boxes of a picture: the pages of memory that answer its rows, and the storage below them.

use super::{Below, Cells, PageCache, Picture, Row, RowMemory, Sees};
use crate::map::{CacheFacts, FilePageFact, Storage, Unavailable};
use crate::model::syncs::AfterSync;

/// What is known of the page, and of the storage. `after` is what syncs that failed mean for it.
pub(super) fn file_page(fact: Option<&FilePageFact>, after: AfterSync<'_>) -> (PageCache, Below) {
    let Some(fact) = fact else {
        return (PageCache::Waiting, Below::NotKnown);
    };
    if fact.storage == Storage::PastEnd {
        return (PageCache::PastEnd, Below::NotKnown);
    }
    let cache = page_cache(fact.cache);
    let below = match (fact.storage, &cache) {
        (Storage::None, _) => Below::None,
        (_, PageCache::BeingWritten) => Below::BeingWritten,
        (_, PageCache::Dirty) => Below::Older,
        // The page is clean since a sync that failed, whether it was written or not.
        (storage, PageCache::Clean | PageCache::NotCached) => match after {
            AfterSync::Lost(why) => Below::Refused(why.to_owned()),
            AfterSync::NotKnown(at) => Below::InDoubt(at),
            AfterSync::Fine if storage == Storage::Hole => Below::Hole,
            AfterSync::Fine => Below::NothingLeft,
        },
        _ => Below::NotKnown,
    };
    // In memory alone there is nothing to be written, whatever the counts say.
    let cache = match (fact.storage, cache) {
        (Storage::None, PageCache::Dirty | PageCache::BeingWritten) => PageCache::Clean,
        (_, cache) => cache,
    };
    (cache, below)
}

fn page_cache(facts: Result<CacheFacts, Unavailable>) -> PageCache {
    match facts {
        Ok(facts) if facts.writeback_pages > 0 => PageCache::BeingWritten,
        Ok(facts) if facts.dirty_pages > 0 => PageCache::Dirty,
        Ok(facts) if facts.cached_pages > 0 => PageCache::Clean,
        Ok(_) => PageCache::NotCached,
        Err(why) => PageCache::NotKnown(why.to_string()),
    }
}

/// A page of memory that answers rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryBox {
    /// Which.
    pub memory: RowMemory,
    /// The places of its rows in [`Picture::rows`], in their order.
    pub rows: Vec<usize>,
    /// Its bytes, as the first of the rows that says any sees them; of the file's page, as `read` gives them.
    pub cells: Option<Cells>,
    /// Its frame, where the kernel tells it (to root).
    pub frame: Option<u64>,
}

impl Picture {
    /// The pages of memory that answer the rows: the file's own first, which stands there also where it answers nobody, then
    /// the others as they come. Rows stand at one of them only where it is proven that they have one page.
    #[must_use]
    pub fn boxes(&self) -> Vec<MemoryBox> {
        let mut boxes = vec![MemoryBox::of(&RowMemory::FilePage)];
        boxes[0].cells.clone_from(&self.file_bytes);
        for (index, row) in self.rows.iter().enumerate() {
            let is_one = match row.memory {
                RowMemory::FilePage | RowMemory::Copy(_) => true,
                RowMemory::CopyOfSeveral | RowMemory::Swapped => false,
                _ => continue,
            };
            let is_it = |it: &MemoryBox| is_one && it.memory == row.memory;
            let at = boxes.iter().position(is_it).unwrap_or(boxes.len());
            if at == boxes.len() {
                boxes.push(MemoryBox::of(&row.memory));
            }
            boxes[at].take(index, row);
        }
        boxes
    }
}

impl MemoryBox {
    fn of(memory: &RowMemory) -> Self {
        Self {
            memory: memory.clone(),
            rows: Vec::new(),
            cells: None,
            frame: None,
        }
    }

    fn take(&mut self, index: usize, row: &Row) {
        self.rows.push(index);
        self.frame = self.frame.or(row.frame);
        if let (None, Sees::Bytes(cells)) = (&self.cells, &row.sees) {
            self.cells = Some(cells.clone());
        }
    }
}
