//! What random histories meet by chance alone: a page that is being written. Here the storage takes nothing while it is looked
//! at, so that the page is, for certain; whether it is, the kernel says of its frame.

use mapscope::model::picture::{Below, PageCache, Picture};

use super::broken::change_cache;
use super::stage::Stage;
use super::{LEN, PAGE};
use crate::machine::Stalled;

#[test]
fn a_page_is_being_written_for_as_long_as_its_storage_has_not_taken_it() {
    let test = "a_page_is_being_written_for_as_long_as_its_storage_has_not_taken_it";
    let Some(storage) = Stalled::or_skip(test) else {
        return;
    };
    let mut stage = Stage::open(storage.path(), LEN, false);
    stage.second.does("fsync", &[]);
    stage.point(PAGE);
    is_written(&stage.agreed());
    let held = storage.hold().unwrap();
    stage.write_outside(PAGE + 7, b'w');
    stage.second.does("start_writing", &[]);
    is_being_written(&stage.agreed());
    // It has more to be written then, and the storage the less.
    stage.write_outside(PAGE + 8, b'w');
    is_being_written(&stage.agreed());
    stage.change(|event| change_cache(event, |facts| facts.writeback_pages = 0));
    look_again(&mut stage);
    stage.until_disagreed("what is being written is not told", "found BeingWritten");
    stage.change_nothing();
    look_again(&mut stage);
    is_being_written(&stage.agreed());
    drop(held);
    stage.second.does("fsync", &[]);
    look_again(&mut stage);
    is_written(&stage.agreed());
    stage.end();
}

fn look_again(stage: &mut Stage) {
    stage.point(0);
    stage.point(PAGE);
}

#[track_caller]
fn is_written(picture: &Picture) {
    let told = (&picture.page_cache, &picture.storage);
    assert_eq!(told, (&PageCache::Clean, &Below::NothingLeft));
}

#[track_caller]
fn is_being_written(picture: &Picture) {
    let told = (&picture.page_cache, &picture.storage);
    assert_eq!(told, (&PageCache::BeingWritten, &Below::BeingWritten));
}
