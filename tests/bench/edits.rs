//! What the journal costs beside the stores that it records: time of one fill of 1 MiB, and memory.
//!
//! `cargo bench --bench edits`. Both ways are timed in one run, alternating, so a slow or busy machine changes the times
//! and not the ratio. Memory is counted by the allocator. The exit code is 1 where a bound is missed.

#![allow(
    unsafe_code,
    reason = "an allocator that counts is one by an unsafe trait; each call goes to the system's as it came"
)]
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints its figures and stops where it cannot measure"
)]

#[path = "edits/through.rs"]
mod through;

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use mapscope::bytes::Span;
use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile, keep_freed_memory};
use mapscope::model::identity::{DocId, Generation, MappingId, Target};
use mapscope::model::journal::{Drawn, Journal, Next, Stored};

const MIB: usize = 1 << 20;
/// Rounds that count, after some that warm up.
const N_ROUNDS: usize = 60;
const N_WARM: usize = 5;
/// Stores and record may cost this many times the stores alone.
const MOST_TIME: f64 = 3.0;
/// What is kept after undo and one further edit, in bytes.
const MOST_LEFT: usize = MIB;

const TARGET: Target = Target {
    doc: DocId(1),
    mapping: MappingId(1),
    generation: Generation::FIRST,
};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: each call is handed to the system's allocator unchanged, with what the caller promised for it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the promises of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    keep_freed_memory(); // as the program does
    let dir = tempfile::tempdir().expect("a folder for the file");
    let path = dir.path().join("file");
    let text: Vec<u8> = (0..MIB)
        .map(|at| (at * 31 % 251).to_le_bytes()[0])
        .collect();
    std::fs::write(&path, &text).expect("a file of 1 MiB");
    let log = CallLog::new();
    let file = OpenFile::open(&path, &log).expect("the file opens");

    let mut is_fine = true;
    for (name, piece, new) in [
        ("a fill, one store", MIB, vec![0x5a; MIB]),
        ("a fill, stores of 64 KiB", 64 << 10, vec![0x5a; MIB]),
        (
            "a paste, one store",
            MIB,
            text.iter().map(|byte| !byte).collect(),
        ),
    ] {
        is_fine &= time(name, piece, &new, &file, &log);
    }
    for (name, most, new) in [
        ("a fill", 2 * MIB + MIB / 8, vec![0x5a; MIB]),
        (
            "a paste",
            4 * MIB + MIB / 8,
            text.iter().map(|byte| !byte).collect(),
        ),
    ] {
        is_fine &= memory(name, most, &text, &new);
    }
    is_fine &= through::time(&path, &file, &log);
    is_fine &= through::memory(&path);
    if is_fine {
        ExitCode::SUCCESS
    } else {
        println!("MISSED");
        ExitCode::FAILURE
    }
}

/// Stores in a fresh private mapping, with and without a record.
fn time(name: &str, piece: usize, new: &[u8], file: &OpenFile, log: &CallLog) -> bool {
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..N_WARM + N_ROUNDS {
        for recorded in [false, true] {
            let mapping = map(file, log);
            let mut journal = Journal::new();
            let start = Instant::now();
            let stores = store(&mapping, file, piece, new);
            if recorded {
                let (drawn, at) = (Drawn::bytes(0, vec![0; 4096]), SystemTime::UNIX_EPOCH);
                journal.record(stores, &drawn, Mode::Private, TARGET, at);
            } else {
                drop(stores);
            }
            let taken = start.elapsed();
            if round >= N_WARM {
                times[usize::from(recorded)].push(taken);
            }
        }
    }
    let [alone, both] = times.map(median);
    let ratio = both.as_secs_f64() / alone.as_secs_f64();
    println!(
        "{name}: stored {:.0} us, stored and recorded {:.0} us, ratio {ratio:.2} (at most {MOST_TIME:.0})",
        alone.as_secs_f64() * 1e6,
        both.as_secs_f64() * 1e6,
    );
    ratio <= MOST_TIME
}

fn map(file: &OpenFile, log: &CallLog) -> Mapping {
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: Span::at(0, MIB as u64),
    };
    Mapping::create(file, request, log).expect("a private mapping")
}

fn store(mapping: &Mapping, file: &OpenFile, piece: usize, new: &[u8]) -> Vec<Stored> {
    let pieces = new.chunks(piece).zip((0..).step_by(piece));
    pieces
        .map(|(new, offset)| Stored {
            offset,
            old: mapping.store(offset, new, file).expect("it is stored"),
            new: new.to_vec(),
        })
        .collect()
}

/// What is kept of one edit, at most and in the end, and after its undo and one further edit.
fn memory(name: &str, most: usize, old: &[u8], new: &[u8]) -> bool {
    let before = NOW.load(Ordering::Relaxed);
    let held = || NOW.load(Ordering::Relaxed) - before;
    let (old, new) = (old.to_vec(), new.to_vec());
    PEAK.store(NOW.load(Ordering::Relaxed), Ordering::Relaxed);
    let mut journal = Journal::new();
    let id = record(&mut journal, 0, old, new);
    let peak = PEAK.load(Ordering::Relaxed) - before;
    let (kept, said) = (held(), journal.bytes_kept());
    match journal.undo() {
        Some(Next::Store(_)) => journal.undone(id),
        other => println!("no undo: {other:?}"),
    }
    record(&mut journal, 5, vec![1], vec![2]);
    let left = held();
    println!(
        "{name}: kept {kept} bytes (at most {most}), said {said}, peak {peak}; after undo and one edit {left} (at most {MOST_LEFT})"
    );
    let honest = said.abs_diff(kept) <= kept / 10;
    kept <= most && peak <= 4 * MIB + MIB / 4 && left <= MOST_LEFT && honest
}

fn record(journal: &mut Journal, offset: u64, old: Vec<u8>, new: Vec<u8>) -> u64 {
    let (drawn, at) = (Drawn::nothing(), SystemTime::UNIX_EPOCH);
    let stores = vec![Stored { offset, old, new }];
    let recorded = journal.record(stores, &drawn, Mode::Private, TARGET, at);
    recorded.expect("something was stored").id
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
