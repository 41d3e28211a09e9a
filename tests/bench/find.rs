//! *Find* against `rg`, whole processes in turns in one run: 4 GiB of random bytes that are in the page cache, a tebibyte of
//! holes, matches at every byte, and how soon a search stops.
//!
//! `cargo bench --bench find [FOLDER]`; the folder needs 4 GiB for a moment and gets everything back. Without `rg` (Debian:
//! ripgrep) only the holes and the stop are measured.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]

#[allow(dead_code, reason = "each bench takes what it needs")]
mod frame;

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::bytes::find::{LetterCase, PatternKind, TextEncoding, parse};
use mapscope::map::{CallLog, OpenFile};
use mapscope::model::find::{FindGoal, FoundMatches};
use mapscope::work::find::{FindOptions, SearchedFile, find};

use frame::{N_EXTENTS, millis, timed, write_random, write_random_by_pages};

const LARGE: u64 = 4 << 30;
const DENSE: u64 = 1 << 30;
const N_ROUNDS: usize = 9;

const MOST_FOR_HOLES: Duration = Duration::from_millis(100);
const MOST_TO_STOP: Duration = Duration::from_millis(100);
const MOST_MEMORY: u64 = 64 << 20;

/// A search by both: what `rg` takes, what mapscope takes, and the most that the one may take of the time of the other.
struct Pair {
    name: &'static str,
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
    most: f64,
}

const ABSENT: &str = "qwertyuiopasdf";
/// The first pair over a file that the page cache has in large folios; its bound is there to notice what gets worse.
const IN_LARGE_FOLIOS: Pair = Pair {
    name: "a word not there, in large folios",
    theirs: &["-F", ABSENT],
    ours: &["--text", ABSENT],
    most: 1.25,
};
const PAIRS: [Pair; 7] = [
    Pair {
        name: "a word that is not there",
        theirs: &["-F", ABSENT],
        ours: &["--text", ABSENT],
        most: 0.85,
    },
    Pair {
        name: "the same in any case",
        theirs: &["-i", "-F", ABSENT],
        ours: &["--ignore-case", ABSENT],
        most: 1.0,
    },
    Pair {
        name: "bytes with a wildcard",
        theirs: &[r"(?s-u)\xDE.\xBE\xEF\x12\x99\xAB"],
        ours: &["DE ?? BE EF 12 99 AB"],
        most: 1.0,
    },
    Pair {
        name: "halves of bytes",
        theirs: &[r"(?s-u)[\xD0-\xDF].[\xB0-\xBF].[\x10-\x1F][\xA0-\xAF][\x90-\x9F][\xC0-\xCF]"],
        ours: &["D? ?? B? ?? 1? A? 9? C?"],
        most: 1.0,
    },
    Pair {
        name: "an expression with a literal",
        theirs: &[r"(?s-u)\x89PNG\r.\x1a"],
        ours: &["--regex", r"\x89PNG\r.\x1a"],
        most: 1.2,
    },
    Pair {
        name: "a date",
        theirs: &["(?s-u)[0-9]{4}-[0-9]{2}-[0-9]{2}"],
        ours: &["--regex", "[0-9]{4}-[0-9]{2}-[0-9]{2}"],
        most: 1.2,
    },
    Pair {
        name: "printable characters",
        theirs: &["(?s-u)[ -~]{12,}"],
        ours: &["--regex", "[ -~]{12,}"],
        most: 1.2,
    },
];

fn main() -> ExitCode {
    let folder = frame::folder();
    let mut is_fine = holes(folder.path());
    is_fine &= dense(folder.path());
    let path = folder.path().join("random");
    write_random_by_pages(&path, LARGE);
    is_fine &= stopping(&path);
    if Command::new("rg").arg("--version").output().is_ok() {
        for pair in PAIRS {
            is_fine &= race(&path, &pair);
        }
        // Where the page cache has many pages as one, a fault of rg maps many at once. Copying them out, as a search here
        // does so that no page comes into any page table, costs what it costs: about all that rg takes.
        fs::remove_file(&path).unwrap();
        write_random(&path, LARGE);
        is_fine &= race(&path, &IN_LARGE_FOLIOS);
    } else {
        println!("rg is not installed: nothing to compare with");
    }
    frame::verdict(is_fine)
}

