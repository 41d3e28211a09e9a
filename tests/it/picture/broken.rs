//! Each fact of a page that is broken on purpose turns the comparison red: it is told wrongly to the program, and the program
//! knows no better. Another one, which hears the same unchanged, is right at that moment: it is red for that alone.

use mapscope::map::{CacheFacts, PageState, Storage};
use mapscope::model::WitnessId;
use mapscope::model::event::{Event, FileEvent, FileNews};
use mapscope::model::picture::{Below, RowMemory, Who};
use mapscope::model::process::ProcessKind;

use super::stage::{Stage, change_facts};
use super::{Folder, LEN, PAGE};

/// A fact that is told wrongly, the page where that shows, and what is said then.
struct Break {
    what: &'static str,
    change: fn(&mut Event),
    page: u64,
    said: &'static str,
}

const BREAKS: [Break; 11] = [
    Break {
        what: "a copy is told as the file's page",
        change: |event| change_facts(event, |fact| fact.state = PageState::FilePage),
        page: 0,
        said: "it has another page",
    },
    Break {
        what: "the file's page is told as a copy",
        change: |event| change_facts(event, |fact| fact.state = PageState::PrivateCopy),
        page: 1,
        said: "it has another page",
    },
    Break {
        what: "a page that is there is told as absent",
        change: |event| change_facts(event, |fact| fact.state = PageState::NotPresent),
        page: 0,
        said: "it has another page",
    },
    Break {
        what: "a page of two is told as exclusive",
        change: |event| change_facts(event, |fact| fact.is_exclusive = Some(true)),
        page: 0,
        said: "somebody else has the page of",
    },
    Break {
        what: "an exclusive page is told as one of two",
        change: |event| change_facts(event, |fact| fact.is_exclusive = Some(false)),
        page: 0,
        said: "nobody else has the page of",
    },
    Break {
        what: "all pages are told as one frame",
        change: |event| change_facts(event, |fact| fact.frame = Some(1)),
        page: 0,
        said: "nobody else has the page of",
    },
    Break {
        what: "what is not written is told as written",
        change: |event| change_cache(event, |facts| facts.dirty_pages = 0),
        page: 1,
        said: "found NotWritten",
    },
    Break {
        what: "what is written is told as not written",
        change: |event| change_cache(event, |facts| facts.dirty_pages = 1),
        page: 0,
        said: "found Written",
    },
    Break {
        what: "what nobody writes is told as being written",
        change: |event| change_cache(event, |facts| facts.writeback_pages = 1),
        page: 1,
        said: "found NotWritten",
    },
    Break {
        what: "a hole is told as blocks",
        change: |event| change_storage(event, Storage::Blocks),
        page: 2,
        said: "found Hole",
    },
    Break {
        what: "blocks are told as a hole",
        change: |event| change_storage(event, Storage::Hole),
        page: 0,
        said: "found Written",
    },
];

#[test]
fn a_page_fact_that_is_broken_on_purpose_turns_it_red() {
    let folder = Folder::with_storage("broken facts of files with storage");
    let mut stage = scene(&folder);
    for broken in &BREAKS {
        look_at(&mut stage, broken.page);
        stage.change(broken.change);
        look_at(&mut stage, broken.page);
        stage.until_disagreed(broken.what, broken.said);
        stage.change_nothing();
        look_at(&mut stage, broken.page);
    }
    stage.end();
}

/// Of the first page, which is written, this view has a copy, and a parent and its child have one; the second is the file's
/// for all, and not written; the third is a hole.
fn scene(folder: &Folder) -> Stage {
    let mut stage = Stage::open(&folder.path(), LEN, false);
    stage.add(ProcessKind::Private);
    let parent = stage.processes(|it| !it.is_built_in())[0];
    stage.second.does("punch", &[2]);
    stage.second.does("fsync", &[]);
    stage.point(0);
    stage.store_as(WitnessId::View, b'v');
    stage.store_by(parent, b'p');
    stage.agreed();
    stage.fork(parent);
    let picture = stage.agreed();
    let memory = |who| &picture.row(who).unwrap().memory;
    assert_eq!(picture.n_users(memory(Who::Process(parent))), 2);
    assert!(matches!(memory(Who::View), RowMemory::Copy(_)));
    assert_eq!(picture.storage, Below::NothingLeft);
    stage
}

/// Everybody is asked of the page, once more.
fn look_at(stage: &mut Stage, page: u64) {
    stage.point((page + 1) % 3 * PAGE);
    stage.point(page * PAGE);
    if page == 1 {
        // A long time may have passed since it was last written.
        stage.write_outside(PAGE + 7, b'd');
    } else {
        // The page cache may keep both as one.
        stage.second.does("fsync", &[]);
    }
    if !stage.is_changed() {
        stage.agreed();
    }
}

fn change_file_pages(event: &mut Event, change: impl Fn(&mut mapscope::map::FilePageFact)) {
    if let Event::File(FileEvent {
        news: FileNews::FilePages(told),
        ..
    }) = event
    {
        told.pages.iter_mut().for_each(change);
    }
}

pub(super) fn change_cache(event: &mut Event, change: impl Fn(&mut CacheFacts)) {
    change_file_pages(event, |fact| {
        if let Ok(facts) = &mut fact.cache {
            change(facts);
        }
    });
}

fn change_storage(event: &mut Event, storage: Storage) {
    change_file_pages(event, |fact| fact.storage = storage);
}
