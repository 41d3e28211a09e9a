//! A page that could not be read at the look and can be at the store: its record stands before its store like any other.
//!
//! The session is a process of its own, this very test program. The page comes back at the moment when the journal that is
//! being made gets on the disk, which is between the two.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use mapscope::bytes::Span;
use mapscope::model::effect::{Purpose, Store, StoreBatch};
use mapscope::model::event::{FileNews, StoreOutcome};
use mapscope::model::{FileRequest, Mode};
use mapscope::work::logbook::Disk;

use super::full::Edited;
use super::offers::is_free;
use super::order::{FOLDER, record_and_store, traced};
use super::{Book, offered, value_at};

const PAGE: u64 = 4096;
/// In each mode, what goes to the page that is there, to the one that comes back, and to the first again.
const TEXTS: [(Mode, [&str; 3]); 2] = [
    (
        Mode::Private,
        ["private-there", "private-back", "private-last"],
    ),
    (Mode::Shared, ["shared-there", "shared-back", "shared-last"]),
];
const PLACES: [u64; 3] = [0, PAGE, 100];

/// The session. Without a folder it is nothing.
#[test]
#[ignore = "it is the program that another test traces"]
fn session() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    for (mode, texts) in TEXTS {
        comes_back(&folder.join(format!("{mode}")), mode, texts);
    }
}

fn comes_back(folder: &Path, mode: Mode, texts: [&str; 3]) {
    let (path, state) = (folder.join("data.bin"), folder.join("state"));
    fs::create_dir(folder).unwrap();
    fs::write(&path, vec![b'.'; 2 * 4096]).unwrap();
    let back = path.clone();
    let disk = Disk::new(move |journal| {
        let file = File::options().write(true).open(&back)?;
        file.set_len(2 * PAGE)?;
        journal.sync_data()
    });
    let book = Book::begin_on(&state, 64 << 20, disk);
    assert_eq!(book.offers(), []);
    let edited = Edited::open(&path, mode, &book);
    edited.ask(FileRequest::Peek(Span::at(0, 1).unwrap())); // now both pages are mapped
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(PAGE).unwrap();
    let stores = PLACES.into_iter().zip(texts).map(|(offset, text)| Store {
        offset,
        bytes: text.as_bytes().to_vec(),
        expect: None,
    });
    let batch = StoreBatch {
        purpose: Purpose::Edit,
        stores: stores.collect(),
        beside: Vec::new(),
    };
    let FileNews::Stored { results, .. } = edited.ask(FileRequest::Store(batch)) else {
        panic!("it is answered as a store");
    };
    let StoreOutcome::Stored(old) = results[1].outcome.clone() else {
        panic!("{:?}", results[1]);
    };
    assert_eq!(old, vec![0; texts[1].len()], "it was a hole then");
    drop((edited, book));
    is_free(&state);
    let offer = offered(&state).remove(0);
    let runs = match mode {
        Mode::Private => offer.unsaved,
        Mode::Shared => offer.in_file,
    };
    for (text, at) in texts.into_iter().zip(PLACES) {
        assert_eq!(value_at(&runs, at), Some(text.as_bytes()[0]));
    }
    let back = runs.iter().find(|run| run.offset == PAGE).unwrap();
    assert_eq!(back.base, old, "and it can be taken back");
}

#[test]
fn a_page_that_comes_back_between_look_and_store_is_written_down_before_it() {
    let Some(calls) = traced("logbook::returned::session") else {
        return;
    };
    for text in TEXTS.into_iter().flat_map(|(_, texts)| texts) {
        let (record, store) = record_and_store(&calls, text);
        assert!(record < store, "{text}: {:#?}", &calls[store..=record]);
    }
}
