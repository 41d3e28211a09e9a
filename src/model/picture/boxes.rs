//! The file's own page and the storage below it.

use super::{Below, PageCache};
use crate::map::{CacheFacts, FilePageFact, Storage, Unavailable};

/// What is known of the page, and of the storage. `failure` is why the last sync failed.
pub(super) fn file_page(fact: Option<&FilePageFact>, failure: Option<&str>) -> (PageCache, Below) {
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
        // The page is clean since, and the storage is not as new: it is never called the same.
        (_, PageCache::Clean | PageCache::NotCached) if failure.is_some() => {
            Below::Refused(failure.unwrap_or_default().to_owned())
        }
        (Storage::Hole, PageCache::Clean | PageCache::NotCached) => Below::Hole,
        (_, PageCache::Clean | PageCache::NotCached) => Below::NothingLeft,
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
