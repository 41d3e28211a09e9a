//! What the worker of a file tells of pages that memory alone still has.

use mapscope::bytes::Span;
use mapscope::map::PageOrigin;
use mapscope::model::FileRequest;
use mapscope::model::event::{Event, FileEvent, FileNews};

use super::fuse::{Answer, Fuse};
use super::support::{Outcome, PAGE, span};
use crate::worker::Worker;

/// It is asked and told where the storage did not give some of what is looked at, and taken back where it does.
#[test]
fn pages_in_sight_that_memory_alone_has_are_told_beside_those_that_cannot_be_read() -> Outcome {
    let name = "pages_in_sight_that_memory_alone_has_are_told_beside_those_that_cannot_be_read";
    let Some(mounted) = Fuse::or_skip(name, false) else {
        return Ok(());
    };
    mounted.set(5, Answer::Error(5));
    let worker = Worker::open(mounted.file(), |event| event);
    // looks there: what is told of origins until the order after it is answered
    let look = |at: Span| {
        worker.send(FileRequest::Look(Some(at)));
        let last = worker.send(FileRequest::Peek(at));
        let mut told = None;
        loop {
            let event = worker.hear();
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
