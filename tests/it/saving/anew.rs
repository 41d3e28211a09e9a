//! A view that is mapped anew while it is saved: the copy is of what it showed when that was asked for, to the last byte.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use mapscope::model::effect::{Export, IfExists, Purpose, Store, StoreBatch};
use mapscope::model::event::{Event, ExportOutcome, FileEvent, FileNews};
use mapscope::model::{Access, FileRequest, Mode};

use super::{PAGE, folder_with};
use crate::worker::Worker;

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The first news of this kind, whatever else is told before.
#[track_caller]
fn hear(worker: &Worker<Event>, is_it: impl Fn(&FileNews) -> bool) -> FileNews {
    loop {
        if let Event::File(FileEvent { news, .. }) = worker.hear()
            && is_it(&news)
        {
            return news;
        }
    }
}

#[test]
fn a_copy_holds_the_edits_of_a_view_that_is_mapped_anew_meanwhile() {
    let len = usize::try_from(4 * PAGE).unwrap();
    let (folder, path) = folder_with(&vec![b'a'; len]);
    let (begins, begun) = channel();
    let (go_on, may_go_on) = channel::<()>();
    let may_go_on = Mutex::new(may_go_on);
    let worker = Worker::open(path, move |event| {
        if let Event::File(FileEvent {
            news: FileNews::Progress { .. },
            ..
        }) = &event
        {
            // in the thread that saves: nothing is copied so far
            let _ = begins.send(());
            let _ = may_go_on.lock().unwrap().recv_timeout(PATIENCE);
        }
        event
    });
    while !matches!(worker.hear(), Event::Opened(..)) {}
    let offset = 3 * PAGE + 7;
    worker.send(FileRequest::Store(StoreBatch {
        purpose: Purpose::Edit,
        stores: vec![Store {
            offset,
            bytes: b"Z".to_vec(),
            expect: None,
        }],
        beside: Vec::new(),
    }));
    hear(&worker, |news| matches!(news, FileNews::Stored { .. }));
    let destination = folder.path().join("copy");
    worker.send(FileRequest::Export {
        destination: destination.clone(),
        if_exists: IfExists::Refuse,
        what: Export::View,
    });
    begun.recv_timeout(PATIENCE).expect("it is being saved");
    worker.send(FileRequest::Remap {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: None,
    });
    hear(&worker, |news| matches!(news, FileNews::Remapped(_)));
    drop(go_on);
    let saved = hear(&worker, |news| matches!(news, FileNews::Exported(_)));
    assert!(
        matches!(saved, FileNews::Exported(ExportOutcome::Done { .. })),
        "{saved:?}"
    );
    let mut expected = vec![b'a'; len];
    expected[usize::try_from(offset).unwrap()] = b'Z';
    assert!(std::fs::read(&destination).unwrap() == expected);
}
