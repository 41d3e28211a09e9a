//! What is read beside the open file and cannot be: the true cause is named, also where no system call was made.

use std::path::PathBuf;

use mapscope::model::FileRequest;
use mapscope::model::event::{EditsNews, Event, FileEvent, FileNews};

use super::folder_with;
use crate::worker::Worker;

/// No path of the system's holds a NUL.
#[test]
fn a_path_with_a_nul_is_not_said_to_have_succeeded() {
    let (_folder, path) = folder_with(b"abc");
    let worker = Worker::open(path, |event| event);
    let no_path = || PathBuf::from("/folder/a\0b");
    for request in [
        FileRequest::ReadWhole(no_path()),
        FileRequest::ReadPatch(no_path()),
    ] {
        worker.send(request);
        let why = loop {
            let Event::File(FileEvent { news, .. }) = worker.hear() else {
                continue;
            };
            let FileNews::Edits(news) = news else {
                continue;
            };
            match news {
                EditsNews::WholeRead(Err(why)) | EditsNews::PatchRead(Err(why)) => break why,
                other => panic!("{other:?}"),
            }
        };
        assert!(why.contains("EINVAL"), "{why}");
    }
}
