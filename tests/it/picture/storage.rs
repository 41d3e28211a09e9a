//! The boxes of the page cache and of the storage against what a second process finds of the page, what the kernel holds of
//! its frame, and the storage itself past the page cache.

use std::fs;
use std::path::Path;

use mapscope::model::picture::{Below, PageCache, Picture};

use super::kernel;
use super::second::PageFound;
use super::stage::Stage;

/// The extent has no blocks yet. (One whose blocks are only reserved has them.)
const DELAYED: u64 = 0x4;

/// What the boxes must say; which failure, where a sync failed, is not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    InMemoryAlone,
    PastEnd,
    BeingWritten,
    NotWritten,
    Refused,
    InDoubt,
    Hole,
    Written,
    NotTold,
}

/// Compares both boxes, and says what does not agree.
pub(super) fn compare(stage: &mut Stage, picture: &Picture) -> Result<(), String> {
    let found = look(stage, picture)?;
    let is_right = match found {
        Found::InMemoryAlone => is(picture, &PageCache::Clean, &Below::None),
        Found::PastEnd => is(picture, &PageCache::PastEnd, &Below::NotKnown),
        Found::BeingWritten => is(picture, &PageCache::BeingWritten, &Below::BeingWritten),
        Found::NotWritten => is(picture, &PageCache::Dirty, &Below::Older),
        Found::Refused => {
            picture.page_cache == PageCache::Clean && matches!(picture.storage, Below::Refused(_))
        }
        Found::InDoubt => {
            picture.page_cache == PageCache::Clean && matches!(picture.storage, Below::InDoubt(_))
        }
        Found::Hole => is(picture, &PageCache::Clean, &Below::Hole),
        Found::Written => is(picture, &PageCache::Clean, &Below::NothingLeft),
        Found::NotTold => {
            matches!(picture.page_cache, PageCache::NotKnown(_))
                && picture.storage == Below::NotKnown
        }
    };
    if !is_right {
        return Err(format!(
            "the page is {:?}, the storage {:?}; found {found:?}",
            picture.page_cache, picture.storage
        ));
    }
    // Asked last: whatever is left to write would be written by asking.
    if matches!(found, Found::Hole | Found::Written) {
        check_stored(stage, picture.page)?;
    }
    Ok(())
}

fn is(picture: &Picture, cache: &PageCache, below: &Below) -> bool {
    picture.page_cache == *cache && picture.storage == *below
}

fn look(stage: &mut Stage, picture: &Picture) -> Result<Found, String> {
    let is_in_memory = is_in_memory(&stage.path());
    let Some(page) = stage.second.look(picture.page) else {
        return Ok(Found::PastEnd);
    };
    let frame = kernel::entry(page.pid, page.address)?.frame;
    let (is_dirty, is_being_written) = match kernel::frame(frame)? {
        Some(held) => (held.is_dirty, held.is_being_written),
        None => (page.is_dirty, false),
    };
    if is_in_memory {
        return Ok(Found::InMemoryAlone);
    }
    if is_dirty != page.is_dirty && !is_being_written {
        return Err("it was written while it was looked at".to_owned());
    }
    Ok(if page.n_counted.is_none() {
        Found::NotTold
    } else if is_being_written {
        Found::BeingWritten
    } else if is_dirty || page.n_counted > Some(0) {
        // The mark that is counted can outlast what was to be written, until the file is written next: then the kernel itself
        // has it as not written.
        Found::NotWritten
    } else if stage.sync_failed == Some(picture.page) {
        Found::Refused
    } else if stage.sync_failed.is_some() {
        Found::InDoubt
    } else if has_no_block(&page) {
        Found::Hole
    } else {
        Found::Written
    })
}

fn has_no_block(page: &PageFound) -> bool {
    let extents = page.extents.as_ref();
    extents.is_some_and(|all| all.iter().all(|flags| flags & DELAYED != 0))
}

/// The storage has what the file has.
fn check_stored(stage: &mut Stage, page: u64) -> Result<(), String> {
    let Some(stored) = stage.second.stored(page) else {
        return Ok(());
    };
    let file = stage.page_in_file(page);
    if file == stored {
        Ok(())
    } else {
        Err(format!(
            "the storage of page {page} has {stored:x?}, not {file:x?}"
        ))
    }
}

/// The file lives in memory alone, as the list of mounted file systems has it.
fn is_in_memory(path: &Path) -> bool {
    let path = fs::canonicalize(path).unwrap();
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let of = |line: &str| {
        let (place, kind) = line.split_once(" - ").unwrap();
        let place = place.split(' ').nth(4).unwrap().to_owned();
        (place, kind.split(' ').next().unwrap().to_owned())
    };
    let inside = mounts
        .lines()
        .map(of)
        .filter(|(place, _)| path.starts_with(place));
    // Of several at one place the last lies on top.
    let nearest = inside.max_by_key(|(place, _)| place.len());
    let (_, kind) = nearest.unwrap();
    ["tmpfs", "ramfs", "hugetlbfs"].contains(&kind.as_str())
}
