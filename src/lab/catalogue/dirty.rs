//! Dirty pages: how a script makes one, and checks for one, while the kernel may write it at any time.
//!
//! It must not know what any experiment is about.

use crate::lab::script::{Figure, Peer, Rule, Script, StepId, shared};

/// How often a script tries again where the kernel may have written the page in between, which it does every few seconds
/// and whenever somebody calls sync(2).
pub(in crate::lab) const ATTEMPTS: u64 = 5;

/// A file of one page, clean where a page can be, and `peer` with a shared mapping of it that was loaded from.
pub(super) fn clean_page(s: &mut Script, peer: Peer) {
    let page = s.page();
    s.letters("f", 1);
    s.open_and_map(peer, shared("f", page));
    s.fsync(peer, "f");
    let before = s.load(peer, 28, 1);
    s.expect_bytes(before, b"A");
    expect_clean(s, peer);
}

/// Whether any page is dirty.
pub(in crate::lab) fn is_dirty(sums: StepId) -> Rule {
    (sums.get(Figure::PrivateDirty) + sums.get(Figure::SharedDirty)).above(0)
}

/// The page that `peer` maps must be clean; on tmpfs, where no page ever is, dirty.
pub(super) fn expect_clean(s: &mut Script, peer: Peer) {
    let sums = s.sums(peer);
    let is_there = sums.get(Figure::Rss).above(0);
    if s.on_tmpfs() {
        s.judge(sums, "a dirty page", is_there.and(is_dirty(sums)));
    } else {
        s.judge(sums, "a clean page", is_there.and(is_clean(sums)));
    }
}

/// Whether no page is dirty.
pub(super) fn is_clean(sums: StepId) -> Rule {
    (sums.get(Figure::PrivateDirty) + sums.get(Figure::SharedDirty)).is(0)
}

/// A page must be dirty.
pub(in crate::lab) fn expect_dirty(s: &mut Script, sums: StepId) {
    s.judge(sums, "a dirty page", is_dirty(sums));
}

/// Stores, has `then` done, and looks the page up as `looker` sees it; again where it is clean by then, for it may have
/// been written in between.
pub(super) fn dirty_after(
    s: &mut Script,
    peer: Peer,
    looker: Peer,
    then: impl FnOnce(&mut Script),
) {
    let sums = s.until(ATTEMPTS, |s| {
        s.store(peer, 28, b"Z");
        then(s);
        let sums = s.sums(looker);
        (sums, is_dirty(sums))
    });
    expect_dirty(s, sums);
}

/// The byte must be in the file, as the reader sees it.
pub(super) fn expect_in_file(s: &mut Script, peer: Peer) {
    let in_file = s.read(peer, "f", 27, 3);
    s.expect_bytes(in_file, b"AZA");
}
