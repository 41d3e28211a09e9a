//! What the worker of a file tells of pages that memory alone still has.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use mapscope::bytes::Span;
use mapscope::map::PageOrigin;
use mapscope::model::event::{Event, FileEvent, FileNews};
use mapscope::model::{
    DocId, FileOrder, FileRequest, Generation, MappingId, OpenRequest, OrderId, Target,
};
use mapscope::work::file::FileWorker;

use super::fuse::{Answer, Fuse};
use super::support::{Outcome, PAGE, span};

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// It is asked and told where the storage did not give some of what is looked at, and taken back where it does.
#[test]
fn pages_in_sight_that_memory_alone_has_are_told_beside_those_that_cannot_be_read() -> Outcome {
    let name = "pages_in_sight_that_memory_alone_has_are_told_beside_those_that_cannot_be_read";
    let Some(mounted) = Fuse::or_skip(name, false) else {
        return Ok(());
    };
    mounted.set(5, Answer::Error(5));
    let (events, heard) = channel();
    let report = Arc::new(move |event: Event| drop(events.send(event)));
    let (doc, mapping) = (DocId(1), MappingId(2));
    let request = OpenRequest::private(Some(mounted.file()));
    let program = env!("CARGO_BIN_EXE_mapscope").into();
    let worker = FileWorker::open(doc, mapping, request, program, report)?;
    let target = Target {
        doc,
        mapping,
        generation: Generation::FIRST,
    };
    let mut number = 3;
    let mut send = |request| {
        number += 1;
        let number = OrderId(number);
        let order = FileOrder {
            number,
            target,
            request,
        };
        assert!(worker.send(order).is_ok());
        number
    };
    // looks there: what is told of origins until the order after it is answered
    let mut look = |at: Span| {
        send(FileRequest::Look(Some(at)));
        let last = send(FileRequest::Peek(at));
        let mut told = None;
        loop {
            let event = heard.recv_timeout(PATIENCE).expect("it is told");
            let Event::File(FileEvent { number, news, .. }) = event else {
                continue;
            };
            if let FileNews::Origins(origins) = news {
                told = Some(origins);
            }
            if number == Some(last) {
                return told;
            }
        }
    };
    assert_eq!(look(span(0, 3 * PAGE)?), None, "all of it was given");
    mounted.set(0, Answer::Error(5));
    let origins = look(span(PAGE / 2, 6 * PAGE)?).flatten().expect("told");
    let gone = PageOrigin::CacheOnly { errno: 5 };
    assert_eq!(origins.of(0), Some(gone), "read before");
    assert_eq!(origins.of(PAGE), Some(PageOrigin::Storage));
    assert_eq!(origins.of(5 * PAGE + 1), Some(gone));
    assert_eq!(origins.of(6 * PAGE), None, "not asked about");
    assert_eq!(
        look(span(PAGE, 2 * PAGE)?),
        Some(None),
        "nothing fails there"
    );
    Ok(())
}
