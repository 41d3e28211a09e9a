//! Dirty pages: how a script makes one, and checks for one, while the kernel may write it at any time.
//!
//! It must not know what any experiment is about.

use crate::lab::stage::{Peer, Stage, Stop, Told, shared};
use crate::peer::calls::Sums;

use super::steps;

/// How often a script tries again where the kernel may have written the page in between, which it does every few seconds
/// and whenever somebody calls sync(2).
pub(super) const ATTEMPTS: u32 = 5;

/// A file of one page, clean where a page can be, and `peer` with a shared mapping of it that was loaded from.
pub(super) fn clean_page(s: &mut Stage<'_>, peer: Peer) -> Result<(), Stop> {
    let page = s.page();
    let letters = s.letters(1);
    s.file("f", &letters)?;
    s.open_and_map(peer, shared("f", page))?;
    let _ = steps::fsync(s, peer, "f")?;
    let before = s.load(peer, 28, 1)?;
    s.expect_bytes(&before, b"A");
    expect_clean(s, peer)
}

/// Whether any page is dirty.
pub(super) fn is_dirty(sums: Sums) -> bool {
    sums.private_dirty + sums.shared_dirty > 0
}

/// The page that `peer` maps must be clean; on tmpfs, where no page ever is, dirty.
pub(super) fn expect_clean(s: &mut Stage<'_>, peer: Peer) -> Result<(), Stop> {
    let (told, sums) = steps::sums(s, peer)?;
    let is_there = sums.rss > 0;
    if s.on_tmpfs() {
        s.judge(&told, "a dirty page", is_there && is_dirty(sums));
    } else {
        s.judge(&told, "a clean page", is_there && !is_dirty(sums));
    }
    Ok(())
}

/// A page must be dirty.
pub(super) fn expect_dirty(s: &mut Stage<'_>, told: &Told, sums: Sums) {
    s.judge(told, "a dirty page", is_dirty(sums));
}

/// Stores, has `then` done, and looks the page up as `looker` sees it; again where it is clean by then, for it may have
/// been written in between.
pub(super) fn dirty_after(
    s: &mut Stage<'_>,
    peer: Peer,
    looker: Peer,
    then: impl Fn(&mut Stage<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    for attempt in 1..=ATTEMPTS {
        s.store(peer, 28, b"Z")?;
        then(s)?;
        let (told, sums) = steps::sums(s, looker)?;
        if is_dirty(sums) || attempt == ATTEMPTS {
            expect_dirty(s, &told, sums);
            break;
        }
    }
    Ok(())
}

/// The byte must be in the file, as the reader sees it.
pub(super) fn expect_in_file(s: &mut Stage<'_>, peer: Peer) -> Result<(), Stop> {
    let in_file = s.read(peer, "f", 27, 3)?;
    s.expect_bytes(&in_file, b"AZA");
    Ok(())
}
