//! No byte goes astray: random orders for three real files, of which each may have two views, with real workers and real
//! processes; orders and answers come late in any order that keeps each sender's own, processes are stopped and killed,
//! files are closed with orders under way, and others truncate, extend and write them meanwhile.
//!
//! The oracle knows from the test's own log what was ordered for which file, offset and mapping, and looks there: into
//! the files, into the views, and into the memory of the processes. `MAPSCOPE_ASTRAY` is how many sequences are played,
//! `MAPSCOPE_ASTRAY_SEED` which is the first.

mod check;
mod oracle;
mod others;
mod shell;
mod steps;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::processes::{exists, program, signal_unless_gone, state_of};
use crate::random::{Draw, play_all};
use mapscope::bytes::Span;
use mapscope::model::event::{Event, FileEvent, FileNews};
use mapscope::model::process::{PeerEvent, PeerNews, PeerOrder, Refusal};
use mapscope::model::{
    Action, Doc, DocId, Generation, Intent, MappingId, OrderId, RefusedOrder, RefusedPart, Target,
    ViewId,
};

use oracle::{Counts, Oracle};
use shell::Shell;
use steps::Play;

/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(30);
/// Sequences that are played unless asked otherwise.
const SEQUENCES: u64 = 60;
/// Steps of a sequence, at least.
const STEPS: u64 = 30;
/// Pages of a file.
const PAGES: u64 = 12;
const PAGE: u64 = 4096;
const LEN: u64 = PAGES * PAGE;
/// Sequences that are played at once: most of their time they wait for processes.
const AT_ONCE: u64 = 4;
/// Each of what must happen does so once in so many sequences, at least.
const SELDOM: u64 = 20;

fn span(start: u64, end: u64) -> Span {
    Span::new(start, end).unwrap()
}

fn play(seed: u64) -> Counts {
    let mut play = Play::new(seed);
    for _ in 0..STEPS + seed % 15 {
        play.step();
    }
    play.settle();
    play.check_all();
    play.end()
}

#[test]
fn no_byte_goes_astray() {
    let mut counts = Counts::default();
    let sequences = play_all("MAPSCOPE_ASTRAY", SEQUENCES, AT_ONCE, play, |played| {
        counts.add(played);
    });
    eprintln!("{sequences} sequences: {counts:#?}");
    for (what, n) in [
        ("an answer came late", counts.late),
        ("an order was refused", counts.refused),
        ("a queue was full", counts.full),
        ("a process died of a store", counts.faulted),
        ("a process said what it has mapped", counts.facts_told),
    ] {
        assert!(
            n * SELDOM >= sequences / SELDOM * SELDOM,
            "{what} {n} times"
        );
    }
}
