//! *Find* against `rg`, whole processes in turns in one run: 4 GiB of random bytes that are in the page cache, a tebibyte of
//! holes, and how soon a search stops.
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

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use mapscope::bytes::Span;
use mapscope::bytes::find::{LetterCase, PatternKind, TextEncoding, parse};
use mapscope::map::{CallLog, OpenFile};
use mapscope::model::find::FindGoal;
use mapscope::work::find::{FindOptions, SearchedFile, find};

const LARGE: u64 = 4 << 30;
const HOLES: u64 = 1 << 40;
const N_EXTENTS: u64 = 100;
const N_ROUNDS: usize = 9;

const MOST_FOR_HOLES: Duration = Duration::from_millis(100);
const MOST_TO_STOP: Duration = Duration::from_millis(100);

/// A search by both: what `rg` takes, what mapscope takes, and the most that the one may take of the time of the other.
struct Pair {
    name: &'static str,
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
    most: f64,
}

const ABSENT: &str = "qwertyuiopasdf";
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
    let named = std::env::args_os()
        .skip(1)
        .find(|word| !word.as_encoded_bytes().starts_with(b"-"));
    let folder = match named {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    let mut is_fine = holes(folder.path());
    let path = folder.path().join("random");
    write_random(&path);
    is_fine &= stopping(&path);
    if Command::new("rg").arg("--version").output().is_ok() {
        for pair in PAIRS {
            is_fine &= race(&path, &pair);
        }
    } else {
        println!("rg is not installed: nothing to compare with");
    }
    if is_fine {
        ExitCode::SUCCESS
    } else {
        println!("MISSED");
        ExitCode::FAILURE
    }
}

/// Both in turns; what else the machine does only ever adds to a time.
fn race(path: &Path, pair: &Pair) -> bool {
    let (mut theirs, mut ours) = (Duration::MAX, Duration::MAX);
    for _ in 0..=N_ROUNDS {
        let mut rg = Command::new("rg");
        rg.args(["--mmap", "-c", "-a"]).args(pair.theirs).arg(path);
        theirs = theirs.min(timed(&mut rg));
        let mut find = Command::new(env!("CARGO_BIN_EXE_mapscope"));
        find.arg("find").arg(path).args(pair.ours).arg("--count");
        ours = ours.min(timed(&mut find));
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
    let file = File::create(&path).unwrap();
    if let Err(error) = file.set_len(HOLES) {
        println!("1 TiB of holes: not on this file system ({error})");
        return true;
    }
    for extent in 0..N_EXTENTS {
        let at = extent * (HOLES / N_EXTENTS) / 4096 * 4096;
        file.write_all_at(&[1; 4096], at).unwrap();
    }
    file.sync_all().unwrap();
    let quickest = |pattern: &str| {
        let times = (0..N_ROUNDS).map(|_| {
            let mut find = Command::new(env!("CARGO_BIN_EXE_mapscope"));
            find.arg("find").arg(&path).args([pattern, "--count"]);
            timed(&mut find)
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
        ("[ -~]{12,}", expression),
        ("a.*\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00", expression),
        ("[^a]{900}[ab]{300}z", expression),
        ("(?:[a-y].?){200,}zzzz", expression),
    ];
    let mut is_fine = true;
    for (text, kind) in patterns {
        let pattern = parse(text, kind).expect("a pattern");
        let mut slowest = Duration::ZERO;
        for n_calls in 1..6 {
            let (mut n_left, mut stopped) = (n_calls, None);
            let mut progress = |_| {
                n_left -= 1;
                if n_left > 0 {
                    return ControlFlow::Continue(());
                }
                stopped.get_or_insert_with(Instant::now);
                ControlFlow::Break(())
            };
            let options = FindOptions::default();
            find(&source, &pattern, FindGoal::All, &options, &mut progress).expect("a search");
            slowest = slowest.max(stopped.map_or(Duration::ZERO, |at| at.elapsed()));
        }
        println!(
            "stopped, {text}: at the latest {:.1} ms later (at most {})",
            millis(slowest),
            MOST_TO_STOP.as_millis()
        );
        is_fine &= slowest <= MOST_TO_STOP;
    }
    is_fine
}

fn write_random(path: &Path) {
    let mut random = File::open("/dev/urandom").unwrap().take(LARGE);
    let mut file = File::create(path).unwrap();
    assert_eq!(std::io::copy(&mut random, &mut file).unwrap(), LARGE);
    file.flush().unwrap();
}

fn timed(command: &mut Command) -> Duration {
    command.stdout(Stdio::null());
    let begin = Instant::now();
    command.status().expect("a program");
    begin.elapsed()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
