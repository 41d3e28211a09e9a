//! Which pages a failed sync lost, beside a plain account of what was told.

use std::collections::BTreeMap;

use mapscope::map::{CacheFacts, FilePageFact, Storage};
use mapscope::model::moment::Moment;
use mapscope::model::picture::{Below, PageCache, Picture};
use mapscope::model::syncs::{AfterSync, Syncs};
use mapscope::model::witness::FilePages;

use proptest::prelude::*;

use super::*;

const PAGE: u64 = 4096;

#[derive(Clone, Debug)]
enum Told {
    Page(u64, bool),
    Synced,
    Failed(Vec<u64>),
    FailedBefore,
}

/// Each page by itself, from all that was told.
fn account(told: &[Told], page: u64) -> &'static str {
    let (mut is_dirty, mut was_dirty, mut after) = (false, false, "fine");
    let mut has_failed = false;
    for it in told {
        match it {
            Told::Page(at, dirty) if *at == page => {
                is_dirty = *dirty;
                was_dirty |= *dirty;
                continue;
            }
            Told::Page(..) => continue,
            Told::Synced if was_dirty && has_failed => after = "fine",
            Told::Synced => {}
            Told::Failed(edited) => {
                let is_edited = edited.contains(&page) && (is_dirty || !was_dirty);
                if is_dirty || is_edited {
                    after = "lost";
                } else if after != "lost" {
                    after = "not known";
                }
                has_failed = true;
            }
            Told::FailedBefore => {
                if after != "lost" {
                    after = "not known";
                }
                has_failed = true;
            }
        }
        (is_dirty, was_dirty) = (false, false);
    }
    after
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![
        6 => (0..4_u64, any::<bool>()).prop_map(|(page, dirty)| Told::Page(page, dirty)),
        1 => Just(Told::Synced),
        1 => prop::collection::vec(0..4_u64, 0..3).prop_map(Told::Failed),
        1 => Just(Told::FailedBefore),
    ]
}

proptest! {
    #[test]
    fn a_page_is_lost_only_where_it_was_to_be_written_when_a_sync_failed(
        all in prop::collection::vec(told(), 0..30),
    ) {
        let mut syncs = Syncs::default();
        for it in &all {
            match it {
                Told::Page(page, is_dirty) => syncs.told(*page, *is_dirty),
                Told::Synced => syncs.all_succeeded(),
                Told::Failed(edited) => {
                    syncs.failed("EIO", Moment::default(), edited.iter().copied());
                }
                Told::FailedBefore => syncs.failed_before("EIO", Moment::default()),
            }
        }
        let said: BTreeMap<u64, &str> = (0..4)
            .map(|page| {
                let said = match syncs.of(page) {
                    AfterSync::Fine => "fine",
                    AfterSync::Lost(_) => "lost",
                    AfterSync::NotKnown(_) => "not known",
                };
                (page, said)
            })
            .collect();
        let wanted: BTreeMap<u64, &str> = (0..4).map(|page| (page, account(&all, page))).collect();
        prop_assert_eq!(said, wanted);
    }
}

/// The page cache has the page at the cursor, and it is to be written or not.
fn tell(rig: &mut Rig, dirty_pages: u64) {
    let span = rig.doc().witnesses.span.unwrap();
    let facts = CacheFacts {
        cached_pages: 1,
        dirty_pages,
        writeback_pages: 0,
        evicted_pages: 0,
        recently_evicted_pages: 0,
    };
    let pages = vec![FilePageFact {
        cache: Ok(facts),
        storage: Storage::Blocks,
    }];
    rig.say(FileNews::FilePages(FilePages { span, pages }));
}

fn storage(rig: &Rig) -> (PageCache, Below) {
    let picture = Picture::of(rig.doc(), None).unwrap();
    (picture.page_cache, picture.storage)
}

#[test]
fn the_picture_tells_the_page_that_was_dirty_from_those_that_nobody_told_of() {
    let mut rig = open(3 * PAGE);
    rig.act(M::SetMode(Mode::Shared));
    rig.remapped(Mode::Shared, Access::ReadWrite);
    rig.point(PAGE);
    tell(&mut rig, 1);
    rig.act(M::Flush);
    let order = rig.order(|request| matches!(request, FileRequest::Flush));
    rig.answer(&order, FileNews::Flushed(Err("msync: EIO".to_owned())));
    tell(&mut rig, 0);
    let (cache, below) = storage(&rig);
    assert_eq!(cache, PageCache::Clean);
    assert_eq!(below, Below::Refused("msync: EIO".to_owned()));
    rig.point(0);
    tell(&mut rig, 0);
    let (_, below) = storage(&rig);
    let words = "a sync failed at 00:00: whether this page is on the storage is not known";
    assert_eq!(below.words(), words);
    // Written once more, and synced: it is there.
    rig.point(PAGE);
    tell(&mut rig, 1);
    rig.act(M::Flush);
    let order = rig.order(|request| matches!(request, FileRequest::Flush));
    let whole = span(0, 3 * PAGE);
    rig.answer(&order, FileNews::Flushed(Ok(Flushed::Written(whole))));
    tell(&mut rig, 0);
    assert_eq!(storage(&rig).1, Below::NothingLeft);
}
