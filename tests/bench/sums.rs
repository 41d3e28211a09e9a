//! What sums cost: `cargo bench --bench sums`, with a folder as the argument for another file system than that of temporary
//! files. On 1 GiB in the page cache, against the same gibibyte in a buffer, which no cache of a processor holds, by threads
//! that give way to others no more than what they are compared with:
//!
//! - each checksum alone against its crate over the buffer: at least 0.8 of its speed;
//! - histogram and entropy against a loop with four tables over the same chunks: at least 0.8 of its speed;
//! - the first results within 200 ms of the order, and a stop within 100 ms;
//! - all at once, for the record.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark fails by panicking and prints its numbers"
)]

#[allow(dead_code, reason = "each bench takes what it needs")]
mod frame;

use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::bytes::digest::{Sum, SumKind};
use mapscope::map::{CallLog, OpenFile};
use mapscope::work::shown_bytes::SearchedFile;
use mapscope::work::sums::{SumsOptions, sum};

use frame::millis;

const LEN: u64 = 1 << 30;
const CHUNK: usize = 1 << 20;
/// Both are tried again and again for so long.
const ROUNDS: Duration = Duration::from_secs(6);
const LEAST_ROUNDS: u32 = 3;
const LEAST: f64 = 0.8;
const MOST_TO_FIRST: Duration = Duration::from_millis(200);
const MOST_TO_STOP: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let folder = frame::folder();
    let path = folder.path().join("random");
    frame::write_random(&path, LEN);
    let file = OpenFile::open(&path, &CallLog::new()).expect("the file opens");
    let source = SearchedFile::of_file(&file, Span::new(0, LEN).unwrap());
    let buffer = fs::read(&path).unwrap();
    assert_eq!(buffer.len() as u64, LEN);
    let mut is_fine = true;
    for kind in SumKind::ALL {
        let options = SumsOptions {
            kinds: vec![kind],
            counts: false,
            is_nice: false,
            ..SumsOptions::default()
        };
        is_fine &= race(kind.name(), &source, &options, &mut || {
            let mut sum = Sum::new(kind);
            sum.add(black_box(&buffer));
            black_box(sum.digits());
        });
    }
    let counts = SumsOptions {
        kinds: Vec::new(),
        is_nice: false,
        ..SumsOptions::default()
    };
    is_fine &= race("histogram and entropy", &source, &counts, &mut || {
        let mut bits = 0.0;
        for chunk in black_box(&buffer).chunks(CHUNK) {
            bits += entropy(chunk);
        }
        black_box(bits);
    });
    is_fine &= latencies(&source);
    frame::verdict(is_fine)
}

/// Four tables, and the definition.
fn entropy(bytes: &[u8]) -> f64 {
    let mut tables = [[0_u32; 256]; 4];
    for word in bytes.chunks_exact(4) {
        tables[0][usize::from(word[0])] += 1;
        tables[1][usize::from(word[1])] += 1;
        tables[2][usize::from(word[2])] += 1;
        tables[3][usize::from(word[3])] += 1;
    }
    let total = bytes.len() as f64;
    let counts = (0..256).map(|value| tables.iter().map(|table| table[value]).sum::<u32>());
    counts
        .filter(|n| *n > 0)
        .map(|n| f64::from(n) / total)
        .map(|share| -share * share.log2())
        .sum()
}

/// Both in turns; what else the machine does only ever adds to a time.
fn race(
    name: &str,
    source: &SearchedFile<'_>,
    options: &SumsOptions,
    theirs: &mut dyn FnMut(),
) -> bool {
    let (mut known, mut ours) = (Duration::MAX, Duration::MAX);
    let (start, mut n) = (Instant::now(), 0);
    while n < LEAST_ROUNDS || start.elapsed() < ROUNDS {
        n += 1;
        let begin = Instant::now();
        theirs();
        known = known.min(begin.elapsed());
        let begin = Instant::now();
        let report = sum(source, options, &mut |_| ControlFlow::Continue(())).unwrap();
        ours = ours.min(begin.elapsed());
        assert_eq!((report.done, report.unread), (LEN, 0));
    }
    let ratio = known.as_secs_f64() / ours.as_secs_f64();
    println!(
        "{name:22} {:6.0} ms, in memory {:6.0} ms: {ratio:.2} of its speed (at least {LEAST})",
        millis(ours),
        millis(known)
    );
    ratio >= LEAST
}

/// All at once: how soon the first results are there, and how soon it stops.
fn latencies(source: &SearchedFile<'_>) -> bool {
    let begin = Instant::now();
    let mut first = None;
    let options = SumsOptions::default();
    let go_on = &mut |so_far: mapscope::model::sums::SumsReport| {
        if so_far.done > 0 && so_far.histogram.total() > 0 {
            first.get_or_insert_with(|| begin.elapsed());
        }
        ControlFlow::Continue(())
    };
    let report = sum(source, &options, go_on).unwrap();
    assert_eq!(report.digits.len(), 4);
    let first = first.unwrap_or(Duration::MAX);
    println!(
        "all at once            {:6.0} ms; the first results after {:.1} ms (at most {})",
        millis(begin.elapsed()),
        millis(first),
        MOST_TO_FIRST.as_millis()
    );
    let slowest = frame::slowest_stop(7, |answer| {
        let report = sum(source, &options, &mut |_| answer());
        assert!(report.unwrap().is_stopped);
    });
    println!(
        "stopped: at the latest {:.1} ms later (at most {})",
        millis(slowest),
        MOST_TO_STOP.as_millis()
    );
    first <= MOST_TO_FIRST && slowest <= MOST_TO_STOP
}
