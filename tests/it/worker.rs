//! The worker of a file without the window: what it is ordered, and what it tells.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use mapscope::model::event::Event;
use mapscope::model::{
    DocId, FileOrder, FileRequest, Generation, MappingId, OpenRequest, OrderId, Target,
};
use mapscope::work::file::FileWorker;

use crate::processes::program;

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const DOC: DocId = DocId(1);
/// The mapping of the view that the file is opened with.
pub(crate) const FIRST: MappingId = MappingId(2);

/// What is heard of it is what the test makes of each event, on the worker's own threads.
pub(crate) struct Worker<T> {
    inner: FileWorker,
    told: Receiver<T>,
    last: Cell<u64>,
}

impl<T: Send + 'static> Worker<T> {
    /// Opens the file at `path`, private and read-write.
    #[track_caller]
    pub(crate) fn open(path: PathBuf, hear: impl Fn(Event) -> T + Send + Sync + 'static) -> Self {
        let (tell, told) = channel();
        let report = Arc::new(move |event: Event| drop(tell.send(hear(event))));
        let request = OpenRequest::private(Some(path));
        let worker = FileWorker::open(DOC, FIRST, request, program().to_owned(), report);
        Self {
            inner: worker.unwrap(),
            told,
            last: Cell::new(FIRST.0),
        }
    }

    /// Orders something of the first view, and the number of that order.
    #[track_caller]
    pub(crate) fn send(&self, request: FileRequest) -> OrderId {
        self.send_to(FIRST, request)
    }

    #[track_caller]
    pub(crate) fn send_to(&self, mapping: MappingId, request: FileRequest) -> OrderId {
        self.last.set(self.last.get() + 1);
        let number = OrderId(self.last.get());
        let target = Target {
            doc: DOC,
            mapping,
            generation: Generation::FIRST,
        };
        let order = FileOrder {
            number,
            target,
            request,
        };
        assert!(self.inner.send(order).is_ok(), "there is room");
        number
    }

    /// What is told next.
    #[track_caller]
    pub(crate) fn hear(&self) -> T {
        self.told.recv_timeout(PATIENCE).expect("it is told")
    }
}
