//! The facts that a file's worker tells while they are shown: no report says again what the one before said.

use std::fs;
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::model::FileRequest;
use mapscope::model::event::{Event, Facts, FileNews, PathNow};

use crate::worker::Worker;

/// The number of reads for painting alone is told no sooner, less what a busy machine may hold one report up by.
const LEAST_BETWEEN: Duration = Duration::from_secs(8);
/// Checks of the file's path that are waited for: more time than between two reads of the facts.
const N_CHECKS: usize = 8;

type Heard = Worker<(Instant, Event)>;

/// Keeps the facts that come until something else is told that is `wanted`, or these are.
fn until(heard: &Heard, facts: &mut Vec<(Instant, Facts)>, wanted: impl Fn(&FileNews) -> bool) {
    loop {
        let (at, event) = heard.hear();
        let Event::File(event) = event else { continue };
        let is_wanted = wanted(&event.news);
        if let FileNews::Facts(told) = event.news {
            facts.push((at, *told));
        }
        if is_wanted {
            return;
        }
    }
}

#[test]
fn facts_that_are_as_before_are_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let [path, away] = ["file", "away"].map(|name| folder.path().join(name));
    fs::write(&path, [b'A'; 100]).unwrap();
    let heard = Worker::open(path.clone(), |event| (Instant::now(), event));
    heard.send(FileRequest::Look(Span::at(0, 100)));
    heard.send(FileRequest::Facts(true));
    let mut facts = Vec::new();
    until(&heard, &mut facts, |news| {
        matches!(news, FileNews::Facts(_))
    });
    let names = |path: PathNow| move |news: &FileNews| matches!(news, FileNews::State(state) if state.path == path);
    for _ in 0..N_CHECKS / 2 {
        fs::rename(&path, &away).unwrap();
        until(&heard, &mut facts, names(PathNow::Deleted));
        fs::rename(&away, &path).unwrap();
        until(&heard, &mut facts, names(PathNow::Same));
    }
    for ((before, first), (after, second)) in facts.iter().zip(facts.iter().skip(1)) {
        let is_as_before = first.lines == second.lines && first.calls == second.calls;
        let between = after.duration_since(*before);
        assert!(
            !is_as_before || between >= LEAST_BETWEEN,
            "told again after {between:?}: {second:?}"
        );
    }
}