/// Both in turns; what else the machine does only ever adds to a time.
fn race(path: &Path, pair: &Pair) -> bool {
    let (mut theirs, mut ours) = (Duration::MAX, Duration::MAX);
    for _ in 0..=N_ROUNDS {
        let mut rg = Command::new("rg");
        rg.args(["--mmap", "-c", "-a"]).args(pair.theirs).arg(path);
        theirs = theirs.min(ran(&mut rg));
        let mut find = Command::new(env!("CARGO_BIN_EXE_mapscope"));
        find.arg("find").arg(path).args(pair.ours).arg("--count");
        ours = ours.min(ran(&mut find));
    }
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!(
        "{:36} {:6.0} ms, rg {:6.0} ms: {ratio:.2} (at most {})",
        pair.name,
        millis(ours),
        millis(theirs),
        pair.most
    );
    ratio <= pair.most
}

/// 1 TiB of holes with some data, by the program.
fn holes(folder: &Path) -> bool {
    let path = folder.join("holes");
    if !frame::write_holes(&path, 4096) {
        return true;
    }
    let quickest = |pattern: &str| {
        let times = (0..N_ROUNDS).map(|_| {
            let mut find = Command::new(env!("CARGO_BIN_EXE_mapscope"));
            find.arg("find").arg(&path).args([pattern, "--count"]);
            ran(&mut find)
        });
        times.min().unwrap_or_default()
    };
    let slowest = ["02 02", "00 00"].map(quickest).into_iter().max();
    let took = slowest.unwrap_or_default();
    println!(
        "1 TiB of holes, {N_EXTENTS} extents: {:.1} ms (at most {})",
        millis(took),
        MOST_FOR_HOLES.as_millis()
    );
    fs::remove_file(path).unwrap();
    took <= MOST_FOR_HOLES
}

/// How long after the answer that it shall stop a search is over.
fn stopping(path: &Path) -> bool {
    let file = OpenFile::open(path, &CallLog::new()).expect("the file opens");
    let source = SearchedFile::of_file(&file, Span::new(0, LARGE).unwrap());
    let text = PatternKind::Text(TextEncoding::Utf8, LetterCase::Matters);
    let expression = PatternKind::Expression(LetterCase::Matters);
    let patterns = [
        (ABSENT, text),
        ("0?", PatternKind::Bytes),
        ("[ -~]{12,}", expression),
        ("a.*\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00", expression),
        ("[^a]{900}[ab]{300}z", expression),
        ("(?:[a-y].?){200,}zzzz", expression),
    ];
    let in_time = patterns.map(|(text, kind)| stops(&source, text, kind));
    in_time.into_iter().all(|is_in_time| is_in_time)
}

fn stops(source: &SearchedFile<'_>, text: &str, kind: PatternKind) -> bool {
    let pattern = parse(text, kind).expect("a pattern");
    let options = FindOptions::default();
    let slowest = frame::slowest_stop(5, |answer| {
        find(source, &pattern, FindGoal::All, &options, &mut |_| answer()).expect("a search");
    });
    println!(
        "stopped, {text}: at the latest {:.1} ms later (at most {})",
        millis(slowest),
        MOST_TO_STOP.as_millis()
    );
    slowest <= MOST_TO_STOP
}

/// Where each byte is a match, or every other one, of 1 GiB that is data, memory is bounded and it stops.
fn dense(folder: &Path) -> bool {
    let path = folder.join("dense");
    let mut is_fine = true;
    for (name, bytes, patterns) in [
        ("zeros", b"\0\0", ["00", "00 00", "0?"]),
        ("pairs", b"\0\x01", ["00", "?1", "0?"]),
    ] {
        frame::write(&path, DENSE, |part| {
            for pair in part.chunks_exact_mut(2) {
                pair.copy_from_slice(bytes);
            }
        });
        let file = OpenFile::open(&path, &CallLog::new()).expect("the file opens");
        let source = SearchedFile::of_file(&file, Span::new(0, DENSE).unwrap());
        for text in patterns {
            let pattern = parse(text, PatternKind::Bytes).expect("a pattern");
            let options = FindOptions::default();
            let mut go_on = |_| ControlFlow::Continue(());
            let begin = Instant::now();
            let (report, memory) = frame::with_memory(|| {
                find(&source, &pattern, FindGoal::All, &options, &mut go_on).expect("a search")
            });
            let took = begin.elapsed();
            let FoundMatches::All(list) = report.found else {
                panic!("all were asked for");
            };
            println!(
                "{text} among 1 GiB of {name}: {:.0} ms, {} matches, {} KiB more of memory (at most {})",
                millis(took),
                list.count,
                memory / 1024,
                MOST_MEMORY / 1024
            );
            is_fine &= memory <= MOST_MEMORY && stops(&source, text, PatternKind::Bytes);
        }
        fs::remove_file(&path).unwrap();
    }
    is_fine
}

/// How long a whole process takes.
fn ran(command: &mut Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    timed(|| {
        command.status().expect("a program");
    })
}
